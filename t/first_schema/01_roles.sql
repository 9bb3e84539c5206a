-- Roles, schemas, extensions and the type every API function answers with.
-- Run by a superuser (or a member of resonate_owner who may create roles);
-- every file may be run again at any time.

BEGIN;

SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY '{resonate_owner,resonate_edge,resonate_ingest}'::text[]
    LOOP
        IF to_regrole(wanted) IS NULL THEN
            EXECUTE format('CREATE ROLE %I', wanted);
        END IF;
    END LOOP;
END
$$;

ALTER ROLE resonate_owner NOLOGIN;
ALTER ROLE resonate_edge LOGIN;
ALTER ROLE resonate_ingest LOGIN;

-- A query of the edge is short or it is wrong: it never outlives the
-- deadline of the request, and never compiles for longer than it runs.
ALTER ROLE resonate_edge SET statement_timeout = '5s';
ALTER ROLE resonate_edge SET lock_timeout = '4s';
ALTER ROLE resonate_edge SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE resonate_edge SET jit = off;
ALTER ROLE resonate_edge SET search_path = pg_catalog;
ALTER ROLE resonate_ingest SET search_path = pg_catalog;

COMMENT ON ROLE resonate_owner IS 'Owns schemas resonate and v3; nobody logs in as it.';
COMMENT ON ROLE resonate_edge IS 'The nginx edge: may execute API functions and nothing else.';
COMMENT ON ROLE resonate_ingest IS 'bin/resonate-ingest: may execute the ingest functions and nothing else.';

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

SET LOCAL ROLE resonate_owner;

DO $$
BEGIN
    IF to_regtype('resonate.reply') IS NULL THEN
        CREATE TYPE resonate.reply AS (status integer, body text, tags text[]);
    END IF;
END
$$;

COMMENT ON TYPE resonate.reply IS 'An answer. status 2xx: body is the finished JSON document; from 400: body is a plain-text detail. tags name what it was made from.';
COMMENT ON COLUMN resonate.reply.status IS 'HTTP status';
COMMENT ON COLUMN resonate.reply.tags IS 'e.g. track:UUID, tracks, artist:UUID, trackgroup:UUID: what must not have changed for the answer to be still true';

CREATE OR REPLACE FUNCTION resonate.answer(status integer, body text, tags text[] DEFAULT '{}')
RETURNS resonate.reply
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(status, body, tags)::resonate.reply;

COMMENT ON FUNCTION resonate.answer(integer, text, text[]) IS 'A reply.';

CREATE OR REPLACE FUNCTION resonate.today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (now() AT TIME ZONE 'UTC')::date;

COMMENT ON FUNCTION resonate.today() IS 'The date by which releases come out: UTC, whatever the session says.';

CREATE OR REPLACE FUNCTION resonate.fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));

COMMENT ON FUNCTION resonate.fold(text) IS 'Lower case without accents, for keys, sorting and search. Immutable as long as the unaccent rules are: reindex after changing them.';

CREATE OR REPLACE FUNCTION resonate.words(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(resonate.fold(value),
                            '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+', ' ', 'g'));

COMMENT ON FUNCTION resonate.words(text) IS 'Folded words separated by single spaces. Only ASCII punctuation separates, so the result does not depend on the locale of the cluster.';

COMMIT;
