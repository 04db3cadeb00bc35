-- What pgbench needs to find the benchmark's keys and to make ids of version 7.
create table if not exists bench_key (number integer primary key, hash bytea not null);
truncate bench_key;
insert into bench_key
select row_number() over (order by k.id), k.hash from api_key k where k.name = 'bench';
create or replace function bench_id(a bigint, b bigint) returns uuid language sql volatile as $$
    select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
        || right(lpad(to_hex(a), 12, '0'), 3) || '8' || lpad(to_hex(b), 12, '0') || left(lpad(to_hex(a), 12, '0'), 3))::uuid
$$;
analyze account, api_key, wallet, bench_key;
