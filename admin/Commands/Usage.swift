import Postgres
import Gateway
import Units

extension Command {
    static let usageSummary = Command(
        "usage summary", "sum a month's live usage, what it cost us and what is left",
        [
            .optional("month", "YYYY-MM", "which month, in UTC (default: this one)"),
            .optional("account", "ID", "of one account only"),
            .optional("by", "WHAT", "provider, model, key or day (default model)"),
        ]
    ) { session in
        let month = try session.options.month("month") ?? CivilDate(session.clock.now)
        let account = try session.options.id("account", of: Account.self)
        let grouping = try session.options.word("by", of: UsageSummary.Grouping.self) ?? .model
        if let account {
            _ = try await session.database.read { try Account.find(account, in: $0) }
        }
        try await DailyTotals.rollUp(account, on: session.database)
        let lines = try await session.database.read { transaction in
            return try UsageSummary.month(
                month, account: account, by: grouping, in: transaction)
        }
        let charged = lines.reduce(Credits.zero) { $0 + $1.charged }
        let ours = lines.reduce(Credits.zero) { $0 + $1.providerCost }
        let known = lines.reduce(0) { $0 + $1.costKnown }
        let margin = lines.compactMap(\.margin).reduce(Credits.zero, +)
        return .list(
            [
                grouping.rawValue, "generations", "failed", "images", "charged", "our_cost",
                "cost_known", "margin",
            ],
            lines.map { line in
                [
                    .string(line.group), .int(line.generations), .int(line.failed),
                    .int(line.images), .credits(line.charged), .credits(line.providerCost),
                    .int(line.costKnown), .optional(line.margin, JSON.credits),
                ]
            },
            note: """
                total $\(charged) charged; of \(known) generations we know that they cost us $\(ours), \
                which leaves $\(margin) of what was charged for them
                """)
    }
}
