import Postgres

/// What invoices promise. Each answers one text a row that breaks it.
extension Audit {
    static let invoices = [
        Check(name: "an invoice is the sum of its lines", sql: driftedInvoices),
        Check(name: "a line is its quantity times its price", sql: driftedLines),
        Check(name: "an invoice is rounded once", sql: driftedRounding),
        Check(name: "what is final says what it said", sql: changedInvoices),
        Check(name: "usage and invoice lines agree", sql: driftedBilling),
        Check(name: "numbers of invoices have no gap", sql: driftedNumbers),
        Check(name: "an invoice is paid when nothing is due", sql: driftedPayments),
        Check(name: "payments and credit notes reached the wallet", sql: driftedRestorations),
    ]

    private static let driftedInvoices: SQL = """
        select format('invoice %s of account %s: %s nanodollars in %s lines, its head says %s',
            coalesce(i.number, i.id::text), i.account_id, coalesce(l.sum, 0), coalesce(l.count, 0),
            i.exact)
        from invoice i
        left join (
            select account_id, invoice_id, sum(amount) as sum, count(*) as count
            from invoice_line group by account_id, invoice_id
        ) l on l.account_id = i.account_id and l.invoice_id = i.id
        where i.exact <> coalesce(l.sum, 0)
        """

    /// Lines say quantity, price and amount; a line that was changed by hand seldom still agrees.
    private static let driftedLines: SQL = """
        select format('line %s of invoice %s of account %s: %s at %s is not %s', l.position,
            coalesce(i.number, i.id::text), l.account_id, l.quantity, l.unit_amount, l.amount)
        from invoice_line l
        join invoice i on i.account_id = l.account_id and i.id = l.invoice_id
        where l.amount <> l.quantity * l.unit_amount
        """

    private static let changedInvoices: SQL = """
        select format('invoice %s of account %s, or a line of it, was changed', number, account_id)
        from invoice i where state <> 'draft' and digest is distinct from invoice_digest(i)
        """

    /// Cents are derived here once more, by other means than where they are written.
    private static let driftedRounding: SQL = """
        select format('invoice %s of account %s: net %s, tax %s cents; its lines come to %s and %s',
            coalesce(number, id::text), account_id, net_cents, tax_cents, net, tax)
        from (
            select i.*, n.net, sign(n.net) * floor((abs(n.net) * i.tax_ppm + 500000) / 1000000) as tax
            from invoice i,
            lateral (select sign(i.exact) * floor((abs(i.exact::numeric) + 5000000) / 10000000) as net) n
            where i.kind <> 'credit_note'
        ) i
        where net_cents <> net or tax_cents <> tax
        union all
        -- A credit note says what it and those before it come to, less what those said.
        select format('credit note %s of account %s: net %s, tax %s cents; with those before it it comes to %s and %s',
            number, account_id, net_cents, tax_cents, net, tax)
        from (
            select t.number, t.account_id, t.net_cents, t.tax_cents,
                t.net - lag(t.net, 1, 0::numeric) over note as net,
                t.tax - lag(t.tax, 1, 0::numeric) over note as tax
            from (
                select c.*, n.net,
                    sign(n.net) * floor((abs(n.net) * c.tax_ppm + 500000) / 1000000) as tax
                from (
                    select i.*, sum(i.exact) over (
                        partition by i.account_id, i.corrects order by i.year, i.sequence) as total
                    from invoice i where i.kind = 'credit_note' and i.state <> 'draft'
                ) c,
                lateral (select sign(c.total) * floor((abs(c.total) + 5000000) / 10000000) as net) n
            ) t
            window note as (partition by t.account_id, t.corrects order by t.year, t.sequence)
        ) c
        where net_cents <> net or tax_cents <> tax
        """

