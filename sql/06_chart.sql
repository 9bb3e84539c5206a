-- Plays, rolled up: the counted plays of each track by day, of all time and of
-- the last 30 days, and the chart that lists are read from.
--
-- A play adds a row to resonate.play_fresh.  Who rolls up deletes what it sees
-- of them and adds it to the sums, in one transaction: a play that commits
-- later, whenever it began, is the next one's.

CREATE OR REPLACE FUNCTION resonate.play_counted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO resonate.play_fresh (track_id, day, plays)
    VALUES (NEW.track_id, (NEW.played_at AT TIME ZONE 'UTC')::date, 1);

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.play_counted() IS 'Trigger: a counted play is to be rolled up.';

CREATE OR REPLACE FUNCTION resonate.chart_from() RETURNS date
LANGUAGE sql STABLE
RETURN resonate.today() - 29;

COMMENT ON FUNCTION resonate.chart_from() IS 'The first day (UTC) whose plays are in the chart: 30 days with today.';


-- Which tracks are in the chart.  A track that enters is looked at again by the
-- next roll-up, which may have passed it while this was not committed.

CREATE OR REPLACE FUNCTION resonate.chart_insert() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    WITH entered AS (
        INSERT INTO resonate.chart (track_id, released_on, created_at, plays)
        SELECT f.id, f.released_on, f.created_at, 0 FROM fresh f WHERE f.released_on IS NOT NULL
        RETURNING track_id
    )
    INSERT INTO resonate.play_fresh (track_id, day, plays)
    SELECT track_id, resonate.today(), 0 FROM entered;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.chart_insert() IS 'Trigger: puts tracks that are published into the chart.';

CREATE OR REPLACE FUNCTION resonate.chart_update() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- most changes of a track are none of these
    IF NOT EXISTS (SELECT FROM gone g JOIN fresh f ON f.id = g.id
                   WHERE (f.released_on, f.created_at)
                         IS DISTINCT FROM (g.released_on, g.created_at))
    THEN
        RETURN NULL;
    END IF;

    DELETE FROM resonate.chart c USING fresh f
    WHERE c.track_id = f.id AND f.released_on IS NULL;

    WITH entered AS (
        INSERT INTO resonate.chart AS c (track_id, released_on, created_at, plays)
        SELECT f.id, f.released_on, f.created_at, coalesce(p.recent, 0)
        FROM fresh f
        LEFT JOIN resonate.track_plays p ON p.track_id = f.id
        WHERE f.released_on IS NOT NULL
        ORDER BY f.id
        ON CONFLICT (track_id) DO UPDATE
        SET released_on = excluded.released_on, created_at = excluded.created_at
        WHERE (c.released_on, c.created_at)
              IS DISTINCT FROM (excluded.released_on, excluded.created_at)
        RETURNING track_id
    )
    INSERT INTO resonate.play_fresh (track_id, day, plays)
    SELECT track_id, resonate.today(), 0 FROM entered;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.chart_update() IS 'Trigger: which tracks are published, since when, and when they were made, for the chart.';

CREATE OR REPLACE FUNCTION resonate.chart_delete() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM resonate.chart c USING gone g WHERE c.track_id = g.id;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.chart_delete() IS 'Trigger: tracks that are no more are in no chart.';


-- Who changes the catalogue may hold rows of the chart until it commits, and
-- would wait for others of them: those are not waited for, but left to the next
-- roll-up.

