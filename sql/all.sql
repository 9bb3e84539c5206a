-- Everything, in order: psql -v ON_ERROR_STOP=1 -f sql/all.sql

\ir 01_roles.sql
\ir 02_people.sql
\ir 03_catalogue.sql
\ir 04_ledger.sql
\ir 05_plays.sql
\ir 06_derive.sql
\ir 07_cards.sql
\ir 08_catalogue_api.sql
\ir 09_play_api.sql
\ir 10_person_api.sql
\ir 11_search_api.sql
\ir 12_ingest.sql
\ir 99_grants.sql
