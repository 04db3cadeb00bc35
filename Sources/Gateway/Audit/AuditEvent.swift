import Postgres
public import Units

/// A change by an admin: who, what and why. Written in the transaction that makes the change.
public struct AuditEvent: Sendable {
    /// Who acts and why, as every changing verb takes it.
    public struct Actor: Sendable {
        /// The person, as far as the program knows: `cli:anna`.
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
}
