import Ledger
import Postgres
import Units

extension DailyTotals {
    /// Adds the captures of `wanted`, rows of (account_id, mode, rolled, last, since), and moves the
    /// counters of those whose postings are all there; answers (account_id, mode, number) of them.
    ///
    /// Postings are looked for from each wallet's `since` on. `since`, the earliest of them, is said
    /// again as a constant, which keeps months before it from being opened at all.
    static func statement(for wanted: SQL, since: ID<Posting>) -> SQL {
        """
        with wanted as materialized (\(wanted)),
        taken as materialized (
            select p.account_id, p.mode, p.generation_id, p.amount, p.at
            from wanted t
            join posting p on p.account_id = t.account_id and p.mode = t.mode and p.id >= t.since
                and p.number > t.rolled and p.number <= t.last
            where p.id >= \(since)
        ),
        complete as materialized (
            select t.account_id, t.mode, t.last, c.at
            from wanted t
            join (
                select account_id, mode, count(*) as postings, max(at) as at
                from taken group by account_id, mode
            ) c using (account_id, mode)
            where c.postings = t.last - t.rolled
        ),
        \(charged),
        \(summed),
        added as (
            insert into usage_day as d (account_id, mode, billed_month, day, key_id, model, provider,
                price_version, line, billable, unit, variant, unit_amount, generations, images,
                quantity, amount)
            select s.account_id, s.mode, b.billed_month, s.day, s.key_id, s.model, s.provider,
                s.price_version, s.line, coalesce(p.billable, 'adjustment'),
                coalesce(p.unit, 'adjustment'), coalesce(p.variant, ''), s.unit_amount,
                s.generations, s.images, s.quantity, s.amount
            from summed s
            join (
                select account_id, mode, month, open_month(account_id, mode, month) as billed_month
                from (select distinct account_id, mode, month from summed) m
            ) b using (account_id, mode, month)
            left join price p on p.model = s.model and p.provider = s.provider
                and p.version = s.price_version and p.line = s.line
            on conflict (account_id, mode, billed_month, day, key_id, model, provider,
                price_version, line, unit_amount)
            do update set generations = d.generations + excluded.generations,
                images = d.images + excluded.images, quantity = d.quantity + excluded.quantity,
                amount = d.amount + excluded.amount
        )
        update usage_rolled u
        set number = c.last, at = greatest(u.at, c.at)
        from complete c
        where u.account_id = c.account_id and u.mode = c.mode
        returning u.account_id, u.mode, u.number
        """
    }

    /// Captures with what is known of their generation. One that has none still counts: `verify`
    /// says that it is missing, and what was paid stays paid.
    static let charged: SQL = """
        charged as (
            select p.account_id, p.mode, (p.at at time zone 'UTC')::date as day, p.amount,
                coalesce(g.key_id, '00000000-0000-0000-0000-000000000000') as key_id,
                coalesce(g.model, '') as model, coalesce(g.provider, '') as provider,
                coalesce(g.price_version, 0) as price_version, coalesce(g.images, 0) as images,
                coalesce(g.charge_line, case when g.charges is null then (
                    -- Settled by a program that did not say: told from the price where it can be.
                    select min(l.line) from price l
                    where l.model = g.model and l.provider = g.provider
                        and l.version = g.price_version and l.billable = 'output_image'
                        and l.unit = 'image' and l.amount * g.images = p.amount
                ) end)::smallint as charge_line,
                g.charges
            from taken p
            join complete using (account_id, mode)
            left join generation g on g.account_id = p.account_id and g.id = p.generation_id
            where p.generation_id is not null
        )
        """

    /// The lines of captures, summed. A line whose amount is no multiple of its quantity has no
    /// price of a unit, and counts as line 0.
    static let summed: SQL = """
        lines as (
            select account_id, mode, day, key_id, model, provider, price_version, charge_line as line,
                amount / images as unit_amount, count(*) as generations, sum(images) as images,
                sum(images)::numeric as quantity, sum(amount) as amount
            from charged where charge_line is not null
            group by 1, 2, 3, 4, 5, 6, 7, 8, 9
            union all
            select account_id, mode, day, key_id, model, provider, price_version,
                case when is_priced then line else 0::smallint end,
                case when is_priced then (l.amount / quantity)::bigint else 0 end,
                count(*) filter (where place = 1), sum(images) filter (where place = 1),
                sum(quantity), sum(l.amount)
            from charged c, lateral (
                select (charge ->> 0)::smallint as line, (charge ->> 1)::numeric as quantity,
                    (charge ->> 2)::bigint as amount, place
                from jsonb_array_elements(
                    coalesce(c.charges, jsonb_build_array(jsonb_build_array(0, 0, c.amount))))
                    with ordinality as e (charge, place)
            ) l, lateral (
                select case when line > 0 and quantity > 0 then l.amount % quantity = 0 else false end
                    as is_priced
            ) k
            where charge_line is null
            group by 1, 2, 3, 4, 5, 6, 7, 8, 9
        ),
        summed as materialized (
            select account_id, mode, day, date_trunc('month', day::timestamp)::date as month, key_id,
                model, provider, price_version, line, unit_amount,
                sum(generations)::bigint as generations, coalesce(sum(images), 0)::bigint as images,
                sum(quantity) as quantity, sum(amount)::bigint as amount
            from lines
            group by account_id, mode, day, key_id, model, provider, price_version, line, unit_amount
        )
        """
}
