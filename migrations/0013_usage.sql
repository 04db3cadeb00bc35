-- What was charged, line by line, and its daily totals: what invoices are made of, and what stays when the
-- generations of a month are dropped.

-- Which line of its price a capture is, when it is one line for each picture delivered, as nearly all are; else all
-- its lines as [line, quantity, nanodollars]. Line 0 is what no line of the price says: a capture that its hold limited.
create function charges_total(charges jsonb) returns bigint language sql immutable strict as $$
    select sum((charge ->> 2)::bigint)::bigint from jsonb_array_elements(charges) charge
$$;

alter table generation
    add column charge_line smallint,
    add column charges jsonb,
    add constraint charges_are_what_was_captured check (
        (charge_line is null or charges is null)
        and (charge_line is null or (charge_line > 0 and images > 0 and captured % images = 0))
        and (charges is null or charges_total(charges) = captured));

-- Captures, summed by the day of UTC on which they were posted. Each is in here once: `usage_rolled` says up to
-- which posting of a wallet.
create table usage_day (
    account_id uuid not null,
    mode text not null constraint usage_day_mode check (mode in ('live', 'test')),
    -- The month whose invoice it is on: the day's, or the next one that was open when it was added.
    billed_month date not null
        constraint usage_day_billed_month check (extract(day from billed_month) = 1 and billed_month <= day + 36500),
    day date not null,
    key_id uuid not null,
    model text not null,
    -- Whose price was agreed.
    provider text not null,
    price_version integer not null,
    -- Of the price; 0 for what none of its lines says.
    line smallint not null,
    -- As the price says; 'adjustment' for line 0.
    billable text not null,
    unit text not null,
    variant text not null default '',
    -- Nanodollars that one unit cost: the line's, or more for a picture larger than any that is listed.
    unit_amount bigint not null,
    -- Those whose first line this is, so that sums over lines count each once; and their pictures.
    generations bigint not null,
    images bigint not null,
    quantity numeric not null,
    amount bigint not null,
    primary key (account_id, mode, billed_month, day, key_id, model, provider, price_version, line, unit_amount),
    constraint usage_is_quantity_times_price check (line = 0 or amount = quantity * unit_amount)
);

-- How far a wallet's postings are in `usage_day`. Whoever rolls up, or closes a month, holds this row.
create table usage_rolled (
    account_id uuid not null references account (id),
    mode text not null constraint usage_rolled_mode check (mode in ('live', 'test')),
    -- The last posting that is.
    number bigint not null default 0 constraint usage_rolled_counts_from_zero check (number >= 0),
    -- The latest time of those that are: where to begin to look for more.
    at timestamptz,
    primary key (account_id, mode)
);

-- Months whose invoice, or statement, is final: what comes late goes to the next one that is not here.
create table billing_closed (
    account_id uuid not null references account (id),
    mode text not null constraint billing_closed_mode check (mode in ('live', 'test')),
    month date not null constraint billing_closes_a_month check (extract(day from month) = 1),
    at timestamptz not null,
    primary key (account_id, mode, month)
);

-- The month on whose invoice something of `month` goes.
create function open_month(account uuid, in_mode text, month date) returns date language sql stable as $$
    select min(candidate) from (
        select month as candidate
        union all
        select (c.month + interval '1 month')::date from billing_closed c
        where c.account_id = account and c.mode = in_mode and c.month >= open_month.month
    ) m
    where not exists (
        select from billing_closed c
        where c.account_id = account and c.mode = in_mode and c.month = candidate)
$$;

-- How many months stay: of generations with their pictures' rows and attempts, and of postings. Null for ever.
create table retention (
    one boolean primary key default true constraint retention_is_one_row check (one),
    -- The running month and the one before stay, whatever happens.
    generation_months integer constraint generations_stay_two_months check (generation_months >= 2),
    -- The running and the last fiscal year stay.
    posting_months integer constraint postings_stay_two_years check (posting_months >= 24)
);
insert into retention (one) values (true);

