-- Refuses a database that has had migrations which these files do not know.

SELECT set_config('resonate.known', :'known', true) \g /dev/null

DO $$
DECLARE
    known CONSTANT text[] := string_to_array(btrim(current_setting('resonate.known')), ' ');
    strange text;
BEGIN
    SELECT string_agg(m, ', ' ORDER BY m) INTO strange
    FROM (SELECT to_char(v.number, 'FM0000_') || v.name AS m FROM resonate.schema_version v) a
    WHERE m <> ALL (known);

    IF strange IS NOT NULL THEN
        RAISE EXCEPTION 'this database is newer than these files, which know no migration %',
                        strange
            USING HINT = 'Nothing was changed. Use the sql/ of the release it was upgraded to.';
    END IF;
END
$$;
