-- API version 3: what a person has heard, owns, likes and has released.
--
-- A list is read once, as an array of the ids of all that the caller may see:
-- count and page are then of one look.  It is read by nested loops, which cost
-- what the person's rows are, while a hash or merge join may well read all of
-- the catalogue for one.  A person has at most 10000 favourites.

CREATE OR REPLACE FUNCTION resonate.page_tracks(ids uuid[], page_size integer, page integer,
    caller uuid) RETURNS resonate.reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
    size CONSTANT integer := least(greatest($2, 1), 100);
    skip CONSTANT bigint := (greatest($3, 1) - 1) * size::bigint;
BEGIN
    IF skip >= resonate.depth() THEN
        RETURN resonate.too_deep(size);
    END IF;

    RETURN resonate.list_tracks($1[skip + 1 : skip + size], cardinality($1), size, $4,
                                concat_ws(' ', 'person:' || $4, 'list:tracks'));
END
$$;

COMMENT ON FUNCTION resonate.page_tracks(uuid[], integer, integer, uuid) IS 'One page of all these tracks, which are the caller''s.';

CREATE OR REPLACE FUNCTION v3.collection("limit" integer DEFAULT 50, page integer DEFAULT 1,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    own CONSTANT uuid[] := resonate.own($3);
BEGIN
    RETURN resonate.page_tracks(
        ARRAY(SELECT t.id
              FROM resonate.holding h
              JOIN resonate.track t ON t.id = h.track_id
              WHERE h.person_id = $3 AND h.owned_at IS NOT NULL
                AND resonate.visible(t.released_on, t.status, t.creator_id, own)
              ORDER BY h.owned_at DESC, t.id DESC), $1, $2, $3);
END
$$;

COMMENT ON FUNCTION v3.collection(integer, integer, uuid) IS 'GET /user/collection: tracks the caller owns, the latest first.';

-- Each track once, by its last play: who plays one song all day still finds
-- what was before it on the first page.  It is in resonate.holding, so that no
-- month of resonate.play is opened.

CREATE OR REPLACE FUNCTION v3.history("limit" integer DEFAULT 50, page integer DEFAULT 1,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    own CONSTANT uuid[] := resonate.own($3);
BEGIN
    RETURN resonate.page_tracks(
        ARRAY(SELECT t.id
              FROM resonate.holding h
              JOIN resonate.track t ON t.id = h.track_id
              WHERE h.person_id = $3 AND h.last_played_at IS NOT NULL
                AND resonate.visible(t.released_on, t.status, t.creator_id, own)
              ORDER BY h.last_played_at DESC, t.id DESC), $1, $2, $3);
END
$$;

COMMENT ON FUNCTION v3.history(integer, integer, uuid) IS 'GET /user/plays/history: each track once, the last played first.';

CREATE OR REPLACE FUNCTION v3.history_artists("limit" integer DEFAULT 3,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    own CONSTANT uuid[] := resonate.own($2);
    items text;
    tags text;
BEGIN
    SELECT string_agg(format('{"id":"%1$s","creatorId":"%1$s","displayName":%2$s,'
                             '"uid":"%1$s","meta_value":%2$s,"count":%3$s}', p.id,
                             to_json(p.display_name), p.count),
                      ',' ORDER BY p.last DESC, p.id DESC),
           string_agg('artist:' || p.id, ' ')
    INTO items, tags
    FROM (SELECT a.id, a.display_name, sum(h.count) AS count, max(h.last_played_at) AS last
          FROM resonate.holding h
          JOIN resonate.track t ON t.id = h.track_id
          JOIN resonate.creator a ON a.id = t.creator_id
          WHERE h.person_id = $2 AND h.last_played_at IS NOT NULL
            AND resonate.visible(t.released_on, t.status, t.creator_id, own)
          GROUP BY a.id
          ORDER BY last DESC, a.id DESC
          LIMIT least(greatest($1, 1), 50)) p;

    RETURN resonate.answer(200, format('{"data":[%s]}', items),
                           resonate.list_tags(concat_ws(' ', 'person:' || $2, 'list:tracks'),
                                              tags));
END
$$;

COMMENT ON FUNCTION v3.history_artists(integer, uuid) IS 'GET /user/plays/history/artists: the last played first; count: counted plays of all their tracks.';

CREATE OR REPLACE FUNCTION v3.play_stats("from" date DEFAULT NULL, "to" date DEFAULT NULL,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    last CONSTANT date := coalesce($2, resonate.today());
    first CONSTANT date := coalesce($1, last - 29);
    items text;
BEGIN
    IF first > last THEN
        RETURN resonate.refuse('query', 'from', 'maximum', 'should not be after to');
    END IF;

    IF last - first > 365 THEN
        RETURN resonate.refuse('query', 'from', 'minimum',
                               'should be 365 days before to at most');
    END IF;

    SELECT string_agg(format('{"date":"%s","count":%s}', d.day, d.count), ',' ORDER BY d.day)
    INTO items
    FROM (SELECT (y.played_at AT TIME ZONE 'UTC')::date AS day, count(*)
          FROM resonate.play y
          WHERE y.person_id = $3 AND y.kind <> 'preview'
            AND y.played_at >= first::timestamp AT TIME ZONE 'UTC'
            AND y.played_at < (last + 1)::timestamp AT TIME ZONE 'UTC'
          GROUP BY 1) d;

    RETURN resonate.answer(200, format('{"data":[%s]}', items),
        resonate.tags(concat_ws(' ', 'person:' || $3, resonate.until(resonate.today() + 1))));
END
$$;

COMMENT ON FUNCTION v3.play_stats(date, date, uuid) IS 'GET /user/plays/stats: plays of each day (UTC) that has any, first and last included, the last 30 days by default. Free, owned and own tracks count; previews do not.';

CREATE OR REPLACE FUNCTION v3.plays_resolve(ids uuid[] DEFAULT NULL, caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    own CONSTANT uuid[] := resonate.own($2);
    items text;
BEGIN
    SELECT string_agg(format('{"trackId":"%s","count":%s}', w.id, coalesce(h.count, 0)),
                      ',' ORDER BY w.ord)
    INTO items
    FROM (SELECT u.id, min(u.ord) AS ord
          FROM unnest($1) WITH ORDINALITY u (id, ord) GROUP BY u.id) w
    JOIN resonate.track t ON t.id = w.id
    LEFT JOIN resonate.holding h ON h.person_id = $2 AND h.track_id = w.id
    WHERE resonate.visible(t.released_on, t.status, t.creator_id, own);

    RETURN resonate.answer(200, format('{"data":[%s]}', items),
                           resonate.list_tags(concat_ws(' ', 'person:' || $2, 'list:tracks'),
                                              NULL));
END
$$;

COMMENT ON FUNCTION v3.plays_resolve(uuid[], uuid) IS 'GET, POST /user/plays/resolve: counted plays of these tracks, in their order; ids that the caller may not see are left out.';

CREATE OR REPLACE FUNCTION v3.favorites("limit" integer DEFAULT 50, page integer DEFAULT 1,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    own CONSTANT uuid[] := resonate.own($3);
BEGIN
    RETURN resonate.page_tracks(
        ARRAY(SELECT t.id
              FROM resonate.favorite f
              JOIN resonate.track t ON t.id = f.track_id
              WHERE f.person_id = $3
                AND resonate.visible(t.released_on, t.status, t.creator_id, own)
              ORDER BY f.created_at DESC, t.id DESC), $1, $2, $3);
END
$$;

COMMENT ON FUNCTION v3.favorites(integer, integer, uuid) IS 'GET /user/favorites: the latest first.';

CREATE OR REPLACE FUNCTION v3.favorites_resolve(ids uuid[] DEFAULT NULL,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    own CONSTANT uuid[] := resonate.own($2);
    items text;
BEGIN
    SELECT string_agg(format('{"trackId":"%s"}', w.id), ',' ORDER BY w.ord) INTO items
    FROM (SELECT u.id, min(u.ord) AS ord
          FROM unnest($1) WITH ORDINALITY u (id, ord) GROUP BY u.id) w
    JOIN resonate.favorite f ON f.person_id = $2 AND f.track_id = w.id
    JOIN resonate.track t ON t.id = w.id
    WHERE resonate.visible(t.released_on, t.status, t.creator_id, own);

    RETURN resonate.answer(200, format('{"data":[%s]}', items),
                           resonate.list_tags(concat_ws(' ', 'person:' || $2, 'list:tracks'),
                                              NULL));
END
$$;

COMMENT ON FUNCTION v3.favorites_resolve(uuid[], uuid) IS 'GET, POST /user/favorites/resolve: which of these tracks are favourites, in their order.';

CREATE OR REPLACE FUNCTION v3.favorite(track_id uuid, caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _track_id ALIAS FOR $1;
    _caller ALIAS FOR $2;
    own CONSTANT uuid[] := resonate.own($2);
    liked boolean;
BEGIN
    -- Two toggles take turns, so that the second sees what the first left.

    PERFORM FROM resonate.person p WHERE p.id = _caller FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RETURN resonate.answer(401, 'Log in first.');
    END IF;

    DELETE FROM resonate.favorite f WHERE f.person_id = _caller AND f.track_id = _track_id;
    liked := NOT FOUND;

    IF liked THEN
        IF (SELECT count(*) FROM resonate.favorite f WHERE f.person_id = _caller) >= 10000 THEN
            RETURN resonate.answer(409, 'A person has at most 10000 favourites.');
        END IF;

        INSERT INTO resonate.favorite (person_id, track_id, created_at)
        SELECT _caller, t.id, clock_timestamp()
        FROM resonate.track t
        WHERE t.id = _track_id
          AND resonate.visible(t.released_on, t.status, t.creator_id, own);

        IF NOT FOUND THEN
            RETURN resonate.answer(404, 'No such track.');
        END IF;
    END IF;

    RETURN resonate.answer(200, format('{"data":{"trackId":"%s","userId":"%s","type":%s}}',
                                       _track_id, _caller, to_json(liked)));
END
$$;

COMMENT ON FUNCTION v3.favorite(uuid, uuid) IS 'POST /user/favorites: likes the track, or no longer; type says which. What is a favourite can be taken back when it is hidden.';

CREATE OR REPLACE FUNCTION v3.user_trackgroups(type text DEFAULT NULL,
    "limit" integer DEFAULT 90, page integer DEFAULT 1, caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _type ALIAS FOR $1;
    _size CONSTANT integer := least(greatest($2, 1), 100);
    _skip CONSTANT bigint := (greatest($3, 1) - 1) * _size::bigint;
    _caller ALIAS FOR $4;
    ids uuid[];
BEGIN
    IF _skip >= resonate.depth() THEN
        RETURN resonate.too_deep(_size);
    END IF;

    -- older players ask so for their playlists

    IF _type = 'playlist' THEN
        RETURN v3.user_playlists(_size, $3, _caller);
    END IF;

    ids := ARRAY(SELECT r.id
                 FROM resonate.creator c JOIN resonate.release r ON r.creator_id = c.id
                 WHERE c.owner_id = _caller AND r.deleted_at IS NULL
                   AND (_type IS NULL OR r.type = _type)
                 ORDER BY r.created_at DESC, r.id DESC);

    RETURN resonate.list_with_items(ids[_skip + 1 : _skip + _size], cardinality(ids), _size,
        _caller, concat_ws(' ', 'person:' || _caller,
                           'artist:' || array_to_string(resonate.own(_caller), ' artist:')));
END
$$;

COMMENT ON FUNCTION v3.user_trackgroups(text, integer, integer, uuid) IS 'GET /user/trackgroups: releases of the creators whom the caller acts for, unpublished ones too, newest first, with items; type playlist: the caller''s playlists.';
