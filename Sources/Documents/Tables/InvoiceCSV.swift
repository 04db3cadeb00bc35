import Units

/// The lines of invoices as a table, a row each, with exact amounts.
public enum InvoiceCSV {
    static let columns = [
        "invoice", "kind", "state", "issued", "due", "period_start", "period_end", "account",
        "buyer", "line", "model", "description", "unit", "quantity", "unit_price", "price_version",
        "net", "currency", "tax_category", "tax_percent",
    ]

    /// One invoice with its head.
    public static func bytes(of invoice: InvoiceDocument) -> [UInt8] {
        var bytes: [UInt8] = []
        appendHead(to: &bytes)
        append(invoice, to: &bytes)
        return bytes
    }

    public static func appendHead(to bytes: inout [UInt8]) {
        CSV.append(head: columns, to: &bytes)
    }

    public static func append(_ invoice: InvoiceDocument, to bytes: inout [UInt8]) {
        for line in invoice.lines {
            CSV.append(
                [
                    .optional(invoice.number), .plain(invoice.kind.name),
                    .plain(invoice.state.rawValue), .plain(invoice.issued.description),
                    invoice.due.map { .plain($0.description) } ?? .none,
                    .plain(invoice.period.first.description),
                    .plain(invoice.period.last.description), .plain(invoice.account.description),
                    .text(invoice.buyer.name), .plain(String(line.position)), .text(line.model),
                    .text(line.description), .plain(line.unit.rawValue),
                    .plain(line.quantity.decimal), .plain(line.unitPrice.dollars),
                    .plain(String(line.priceVersion)), .plain(line.net.dollars), .plain("USD"),
                    .plain(line.tax.category.rawValue), .plain(line.tax.percent),
                ], to: &bytes)
        }
    }
}

extension InvoiceDocument.Kind {
    /// One word for tables and JSON.
    var name: String {
        switch self {
        case .invoice: "invoice"
        case .statement: "statement"
        case .creditNote: "credit_note"
        }
    }
}
