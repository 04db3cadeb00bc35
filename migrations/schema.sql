-- The shape of the database after every migration. Written by `make schema`; a test keeps it true.

CREATE FUNCTION public.audit_event_is_linked() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
    perform link_audit_event(new);
    return null;
end $$;

CREATE FUNCTION public.charges_total(charges jsonb) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT
    AS $$
    select sum((charge ->> 2)::bigint)::bigint from jsonb_array_elements(charges) charge
$$;

CREATE FUNCTION public.drop_partition(parent text, month date) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    child text := parent || to_char(month, '_YYYY_MM');
begin
    if to_regclass(child) is not null then
        execute format('alter table %I detach partition %I', parent, child);
        execute format('drop table %I', child);
    end if;
end $$;

CREATE TABLE public.invoice (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    month date NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    year integer,
    sequence integer,
    number text,
    seller jsonb,
    bank jsonb,
    buyer jsonb,
    reference text,
    notes text[] DEFAULT '{}'::text[] NOT NULL,
    tax_category text NOT NULL,
    tax_ppm integer NOT NULL,
    tax_reason text,
    exact bigint NOT NULL,
    net_cents bigint NOT NULL,
    tax_cents bigint NOT NULL,
    gross_cents bigint GENERATED ALWAYS AS ((net_cents + tax_cents)) STORED NOT NULL,
    residue bigint GENERATED ALWAYS AS (((net_cents * 10000000) - exact)) STORED NOT NULL,
    owed bigint DEFAULT 0 NOT NULL,
    due_cents bigint DEFAULT 0 NOT NULL,
    due_on date,
    opening bigint,
    bought bigint,
    promotional bigint,
    adjusted bigint,
    used bigint,
    expired bigint,
    closing bigint,
    corrects uuid,
    reason text,
    idempotency_key text,
    created_at timestamp with time zone NOT NULL,
    finalized_at timestamp with time zone,
    paid_at timestamp with time zone,
    voided_at timestamp with time zone,
    void_reason text,
    digest bytea,
    CONSTRAINT a_credit_note_corrects_something CHECK (((kind = 'credit_note'::text) = ((corrects IS NOT NULL) AND (reason IS NOT NULL)))),
    CONSTRAINT a_draft_has_no_number CHECK ((((state = 'draft'::text) = (number IS NULL)) AND ((number IS NULL) = (year IS NULL)) AND ((number IS NULL) = (sequence IS NULL)) AND ((number IS NULL) = (finalized_at IS NULL)) AND ((number IS NULL) = (digest IS NULL)))),
    CONSTRAINT a_months_movements_lead_to_its_closing CHECK ((closing = (((((opening + bought) + promotional) + adjusted) - used) - expired))),
    CONSTRAINT a_numbered_invoice_names_its_parties CHECK (((number IS NULL) OR ((seller IS NOT NULL) AND (buyer IS NOT NULL)))),
    CONSTRAINT a_paid_invoice_says_when CHECK (((state = 'paid'::text) = (paid_at IS NOT NULL))),
    CONSTRAINT a_void_invoice_says_why CHECK (((state = 'void'::text) = ((voided_at IS NOT NULL) AND (void_reason IS NOT NULL)))),
    CONSTRAINT invoice_kind CHECK ((kind = ANY (ARRAY['invoice'::text, 'statement'::text, 'credit_note'::text]))),
    CONSTRAINT invoice_month_is_its_first_day CHECK ((month = (date_trunc('month'::text, (month)::timestamp without time zone))::date)),
    CONSTRAINT invoice_number_is_as_written CHECK ((number = ((year || '-'::text) || lpad((sequence)::text, GREATEST(6, length((sequence)::text)), '0'::text)))),
    CONSTRAINT invoice_reason_length CHECK (((length(reason) <= 500) AND (length(void_reason) <= 500))),
    CONSTRAINT invoice_state CHECK ((state = ANY (ARRAY['draft'::text, 'finalized'::text, 'paid'::text, 'void'::text]))),
    CONSTRAINT invoice_tax_category CHECK ((tax_category = ANY (ARRAY['S'::text, 'Z'::text, 'E'::text, 'AE'::text, 'G'::text, 'O'::text]))),
    CONSTRAINT invoice_tax_is_a_share CHECK (((tax_ppm >= 0) AND (tax_ppm <= 1000000))),
    CONSTRAINT what_is_owed_is_part_of_it CHECK ((((owed >= 0) AND (owed <= GREATEST(exact, (0)::bigint))) AND ((due_cents >= 0) AND (due_cents <= GREATEST((net_cents + tax_cents), (0)::bigint)))))
);

CREATE FUNCTION public.invoice_digest(i public.invoice) RETURNS bytea
    LANGUAGE sql STABLE
    AS $$
    select sha256(convert_to(concat_ws('|', i.account_id, i.id, i.month, i.kind, i.number, i.seller, i.bank, i.buyer,
        i.reference, array_to_string(i.notes, '|'), i.tax_category, i.tax_ppm, i.tax_reason, i.exact, i.net_cents,
        i.tax_cents, i.owed, i.due_cents, i.due_on, i.opening, i.bought, i.promotional, i.adjusted, i.used, i.expired,
        i.closing, i.corrects, i.reason, i.idempotency_key, extract(epoch from i.finalized_at),
        (select string_agg(concat_ws('|', l.position, l.description, l.model, l.provider, l.billable, l.unit, l.variant,
            l.unit_amount, l.price_version, l.quantity, l.amount, l.corrects_position), E'\n' order by l.position)
        from invoice_line l where l.account_id = i.account_id and l.invoice_id = i.id)), 'UTF8'))
$$;

CREATE TABLE public.audit_event (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    account_id uuid,
    subject text NOT NULL,
    reason text,
    details jsonb NOT NULL
);

CREATE FUNCTION public.link_audit_event(event public.audit_event) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    head audit_head;
begin
    select * into strict head from audit_head for update;
    head.number := head.number + 1;
    -- An array of JSON, because any of these texts may contain any separator.
    head.hash := sha256(head.hash || convert_to(jsonb_build_array(head.number, event.id,
        (extract(epoch from event.at) * 1000000)::bigint, event.actor, event.action, event.account_id, event.subject,
        event.reason, event.details)::text, 'UTF8'));
    insert into audit_link (number, event_id, hash) values (head.number, event.id, head.hash);
    update audit_head set number = head.number, hash = head.hash;
end $$;

