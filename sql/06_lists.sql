-- Lists: what is in them, how many there are, and one page of them.
--
-- A trigger compares which rows of resonate.listed there were and should be, and
-- writes the difference, counted by list and day.  It waits for nobody but who
-- changes the same things.

CREATE OR REPLACE FUNCTION resonate.in_lists(kind text, type text, featured boolean, tags text[],
    created_at timestamptz, id uuid, day date) RETURNS SETOF resonate.listed
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT l.list, $5, $6, $7, CASE WHEN l.random THEN uuid_hash($6) END
    FROM (SELECT $1 || t.type || f.featured AS list, true AS random
          FROM unnest(ARRAY['', ' ' || $2]) t (type)
          CROSS JOIN unnest(ARRAY['', CASE WHEN $3 THEN ' featured' WHEN NOT $3 THEN ' other' END])
                     f (featured)
          WHERE t.type IS NOT NULL AND f.featured IS NOT NULL
        UNION
          SELECT format('%s tag %s', $1, u.tag), false FROM unnest($4) u (tag)) l
    WHERE $7 IS NOT NULL
$$;

COMMENT ON FUNCTION resonate.in_lists(text, text, boolean, text[], timestamptz, uuid, date) IS 'The rows of a thing in resonate.listed: in the lists of its kind, its type, the featured ones or the others, and its tags; none when it has no day.';

CREATE OR REPLACE FUNCTION resonate.lists_change(was resonate.listed[], now resonate.listed[],
    paged boolean) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _was ALIAS FOR $1;
    _now ALIAS FOR $2;
BEGIN
    WITH change AS MATERIALIZED (
        (SELECT -1 AS n, w.* FROM unnest(_was) w EXCEPT SELECT -1, w.* FROM unnest(_now) w)
        UNION ALL
        (SELECT 1, w.* FROM unnest(_now) w EXCEPT SELECT 1, w.* FROM unnest(_was) w)
    ), gone AS (
        DELETE FROM resonate.listed l USING change c
        WHERE paged AND c.n < 0 AND (l.list, l.created_at, l.id) = (c.list, c.created_at, c.id)
          AND NOT EXISTS (SELECT FROM change f WHERE f.n > 0 AND (f.list, f.created_at, f.id)
                                                     = (c.list, c.created_at, c.id))
    ), come AS (
        INSERT INTO resonate.listed AS l (list, created_at, id, day, hash)
        SELECT c.list, c.created_at, c.id, c.day, c.hash FROM change c
        -- a trigger of the row may have changed the day, which was told before this
        WHERE paged AND c.n > 0
          AND CASE split_part(c.list, ' ', 1)
              WHEN 'tracks' THEN EXISTS (SELECT FROM resonate.track t
                                         WHERE t.id = c.id AND t.released_on = c.day)
              WHEN 'releases' THEN EXISTS (SELECT FROM resonate.release r
                                           WHERE r.id = c.id AND r.released_on = c.day)
              ELSE true END
        ON CONFLICT (list, created_at, id) DO UPDATE SET day = excluded.day
    )
    INSERT INTO resonate.list_count (list, day, n)
    SELECT c.list, c.day, sum(c.n) FROM change c
    GROUP BY c.list, c.day HAVING sum(c.n) <> 0;
END
$$;

COMMENT ON FUNCTION resonate.lists_change(resonate.listed[], resonate.listed[], boolean) IS 'Makes the second of the first. paged: the rows are kept, too, not only their numbers.';

