-- What operators decide stays as they left it: a provider taken out of use, endpoints and prices of their
-- own. `models sync` makes the catalogue say what its file says, but for these.

-- A provider that is here is not asked; its row goes when it is enabled again.
create table disabled_provider (
    provider text primary key,
    disabled_at timestamptz not null,
    reason text not null
);

alter table model_endpoint
    -- A file that does not list it does not disable it.
    add column added_by_admin boolean not null default false,
    -- A file that lists it does not enable it.
    add column disabled_by_admin boolean not null default false;

alter table price
    -- A file that says another price does not replace it, unless it is told to.
    add column set_by_admin boolean not null default false;

-- For the last hour of all accounts. Rows come nearly in the order of time, so a few pages tell where
-- an hour lies.
create index attempts_by_time on generation_attempt using brin (started_at);
