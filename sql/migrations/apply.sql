-- Applies the file that :migration names, unless it was applied before.

\set known :known :migration ' '

SELECT NOT EXISTS (SELECT FROM resonate.schema_version v
                   WHERE v.number = left(:'migration', 4)::integer) AS wanted
\gset

\if :wanted
    \ir :migration.sql

    INSERT INTO resonate.schema_version (number, name)
    VALUES (left(:'migration', 4)::integer, substr(:'migration', 6));
\endif