CREATE OR REPLACE FUNCTION resonate.lists() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    was resonate.listed[];
    now resonate.listed[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM resonate.recount_lists();
        RETURN NULL;
    END IF;

    IF TG_OP <> 'INSERT' THEN
        CASE TG_TABLE_NAME
        WHEN 'track' THEN
            was := ARRAY(SELECT l FROM gone g CROSS JOIN LATERAL resonate.in_lists(
                'tracks', NULL, NULL, g.tags, g.created_at, g.id, g.released_on) l);
        WHEN 'release' THEN
            was := ARRAY(SELECT l FROM gone g CROSS JOIN LATERAL resonate.in_lists(
                'releases', g.type, g.featured, g.tags, g.created_at, g.id, g.released_on) l);
        WHEN 'playlist' THEN
            was := ARRAY(SELECT l FROM gone g CROSS JOIN LATERAL resonate.in_lists(
                'playlists', NULL, g.featured, NULL, g.created_at, g.id,
                CASE WHEN NOT g.private THEN '-infinity'::date END) l);
        WHEN 'creator' THEN
            was := ARRAY(SELECT l FROM gone g CROSS JOIN LATERAL resonate.in_lists(
                'creators', g.type_id::text, g.featured, NULL, g.created_at, g.id, g.released_on) l);
        END CASE;
    END IF;

    IF TG_OP <> 'DELETE' THEN
        CASE TG_TABLE_NAME
        WHEN 'track' THEN
            now := ARRAY(SELECT l FROM fresh f CROSS JOIN LATERAL resonate.in_lists(
                'tracks', NULL, NULL, f.tags, f.created_at, f.id, f.released_on) l);
        WHEN 'release' THEN
            now := ARRAY(SELECT l FROM fresh f CROSS JOIN LATERAL resonate.in_lists(
                'releases', f.type, f.featured, f.tags, f.created_at, f.id, f.released_on) l);
        WHEN 'playlist' THEN
            now := ARRAY(SELECT l FROM fresh f CROSS JOIN LATERAL resonate.in_lists(
                'playlists', NULL, f.featured, NULL, f.created_at, f.id,
                CASE WHEN NOT f.private THEN '-infinity'::date END) l);
        WHEN 'creator' THEN
            now := ARRAY(SELECT l FROM fresh f CROSS JOIN LATERAL resonate.in_lists(
                'creators', f.type_id::text, f.featured, NULL, f.created_at, f.id, f.released_on) l);
        END CASE;
    END IF;

    -- most changes are none of these
    IF coalesce(was, '{}') <> coalesce(now, '{}') THEN
        PERFORM resonate.lists_change(was, now, TG_TABLE_NAME <> 'creator');
    END IF;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.lists() IS 'Trigger: what enters, leaves or changes its place in lists.';


-- the numbers

CREATE OR REPLACE FUNCTION resonate.list_total(lists text[]) RETURNS bigint
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    RETURN (SELECT coalesce(sum(c.n), 0) FROM resonate.list_count c
            WHERE c.list = ANY ($1) AND c.day <= resonate.today());
END
$$;

COMMENT ON FUNCTION resonate.list_total(text[]) IS 'How many things are in these lists today.';

CREATE OR REPLACE FUNCTION resonate.list_fold() RETURNS bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _today CONSTANT date := resonate.today();
    _many text[];
    _gone bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('resonate lists', 0));

    _many := ARRAY(SELECT c.list
                   FROM (SELECT l.list, CASE WHEN l.day > _today THEN l.day END AS day, count(*) AS rows
                         FROM resonate.list_count l GROUP BY 1, 2) c
                   GROUP BY c.list HAVING max(c.rows) > 1);

    WITH gone AS (
        DELETE FROM resonate.list_count c WHERE c.list = ANY (_many)
        RETURNING c.list, CASE WHEN c.day > _today THEN c.day ELSE '-infinity' END AS day, c.n
    ), sums AS (
        INSERT INTO resonate.list_count (list, day, n)
        SELECT g.list, g.day, sum(g.n) FROM gone g GROUP BY g.list, g.day HAVING sum(g.n) <> 0
    )
    SELECT count(*) INTO _gone FROM gone;

    RETURN _gone;
END
$$;

