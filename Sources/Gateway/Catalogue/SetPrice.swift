public import Postgres
public import Units

extension Catalogue {
    /// Gives what `provider` makes of a model another price from `start` on, or at once: a new version,
    /// which `models sync` leaves alone. Returns the model's id and the version.
    ///
    /// What was admitted before is charged under the version that it was admitted under.
    public static func setPrice(
        _ lines: [Price.Line], of name: String, by provider: String, from start: Timestamp? = nil,
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> (model: String, version: Int32) {
        try lock(in: transaction)
        let model = try modelID(name, in: transaction)
        guard
            let endpoint = try ListedModel.all(in: transaction)[model]?.endpoints.first(where: {
                $0.provider == provider
            })
        else { throw noEndpoint(of: model, by: provider) }
        let start = start ?? actor.now
        guard start >= actor.now else {
            throw Refusal(
                .invalidValue,
                "A price begins now or later: \(start) is over, and what was sold then stays as it was.",
                field: "from")
        }
        let known = try Set(
            priceLines(in: transaction)[EndpointName(model: model, provider: provider)]?
                .compactMap(\.line?.variant).flatMap { $0.split(separator: " ").map(String.init) }
                ?? [])
        try Price.check(lines, qualities: endpoint.qualities.union(known))
        let version = try EndpointName(model: model, provider: provider).write(
            lines, from: start, byAdmin: true, in: transaction)
        try AuditEvent.record(
            "price.set", on: model, account: nil,
            details: AuditEvent.changes(
                [("lines", .array(endpoint.lines.map { .string($0.words) }))],
                [("lines", .array(lines.map { .string($0.words) }))],
                beside: [
                    ("provider", .string(provider)), ("version", .int(Int64(version))),
                    ("from", .time(start)),
                ]), by: actor, in: transaction)
        return (model, version)
    }

    static func noEndpoint(of model: String, by provider: String) -> Refusal {
        Refusal(
            .notFound, "The model '\(model)' has no endpoint of '\(provider)'.", field: "provider")
    }
}

extension ListedEndpoint {
    /// The words of its descriptor `quality`.
    var qualities: Set<String> { Set(capabilities.parameters["quality"]?.words ?? []) }
}
