public import Postgres
public import Signing
public import Units

extension Key {
    /// Keys of an account that are not revoked: no list of theirs has an end otherwise.
    public static let countMax = 1000

    /// What a key is issued with.
    public struct Terms: Sendable {
        public let account: ID<Account>
        public let name: String
        public let mode: Mode
        public let scopes: Set<Scope>
        public let expiresAt: Timestamp?
        public let limits: Limits.Changes

        public init(
            account: ID<Account>, name: String, mode: Mode, scopes: Set<Scope>,
            expiresAt: Timestamp?, limits: Limits.Changes = [:]
        ) {
            self.account = account
            self.name = name
            self.mode = mode
            self.scopes = scopes
            self.expiresAt = expiresAt
            self.limits = limits
        }
    }

    /// A key with its secret, the one time that it is shown.
    public struct Issued: Sendable {
        public let key: Details
        public let text: KeyText
        /// Whether it was done before, under the same idempotency key.
        public let replayed: Bool
    }

    /// Issues a key under `terms`, with a secret that `random` makes.
    ///
    /// Under an idempotency key it is done once: for 24 hours the same terms are answered with the
    /// same key and secret, as long as that secret lets in, and others are refused.
    ///
    /// `issuer`: the key that asks, nil for an admin. What it issues has no more than it has, and its
    /// own limits where the terms name none.
    public static func issue(
        under asked: Terms, within issuer: ID<Key>? = nil, as idempotencyKey: String? = nil,
        random: some RandomNumberGenerator, pepper: Pepper, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Issued {
        try check(asked.scopes)
        // Two calls with one idempotency key take turns, and so do two that count the keys.
        _ = try Account.lock(asked.account, in: transaction)
        let authority = try KeyAuthority.of(issuer, asked.account, in: transaction)
        let terms = authority?.inherited(asked) ?? asked
        let id = ID<Key>(at: actor.now)
        var text: KeyText?
        if let idempotencyKey {
            let name = try KeyRequest.Name(
                .issue, of: terms.account, as: idempotencyKey, asking: asked.json)
            if let earlier = try KeyRequest.find(name, at: actor.now, in: transaction) {
                let again = try earlier.repeated(pepper: pepper, at: actor.now, in: transaction)
                // Another key of the account may have asked first, and had more to give.
                try authority?.check(again.key)
                return again
            }
            text = try KeyRequest(name, of: id, at: actor.now, in: transaction)
                .secret(in: terms.mode, pepper: pepper)
        }
        var random = random
        let shown = text ?? KeyText(mode: terms.mode, using: &random)
        let details = try issue(
            shown, id, under: terms, pepper: pepper, by: actor, in: transaction)
        try authority?.check(details)
        return Issued(key: details, text: shown, replayed: false)
    }

    /// Issues `text` under `terms`. The caller shows it once; only its hash is kept.
    public static func issue(
        _ text: KeyText, under terms: Terms, pepper: Pepper, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Details {
        _ = try Account.lock(terms.account, in: transaction)
        return try issue(
            text, ID(at: actor.now), under: terms, pepper: pepper, by: actor, in: transaction)
    }

    private static func issue(
        _ text: KeyText, _ id: ID<Key>, under terms: Terms, pepper: Pepper,
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> Details {
        let name = try checked(name: terms.name)
        try checkExpiry(terms.expiresAt, at: actor.now)
        let limits = try Limits.none.changed(by: terms.limits, in: transaction)
        try limits.refuseLoneBursts()
        let issued = try transaction.execute(
            """
            insert into api_key (account_id, id, name, mode, hash, hint, scopes, expires_at,
                created_at)
            select \(terms.account), \(id), \(name), \(terms.mode.rawValue),
                \(text.hash(pepper: pepper).bytes), \(text.hint),
                \(terms.scopes.map(\.rawValue).sorted()), \(terms.expiresAt), \(actor.now)
            where (
                select count(*) from api_key
                where account_id = \(terms.account) and revoked_at is null
            ) < \(countMax)
            """)
        guard issued == 1 else {
            throw Refusal(
                .conflict, "An account has at most \(countMax) keys: revoke one first.")
        }
        if limits != .none { try setLimits(limits, of: id, terms.account, in: transaction) }
        let details = try find(id, of: terms.account, in: transaction)
        try AuditEvent.record(
            "key.issued", on: id.description, account: terms.account,
            details: AuditEvent.changes(
                nil,
                [("mode", .string(details.mode.rawValue)), ("hint", .string(details.hint))]
                    + details.terms), by: actor, in: transaction)
        return details
    }

    /// Writes a key's limits. Of a key that was used before, what it used must be counted too
    /// (`Meter.open`).
    static func setLimits(
        _ limits: Limits, of id: ID<Key>, _ account: ID<Account>,
        in transaction: borrowing Transaction
    ) throws {
        try transaction.execute(
            "update api_key set " + limits.assignments
                + " where account_id = \(account) and id = \(id)")
    }

    static func checked(name: String) throws(Refusal) -> String {
        try Label.check(name, field: "name")
        return name
    }

    static func checkExpiry(_ time: Timestamp?, at now: Timestamp) throws(Refusal) {
        guard let time, time <= now else { return }
        throw Refusal(.invalidValue, "\(time) is already past.", field: "expires_at")
    }

    static func check(_ scopes: Set<Scope>) throws(Refusal) {
        guard scopes.isEmpty else { return }
        throw Refusal(.invalidValue, "A key has at least one scope.", field: "scopes")
    }
}

extension Key.Terms {
    /// Everything asked for, in one order: what makes two requests the same.
    fileprivate var json: JSON {
        .object([
            ("name", .string(name)), ("mode", .string(mode.rawValue)),
            ("scopes", .array(scopes.map(\.rawValue).sorted().map(JSON.string))),
            ("expires_at", .optional(expiresAt, JSON.time)),
            (
                "limits",
                .object(
                    Limits.Field.allCases.compactMap { field in
                        limits[field].map { (field.rawValue, .optional($0, \.json)) }
                    })
            ),
        ])
    }
}
