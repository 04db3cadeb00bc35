import Gateway
import Postgres
import Units

extension Command {
    private static let id: Option = .operand("id", "MODEL", "its id, author/id or an alias")
    private static let provider: Option = .needed("provider", "P", "whose")
    private static let reason: Option = .optional("reason", "WHY", "for the audit log")

    static let modelsEndpointAdd = Command(
        "models endpoint add", "have a model made by another provider, or by a server of your own",
        [
            id, provider,
            .needed("model", "VENDOR_MODEL", "the provider's own name of the model"),
            .optional("priority", "N", "lower is asked first, 0 to 1000 (default last)"),
            .optional("like", "P", "whose capabilities it has too (default the first)"),
            priceLines, reason,
        ]
    ) { session in
        let options = session.options
        let priority = try options.integer("priority", in: 0...1000)
        let endpoint = NewEndpoint(
            model: options.needed("id"), provider: options.needed("provider"),
            providerModel: options.needed("model"), priority: priority.map(Int32.init),
            like: options.text("like"), lines: try options.priceLines())
        let actor = session.actor
        let id = try await session.database.transaction { try endpoint.add(by: actor, in: $0) }
        return .record([
            ("id", .string(id)), ("provider", .string(endpoint.provider)),
            ("model", .string(endpoint.providerModel)), ("enabled", .bool(true)),
        ])
    }

    static let modelsEndpointEnable = Command(
        "models endpoint enable", "let a provider's endpoint of a model be used again",
        [id, provider, reason]
    ) { try await set(true, $0) }

    static let modelsEndpointDisable = Command(
        "models endpoint disable",
        "use a provider's endpoint of a model no more, whatever a file says",
        [id, provider, reason]
    ) { try await set(false, $0) }

    static let modelsEndpointRemove = Command(
        "models endpoint remove", "remove an endpoint that was added here and never used",
        [id, provider, reason]
    ) { session in
        let name = session.options.needed("id")
        let provider = session.options.needed("provider")
        let actor = session.actor
        let id = try await session.database.transaction {
            try Catalogue.removeEndpoint(of: name, by: provider, by: actor, in: $0)
        }
        return .record([
            ("id", .string(id)), ("provider", .string(provider)), ("removed", .bool(true)),
        ])
    }

    private static func set(_ enabled: Bool, _ session: Session) async throws -> Result {
        let name = session.options.needed("id")
        let provider = session.options.needed("provider")
        let actor = session.actor
        let id = try await session.database.transaction {
            try Catalogue.setEndpoint(
                of: name, by: provider, enabled: enabled, by: actor, in: $0)
        }
        return .record([
            ("id", .string(id)), ("provider", .string(provider)), ("enabled", .bool(enabled)),
        ])
    }
}