COMMENT ON FUNCTION resonate.list_fold() IS 'Puts one row of resonate.list_count in the place of many; returns of how many. Who adds one waits for nobody, and its row is left for the next time.';


-- what they are made from, and whether they are right

CREATE OR REPLACE FUNCTION resonate.listed_now() RETURNS TABLE (paged boolean, l resonate.listed)
LANGUAGE sql STABLE AS $$
    SELECT true, l FROM resonate.track t CROSS JOIN LATERAL resonate.in_lists(
        'tracks', NULL, NULL, t.tags, t.created_at, t.id, t.released_on) l
  UNION ALL
    SELECT true, l FROM resonate.release r CROSS JOIN LATERAL resonate.in_lists(
        'releases', r.type, r.featured, r.tags, r.created_at, r.id, r.released_on) l
  UNION ALL
    SELECT true, l FROM resonate.playlist p CROSS JOIN LATERAL resonate.in_lists(
        'playlists', NULL, p.featured, NULL, p.created_at, p.id,
        CASE WHEN NOT p.private THEN '-infinity'::date END) l
  UNION ALL
    SELECT false, l FROM resonate.creator c CROSS JOIN LATERAL resonate.in_lists(
        'creators', c.type_id::text, c.featured, NULL, c.created_at, c.id, c.released_on) l
$$;

COMMENT ON FUNCTION resonate.listed_now() IS 'What should be in lists, from the catalogue itself. paged: there should be a row of resonate.listed.';

CREATE OR REPLACE FUNCTION resonate.recount_lists() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
BEGIN
    LOCK TABLE resonate.release, resonate.creator, resonate.track, resonate.playlist
        IN SHARE ROW EXCLUSIVE MODE;
    PERFORM pg_advisory_xact_lock(hashtextextended('resonate lists', 0));

    DELETE FROM resonate.listed;
    DELETE FROM resonate.list_count;

    WITH due AS MATERIALIZED (
        SELECT w.paged, (w.l).* FROM resonate.listed_now() w
    ), rows AS (
        INSERT INTO resonate.listed (list, created_at, id, day, hash)
        SELECT d.list, d.created_at, d.id, d.day, d.hash FROM due d WHERE d.paged
        ORDER BY d.list, d.created_at, d.id
    )
    INSERT INTO resonate.list_count (list, day, n)
    SELECT d.list, d.day, count(*) FROM due d GROUP BY d.list, d.day;

    DELETE FROM resonate.chart;

    INSERT INTO resonate.chart (track_id, released_on, created_at, plays)
    SELECT t.id, t.released_on, t.created_at, coalesce(p.recent, 0)
    FROM resonate.track t LEFT JOIN resonate.track_plays p ON p.track_id = t.id
    WHERE t.released_on IS NOT NULL
    ORDER BY t.id;

    PERFORM resonate.list_fold();
    PERFORM resonate.upkeep_done('lists');
END
$$;

COMMENT ON FUNCTION resonate.recount_lists() IS 'Makes the rows and numbers of all lists anew, and the chart: at first, and after a load with triggers off. Who changes the catalogue waits.';

