import Units

extension InvoiceDocument {
    /// A line, and its amount in cents.
    struct RoundedLine {
        let line: Line
        let cents: Cents
    }

    /// Each line rounded by itself, half away from zero.
    var roundedLines: [RoundedLine] {
        lines.map { RoundedLine(line: $0, cents: Cents(rounding: $0.net)) }
    }

    /// What the rounded lines of one rate lack to its taxable amount; negative when they exceed it.
    func roundingDifference(_ tax: TaxLine, _ lines: [RoundedLine]) -> Cents {
        tax.taxable
            - lines.filter { $0.line.tax == tax.rate }.reduce(.zero) { $0 + $1.cents }
    }
}

extension XML {
    /// A charge or an allowance for each rate whose rounded lines do not come to its taxable amount.
    mutating func rounding(of invoice: InvoiceDocument, _ lines: [InvoiceDocument.RoundedLine]) {
        for tax in invoice.totals.taxes {
            let difference = invoice.roundingDifference(tax, lines)
            if difference == .zero { continue }
            allowance(difference, reason: "Rounding", tax: tax.rate)
        }
    }

    mutating func totals(of invoice: InvoiceDocument, _ lines: [InvoiceDocument.RoundedLine]) {
        let totals = invoice.totals
        let differences = totals.taxes.map { invoice.roundingDifference($0, lines) }
        let charges = differences.filter { $0 > .zero }.reduce(.zero, +)
        let allowances = differences.filter { $0 < .zero }.reduce(.zero, -)
        element("cac:LegalMonetaryTotal") { xml in
            xml.amount("cbc:LineExtensionAmount", lines.reduce(.zero) { $0 + $1.cents })
            xml.amount("cbc:TaxExclusiveAmount", totals.net)
            xml.amount("cbc:TaxInclusiveAmount", totals.gross)
            if allowances > .zero { xml.amount("cbc:AllowanceTotalAmount", allowances) }
            if charges > .zero { xml.amount("cbc:ChargeTotalAmount", charges) }
            if totals.paid != .zero { xml.amount("cbc:PrepaidAmount", totals.paid) }
            xml.amount("cbc:PayableAmount", totals.due)
        }
    }

    mutating func line(_ rounded: InvoiceDocument.RoundedLine, root: String) {
        let line = rounded.line
        let quantity = root == "CreditNote" ? "CreditedQuantity" : "InvoicedQuantity"
        element("cac:\(root)Line") { xml in
            xml.element("cbc:ID", String(line.position))
            xml.element(
                "cbc:\(quantity)", line.quantity.decimal, with: [("unitCode", line.unit.code)])
            xml.amount("cbc:LineExtensionAmount", rounded.cents)
            let capped = rounded.cents - Cents(rounding: line.quantity.times(line.unitPrice))
            if capped != .zero { xml.allowance(capped, reason: "As reserved", tax: nil) }
            xml.element("cac:Item") { xml in
                xml.element("cbc:Name", line.description)
                xml.element("cac:SellersItemIdentification") { $0.element("cbc:ID", line.model) }
                xml.taxCategory("cac:ClassifiedTaxCategory", line.tax, reasoned: false)
                xml.property("Unit", line.unit.rawValue)
                xml.property("Price version", String(line.priceVersion))
                xml.property("Exact net amount in USD", line.net.dollars)
            }
            xml.element("cac:Price") { xml in
                xml.element(
                    "cbc:PriceAmount", line.unitPrice.dollars, with: [("currencyID", "USD")])
            }
        }
    }

    private mutating func property(_ name: String, _ value: String) {
        element("cac:AdditionalItemProperty") { xml in
            xml.element("cbc:Name", name)
            xml.element("cbc:Value", value)
        }
    }

    /// A charge when `amount` is positive, an allowance when it is negative; a line's own has no tax.
    private mutating func allowance(_ amount: Cents, reason: String, tax: InvoiceDocument.Tax?) {
        element("cac:AllowanceCharge") { xml in
            xml.element("cbc:ChargeIndicator", amount > .zero ? "true" : "false")
            xml.element("cbc:AllowanceChargeReason", reason)
            xml.amount("cbc:Amount", amount > .zero ? amount : -amount)
            if let tax { xml.taxCategory("cac:TaxCategory", tax, reasoned: false) }
        }
    }
}

extension InvoiceDocument.Unit {
    /// UN/ECE recommendation 20: megapixels have a code; what has none is counted in ones.
    fileprivate var code: String {
        switch self {
        case .megapixel: "E37"
        case .image, .token, .request: "C62"
        }
    }
}
