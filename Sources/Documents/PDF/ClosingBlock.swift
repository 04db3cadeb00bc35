import Units

/// What stands under the lines and stays together: on the right the sums, on the left what became of
/// the credits and where to pay.
struct ClosingBlock {
    /// One row of the sums or of the statement.
    private struct Row {
        let name: String
        let figure: Figure
        var bold = false
    }

    let height: Double
    private let invoice: InvoiceDocument
    private let sums: [Row]
    private let statement: [Row]

    private static let rowHeight = 16.0
    private static let headHeight = 20.0
    private static let totalHeight = 26.0
    private static let sumsLeft = Sheet.left + Sheet.width / 2 + 6
    private static let statementRight = Sheet.left + Sheet.width / 2 - 22

    init(_ invoice: InvoiceDocument, on sheet: Sheet) {
        self.invoice = invoice
        let totals = invoice.totals
        var sums = [Row(name: "Sum of the lines", figure: Figure(totals.exact))]
        if totals.rounding != .zero {
            sums.append(Row(name: "Rounding to cents", figure: Figure(totals.rounding)))
        }
        sums.append(Row(name: "Net", figure: Figure(totals.net), bold: true))
        for line in totals.taxes {
            sums.append(
                Row(
                    name: "Tax \(line.rate.percent) % of \(Figure(line.taxable).head)",
                    figure: Figure(line.tax)))
        }
        sums.append(Row(name: "Total", figure: Figure(totals.gross), bold: true))
        if totals.paid != .zero {
            let name = invoice.kind == .statement ? "Paid out of credits" : "Paid"
            sums.append(Row(name: name, figure: Figure(-totals.paid)))
        }
        self.sums = sums
        statement =
            invoice.credits?.rows.map { Row(name: $0.name, figure: Figure($0.amount)) } ?? []
        let right = Double(sums.count) * Self.rowHeight + 6 + Self.totalHeight
        var left = 0.0
        if !statement.isEmpty { left += Self.headHeight + Double(statement.count) * Self.rowHeight }
        if invoice.showsBank { left += Self.headHeight + 4 * Self.rowHeight }
        height = max(left, right) + 26
    }

    func put(on sheet: inout Sheet) {
        let start = sheet.y + 8
        sheet.y = start
        let amount = Sheet.right - 10 - sheet.tail(of: sums.map(\.figure))
        for row in sums { put(row, x: Self.sumsLeft + 10, amount: amount, on: &sheet) }
        sheet.y += 4
        total(amount: amount, on: &sheet)
        let rightEnd = sheet.y
        sheet.y = start
        if !statement.isEmpty {
            head("CREDITS IN USD", on: &sheet)
            let amount = Self.statementRight - sheet.tail(of: statement.map(\.figure))
            for (index, row) in statement.enumerated() {
                var row = row
                row.bold = index == statement.count - 1
                if row.bold { sheet.rule(from: Sheet.left, to: Self.statementRight) }
                put(row, x: Sheet.left, amount: amount, on: &sheet)
            }
            sheet.y += 8
        }
        if invoice.showsBank, let bank = invoice.bank { put(bank, on: &sheet) }
        sheet.y = max(sheet.y, rightEnd) + 18
    }

    private func put(_ row: Row, x: Double, amount: Double, on sheet: inout Sheet) {
        sheet.put(
            Text(row.name, bold: row.bold, ink: row.bold ? .black : .grey), x: x, down: 2)
        sheet.put(row.figure, bold: row.bold, x: amount, down: 2)
        sheet.y += Self.rowHeight
    }

    private func head(_ text: String, on sheet: inout Sheet) {
        sheet.put(Text(text, 6.5, bold: true, ink: .pale, spacing: 0.8), x: Sheet.left, down: 3)
        sheet.y += Self.headHeight
    }

    private func total(amount: Double, on sheet: inout Sheet) {
        let due = invoice.isCreditNote ? invoice.totals.gross : invoice.totals.due
        sheet.put(
            .box(
                x: Self.sumsLeft, y: sheet.y, width: Sheet.right - Self.sumsLeft,
                height: Self.totalHeight, .accent))
        sheet.put(
            Text(invoice.amountLabel, 10, bold: true, ink: .white), x: Self.sumsLeft + 10, down: 6)
        sheet.put(
            Text("USD " + Figure(due).head, 10, bold: true, ink: .white, side: .right), x: amount,
            down: 6)
        sheet.y += Self.totalHeight
    }

    private func put(_ bank: InvoiceDocument.BankAccount, on sheet: inout Sheet) {
        head("PLEASE PAY TO", on: &sheet)
        let rows = [
            ("Holder", bank.holder), ("Account", bank.number),
            ("BIC", [bank.bic, bank.bank].compactMap(\.self).joined(separator: ", ")),
            ("Reference", invoice.number ?? ""),
        ]
        for (name, value) in rows where !value.isEmpty {
            sheet.put(Text(name, ink: .grey), x: Sheet.left, down: 2)
            sheet.put(Text(value.shortened(36)), x: Sheet.left + 58, down: 2)
            sheet.y += Self.rowHeight
        }
    }
}

extension InvoiceDocument {
    /// Only whoever has something to pay is told where.
    fileprivate var showsBank: Bool {
        bank != nil && !isCreditNote && totals.due > .zero && state == .finalized
    }
}

extension Sheet {
    /// Why no tax is charged, and what else is to be said; broken by lines, as it may be long.
    mutating func remarks(_ invoice: InvoiceDocument) {
        let reasons = invoice.totals.taxes.compactMap(\.rate.exemption).map { $0 + "." }
        for note in reasons + invoice.notes {
            let lines = canvas.lines(of: Text(note, 8, ink: .grey, width: Sheet.width * 0.8))
            // Two lines at least stay together.
            keep(12 * Double(min(lines.count, 2)))
            for line in lines {
                keep(12)
                put(Text(line, 8, ink: .grey), x: Sheet.left)
                y += 12
            }
            y += 5
        }
    }
}
