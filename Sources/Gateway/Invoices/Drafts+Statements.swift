import Ledger
import Postgres
import Units

extension Drafts {
    /// How much earlier than its commit a posting may be dated: what is looked through beyond the
    /// month's ends for what was dated within.
    private static let lateness: Duration = .seconds(86_400)

    /// Writes the heads of drafts with their sums; answers (account_id, id) of those written.
    ///
    /// All figures are as of the last posting that is in the daily totals, so that the movements
    /// lead from opening to closing whatever is charged meanwhile.
    static func heads(
        _ month: CivilDate, of accounts: [ID<Account>], at now: Timestamp
    ) -> SQL {
        let first = month.midnight
        let end = month.startOfMonth(plus: 1).midnight
        return """
            with mine as materialized (
                select t.account_id, t.id, a.tax_ppm, b.tax_category, b.tax_reason, w.posted,
                    w.credit_limit, coalesce(u.number, 0) as rolled
                from unnest(\(accounts), \(accounts.map { _ in ID<Invoice>(at: now) }))
                    as t (account_id, id)
                join account a on a.id = t.account_id
                join wallet w on w.account_id = t.account_id and w.mode = 'live'
                left join usage_rolled u on u.account_id = t.account_id and u.mode = 'live'
                left join billing_party b on b.account_id = t.account_id
            ),
            used as (
                select account_id, sum(amount)::bigint as amount from usage_day
                where account_id = any(\(accounts)) and mode = 'live' and billed_month = \(month)
                group by account_id
            ),
            moved as (
                select m.account_id,
                    coalesce(sum(p.amount) filter (where p.debit = 'funding'), 0)::bigint as bought,
                    coalesce(sum(p.amount) filter (where p.debit = 'promotion'), 0)::bigint
                        as promotional,
                    coalesce(sum(p.amount) filter (where p.credit in ('breakage', 'promotion')), 0)
                        ::bigint as expired,
                    sum(case when p.credit = 'wallet' then p.amount else -p.amount end)::bigint
                        as total
                from mine m
                join posting p on p.account_id = m.account_id and p.number <= m.rolled
                where p.mode = 'live' and p.generation_id is null
                    and p.id >= \(ID<Posting>.earliest(at: first - lateness))
                    and p.id < \(ID<Posting>.earliest(at: end + lateness))
                    and p.at >= \(first) and p.at < \(end)
                group by m.account_id
            ),
            later as (
                select m.account_id,
                    sum(case when p.credit = 'wallet' then p.amount else -p.amount end)::bigint
                        as amount
                from mine m
                join posting p on p.account_id = m.account_id
                where p.mode = 'live' and p.id >= \(ID<Posting>.earliest(at: end - lateness))
                    and (p.at >= \(end) or p.number > m.rolled)
                group by m.account_id
            ),
            awaited as (\(awaited(month, of: accounts, before: end))),
            figures as (
                select m.account_id, m.id, m.tax_ppm, m.tax_reason, m.credit_limit,
                    case when m.tax_ppm > 0 then 'S' else coalesce(m.tax_category, 'Z') end
                        as tax_category,
                    coalesce(u.amount, 0) as used, coalesce(v.bought, 0) as bought,
                    coalesce(v.promotional, 0) as promotional, coalesce(v.expired, 0) as expired,
                    coalesce(v.total - v.bought - v.promotional + v.expired, 0) as adjusted,
                    m.posted - coalesce(l.amount, 0) as closing,
                    coalesce(w.amount, 0) as awaited
                from mine m
                left join used u using (account_id)
                left join moved v using (account_id)
                left join later l using (account_id)
                left join awaited w using (account_id)
                where u.account_id is not null or v.account_id is not null
            ),
            owing as (
                -- What credits did not pay: how far the wallet would be below zero had all earlier
                -- invoices been paid, and never more than was used.
                select *, greatest(0, least(used, -(closing + awaited)))::bigint as owed
                from figures
            ),
            rounded as (
                -- `round` of a numeric goes half away from zero.
                select *, round(used / 10000000.0)::bigint as net,
                    round(owed / 10000000.0)::bigint as net_owed
                from owing
            )
            insert into invoice as i (account_id, id, month, kind, state, tax_category, tax_ppm,
                tax_reason, exact, net_cents, tax_cents, owed, due_cents, opening, bought,
                promotional, adjusted, used, expired, closing, created_at)
            select account_id, id, \(month),
                case when credit_limit > 0 or owed > 0 then 'invoice' else 'statement' end, 'draft',
                tax_category, tax_ppm, tax_reason, used, net,
                round(net * tax_ppm / 1000000.0)::bigint, owed,
                net_owed + round(net_owed * tax_ppm / 1000000.0)::bigint,
                closing - bought - promotional - adjusted + used + expired, bought, promotional,
                adjusted, used, expired, closing, \(now)
            from rounded order by account_id
            on conflict (account_id, month) where kind <> 'credit_note' and state <> 'void'
            do update set kind = excluded.kind, tax_category = excluded.tax_category,
                tax_ppm = excluded.tax_ppm, tax_reason = excluded.tax_reason,
                exact = excluded.exact, net_cents = excluded.net_cents,
                tax_cents = excluded.tax_cents, owed = excluded.owed,
                due_cents = excluded.due_cents, opening = excluded.opening,
                bought = excluded.bought, promotional = excluded.promotional,
                adjusted = excluded.adjusted, used = excluded.used, expired = excluded.expired,
                closing = excluded.closing
            where i.state = 'draft'
            returning account_id, id
            """
    }

