public import Postgres
public import Signing
public import Units

/// The verbs that change keys. Each is recorded, with who did it. Where `mode` is given, keys of the
/// other mode do not exist.
extension Key {
    /// What is to be changed; nil leaves as it is.
    public struct Changes: Sendable {
        public enum Expiry: Sendable {
            case never
            case at(Timestamp)
        }

        public var name: String?
        public var scopes: Set<Scope>?
        public var expiry: Expiry?
        public var limits: Limits.Changes

        public init(
            name: String? = nil, scopes: Set<Scope>? = nil, expiry: Expiry? = nil,
            limits: Limits.Changes = [:]
        ) {
            self.name = name
            self.scopes = scopes
            self.expiry = expiry
            self.limits = limits
        }

        public var isEmpty: Bool {
            name == nil && scopes == nil && expiry == nil && limits.isEmpty
        }
    }

    /// Renames, restricts or frees a key: from the next request on, on every server. Within what the
    /// key `issuer` has, nil for an admin.
    public static func change(
        _ id: ID<Key>, of account: ID<Account>, only mode: Mode? = nil, to changes: Changes,
        within issuer: ID<Key>? = nil, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Details {
        // Keys that change each other at once take turns.
        _ = try Account.lock(account, in: transaction)
        let authority = try KeyAuthority.of(issuer, account, in: transaction)
        let before = try lock(id, of: account, only: mode, in: transaction)
        try before.refuseRevoked()
        let name = try changes.name.map { name throws(Refusal) in try checked(name: name) }
        if let scopes = changes.scopes { try check(scopes) }
        let expiresAt: Timestamp? =
            switch changes.expiry {
            case .at(let time): time
            case .never: nil
            case nil: before.expiresAt
            }
        if changes.expiry != nil { try checkExpiry(expiresAt, at: actor.now) }
        let limits = try before.limits.changed(by: changes.limits, in: transaction)
        try limits.refuseLoneBursts()
        try transaction.send(
            """
            update api_key
            set name = \(name ?? before.name),
                scopes = \(changes.scopes.map { $0.map(\.rawValue).sorted() } ?? before.scopes),
                expires_at = \(expiresAt)
            where account_id = \(account) and id = \(id)
            """)
        if limits != before.limits {
            try setLimits(limits, of: id, account, in: transaction)
            try Meter.open(
                account, key: id, modes: [before.mode], uncounted: before.limits == .none,
                at: actor.now, in: transaction)
        }
        let after = try find(id, of: account, in: transaction)
        try authority?.check(after, was: before)
        if let details = AuditEvent.difference(before.terms, after.terms) {
            try AuditEvent.record(
                "key.changed", on: id.description, account: account, details: details, by: actor,
                in: transaction)
        }
        return after
    }

    /// How long the secret before may let in beside a new one.
    public static let overlapMax: Duration = .hours(24 * 30)
    public static let overlapStandard: Duration = .hours(24)

    /// Gives a key a new secret; the one before lets in beside it for `overlap`, and what came before
    /// that no longer. The key's id, terms and limits stay.
    ///
    /// Under an idempotency key it is done once, as for `issue`. The key `issuer`, nil for an admin, is
    /// shown no secret of a key that has more than it has.
    public static func rotate(
        _ id: ID<Key>, of account: ID<Account>, only mode: Mode? = nil,
        within issuer: ID<Key>? = nil,
        overlap: Duration,
        as idempotencyKey: String? = nil, random: some RandomNumberGenerator, pepper: Pepper,
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> Issued {
        guard overlap >= .zero, overlap <= overlapMax else {
            throw Refusal(
                .invalidValue, "An overlap is 0 to \(overlapMax.components.seconds) seconds.",
                field: "overlap")
        }
        // Two calls with one idempotency key take turns.
        _ = try Account.lock(account, in: transaction)
        let before = try lock(id, of: account, only: mode, in: transaction)
        try KeyAuthority.of(issuer, account, in: transaction)?.check(before)
        var text: KeyText?
        if let idempotencyKey {
            let name = try KeyRequest.Name(
                .rotate, of: account, as: idempotencyKey,
                asking: .object([
                    ("key", .id(id)), ("overlap_us", .int(overlap.microseconds)),
                ]))
            if let earlier = try KeyRequest.find(name, at: actor.now, in: transaction) {
                return try earlier.repeated(pepper: pepper, at: actor.now, in: transaction)
            }
            text = try KeyRequest(name, of: id, at: actor.now, in: transaction)
                .secret(in: before.mode, pepper: pepper)
        }
        try before.refuseRevoked()
        var random = random
        let shown = text ?? KeyText(mode: before.mode, using: &random)
        try transaction.send(
            """
            update api_key
            set previous_hash = hash, previous_hint = hint, previous_until = \(actor.now + overlap),
                hash = \(shown.hash(pepper: pepper).bytes), hint = \(shown.hint)
            where account_id = \(account) and id = \(id)
            """)
        let after = try find(id, of: account, in: transaction)
        try AuditEvent.record(
            "key.rotated", on: id.description, account: account,
            details: AuditEvent.changes(
                [
                    ("hint", .string(before.hint)),
                    ("previous_until", .optional(before.previousUntil, JSON.time)),
                ],
                [
                    ("hint", .string(after.hint)),
                    ("previous_until", .optional(after.previousUntil, JSON.time)),
                ]), by: actor, in: transaction)
        return Issued(key: after, text: shown, replayed: false)
    }

    /// Revokes a key for good, whichever of its secrets is shown: the next request on every server is
    /// refused. Again is harmless.
    public static func revoke(
        _ id: ID<Key>, of account: ID<Account>, only mode: Mode? = nil, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Details {
        let before = try lock(id, of: account, only: mode, in: transaction)
        if before.revokedAt != nil { return before }
        try transaction.send(
            """
            update api_key set revoked_at = \(actor.now) where account_id = \(account) and id = \(id)
            """)
        try AuditEvent.record(
            "key.revoked", on: id.description, account: account,
            details: AuditEvent.changes(
                [("revoked_at", .null)], [("revoked_at", .time(actor.now))]), by: actor,
            in: transaction)
        return try find(id, of: account, in: transaction)
    }
}

extension Key.Details {
    fileprivate func refuseRevoked() throws(Refusal) {
        guard revokedAt == nil else {
            throw Refusal(.conflict, "Key \(id) is revoked, for good.", field: "key")
        }
    }
}
