import Postgres
import Gateway
import Units

extension Command {
    static let usageSummary = Command(
        "usage summary", "sum a month's live usage by model, key or day",
        [
            .optional("month", "YYYY-MM", "which month, in UTC (default: this one)"),
            .optional("account", "ID", "of one account only"),
            .optional("by", "WHAT", "model, key or day (default model)"),
        ]
    ) { session in
        let month = try session.options.month("month") ?? CivilDate(session.clock.now)
        let account = try session.options.id("account", of: Account.self)
        let grouping = try session.options.word("by", of: UsageSummary.Grouping.self) ?? .model
        let lines = try await session.database.read { transaction in
            if let account { _ = try Account.find(account, in: transaction) }
            return try UsageSummary.month(
                month, account: account, by: grouping, in: transaction)
        }
        let total = lines.reduce(Credits.zero) { $0 + $1.cost }
        return .list(
            [grouping.rawValue, "generations", "failed", "images", "cost"],
            lines.map { line in
                [
                    .string(line.group), .int(line.generations), .int(line.failed),
                    .int(line.images), .credits(line.cost),
                ]
            }, note: "total $\(total)")
    }
}