CREATE FUNCTION public.make_partitions(month date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.oldest_id(parent regclass) RETURNS uuid
    LANGUAGE sql STABLE
    AS $_$
    select (lpad(to_hex((extract(epoch from min(to_date(right(c.relname, 7), 'YYYY_MM'))::timestamp) * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent and c.relname ~ '_\d{4}_\d{2}$'
$_$;

CREATE FUNCTION public.open_month(account uuid, in_mode text, month date) RETURNS date
    LANGUAGE sql STABLE
    AS $$
    select min(candidate) from (
        select month as candidate
        union all
        select (c.month + interval '1 month')::date from billing_closed c
        where c.account_id = account and c.mode = in_mode and c.month >= open_month.month
    ) m
    where not exists (
        select from billing_closed c
        where c.account_id = account and c.mode = in_mode and c.month = candidate)
$$;

CREATE FUNCTION public.posting_moves_wallet() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
declare
    wallets bigint;
    moved bigint;
begin
    select count(distinct (account_id, mode)) into wallets from inserted;
    with movement as (
        select account_id, mode,
               sum(case when credit = 'wallet' then amount else -amount end) as amount,
               sum(ended_hold) as ended_hold,
               count(*) as count,
               min(number) as first,
               max(number) as last,
               (array_agg(hash order by number desc))[1] as hash
        from inserted group by account_id, mode
    )
    update wallet w
    set posted = w.posted + m.amount, held = w.held - m.ended_hold, postings = m.last, chain = m.hash
    from movement m
    where w.account_id = m.account_id and w.mode = m.mode
      and m.first = w.postings + 1 and m.last = w.postings + m.count;
    get diagnostics moved = row_count;
    if moved <> wallets then
        raise exception 'a posting without its wallet, or out of its order'
            using errcode = 'integrity_constraint_violation', constraint = 'posting_moves_wallet';
    end if;
    return null;
end $$;

CREATE FUNCTION public.raise_wall(name regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'rows of % are only ever inserted', tg_table_name
        using errcode = 'integrity_constraint_violation', constraint = tg_name;
end $$;

CREATE FUNCTION public.refuse_invoice_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    -- What is generated is not there yet before an update, and follows from the rest.
    moving text[] := '{state,paid_at,voided_at,void_reason,gross_cents,residue}';
begin
    if old.state = 'draft' and tg_op = 'DELETE' then
        return old;
    end if;
    if old.state = 'draft' then
        if new.state <> 'draft' then
            new.digest := invoice_digest(new);
        end if;
        return new;
    end if;
    if tg_op = 'UPDATE' and old.state = 'finalized' and new.state in ('paid', 'void')
        and to_jsonb(new) - moving = to_jsonb(old) - moving then
        return new;
    end if;
    raise exception 'invoice % is final', old.number
        using errcode = 'integrity_constraint_violation', constraint = tg_name;
end $$;

CREATE FUNCTION public.refuse_line_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if exists (
        select from changed c join invoice i on i.account_id = c.account_id and i.id = c.invoice_id
        where i.state <> 'draft'
    ) then
        raise exception 'lines of an invoice that is final'
            using errcode = 'integrity_constraint_violation', constraint = tg_name;
    end if;
    return null;
end $$;

CREATE FUNCTION public.refuse_number_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if tg_op = 'UPDATE' and new.year = old.year and new.next >= old.next then
        return new;
    end if;
    raise exception 'numbers of invoices only count on'
        using errcode = 'integrity_constraint_violation', constraint = tg_name;
end $$;

CREATE FUNCTION public.refuse_second_end() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if new.request = without_words(old.request)
        and (new.report is not distinct from old.report or new.report = old.report - 'revised_prompt')
        and to_jsonb(new) - 'request' - 'report' = to_jsonb(old) - 'request' - 'report'
    then
        return new;
    end if;
    raise exception 'generation % has ended', old.id
        using errcode = 'integrity_constraint_violation', constraint = 'hold_ends_once';
end $$;

CREATE FUNCTION public.refuse_wallet_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'a wallet moves only by postings'
        using errcode = 'integrity_constraint_violation', constraint = tg_name;
end $$;

CREATE FUNCTION public.without_words(request jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    AS $$
    select request || '{"prompt": ""}'
        || case when request #> '{options,negative_prompt}' is null then '{}'
            else jsonb_build_object('options', request -> 'options' || '{"negative_prompt": ""}') end
        || case when request #> '{routing,options}' is null then '{}'
            else jsonb_build_object('routing', (request -> 'routing') - 'options') end
$$;

CREATE TABLE public.account (
    id uuid NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    tax_ppm integer NOT NULL,
    suspended_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    plan text DEFAULT 'standard'::text NOT NULL,
    requests_per_minute integer,
    request_burst integer,
    images_per_minute integer,
    image_burst integer,
    concurrent integer,
    day_cap bigint,
    month_cap bigint,
    models text[],
    limited boolean GENERATED ALWAYS AS ((num_nonnulls(requests_per_minute, images_per_minute, concurrent, day_cap, month_cap, models) > 0)) STORED NOT NULL,
    prompt_days integer,
    picture_days integer,
    CONSTRAINT account_has_a_name CHECK (((length(btrim(name)) >= 1) AND (length(btrim(name)) <= 200))),
    CONSTRAINT account_has_an_email CHECK (((email ~ '^[^@\s]+@[^@\s]+$'::text) AND (length(email) <= 320))),
    CONSTRAINT account_limits_are_limits CHECK ((((requests_per_minute >= 1) AND (requests_per_minute <= 1000000)) AND ((request_burst >= 1) AND (request_burst <= 1000000)) AND ((images_per_minute >= 1) AND (images_per_minute <= 1000000)) AND ((image_burst >= 1) AND (image_burst <= 1000000)) AND ((concurrent >= 1) AND (concurrent <= 1000000)) AND (day_cap >= 0) AND (month_cap >= 0) AND (cardinality(models) > 0))),
    CONSTRAINT account_tax_is_a_share CHECK (((tax_ppm >= 0) AND (tax_ppm <= 1000000))),
    CONSTRAINT pictures_stay_a_day CHECK (((picture_days >= 1) AND (picture_days <= 36500))),
    CONSTRAINT prompts_stay_a_day CHECK (((prompt_days >= 1) AND (prompt_days <= 36500)))
);

CREATE TABLE public.account_sweep (
    account_id uuid NOT NULL,
    prompts_to uuid,
    pictures_to uuid
);

CREATE TABLE public.api_key (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    mode text NOT NULL,
    hash bytea NOT NULL,
    hint text NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    requests_per_minute integer,
    request_burst integer,
    images_per_minute integer,
    image_burst integer,
    concurrent integer,
    day_cap bigint,
    month_cap bigint,
    models text[],
    limited boolean GENERATED ALWAYS AS ((num_nonnulls(requests_per_minute, images_per_minute, concurrent, day_cap, month_cap, models) > 0)) STORED NOT NULL,
    previous_hash bytea,
    previous_hint text,
    previous_until timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT api_key_has_a_name CHECK (((length(btrim(name)) >= 1) AND (length(btrim(name)) <= 200))),
    CONSTRAINT api_key_hash_is_whole CHECK ((octet_length(hash) = 32)),
    CONSTRAINT api_key_is_rotated_whole CHECK ((num_nonnulls(previous_hash, previous_hint, previous_until) = ANY (ARRAY[0, 3]))),
    CONSTRAINT api_key_limits_are_limits CHECK ((((requests_per_minute >= 1) AND (requests_per_minute <= 1000000)) AND ((request_burst >= 1) AND (request_burst <= 1000000)) AND ((images_per_minute >= 1) AND (images_per_minute <= 1000000)) AND ((image_burst >= 1) AND (image_burst <= 1000000)) AND ((concurrent >= 1) AND (concurrent <= 1000000)) AND (day_cap >= 0) AND (month_cap >= 0) AND (cardinality(models) > 0))),
    CONSTRAINT api_key_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT api_key_previous_hash_is_whole CHECK ((octet_length(previous_hash) = 32)),
    CONSTRAINT api_key_scopes CHECK ((scopes <@ ARRAY['generate'::text, 'read'::text, 'admin:keys'::text]))
);

CREATE TABLE public.audit_head (
    one boolean DEFAULT true NOT NULL,
    number bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT there_is_one_head CHECK (one)
);

CREATE TABLE public.audit_link (
    number bigint NOT NULL,
    event_id uuid NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE public.batch (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    mode text NOT NULL,
    key_id uuid NOT NULL,
    dialect text NOT NULL,
    size integer NOT NULL,
    open integer NOT NULL,
    request jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT batch_ends_with_its_last CHECK ((((open >= 0) AND (open <= size)) AND ((open = 0) = (ended_at IS NOT NULL)))),
    CONSTRAINT batch_is_small CHECK (((size >= 1) AND (size <= 20))),
    CONSTRAINT batch_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE public.billing_closed (
    account_id uuid NOT NULL,
    mode text NOT NULL,
    month date NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT billing_closed_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT billing_closes_a_month CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

CREATE TABLE public.billing_party (
    account_id uuid NOT NULL,
    party jsonb NOT NULL,
    reference text,
    tax_category text,
    tax_reason text,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT billing_tax_category CHECK ((tax_category = ANY (ARRAY['S'::text, 'Z'::text, 'E'::text, 'AE'::text, 'G'::text, 'O'::text])))
);

CREATE TABLE public.data_policy (
    provider text NOT NULL,
    trains_on_data boolean,
    retention_hours integer,
    region text,
    source text NOT NULL,
    checked_on date NOT NULL,
    set_by_admin boolean DEFAULT false NOT NULL,
    CONSTRAINT a_retention_is_no_past CHECK ((retention_hours >= 0))
);

CREATE TABLE public.disabled_provider (
    provider text NOT NULL,
    disabled_at timestamp with time zone NOT NULL,
    reason text NOT NULL
);

CREATE TABLE public.dropped_month (
    kind text NOT NULL,
    month date NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT dropped_month_kind CHECK ((kind = ANY (ARRAY['generations'::text, 'postings'::text])))
);

CREATE TABLE public.generation (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    mode text NOT NULL,
    key_id uuid NOT NULL,
    state text NOT NULL,
    dialect text NOT NULL,
    model text NOT NULL,
    provider text NOT NULL,
    price_version integer NOT NULL,
    n integer NOT NULL,
    request jsonb NOT NULL,
    held bigint NOT NULL,
    captured bigint DEFAULT 0 NOT NULL,
    posting_id uuid,
    server_id uuid,
    deadline timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    images integer DEFAULT 0 NOT NULL,
    error_kind text,
    error_message text,
    queue_us bigint,
    provider_us bigint,
    store_us bigint,
    total_us bigint,
    batch_id uuid,
    durable boolean DEFAULT false NOT NULL,
    ready_at timestamp with time zone,
    claims integer DEFAULT 0 NOT NULL,
    run integer DEFAULT 0 NOT NULL,
    task text,
    progress integer DEFAULT 0 NOT NULL,
    served_by text,
    provider_cost bigint,
    meters smallint DEFAULT 0 NOT NULL,
    charge_line smallint,
    charges jsonb,
    report jsonb,
    CONSTRAINT a_capture_has_its_posting CHECK (((captured > 0) = (posting_id IS NOT NULL))),
    CONSTRAINT a_failure_says_why CHECK (((state = 'failed'::text) = (error_kind IS NOT NULL))),
    CONSTRAINT a_queued_generation_belongs_to_nobody CHECK (((state <> 'queued'::text) OR ((server_id IS NULL) AND (ready_at IS NOT NULL)))),
    CONSTRAINT charges_are_what_was_captured CHECK ((((charge_line IS NULL) OR (charges IS NULL)) AND ((charge_line IS NULL) OR ((charge_line > 0) AND (images > 0) AND ((captured % (images)::bigint) = 0))) AND ((charges IS NULL) OR (public.charges_total(charges) = captured)))),
    CONSTRAINT generation_asks_for_images CHECK ((n > 0)),
    CONSTRAINT generation_meters CHECK (((meters >= 0) AND (meters <= 3))),
    CONSTRAINT generation_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT generation_progress_is_percent CHECK (((progress >= 0) AND (progress <= 100))),
    CONSTRAINT generation_state CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'completed'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT hold_ends_once CHECK ((((ended_at IS NULL) = (state = ANY (ARRAY['queued'::text, 'running'::text]))) AND ((captured >= 0) AND (captured <= held)) AND ((ended_at IS NOT NULL) OR (captured = 0)))),
    CONSTRAINT hold_is_not_negative CHECK ((held >= 0)),
    CONSTRAINT images_within_those_asked_for CHECK (((images >= 0) AND (images <= n))),
    CONSTRAINT only_delivered_images_cost CHECK (((captured = 0) OR (images > 0))),
    CONSTRAINT provider_cost_is_not_negative CHECK ((provider_cost >= 0))
)
PARTITION BY RANGE (id);

CREATE TABLE public.generation_attempt (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    generation_id uuid NOT NULL,
    "position" integer NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    outcome text NOT NULL,
    message text,
    vendor_request text,
    started_at timestamp with time zone NOT NULL,
    latency_us bigint NOT NULL,
    cost bigint,
    CONSTRAINT attempt_cost_is_not_negative CHECK ((cost >= 0)),
    CONSTRAINT attempt_outcome CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text, 'busy'::text, 'broken'::text, 'failed'::text, 'out'::text])))
)
PARTITION BY RANGE (id);

CREATE TABLE public.grant_lot (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    mode text NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL,
    reason text NOT NULL,
    idempotency_key text NOT NULL,
    posting_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    generation_id uuid,
    spent bigint DEFAULT 0 NOT NULL,
    CONSTRAINT a_lot_is_spent_within_itself CHECK (((spent >= 0) AND (spent <= GREATEST(amount, (0)::bigint)))),
    CONSTRAINT a_refund_names_its_generation CHECK ((((kind = 'refund'::text) = (generation_id IS NOT NULL)) AND ((kind <> 'refund'::text) OR (amount > 0)))),
    CONSTRAINT grant_lot_has_a_reason CHECK (((length(btrim(reason)) >= 1) AND (length(btrim(reason)) <= 500))),
    CONSTRAINT grant_lot_key_length CHECK (((length(idempotency_key) >= 1) AND (length(idempotency_key) <= 255))),
    CONSTRAINT grant_lot_kind CHECK ((kind = ANY (ARRAY['paid'::text, 'promotional'::text, 'adjustment'::text, 'refund'::text]))),
    CONSTRAINT grant_lot_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT grant_lot_moves_something CHECK ((amount <> 0)),
    CONSTRAINT only_bought_and_promised_credits_expire CHECK (((expires_at IS NULL) OR ((kind = ANY (ARRAY['paid'::text, 'promotional'::text])) AND (expires_at > created_at))))
);

CREATE TABLE public.idempotency_key (
    account_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    path text NOT NULL,
    generation_id uuid,
    batch_id uuid,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT a_key_names_one_work CHECK (((generation_id IS NULL) <> (batch_id IS NULL))),
    CONSTRAINT idempotency_fingerprint_is_whole CHECK ((octet_length(fingerprint) = 32)),
    CONSTRAINT idempotency_key_length CHECK (((length(key) >= 1) AND (length(key) <= 255)))
);

CREATE TABLE public.image (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    generation_id uuid NOT NULL,
    "position" integer NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    size_bytes bigint NOT NULL,
    deleted_at timestamp with time zone
)
PARTITION BY RANGE (id);

CREATE TABLE public.invoice_line (
    account_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    "position" integer NOT NULL,
    description text NOT NULL,
    model text NOT NULL,
    provider text,
    billable text NOT NULL,
    unit text NOT NULL,
    variant text,
    unit_amount bigint NOT NULL,
    price_version integer NOT NULL,
    quantity numeric(24,6) NOT NULL,
    amount bigint NOT NULL,
    corrects_position integer,
    CONSTRAINT line_price_is_not_negative CHECK ((unit_amount >= 0)),
    CONSTRAINT line_unit CHECK ((unit = ANY (ARRAY['image'::text, 'megapixel'::text, 'token'::text, 'request'::text]))),
    CONSTRAINT lines_count_from_one CHECK (("position" >= 1))
);

CREATE TABLE public.invoice_number (
    year integer NOT NULL,
    next integer NOT NULL,
    CONSTRAINT invoice_numbers_begin_with_one CHECK ((next >= 1))
);

CREATE TABLE public.invoice_payment (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    amount_cents bigint NOT NULL,
    tax_cents bigint NOT NULL,
    credits bigint NOT NULL,
    grant_id uuid,
    reference text NOT NULL,
    idempotency_key text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT a_payment_contains_its_tax CHECK (((tax_cents >= 0) AND (tax_cents <= amount_cents))),
    CONSTRAINT a_payment_gives_credits CHECK ((credits >= 0)),
    CONSTRAINT a_payment_is_more_than_nothing CHECK ((amount_cents > 0)),
    CONSTRAINT credits_come_by_a_grant CHECK (((credits > 0) = (grant_id IS NOT NULL))),
    CONSTRAINT payment_key_length CHECK (((length(idempotency_key) >= 1) AND (length(idempotency_key) <= 255))),
    CONSTRAINT payment_reference_length CHECK (((length(reference) >= 1) AND (length(reference) <= 200)))
);

CREATE TABLE public.key_request (
    account_id uuid NOT NULL,
    idempotency_key text NOT NULL,
    fingerprint bytea NOT NULL,
    key_id uuid NOT NULL,
    nonce uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT key_request_fingerprint_is_whole CHECK ((octet_length(fingerprint) = 32)),
    CONSTRAINT key_request_key_is_short CHECK (((length(idempotency_key) >= 1) AND (length(idempotency_key) <= 255)))
);

CREATE TABLE public.lapse (
    account_id uuid NOT NULL,
    posting_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    amount bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT lapse_amount_is_positive CHECK ((amount > 0))
);

CREATE TABLE public.meter (
    account_id uuid NOT NULL,
    subject uuid NOT NULL,
    mode text NOT NULL,
    requests_tat bigint DEFAULT 0 NOT NULL,
    images_tat bigint DEFAULT 0 NOT NULL,
    open integer DEFAULT 0 NOT NULL,
    day date NOT NULL,
    day_spent bigint DEFAULT 0 NOT NULL,
    month date NOT NULL,
    month_spent bigint DEFAULT 0 NOT NULL,
    day_told boolean DEFAULT false NOT NULL,
    month_told boolean DEFAULT false NOT NULL,
    CONSTRAINT meter_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT meter_open_is_not_negative CHECK ((open >= 0))
)
WITH (fillfactor='50');

CREATE TABLE public.model (
    id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    released_on date NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    author text DEFAULT 'test'::text NOT NULL,
    deprecated_on date,
    retires_on date,
    replacement text,
    CONSTRAINT a_model_does_not_replace_itself CHECK ((replacement <> id)),
    CONSTRAINT a_model_that_ends_names_its_replacement CHECK ((((retires_on IS NULL) AND (deprecated_on IS NULL)) OR (replacement IS NOT NULL)))
);

CREATE TABLE public.model_alias (
    name text NOT NULL,
    model text NOT NULL,
    set_at timestamp with time zone NOT NULL
);

CREATE TABLE public.model_endpoint (
    model text NOT NULL,
    provider text NOT NULL,
    provider_model text NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    capabilities jsonb,
    added_by_admin boolean DEFAULT false NOT NULL,
    disabled_by_admin boolean DEFAULT false NOT NULL,
    CONSTRAINT capabilities_are_an_object CHECK ((jsonb_typeof(capabilities) = 'object'::text))
);

CREATE TABLE public.model_name (
    name text NOT NULL,
    model text NOT NULL,
    CONSTRAINT model_name_is_lower_case CHECK (((name = lower(name)) AND ((length(name) >= 1) AND (length(name) <= 200))))
);

CREATE TABLE public.pepper_fingerprint (
    id boolean DEFAULT true NOT NULL,
    fingerprint bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT a_fingerprint_has_16_bytes CHECK ((length(fingerprint) = 16)),
    CONSTRAINT there_is_one_pepper CHECK (id)
);

CREATE TABLE public.plan (
    name text NOT NULL,
    requests_per_minute integer,
    request_burst integer,
    images_per_minute integer,
    image_burst integer,
    concurrent integer,
    day_cap bigint,
    month_cap bigint,
    models text[],
    created_at timestamp with time zone NOT NULL,
    limited boolean GENERATED ALWAYS AS ((num_nonnulls(requests_per_minute, images_per_minute, concurrent, day_cap, month_cap, models) > 0)) STORED NOT NULL,
    CONSTRAINT plan_limits_are_limits CHECK ((((requests_per_minute >= 1) AND (requests_per_minute <= 1000000)) AND ((request_burst >= 1) AND (request_burst <= 1000000)) AND ((images_per_minute >= 1) AND (images_per_minute <= 1000000)) AND ((image_burst >= 1) AND (image_burst <= 1000000)) AND ((concurrent >= 1) AND (concurrent <= 1000000)) AND (day_cap >= 0) AND (month_cap >= 0) AND (cardinality(models) > 0))),
    CONSTRAINT plan_name_is_a_word CHECK ((name ~ '^[a-z][a-z0-9-]{0,49}$'::text))
);

CREATE TABLE public.posting (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    mode text NOT NULL,
    number bigint NOT NULL,
    debit text NOT NULL,
    credit text NOT NULL,
    amount bigint NOT NULL,
    ended_hold bigint DEFAULT 0 NOT NULL,
    generation_id uuid,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT capture_stays_within_its_hold CHECK ((((generation_id IS NULL) AND (ended_hold = 0)) OR ((generation_id IS NOT NULL) AND (debit = 'wallet'::text) AND (amount <= ended_hold)))),
    CONSTRAINT posting_amount_is_positive CHECK ((amount > 0)),
    CONSTRAINT posting_balances CHECK (((debit = 'wallet'::text) <> (credit = 'wallet'::text))),
    CONSTRAINT posting_book CHECK ((((debit = 'wallet'::text) OR (debit = ANY (ARRAY['revenue'::text, 'funding'::text, 'promotion'::text, 'adjustment'::text]))) AND ((credit = 'wallet'::text) OR (credit = ANY (ARRAY['revenue'::text, 'funding'::text, 'promotion'::text, 'adjustment'::text, 'breakage'::text]))))),
    CONSTRAINT posting_hold_is_not_negative CHECK ((ended_hold >= 0)),
    CONSTRAINT posting_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
)
PARTITION BY RANGE (id);

CREATE TABLE public.price (
    model text NOT NULL,
    provider text NOT NULL,
    version integer NOT NULL,
    line integer NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    billable text NOT NULL,
    unit text NOT NULL,
    amount bigint NOT NULL,
    variant text,
    estimate boolean DEFAULT false NOT NULL,
    set_by_admin boolean DEFAULT false NOT NULL,
    CONSTRAINT price_billable CHECK ((billable = ANY (ARRAY['output_image'::text, 'output_text'::text, 'input_text'::text, 'input_image'::text, 'input_reference'::text]))),
    CONSTRAINT price_is_within_reason CHECK (((amount >= 0) AND (amount <= '1000000000000000'::bigint))),
    CONSTRAINT price_unit CHECK ((unit = ANY (ARRAY['image'::text, 'megapixel'::text, 'token'::text, 'request'::text]))),
    CONSTRAINT price_version_counts_from_one CHECK ((version > 0)),
    CONSTRAINT token_price_is_within_reason CHECK (((unit <> 'token'::text) OR (amount <= 1000000000)))
);

CREATE TABLE public.retention (
    one boolean DEFAULT true NOT NULL,
    generation_months integer,
    posting_months integer,
    CONSTRAINT generations_stay_two_months CHECK ((generation_months >= 2)),
    CONSTRAINT postings_stay_two_years CHECK ((posting_months >= 24)),
    CONSTRAINT retention_is_one_row CHECK (one)
);

CREATE TABLE public.schema_migration (
    number bigint NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone NOT NULL
);

CREATE TABLE public.seller (
    one boolean DEFAULT true NOT NULL,
    party jsonb NOT NULL,
    bank jsonb,
    due_days integer DEFAULT 14 NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT seller_waits_for_payment CHECK (((due_days >= 0) AND (due_days <= 365))),
    CONSTRAINT there_is_one_seller CHECK (one)
);

CREATE TABLE public.server (
    id uuid NOT NULL,
    host text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone NOT NULL
);

CREATE TABLE public.usage_day (
    account_id uuid NOT NULL,
    mode text NOT NULL,
    billed_month date NOT NULL,
    day date NOT NULL,
    key_id uuid NOT NULL,
    model text NOT NULL,
    provider text NOT NULL,
    price_version integer NOT NULL,
    line smallint NOT NULL,
    billable text NOT NULL,
    unit text NOT NULL,
    variant text DEFAULT ''::text NOT NULL,
    unit_amount bigint NOT NULL,
    generations bigint NOT NULL,
    images bigint NOT NULL,
    quantity numeric NOT NULL,
    amount bigint NOT NULL,
    CONSTRAINT usage_day_billed_month CHECK (((EXTRACT(day FROM billed_month) = (1)::numeric) AND (billed_month <= (day + 36500)))),
    CONSTRAINT usage_day_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT usage_is_quantity_times_price CHECK (((line = 0) OR ((amount)::numeric = (quantity * (unit_amount)::numeric))))
);

CREATE TABLE public.usage_rolled (
    account_id uuid NOT NULL,
    mode text NOT NULL,
    number bigint DEFAULT 0 NOT NULL,
    at timestamp with time zone,
    CONSTRAINT usage_rolled_counts_from_zero CHECK ((number >= 0)),
    CONSTRAINT usage_rolled_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text])))
);

CREATE TABLE public.wallet (
    account_id uuid NOT NULL,
    mode text NOT NULL,
    posted bigint DEFAULT 0 NOT NULL,
    held bigint DEFAULT 0 NOT NULL,
    credit_limit bigint DEFAULT 0 NOT NULL,
    postings bigint DEFAULT 0 NOT NULL,
    chain bytea DEFAULT '\x0000000000000000000000000000000000000000000000000000000000000000'::bytea NOT NULL,
    alert_below bigint,
    next_expiry timestamp with time zone,
    lapsing timestamp with time zone,
    lots_to bigint DEFAULT 0 NOT NULL,
    lots_debt bigint DEFAULT 0 NOT NULL,
    lots_after uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    CONSTRAINT wallet_holds_are_not_negative CHECK ((held >= 0)),
    CONSTRAINT wallet_is_within_reason CHECK ((((posted >= '-1000000000000000000'::bigint) AND (posted <= '1000000000000000000'::bigint)) AND (credit_limit <= '1000000000000000000'::bigint))),
    CONSTRAINT wallet_limit_is_not_negative CHECK ((credit_limit >= 0)),
    CONSTRAINT wallet_mode CHECK ((mode = ANY (ARRAY['live'::text, 'test'::text]))),
    CONSTRAINT wallet_never_below_zero CHECK ((((posted - held) + credit_limit) >= 0))
)
WITH (fillfactor='40');

CREATE TABLE public.wallet_checkpoint (
    account_id uuid NOT NULL,
    mode text NOT NULL,
    month date NOT NULL,
    number bigint NOT NULL,
    chain bytea NOT NULL,
    postings bigint NOT NULL,
    posted bigint NOT NULL,
    captured bigint NOT NULL
);

CREATE VIEW public.wallet_base WITH (security_invoker='true') AS
 SELECT DISTINCT ON (wallet_checkpoint.account_id, wallet_checkpoint.mode) wallet_checkpoint.account_id,
    wallet_checkpoint.mode,
    wallet_checkpoint.month,
    wallet_checkpoint.number,
    wallet_checkpoint.chain,
    wallet_checkpoint.postings,
    wallet_checkpoint.posted,
    wallet_checkpoint.captured
   FROM public.wallet_checkpoint
  ORDER BY wallet_checkpoint.account_id, wallet_checkpoint.mode, wallet_checkpoint.month DESC;

CREATE TABLE public.webhook_attempt (
    account_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    number integer NOT NULL,
    at timestamp with time zone NOT NULL,
    status integer,
    error text,
    duration_us bigint NOT NULL
);

CREATE TABLE public.webhook_delivery (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    url text NOT NULL,
    event text NOT NULL,
    generation_id uuid,
    batch_id uuid,
    state text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    data jsonb,
    CONSTRAINT webhook_delivery_ends_once CHECK (((state = 'pending'::text) = (ended_at IS NULL))),
    CONSTRAINT webhook_delivery_state CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text])))
);

