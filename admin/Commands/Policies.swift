import Gateway
import Postgres
import Providers
import Units

/// How providers treat what they are sent.
extension Command {
    static let providersPolicies = Command(
        "providers policies",
        "list how providers treat what they are sent, with where that is written", []
    ) { session in
        let known = try await session.database.read { try DataPolicy.all(in: $0) }
        return .list(
            [
                "provider", "trains_on_data", "retention_hours", "region", "source", "checked_on",
                "set_by",
            ],
            known.sorted { $0.key < $1.key }.map { provider, row in
                let policy = row.policy
                return [
                    .string(provider), .optional(policy.trainsOnData, JSON.bool),
                    .optional(policy.retentionHours) { .int($0) },
                    .optional(policy.region, JSON.string), .string(policy.source),
                    .string("\(policy.checkedOn)"), .string(row.isAdmins ? "admin" : "file"),
                ]
            },
            note: "What is not known meets no restriction.")
    }

    static let providersPolicySet = Command(
        "providers policy set",
        "set how a provider treats what it is sent, such as by a contract; a file changes it no more",
        [
            name,
            .needed("trains", "yes|no|unknown", "whether it trains models on data"),
            .needed(
                "retention", "HOURS", "how long it keeps data at most, 0 for not at all, or unknown"
            ),
            .optional("region", "WHERE", "where it works on data"),
            .needed("source", "WHERE", "the page or contract that says so"),
            .optional("checked-on", "DAY", "when it was read there (default today)"),
            .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let options = session.options
        let provider = options.needed("provider")
        let trains = try options.word("trains", of: Answer.self) ?? .unknown
        let hours =
            options.text("retention") == "unknown"
            ? nil : try options.integer("retention", in: 0...Int(Int32.max))
        let policy = DataPolicy(
            trainsOnData: trains == .unknown ? nil : trains == .yes, retentionHours: hours,
            region: options.text("region"), source: options.needed("source"),
            checkedOn: try options.day("checked-on") ?? CivilDate(session.clock.now))
        let actor = session.actor
        try await session.database.transaction {
            try policy.set(of: provider, by: actor, in: $0)
        }
        return .record([("provider", .string(provider)), ("policy", policy.json)])
    }

    private enum Answer: String, CaseIterable {
        case yes, no, unknown
    }
}
