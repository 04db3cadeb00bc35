public import Postgres
public import Signing
public import Units

extension WebhookSecret {
    /// How long the secret before may sign beside a new one.
    public static let overlapMax: Duration = .hours(24 * 7)
    public static let overlapStandard: Duration = .hours(24)

    /// The secrets that sign an account's webhooks at `now`: the current one, and while it is
    /// being changed the one before.
    public static func current(
        of account: ID<Account>, pepper: Pepper, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> [WebhookSecret] {
        try version(of: account, in: transaction).secrets(of: account, pepper: pepper, at: now)
    }

    /// Which secret is the account's.
    static func version(
        of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> Version {
        try transaction.first(
            """
            select version, previous_until from webhook_secret where account_id = \(account)
            """, Version.read) ?? .first
    }

    /// Makes a new secret, which signs from now on; the one before signs beside it for `overlap`,
    /// and what came before that no longer.
    public static func rotate(
        of account: ID<Account>, overlap: Duration, pepper: Pepper, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> WebhookSecret {
        try check(overlap)
        _ = try Account.find(account, in: transaction)
        let before = try transaction.first(
            """
            select version, previous_until from webhook_secret where account_id = \(account)
            for update
            """, Version.read)
        try before?.checkRotation(overlap: overlap, at: actor.now)
        let until = actor.now + overlap
        let version = try transaction.rows(
            """
            insert into webhook_secret (account_id, version, previous_until)
            values (\(account), \(Version.first.number + 1), \(until))
            on conflict (account_id) do update
            set version = webhook_secret.version + 1, previous_until = excluded.previous_until
            returning version, previous_until
            """, Version.read)[0]
        try AuditEvent.record(
            "webhook_secret.rotated", on: account.description, account: account,
            details: AuditEvent.changes(
                (before ?? .first).members,
                Version(number: version.number, previousUntil: until).members),
            by: actor, in: transaction)
        return WebhookSecret(of: account, version: version.number, pepper: pepper)
    }

    static func check(_ overlap: Duration) throws(Refusal) {
        guard overlap >= .zero, overlap <= overlapMax else {
            throw Refusal(
                .invalidValue,
                "An overlap is 0 to \(overlapMax.components.seconds) seconds.", field: "overlap")
        }
    }

    /// Which secrets an account or an endpoint has: all that is kept of them.
    struct Version: Sendable {
        let number: Int32
        /// Until when the version before signs too.
        let previousUntil: Timestamp?

        /// Whether the version before still signs.
        func overlaps(at now: Timestamp) -> Bool { previousUntil.map { $0 > now } ?? false }

        /// For the audit log.
        var members: [(String, JSON)] {
            [
                ("version", .int(Int64(number))),
                ("previous_until", .optional(previousUntil, JSON.time)),
            ]
        }

        /// Only two sign at once: the older one was promised its time.
        func checkRotation(overlap: Duration, at now: Timestamp) throws(Refusal) {
            guard let end = previousUntil, end > now, overlap > .zero else { return }
            throw Refusal(
                .conflict,
                "The secret was rotated already, and the one before signs until \(end). Rotate "
                    + "again after that, or with an overlap of 0 to end both at once.")
        }

        /// That of an account which has never changed its secret, and has no row; and of a new
        /// endpoint.
        static let first = Version(number: 1, previousUntil: nil)

        static func read(_ row: inout RowReader) throws -> Version {
            Version(number: try row.next(), previousUntil: try row.next())
        }

        /// An endpoint's, of two columns; nil where it has none of its own.
        static func own(_ row: inout RowReader) throws -> Version? {
            let number: Int32? = try row.next()
            let previousUntil: Timestamp? = try row.next()
            return number.map { Version(number: $0, previousUntil: previousUntil) }
        }

        /// The newest first.
        func secrets(
            of account: ID<Account>, pepper: Pepper, at now: Timestamp
        ) -> [WebhookSecret] {
            [number, number - 1].prefix(overlaps(at: now) ? 2 : 1).map {
                WebhookSecret(of: account, version: $0, pepper: pepper)
            }
        }
    }
}