CREATE TABLE public.webhook_endpoint (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    url text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    events text[] NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    disabled_reason text,
    failing_since timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    secret_version integer,
    previous_secret_until timestamp with time zone,
    CONSTRAINT a_disabled_endpoint_says_why CHECK ((enabled = (disabled_reason IS NULL))),
    CONSTRAINT webhook_description_length CHECK ((length(description) <= 200)),
    CONSTRAINT webhook_endpoint_listens CHECK ((cardinality(events) > 0)),
    CONSTRAINT webhook_url_length CHECK (((length(url) >= 1) AND (length(url) <= 2048)))
);

CREATE TABLE public.webhook_secret (
    account_id uuid NOT NULL,
    version integer NOT NULL,
    previous_until timestamp with time zone,
    CONSTRAINT webhook_secret_counts_from_one CHECK ((version > 0))
);

ALTER TABLE ONLY public.grant_lot
    ADD CONSTRAINT a_key_grants_once UNIQUE (account_id, idempotency_key);

ALTER TABLE ONLY public.invoice_payment
    ADD CONSTRAINT a_key_pays_once UNIQUE (account_id, idempotency_key);

ALTER TABLE ONLY public.model_name
    ADD CONSTRAINT a_name_means_one_model PRIMARY KEY (name);

ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT a_number_is_taken_once UNIQUE (year, sequence);

