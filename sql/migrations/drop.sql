-- Drops the functions of :doomed, as far as nothing else is made with them.

SELECT set_config('resonate.doomed', :'doomed', true) \g /dev/null

DO $$
DECLARE
    f oid;
BEGIN
    LOOP
        SELECT p.oid INTO f
        FROM pg_proc p
        WHERE p.oid = ANY (current_setting('resonate.doomed')::oid[])
          AND NOT EXISTS (SELECT FROM pg_depend n
                          WHERE n.refclassid = 'pg_proc'::regclass AND n.refobjid = p.oid)
        LIMIT 1;

        EXIT WHEN NOT FOUND;
        EXECUTE format('DROP ROUTINE %s', f::regprocedure);
    END LOOP;
END
$$;
