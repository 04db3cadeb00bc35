-- A month of `rows` charged generations of `accounts` accounts, for scripts/month-end: one in ten is charged by two
-- lines. Written past the triggers, as it would take an hour through them; hashes are none, so `verify` is not for it.
\set ON_ERROR_STOP 1
set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '256MB';
select make_partitions('2026-08-01');

create temp table payer as
select i, ('019' || lpad(to_hex(i), 5, '0') || '-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid as id
from generate_series(1, :accounts) i;
insert into account (id, name, email, tax_ppm, created_at)
select id, 'Account ' || i, 'a@b.example', 0, '2026-01-01Z' from payer;
insert into api_key (account_id, id, name, mode, hash, hint, scopes, created_at)
select id, id, 'key', 'live', sha256(convert_to(id::text, 'UTF8')), '…', '{generate}', '2026-01-01Z' from payer;

create temp table made as
select p.id as account_id, (r.i - 1) / :accounts + 1 as number, r.i, r.i % 10 = 0 as is_mixed,
    case when r.i % 20 = 0 then 2 else 1 end as images,
    (lpad(to_hex((extract(epoch from r.at) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(r.i), 15, '0'))::uuid as id,
    r.at
from (
    select i, timestamptz '2026-08-01 00:00Z' + (i::double precision / :rows) * interval '30 days 23 hours' as at
    from generate_series(1, :rows::bigint) i
) r
join payer p on p.i = (r.i - 1) % :accounts + 1;

insert into generation (account_id, id, mode, key_id, state, dialect, model, provider, price_version, n, request, held,
    captured, posting_id, deadline, created_at, ended_at, images, queue_us, provider_us, store_us, total_us, charge_line,
    charges)
select account_id, id, 'live', account_id, 'completed', 'openai', case i % 3 when 0 then 'test/test' else 'test/paid' end,
    'test', 1, images,
    '{"prompt": "a fox in the snow, painted with a broad brush", "size": "1024x1024", "output_format": "png", "seed": 1}',
    4000000 * images, 4000000 * images, id, at, at, at, images, 1, 1, 1, 1,
    case when not is_mixed then 1 end,
    case when is_mixed then jsonb_build_array(
        jsonb_build_array(1, images, 3000000 * images), jsonb_build_array(2, 1, 1000000 * images)) end
from made;
insert into posting (account_id, id, mode, number, debit, credit, amount, ended_hold, generation_id, reason, at, hash)
select account_id, id, 'live', number, 'wallet', 'revenue', 4000000 * images, 4000000 * images, id, 'generation', at,
    sha256(uuid_send(id))
from made;
insert into wallet (account_id, mode, posted, credit_limit, postings)
select account_id, 'live', -sum(amount), sum(amount), count(*) from posting group by account_id;
-- What invoices have to say.
insert into seller (party, changed_at)
values ('{"name": "Atelier", "country": "DE", "vat_id": "DE123456789"}', '2026-01-01Z');
insert into billing_party (account_id, party, changed_at)
select id, '{"country": "DE"}', '2026-01-01Z' from account;