ALTER TABLE ONLY public.grant_lot
    ADD CONSTRAINT a_posting_makes_one_lot UNIQUE (account_id, posting_id);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.account_sweep
    ADD CONSTRAINT account_sweep_pkey PRIMARY KEY (account_id);

ALTER TABLE ONLY public.audit_link
    ADD CONSTRAINT an_event_has_one_link UNIQUE (event_id);

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY public.audit_event
    ADD CONSTRAINT audit_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.audit_link
    ADD CONSTRAINT audit_link_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY public.billing_closed
    ADD CONSTRAINT billing_closed_pkey PRIMARY KEY (account_id, mode, month);

ALTER TABLE ONLY public.billing_party
    ADD CONSTRAINT billing_party_pkey PRIMARY KEY (account_id);

ALTER TABLE ONLY public.data_policy
    ADD CONSTRAINT data_policy_pkey PRIMARY KEY (provider);

ALTER TABLE ONLY public.disabled_provider
    ADD CONSTRAINT disabled_provider_pkey PRIMARY KEY (provider);

ALTER TABLE ONLY public.dropped_month
    ADD CONSTRAINT dropped_month_pkey PRIMARY KEY (kind, month);

ALTER TABLE ONLY public.generation_attempt
    ADD CONSTRAINT generation_attempt_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY public.generation
    ADD CONSTRAINT generation_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY public.grant_lot
    ADD CONSTRAINT grant_lot_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (account_id, key);

