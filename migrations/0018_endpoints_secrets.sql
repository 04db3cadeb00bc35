-- A secret of its own for each webhook endpoint, derived as the account's is: only its version is kept.
-- What was made before has none, and goes on under the account's secret until its own is rotated.

alter table webhook_endpoint
    add column secret_version integer,
    -- Until when the secret before signs beside it.
    add column previous_secret_until timestamptz;
