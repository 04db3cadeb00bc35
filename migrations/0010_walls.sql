-- Walls behind the program's own: what a transaction may see and do follows from the role that it takes on
-- at its start, however wrong its statements are.
--
--   atelier_engine   admits, settles, works, tells, administers: every account, but what is only ever inserted
--                    it cannot change, and no shape of anything
--   atelier_reader   reads for one customer: the rows of the account that `atelier.account` names
--
-- Whoever migrates owns the tables, and is what no request runs under. Roles are the cluster's, not the database's: another
-- database may have made them, or be making them now.
do $$
declare
    role text;
    can_become boolean;
begin
    foreach role in array array['atelier_engine', 'atelier_reader'] loop
        begin
            if not exists (select from pg_roles where rolname = role) then
                begin
                    execute format('create role %I nologin', role);
                exception when duplicate_object or unique_violation then
                    null;
                end;
            end if;
            if current_setting('server_version_num')::integer >= 160000 then
                can_become := pg_has_role(current_user, role, 'SET');
            else
                can_become := pg_has_role(current_user, role, 'MEMBER');
            end if;
            if not can_become then
                begin
                    execute format('grant %I to %I', role, current_user);
                exception when duplicate_object or unique_violation then
                    null;
                end;
            end if;
        exception when insufficient_privilege then
            raise exception 'a superuser has to say once: create role atelier_engine nologin; create role atelier_reader nologin; grant atelier_engine, atelier_reader to %;',
                quote_ident(current_user) using errcode = 'insufficient_privilege';
        end;
    end loop;
    execute format('grant usage on schema %I to atelier_engine, atelier_reader', current_schema());
    -- Where a cluster was brought over from PostgreSQL 14, anybody may create tables here.
    execute format('revoke create on schema %I from public', current_schema());
end $$;

-- Puts a table behind the walls. Every migration that creates one says `select raise_wall('it')`; what is only ever
-- inserted then takes `update, delete` from the engine, and what belongs to nobody may be shown to the reader.
create function raise_wall(name regclass) returns void language plpgsql as $$
declare
    belongs_by text;
begin
    execute format('grant select, insert, update, delete on %s to atelier_engine', name);
    select attname into belongs_by from pg_attribute
    where attrelid = name and not attisdropped
        and attname = case when name = 'account'::regclass then 'id' else 'account_id' end;
    if belongs_by is null then
        return;
    end if;
    execute format('alter table %s enable row level security', name);
    execute format('create policy engine_crosses_accounts on %s to atelier_engine using (true)', name);
    -- A variable that a transaction has set is empty, not missing, in those after it.
    execute format(
        'create policy reader_sees_one_account on %s for select to atelier_reader using (%I = nullif(current_setting(''atelier.account'', true), '''')::uuid)',
        name, belongs_by);
    execute format('grant select on %s to atelier_reader', name);
end $$;

revoke execute on function raise_wall(regclass) from public;

-- Every table there is, but for partitions: they are reached through their parents alone.
do $$
declare
    name regclass;
begin
    for name in
        select c.oid from pg_class c
        where c.relnamespace = (select oid from pg_namespace where nspname = current_schema())
            and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'schema_migration'
        order by c.relname
    loop
        perform raise_wall(name);
    end loop;
end $$;

-- Whoever starts has to find out whether the database fits it.
grant select on schema_migration to public;

revoke update, delete on posting, audit_event, grant_lot from atelier_engine;
revoke delete on wallet, account, generation from atelier_engine;

grant select on model, model_endpoint, model_name, price, disabled_provider, plan to atelier_reader;

-- Servers make the months' partitions, and so do for that one purpose what only the owner may.
alter function make_partitions(date) security definer;
do $$
begin
    execute format('alter function make_partitions(date) set search_path = %I, pg_temp', current_schema());
end $$;
revoke execute on function make_partitions(date) from public;
grant execute on function make_partitions(date) to atelier_engine;
