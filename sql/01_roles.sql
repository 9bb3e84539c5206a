-- Roles, schemas, extensions.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY
        '{resonate_owner,resonate_edge,resonate_topup,resonate_ingest,resonate_manage,
          resonate_upkeep,resonate_identity}'::text[]
    LOOP
        IF to_regrole(wanted) IS NULL THEN
            EXECUTE format('CREATE ROLE %I', wanted);
        END IF;
    END LOOP;

    -- to act as the owner
    IF current_setting('is_superuser') = 'off' THEN
        GRANT resonate_owner TO CURRENT_USER;
    END IF;
END
$$;

ALTER ROLE resonate_owner NOLOGIN;
ALTER ROLE resonate_edge LOGIN;
ALTER ROLE resonate_topup LOGIN;
ALTER ROLE resonate_ingest LOGIN;
ALTER ROLE resonate_upkeep LOGIN;
ALTER ROLE resonate_manage LOGIN;
ALTER ROLE resonate_identity LOGIN;

-- A query of the edge is short or it is wrong: it never outlives the
-- deadline of the request, and never compiles for longer than it runs.
ALTER ROLE resonate_edge SET statement_timeout = '5s';
ALTER ROLE resonate_edge SET lock_timeout = '4s';
ALTER ROLE resonate_edge SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE resonate_edge SET jit = off;
ALTER ROLE resonate_edge SET search_path = pg_catalog;

ALTER ROLE resonate_topup SET statement_timeout = '5s';
ALTER ROLE resonate_topup SET lock_timeout = '4s';
ALTER ROLE resonate_topup SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE resonate_topup SET jit = off;
ALTER ROLE resonate_topup SET search_path = pg_catalog;

ALTER ROLE resonate_identity SET statement_timeout = '5s';
ALTER ROLE resonate_identity SET lock_timeout = '4s';
ALTER ROLE resonate_identity SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE resonate_identity SET jit = off;
ALTER ROLE resonate_identity SET search_path = pg_catalog;

ALTER ROLE resonate_ingest SET jit = off;
ALTER ROLE resonate_ingest SET search_path = pg_catalog;

ALTER ROLE resonate_upkeep SET search_path = pg_catalog;
-- who waits for another operator is told so
ALTER ROLE resonate_manage SET lock_timeout = '30s';
ALTER ROLE resonate_manage SET jit = off;
ALTER ROLE resonate_manage SET search_path = pg_catalog;

COMMENT ON ROLE resonate_owner IS 'Owns schemas resonate and v3; nobody logs in as it.';
COMMENT ON ROLE resonate_edge IS 'The nginx edge: may execute API functions and nothing else.';
COMMENT ON ROLE resonate_topup IS 'Top-ups: may execute resonate.topup() and nothing else.';
COMMENT ON ROLE resonate_identity IS 'Identity services: may revoke tokens, hand in and delete opaque ones, and nothing else.';
COMMENT ON ROLE resonate_ingest IS 'bin/resonate-ingest: may execute the ingest functions and nothing else.';
COMMENT ON ROLE resonate_upkeep IS 'The daily job: may execute sweep() and ledger_check() and nothing else.';
COMMENT ON ROLE resonate_manage IS 'bin/resonate-catalogue: may execute the manage functions and nothing else.';

CREATE SCHEMA IF NOT EXISTS resonate AUTHORIZATION resonate_owner;
CREATE SCHEMA IF NOT EXISTS v3 AUTHORIZATION resonate_owner;

COMMENT ON SCHEMA resonate IS 'Tables and internals.';
COMMENT ON SCHEMA v3 IS 'API version 3: one function for each route, each returns resonate.reply.';

-- Extensions live in public, where only the owner may look.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch WITH SCHEMA public;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO resonate_owner;

ALTER DEFAULT PRIVILEGES FOR ROLE resonate_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE resonate_owner REVOKE USAGE ON TYPES FROM PUBLIC;

-- What PostgreSQL lets everybody do in every database: temporary tables and
-- large objects, with which a role that may write nothing fills the disk.
DO $$
DECLARE
    f regprocedure;
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());

    FOR f IN SELECT p.oid FROM pg_proc p
             WHERE p.pronamespace = 'pg_catalog'::regnamespace
               AND p.proname ~ '^(lo_.*|loread|lowrite)$'
               AND has_function_privilege('public', p.oid, 'EXECUTE')
    LOOP
        IF current_setting('is_superuser') = 'on' THEN
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
        ELSE
            RAISE WARNING 'everybody may execute %; a superuser can revoke that', f;
        END IF;
    END LOOP;
END
$$;
