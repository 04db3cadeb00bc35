-- Keys in their customers' own hands: rotated with an overlap, issued again under the same idempotency
-- key, and seen to be in use or not.

alter table api_key
    -- Of the secret before the current one. Whoever shows it until then is let in as well; after that it
    -- stays for recognising a leaked key.
    add column previous_hash bytea
        constraint api_key_previous_hash_is_whole check (octet_length(previous_hash) = 32),
    add column previous_hint text,
    add column previous_until timestamptz,
    -- To the minute: no request writes it.
    add column last_used_at timestamptz,
    add constraint api_key_is_rotated_whole
        check (num_nonnulls(previous_hash, previous_hint, previous_until) in (0, 3));

-- As for `api_key_hash`: a caller shows a secret and nothing else.
create unique index api_key_previous_hash on api_key (previous_hash) where previous_hash is not null;

-- What has issued or rotated a key under an idempotency key. The secret is in none of it: it is derived
-- from the pepper and from what stands here.
create table key_request (
    account_id uuid not null references account (id),
    idempotency_key text not null
        constraint key_request_key_is_short check (length(idempotency_key) between 1 and 255),
    -- Under the same idempotency key anything else is refused.
    fingerprint bytea not null constraint key_request_fingerprint_is_whole check (octet_length(fingerprint) = 32),
    key_id uuid not null,
    -- So that an idempotency key that is used again later makes another secret.
    nonce uuid not null,
    created_at timestamptz not null,
    primary key (account_id, idempotency_key)
);
select raise_wall('key_request');

-- The log is read newest first, as a whole or of one account.
create index audit_event_of_account on audit_event (account_id, id);