ALTER TABLE ONLY public.image
    ADD CONSTRAINT image_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY public.invoice_line
    ADD CONSTRAINT invoice_line_pkey PRIMARY KEY (account_id, invoice_id, "position");

ALTER TABLE ONLY public.invoice_number
    ADD CONSTRAINT invoice_number_pkey PRIMARY KEY (year);

ALTER TABLE ONLY public.invoice_payment
    ADD CONSTRAINT invoice_payment_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT invoice_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY public.key_request
    ADD CONSTRAINT key_request_pkey PRIMARY KEY (account_id, idempotency_key);

ALTER TABLE ONLY public.lapse
    ADD CONSTRAINT lapse_pkey PRIMARY KEY (account_id, posting_id);

ALTER TABLE ONLY public.meter
    ADD CONSTRAINT meter_pkey PRIMARY KEY (account_id, subject, mode);

ALTER TABLE ONLY public.model_alias
    ADD CONSTRAINT model_alias_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.model_endpoint
    ADD CONSTRAINT model_endpoint_pkey PRIMARY KEY (model, provider);

ALTER TABLE ONLY public.model
    ADD CONSTRAINT model_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.pepper_fingerprint
    ADD CONSTRAINT pepper_fingerprint_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.plan
    ADD CONSTRAINT plan_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.posting
    ADD CONSTRAINT posting_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY public.price
    ADD CONSTRAINT price_pkey PRIMARY KEY (model, provider, version, line);