CREATE OR REPLACE FUNCTION resonate.lists_check()
RETURNS TABLE (fault text, subject text, expected bigint, found bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
    WITH due AS MATERIALIZED (
        SELECT w.paged, (w.l).* FROM resonate.listed_now() w
    ), today AS (
        SELECT CASE WHEN day > resonate.today() THEN day ELSE '-infinity' END AS day, list, n
        FROM (SELECT list, day, 1 AS n FROM due UNION ALL
              SELECT list, day, -n FROM resonate.list_count) c
    )
    SELECT 'number of a list', format('%s %s', list, day),
           (SELECT count(*) FROM due d WHERE d.list = t.list),
           (SELECT count(*) FROM due d WHERE d.list = t.list) - sum(n)::bigint
    FROM today t GROUP BY list, day HAVING sum(n) <> 0
  UNION ALL
    SELECT 'row of a list', concat(list, ' ', id), count(*) FILTER (WHERE due), count(*) FILTER (WHERE NOT due)
    FROM (SELECT true AS due, list, created_at, id, day, hash FROM due WHERE paged
          UNION ALL SELECT false, list, created_at, id, day, hash FROM resonate.listed) l
    GROUP BY list, created_at, id, day, hash HAVING count(*) <> 2
  UNION ALL
    SELECT 'track of the chart', id::text, count(*) FILTER (WHERE due), count(*) FILTER (WHERE NOT due)
    FROM (SELECT true AS due, id, released_on, created_at FROM resonate.track WHERE released_on IS NOT NULL
          UNION ALL SELECT false, track_id, released_on, created_at FROM resonate.chart) c
    GROUP BY id, released_on, created_at HAVING count(*) <> 2
  UNION ALL
    SELECT 'plays of a track', track_id::text, sum(due)::bigint, sum(n)::bigint
    FROM (SELECT track_id, 1 AS due, 0 AS n FROM resonate.play
          WHERE kind IN ('paid', 'owned', 'free')
          UNION ALL SELECT track_id, 0, total FROM resonate.track_plays
          UNION ALL SELECT track_id, 0, plays FROM resonate.play_fresh) p
    GROUP BY track_id HAVING sum(due) <> sum(n)
  UNION ALL
    SELECT 'plays of 30 days', track_id::text, sum(due)::bigint, sum(n)::bigint
    FROM (SELECT track_id, plays AS due, 0 AS n FROM resonate.play_day
          UNION ALL SELECT track_id, 0, recent FROM resonate.track_plays) p
    GROUP BY track_id HAVING sum(due) <> sum(n)
$$;

COMMENT ON FUNCTION resonate.lists_check() IS 'What is kept for lists held against what it is kept of: one row for each fault, none when all is well.';


-- one page

CREATE OR REPLACE FUNCTION resonate.depth() RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 10000;

COMMENT ON FUNCTION resonate.depth() IS 'A page begins behind fewer items than these: what is before it has to be passed.';

CREATE OR REPLACE FUNCTION resonate.too_deep(page_size bigint) RETURNS resonate.reply
LANGUAGE sql STABLE
RETURN resonate.refuse('query', 'page', 'maximum',
                       format('should be <= %s', (resonate.depth() + page_size - 1) / page_size));

COMMENT ON FUNCTION resonate.too_deep(bigint) IS 'The 400 for a page that begins behind more than resonate.depth() items.';

CREATE OR REPLACE FUNCTION resonate.list_name(kind text, type text, featured boolean) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN concat_ws(' ', kind, type, CASE WHEN featured THEN 'featured'
                                       WHEN NOT featured THEN 'other' END);

COMMENT ON FUNCTION resonate.list_name(text, text, boolean) IS 'A list of resonate.in_lists(); null: of any type, featured or not.';

CREATE OR REPLACE FUNCTION resonate.list_page(list text, "order" text, total bigint,
    page_size integer, skip bigint) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
    _list ALIAS FOR $1;
    _size ALIAS FOR $4;
    _skip ALIAS FOR $5;
    _today CONSTANT date := resonate.today();
BEGIN
    CASE $2
    WHEN 'newest' THEN
        RETURN ARRAY(SELECT l.id FROM resonate.listed l WHERE l.list = _list AND l.day <= _today
                     ORDER BY l.created_at DESC, l.id DESC LIMIT _size OFFSET _skip);
    WHEN 'oldest' THEN
        RETURN ARRAY(SELECT l.id FROM resonate.listed l WHERE l.list = _list AND l.day <= _today
                     ORDER BY l.created_at, l.id LIMIT _size OFFSET _skip);
    WHEN 'random' THEN
        RETURN resonate.list_shuffled(_list, $3, _size, _skip, resonate.shuffle());
    END CASE;
END
$$;

COMMENT ON FUNCTION resonate.list_page(text, text, bigint, integer, bigint) IS 'A page of what is in a list of so many. order: newest, oldest, random.';

-- A random order of two hundred thousand is not sorted for a page.  What is in a
-- list has a fixed random number, by which it falls into one of many buckets of
-- some two hundred each.  A seed orders the buckets, and what is in each of them:
-- so a page is the end of one bucket, some whole ones and the beginning of another.

CREATE OR REPLACE FUNCTION resonate.mixed(x bigint, factor bigint, term bigint, mask bigint,
    half integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (x * factor + term & mask) # ((x * factor + term & mask) >> half);

COMMENT ON FUNCTION resonate.mixed(bigint, bigint, bigint, bigint, integer) IS 'A permutation of 0 to mask, one less than a power of two: an odd factor, a term and a shift of at least 1 that is taken in are each one to one.';

CREATE OR REPLACE FUNCTION resonate.list_shuffled(list text, total bigint, page_size integer,
    skip bigint, seed bigint) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _list ALIAS FOR $1;
    _size ALIAS FOR $3;
    _skip ALIAS FOR $4;
    _seed ALIAS FOR $5;
    _today CONSTANT date := resonate.today();
    _bits CONSTANT integer := ceil(log(2, greatest($2 / 256.0, 1)));
    _last CONSTANT bigint := (1 << _bits) - 1;
    _half CONSTANT integer := (_bits + 2) / 2;
    _width CONSTANT bigint := 4294967296 >> _bits;
    _f1 CONSTANT bigint := hashint8extended(_seed, 1) & _last | 1;
    _t1 CONSTANT bigint := hashint8extended(_seed, 2) & _last;
    _f2 CONSTANT bigint := hashint8extended(_seed, 3) & _last | 1;
    _t2 CONSTANT bigint := hashint8extended(_seed, 4) & _last;
    _place bigint := 0;
    _before bigint := 0;
BEGIN
    -- Both statements are nested loops over the places in their order, and end
    -- with the place where they have enough: what sorts would go to the last.

    IF _skip > 0 THEN
        SELECT s.place, s.upto - s.n INTO _place, _before
        FROM (SELECT b.place, c.n, sum(c.n) OVER (ROWS UNBOUNDED PRECEDING) AS upto
              FROM (SELECT p.place,
                           resonate.mixed(resonate.mixed(p.place, _f1, _t1, _last, _half),
                                          _f2, _t2, _last, _half) * _width - 2147483648 AS hash
                    FROM (SELECT generate_series(0, _last) AS place) p) b
              CROSS JOIN LATERAL (
                  SELECT count(*) AS n FROM resonate.listed l
                  WHERE l.list = _list AND l.day <= _today
                    AND l.hash BETWEEN b.hash::integer AND (b.hash + _width - 1)::integer) c) s
        WHERE s.upto > _skip
        LIMIT 1;

        IF NOT FOUND THEN
            RETURN '{}';
        END IF;
    END IF;

    RETURN ARRAY(
        SELECT t.id
        FROM (SELECT resonate.mixed(resonate.mixed(p.place, _f1, _t1, _last, _half),
                                    _f2, _t2, _last, _half) * _width - 2147483648 AS hash
              FROM (SELECT generate_series(_place, _last) AS place) p) b
        CROSS JOIN LATERAL (
            SELECT l.id FROM resonate.listed l
            WHERE l.list = _list AND l.day <= _today
              AND l.hash BETWEEN b.hash::integer AND (b.hash + _width - 1)::integer
            ORDER BY uuid_hash_extended(l.id, _seed), l.id) t
        LIMIT _size OFFSET _skip - _before);
END
$$;

COMMENT ON FUNCTION resonate.list_shuffled(text, bigint, integer, bigint, bigint) IS 'A page of a list in the random order that the seed makes.';
