public import Postgres
public import Units

/// What an admin reads of the audit log.
extension AuditEvent {
    /// Which events.
    public struct Filter: Sendable {
        public var account: ID<Account>?
        public var action: String?
        public var actor: String?
        public var since: Timestamp?

        public init(
            account: ID<Account>? = nil, action: String? = nil, actor: String? = nil,
            since: Timestamp? = nil
        ) {
            self.account = account
            self.action = action
            self.actor = actor
            self.since = since
        }
    }

    private static let columns: SQL =
        "id, at, actor, action, account_id, subject, reason, details"

    private static func read(_ row: inout RowReader) throws -> AuditEvent {
        let id: ID<AuditEvent> = try row.next()
        let at: Timestamp = try row.next()
        let actor: String = try row.next()
        let action: String = try row.next()
        let account: ID<Account>? = try row.next()
        let subject: String = try row.next()
        let reason: String? = try row.next()
        let details: JSONText = try row.next()
        return AuditEvent(
            id: id, at: at, actor: actor, action: action, account: account, subject: subject,
            reason: reason, details: details.text)
    }

    /// Events, newest first, up to `limit` before the one named.
    public static func list(
        _ filter: Filter, before: ID<AuditEvent>?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [AuditEvent] {
        var sql: SQL = "select " + columns + " from audit_event where true"
        // Text of its own for each filter, so that each finds its index.
        if let account = filter.account { sql += " and account_id = \(account)" }
        if let action = filter.action { sql += " and action = \(action)" }
        if let actor = filter.actor { sql += " and actor = \(actor)" }
        // An event's id is as old as the event.
        if let since = filter.since { sql += " and id >= \(ID<AuditEvent>.earliest(at: since))" }
        if let before { sql += " and id < \(before)" }
        return try transaction.rows(sql + " order by id desc limit \(limit)", read)
    }

    /// The event of this id, or a refusal that names it.
    public static func find(
        _ id: ID<AuditEvent>, in transaction: borrowing Transaction
    ) throws -> AuditEvent {
        let found = try transaction.first(
            "select " + columns + " from audit_event where id = \(id)", read)
        guard let found else {
            throw Refusal(.notFound, "There is no event \(id).", field: "event")
        }
        return found
    }
}
