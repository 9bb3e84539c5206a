-- Everything that is made anew each time.

\ir 03_views.sql
\ir 04_ledger.sql
\ir 05_audit.sql
\ir 05_upkeep.sql
\ir 06_chart.sql
\ir 06_derive.sql
\ir 06_lists.sql
\ir 07_cards.sql
\ir 08_catalogue_api.sql
\ir 09_play_api.sql
\ir 10_person_api.sql
\ir 11_search_api.sql
\ir 12_ingest.sql
\ir 12_ingest_track.sql
\ir 13_playlist_api.sql
\ir 14_open_api.sql
\ir 15_library_api.sql
\ir 16_journal.sql
\ir 16_manage.sql
\ir 16_manage_export.sql
\ir 16_manage_more.sql
\ir 16_manage_prune.sql
\ir 16_manage_read.sql
\ir 17_page.sql
\ir 18_tell.sql