    /// Promise: usage = invoice lines. By model and what a unit cost, so that it is told where.
    private static let driftedBilling: SQL = """
        select format('invoice %s of account %s for %s: model %s of %s, price version %s at %s: %s nanodollars in its lines, %s in the usage of the month',
            coalesce(i.number, i.id::text), d.account_id, i.month, d.model, d.provider,
            d.price_version, d.unit_amount, coalesce(d.billed, 0), coalesce(d.used, 0))
        from (
            select account_id, month, model, provider, price_version, unit_amount,
                sum(billed) as billed, sum(used) as used, sum(sold) as sold, sum(counted) as counted
            from (
                select i.account_id, i.month, l.model, coalesce(l.provider, '') as provider,
                    l.price_version,
                    case when l.billable = 'adjustment' then 0 else l.unit_amount end as unit_amount,
                    l.amount as billed, 0 as used,
                    case when l.billable = 'adjustment' then 0 else l.quantity end as sold,
                    0 as counted
                from invoice_line l
                join invoice i on i.account_id = l.account_id and i.id = l.invoice_id
                where i.state in ('finalized', 'paid') and i.kind <> 'credit_note'
                union all
                select u.account_id, u.billed_month, u.model, u.provider, u.price_version,
                    u.unit_amount, 0, u.amount, 0, case when u.line = 0 then 0 else u.quantity end
                from usage_day u
                where u.mode = 'live' and exists (
                    select from invoice i
                    where i.account_id = u.account_id and i.month = u.billed_month
                        and i.state in ('finalized', 'paid') and i.kind <> 'credit_note')
            ) b
            group by account_id, month, model, provider, price_version, unit_amount
            having sum(billed) <> sum(used) or sum(sold) <> sum(counted)
        ) d
        join invoice i on i.account_id = d.account_id and i.month = d.month
            and i.state in ('finalized', 'paid') and i.kind <> 'credit_note'
        """

    /// Numbers run from 1 to the one before the next, each once.
    private static let driftedNumbers: SQL = """
        select format('year %s: number %s is %s', year, sequence, told)
        from (
            select n.year, s.sequence,
                case when count(i.id) = 0 then 'missing' else 'there ' || count(i.id) || ' times' end
                    as told
            from invoice_number n
            cross join lateral generate_series(1, n.next - 1) as s (sequence)
            left join invoice i on i.year = n.year and i.sequence = s.sequence
            group by n.year, s.sequence
            having count(i.id) <> 1
            union all
            select i.year, i.sequence, 'past the next one, which is ' || coalesce(n.next, 1)
            from invoice i left join invoice_number n using (year)
            where i.sequence >= coalesce(n.next, 1)
        ) gaps
        """

    /// What was paid and credited is within the invoice, and is what its state says.
    private static let driftedPayments: SQL = """
        select format('invoice %s of account %s is %s: %s cents due, %s paid, %s of %s credited',
            number, account_id, state, due_cents, paid, credited, gross_cents)
        from (
            select i.*, coalesce(p.paid, 0) as paid, coalesce(c.credited, 0) as credited
            from invoice i
            left join (
                select account_id, invoice_id, sum(amount_cents) as paid
                from invoice_payment group by account_id, invoice_id
            ) p on p.account_id = i.account_id and p.invoice_id = i.id
            left join (
                select account_id, corrects, sum(gross_cents) as credited
                from invoice where corrects is not null group by account_id, corrects
            ) c on c.account_id = i.account_id and c.corrects = i.id
            where i.state <> 'draft'
        ) i
        where credited > gross_cents or paid > due_cents
            or (state = 'paid') <> (kind = 'invoice' and due_cents > 0 and state <> 'void'
                and paid + credited >= due_cents)
            or (state = 'void' and (paid > 0 or credited > 0))
        """

    /// Payments and credit notes gave the wallet what they say.
    private static let driftedRestorations: SQL = """
        select format('%s %s of account %s: %s nanodollars, the wallet got %s', what, id, account_id,
            amount, coalesce(got, 0))
        from (
            select 'payment' as what, p.id, p.account_id, p.credits as amount, l.amount as got
            from invoice_payment p
            left join grant_lot l on l.account_id = p.account_id and l.id = p.grant_id
            union all
            select 'credit note', i.id, i.account_id, i.exact, l.amount
            from invoice i
            left join grant_lot l on l.account_id = i.account_id
                and l.idempotency_key = 'atelier:credit-note:' || i.id
            where i.kind = 'credit_note' and i.state <> 'draft'
        ) r
        where amount <> coalesce(got, 0)
        """
}
