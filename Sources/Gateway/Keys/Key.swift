import Postgres
public import Signing
public import Units

extension Key {
    /// What a key may be used for.
    public enum Scope: String, CaseIterable, Sendable {
        /// Make images.
        case generate
        /// See balance, usage and generations.
        case read
        /// Issue, change and revoke keys.
        case adminKeys = "admin:keys"
    }

    /// What decides whether a caller who shows this key may do what it asks.
    public struct Standing: Sendable {
        /// Of the secret that was shown: the key's current one, or the one before.
        public let hash: KeyHash
        public let account: ID<Account>
        public let id: ID<Key>
        public let mode: Mode
        public let scopes: Set<Scope>
        public let expiresAt: Timestamp?
        public let revokedAt: Timestamp?
        public let suspendedAt: Timestamp?
        /// Whether the key, or its account under its plan, has limits.
        let isLimited: Bool
        let accountIsLimited: Bool
        /// Until when this secret lets anybody in, once the key has been given another.
        public let secretEndsAt: Timestamp?

        public init(
            hash: KeyHash, account: ID<Account>, id: ID<Key>, mode: Mode, scopes: Set<Scope>,
            expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil, suspendedAt: Timestamp? = nil,
            isLimited: Bool = false, accountIsLimited: Bool = false,
            secretEndsAt: Timestamp? = nil
        ) {
            self.hash = hash
            self.account = account
            self.id = id
            self.mode = mode
            self.scopes = scopes
            self.expiresAt = expiresAt
            self.revokedAt = revokedAt
            self.suspendedAt = suspendedAt
            self.isLimited = isLimited
            self.accountIsLimited = accountIsLimited
            self.secretEndsAt = secretEndsAt
        }

        /// Refuses unless the key may be used for `scope` at `now`.
        public func permit(_ scope: Scope, at now: Timestamp) throws(Refusal) {
            if revokedAt != nil { throw Refusal(.keyRevoked, "This API key has been revoked.") }
            if let secretEndsAt, secretEndsAt <= now {
                throw Refusal(
                    .keyExpired,
                    "This API key was rotated, and this secret of it ended at \(secretEndsAt).")
            }
            if let expiresAt, expiresAt <= now {
                throw Refusal(.keyExpired, "This API key expired at \(expiresAt).")
            }
            if suspendedAt != nil {
                throw Refusal(.accountSuspended, "This account is suspended.")
            }
            guard scopes.contains(scope) else {
                throw Refusal(
                    .scopeMissing, "This API key lacks the scope '\(scope.rawValue)'.")
            }
        }
    }

    /// The refusal for a key that nobody was given.
    public static let unknown = Refusal(.keyInvalid, "This API key is not known.")

    /// The rows of the keys that these secrets are of, with the secret as `shown` and its end as
    /// `ends_at`. An ended one is among them: `Standing.permit` says so to its bearer.
    ///
    /// A secret is current or previous; each is one look-up in an index of its own.
    static func rows(of hashes: Set<KeyHash>) -> SQL {
        let shown = hashes.map(\.bytes)
        return """
            select *, hash as shown, null::timestamptz as ends_at from api_key
            where hash = any(\(shown))
            union all
            select *, previous_hash, previous_until from api_key
            where previous_hash = any(\(shown))
            """
    }

    /// The standings of the keys with these hashes; unknown ones are left out. Queued.
    static func standings(
        of hashes: Set<KeyHash>, in transaction: borrowing Transaction
    ) throws -> Pending<Standing> {
        try transaction.send(
            """
            select k.shown, k.account_id, k.id, k.mode, k.scopes, k.expires_at, k.revoked_at,
                a.suspended_at, k.limited, a.limited or p.limited, k.ends_at
            from (\(rows(of: hashes))) k
            join account a on a.id = k.account_id
            join plan p on p.name = a.plan
            """
        ) { row in
            let hash: [UInt8] = try row.next()
            let account: ID<Account> = try row.next()
            let id: ID<Key> = try row.next()
            let mode: String = try row.next()
            let scopes: [String] = try row.next()
            return Standing(
                hash: KeyHash(bytes: hash), account: account, id: id,
                mode: Mode(rawValue: mode) ?? .live,
                scopes: Set(scopes.compactMap(Scope.init(rawValue:))),
                expiresAt: try row.next(), revokedAt: try row.next(), suspendedAt: try row.next(),
                isLimited: try row.next(), accountIsLimited: try row.next(),
                secretEndsAt: try row.next())
        }
    }

    /// The hash of a key, by which it pays; nil when there is none of that id.
    static func hash(
        of id: ID<Key>, account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> KeyHash? {
        try transaction.first(
            "select hash from api_key where account_id = \(account) and id = \(id)"
        ) { KeyHash(bytes: try $0.next()) }
    }

    /// The wallets that these keys pay from, for `Wallet.lock`. A revoked key pays for nothing, and
    /// whoever found it may not keep its account waiting.
    static func wallets(of hashes: Set<KeyHash>) -> SQL {
        "select distinct account_id, mode from (\(rows(of: hashes))) k where revoked_at is null"
    }
}
