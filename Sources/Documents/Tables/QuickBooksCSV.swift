import Units

/// Invoices as QuickBooks Online imports them: *Settings, Import data, Invoices*.
///
/// That import takes no credit notes; `takes` says so.
public struct QuickBooksCSV: Sendable {
    /// The product or service of every row, which must exist there.
    public var item: String
    /// Its tax codes, by millionths.
    public var taxCodes: [Int64: String]
    public var monthFirst: Bool

    public init(
        item: String = "Image generation", taxCodes: [Int64: String] = [:], monthFirst: Bool = true
    ) {
        self.item = item
        self.taxCodes = taxCodes
        self.monthFirst = monthFirst
    }

    /// Names that its import maps by itself, with stars on those that it demands.
    static let columns = [
        "*InvoiceNo", "*Customer", "*InvoiceDate", "*DueDate", "Terms", "Location", "Memo",
        "Item(Product/Service)", "ItemDescription", "ItemQuantity", "ItemRate", "*ItemAmount",
        "*ItemTaxCode", "ItemTaxAmount", "Currency", "Service Date",
    ]

    /// Whether rows are made of it: of an invoice or statement that is neither draft nor void.
    public static func takes(_ invoice: InvoiceDocument) -> Bool {
        invoice.number != nil && !invoice.isCreditNote && invoice.state != .draft
            && invoice.state != .void
    }

    public func appendHead(to bytes: inout [UInt8]) {
        CSV.append(head: Self.columns, to: &bytes)
    }

    /// Its rows; none for what the import does not take.
    public func append(_ invoice: InvoiceDocument, to bytes: inout [UInt8]) {
        guard Self.takes(invoice) else { return }
        let day: (CivilDate) -> CSV.Field = { .plain($0.slashed(monthFirst: monthFirst)) }
        for row in invoice.accountingRows {
            CSV.append(
                [
                    .optional(invoice.number), .text(invoice.buyer.name), day(invoice.issued),
                    day(invoice.due ?? invoice.issued), .none, .none,
                    .optional(invoice.buyerReference), .text(item), .text(row.description),
                    .plain("1"), .plain(row.net.dollars), .plain(row.net.dollars),
                    .text(taxCodes[row.rate.ppm] ?? (row.rate.ppm == 0 ? "NON" : "TAX")),
                    .plain(row.tax.dollars), .plain("USD"), day(invoice.period.last),
                ], to: &bytes)
        }
    }
}
