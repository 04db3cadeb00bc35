-- Who was asked for a generation, in order, and what came of it: what an operator looks at when a
-- vendor has a bad hour, and what our own cost is known from.

create table generation_attempt (
    account_id uuid not null,
    id uuid not null,
    generation_id uuid not null,
    -- From 0, within one run.
    position integer not null,
    -- The catalogue's name of the provider, and the provider's own of the model.
    provider text not null,
    model text not null,
    outcome text not null constraint attempt_outcome check (outcome in (
        'done', 'refused', 'busy', 'broken', 'failed', 'out')),
    -- In the vendor's words, without secrets; null when it went well.
    message text,
    -- The vendor's name of the request, to ask its support with.
    vendor_request text,
    started_at timestamptz not null,
    -- Microseconds.
    latency_us bigint not null,
    -- What the vendor says it charges us, in nanodollars, rounded up; null where it does not say.
    cost bigint constraint attempt_cost_is_not_negative check (cost >= 0),
    primary key (account_id, id)
) partition by range (id);

create index attempts_of_generation on generation_attempt (account_id, generation_id);

alter table generation
    -- Whose pictures were delivered: `provider` is whose price was agreed.
    add column served_by text,
    -- What the vendor says it charges us, in nanodollars, rounded up; null where it does not say.
    add column provider_cost bigint constraint provider_cost_is_not_negative check (provider_cost >= 0);

create or replace function make_partitions(month date) returns void language plpgsql as $$
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
    foreach parent in array array['posting', 'generation', 'image', 'generation_attempt'] loop
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

-- The months that are there already need theirs.
select make_partitions(('2026-01-01'::date + make_interval(months => m))::date)
from generate_series(0, 35) m
where to_regclass('generation' || to_char('2026-01-01'::date + make_interval(months => m), '_YYYY_MM')) is not null;
