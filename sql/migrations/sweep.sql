-- Drops what hung on a trigger that is no more: the functions that this
-- transaction did not make.

SELECT coalesce(array_agg(p.oid), '{}') AS doomed
FROM pg_proc p
WHERE p.pronamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
  AND p.proowner = 'resonate_owner'::regrole
  AND p.xmin <> pg_current_xact_id()::xid
\gset

\ir drop.sql
