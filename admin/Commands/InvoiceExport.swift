import Documents
import Gateway
import Postgres
import Terminal
import Units

extension Command {
    static let invoicesExport = Command(
        "invoices export", "write invoices, or the whole ledger as a journal, as a file",
        [
            .needed(
                "format", "FORMAT", ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")),
            .optional("invoice", "NUMBER", "one of them"),
            .optional("month", "YYYY-MM", "all of a month that are final"),
            .optional("account", "ID", "of the month, those of one account"),
            .optional(
                "output", "PATH",
                "the file, or a directory for files with names of their own; of a month's pdf or ubl a directory (default: standard output)"
            ),
        ]
    ) { session in
        let options = session.options
        guard let format = try options.word("format", of: ExportFormat.self) else {
            throw UsageFault("--format is missing")
        }
        if let journal = format.journal {
            try options.refuse(
                ["invoice", "month", "account"], "beside --format \(format.rawValue)")
            return try await JournalExport(format: journal, session: session).run()
        }
        switch (options.has("invoice"), try options.month("month")) {
        case (true, nil): return try await exportOne(format, session)
        case (false, let month?): return try await exportMonth(month, format, session)
        default: throw UsageFault("an export takes --invoice or --month, one of the two")
        }
    }

    private static func exportOne(_ format: ExportFormat, _ session: Session) async throws -> Result
    {
        try session.options.refuse(["account"], "beside --invoice")
        let reference = try session.invoice()
        let document = try await session.database.read { transaction in
            let invoice = try InvoiceRecord.find(reference, in: transaction)
            return try InvoiceDocuments.find(invoice.id, of: invoice.account, in: transaction)
        }
        guard let document else { throw Refusal(.notFound, "There is no such invoice.") }
        // Alone it is one value, of a month a list of them.
        var bytes: [UInt8] = format == .json ? [] : format.head
        try format.append(document, to: &bytes)
        let name = document.number ?? "draft"
        let output = try OutputFile(
            session.options.text("output"), named: "\(name).\(format.ending)")
        try output.write(bytes)
        try output.finish()
        return told(1, format, session)
    }

    private static func exportMonth(
        _ month: CivilDate, _ format: ExportFormat, _ session: Session
    ) async throws -> Result {
        let account = try session.options.id("account", of: Account.self)
        let path = session.options.text("output")
        if format.isOneFileEach, path == nil {
            throw UsageFault("--output names the directory for a month's \(format.rawValue) files")
        }
        if format.isOneFileEach, let path, !OutputFile.isDirectory(path) {
            throw UsageFault(
                "--output: there is no directory '\(path)' for a month's \(format.rawValue) files")
        }
        let name = "invoices-\(String("\(month)".prefix(7))).\(format.ending)"
        let whole = format.isOneFileEach ? nil : try OutputFile(path, named: name)
        try whole?.write(format.head)
        var last: (ID<Account>, ID<Invoice>)?
        var count = 0
        var skipped: [(name: String, reason: String)] = []
        while true {
            let after = last
            let page = try await session.database.read {
                try InvoiceDocuments.month(
                    month, account: account, after: after, limit: InvoiceDocuments.batchMax, in: $0)
            }
            for one in page {
                let name = one.document.number ?? one.id.description
                var bytes: [UInt8] = []
                do {
                    try format.append(one.document, to: &bytes)
                } catch let refusal as Refusal {
                    // What is void, or has no lines, is in no file of the standard.
                    skipped.append((name, refusal.message))
                    continue
                }
                if let whole {
                    if format == .json, count > 0 { try whole.write(Array(",\n".utf8)) }
                    try whole.write(bytes)
                } else if let path, !bytes.isEmpty {
                    let file = try OutputFile(path, named: "\(name).\(format.ending)")
                    try file.write(bytes)
                    try file.finish()
                }
                count += 1
            }
            guard let final = page.last, page.count == InvoiceDocuments.batchMax else { break }
            last = (final.document.account, final.id)
        }
        try whole?.write(format.tail)
        try whole?.finish()
        return told(count, format, session, skipped: skipped)
    }

    /// What came of it; nothing where the export itself is the answer.
    static func told(
        _ count: Int, _ format: ExportFormat, _ session: Session,
        skipped: [(name: String, reason: String)] = []
    ) -> Result {
        guard let path = session.options.text("output") else { return .written }
        var members: [(String, JSON)] = [
            ("format", .string(format.rawValue)), ("documents", .int(count)),
            ("output", .string(path)),
        ]
        guard !skipped.isEmpty else { return .record(members) }
        members.append(("skipped", .int(skipped.count)))
        return .record(
            members,
            note: skipped.map { "not \($0.name): \($0.reason)" }.joined(separator: "\n"))
    }
}

/// What an export is written as.
enum ExportFormat: String, CaseIterable, Sendable {
    case pdf, csv, json, ubl, xero, quickbooks, beancount, hledger

    /// Of a journal, which is of the ledger rather than of invoices.
    var journal: Journal.Format? {
        switch self {
        case .beancount: .beancount
        case .hledger: .hledger
        default: nil
        }
    }

    /// Whether a file holds one invoice and no more.
    var isOneFileEach: Bool { self == .pdf || self == .ubl }

    var ending: String {
        switch self {
        case .ubl: "xml"
        case .xero, .quickbooks: "\(rawValue).csv"
        case .hledger: "journal"
        case .pdf, .csv, .json, .beancount: rawValue
        }
    }

    /// What the file begins with.
    var head: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .csv: InvoiceCSV.appendHead(to: &bytes)
        case .xero: XeroCSV().appendHead(to: &bytes)
        case .quickbooks: QuickBooksCSV().appendHead(to: &bytes)
        case .json: bytes = Array("[".utf8)
        case .pdf, .ubl, .beancount, .hledger: break
        }
        return bytes
    }

    var tail: [UInt8] { self == .json ? Array("]\n".utf8) : [] }

    /// Adds an invoice, or refuses one of which there is no such file.
    func append(_ invoice: InvoiceDocument, to bytes: inout [UInt8]) throws {
        switch self {
        case .pdf: bytes += try InvoicePDF.bytes(of: invoice)
        case .csv: InvoiceCSV.append(invoice, to: &bytes)
        case .json: bytes += InvoiceJSON.bytes(of: invoice)
        case .xero: XeroCSV().append(invoice, to: &bytes)
        case .quickbooks: QuickBooksCSV().append(invoice, to: &bytes)
        case .ubl: bytes += try InvoiceFile.ubl(of: invoice)
        case .beancount, .hledger: break
        }
    }
}
