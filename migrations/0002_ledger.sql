-- The money. Postings are the truth; a wallet row is their running sum, kept so that a hold can be
-- checked against it under a row lock.

create table wallet (
    account_id uuid not null references account (id),
    mode text not null constraint wallet_mode check (mode in ('live', 'test')),
    -- Nanodollars, all three.
    posted bigint not null default 0,
    held bigint not null default 0 constraint wallet_holds_are_not_negative check (held >= 0),
    credit_limit bigint not null default 0
        constraint wallet_limit_is_not_negative check (credit_limit >= 0),
    -- How many postings it has, and the hash of the last: the head of its chain.
    postings bigint not null default 0,
    chain bytea not null default '\x0000000000000000000000000000000000000000000000000000000000000000',
    primary key (account_id, mode),
    constraint wallet_never_below_zero check (posted - held + credit_limit >= 0),
    -- A billion dollars: far from what 64 bits hold, so that no sum of these columns overflows.
    constraint wallet_is_within_reason
        check (posted between -1000000000000000000 and 1000000000000000000
            and credit_limit <= 1000000000000000000)
) with (fillfactor = 40);  -- A wallet is updated all day: room for new versions on its own page.

-- One double-entry movement. Exactly one side is the wallet of (account_id, mode).
create table posting (
    account_id uuid not null,
    id uuid not null,
    mode text not null constraint posting_mode check (mode in ('live', 'test')),
    -- Its place in its wallet's chain, from 1.
    number bigint not null,
    debit text not null,
    credit text not null,
    amount bigint not null constraint posting_amount_is_positive check (amount > 0),
    -- The hold that this posting ends: a capture moves the wallet and ends the hold at once.
    ended_hold bigint not null default 0
        constraint posting_hold_is_not_negative check (ended_hold >= 0),
    generation_id uuid,
    reason text not null,
    at timestamptz not null,
    -- SHA-256 over the hash of the one before it and this row: see Ledger/Posting.swift.
    hash bytea not null,
    primary key (account_id, id),
    constraint posting_balances check ((debit = 'wallet') <> (credit = 'wallet')),
    constraint posting_book check (
        (debit = 'wallet' or debit in ('revenue', 'funding', 'promotion', 'adjustment'))
        and (credit = 'wallet' or credit in ('revenue', 'funding', 'promotion', 'adjustment'))),
    constraint capture_stays_within_its_hold check (
        (generation_id is null and ended_hold = 0)
        or (generation_id is not null and debit = 'wallet' and amount <= ended_hold))
) partition by range (id);

-- A posting cannot be committed without its wallet moving by it, nor out of its chain's order.
-- One statement a batch, whatever its size. The settings keep a plan made while tables were small
-- from joining whole tables later.
create function posting_moves_wallet() returns trigger language plpgsql
set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare
    wallets bigint;
    moved bigint;
begin
    select count(distinct (account_id, mode)) into wallets from inserted;
    with movement as (
        select account_id, mode,
               sum(case when credit = 'wallet' then amount else -amount end) as amount,
               sum(ended_hold) as ended_hold,
               count(*) as count,
               min(number) as first,
               max(number) as last,
               (array_agg(hash order by number desc))[1] as hash
        from inserted group by account_id, mode
    )
    update wallet w
    set posted = w.posted + m.amount, held = w.held - m.ended_hold, postings = m.last, chain = m.hash
    from movement m
    where w.account_id = m.account_id and w.mode = m.mode
      and m.first = w.postings + 1 and m.last = w.postings + m.count;
    get diagnostics moved = row_count;
    if moved <> wallets then
        raise exception 'a posting without its wallet, or out of its order'
            using errcode = 'integrity_constraint_violation', constraint = 'posting_moves_wallet';
    end if;
    return null;
end $$;

create trigger posting_moves_wallet after insert on posting
    referencing new table as inserted for each statement execute function posting_moves_wallet();

create trigger posting_is_append_only before update or delete or truncate on posting
    for each statement execute function refuse_change();

-- The other direction: `posted` moves by postings and by nothing else.
create function refuse_wallet_change() returns trigger language plpgsql as $$
begin
    raise exception 'a wallet moves only by postings'
        using errcode = 'integrity_constraint_violation', constraint = tg_name;
end $$;

create trigger wallet_moves_by_postings before update of posted, postings, chain on wallet
    for each row when (pg_trigger_depth() = 0) execute function refuse_wallet_change();

-- Not even its first money; and it stays, as its postings do.
create trigger wallet_starts_empty before insert on wallet
    for each row when (new.posted <> 0 or new.held <> 0 or new.postings <> 0)
    execute function refuse_wallet_change();
create trigger wallet_stays before delete or truncate on wallet
    for each statement execute function refuse_wallet_change();

-- Credits given, paid or promotional. One key gives once.
create table grant_lot (
    account_id uuid not null references account (id),
    id uuid not null,
    mode text not null constraint grant_lot_mode check (mode in ('live', 'test')),
    kind text not null constraint grant_lot_kind check (kind in ('paid', 'promotional', 'adjustment')),
    -- Nanodollars; an adjustment may take away.
    amount bigint not null constraint grant_lot_moves_something check (amount <> 0),
    reason text not null constraint grant_lot_has_a_reason check (length(btrim(reason)) between 1 and 500),
    idempotency_key text not null
        constraint grant_lot_key_length check (length(idempotency_key) between 1 and 255),
    posting_id uuid not null,
    created_at timestamptz not null,
    primary key (account_id, id),
    constraint a_key_grants_once unique (account_id, idempotency_key)
);
