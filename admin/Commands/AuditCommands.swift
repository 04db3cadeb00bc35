import Gateway
import Postgres
import Units

extension Command {
    static let auditList = Command(
        "audit list",
        "list what was changed, by whom and why, newest first",
        [
            .optional("account", "ID", "of one account"),
            .optional("action", "A", "of one kind, such as key.issued"),
            .optional("actor", "WHO", "by one actor, such as cli:ann"),
            .optional("since", "TIME", "UTC, such as 2026-11-01 or 2026-11-01T12:00Z"),
            .optional("limit", "N", "lines at most, 1 to 1000 (default 100)"),
            .optional("before", "ID", "go on before this id: the last one of the page before"),
        ]
    ) { session in
        let options = session.options
        let filter = AuditEvent.Filter(
            account: try options.id("account", of: Account.self), action: options.text("action"),
            actor: options.text("actor"), since: try options.time("since"))
        let limit = try session.limit
        let before = try options.id("before", of: AuditEvent.self)
        let events = try await session.database.read {
            try AuditEvent.list(filter, before: before, limit: limit, in: $0)
        }
        return .list(AuditEvent.columns, events.map { $0.members.map(\.1) })
    }

    static let auditShow = Command(
        "audit show", "show one change: who, what, before, after and why",
        [.operand("event", "ID", "which")]
    ) { session in
        let id = try session.options.neededID("event", of: AuditEvent.self)
        let event = try await session.database.read { try AuditEvent.find(id, in: $0) }
        return .record(event.members)
    }
}

extension AuditEvent {
    static let columns = [
        "id", "at", "actor", "action", "account_id", "subject", "reason", "details",
    ]

    var members: [(String, JSON)] {
        Array(
            zip(
                Self.columns,
                [
                    .id(id), .time(at), .string(actor), .string(action),
                    .optional(account, JSON.id), .string(subject),
                    .optional(reason, JSON.string), .written(details),
                ] as [JSON]))
    }
}
