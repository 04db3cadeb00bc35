import Gateway
import Postgres
import Units

extension Command {
    private static let model: Option = .operand("id", "MODEL", "its id, author/id or an alias")

    /// How the lines of a price are written.
    static let priceLines: Option = .repeated(
        "line", "LINE",
        "BILLABLE/UNIT=USD, then :VARIANT and ' estimate' if need be; once for every line")

    static let modelsPriceSet = Command(
        "models price set",
        "give a provider's endpoint of a model another price; `models sync` leaves it",
        [
            model, .needed("provider", "P", "whose"), priceLines,
            .optional("from", "DATE", "UTC, such as 2027-01-31 (default now)"),
            .needed("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let options = session.options
        let lines = try options.priceLines()
        let provider = options.needed("provider")
        let from = try options.time("from")
        let actor = session.actor
        let set = try await session.database.transaction {
            try Catalogue.setPrice(
                lines, of: options.needed("id"), by: provider, from: from, by: actor, in: $0)
        }
        return .record([
            ("id", .string(set.model)), ("provider", .string(provider)),
            ("version", .int(Int64(set.version))), ("from", .time(from ?? actor.now)),
            ("lines", .array(lines.map { .string($0.words) })),
        ])
    }

    static let modelsPriceHistory = Command(
        "models price history", "list every version of a model's prices, newest first", [model]
    ) { session in
        let name = session.options.needed("id")
        let now = session.clock.now
        let history = try await session.database.read {
            try PriceVersion.history(of: name, at: now, in: $0)
        }
        return .list(
            ["provider", "version", "from", "in_force", "set_by", "lines"],
            history.versions.map { version in
                [
                    .string(version.provider), .int(Int64(version.version)),
                    .time(version.startsAt), .bool(version.isInForce),
                    .string(version.isAdmins ? "admin" : "file"),
                    .array(version.lines.map { .string($0.words) }),
                ]
            })
    }
}

extension Options {
    /// The lines of a price; every one that cannot be read is refused.
    func priceLines() throws -> [Price.Line] {
        try list("line").map { try Price.Line(text: $0) }
    }
}
