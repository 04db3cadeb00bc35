import Documents
import Gateway
import Postgres
import Terminal
import Units

extension Command {
    static let usageExport = Command(
        "usage export", "write live usage as a file, a row a generation that was charged for",
        [
            .needed("format", "FORMAT", "csv, jsonl, or focus: rows of FOCUS 1.0"),
            .optional("month", "YYYY-MM", "what was charged in this month, in UTC"),
            .optional("from", "YYYY-MM-DD", "or from this day on"),
            .optional("to", "YYYY-MM-DD", "up to this one, included (default: today)"),
            .optional("account", "ID", "of one account only"),
            .optional(
                "issuer", "NAME", "who issues the invoices, as FOCUS has it (default Atelier)"),
            .optional("output", "PATH", "the file (default: standard output)"),
        ]
    ) { session in
        let options = session.options
        guard let format = try options.word("format", of: UsageFormat.self) else {
            throw UsageFault("--format is missing")
        }
        if format != .focus {
            try options.refuse(["issuer"], "beside --format \(format.rawValue)")
        }
        let (first, last) = try range(session)
        let account = try options.id("account", of: Account.self)
        if let account {
            _ = try await session.database.read { try Account.find(account, in: $0) }
        }
        let encoder = UsageEncoder(format: format, issuer: options.text("issuer") ?? "Atelier")
        let export = UsageExport(from: first, to: last, account: account)
        try await session.database.read { try export.check(in: $0) }
        let output = try OutputFile(options.text("output"), named: "usage.\(format.rawValue)")
        try output.write(encoder.head)
        let rows = try await write(export, encoder, to: output, session)
        try output.finish()
        guard let path = options.text("output") else { return .written }
        return .record([
            ("from", .string(first.description)), ("to", .string(last.description)),
            ("rows", .int(rows)), ("output", .string(path)),
        ])
    }

    /// The days that were asked for.
    private static func range(_ session: Session) throws -> (CivilDate, CivilDate) {
        let options = session.options
        let (from, to) = (try options.day("from"), try options.day("to"))
        switch (try options.month("month"), from) {
        case (let month?, nil) where to == nil:
            let next = month.startOfMonth(plus: 1).daysSince1970
            return (month.startOfMonth, CivilDate(daysSince1970: next - 1))
        case (nil, let from?):
            let last = to ?? CivilDate(session.clock.now)
            guard from <= last else { throw UsageFault("--from is after --to") }
            return (from, last)
        default: throw UsageFault("an export takes --month, or --from and perhaps --to")
        }
    }

    /// Page by page: no more than one is in memory.
    private static func write(
        _ export: UsageExport, _ encoder: UsageEncoder, to output: OutputFile, _ session: Session
    ) async throws -> Int64 {
        let expected = try await session.database.read { try export.estimate(in: $0) }
        var bar = ProgressBar("usage", of: expected)
        var count: Int64 = 0
        var last: UsageRow?
        repeat {
            let after = last
            let page = try await session.database.read { try export.page(after: after, in: $0) }
            var bytes: [UInt8] = []
            for row in page { encoder.append(row, to: &bytes) }
            try output.write(bytes)
            bar.advance(by: page.count)
            count += Int64(page.count)
            last = page.count == UsageExport.pageMax ? page.last : nil
        } while last != nil
        bar.end()
        return count
    }
}

/// What usage is written as.
enum UsageFormat: String, CaseIterable, Sendable {
    case csv, jsonl, focus
}

/// Usage in one of the formats.
private struct UsageEncoder {
    let format: UsageFormat
    let issuer: String

    /// What the file begins with.
    var head: [UInt8] {
        var bytes: [UInt8] = []
        switch format {
        case .csv: UsageCSV.appendHead(to: &bytes)
        case .jsonl: break
        case .focus: FocusCSV(issuer: issuer).appendHead(to: &bytes)
        }
        return bytes
    }

    func append(_ row: UsageRow, to bytes: inout [UInt8]) {
        switch format {
        case .csv: UsageCSV.append(row, to: &bytes)
        case .jsonl: UsageJSONLines.append(row, to: &bytes)
        case .focus: FocusCSV(issuer: issuer).append(row, to: &bytes)
        }
    }
}
