import Gateway
import Postgres
import Providers
import Units

extension Command {
    static let providersList = Command(
        "providers list",
        "list who can be bought from, what they lack, and how the last hour went", []
    ) { session in
        let now = session.clock.now
        let (catalogue, disabled, attempts) = try await session.database.read { transaction in
            (
                try Catalogue.load(in: transaction), try DisabledProvider.all(in: transaction),
                try RecentAttempts.list(at: now, in: transaction)
            )
        }
        return .list(
            [
                "name", "title", "adapter", "ready", "base_url", "endpoints", "enabled",
                "last_hour",
            ],
            Vendor.all.map { vendor in
                let missing = vendor.missing(session.variable)
                let base = session.variable(vendor.baseVariable) ?? vendor.base
                let lately = attempts.filter { $0.provider == vendor.name }
                return [
                    .string(vendor.name), .string(vendor.title), .string(vendor.adapter.name),
                    .string(
                        missing.isEmpty
                            ? "ready" : "lacks \(missing.joined(separator: " and "))"),
                    .optional(base) { .string(Vendor.withoutUser($0)) },
                    .int(Int64(catalogue.endpointsSold(by: vendor.name, at: now))),
                    .bool(disabled[vendor.name] == nil),
                    .array(lately.map { .string("\($0.outcome.rawValue)=\($0.count)") }),
                ]
            },
            note: disabled.isEmpty
                ? nil
                : disabled.sorted { $0.key < $1.key }.map { name, what in
                    "\(name) is disabled since \(what.since): \(what.reason)"
                }.joined(separator: "\n"))
    }

    static let providersEnable = Command(
        "providers enable", "let a provider be asked again",
        [name, .optional("reason", "WHY", "for the audit log")]
    ) { try await set(true, $0) }

    static let providersDisable = Command(
        "providers disable",
        "ask a provider for nothing more; what it has begun is waited for",
        [name, .needed("reason", "WHY", "for `providers list` and the audit log")]
    ) { try await set(false, $0) }

    static let name: Option = .operand("provider", "NAME", "as in `providers list`")

    private static func set(_ enabled: Bool, _ session: Session) async throws -> Result {
        let name = session.options.needed("provider")
        let actor = session.actor
        try await session.database.transaction {
            try Catalogue.setProvider(name, enabled: enabled, by: actor, in: $0)
        }
        return .record([("name", .string(name)), ("enabled", .bool(enabled))])
    }
}
