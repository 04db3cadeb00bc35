import Postgres
public import Units

/// A change by an admin or by a key: who, what, before, after and why. Written in the transaction that
/// makes the change.
public struct AuditEvent: Sendable {
    public let id: ID<AuditEvent>
    public let at: Timestamp
    public let actor: String
    public let action: String
    public let account: ID<Account>?
    /// What was changed: an id or a name.
    public let subject: String
    public let reason: String?
    /// JSON, with `before` and `after` where something was there before or is there now.
    public let details: String

    /// Who acts and why, as every changing verb takes it.
    public struct Actor: Sendable {
        /// The person, as far as the program knows: `cli:anna`; over HTTP the key, `key:ID`.
        public let name: String
        public let reason: String?
        public let now: Timestamp

        public init(name: String, reason: String?, now: Timestamp) {
            self.name = name
            self.reason = reason
            self.now = now
        }
    }

    /// Records that `actor` did `action` to `subject`. `details` hold no secret.
    static func record(
        _ action: String, on subject: String, account: ID<Account>?, details: JSON,
        by actor: Actor, in transaction: borrowing Transaction
    ) throws {
        try transaction.send(
            """
            insert into audit_event (id, at, actor, action, account_id, subject, reason, details)
            values (\(ID<AuditEvent>(at: actor.now)), \(actor.now), \(actor.name), \(action),
                \(account), \(subject), \(actor.reason), \(JSONText(details.text)))
            """)
    }

    /// Details of what is different in `after`, as it was and as it is; nil when nothing is. Both have
    /// the same names in the same order.
    static func difference(
        _ before: [(String, JSON)], _ after: [(String, JSON)]
    ) -> JSON? {
        let changed = zip(before, after).filter { $0.1.text != $1.1.text }
        guard !changed.isEmpty else { return nil }
        return changes(changed.map(\.0), changed.map(\.1))
    }

    /// Details of a change from `before` to `after`, nil where there was or is nothing, and what is to
    /// be known `beside` it.
    static func changes(
        _ before: [(String, JSON)]?, _ after: [(String, JSON)]?, beside: [(String, JSON)] = []
    ) -> JSON {
        .object(
            beside + [
                ("before", .optional(before, JSON.object)),
                ("after", .optional(after, JSON.object)),
            ])
    }
}
