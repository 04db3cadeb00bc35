public import Postgres
public import Signing
public import Units

extension Key {
    /// A key as an admin sees it. The key itself is never seen again.
    public struct Details: Sendable {
        public let id: ID<Key>
        public let account: ID<Account>
        public let name: String
        public let mode: Mode
        /// First and last characters of the key.
        public let hint: String
        public let scopes: [String]
        public let expiresAt: Timestamp?
        public let revokedAt: Timestamp?
        public let createdAt: Timestamp
    }

    /// What a key is issued with.
    public struct Terms: Sendable {
        public let account: ID<Account>
        public let name: String
        public let mode: Mode
        public let scopes: Set<Scope>
        public let expiresAt: Timestamp?

        public init(
            account: ID<Account>, name: String, mode: Mode, scopes: Set<Scope>,
            expiresAt: Timestamp?
        ) {
            self.account = account
            self.name = name
            self.mode = mode
            self.scopes = scopes
            self.expiresAt = expiresAt
        }
    }

    /// Issues `text` under `terms`. The caller shows it once; only its hash is kept.
    public static func issue(
        _ text: KeyText, under terms: Terms, pepper: Pepper, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Details {
        let name = terms.name.trimmed
        guard (1...200).contains(name.count) else {
            throw Refusal(.invalidValue, "A name has 1 to 200 characters.", field: "name")
        }
        if let expiresAt = terms.expiresAt, expiresAt <= actor.now {
            throw Refusal(.invalidValue, "\(expiresAt) is already past.", field: "expires")
        }
        _ = try Account.find(terms.account, in: transaction)
        let id = ID<Key>(at: actor.now)
        try transaction.send(
            """
            insert into api_key (account_id, id, name, mode, hash, hint, scopes, expires_at,
                created_at)
            values (\(terms.account), \(id), \(name), \(terms.mode.rawValue),
                \(text.hash(pepper: pepper).bytes), \(text.hint),
                \(terms.scopes.map(\.rawValue).sorted()), \(terms.expiresAt), \(actor.now))
            """)
        let details = try find(id, of: terms.account, in: transaction)
        try AuditEvent.record(
            "key.issued", on: id.description, account: terms.account,
            details: .object([
                ("name", .string(name)), ("mode", .string(terms.mode.rawValue)),
                ("scopes", .array(details.scopes.map(JSON.string))),
            ]),
            by: actor, in: transaction)
        return details
    }

    private static let columns: SQL =
        "id, account_id, name, mode, hint, scopes, expires_at, revoked_at, created_at"

    private static func read(_ row: inout RowReader) throws -> Details {
        let id: ID<Key> = try row.next()
        let account: ID<Account> = try row.next()
        let name: String = try row.next()
        let mode: String = try row.next()
        return Details(
            id: id, account: account, name: name, mode: Mode(rawValue: mode) ?? .live,
            hint: try row.next(), scopes: try row.next(), expiresAt: try row.next(),
            revokedAt: try row.next(), createdAt: try row.next())
    }

    /// The key of this id and account, or a refusal that names it.
    public static func find(
        _ id: ID<Key>, of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> Details {
        let found = try transaction.first(
            "select " + columns + " from api_key where account_id = \(account) and id = \(id)", read
        )
        guard let found else { throw Refusal(.notFound, "There is no key \(id).", field: "key") }
        return found
    }

    /// The keys of an account in order of birth, up to `limit` after the one named.
    public static func list(
        of account: ID<Account>, after: ID<Key>?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [Details] {
        try transaction.rows(
            "select " + columns + " from api_key where account_id = \(account)"
                + " and (\(after)::uuid is null or id > \(after)) order by id limit \(limit)", read)
    }

    /// Revokes a key for good: the next request on every server is refused. Again is harmless.
    public static func revoke(
        _ id: ID<Key>, of account: ID<Account>, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Details {
        let revoked = try transaction.execute(
            """
            update api_key set revoked_at = \(actor.now)
            where account_id = \(account) and id = \(id) and revoked_at is null
            """)
        let details = try find(id, of: account, in: transaction)
        if revoked > 0 {
            try AuditEvent.record(
                "key.revoked", on: id.description, account: account, details: .object([]),
                by: actor, in: transaction)
        }
        return details
    }
}
