import Units

/// Sales invoices as Xero imports them: *Business, Invoices, Import*, amounts without tax.
///
/// A credit note is a row with a negative amount, which Xero makes a credit note of.
public struct XeroCSV: Sendable {
    /// Of the account for sales; `200` in Xero's own chart.
    public var accountCode: String
    /// Xero's display name of a tax rate, by millionths: every organisation has its own.
    public var taxTypes: [Int64: String]
    /// As the organisation's region writes dates.
    public var monthFirst: Bool

    public init(
        accountCode: String = "200", taxTypes: [Int64: String] = [:], monthFirst: Bool = false
    ) {
        self.accountCode = accountCode
        self.taxTypes = taxTypes
        self.monthFirst = monthFirst
    }

    /// The columns of Xero's template, with stars on those that it demands.
    static let columns = [
        "*ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3",
        "POAddressLine4", "POCity", "PORegion", "POPostalCode", "POCountry", "*InvoiceNumber",
        "Reference", "*InvoiceDate", "*DueDate", "Total", "InventoryItemCode", "*Description",
        "*Quantity", "*UnitAmount", "Discount", "*AccountCode", "*TaxType", "TaxAmount",
        "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2", "Currency",
        "BrandingTheme",
    ]

    public func appendHead(to bytes: inout [UInt8]) {
        CSV.append(head: Self.columns, to: &bytes)
    }

    /// Its rows; none for a draft or for what was taken back.
    public func append(_ invoice: InvoiceDocument, to bytes: inout [UInt8]) {
        guard let number = invoice.number, invoice.state != .draft, invoice.state != .void else {
            return
        }
        let sign: (Cents) -> Cents = { invoice.isCreditNote ? -$0 : $0 }
        let due = invoice.due ?? invoice.issued
        let buyer = invoice.buyer
        let address = (0..<4).map { line in
            CSV.Field.optional(line < buyer.address.count ? buyer.address[line] : nil)
        }
        for row in invoice.accountingRows {
            CSV.append(
                [.text(buyer.name), .optional(buyer.email)] + address + [
                    .optional(buyer.city), .optional(buyer.region), .optional(buyer.postalCode),
                    .optional(buyer.country), .text(number), .optional(invoice.buyerReference),
                    .plain(invoice.issued.slashed(monthFirst: monthFirst)),
                    .plain(due.slashed(monthFirst: monthFirst)),
                    .plain(sign(invoice.totals.gross).dollars), .none, .text(row.description),
                    .plain("1"), .plain(sign(row.net).dollars), .none, .text(accountCode),
                    .text(taxType(row.rate)), .plain(sign(row.tax).dollars), .none, .none, .none,
                    .none, .plain("USD"), .none,
                ], to: &bytes)
        }
    }

    private func taxType(_ tax: InvoiceDocument.Tax) -> String {
        taxTypes[tax.ppm] ?? (tax.ppm == 0 ? "Tax Exempt" : "Tax on Sales")
    }
}
