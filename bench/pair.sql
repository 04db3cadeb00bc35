-- The work of one paid call, one transaction a verb, as a careful service without batching would
-- do it in its fewest statements: on the same tables, under the same constraints and triggers.
-- `wallets` accounts of the benchmark are taken in turn; with 1 they all meet in one wallet.
\set wallet random(1, :wallets)
\set a random(0, 281474976710655)
\set b random(0, 281474976710655)
\set c random(0, 281474976710655)
\set d random(0, 281474976710655)
-- admit
begin;
select k.account_id, k.id, k.mode, k.scopes, k.expires_at, k.revoked_at, a.suspended_at,
    bench_id(:a, :b) as generation, bench_id(:c, :d) as posting
from bench_key b join api_key k on k.hash = b.hash join account a on a.id = k.account_id
where b.number = :wallet \gset
with reserved as (
    update wallet set held = held + 4000000
    where account_id = :account_id::uuid and mode = :mode::text and posted - held + credit_limit >= 4000000
    returning account_id
)
insert into generation (account_id, id, mode, key_id, state, dialect, model, provider,
    price_version, n, request, held, server_id, deadline, created_at)
select account_id, :generation::uuid, :mode::text, :id::uuid, 'running', 'bench', 'test/paid', 'test', 1, 1,
    '{"prompt": "a fox"}', 4000000, :id::uuid, now() + interval '60 s', now() from reserved;
commit;
-- settle
begin;
select postings + 1 as number, encode(chain, 'hex') as chain from wallet
where account_id = :account_id::uuid and mode = :mode::text for no key update \gset
insert into posting (account_id, id, mode, number, debit, credit, amount, ended_hold,
    generation_id, reason, at, hash)
values (:account_id::uuid, :posting::uuid, :mode::text, :number::bigint, 'wallet', 'revenue', 4000000, 4000000,
    :generation::uuid, 'generation', date_trunc('microseconds', now()),
    sha256(decode(:chain::text, 'hex') || convert_to(concat(:number::bigint, '|', :mode::text, '|',
        :account_id::uuid::text, '|', :posting::uuid::text, '|wallet|revenue|4000000|4000000|',
        :generation::uuid::text, '|', (extract(epoch from now()) * 1000000)::bigint, '|generation'),
        'UTF8')));
update generation set state = 'completed', captured = 4000000, posting_id = :posting::uuid,
    ended_at = now(), images = 1, queue_us = 0, provider_us = 0, store_us = 0, total_us = 0
where account_id = :account_id::uuid and id = :generation::uuid and ended_at is null;
commit;
