public import Postgres
import Providers
import Units

/// A new way to have a model's pictures made, as an admin describes it.
public struct NewEndpoint: Sendable {
    /// A name of the model that customers ask for.
    public var model: String
    public var provider: String
    /// The provider's own name of the model.
    public var providerModel: String
    /// Nil for behind all others.
    public var priority: Int32?
    /// Whose endpoint can do the same; nil for the first.
    public var like: String?
    public var lines: [Price.Line]

    public init(
        model: String, provider: String, providerModel: String, priority: Int32? = nil,
        like: String? = nil, lines: [Price.Line]
    ) {
        self.model = model
        self.provider = provider
        self.providerModel = providerModel
        self.priority = priority
        self.like = like
        self.lines = lines
    }

    /// Adds it, on every server within seconds; returns the model's id.
    public func add(
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> String {
        try Catalogue.lock(in: transaction)
        guard Vendor.named(provider) != nil else {
            throw Refusal(
                .notFound,
                "There is no provider '\(provider.prefix(100))': there are "
                    + "\(Vendor.all.map(\.name).listed).", field: "provider")
        }
        let model = try Catalogue.modelID(model, in: transaction)
        let known = try ListedModel.all(in: transaction)[model]?.endpoints ?? []
        guard !known.contains(where: { $0.provider == provider }) else {
            throw Refusal(
                .conflict,
                "The model '\(model)' has an endpoint of '\(provider)' already; `models endpoint enable` "
                    + "and `models price set` change it.", field: "provider")
        }
        let pattern = try pattern(among: known, of: model)
        try Price.check(lines, qualities: pattern.qualities)
        let last = known.map(\.priority).filter { $0 != ListedEndpoint.disabled }.max() ?? -1
        let priority = priority ?? last + 1
        let capabilities = JSONText(pattern.capabilities.json.text)
        try transaction.send(
            """
            insert into model_endpoint (model, provider, provider_model, priority, capabilities,
                added_by_admin)
            values (\(model), \(provider), \(providerModel), \(priority), \(capabilities), true)
            """)
        _ = try Catalogue.EndpointName(model: model, provider: provider).write(
            lines, from: actor.now, byAdmin: true, in: transaction)
        try AuditEvent.record(
            "endpoint.added", on: model, account: nil,
            details: AuditEvent.changes(
                nil,
                [
                    ("model", .string(providerModel)), ("priority", .int(Int64(priority))),
                    ("lines", .array(lines.map { .string($0.words) })),
                ],
                beside: [
                    ("provider", .string(provider)), ("like", .string(pattern.provider)),
                ]), by: actor, in: transaction)
        return model
    }

    /// The endpoint whose capabilities it has too.
    private func pattern(
        among known: [ListedEndpoint], of model: String
    ) throws(Refusal) -> ListedEndpoint {
        let first = known.min { ($0.priority, $0.provider) < ($1.priority, $1.provider) }
        let found = like.map { like in known.first { $0.provider == like } } ?? first
        guard let found else {
            throw Refusal(
                .notFound,
                "The model '\(model)' has no endpoint\(like.map { " of '\($0)'" } ?? "") whose "
                    + "capabilities could be copied.", field: "like")
        }
        // What cannot be read is read as nothing at all.
        guard !found.capabilities.parameters.isEmpty else {
            throw Refusal(
                .invalidValue, "The capabilities of '\(found.provider)' cannot be read.",
                field: "like")
        }
        return found
    }
}

extension Catalogue {
    /// Lets one provider's endpoint of a model be used, or not, on every server within seconds; it stays
    /// so whatever a file says. Returns the model's id.
    public static func setEndpoint(
        of name: String, by provider: String, enabled: Bool, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> String {
        let model = try endpoint(of: name, by: provider, in: transaction)
        let changed = try transaction.execute(
            """
            update model_endpoint set enabled = \(enabled), disabled_by_admin = \(!enabled)
            where model = \(model) and provider = \(provider)
                and (enabled, disabled_by_admin) <> (\(enabled), \(!enabled))
            """)
        if changed > 0 {
            let details = AuditEvent.changes(
                [("enabled", .bool(!enabled))], [("enabled", .bool(enabled))],
                beside: [("provider", .string(provider))])
            try AuditEvent.record(
                enabled ? "endpoint.enabled" : "endpoint.disabled", on: model, account: nil,
                details: details, by: actor, in: transaction)
        }
        return model
    }

    /// Removes an endpoint that an admin has added and nobody has used: what was charged under its
    /// prices would lose them. Returns the model's id.
    public static func removeEndpoint(
        of name: String, by provider: String, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> String {
        let model = try endpoint(of: name, by: provider, in: transaction)
        let isAdmins = try transaction.first(
            """
            select added_by_admin from model_endpoint
            where model = \(model) and provider = \(provider)
            """
        ) { row -> Bool in try row.next() }
        guard isAdmins == true else {
            throw Refusal(
                .conflict,
                "The endpoint of '\(provider)' comes from the catalogue's file, which would bring it back: "
                    + "disable it.", field: "provider")
        }
        let used = try transaction.first(
            """
            select exists (
                select from generation where model = \(model) and provider = \(provider))
            """
        ) { row -> Bool in try row.next() }
        guard used == false else {
            throw Refusal(
                .conflict,
                "Generations were charged under the prices of this endpoint, so it stays: disable it.",
                field: "provider")
        }
        let removed = try ListedModel.all(in: transaction)[model]?.endpoints
            .first { $0.provider == provider }
        try transaction.send(
            "delete from price where model = \(model) and provider = \(provider)")
        try transaction.send(
            "delete from model_endpoint where model = \(model) and provider = \(provider)")
        try AuditEvent.record(
            "endpoint.removed", on: model, account: nil,
            details: AuditEvent.changes(
                removed?.members, nil, beside: [("provider", .string(provider))]), by: actor,
            in: transaction)
        return model
    }

    /// The id of a model that has an endpoint of `provider`, or a refusal.
    private static func endpoint(
        of name: String, by provider: String, in transaction: borrowing Transaction
    ) throws -> String {
        try lock(in: transaction)
        let model = try modelID(name, in: transaction)
        let found = try transaction.execute(
            "select from model_endpoint where model = \(model) and provider = \(provider)")
        guard found > 0 else { throw noEndpoint(of: model, by: provider) }
        return model
    }
}
