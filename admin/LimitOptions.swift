import Gateway
import Units

/// Limits and scopes at the command line.
extension Options {
    /// What lifts a limit, or an expiry.
    static let lifted = "none"

    static let ofLimits: [Command.Option] = [
        .optional("rpm", "N", "requests a minute, or none"),
        .optional("burst", "N", "how many of them may come at once, or none"),
        .optional("ipm", "N", "pictures a minute, or none"),
        .optional("image-burst", "N", "how many of them may be asked for at once, or none"),
        .optional("concurrent", "N", "generations that have not ended, or none"),
        .optional("day-cap", "USD", "spent on one day of UTC, or none"),
        .optional("month-cap", "USD", "spent in one month of UTC, or none"),
        .optional("models", "M,M", "the only models, or none for all"),
    ]

    private static let limitNames: [Limits.Field: String] = [
        .requestsPerMinute: "rpm", .requestBurst: "burst", .imagesPerMinute: "ipm",
        .imageBurst: "image-burst", .concurrent: "concurrent", .dayCap: "day-cap",
        .monthCap: "month-cap", .models: "models",
    ]

    /// The option behind the field that a refusal names.
    static func name(of field: String) -> String {
        if let limit = Limits.Field(rawValue: field) { return limitNames[limit] ?? field }
        let others = [
            "expires_at": "expires", "scopes": "scope", "Idempotency-Key": "idempotency-key",
        ]
        return others[field] ?? field
    }

    /// The limits that are to be changed.
    func limits() throws -> Limits.Changes {
        var changes: Limits.Changes = [:]
        for (field, name) in Self.limitNames where has(name) {
            changes[field] = .some(try limit(field, name))
        }
        return changes
    }

    private func limit(_ field: Limits.Field, _ name: String) throws -> Limits.Value? {
        if text(name) == Self.lifted { return nil }
        switch field.kind {
        case .count: return try integer(name, in: 1...Limits.countMax).map { .count($0) }
        case .credits: return try credits(name).map { .credits($0) }
        case .models: return .models(words(name))
        }
    }

    private func words(_ name: String) -> [String] {
        needed(name).split(separator: ",").map(String.init)
    }

    func scopes() throws -> Set<Key.Scope>? {
        guard has("scope") else { return nil }
        return Set(
            try words("scope").map { word in
                guard let scope = Key.Scope(rawValue: word) else {
                    let known = Key.Scope.allCases.map(\.rawValue).joined(separator: ", ")
                    throw UsageFault("--scope is a list of \(known), not '\(word)'")
                }
                return scope
            })
    }
}
