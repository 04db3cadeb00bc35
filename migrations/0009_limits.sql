-- What may be used: limits of a key, of an account and of the plan that an account is on, and the
-- meters that they are held against. No value is no limit.

-- Limits that many accounts share. An account's own take the place of its plan's, one by one.
create table plan (
    name text primary key constraint plan_name_is_a_word check (name ~ '^[a-z][a-z0-9-]{0,49}$'),
    requests_per_minute integer,
    -- How many may come at once, before the rate is asked for.
    request_burst integer,
    images_per_minute integer,
    image_burst integer,
    -- Generations that have begun, or wait in the queue, and have not ended.
    concurrent integer,
    -- Nanodollars of generations that began on one day, or in one month, of UTC.
    day_cap bigint,
    month_cap bigint,
    models text[],
    created_at timestamptz not null,
    -- Kept by the database, so that whoever has no limits costs one look at one column.
    limited boolean not null generated always as
        (num_nonnulls(requests_per_minute, images_per_minute, concurrent, day_cap, month_cap, models) > 0) stored,
    constraint plan_limits_are_limits check (
        requests_per_minute between 1 and 1000000 and request_burst between 1 and 1000000
        and images_per_minute between 1 and 1000000 and image_burst between 1 and 1000000
        and concurrent between 1 and 1000000 and day_cap >= 0 and month_cap >= 0 and cardinality(models) > 0)
);

-- Where accounts start.
insert into plan (name, created_at) values ('standard', '2026-11-21T00:00:00Z');

alter table account
    add column plan text not null default 'standard' references plan (name),
    add column requests_per_minute integer,
    add column request_burst integer,
    add column images_per_minute integer,
    add column image_burst integer,
    add column concurrent integer,
    add column day_cap bigint,
    add column month_cap bigint,
    add column models text[],
    add column limited boolean not null generated always as
        (num_nonnulls(requests_per_minute, images_per_minute, concurrent, day_cap, month_cap, models) > 0) stored,
    add constraint account_limits_are_limits check (
        requests_per_minute between 1 and 1000000 and request_burst between 1 and 1000000
        and images_per_minute between 1 and 1000000 and image_burst between 1 and 1000000
        and concurrent between 1 and 1000000 and day_cap >= 0 and month_cap >= 0 and cardinality(models) > 0);

alter table api_key
    add column requests_per_minute integer,
    add column request_burst integer,
    add column images_per_minute integer,
    add column image_burst integer,
    add column concurrent integer,
    add column day_cap bigint,
    add column month_cap bigint,
    add column models text[],
    add column limited boolean not null generated always as
        (num_nonnulls(requests_per_minute, images_per_minute, concurrent, day_cap, month_cap, models) > 0) stored,
    add constraint api_key_limits_are_limits check (
        requests_per_minute between 1 and 1000000 and request_burst between 1 and 1000000
        and images_per_minute between 1 and 1000000 and image_burst between 1 and 1000000
        and concurrent between 1 and 1000000 and day_cap >= 0 and month_cap >= 0 and cardinality(models) > 0);

-- What a key, or an account in one mode, has used. There is a row for whoever had a limit once; others cost
-- nothing. Written in the transactions that admit and settle, with the money: a cap must outlive a crash.
create table meter (
    account_id uuid not null references account (id),
    -- A key, or the account itself.
    subject uuid not null,
    mode text not null constraint meter_mode check (mode in ('live', 'test')),
    -- GCRA's theoretical arrival times, in nanoseconds of Unix time.
    requests_tat bigint not null default 0,
    images_tat bigint not null default 0,
    -- Generations that this meter counts as begun and not ended.
    open integer not null default 0 constraint meter_open_is_not_negative check (open >= 0),
    -- What generations of a day and of a month have captured and hold.
    day date not null,
    day_spent bigint not null default 0,
    month date not null,
    month_spent bigint not null default 0,
    -- Whether the account was told that the day's, or the month's, cap is near.
    day_told boolean not null default false,
    month_told boolean not null default false,
    primary key (account_id, subject, mode)
) with (fillfactor = 50);

-- Which meters count it as open: 1 its key's, 2 its account's. They did not all exist when it began.
alter table generation add column meters smallint not null default 0
    constraint generation_meters check (meters between 0 and 3);

-- Below which balance the account is told: once each time that a charge takes it there.
alter table wallet add column alert_below bigint;

-- What a message says that tells of neither a generation nor a batch, as it was when that happened.
alter table webhook_delivery add column data jsonb;
