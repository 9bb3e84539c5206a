-- Who changed what in the catalogue, by hand.

CREATE TABLE resonate.change (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    who      text NOT NULL CHECK (length(who) BETWEEN 1 AND 200),
    role     text NOT NULL DEFAULT session_user,
    command  text NOT NULL CHECK (length(command) BETWEEN 1 AND 10000),
    kind     text NOT NULL DEFAULT 'change' CHECK (kind IN ('change', 'undo', 'redo')),
    undoes   bigint UNIQUE REFERENCES resonate.change,
    xact     xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CHECK ((kind = 'change') = (undoes IS NULL))
);

COMMENT ON TABLE resonate.change IS 'A change of the catalogue that a person made, in one transaction. Append-only.';
COMMENT ON COLUMN resonate.change.who IS 'the person, as bin/resonate-catalogue knows him';
COMMENT ON COLUMN resonate.change.role IS 'the database role of the session';
COMMENT ON COLUMN resonate.change.command IS 'what was asked for, as text';
COMMENT ON COLUMN resonate.change.kind IS 'change; undo: of a change or a redo; redo: of an undo';
COMMENT ON COLUMN resonate.change.xact IS 'its transaction: no other one adds rows to it';

CREATE TABLE resonate.change_row (
    line       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id  bigint NOT NULL REFERENCES resonate.change,
    relation   text NOT NULL,
    key        jsonb NOT NULL,
    before     jsonb,
    after      jsonb,
    CHECK (before IS NOT NULL OR after IS NOT NULL)
);

CREATE INDEX change_row_change ON resonate.change_row (change_id, line);
CREATE INDEX change_row_key ON resonate.change_row (relation, key, line);

COMMENT ON TABLE resonate.change_row IS 'The rows of a change, in the order in which they were written. Append-only.';
COMMENT ON COLUMN resonate.change_row.key IS 'primary key of the row';
COMMENT ON COLUMN resonate.change_row.before IS 'the row before, without what is derived from others; null: it was not there';
COMMENT ON COLUMN resonate.change_row.after IS 'the row after, as before; null: it is not there any more';
