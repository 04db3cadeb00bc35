public import Postgres
public import Signing
public import Units

extension Key {
    /// A key as an admin or its account sees it. The key itself is never seen again.
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
        /// The same of the secret before, and until when that one lets in too.
        public let previousHint: String?
        public let previousUntil: Timestamp?
        /// In which minute.
        public let lastUsedAt: Timestamp?
        public let limits: Limits
    }

    public enum State: String, CaseIterable, Sendable {
        case active, expired, revoked
    }

    static let columns: SQL =
        """
        id, account_id, name, mode, hint, scopes, expires_at, revoked_at, created_at, previous_hint,
        previous_until, last_used_at,
        """ + " " + Limits.columns

    static func read(_ row: inout RowReader) throws -> Details {
        let id: ID<Key> = try row.next()
        let account: ID<Account> = try row.next()
        let name: String = try row.next()
        let mode: String = try row.next()
        return Details(
            id: id, account: account, name: name, mode: Mode(rawValue: mode) ?? .live,
            hint: try row.next(), scopes: try row.next(), expiresAt: try row.next(),
            revokedAt: try row.next(), createdAt: try row.next(), previousHint: try row.next(),
            previousUntil: try row.next(), lastUsedAt: try row.next(), limits: try Limits(&row))
    }

    /// The key of this id and account, or a refusal that names it: another account's does not exist
    /// either, nor, where `mode` is given, one of the other mode.
    public static func find(
        _ id: ID<Key>, of account: ID<Account>, only mode: Mode? = nil,
        in transaction: borrowing Transaction
    ) throws -> Details {
        try find(id, of: account, mode, locking: "", in: transaction)
    }

    /// The same, kept from change by anybody else until the end of the transaction.
    static func lock(
        _ id: ID<Key>, of account: ID<Account>, only mode: Mode?,
        in transaction: borrowing Transaction
    ) throws -> Details {
        try find(id, of: account, mode, locking: " for no key update", in: transaction)
    }

    private static func find(
        _ id: ID<Key>, of account: ID<Account>, _ mode: Mode?, locking: SQL,
        in transaction: borrowing Transaction
    ) throws -> Details {
        let found = try transaction.first(
            "select " + columns + " from api_key where account_id = \(account) and id = \(id)"
                + locking, read)
        guard let found, mode == nil || found.mode == mode else {
            throw Refusal(.notFound, "There is no key \(id).", field: "key")
        }
        return found
    }

    /// The keys of an account in order of birth, up to `limit` after the one named; where `mode` is
    /// given, of that mode alone.
    public static func list(
        of account: ID<Account>, only mode: Mode? = nil, after: ID<Key>?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [Details] {
        try transaction.rows(
            "select " + columns + " from api_key where account_id = \(account)"
                + " and (\(after)::uuid is null or id > \(after))"
                + " and (\(mode?.rawValue)::text is null or mode = \(mode?.rawValue))"
                + " order by id limit \(limit)", read)
    }

    /// Whose key this is, be it current, replaced or revoked: for one that was found where it should
    /// not be. Nil when it is nobody's.
    public static func owner(
        of hash: KeyHash, in transaction: borrowing Transaction
    ) throws -> Owner? {
        guard let standing = try standings(of: [hash], in: transaction).rows().first else {
            return nil
        }
        return Owner(
            account: try Account.find(standing.account, in: transaction),
            key: try find(standing.id, of: standing.account, in: transaction),
            secretEndsAt: standing.secretEndsAt)
    }

    /// Who has a key.
    public struct Owner: Sendable {
        public let account: Account.Details
        public let key: Details
        /// When the secret that was looked for ends, or ended; nil for the current one.
        public let secretEndsAt: Timestamp?

        /// Why nobody is let in with it; nil when somebody is.
        public func obstacle(at now: Timestamp) -> String? {
            if key.revokedAt != nil { return "revoked" }
            if let secretEndsAt, secretEndsAt <= now { return "rotated" }
            if key.state(at: now) == .expired { return "expired" }
            return account.suspendedAt == nil ? nil : "account suspended"
        }
    }
}

extension Key.Details {
    public func state(at now: Timestamp) -> Key.State {
        if revokedAt != nil { return .revoked }
        if let expiresAt, expiresAt <= now { return .expired }
        return .active
    }

    /// What can be changed of it, for the audit log.
    var terms: [(String, JSON)] {
        [
            ("name", .string(name)), ("scopes", .array(scopes.map(JSON.string))),
            ("expires_at", .optional(expiresAt, JSON.time)), ("limits", .object(limits.members)),
        ]
    }
}
