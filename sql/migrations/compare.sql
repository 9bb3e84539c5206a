-- :doomed: the functions of before that the new ones cannot replace, and those
-- that are made with them.

WITH RECURSIVE old AS (
    SELECT p.* FROM pg_proc p
    WHERE p.pronamespace IN ('resonate_before'::regnamespace, 'v3_before'::regnamespace)
), doomed AS (
    SELECT o.oid FROM old o
    WHERE NOT EXISTS (
        SELECT FROM pg_proc p
        WHERE p.pronamespace::regnamespace || '_before' = o.pronamespace::regnamespace::text
          AND (p.proname, p.prokind, p.proargtypes, p.prorettype, p.proretset)
              = (o.proname, o.prokind, o.proargtypes, o.prorettype, o.proretset)
          AND (p.proallargtypes, p.proargmodes, p.proargnames)
              IS NOT DISTINCT FROM (o.proallargtypes, o.proargmodes, o.proargnames)
          AND p.pronargdefaults >= o.pronargdefaults)
  UNION
    SELECT o.oid
    FROM doomed d
    JOIN pg_depend n ON n.refclassid = 'pg_proc'::regclass AND n.refobjid = d.oid
    JOIN old o ON n.classid = 'pg_proc'::regclass AND n.objid = o.oid
)
SELECT coalesce(array_agg(oid), '{}') AS doomed FROM doomed
\gset