ALTER TABLE ONLY public.retention
    ADD CONSTRAINT retention_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.seller
    ADD CONSTRAINT seller_pkey PRIMARY KEY (one);

ALTER TABLE ONLY public.server
    ADD CONSTRAINT server_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.usage_day
    ADD CONSTRAINT usage_day_pkey PRIMARY KEY (account_id, mode, billed_month, day, key_id, model, provider, price_version, line, unit_amount);

ALTER TABLE ONLY public.usage_rolled
    ADD CONSTRAINT usage_rolled_pkey PRIMARY KEY (account_id, mode);

ALTER TABLE ONLY public.wallet_checkpoint
    ADD CONSTRAINT wallet_checkpoint_pkey PRIMARY KEY (account_id, mode, month);

ALTER TABLE ONLY public.wallet
    ADD CONSTRAINT wallet_pkey PRIMARY KEY (account_id, mode);

ALTER TABLE ONLY public.webhook_attempt
    ADD CONSTRAINT webhook_attempt_pkey PRIMARY KEY (account_id, delivery_id, endpoint_id, number);

ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_pkey PRIMARY KEY (account_id, id, endpoint_id);

ALTER TABLE ONLY public.webhook_endpoint
    ADD CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (account_id, id);

ALTER TABLE ONLY public.webhook_secret
    ADD CONSTRAINT webhook_secret_pkey PRIMARY KEY (account_id);

CREATE UNIQUE INDEX a_key_credits_once ON public.invoice USING btree (account_id, idempotency_key);

CREATE UNIQUE INDEX api_key_hash ON public.api_key USING btree (hash);

CREATE UNIQUE INDEX api_key_previous_hash ON public.api_key USING btree (previous_hash) WHERE (previous_hash IS NOT NULL);

CREATE INDEX attempts_by_time ON ONLY public.generation_attempt USING brin (started_at);

CREATE INDEX attempts_of_generation ON ONLY public.generation_attempt USING btree (account_id, generation_id);

CREATE INDEX audit_event_of_account ON public.audit_event USING btree (account_id, id);

CREATE INDEX credit_note_of_invoice ON public.invoice USING btree (account_id, corrects) WHERE (corrects IS NOT NULL);

CREATE INDEX generation_of_batch ON ONLY public.generation USING btree (account_id, batch_id) WHERE (batch_id IS NOT NULL);

CREATE INDEX generation_open ON ONLY public.generation USING btree (server_id, deadline) WHERE (ended_at IS NULL);

CREATE INDEX generation_queued ON ONLY public.generation USING btree (account_id, ready_at, id) WHERE (state = 'queued'::text);

CREATE INDEX idempotency_key_age ON public.idempotency_key USING btree (created_at);

CREATE INDEX image_of_generation ON ONLY public.image USING btree (account_id, generation_id);

