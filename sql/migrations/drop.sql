-- Drops the functions and views that the files do not have any more, or have
-- with other parameters: those of resonate_owner that this transaction did not
-- make.  What a table, an index or a view of somebody else is made with stays.

DO $$
DECLARE
    doomed text;
BEGIN
    LOOP
        SELECT string_agg(d.command, '; ') INTO doomed
        FROM (SELECT format('DROP %s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE'
                                                         WHEN 'a' THEN 'AGGREGATE'
                                                         ELSE 'FUNCTION' END,
                            p.oid::regprocedure) AS command
              FROM pg_proc p
              WHERE p.pronamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
                AND p.proowner = 'resonate_owner'::regrole
                AND p.xmin <> pg_current_xact_id()::xid
                AND NOT EXISTS (SELECT FROM pg_depend n
                                WHERE n.refclassid = 'pg_proc'::regclass AND n.refobjid = p.oid)
            UNION ALL
              SELECT format('DROP VIEW %s', c.oid::regclass)
              FROM pg_class c
              WHERE c.relnamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
                AND c.relkind = 'v'
                AND c.relowner = 'resonate_owner'::regrole
                AND c.xmin <> pg_current_xact_id()::xid
                AND NOT EXISTS (SELECT FROM pg_depend n
                                WHERE (n.refclassid = 'pg_class'::regclass AND n.refobjid = c.oid
                                       OR n.refclassid = 'pg_type'::regclass
                                          AND n.refobjid IN (c.reltype, (SELECT t.typarray
                                              FROM pg_type t WHERE t.oid = c.reltype)))
                                  AND n.deptype <> 'i'
                                  AND NOT EXISTS (SELECT FROM pg_rewrite w
                                                  WHERE n.classid = 'pg_rewrite'::regclass
                                                    AND w.oid = n.objid
                                                    AND w.ev_class = c.oid))) d;

        EXIT WHEN doomed IS NULL;
        EXECUTE doomed;
    END LOOP;
END
$$;