CREATE OR REPLACE FUNCTION resonate.chart_place(ids uuid[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    _ids ALIAS FOR $1;
BEGIN
    WITH due AS MATERIALIZED (
        SELECT c.track_id, p.recent
        FROM unnest(_ids) u (id)
        JOIN resonate.track_plays p ON p.track_id = u.id
        JOIN resonate.chart c ON c.track_id = u.id
        WHERE c.plays <> p.recent
        FOR NO KEY UPDATE OF c SKIP LOCKED
    )
    UPDATE resonate.chart c SET plays = d.recent FROM due d WHERE c.track_id = d.track_id;

    INSERT INTO resonate.play_fresh (track_id, day, plays)
    SELECT c.track_id, resonate.today(), 0
    FROM unnest(_ids) u (id)
    JOIN resonate.track_plays p ON p.track_id = u.id
    JOIN resonate.chart c ON c.track_id = u.id
    WHERE c.plays <> p.recent;
END
$$;

COMMENT ON FUNCTION resonate.chart_place(uuid[]) IS 'Gives these tracks, each once, their places in the chart.';

CREATE OR REPLACE FUNCTION resonate.roll_up() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
    _from CONSTANT date := resonate.chart_from();
    _sum bigint;
    _rolled uuid[];
    _left uuid[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('resonate roll-up', 0));

    -- when the clock was set back, days are missing that it is still to have
    IF NOT EXISTS (SELECT FROM resonate.upkeep u
                   WHERE u.job = 'chart'
                     AND (u.done_at AT TIME ZONE 'UTC')::date <= resonate.today())
    THEN
        RETURN resonate.recount_plays();
    END IF;

    WITH fresh AS (
        DELETE FROM resonate.play_fresh RETURNING track_id, day, plays
    ), sums AS (
        SELECT f.day, f.track_id, sum(f.plays) AS plays FROM fresh f GROUP BY f.day, f.track_id
    ), days AS (
        INSERT INTO resonate.play_day AS d (day, track_id, plays)
        SELECT s.day, s.track_id, s.plays FROM sums s WHERE s.plays > 0 AND s.day >= _from
        ON CONFLICT (day, track_id) DO UPDATE SET plays = d.plays + excluded.plays
    ), totals AS (
        INSERT INTO resonate.track_plays AS p (track_id, total, recent)
        SELECT s.track_id, sum(s.plays), coalesce(sum(s.plays) FILTER (WHERE s.day >= _from), 0)
        FROM sums s WHERE s.plays > 0 GROUP BY s.track_id
        ON CONFLICT (track_id) DO UPDATE
        SET total = p.total + excluded.total, recent = p.recent + excluded.recent
    )
    SELECT coalesce(sum(s.plays), 0), array_agg(DISTINCT s.track_id) INTO _sum, _rolled
    FROM sums s;

    WITH gone AS (
        DELETE FROM resonate.play_day d WHERE d.day < _from RETURNING d.track_id, d.plays
    ), behind AS (
        UPDATE resonate.track_plays p SET recent = p.recent - s.plays
        FROM (SELECT g.track_id, sum(g.plays) AS plays FROM gone g GROUP BY g.track_id) s
        WHERE p.track_id = s.track_id
        RETURNING p.track_id
    )
    SELECT array_agg(b.track_id) INTO _left FROM behind b;

    IF _left IS NOT NULL THEN
        PERFORM resonate.upkeep_done('chart');
    END IF;

    PERFORM resonate.chart_place(ARRAY(SELECT DISTINCT u.id FROM unnest(_rolled || _left) u (id)));

    RETURN _sum;
END
$$;

COMMENT ON FUNCTION resonate.roll_up() IS 'Adds fresh plays to the sums, takes out the days that left the 30 of the chart, and brings the chart up to date; returns how many plays.';

CREATE OR REPLACE FUNCTION resonate.recount_plays() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
    _from CONSTANT date := resonate.chart_from();
    _sum bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('resonate roll-up', 0));

    DELETE FROM resonate.play_day;
    DELETE FROM resonate.track_plays;

    -- one statement: what it counts is what it takes from the fresh ones
    WITH fresh AS (
        DELETE FROM resonate.play_fresh
    ), counted AS MATERIALIZED (
        SELECT (y.played_at AT TIME ZONE 'UTC')::date AS day, y.track_id, count(*) AS plays
        FROM resonate.play y
        WHERE y.kind IN ('paid', 'owned', 'free')
        GROUP BY 1, 2
    ), days AS (
        INSERT INTO resonate.play_day (day, track_id, plays)
        SELECT c.day, c.track_id, c.plays FROM counted c WHERE c.day >= _from
    ), totals AS (
        INSERT INTO resonate.track_plays (track_id, total, recent)
        SELECT c.track_id, sum(c.plays), coalesce(sum(c.plays) FILTER (WHERE c.day >= _from), 0)
        FROM counted c GROUP BY c.track_id
    )
    SELECT coalesce(sum(c.plays), 0) INTO _sum FROM counted c;

    PERFORM resonate.chart_place(ARRAY(SELECT p.track_id FROM resonate.track_plays p));

    PERFORM resonate.upkeep_done('chart');

    RETURN _sum;
END
$$;

COMMENT ON FUNCTION resonate.recount_plays() IS 'Makes the sums of plays anew, from the plays: before the first roll-up, and after a load with triggers off; returns how many plays. It stops nobody who plays.';