CREATE INDEX invoice_by_birth ON public.invoice USING btree (id);

CREATE INDEX invoice_of_month ON public.invoice USING btree (month, account_id);

CREATE INDEX model_name_of_model ON public.model_name USING btree (model);

CREATE UNIQUE INDEX one_invoice_a_month ON public.invoice USING btree (account_id, month) WHERE ((kind <> 'credit_note'::text) AND (state <> 'void'::text));

CREATE INDEX payment_of_invoice ON public.invoice_payment USING btree (account_id, invoice_id);

CREATE INDEX posting_without_generation ON ONLY public.posting USING btree (account_id, id) WHERE (generation_id IS NULL);

CREATE INDEX refunds_of_generation ON public.grant_lot USING btree (account_id, generation_id) WHERE (generation_id IS NOT NULL);

CREATE INDEX wallet_expiry ON public.wallet USING btree (next_expiry) WHERE (next_expiry IS NOT NULL);

CREATE INDEX wallet_lapsing ON public.wallet USING btree (account_id, mode) WHERE (lapsing IS NOT NULL);

CREATE INDEX webhook_due ON public.webhook_delivery USING btree (account_id, next_at) WHERE (state = 'pending'::text);

CREATE INDEX webhook_ended ON public.webhook_delivery USING btree (ended_at) WHERE (state <> 'pending'::text);

CREATE INDEX webhook_failed ON public.webhook_delivery USING btree (account_id, ended_at) WHERE (state = 'failed'::text);

CREATE INDEX webhook_of_generation ON public.webhook_delivery USING btree (account_id, generation_id);

CREATE TRIGGER audit_event_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE CONSTRAINT TRIGGER audit_event_is_linked AFTER INSERT ON public.audit_event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.audit_event_is_linked();

CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON public.audit_head FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER audit_link_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_link FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER grant_lot_stays BEFORE DELETE OR TRUNCATE ON public.grant_lot FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER grant_lot_stays_as_given BEFORE UPDATE OF account_id, id, mode, kind, amount, reason, idempotency_key, posting_id, created_at, expires_at, generation_id ON public.grant_lot FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER hold_ends_once BEFORE UPDATE ON public.generation FOR EACH ROW WHEN ((old.ended_at IS NOT NULL)) EXECUTE FUNCTION public.refuse_second_end();

CREATE TRIGGER invoice_is_final BEFORE DELETE OR UPDATE ON public.invoice FOR EACH ROW EXECUTE FUNCTION public.refuse_invoice_change();

CREATE TRIGGER invoice_line_is_added_to_drafts AFTER INSERT ON public.invoice_line REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_line_change();

CREATE TRIGGER invoice_line_is_final BEFORE UPDATE OR TRUNCATE ON public.invoice_line FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER invoice_line_is_removed_from_drafts AFTER DELETE ON public.invoice_line REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_line_change();

CREATE TRIGGER invoice_number_counts_on BEFORE DELETE OR UPDATE ON public.invoice_number FOR EACH ROW EXECUTE FUNCTION public.refuse_number_change();

CREATE TRIGGER invoice_number_stays BEFORE TRUNCATE ON public.invoice_number FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER invoice_payment_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.invoice_payment FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER invoice_stays BEFORE TRUNCATE ON public.invoice FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER lapse_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.lapse FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER posting_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.posting FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER posting_moves_wallet AFTER INSERT ON public.posting REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION public.posting_moves_wallet();

CREATE TRIGGER wallet_checkpoint_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.wallet_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();

CREATE TRIGGER wallet_moves_by_postings BEFORE UPDATE OF posted, postings, chain ON public.wallet FOR EACH ROW WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.refuse_wallet_change();

CREATE TRIGGER wallet_starts_empty BEFORE INSERT ON public.wallet FOR EACH ROW WHEN (((new.posted <> 0) OR (new.held <> 0) OR (new.postings <> 0))) EXECUTE FUNCTION public.refuse_wallet_change();

CREATE TRIGGER wallet_stays BEFORE DELETE OR TRUNCATE ON public.wallet FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_wallet_change();

ALTER TABLE ONLY public.lapse
    ADD CONSTRAINT a_lapse_is_of_a_lot FOREIGN KEY (account_id, lot_id) REFERENCES public.grant_lot(account_id, id);

ALTER TABLE ONLY public.account
    ADD CONSTRAINT account_plan_fkey FOREIGN KEY (plan) REFERENCES public.plan(name);

ALTER TABLE ONLY public.account_sweep
    ADD CONSTRAINT account_sweep_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.batch
    ADD CONSTRAINT batch_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.billing_closed
    ADD CONSTRAINT billing_closed_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.billing_party
    ADD CONSTRAINT billing_party_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.grant_lot
    ADD CONSTRAINT grant_lot_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT invoice_account_id_corrects_fkey FOREIGN KEY (account_id, corrects) REFERENCES public.invoice(account_id, id);

ALTER TABLE ONLY public.invoice
    ADD CONSTRAINT invoice_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.invoice_line
    ADD CONSTRAINT invoice_line_account_id_invoice_id_fkey FOREIGN KEY (account_id, invoice_id) REFERENCES public.invoice(account_id, id);

ALTER TABLE ONLY public.invoice_payment
    ADD CONSTRAINT invoice_payment_account_id_invoice_id_fkey FOREIGN KEY (account_id, invoice_id) REFERENCES public.invoice(account_id, id);

ALTER TABLE ONLY public.key_request
    ADD CONSTRAINT key_request_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.meter
    ADD CONSTRAINT meter_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.model_alias
    ADD CONSTRAINT model_alias_model_fkey FOREIGN KEY (model) REFERENCES public.model(id);

ALTER TABLE ONLY public.model_endpoint
    ADD CONSTRAINT model_endpoint_model_fkey FOREIGN KEY (model) REFERENCES public.model(id);

ALTER TABLE ONLY public.model_name
    ADD CONSTRAINT model_name_model_fkey FOREIGN KEY (model) REFERENCES public.model(id);

ALTER TABLE ONLY public.model
    ADD CONSTRAINT model_replacement_fkey FOREIGN KEY (replacement) REFERENCES public.model(id);

ALTER TABLE ONLY public.price
    ADD CONSTRAINT price_model_provider_fkey FOREIGN KEY (model, provider) REFERENCES public.model_endpoint(model, provider);

ALTER TABLE ONLY public.usage_rolled
    ADD CONSTRAINT usage_rolled_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.wallet
    ADD CONSTRAINT wallet_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.webhook_endpoint
    ADD CONSTRAINT webhook_endpoint_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE ONLY public.webhook_secret
    ADD CONSTRAINT webhook_secret_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.account(id);

ALTER TABLE public.account ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.account_sweep ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.api_key ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.audit_event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.batch ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.billing_closed ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.billing_party ENABLE ROW LEVEL SECURITY;

