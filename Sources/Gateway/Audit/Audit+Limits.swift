import Postgres

extension Audit {
    /// What limits are held against.
    static let meters = [
        Check(name: "a meter counts what is open", sql: driftedMeters),
        Check(name: "a meter knows what its month cost", sql: driftedSpending),
    ]

    private static let driftedMeters: SQL = """
        select format('meter %s of account %s %s: %s open, generations say %s', m.subject,
            m.account_id, m.mode, m.open, g.open)
        from meter m
        left join lateral (
            select count(*) as open from generation g
            where g.account_id = m.account_id and g.mode = m.mode and g.ended_at is null
                and case when m.subject = m.account_id then g.meters & 2 <> 0
                    else g.key_id = m.subject and g.meters & 1 <> 0 end
        ) g on true
        where m.open <> g.open
        """

    /// Of whoever has limits now: nothing is counted while there are none. A meter may say more: what
    /// was asked for before midnight and judged after it is counted in the month that had begun.
    private static let driftedSpending: SQL = """
        select format('meter %s of account %s %s: %s nanodollars since %s, generations say %s',
            m.subject, m.account_id, m.mode, m.month_spent, m.month, g.spent)
        from meter m
        join account a on a.id = m.account_id
        join plan p on p.name = a.plan
        left join api_key k on k.account_id = m.account_id and k.id = m.subject
        left join lateral (
            select coalesce(sum(case when g.ended_at is null then g.held else g.captured end), 0)
                as spent
            from generation g
            where g.account_id = m.account_id and g.mode = m.mode
                and (m.subject = m.account_id or g.key_id = m.subject)
                and g.created_at >= m.month::timestamp at time zone 'UTC'
                and g.created_at < (m.month + interval '1 month') at time zone 'UTC'
        ) g on true
        where (k.limited or (k.id is null and (a.limited or p.limited)))
            and m.month_spent < g.spent
            -- Of a month whose generations were dropped nothing is left to count.
            and not exists (
                select from dropped_month d where d.kind = 'generations' and d.month >= m.month)
        """
}