    /// What earlier invoices of these accounts still waited for when the month ended, whatever has
    /// been paid since: (account_id, amount).
    private static func awaited(
        _ month: CivilDate, of accounts: [ID<Account>], before end: Timestamp
    ) -> SQL {
        """
        select e.account_id, sum(greatest(0, e.owed
            - coalesce((
                select sum(credits) from invoice_payment p
                where p.account_id = e.account_id and p.invoice_id = e.id and p.at < \(end)
            ), 0)
            - coalesce((
                select sum(exact) from invoice c
                where c.account_id = e.account_id and c.corrects = e.id
                    and c.finalized_at < \(end)
            ), 0)))::bigint as amount
        from invoice e
        where e.account_id = any(\(accounts)) and e.month < \(month) and e.kind = 'invoice'
            and e.state <> 'void' and e.owed > 0
        group by e.account_id
        """
    }

    /// Writes the lines of these drafts: one for each model, provider, version and line of a price,
    /// and what one unit cost. What no line of a price says is a line of its own, counted as one.
    static func lines(
        _ month: CivilDate, of accounts: [ID<Account>], _ invoices: [ID<Invoice>]
    ) -> SQL {
        """
        insert into invoice_line (account_id, invoice_id, position, description, model, provider,
            billable, unit, variant, unit_amount, price_version, quantity, amount)
        select u.account_id, t.id,
            row_number() over (partition by u.account_id order by u.model, u.provider,
                u.price_version, u.line = 0, u.line, u.unit_amount),
            coalesce(m.name, nullif(u.model, ''), 'a model that is not known any more') || ', '
                || case u.billable when 'output_image' then 'output images'
                    when 'output_text' then 'output text' when 'input_text' then 'input text'
                    when 'input_image' then 'input images'
                    when 'input_reference' then 'input references'
                    else case when u.line = 0 then 'difference to what was reserved'
                        else 'under a price that is not listed any more' end
                    end
                || case when u.variant = '' then '' else ' (' || u.variant || ')' end,
            u.model, u.provider,
            case when u.line = 0 or u.billable <> 'adjustment' then u.billable else 'unknown' end,
            case when u.unit = 'adjustment' then 'request' else u.unit end, nullif(u.variant, ''),
            case when u.line = 0 then abs(u.amount) else u.unit_amount end, u.price_version,
            case when u.line = 0 then sign(u.amount)::numeric else u.quantity end, u.amount
        from (
            select account_id, model, provider, price_version, line, unit_amount,
                min(billable) as billable, min(unit) as unit, min(variant) as variant,
                sum(quantity) as quantity, sum(amount)::bigint as amount
            from usage_day
            where account_id = any(\(accounts)) and mode = 'live' and billed_month = \(month)
            group by account_id, model, provider, price_version, line, unit_amount
        ) u
        join unnest(\(accounts), \(invoices)) as t (account_id, id) using (account_id)
        left join model m on m.id = u.model
        where u.line > 0 or u.amount <> 0
        """
    }
}
