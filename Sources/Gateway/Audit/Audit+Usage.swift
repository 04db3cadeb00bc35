import Postgres

extension Audit {
    /// What was charged, day by day and line by line.
    static let totals = [
        Check(name: "daily totals are what was captured", sql: driftedTotals),
        Check(name: "daily totals are right on their days", sql: driftedDays),
        Check(name: "daily totals are what generations say", sql: driftedUsage),
        Check(name: "daily totals end with the postings", sql: strayCounters),
    ]

    /// From postings alone: what a wallet paid is what its totals say, over all its life.
    static let driftedTotals: SQL = """
        select format('wallet %s %s: totals say %s for %s generations, captures up to number %s are %s',
            account_id, mode, coalesce(d.amount, 0), coalesce(d.generations, 0), u.number,
            coalesce(p.amount, 0) + coalesce(b.captured, 0))
        from (
            select account_id, mode, sum(amount) as amount, sum(generations) as generations
            from usage_day group by account_id, mode
        ) d
        full join usage_rolled u using (account_id, mode)
        left join (
            select p.account_id, p.mode, sum(p.amount) as amount
            from posting p join usage_rolled u using (account_id, mode)
            where p.generation_id is not null and p.number <= u.number
            group by 1, 2
        ) p using (account_id, mode)
        left join wallet_base b using (account_id, mode)
        where coalesce(d.amount, 0) <> coalesce(p.amount, 0) + coalesce(b.captured, 0)
        """

    /// The same day by day, as far as postings go back.
    static let driftedDays: SQL = """
        select format('account %s %s on %s: totals say %s for %s generations, captures are %s for %s',
            account_id, mode, day, coalesce(d.amount, 0), coalesce(d.generations, 0),
            coalesce(p.amount, 0), coalesce(p.generations, 0))
        from (
            select account_id, mode, day, sum(amount) as amount, sum(generations) as generations
            from usage_day group by account_id, mode, day
        ) d
        full join (
            select p.account_id, p.mode, (p.at at time zone 'UTC')::date as day,
                sum(p.amount) as amount, count(*) as generations
            from posting p join usage_rolled u using (account_id, mode)
            where p.generation_id is not null and p.number <= u.number
            group by 1, 2, 3
        ) p using (account_id, mode, day)
        where (d.amount, d.generations) is distinct from (p.amount, p.generations)
            and day >= (
                select coalesce(max(month) + interval '1 month', '-infinity') from dropped_month
                where kind = 'postings')
        """

    /// With generations: what was charged for is what they delivered, under the key, model and price
    /// that they say. A generation ends within a month of its birth: only days are looked at whose
    /// generations are all there.
    static let driftedUsage: SQL = """
        select format('account %s %s on %s, key %s, %s of %s at price %s: totals say %s for %s generations with %s images, generations say %s for %s with %s',
            account_id, mode, day, key_id, model, provider, price_version, coalesce(d.amount, 0),
            coalesce(d.generations, 0), coalesce(d.images, 0), coalesce(p.amount, 0),
            coalesce(p.generations, 0), coalesce(p.images, 0))
        from (
            select account_id, mode, day, key_id, model, provider, price_version,
                sum(amount) as amount, sum(generations) as generations, sum(images) as images
            from usage_day group by account_id, mode, day, key_id, model, provider, price_version
        ) d
        full join (
            select p.account_id, p.mode, (p.at at time zone 'UTC')::date as day, g.key_id, g.model,
                g.provider, g.price_version, sum(p.amount) as amount, count(*) as generations,
                sum(g.images) as images
            from posting p
            join usage_rolled u using (account_id, mode)
            join generation g on g.account_id = p.account_id and g.id = p.generation_id
            where p.number <= u.number
            group by 1, 2, 3, 4, 5, 6, 7
        ) p using (account_id, mode, day, key_id, model, provider, price_version)
        where (d.amount, d.generations, d.images)
                is distinct from (p.amount, p.generations, p.images)
            and day >= (
                select coalesce(max(month) + case kind when 'generations' then interval '2 months'
                    else interval '1 month' end, '-infinity')
                from dropped_month group by kind
                union all select '-infinity' order by 1 desc limit 1)
        """

    /// Nobody's totals say more postings than there are.
    static let strayCounters: SQL = """
        select format('wallet %s %s: totals go to posting %s of %s', u.account_id, u.mode, u.number,
            coalesce(w.postings, 0))
        from usage_rolled u left join wallet w using (account_id, mode)
        where u.number > coalesce(w.postings, 0)
        """
}
