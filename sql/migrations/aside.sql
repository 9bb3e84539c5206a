-- Puts the functions of before aside, so that all can be made as on an empty
-- database.  It is undone: the edge never sees it.  Functions that this
-- transaction has made stay, columns are made with them.

SET LOCAL ROLE NONE;

CREATE SCHEMA resonate_before AUTHORIZATION resonate_owner;
CREATE SCHEMA v3_before AUTHORIZATION resonate_owner;

SET LOCAL ROLE resonate_owner;

DO $$
DECLARE
    f record;
BEGIN
    FOR f IN
        SELECT p.oid::regprocedure AS name, n.nspname
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('resonate', 'v3')
          AND p.proowner = 'resonate_owner'::regrole
          AND p.xmin <> pg_current_xact_id()::xid
    LOOP
        EXECUTE format('ALTER ROUTINE %s SET SCHEMA %I', f.name, f.nspname || '_before');
    END LOOP;
END
$$;
