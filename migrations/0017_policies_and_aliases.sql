-- What is known of how each provider treats what it is sent, so that a caller who restricts it is held to
-- those who are known to comply; and names that an operator has given to models.

create table data_policy (
    provider text primary key,
    -- Unknown where null: it then meets no restriction.
    trains_on_data boolean,
    -- How long prompts and pictures are kept at most; 0 for not at all.
    retention_hours integer constraint a_retention_is_no_past check (retention_hours >= 0),
    region text,
    -- Where it is written.
    source text not null,
    checked_on date not null,
    -- A file that says otherwise does not replace it: an operator may have a contract of their own.
    set_by_admin boolean not null default false
);
select raise_wall('data_policy');
grant select on data_policy to atelier_reader;

-- Names that an operator has given to models. They win over a model's own, for that one may be gone.
create table model_alias (
    name text primary key,
    model text not null references model (id),
    set_at timestamptz not null
);
select raise_wall('model_alias');
grant select on model_alias to atelier_reader;
