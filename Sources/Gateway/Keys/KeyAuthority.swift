import Postgres
import Units

/// What a key may give to others and take for itself: never more than it has.
///
/// A pure rule from the issuer's terms to a refusal. Limits that the issuer does not have bound
/// nothing; scopes bound always.
struct KeyAuthority {
    let scopes: Set<String>
    let limits: Limits
    let expiresAt: Timestamp?

    init(_ issuer: Key.Details) {
        scopes = Set(issuer.scopes)
        limits = issuer.limits
        expiresAt = issuer.expiresAt
    }

    /// The authority of the key `issuer`; nil for an admin, who may do all. To be asked for under the
    /// account's lock, which every change of its keys over the API takes.
    static func of(
        _ issuer: ID<Key>?, _ account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> KeyAuthority? {
        guard let issuer else { return nil }
        return KeyAuthority(try Key.find(issuer, of: account, in: transaction))
    }

    /// What a new key has where its issuer did not say: the issuer's own limits and end.
    func inherited(_ terms: Key.Terms) -> Key.Terms {
        var limits = terms.limits
        for field in Limits.Field.allCases where limits[field] == nil {
            if let own = self.limits[field] { limits[field] = .some(own) }
        }
        return Key.Terms(
            account: terms.account, name: terms.name, mode: terms.mode, scopes: terms.scopes,
            expiresAt: terms.expiresAt ?? expiresAt, limits: limits)
    }

    /// Refuses what `key` has beyond this, but for what it had in `before` already.
    func check(_ key: Key.Details, was before: Key.Details? = nil) throws(Refusal) {
        let had = Set(before?.scopes ?? [])
        for scope in key.scopes where !scopes.contains(scope) && !had.contains(scope) {
            throw Self.beyond("scopes", "it lacks the scope '\(scope)'")
        }
        if let expiresAt, key.expiresAt.map({ $0 > expiresAt }) ?? true,
            before == nil || before?.expiresAt != key.expiresAt
        {
            throw Self.beyond("expires_at", "it ends at \(expiresAt)")
        }
        for field in Limits.Field.allCases
        where key.limits[field] != before?.limits[field] || before == nil {
            guard let own = limits[field], !own.contains(key.limits[field]) else { continue }
            throw Self.beyond(
                "limits.\(field.rawValue)", "its own '\(field.rawValue)' is \(own.words)")
        }
    }

    private static func beyond(_ field: String, _ reason: String) -> Refusal {
        Refusal(
            .scopeMissing, "This API key cannot give more than it has: \(reason).", field: field)
    }
}

extension Limits.Value {
    /// Whether a key with the limit `other`, nil for none, can do no more than one with this.
    func contains(_ other: Limits.Value?) -> Bool {
        switch (self, other) {
        case (.count(let own), .count(let other)): other <= own
        case (.credits(let own), .credits(let other)): other <= own
        case (.models(let own), .models(let other)): Set(other).isSubset(of: own)
        default: false
        }
    }

    fileprivate var words: String {
        switch self {
        case .count(let count): "\(count)"
        case .credits(let amount): "\(amount.dollars) USD"
        case .models(let models): models.joined(separator: ", ")
        }
    }
}
