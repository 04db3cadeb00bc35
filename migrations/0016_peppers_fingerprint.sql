-- Which pepper the keys of this database were hashed with. Under another one every good key is unknown and every
-- webhook is signed wrongly, so programs that start with another refuse to.
create table pepper_fingerprint (
    -- One row, of all servers.
    id boolean primary key default true constraint there_is_one_pepper check (id),
    fingerprint bytea not null constraint a_fingerprint_has_16_bytes check (length(fingerprint) = 16),
    created_at timestamptz not null
);
select raise_wall('pepper_fingerprint');
revoke update, delete on pepper_fingerprint from atelier_engine;
