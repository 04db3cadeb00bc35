-- Jobs: generations that wait in a queue, survive their server and are told about; batches of them;
-- the keys by which a caller may repeat itself; webhooks.

-- Up to 20 generations submitted together.
create table batch (
    account_id uuid not null references account (id),
    id uuid not null,
    mode text not null constraint batch_mode check (mode in ('live', 'test')),
    key_id uuid not null,
    dialect text not null,
    size integer not null constraint batch_is_small check (size between 1 and 20),
    -- How many of them have not ended.
    open integer not null,
    -- What was asked of the batch as a whole: its webhook and metadata.
    request jsonb not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    primary key (account_id, id),
    constraint batch_ends_with_its_last check (
        open between 0 and size and (open = 0) = (ended_at is not null))
);

alter table generation
    add column batch_id uuid,
    -- Whether it outlives its server: somebody can ask for it by id or by idempotency key. What
    -- nobody could ask for is released instead of being finished for nobody.
    add column durable boolean not null default false,
    -- When a queued one may be claimed, and how often one has been.
    add column ready_at timestamptz,
    add column claims integer not null default 0,
    -- Which run of it this is: a server that takes it over from itself must not end it twice.
    add column run integer not null default 0,
    -- The provider's own name for the work, written down before it is asked how far it is: whoever
    -- takes the generation over asks on instead of paying again.
    add column task text,
    -- Percent, as far as the provider tells.
    add column progress integer not null default 0,
    add constraint generation_progress_is_percent check (progress between 0 and 100),
    add constraint a_queued_generation_belongs_to_nobody check (
        state <> 'queued' or (server_id is null and ready_at is not null));

-- The queue: what workers claim from, account by account.
create index generation_queued on generation (account_id, ready_at, id) where state = 'queued';

create index generation_of_batch on generation (account_id, batch_id) where batch_id is not null;

-- A key works once in 24 hours: which work it named, and what exactly was asked.
create table idempotency_key (
    account_id uuid not null references account (id),
    key text not null constraint idempotency_key_length check (length(key) between 1 and 255),
    -- SHA-256 over method, path and canonical body.
    fingerprint bytea not null
        constraint idempotency_fingerprint_is_whole check (octet_length(fingerprint) = 32),
    path text not null,
    generation_id uuid,
    batch_id uuid,
    created_at timestamptz not null,
    primary key (account_id, key),
    constraint a_key_names_one_work check ((generation_id is null) <> (batch_id is null))
);

create index idempotency_key_age on idempotency_key (created_at);

-- Where an account wants to be told, whatever request it is about.
create table webhook_endpoint (
    account_id uuid not null references account (id),
    id uuid not null,
    url text not null constraint webhook_url_length check (length(url) between 1 and 2048),
    description text not null default ''
        constraint webhook_description_length check (length(description) <= 200),
    events text[] not null constraint webhook_endpoint_listens check (cardinality(events) > 0),
    enabled boolean not null default true,
    -- Why it is not enabled; set by us when it is dead.
    disabled_reason text,
    -- Since when nothing has got through; null when all is well.
    failing_since timestamptz,
    created_at timestamptz not null,
    primary key (account_id, id),
    constraint a_disabled_endpoint_says_why check (enabled = (disabled_reason is null))
);

-- Secrets are derived from the server's pepper, the account and a version; only the version is kept.
create table webhook_secret (
    account_id uuid primary key references account (id),
    version integer not null constraint webhook_secret_counts_from_one check (version > 0),
    -- Until when the version before signs beside it.
    previous_until timestamptz
);

-- One message to one place. Queued in the transaction that ends what it tells of.
create table webhook_delivery (
    account_id uuid not null references account (id),
    -- The message: the same for every attempt, and for every place it goes to.
    id uuid not null,
    -- The account's endpoint, or zeros for the address that the request named.
    endpoint_id uuid not null,
    url text not null,
    event text not null,
    generation_id uuid,
    batch_id uuid,
    state text not null default 'pending'
        constraint webhook_delivery_state check (state in ('pending', 'delivered', 'failed')),
    attempts integer not null default 0,
    -- When the next attempt is due; while one is under way, when it is given up for lost.
    next_at timestamptz not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    primary key (account_id, id, endpoint_id),
    constraint webhook_delivery_ends_once check ((state = 'pending') = (ended_at is null))
);

create index webhook_due on webhook_delivery (account_id, next_at) where state = 'pending';
create index webhook_ended on webhook_delivery (ended_at) where state <> 'pending';
create index webhook_failed on webhook_delivery (account_id, ended_at) where state = 'failed';
create index webhook_of_generation on webhook_delivery (account_id, generation_id);

-- What became of every attempt, word for word.
create table webhook_attempt (
    account_id uuid not null,
    delivery_id uuid not null,
    endpoint_id uuid not null,
    number integer not null,
    at timestamptz not null,
    -- The receiver's status; null when there was no answer.
    status integer,
    -- Why it counts as failed; null when it got through.
    error text,
    duration_us bigint not null,
    primary key (account_id, delivery_id, endpoint_id, number)
);
