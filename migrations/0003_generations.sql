-- What is sold and what was made.

create table model (
    id text primary key,
    name text not null,
    description text not null,
    released_on date not null,
    enabled boolean not null default true
);

-- One provider's offer of a model.
create table model_endpoint (
    model text not null references model (id),
    provider text not null,
    provider_model text not null,
    priority integer not null default 0,
    enabled boolean not null default true,
    primary key (model, provider)
);

-- Versioned lines; a version is in force from starts_at until the next one starts.
create table price (
    model text not null,
    provider text not null,
    version integer not null constraint price_version_counts_from_one check (version > 0),
    line integer not null,
    starts_at timestamptz not null,
    billable text not null constraint price_billable check (billable in ('output_image')),
    unit text not null constraint price_unit check (unit in ('image')),
    -- Nanodollars per unit; a million dollars at most, so that no quote overflows.
    amount bigint not null constraint price_is_within_reason check (amount between 0 and 1000000000000000),
    variant text,
    primary key (model, provider, version, line),
    foreign key (model, provider) references model_endpoint (model, provider)
);

-- A running process. Its lease is the lease of every generation it runs: one row to renew,
-- however many generations wait on slow providers.
create table server (
    id uuid primary key,
    host text not null,
    started_at timestamptz not null,
    lease_until timestamptz not null
);

create table generation (
    account_id uuid not null,
    id uuid not null,
    mode text not null constraint generation_mode check (mode in ('live', 'test')),
    key_id uuid not null,
    state text not null constraint generation_state
        check (state in ('queued', 'running', 'completed', 'failed', 'cancelled')),
    dialect text not null,
    model text not null,
    provider text not null,
    price_version integer not null,
    -- Images asked for.
    n integer not null constraint generation_asks_for_images check (n > 0),
    request jsonb not null,
    -- Nanodollars. What was held is captured in whole or part when it ends, the rest released.
    held bigint not null constraint hold_is_not_negative check (held >= 0),
    captured bigint not null default 0,
    posting_id uuid,
    -- Who runs it, and when it must have ended.
    server_id uuid,
    deadline timestamptz not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    -- Images delivered.
    images integer not null default 0,
    error_kind text,
    error_message text,
    -- Microseconds, all four.
    queue_us bigint,
    provider_us bigint,
    store_us bigint,
    total_us bigint,
    primary key (account_id, id),
    constraint hold_ends_once check (
        (ended_at is null) = (state in ('queued', 'running'))
        and captured between 0 and held
        and (ended_at is not null or captured = 0)),
    constraint only_delivered_images_cost check (captured = 0 or images > 0),
    constraint images_within_those_asked_for check (images between 0 and n),
    constraint a_capture_has_its_posting check ((captured > 0) = (posting_id is not null)),
    constraint a_failure_says_why check ((state = 'failed') = (error_kind is not null))
) partition by range (id);

-- What still runs or waits: what the reaper looks through, and nothing else.
create index generation_open on generation (server_id, deadline) where ended_at is null;

create function refuse_second_end() returns trigger language plpgsql as $$
begin
    raise exception 'generation % has ended', old.id
        using errcode = 'integrity_constraint_violation', constraint = 'hold_ends_once';
end $$;

create trigger hold_ends_once before update on generation
    for each row when (old.ended_at is not null) execute function refuse_second_end();

create table image (
    account_id uuid not null,
    id uuid not null,
    generation_id uuid not null,
    position integer not null,
    -- Its name in the store.
    name text not null,
    media_type text not null,
    width integer not null,
    height integer not null,
    size_bytes bigint not null,
    primary key (account_id, id)
) partition by range (id);

create index image_of_generation on image (account_id, generation_id);

-- The month's partitions of what grows. The key stays (account_id, id) because an id of version 7
-- says when it was born; an old month is dropped in milliseconds. Attached rather than created in
-- place: that takes a weaker lock on the parent.
create function make_partitions(month date) returns void language plpgsql as $$
declare
    parent text;
    child text;
    first timestamp := date_trunc('month', month);
    bounds uuid[];
begin
    select array_agg((lpad(to_hex(extract(epoch from m)::bigint * 1000), 12, '0') || repeat('0', 20))::uuid
                     order by m)
    into bounds from unnest(array[first, first + interval '1 month']) m;
    -- Two servers may start at once.
    perform pg_advisory_xact_lock(hashtext('make_partitions'));
    foreach parent in array array['posting', 'generation', 'image'] loop
        child := parent || to_char(first, '_YYYY_MM');
        if to_regclass(child) is null then
            execute format('create table %I (like %I including defaults including constraints)', child, parent);
            execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                           parent, child, bounds[1], bounds[2]);
            -- A statement that names the partition fires the partition's triggers, not the parent's.
            if parent = 'posting' then
                execute format('create trigger posting_moves_wallet after insert on %I referencing new table as inserted for each statement execute function posting_moves_wallet()', child);
                execute format('create trigger posting_is_append_only before update or delete or truncate on %I for each statement execute function refuse_change()', child);
            end if;
        end if;
    end loop;
end $$;

insert into model (id, name, description, released_on) values
    ('test/test', 'Test picture', 'Free: draws a picture in process, the same for the same prompt and seed.', '2026-11-01'),
    ('test/paid', 'Paid test picture', 'The same picture for $0.004, so that money can be tried.', '2026-11-01');
insert into model_endpoint (model, provider, provider_model) values
    ('test/test', 'test', 'picture'),
    ('test/paid', 'test', 'picture');
insert into price (model, provider, version, line, starts_at, billable, unit, amount) values
    ('test/test', 'test', 1, 1, '2026-11-01T00:00:00Z', 'output_image', 'image', 0),
    ('test/paid', 'test', 1, 1, '2026-11-01T00:00:00Z', 'output_image', 'image', 4000000);
