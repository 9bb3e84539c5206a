-- Who may do what.  Last, because it looks at everything there is.

REVOKE ALL ON ALL TABLES IN SCHEMA resonate, v3
    FROM PUBLIC, resonate_edge, resonate_topup, resonate_ingest,
         resonate_manage, resonate_upkeep, resonate_identity;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA resonate, v3
    FROM PUBLIC, resonate_edge, resonate_topup, resonate_ingest,
         resonate_manage, resonate_upkeep, resonate_identity;
REVOKE ALL ON SCHEMA resonate, v3 FROM PUBLIC;

GRANT USAGE ON SCHEMA resonate, v3 TO resonate_edge;
GRANT USAGE ON TYPE resonate.reply TO resonate_edge;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA v3 TO resonate_edge;
GRANT EXECUTE ON FUNCTION resonate.caller(text, text, text),
    resonate.caller_as(text, text, text, text), resonate.maintained(),
    resonate.revocations(text, integer),
    resonate.logout(text, text, text, text, bigint, interval),
    resonate.token_claims(text),
    resonate.first_proof(bytea, integer) TO resonate_edge;

GRANT USAGE ON SCHEMA resonate TO resonate_topup;
GRANT USAGE ON TYPE resonate.reply TO resonate_topup;
GRANT EXECUTE ON FUNCTION resonate.topup(text, bigint, text) TO resonate_topup;

GRANT USAGE ON SCHEMA resonate TO resonate_identity;
GRANT EXECUTE ON FUNCTION
    resonate.revoke(text, text, text, timestamptz, timestamptz, text),
    resonate.token_store(text, text, uuid, text, timestamptz, timestamptz),
    resonate.token_delete(text) TO resonate_identity;

GRANT USAGE ON SCHEMA resonate TO resonate_upkeep;
GRANT EXECUTE ON FUNCTION resonate.sweep(), resonate.ledger_check() TO resonate_upkeep;
GRANT EXECUTE ON FUNCTION resonate.maintain() TO resonate_upkeep;

GRANT USAGE ON SCHEMA resonate TO resonate_ingest, resonate_manage;

DO $$
DECLARE
    w record;
BEGIN
    FOR w IN SELECT p.oid::regprocedure AS name, r.role
             FROM pg_proc p
             JOIN (VALUES ('ingest\_%', 'resonate_ingest'), ('manage\_%', 'resonate_manage'))
                  r (pattern, role) ON p.proname LIKE r.pattern
             WHERE p.pronamespace = 'resonate'::regnamespace
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', w.name, w.role);
    END LOOP;
END
$$;
