import Units

/// One row of an accounting program: those know cents alone, so a row is a line's whole amount.
struct AccountingRow {
    let description: String
    let item: String
    let net: Cents
    let tax: Cents
    let rate: InvoiceDocument.Tax
}

extension InvoiceDocument {
    /// The invoice in cents: its lines, and a row for what their rounding lacks. Nets and taxes add
    /// up to the totals: the tax of a row is what it adds to the tax of the rows before it.
    var accountingRows: [AccountingRow] {
        let lines = roundedLines
        return totals.taxes.flatMap { tax in
            var sum = Cents.zero
            func row(_ description: String, _ item: String, _ net: Cents) -> AccountingRow {
                let before = sum.share(ppm: tax.rate.ppm)
                sum += net
                return AccountingRow(
                    description: description, item: item, net: net,
                    tax: sum.share(ppm: tax.rate.ppm) - before, rate: tax.rate)
            }
            var rows = lines.filter { $0.line.tax == tax.rate }.map {
                row($0.line.accountingDescription, $0.line.model, $0.cents)
            }
            let difference = roundingDifference(tax, lines)
            if difference != .zero { rows.append(row("Rounding", "Rounding", difference)) }
            return rows
        }
    }
}

extension InvoiceDocument.Line {
    /// What the row would say in columns of its own, if those took nine decimals.
    fileprivate var accountingDescription: String {
        "\(description): \(quantity.decimal) \(unit.plural) at \(unitPrice.dollars)"
            + ", price version \(priceVersion)"
    }
}

extension CivilDate {
    /// As accounting programs read dates: `31/10/2026`, or `10/31/2026` in America.
    func slashed(monthFirst: Bool) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
        let parts = monthFirst ? [month, day] : [day, month]
        return parts.map(two).joined(separator: "/") + "/\(year)"
    }
}
