import Gateway
import HTTP
import Units

extension Application {
    /// Largest body here: a name, a few words, and the models of a limit.
    private static let keyBytesMax = 64 * 1024

    func keyFields(of request: Request) async throws -> Fields {
        try Fields(json: try await request.body.collect(limitBytes: Self.keyBytesMax))
    }
}

/// What a request says of a key.
extension Fields {
    /// `mode`: the caller's own unless told. A test key issues no live one.
    func mode(for caller: Key.Standing) throws(Refusal) -> Mode {
        let word = try word("mode", of: Mode.allCases.map(\.rawValue))
        let mode = word.flatMap(Mode.init(rawValue:)) ?? caller.mode
        guard caller.managedMode == nil || caller.managedMode == mode else {
            throw Refusal(.scopeMissing, "A test key manages test keys alone.", field: "mode")
        }
        return mode
    }

    func scopes() throws(Refusal) -> Set<Key.Scope>? {
        guard let words = try strings("scopes") else { return nil }
        var scopes: Set<Key.Scope> = []
        for word in words {
            guard let scope = Key.Scope(rawValue: word) else {
                throw Self.notOne(of: Key.Scope.allCases.map(\.rawValue), "scopes", word)
            }
            scopes.insert(scope)
        }
        return scopes
    }

    func time(_ name: String) throws(Refusal) -> Timestamp? {
        guard let text = try string(name) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            throw Refusal(
                .invalidValue,
                "'\(name)' must be a time in UTC such as 2027-01-31T12:00:00Z, not "
                    + "'\(text.prefix(40))'.", field: name)
        }
        return time
    }

    /// `limits`: those that are named are set, or lifted where they are null; all are lifted where it
    /// is null itself.
    func limits() throws(Refusal) -> Limits.Changes {
        guard names.contains("limits") else { return [:] }
        var changes: Limits.Changes = [:]
        guard let limits = try object("limits") else {
            for field in Limits.Field.allCases { changes[field] = .some(nil) }
            return changes
        }
        try limits.refuseUnknown(beyond: Set(Limits.Field.allCases.map(\.rawValue)))
        let named = Set(limits.names)
        for field in Limits.Field.allCases where named.contains(field.rawValue) {
            changes[field] = .some(try limits.limit(field))
        }
        return changes
    }

    private func limit(_ field: Limits.Field) throws(Refusal) -> Limits.Value? {
        let name = field.rawValue
        switch field.kind {
        case .count: return try integer(name, in: 1...Limits.countMax).map { .count($0) }
        case .models: return try strings(name).map { .models($0) }
        case .credits:
            guard let number = try decimal(name) else { return nil }
            guard let amount = Credits(dollars: "\(number)") else {
                throw Refusal(
                    .invalidValue,
                    "'\(name)' must be an amount in USD with up to nine decimals.",
                    field: name)
            }
            return .credits(amount)
        }
    }
}
