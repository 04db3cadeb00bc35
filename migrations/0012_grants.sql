-- Credits that expire, refunds, and a chain over the audit log.

-- What was given is a lot: it is spent in an order, and what is left of it may expire. `spent` is what a walk over the
-- wallet's postings has found to be gone, up to the posting `wallet.lots_to`: nothing is written to a lot when a
-- generation is paid (Ledger/README.md).
alter table grant_lot
    drop constraint grant_lot_kind,
    add constraint grant_lot_kind check (kind in ('paid', 'promotional', 'adjustment', 'refund')),
    -- From this instant on it cannot be held any more; none is never.
    add column expires_at timestamptz,
    -- What a refund gives back.
    add column generation_id uuid,
    add column spent bigint not null default 0,
    add constraint only_bought_and_promised_credits_expire
        check (expires_at is null or (kind in ('paid', 'promotional') and expires_at > created_at)),
    add constraint a_refund_names_its_generation
        check ((kind = 'refund') = (generation_id is not null) and (kind <> 'refund' or amount > 0)),
    add constraint a_lot_is_spent_within_itself check (spent between 0 and greatest(amount, 0)),
    add constraint a_posting_makes_one_lot unique (account_id, posting_id);

create index refunds_of_generation on grant_lot (account_id, generation_id) where generation_id is not null;

create trigger grant_lot_stays_as_given before update of account_id, id, mode, kind, amount, reason, idempotency_key,
    posting_id, created_at, expires_at, generation_id on grant_lot
    for each statement execute function refuse_change();
create trigger grant_lot_stays before delete or truncate on grant_lot
    for each statement execute function refuse_change();

-- What expired of a lot, and the posting that took it out of the wallet.
create table lapse (
    account_id uuid not null,
    posting_id uuid not null,
    lot_id uuid not null,
    -- Nanodollars.
    amount bigint not null constraint lapse_amount_is_positive check (amount > 0),
    at timestamptz not null,
    primary key (account_id, posting_id),
    constraint a_lapse_is_of_a_lot foreign key (account_id, lot_id) references grant_lot (account_id, id)
);

create trigger lapse_is_append_only before update or delete or truncate on lapse
    for each statement execute function refuse_change();

alter table wallet
    -- When the next lot expires that may have something left; none for nearly every wallet.
    add column next_expiry timestamptz,
    -- When the last lot expired of which something is left, because generations that began before still hold it.
    add column lapsing timestamptz,
    -- Up to which posting its lots' `spent` is worked out, what was spent then that no lot had covered, and before
    -- which id no later posting can be found.
    add column lots_to bigint not null default 0,
    add column lots_debt bigint not null default 0,
    add column lots_after uuid not null default '00000000-0000-0000-0000-000000000000';

-- For whoever looks after wallets that nobody uses. A payment changes neither column, and so neither index.
create index wallet_expiry on wallet (next_expiry) where next_expiry is not null;
create index wallet_lapsing on wallet (account_id, mode) where lapsing is not null;

-- A book more: paid credits that expired. What partitions inherit goes and comes with their parent's.
alter table posting drop constraint posting_book;
alter table posting add constraint posting_book check (
    (debit = 'wallet' or debit in ('revenue', 'funding', 'promotion', 'adjustment'))
    and (credit = 'wallet' or credit in ('revenue', 'funding', 'promotion', 'adjustment', 'breakage')));

-- The audit log's chain: each link's hash covers the one before and its event, so that an event that was changed,
-- removed or slipped in shows; the head knows the last, so that the end cannot be cut off either.
create table audit_link (
    number bigint primary key,
    event_id uuid not null constraint an_event_has_one_link unique,
    hash bytea not null
);

create table audit_head (
    one boolean primary key default true constraint there_is_one_head check (one),
    number bigint not null,
    hash bytea not null
);

insert into audit_head (number, hash)
values (0, '\x0000000000000000000000000000000000000000000000000000000000000000');

create function link_audit_event(event audit_event) returns void language plpgsql as $$
declare
    head audit_head;
begin
    select * into strict head from audit_head for update;
    head.number := head.number + 1;
    -- An array of JSON, because any of these texts may contain any separator.
    head.hash := sha256(head.hash || convert_to(jsonb_build_array(head.number, event.id,
        (extract(epoch from event.at) * 1000000)::bigint, event.actor, event.action, event.account_id, event.subject,
        event.reason, event.details)::text, 'UTF8'));
    insert into audit_link (number, event_id, hash) values (head.number, event.id, head.hash);
    update audit_head set number = head.number, hash = head.hash;
end $$;

create function audit_event_is_linked() returns trigger language plpgsql security definer as $$
begin
    perform link_audit_event(new);
    return null;
end $$;

do $$
declare
    event audit_event;
begin
    for event in select * from audit_event order by at, id loop
        perform link_audit_event(event);
    end loop;
    execute format('alter function audit_event_is_linked() set search_path = %I, pg_temp', current_schema());
end $$;

revoke execute on function link_audit_event(audit_event) from public;

-- At the commit, not at the insert: the head is then the last that a transaction locks, and no two can wait for each other.
create constraint trigger audit_event_is_linked after insert on audit_event
    deferrable initially deferred for each row execute function audit_event_is_linked();

create trigger audit_link_is_append_only before update or delete or truncate on audit_link
    for each statement execute function refuse_change();
create trigger audit_head_stays before delete or truncate on audit_head
    for each statement execute function refuse_change();

-- Walls. What a lot was given stays out of the engine's reach; how much of it is gone is worked out again and again.
select raise_wall('lapse');
revoke update, delete on lapse from atelier_engine;
grant update (spent) on grant_lot to atelier_engine;
-- The links are made by the database alone.
grant select on audit_link, audit_head to atelier_engine;
