import Units

/// Where the columns of an invoice's lines stand: figures end at these places, texts begin there.
private struct Columns {
    let position = Sheet.left + 14
    let description = Sheet.left + 26
    let descriptionWidth: Double
    let quantity: Double
    /// Where the cents of prices and amounts end.
    let price: Double
    let amount: Double
    /// Where the longest price ends.
    let priceEnd: Double

    /// As wide as the figures of these lines need them.
    init(_ lines: [InvoiceDocument.Line], on sheet: Sheet) {
        amount = Sheet.right - sheet.tail(of: lines.map { Figure($0.net) })
        let amountWidth = Columns.width(lines.map { Figure($0.net).head } + ["Amount USD"], sheet)
        let priceTail = sheet.tail(of: lines.map { Figure($0.unitPrice) })
        priceEnd = amount - amountWidth - 16
        price = priceEnd - priceTail
        let priceWidth = Columns.width(lines.map { Figure($0.unitPrice).head }, sheet)
        // Its head is wider than a short price.
        quantity = min(price - priceWidth, priceEnd - 40) - 18
        let quantityWidth = Columns.width(
            lines.flatMap { [Figure($0.quantity).head, $0.unit.plural] } + ["Quantity"], sheet)
        descriptionWidth = quantity - quantityWidth - 14 - description
    }

    /// Of the widest. The figures are of one width, so the longest of them are enough.
    private static func width(_ texts: [String], _ sheet: Sheet) -> Double {
        let longest = texts.map(\.count).max() ?? 0
        return Set(texts.filter { $0.count == longest || !($0.first?.isNumber ?? false) })
            .map { sheet.canvas.size(of: Text($0)).width }.max() ?? 0
    }
}

extension Sheet {
    /// So many last lines go with the totals, so that no page begins with sums of nothing.
    private static let linesWithTotals = 2

    /// The lines, their sums, and beside those the statement and the bank.
    mutating func table(_ invoice: InvoiceDocument) {
        let columns = Columns(invoice.lines, on: self)
        let rows = invoice.lines.map { ($0, height(of: $0, columns)) }
        let closing = ClosingBlock(invoice, on: self)
        let pageHeading = heading
        heading = { sheet in
            pageHeading(&sheet)
            sheet.columnHeads(columns)
        }
        if !rows.isEmpty {
            keep(24 + (rows.first?.1 ?? 0))
            // A new page has its heads already.
            if pages.count == 1 { columnHeads(columns) }
        }
        for (index, (line, height)) in rows.enumerated() {
            if rows.count - index == min(rows.count, Sheet.linesWithTotals) {
                keep(rows[index...].reduce(closing.height) { $0 + $1.1 })
            } else {
                keep(height)
            }
            row(line, height, columns)
        }
        heading = pageHeading
        if rows.isEmpty {
            put(Text("Nothing was used in this period.", ink: .grey), x: Sheet.left)
            y += 22
        }
        keep(closing.height)
        closing.put(on: &self)
    }

    private mutating func columnHeads(_ columns: Columns) {
        func head(_ text: String, side: Text.Side = .right) -> Text {
            Text(text, 7, bold: true, ink: .grey, side: side)
        }
        put(head("#"), x: columns.position)
        put(head("Description", side: .left), x: columns.description)
        put(head("Quantity"), x: columns.quantity)
        put(head("Unit price"), x: columns.priceEnd)
        put(head("Amount USD"), x: Sheet.right)
        y += 14
        rule(.accent, thick: 1)
        y += 6
    }

    private func height(of line: InvoiceDocument.Line, _ columns: Columns) -> Double {
        let name = canvas.size(of: name(of: line, columns)).height
        return name + canvas.size(of: detail(of: line, columns)).height + 8
    }

    private func name(of line: InvoiceDocument.Line, _ columns: Columns) -> Text {
        Text(line.description.shortened(Extent.descriptionMax), width: columns.descriptionWidth)
    }

    private func detail(of line: InvoiceDocument.Line, _ columns: Columns) -> Text {
        Text(
            "\(line.model)  ·  price version \(line.priceVersion)", 7, ink: .grey,
            width: columns.descriptionWidth)
    }

    private mutating func row(
        _ line: InvoiceDocument.Line, _ height: Double, _ columns: Columns
    ) {
        let name = name(of: line, columns)
        let below = canvas.size(of: name).height
        put(Text(String(line.position), ink: .pale, side: .right), x: columns.position)
        put(name, x: columns.description)
        put(detail(of: line, columns), x: columns.description, down: below)
        put(Figure(line.quantity), x: columns.quantity)
        put(
            Text(line.unit.plural, 7, ink: .grey, side: .right), x: columns.quantity,
            down: canvas.size(of: Text("0")).height)
        put(Figure(line.unitPrice), x: columns.price)
        put(Figure(line.net), x: columns.amount)
        y += height - 4
        rule()
        y += 4
    }
}
