-- Invoices: one an account and calendar month, drafted from daily totals, numbered when it is finalized and
-- fixed from then on; what is wrong with it afterwards is put right by credit notes.

-- Who sells: one row. The same members as a buyer's, so that both are frozen by copying.
create table seller (
    one boolean primary key default true constraint there_is_one_seller check (one),
    party jsonb not null,
    bank jsonb,
    -- Days from the date of an invoice until it is to be paid.
    due_days integer not null default 14 constraint seller_waits_for_payment check (due_days between 0 and 365),
    changed_at timestamptz not null
);

-- Who buys, where that is more than the account's name and e-mail. Not columns of the account: that
-- row is read whenever something is admitted.
create table billing_party (
    account_id uuid primary key references account (id),
    party jsonb not null,
    -- What the buyer wants to read on its invoices.
    reference text,
    tax_category text constraint billing_tax_category check (tax_category in ('S', 'Z', 'E', 'AE', 'G', 'O')),
    tax_reason text,
    changed_at timestamptz not null
);

-- The number that comes next. Its row is locked until whoever takes the number has committed, so
-- that there is never a gap, whatever crashes.
create table invoice_number (
    year integer primary key,
    next integer not null constraint invoice_numbers_begin_with_one check (next >= 1)
);

create table invoice (
    account_id uuid not null references account (id),
    id uuid not null,
    month date not null constraint invoice_month_is_its_first_day check (month = date_trunc('month', month::timestamp)::date),
    kind text not null constraint invoice_kind check (kind in ('invoice', 'statement', 'credit_note')),
    state text not null constraint invoice_state check (state in ('draft', 'finalized', 'paid', 'void')),
    year integer,
    sequence integer,
    number text,
    -- As they were at finalization.
    seller jsonb,
    bank jsonb,
    buyer jsonb,
    reference text,
    notes text[] not null default '{}',
    tax_category text not null constraint invoice_tax_category check (tax_category in ('S', 'Z', 'E', 'AE', 'G', 'O')),
    tax_ppm integer not null constraint invoice_tax_is_a_share check (tax_ppm between 0 and 1000000),
    tax_reason text,
    -- What its lines sum to, in nanodollars.
    exact bigint not null,
    net_cents bigint not null,
    tax_cents bigint not null,
    gross_cents bigint not null generated always as (net_cents + tax_cents) stored,
    -- What rounding added to the exact sum.
    residue bigint not null generated always as (net_cents * 10000000 - exact) stored,
    -- What of the exact sum credits did not pay, and what that comes to with its tax.
    owed bigint not null default 0,
    due_cents bigint not null default 0,
    due_on date,
    -- The wallet's month, in nanodollars.
    opening bigint,
    bought bigint,
    promotional bigint,
    adjusted bigint,
    used bigint,
    expired bigint,
    closing bigint,
    -- Of a credit note: what it takes back, and why.
    corrects uuid,
    reason text,
    idempotency_key text,
    created_at timestamptz not null,
    finalized_at timestamptz,
    paid_at timestamptz,
    voided_at timestamptz,
    void_reason text,
    -- Of all that it says, lines included, made when it became final.
    digest bytea,
    primary key (account_id, id),
    constraint a_number_is_taken_once unique (year, sequence),
    foreign key (account_id, corrects) references invoice (account_id, id),
    constraint a_draft_has_no_number check (
        (state = 'draft') = (number is null) and (number is null) = (year is null)
        and (number is null) = (sequence is null) and (number is null) = (finalized_at is null)
        and (number is null) = (digest is null)),
    constraint invoice_number_is_as_written check (
        number = year || '-' || lpad(sequence::text, greatest(6, length(sequence::text)), '0')),
    constraint a_numbered_invoice_names_its_parties check (number is null or (seller is not null and buyer is not null)),
    constraint a_credit_note_corrects_something check ((kind = 'credit_note') = (corrects is not null and reason is not null)),
    constraint a_paid_invoice_says_when check ((state = 'paid') = (paid_at is not null)),
    constraint a_void_invoice_says_why check ((state = 'void') = (voided_at is not null and void_reason is not null)),
    constraint what_is_owed_is_part_of_it check (owed between 0 and greatest(exact, 0) and due_cents between 0 and greatest(net_cents + tax_cents, 0)),
    constraint a_months_movements_lead_to_its_closing check (closing = opening + bought + promotional + adjusted - used - expired),
    constraint invoice_reason_length check (length(reason) <= 500 and length(void_reason) <= 500)
);

-- A void one makes room for another.
create unique index one_invoice_a_month on invoice (account_id, month) where kind <> 'credit_note' and state <> 'void';
create unique index a_key_credits_once on invoice (account_id, idempotency_key);
create index invoice_of_month on invoice (month, account_id);
create index invoice_by_birth on invoice (id);
create index credit_note_of_invoice on invoice (account_id, corrects) where corrects is not null;

-- What a month came to at one price. It refers to nothing that retention may drop: it says all of it.
create table invoice_line (
    account_id uuid not null,
    invoice_id uuid not null,
    position integer not null constraint lines_count_from_one check (position >= 1),
    description text not null,
    model text not null,
    provider text,
    billable text not null,
    unit text not null constraint line_unit check (unit in ('image', 'megapixel', 'token', 'request')),
    variant text,
    unit_amount bigint not null constraint line_price_is_not_negative check (unit_amount >= 0),
    price_version integer not null,
    quantity numeric(24, 6) not null,
    amount bigint not null,
    -- Of a credit note: the line that it takes back; null where it takes back an amount.
    corrects_position integer,
    primary key (account_id, invoice_id, position),
    foreign key (account_id, invoice_id) references invoice (account_id, id)
);

