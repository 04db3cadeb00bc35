import Units

extension Sheet {
    /// Who sends it and what it is.
    mutating func letterhead(_ invoice: InvoiceDocument) {
        let half = Sheet.width / 2
        put(.box(x: 0, y: 0, width: Canvas.width, height: 6, .accent))
        var leftEnd = column(
            Text(invoice.seller.name.shortened(Extent.nameMax), 15, bold: true, width: half),
            x: Sheet.left, from: y)
        let lines =
            invoice.seller.envelope + invoice.seller.identifiers
            + [invoice.seller.email].compactMap(\.self)
        leftEnd = column(
            Text(lines.joined(separator: "\n"), 8, ink: .grey, width: half), x: Sheet.left,
            from: leftEnd + 3)
        put(Text(invoice.title, 20, ink: .accent, side: .right), x: Sheet.right, down: -5)
        put(
            Text(invoice.number ?? "Draft", 11, bold: true, side: .right), x: Sheet.right,
            down: 24)
        y = max(leftEnd, y + 44) + 16
        rule()
        y += 16
        let rightEnd = facts(invoice, x: Sheet.left + half)
        put(Text(buyerLabel(invoice), 6.5, bold: true, ink: .pale, spacing: 0.8), x: Sheet.left)
        var end = column(
            Text(invoice.buyer.name.shortened(Extent.nameMax), 10.5, bold: true, width: half - 10),
            x: Sheet.left,
            from: y + 12
        )
        let buyer =
            invoice.buyer.envelope + invoice.buyer.identifiers
            + [invoice.buyer.email].compactMap(\.self)
        end = column(
            Text(buyer.joined(separator: "\n"), 8.5, width: half - 10), x: Sheet.left, from: end + 2
        )
        y = max(end, rightEnd) + 18
    }

    private func buyerLabel(_ invoice: InvoiceDocument) -> String {
        invoice.isCreditNote ? "CREDITED TO" : "BILLED TO"
    }

    /// Puts a text of several lines at `from`; where it ends.
    private mutating func column(_ text: Text, x: Double, from: Double) -> Double {
        if text.string.isEmpty { return from }
        put(.text(text, x: x, y: from))
        return from + canvas.size(of: text).height
    }

    /// Dates and names of the document, a row each; where they end.
    private mutating func facts(_ invoice: InvoiceDocument, x: Double) -> Double {
        var rows = [("Date of issue", invoice.issued.description)]
        if let due = invoice.due { rows.append(("Due date", due.description)) }
        rows.append(("Period (UTC)", "\(invoice.period.first) – \(invoice.period.last)"))
        if case .creditNote(let number, let issued) = invoice.kind {
            rows.append(("Corrects", "\(number) of \(issued)"))
        }
        if let reference = invoice.buyerReference {
            rows.append(("Your reference", reference.shortened(Extent.nameMax)))
        }
        rows.append(("Account", invoice.account.description))
        var end = y
        for (name, value) in rows {
            let text = Text(value, 8.5, side: .left, width: Sheet.right - x - 76)
            put(.text(Text(name, 8.5, ink: .grey), x: x, y: end))
            end = column(text, x: x + 76, from: end) + 3
        }
        return end
    }

    /// The amount that matters, and until when.
    mutating func summary(_ invoice: InvoiceDocument) {
        let height = 50.0
        put(.box(x: Sheet.left, y: y, width: Sheet.width, height: height, .tint))
        put(.box(x: Sheet.left, y: y, width: 3, height: height, .accent))
        let amount = invoice.isCreditNote ? invoice.totals.gross : invoice.totals.due
        put(
            Text(invoice.amountLabel.uppercased(), 6.5, bold: true, ink: .grey, spacing: 0.8),
            x: Sheet.left + 16, down: 9)
        put(
            Text("USD " + Figure(amount).head, 17, bold: true, ink: .accent), x: Sheet.left + 16,
            down: 19)
        let terms = Text(invoice.standing, 8.5, side: .right, width: 240)
        let lines = canvas.size(of: terms).height
        put(terms, x: Sheet.right - 256, down: (height - lines) / 2)
        y += height + 20
    }

    /// What stands above the table of every page but the first.
    mutating func continuation(_ invoice: InvoiceDocument, _ name: String) {
        put(.box(x: 0, y: 0, width: Canvas.width, height: 6, .accent))
        put(Text(invoice.seller.name.shortened(50), 8, bold: true), x: Sheet.left, down: -8)
        put(Text(name, 8, ink: .grey, side: .right), x: Sheet.right, down: -8)
        y += 18
    }
}

extension InvoiceDocument {
    /// What the sum at the end is called.
    var amountLabel: String { isCreditNote ? "Amount credited" : "Amount due" }

    /// How the document stands, for whoever looks at its first page alone.
    fileprivate var standing: String {
        switch state {
        case .draft: "A draft: it has no number, and nothing is to be paid."
        case .void: "Void: this document was taken back."
        case .finalized: terms
        case .paid: isCreditNote || totals.due <= .zero ? terms : "Paid. Thank you."
        }
    }
}
