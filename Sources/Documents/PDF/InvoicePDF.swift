import Units

/// An invoice to be read and printed: A4, as many pages as it needs.
///
/// The same invoice makes the same bytes on the same machine: every date in it is the invoice's.
public enum InvoicePDF {
    /// Cairo could not make the file, which it says for want of memory alone.
    public struct OutOfMemory: Error {}

    public static func bytes(of invoice: InvoiceDocument) throws(OutOfMemory) -> [UInt8] {
        let sheet = sheet(of: invoice)
        sheet.draw { page, count in footer(invoice, page, count) }
        guard let bytes = sheet.canvas.finish() else { throw OutOfMemory() }
        return bytes
    }

    /// Its pages, not drawn yet.
    static func sheet(of invoice: InvoiceDocument) -> Sheet {
        let name = [invoice.title, invoice.number ?? "(draft)"].joined(separator: " ")
        let canvas = Canvas(
            Canvas.Facts(
                title: name, author: invoice.seller.name,
                subject: "\(invoice.buyer.name), \(invoice.period.first) to \(invoice.period.last)",
                date: "\(invoice.issued)T00:00:00Z"))
        var sheet = Sheet(canvas, backdrop: invoice.stamp.map { [.stamp($0)] } ?? [])
        sheet.letterhead(invoice)
        sheet.summary(invoice)
        sheet.heading = { $0.continuation(invoice, name) }
        sheet.table(invoice)
        sheet.remarks(invoice)
        return sheet
    }

    private static func footer(_ invoice: InvoiceDocument, _ page: Int, _ count: Int) -> [Mark] {
        let seller = invoice.seller
        let facts = [seller.name.shortened(60), seller.vatID ?? seller.taxID, seller.email]
        let y = Sheet.bottom + 20
        return [
            .box(x: Sheet.left, y: y - 8, width: Sheet.width, height: 0.6, .line),
            .text(
                Text(facts.compactMap(\.self).joined(separator: "  ·  "), 7, ink: .grey),
                x: Sheet.left, y: y),
            .text(
                Text("Page \(page) of \(count)", 7, ink: .grey, side: .right), x: Sheet.right, y: y),
        ]
    }
}

extension InvoiceDocument {
    /// What is written across a document that nobody should pay.
    fileprivate var stamp: String? {
        switch state {
        case .draft: "DRAFT"
        case .void: "VOID"
        case .finalized, .paid: nil
        }
    }
}

/// How much of a text a page takes; an invoice is not pushed off its first page by a name.
enum Extent {
    static let nameMax = 160
    static let descriptionMax = 300
    static let addressLinesMax = 8
    static let addressLineMax = 90
}

extension String {
    /// The first `count` characters, with an ellipsis when there are more, and no new lines.
    func shortened(_ count: Int) -> String {
        let line = String(map { $0.isNewline ? " " : $0 })
        return line.count > count ? line.prefix(count - 1) + "…" : line
    }
}

extension Party {
    /// The address as it stands on an envelope, without the name.
    var envelope: [String] {
        // Where there are states the code stands behind them: `Berlin, NH 03570`.
        let parts =
            region == nil ? [postalCode, city] : [city.map { $0 + "," }, region, postalCode]
        let town = parts.compactMap(\.self).joined(separator: " ")
        let last = [town, country ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        return (address.prefix(Extent.addressLinesMax) + [last]).filter { !$0.isEmpty }
            .map { $0.shortened(Extent.addressLineMax) }
    }

    /// What identifies it to an authority.
    var identifiers: [String] {
        [vatID.map { "VAT id \($0)" }, taxID.map { "Registration \($0)" }].compactMap(\.self)
    }
}