-- What came in for an invoice, and the credits that it gave back to the wallet.
create table invoice_payment (
    account_id uuid not null,
    id uuid not null,
    invoice_id uuid not null,
    amount_cents bigint not null constraint a_payment_is_more_than_nothing check (amount_cents > 0),
    -- The part of it that is tax: never ours, so never credits.
    tax_cents bigint not null constraint a_payment_contains_its_tax check (tax_cents between 0 and amount_cents),
    credits bigint not null constraint a_payment_gives_credits check (credits >= 0),
    grant_id uuid,
    reference text not null constraint payment_reference_length check (length(reference) between 1 and 200),
    idempotency_key text not null constraint payment_key_length check (length(idempotency_key) between 1 and 255),
    at timestamptz not null,
    primary key (account_id, id),
    constraint a_key_pays_once unique (account_id, idempotency_key),
    constraint credits_come_by_a_grant check ((credits > 0) = (grant_id is not null)),
    foreign key (account_id, invoice_id) references invoice (account_id, id)
);
create index payment_of_invoice on invoice_payment (account_id, invoice_id);

-- A month's grants, adjustments and expiries without its captures.
create index posting_without_generation on posting (account_id, id) where generation_id is null;

-- What an invoice says, in one text.
create function invoice_digest(i invoice) returns bytea language sql stable as $$
    select sha256(convert_to(concat_ws('|', i.account_id, i.id, i.month, i.kind, i.number, i.seller, i.bank, i.buyer,
        i.reference, array_to_string(i.notes, '|'), i.tax_category, i.tax_ppm, i.tax_reason, i.exact, i.net_cents,
        i.tax_cents, i.owed, i.due_cents, i.due_on, i.opening, i.bought, i.promotional, i.adjusted, i.used, i.expired,
        i.closing, i.corrects, i.reason, i.idempotency_key, extract(epoch from i.finalized_at),
        (select string_agg(concat_ws('|', l.position, l.description, l.model, l.provider, l.billable, l.unit, l.variant,
            l.unit_amount, l.price_version, l.quantity, l.amount, l.corrects_position), E'\n' order by l.position)
        from invoice_line l where l.account_id = i.account_id and l.invoice_id = i.id)), 'UTF8'))
$$;

create function refuse_invoice_change() returns trigger language plpgsql as $$
declare
    -- What is generated is not there yet before an update, and follows from the rest.
    moving text[] := '{state,paid_at,voided_at,void_reason,gross_cents,residue}';
begin
    if old.state = 'draft' and tg_op = 'DELETE' then
        return old;
    end if;
    if old.state = 'draft' then
        if new.state <> 'draft' then
            new.digest := invoice_digest(new);
        end if;
        return new;
    end if;
    if tg_op = 'UPDATE' and old.state = 'finalized' and new.state in ('paid', 'void')
        and to_jsonb(new) - moving = to_jsonb(old) - moving then
        return new;
    end if;
    raise exception 'invoice % is final', old.number
        using errcode = 'integrity_constraint_violation', constraint = tg_name;
end $$;

create trigger invoice_is_final before update or delete on invoice
    for each row execute function refuse_invoice_change();
create trigger invoice_stays before truncate on invoice
    for each statement execute function refuse_change();

create function refuse_line_change() returns trigger language plpgsql as $$
begin
    if exists (
        select from changed c join invoice i on i.account_id = c.account_id and i.id = c.invoice_id
        where i.state <> 'draft'
    ) then
        raise exception 'lines of an invoice that is final'
            using errcode = 'integrity_constraint_violation', constraint = tg_name;
    end if;
    return null;
end $$;

create trigger invoice_line_is_added_to_drafts after insert on invoice_line
    referencing new table as changed for each statement execute function refuse_line_change();
create trigger invoice_line_is_removed_from_drafts after delete on invoice_line
    referencing old table as changed for each statement execute function refuse_line_change();
-- A draft's lines are written anew, never changed.
create trigger invoice_line_is_final before update or truncate on invoice_line
    for each statement execute function refuse_change();

create trigger invoice_payment_is_append_only before update or delete or truncate on invoice_payment
    for each statement execute function refuse_change();

-- A number that was given is not given again.
create function refuse_number_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new.year = old.year and new.next >= old.next then
        return new;
    end if;
    raise exception 'numbers of invoices only count on'
        using errcode = 'integrity_constraint_violation', constraint = tg_name;
end $$;
create trigger invoice_number_counts_on before update or delete on invoice_number
    for each row execute function refuse_number_change();
create trigger invoice_number_stays before truncate on invoice_number
    for each statement execute function refuse_change();

-- Behind the walls. No role deletes an invoice; drafts' lines are deleted and written anew.
select raise_wall('seller');
select raise_wall('billing_party');
select raise_wall('invoice_number');
select raise_wall('invoice');
select raise_wall('invoice_line');
select raise_wall('invoice_payment');
-- It stands on every invoice.
grant select on seller to atelier_reader;
revoke delete on seller, invoice_number, invoice from atelier_engine;
revoke update on invoice_line from atelier_engine;
revoke update, delete on invoice_payment from atelier_engine;
