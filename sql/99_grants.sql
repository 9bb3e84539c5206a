-- Who may do what.  Last, because it looks at everything there is.

REVOKE ALL ON ALL TABLES IN SCHEMA resonate, v3
    FROM PUBLIC, resonate_edge, resonate_topup, resonate_ingest, resonate_upkeep;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA resonate, v3
    FROM PUBLIC, resonate_edge, resonate_topup, resonate_ingest, resonate_upkeep;
REVOKE ALL ON SCHEMA resonate, v3 FROM PUBLIC;

GRANT USAGE ON SCHEMA resonate, v3 TO resonate_edge;
GRANT USAGE ON TYPE resonate.reply TO resonate_edge;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA v3 TO resonate_edge;
GRANT EXECUTE ON FUNCTION resonate.caller(text, text, text) TO resonate_edge;

GRANT USAGE ON SCHEMA resonate TO resonate_topup;
GRANT USAGE ON TYPE resonate.reply TO resonate_topup;
GRANT EXECUTE ON FUNCTION resonate.topup(text, bigint, text) TO resonate_topup;

GRANT USAGE ON SCHEMA resonate TO resonate_upkeep;
GRANT EXECUTE ON FUNCTION resonate.sweep(), resonate.ledger_check() TO resonate_upkeep;

GRANT USAGE ON SCHEMA resonate TO resonate_ingest;

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p
             WHERE p.pronamespace = 'resonate'::regnamespace AND p.proname LIKE 'ingest\_%'
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO resonate_ingest', f);
    END LOOP;
END
$$;
