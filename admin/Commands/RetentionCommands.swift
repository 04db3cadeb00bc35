import Gateway
import Postgres
import Units

extension Command {
    static let retentionShow = Command(
        "retention show", "list the months of generations and postings, and what is kept", []
    ) { try await shownRetention($0) }

    static let retentionSet = Command(
        "retention set", "change how many months of generations and postings are kept",
        [
            .optional(
                "generations", "MONTHS",
                "with the running one, 2 or more, or forever: generations, attempts, pictures' rows"
            ),
            .optional("postings", "MONTHS", "with the running one, 24 or more, or forever"),
            .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let actor = session.actor
        var changes: [Retention.Kind: Int?] = [:]
        for kind in Retention.Kind.allCases {
            guard let text = session.options.text(kind.rawValue) else { continue }
            guard text != "forever" else {
                changes.updateValue(nil, forKey: kind)
                continue
            }
            guard let months = Int(text) else {
                throw UsageFault("--\(kind.rawValue) is a number of months, or forever")
            }
            changes.updateValue(months, forKey: kind)
        }
        guard !changes.isEmpty else {
            throw UsageFault("retention set takes --generations, --postings or both")
        }
        let wanted = changes
        try await session.database.transaction { transaction in
            for (kind, months) in wanted.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                try Retention.keep(months, of: kind, by: actor, in: transaction)
            }
        }
        return try await shownRetention(session)
    }

    static let retentionRun = Command(
        "retention run",
        "drop the months that are older than what is kept; needs the login that migrates",
        [
            .flag("unbilled", "also months with usage that is on no final invoice"),
            .flag("yes", "do not ask"), .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        try await DailyTotals.rollUp(on: session.database)
        let now = session.clock.now
        let due = try await session.database.read { transaction in
            let retention = try Retention.find(in: transaction)
            return try Retention.Kind.allCases.flatMap { kind in
                try retention.list(kind, at: now, in: transaction).filter(\.isDue)
            }
        }
        guard !due.isEmpty else {
            return .list(dropped, [], note: "Nothing is older than what is kept.")
        }
        let words = due.map { "\($0.kind.rawValue) of \($0.first.description.prefix(7))" }
        try session.confirm("Drop \(words.joined(separator: ", ")) for ever?")
        let unbilled = session.options.has("unbilled")
        let actor = session.actor
        // The engine may drop nothing: this is done as the login itself.
        let owner = session.owner()
        defer { owner.close() }
        for month in due {
            if month.kind == .postings {
                try await Expiry.closeBooks(before: month.first, on: session.database, at: now)
            }
            do {
                try await owner.transaction { transaction in
                    try Retention.drop(
                        month.kind, month.first, unbilled: unbilled, by: actor, in: transaction)
                }
            } catch DatabaseFailure.failed(sqlState: "42501", message: _) {
                throw Refusal(
                    .conflict,
                    "DATABASE_URL must name the login that migrates: only who owns the tables drops months."
                )
            }
        }
        return .list(dropped, due.map(row))
    }

    private static let dropped = ["kind", "month", "bytes"]

    private static func row(_ month: Retention.Month) -> [JSON] {
        [
            .string(month.kind.rawValue), .string(String(month.first.description.prefix(7))),
            .int(month.size),
        ]
    }

    private static func shownRetention(_ session: Session) async throws -> Result {
        let now = session.clock.now
        let (retention, months) = try await session.database.read { transaction in
            let retention = try Retention.find(in: transaction)
            let months = try Retention.Kind.allCases.flatMap {
                try retention.list($0, at: now, in: transaction)
            }
            return (retention, months)
        }
        let kept = Retention.Kind.allCases.map { kind -> (String, JSON) in
            (
                "\(kind.rawValue)_months",
                retention.months[kind].map { .int(Int64($0)) } ?? .string("forever")
            )
        }
        return .record(
            kept,
            table: .init(
                name: "months", columns: dropped + ["due"],
                rows: months.map { row($0) + [.bool($0.isDue)] }))
    }
}
