-- Which migrations this database has had.

CREATE TABLE IF NOT EXISTS resonate.schema_version (
    number      integer PRIMARY KEY,
    name        text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

COMMENT ON TABLE resonate.schema_version IS 'The migrations that were applied, each once.';

\set known ''
