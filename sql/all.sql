-- All of it, in one transaction, as often as you like:
--
--     psql -v ON_ERROR_STOP=1 -d resonate -f sql/all.sql
--
-- Tables, types, indexes and data that belongs to them come by migrations, once
-- each; functions, views, triggers and grants are made anew every time.  So:
--
-- * a change of a table is a new file migrations/NNNN_name.sql and two lines
--   below, whatever number is free; a file that was ever applied to a
--   database of value is not changed any more;
-- * a migration runs while the functions and views of before are still there.
--   What is in its way it may drop: the files after it make it again;
-- * a function is a CREATE OR REPLACE in a file that functions.sql names, with
--   any parameters; a view is in 03_views.sql, a trigger in 98_triggers.sql;
-- * no file begins, commits or sets a role for longer than it needs it.

\set ON_ERROR_STOP on

BEGIN ISOLATION LEVEL READ COMMITTED;

SET LOCAL client_min_messages = warning;

-- two at the same time take turns
SELECT pg_advisory_xact_lock(hashtextextended('resonate schema', 0)) \g /dev/null

\ir 01_roles.sql

SET LOCAL ROLE resonate_owner;

\ir 02_words.sql

\ir migrations/begin.sql
\set migration 0001_baseline
\ir migrations/apply.sql
\set migration 0002_partitions
\ir migrations/apply.sql
\set migration 0003_first_release
\ir migrations/apply.sql
\set migration 0030_display_name
\ir migrations/apply.sql
\set migration 0040_library
\ir migrations/apply.sql
\set migration 0041_track_artists
\ir migrations/apply.sql
\set migration 0042_source
\ir migrations/apply.sql
\set migration 0050_journal
\ir migrations/apply.sql
\set migration 0060_until_release
\ir migrations/apply.sql
\set migration 0061_chart
\ir migrations/apply.sql
\set migration 0062_listed
\ir migrations/apply.sql
\set migration 0063_visible
\ir migrations/apply.sql
\set migration 0065_search
\ir migrations/apply.sql
\set migration 0068_play_indexes
\ir migrations/apply.sql
\set migration 0070_revocation
\ir migrations/apply.sql
\set migration 0072_access_token
\ir migrations/apply.sql
\set migration 0074_proof
\ir migrations/apply.sql
\set migration 0080_rendition
\ir migrations/apply.sql
\set migration 0084_image_sum
\ir migrations/apply.sql
\ir migrations/end.sql

-- A function is replaced, so that whoever uses it goes on.  Which cannot be,
-- because result or parameters have changed, is found by making all anew
-- beside those of before; they are dropped first.
SAVEPOINT rehearsal;
\ir migrations/aside.sql
\ir functions.sql
\ir migrations/compare.sql
ROLLBACK TO SAVEPOINT rehearsal;
RELEASE SAVEPOINT rehearsal;
\ir migrations/drop.sql

\ir functions.sql
\ir 97_unfilled.sql
\ir 98_triggers.sql
\ir migrations/sweep.sql
\ir 99_grants.sql

-- the same may be answered in other words now
SELECT resonate.tell('*') \g /dev/null

\ir 99_unused.sql

COMMIT;

-- by themselves, because one waits for those who play, and the other takes time
SELECT resonate.partitions_ahead() \g /dev/null
SELECT resonate.roll_up() \g /dev/null
