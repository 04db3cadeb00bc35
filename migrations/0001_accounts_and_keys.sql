-- Who may call: accounts, the isolation boundary, and their keys.

create table account (
    id uuid primary key,
    name text not null constraint account_has_a_name check (length(btrim(name)) between 1 and 200),
    email text not null constraint account_has_an_email check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 320),
    -- Parts per million, so that 8.875 % is exact.
    tax_ppm integer not null constraint account_tax_is_a_share check (tax_ppm between 0 and 1000000),
    suspended_at timestamptz,
    created_at timestamptz not null
);

create table api_key (
    account_id uuid not null references account (id),
    id uuid not null,
    name text not null constraint api_key_has_a_name check (length(btrim(name)) between 1 and 200),
    mode text not null constraint api_key_mode check (mode in ('live', 'test')),
    -- HMAC-SHA256 of the key under the server's pepper. The key itself is kept nowhere.
    hash bytea not null constraint api_key_hash_is_whole check (octet_length(hash) = 32),
    -- First and last characters, so that a person recognises it.
    hint text not null,
    scopes text[] not null
        constraint api_key_scopes check (scopes <@ array['generate', 'read', 'admin:keys']),
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz not null,
    primary key (account_id, id)
);

-- A caller shows a key and nothing else, so this one index cannot lead with the account.
create unique index api_key_hash on api_key (hash);

-- Every change by an admin: who, what, why. Only ever inserted.
create table audit_event (
    id uuid primary key,
    at timestamptz not null,
    actor text not null,
    action text not null,
    account_id uuid,
    subject text not null,
    reason text,
    details jsonb not null
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are only ever inserted', tg_table_name
        using errcode = 'integrity_constraint_violation', constraint = tg_name;
end $$;

create trigger audit_event_is_append_only before update or delete or truncate on audit_event
    for each statement execute function refuse_change();
