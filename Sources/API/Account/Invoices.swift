import Documents
import Gateway
import HTTP
import Postgres
import Threads
import Units

extension Application {
    /// `GET /v1/invoices`: what has been made final for the caller's account, newest first.
    ///
    /// `limit` (1 to 100, default 20) and `cursor` (the `next_cursor` of the page before). Play
    /// credits are never invoiced, so a test key sees none.
    func invoices(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let query = try Query(request.query, known: ["limit", "cursor"])
        let limit = try query.integer("limit", in: 1...InvoiceRecord.pageMax) ?? 20
        let cursor = try query.id("cursor", of: Invoice.self)
        var found: [InvoiceRecord] = []
        if caller.mode == .live {
            found = try await database.read(as: caller.account) { transaction in
                // One more than asked for tells whether there is a next page.
                try InvoiceRecord.page(
                    of: caller.account, before: cursor, limit: limit + 1, in: transaction)
            }
        }
        let more = found.count > limit
        if more { found.removeLast() }
        return .json(
            .object([
                ("invoices", .array(found.map { .object(members($0)) })),
                ("next_cursor", more ? .optional(found.last?.id, JSON.id) : .null),
                ("has_more", .bool(more)),
            ]))
    }

    /// `GET /v1/invoices/{id}`: one of them, by id or number, as JSON; with `.pdf`, `.csv`, `.json` or
    /// `.xml` behind it as that file.
    func invoice(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let (reference, format) = try Self.name(parameters["id"])
        guard caller.mode == .live else { throw Self.noInvoice }
        let found = try await database.read(as: caller.account) { transaction in
            try InvoiceRecord.first(reference, in: transaction).map { invoice in
                (
                    invoice,
                    try InvoiceDocuments.find(invoice.id, of: caller.account, in: transaction)
                )
            }
        }
        // A draft is nobody's bill yet, and may never be one.
        guard let (invoice, loaded) = found, let document = loaded,
            invoice.account == caller.account, invoice.state != .draft
        else { throw Self.noInvoice }
        let etag = "\"\(invoice.id)-\(invoice.state.rawValue)-\(format?.rawValue ?? "all")\""
        guard let format else {
            return .json(
                .object(members(invoice) + [("document", InvoiceJSON.value(of: document))]))
        }
        if request.headers.all("If-None-Match").contains(where: { $0 == etag || $0 == "*" }) {
            return Response(.notModified, headers: ["ETag": etag, "Cache-Control": Self.kept])
        }
        let bytes = try await pool.run { try format.bytes(of: document) }
        return Response(
            .ok,
            headers: [
                "Content-Type": format.mediaType, "ETag": etag, "Cache-Control": Self.kept,
                "Content-Disposition":
                    "attachment; filename=\"\(document.number ?? "invoice").\(format.rawValue)\"",
                "X-Content-Type-Options": "nosniff",
            ], body: .bytes(bytes))
    }

    /// By nobody but its account, and asked for anew each time: it may have been paid.
    private static let kept = "private, no-cache"

    private static let noInvoice = Refusal(.notFound, "There is no such invoice.")

    /// What stands in the path: an id or number, and perhaps an ending.
    private static func name(_ text: String) throws(Refusal) -> (Invoice.Reference, InvoiceForm?) {
        let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = halves.first, let reference = Invoice.Reference(String(first)) else {
            throw noInvoice
        }
        guard halves.count == 2 else { return (reference, nil) }
        guard let form = InvoiceForm(rawValue: String(halves[1])) else { throw noInvoice }
        return (reference, form)
    }

    private func members(_ invoice: InvoiceRecord) -> [(String, JSON)] {
        let files = InvoiceForm.allCases.map { form in
            (form.rawValue, JSON.string("\(publicURL)/v1/invoices/\(invoice.id).\(form.rawValue)"))
        }
        return [
            ("id", .id(invoice.id)), ("number", .optional(invoice.number, JSON.string)),
            ("kind", .string(invoice.kind.rawValue)), ("state", .string(invoice.state.rawValue)),
            ("month", .string(invoice.month.monthText)),
            ("issued", .string(invoice.issued.description)),
            ("due_on", .optional(invoice.dueOn) { .string($0.description) }),
            ("currency", .string("USD")), ("net", .number(invoice.net.dollars)),
            ("tax", .number(invoice.tax.dollars)), ("gross", .number(invoice.gross.dollars)),
            ("due", .number(invoice.outstanding.dollars)),
            ("corrects", .optional(invoice.correctsNumber, JSON.string)),
            ("files", .object(files)),
        ]
    }
}

/// The files that there are of an invoice, by their endings.
enum InvoiceForm: String, CaseIterable, Sendable {
    case pdf, csv, json, xml

    var mediaType: String {
        switch self {
        case .pdf: "application/pdf"
        case .csv: "text/csv; charset=utf-8"
        case .json: "application/json"
        case .xml: "application/xml"
        }
    }

    /// Runs on a thread that may compute for long.
    func bytes(of invoice: InvoiceDocument) throws -> [UInt8] {
        switch self {
        case .pdf: try InvoicePDF.bytes(of: invoice)
        case .csv: InvoiceCSV.bytes(of: invoice)
        case .json: InvoiceJSON.bytes(of: invoice)
        case .xml: try InvoiceFile.ubl(of: invoice)
        }
    }
}