-- What was dropped, and when.
create table dropped_month (
    kind text not null constraint dropped_month_kind check (kind in ('generations', 'postings')),
    month date not null,
    at timestamptz not null,
    primary key (kind, month)
);

-- What the postings of a wallet came to that are not there any more, all months up to this one: where its sum
-- begins, and its chain goes on.
create table wallet_checkpoint (
    account_id uuid not null,
    mode text not null,
    month date not null,
    -- The last of them, and its hash.
    number bigint not null,
    chain bytea not null,
    -- How many they were, and nanodollars: what they moved, and what of it was captured.
    postings bigint not null,
    posted bigint not null,
    captured bigint not null,
    primary key (account_id, mode, month)
);
create trigger wallet_checkpoint_is_append_only before update or delete or truncate on wallet_checkpoint
    for each statement execute function refuse_change();

-- The last checkpoint of every wallet that has one.
create view wallet_base with (security_invoker = true) as
    select distinct on (account_id, mode) * from wallet_checkpoint order by account_id, mode, month desc;

-- The smallest id that a row of `parent` can have: before it months were dropped, or never were.
create function oldest_id(parent regclass) returns uuid language sql stable as $$
    select (lpad(to_hex((extract(epoch from min(to_date(right(c.relname, 7), 'YYYY_MM'))::timestamp) * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent and c.relname ~ '_\d{4}_\d{2}$'
$$;

-- Drops a month's partition of `parent` at once. Whoever owns the tables may, and nobody else.
create function drop_partition(parent text, month date) returns void language plpgsql as $$
declare
    child text := parent || to_char(month, '_YYYY_MM');
begin
    if to_regclass(child) is not null then
        execute format('alter table %I detach partition %I', parent, child);
        execute format('drop table %I', child);
    end if;
end $$;
revoke execute on function drop_partition(text, date) from public;

-- How long prompts and pictures are kept, in days; null for ever.
alter table account
    add column prompt_days integer constraint prompts_stay_a_day check (prompt_days between 1 and 36500),
    add column picture_days integer constraint pictures_stay_a_day check (picture_days between 1 and 36500);

-- How far an account's prompts and pictures have been removed: everything up to these ids.
create table account_sweep (
    account_id uuid primary key references account (id),
    prompts_to uuid,
    pictures_to uuid
);

-- Since when its file is gone.
alter table image add column deleted_at timestamptz;

-- A request without its words: the same shape, so that everything else can still be read.
create function without_words(request jsonb) returns jsonb language sql immutable as $$
    select request || '{"prompt": ""}'
        || case when request #> '{options,negative_prompt}' is null then '{}'
            else jsonb_build_object('options', request -> 'options' || '{"negative_prompt": ""}') end
        || case when request #> '{routing,options}' is null then '{}'
            else jsonb_build_object('routing', (request -> 'routing') - 'options') end
$$;

-- What has ended stays as it ended, but for the words of its request: those may be blanked, and nothing else.
create or replace function refuse_second_end() returns trigger language plpgsql as $$
begin
    if new.request = without_words(old.request)
        and to_jsonb(new) - 'request' = to_jsonb(old) - 'request'
    then
        return new;
    end if;
    raise exception 'generation % has ended', old.id
        using errcode = 'integrity_constraint_violation', constraint = 'hold_ends_once';
end $$;

-- Behind the walls.
select raise_wall('usage_day');
select raise_wall('usage_rolled');
select raise_wall('billing_closed');
select raise_wall('retention');
select raise_wall('dropped_month');
select raise_wall('wallet_checkpoint');
select raise_wall('account_sweep');
revoke delete on usage_day, usage_rolled, billing_closed from atelier_engine;
revoke update on billing_closed from atelier_engine;
revoke insert, update, delete on dropped_month, wallet_checkpoint from atelier_engine;
revoke delete on retention from atelier_engine;
grant select on wallet_base to atelier_engine;
