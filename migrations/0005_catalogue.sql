-- The whole catalogue: many names for a model, a life that ends, what each endpoint can do, and prices
-- in every unit that a provider counts. What was sold before keeps its id, price and versions.

alter table model
    -- Whose model it is: `author/id` is one of its names.
    add column author text not null default 'test',
    -- Since when its maker advises against it, and from which day on it is gone.
    add column deprecated_on date,
    add column retires_on date,
    add column replacement text references model (id),
    add constraint a_model_that_ends_names_its_replacement check (
        (retires_on is null and deprecated_on is null) or replacement is not null),
    add constraint a_model_does_not_replace_itself check (replacement <> id);

-- Every name that a model answers to: its id, author/id, and what other services call it.
create table model_name (
    name text constraint a_name_means_one_model primary key,
    model text not null references model (id),
    constraint model_name_is_lower_case check (name = lower(name) and length(name) between 1 and 200)
);
create index model_name_of_model on model_name (model);

insert into model_name (name, model) select id, id from model;

-- What it can do; see Sources/Gateway/Catalogue/README.md. Null for what an older program wrote: then
-- it is not sold.
alter table model_endpoint
    add column capabilities jsonb
        constraint capabilities_are_an_object check (jsonb_typeof(capabilities) = 'object');

update model_endpoint set capabilities = '{
    "parameters": {
        "height": {"type": "range", "min": 16, "max": 4096},
        "n": {"type": "range", "min": 1, "max": 10},
        "output_compression": {"type": "range", "min": 0, "max": 100},
        "output_format": {"type": "enum", "values": ["png", "jpeg", "webp"]},
        "seed": {"type": "boolean"},
        "width": {"type": "range", "min": 16, "max": 4096}
    },
    "per_call": 10,
    "prompt_max": 32000
}' where provider = 'test';

alter table price
    -- Only what a call may cost at most: the bill of such an endpoint comes in other units.
    add column estimate boolean not null default false,
    drop constraint price_billable,
    add constraint price_billable check (billable in (
        'output_image', 'output_text', 'input_text', 'input_image', 'input_reference')),
    drop constraint price_unit,
    add constraint price_unit check (unit in ('image', 'megapixel', 'token', 'request')),
    -- A thousand dollars a token would overflow a quote.
    add constraint token_price_is_within_reason check (unit <> 'token' or amount <= 1000000000);