CREATE POLICY engine_crosses_accounts ON public.account TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.account_sweep TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.api_key TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.audit_event TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.batch TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.billing_closed TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.billing_party TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.generation TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.generation_attempt TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.grant_lot TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.idempotency_key TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.image TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.invoice TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.invoice_line TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.invoice_payment TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.key_request TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.lapse TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.meter TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.posting TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.usage_day TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.usage_rolled TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.wallet TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.wallet_checkpoint TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.webhook_attempt TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.webhook_delivery TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.webhook_endpoint TO atelier_engine USING (true);

CREATE POLICY engine_crosses_accounts ON public.webhook_secret TO atelier_engine USING (true);

ALTER TABLE public.generation ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.generation_attempt ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.grant_lot ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_key ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.image ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invoice ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invoice_line ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.invoice_payment ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.key_request ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.lapse ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.meter ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.posting ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_sees_one_account ON public.account FOR SELECT TO atelier_reader USING ((id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.account_sweep FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.api_key FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.audit_event FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.batch FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.billing_closed FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.billing_party FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.generation FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.generation_attempt FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.grant_lot FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.idempotency_key FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.image FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.invoice FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.invoice_line FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.invoice_payment FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.key_request FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.lapse FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.meter FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.posting FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.usage_day FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.usage_rolled FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.wallet FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.wallet_checkpoint FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.webhook_attempt FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.webhook_delivery FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.webhook_endpoint FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

CREATE POLICY reader_sees_one_account ON public.webhook_secret FOR SELECT TO atelier_reader USING ((account_id = (NULLIF(current_setting('atelier.account'::text, true), ''::text))::uuid));

ALTER TABLE public.usage_day ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.usage_rolled ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.wallet ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.wallet_checkpoint ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_attempt ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_delivery ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_endpoint ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_secret ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA public TO atelier_engine;
GRANT USAGE ON SCHEMA public TO atelier_reader;

REVOKE ALL ON FUNCTION public.drop_partition(parent text, month date) FROM PUBLIC;

GRANT SELECT,INSERT,UPDATE ON TABLE public.invoice TO atelier_engine;
GRANT SELECT ON TABLE public.invoice TO atelier_reader;

GRANT SELECT,INSERT ON TABLE public.audit_event TO atelier_engine;
GRANT SELECT ON TABLE public.audit_event TO atelier_reader;

REVOKE ALL ON FUNCTION public.link_audit_event(event public.audit_event) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.make_partitions(month date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.make_partitions(month date) TO atelier_engine;

REVOKE ALL ON FUNCTION public.raise_wall(name regclass) FROM PUBLIC;

GRANT SELECT,INSERT,UPDATE ON TABLE public.account TO atelier_engine;
GRANT SELECT ON TABLE public.account TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account_sweep TO atelier_engine;
GRANT SELECT ON TABLE public.account_sweep TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_key TO atelier_engine;
GRANT SELECT ON TABLE public.api_key TO atelier_reader;

GRANT SELECT ON TABLE public.audit_head TO atelier_engine;

GRANT SELECT ON TABLE public.audit_link TO atelier_engine;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.batch TO atelier_engine;
GRANT SELECT ON TABLE public.batch TO atelier_reader;

GRANT SELECT,INSERT ON TABLE public.billing_closed TO atelier_engine;
GRANT SELECT ON TABLE public.billing_closed TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.billing_party TO atelier_engine;
GRANT SELECT ON TABLE public.billing_party TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.data_policy TO atelier_engine;
GRANT SELECT ON TABLE public.data_policy TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.disabled_provider TO atelier_engine;
GRANT SELECT ON TABLE public.disabled_provider TO atelier_reader;

GRANT SELECT ON TABLE public.dropped_month TO atelier_engine;

GRANT SELECT,INSERT,UPDATE ON TABLE public.generation TO atelier_engine;
GRANT SELECT ON TABLE public.generation TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.generation_attempt TO atelier_engine;
GRANT SELECT ON TABLE public.generation_attempt TO atelier_reader;

GRANT SELECT,INSERT ON TABLE public.grant_lot TO atelier_engine;
GRANT SELECT ON TABLE public.grant_lot TO atelier_reader;

GRANT UPDATE(spent) ON TABLE public.grant_lot TO atelier_engine;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_key TO atelier_engine;
GRANT SELECT ON TABLE public.idempotency_key TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.image TO atelier_engine;
GRANT SELECT ON TABLE public.image TO atelier_reader;

GRANT SELECT,INSERT,DELETE ON TABLE public.invoice_line TO atelier_engine;
GRANT SELECT ON TABLE public.invoice_line TO atelier_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE public.invoice_number TO atelier_engine;

GRANT SELECT,INSERT ON TABLE public.invoice_payment TO atelier_engine;
GRANT SELECT ON TABLE public.invoice_payment TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.key_request TO atelier_engine;
GRANT SELECT ON TABLE public.key_request TO atelier_reader;

GRANT SELECT,INSERT ON TABLE public.lapse TO atelier_engine;
GRANT SELECT ON TABLE public.lapse TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.meter TO atelier_engine;
GRANT SELECT ON TABLE public.meter TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.model TO atelier_engine;
GRANT SELECT ON TABLE public.model TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.model_alias TO atelier_engine;
GRANT SELECT ON TABLE public.model_alias TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.model_endpoint TO atelier_engine;
GRANT SELECT ON TABLE public.model_endpoint TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.model_name TO atelier_engine;
GRANT SELECT ON TABLE public.model_name TO atelier_reader;

GRANT SELECT,INSERT ON TABLE public.pepper_fingerprint TO atelier_engine;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.plan TO atelier_engine;
GRANT SELECT ON TABLE public.plan TO atelier_reader;

GRANT SELECT,INSERT ON TABLE public.posting TO atelier_engine;
GRANT SELECT ON TABLE public.posting TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.price TO atelier_engine;
GRANT SELECT ON TABLE public.price TO atelier_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE public.retention TO atelier_engine;

GRANT SELECT ON TABLE public.schema_migration TO PUBLIC;

GRANT SELECT,INSERT,UPDATE ON TABLE public.seller TO atelier_engine;
GRANT SELECT ON TABLE public.seller TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.server TO atelier_engine;

GRANT SELECT,INSERT,UPDATE ON TABLE public.usage_day TO atelier_engine;
GRANT SELECT ON TABLE public.usage_day TO atelier_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE public.usage_rolled TO atelier_engine;
GRANT SELECT ON TABLE public.usage_rolled TO atelier_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE public.wallet TO atelier_engine;
GRANT SELECT ON TABLE public.wallet TO atelier_reader;

GRANT SELECT ON TABLE public.wallet_checkpoint TO atelier_engine;
GRANT SELECT ON TABLE public.wallet_checkpoint TO atelier_reader;

GRANT SELECT ON TABLE public.wallet_base TO atelier_engine;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_attempt TO atelier_engine;
GRANT SELECT ON TABLE public.webhook_attempt TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_delivery TO atelier_engine;
GRANT SELECT ON TABLE public.webhook_delivery TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_endpoint TO atelier_engine;
GRANT SELECT ON TABLE public.webhook_endpoint TO atelier_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_secret TO atelier_engine;
GRANT SELECT ON TABLE public.webhook_secret TO atelier_reader;

