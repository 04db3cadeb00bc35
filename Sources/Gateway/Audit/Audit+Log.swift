import Postgres

extension Audit {
    static func logHead(in transaction: borrowing Transaction) throws -> LogHead? {
        try transaction.first("select number, hash from audit_head") {
            LogHead(number: try $0.next(), hash: try $0.next())
        }
    }

    /// The audit log itself.
    static let log = [
        Check(name: "the audit log's chain is whole", sql: brokenLinks),
        Check(name: "the audit log ends where its head says", sql: cutOff),
        Check(name: "every audit event is in the chain", sql: unlinkedEvents),
    ]

    /// The hash is made in SQL by the migration of grants, and made here again.
    private static let brokenLinks: SQL = """
        select case when event is null then format('audit event %s, number %s, is gone', event_id, number)
            else format('audit event %s: number %s in place %s, hash %s… where its row makes %s…',
                event_id, number, place, left(encode(hash, 'hex'), 12),
                left(encode(made, 'hex'), 12)) end
        from (
            select l.*, e.id as event, sha256(l.previous || convert_to(jsonb_build_array(
                l.number, e.id, (extract(epoch from e.at) * 1000000)::bigint, e.actor, e.action,
                e.account_id, e.subject, e.reason, e.details)::text, 'UTF8')) as made
            from (
                select *, row_number() over chain as place,
                    lag(hash, 1, decode(repeat('00', 32), 'hex')) over chain as previous
                from audit_link window chain as (order by number)
            ) l
            left join audit_event e on e.id = l.event_id
        ) l
        where event is null or number <> place or hash <> made
        """

    private static let cutOff: SQL = """
        select format('the head says %s events, the last with hash %s…; the chain has %s, the last with %s…',
            h.number, left(encode(h.hash, 'hex'), 12), coalesce(l.number, 0),
            left(encode(l.hash, 'hex'), 12))
        from (values (true)) one
        left join audit_head h on true
        left join (select number, hash from audit_link order by number desc limit 1) l on true
        where h.number is distinct from coalesce(l.number, 0)
            or (l.number is not null and h.hash is distinct from l.hash)
        """

    private static let unlinkedEvents: SQL = """
        select format('audit event %s (%s of %s by %s at %s) has no link', e.id, e.action, e.subject,
            e.actor, e.at)
        from audit_event e left join audit_link l on l.event_id = e.id where l.event_id is null
        """
}
