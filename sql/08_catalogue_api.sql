-- API version 3: the catalogue.
--
-- "#variable_conflict use_column" with ALIAS: arguments keep the names of the
-- API, columns keep theirs, and neither hides the other.

CREATE OR REPLACE FUNCTION v3.tracks("limit" integer DEFAULT 50, page integer DEFAULT 1,
    "order" text DEFAULT 'newest', caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _size CONSTANT integer := least(greatest($1, 1), 100);
    _skip CONSTANT bigint := (greatest($2, 1) - 1) * _size::bigint;
    _order ALIAS FOR $3;
    _caller ALIAS FOR $4;
    _today CONSTANT date := resonate.today();
    total bigint;
    ids uuid[];
BEGIN
    IF _skip >= resonate.depth() THEN
        RETURN resonate.too_deep(_size);
    END IF;

    total := resonate.list_total('{tracks}');

    CASE _order
    WHEN 'latest' THEN
        ids := ARRAY(SELECT t.id FROM resonate.track t WHERE t.released_on <= _today
                     ORDER BY t.released_on DESC, t.created_at DESC, t.id DESC
                     LIMIT _size OFFSET _skip);
    WHEN 'plays' THEN
        ids := ARRAY(SELECT c.track_id FROM resonate.chart c WHERE c.released_on <= _today
                     ORDER BY c.plays DESC, c.created_at DESC, c.track_id DESC
                     LIMIT _size OFFSET _skip);
    ELSE
        ids := resonate.list_page('tracks', _order, total, _size, _skip);
    END CASE;

    RETURN resonate.list_tracks(ids, total, _size, _caller,
        concat_ws(' ', 'list:tracks',
                  CASE WHEN _order IN ('random', 'plays') THEN resonate.until_minute() END));
END
$$;

COMMENT ON FUNCTION v3.tracks(integer, integer, text, uuid) IS 'GET /tracks. order: newest, oldest (by entry), latest (by release), plays (of the last 30 days), random.';

CREATE OR REPLACE FUNCTION v3.track(id uuid, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    k record;
BEGIN
    SELECT c.visible, c.body, c.tags, c.detail INTO k
    FROM resonate.track_cards(ARRAY[$1], $2) c;

    IF k.visible IS NOT TRUE THEN
        -- no price makes it so, and whoever finds it hidden touches these
        RETURN resonate.answer(404, 'No such track.', resonate.tags(
            coalesce(split_part(k.tags, ' prices', 1), 'track:' || $1)));
    END IF;

    RETURN resonate.answer(200, '{"data":' || left(k.body, -1) || ',' || k.detail || '}}',
                           string_to_array(k.tags, ' '));
END
$$;

COMMENT ON FUNCTION v3.track(uuid, uuid) IS 'GET /tracks/{id}. An owner sees own hidden ones.';

CREATE OR REPLACE FUNCTION v3.trackgroups("limit" integer DEFAULT 90, page integer DEFAULT 1,
    "order" text DEFAULT 'newest', type text DEFAULT NULL, featured boolean DEFAULT NULL,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    _size CONSTANT integer := least(greatest($1, 1), 100);
    _skip CONSTANT bigint := (greatest($2, 1) - 1) * _size::bigint;
    _order ALIAS FOR $3;
    _list CONSTANT text := resonate.list_name('releases', $4, $5);
    total bigint;
    ids uuid[];
BEGIN
    IF _skip >= resonate.depth() THEN
        RETURN resonate.too_deep(_size);
    END IF;

    total := resonate.list_total(ARRAY[_list]);
    ids := resonate.list_page(_list, _order, total, _size, _skip);

    RETURN resonate.list_releases(ids, total, _size,
        concat_ws(' ', 'list:releases',
                  CASE WHEN _order = 'random' THEN resonate.until_minute() END));
END
$$;

COMMENT ON FUNCTION v3.trackgroups(integer, integer, text, text, boolean, uuid) IS 'GET /trackgroups. order: newest, oldest, random.';

CREATE OR REPLACE FUNCTION v3.trackgroup(id uuid, caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    k record;
    i record;
BEGIN
    SELECT c.visible, c.body, c.tags, c.detail INTO k
    FROM resonate.release_cards(ARRAY[$1], $2) c;

    IF k.visible IS NOT TRUE THEN
        RETURN resonate.answer(404, 'No such release.',
                               resonate.tags(coalesce(k.tags, 'trackgroup:' || $1)));
    END IF;

    SELECT o.body, o.tags INTO i FROM resonate.items(ARRAY[$1], $2, true) o;

    RETURN resonate.answer(200, format('{"data":%s,%s,"items":[%s]}}', left(k.body, -1),
                                       k.detail, i.body),
                           resonate.tags(concat_ws(' ', k.tags, i.tags)));
END
$$;

COMMENT ON FUNCTION v3.trackgroup(uuid, uuid) IS 'GET /trackgroups/{id}, with its tracks in order of index.';

CREATE OR REPLACE FUNCTION resonate.creators(types smallint[], page_size integer, page integer,
    "order" text, order_by text, label uuid, featured boolean) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
    _types ALIAS FOR $1;
    _size CONSTANT integer := least(greatest($2, 1), 100);
    _skip CONSTANT bigint := (greatest($3, 1) - 1) * _size::bigint;
    _label ALIAS FOR $6;
    _featured ALIAS FOR $7;
    _today CONSTANT date := resonate.today();
    total bigint;
    ids uuid[];
BEGIN
    IF _skip >= resonate.depth() THEN
        RETURN resonate.too_deep(_size);
    END IF;

    -- each from an index that begins with its order
    IF _label IS NOT NULL THEN
        ids := ARRAY(SELECT c.id FROM resonate.creator c
                     WHERE c.label_id = _label AND c.released_on <= _today
                       AND c.type_id = ANY (_types)
                     ORDER BY c.sort_name, c.id);
        total := cardinality(ids);

        IF $4 = 'desc' THEN
            ids := ARRAY(SELECT u.id FROM unnest(ids) WITH ORDINALITY u (id, ord)
                         ORDER BY u.ord DESC);
        END IF;

        ids := ids[_skip + 1 : _skip + _size];
    ELSE
        total := resonate.list_total(
            ARRAY(SELECT resonate.list_name('creators', t.id::text, _featured)
                  FROM unnest(_types) t (id)));

        CASE concat_ws(' ', CASE WHEN _featured THEN 'featured' END, $5, $4)
        WHEN 'featured name asc' THEN
            ids := ARRAY(SELECT c.id FROM resonate.creator c
                         WHERE c.featured AND c.released_on <= _today AND c.type_id = ANY (_types)
                         ORDER BY c.sort_name, c.id LIMIT _size OFFSET _skip);
        WHEN 'name asc' THEN
            ids := ARRAY(SELECT c.id FROM resonate.creator c
                         WHERE c.released_on <= _today AND c.type_id = ANY (_types)
                         ORDER BY c.sort_name, c.id LIMIT _size OFFSET _skip);
        WHEN 'name desc' THEN
            ids := ARRAY(SELECT c.id FROM resonate.creator c
                         WHERE c.released_on <= _today AND c.type_id = ANY (_types)
                         ORDER BY c.sort_name DESC, c.id DESC LIMIT _size OFFSET _skip);
        WHEN 'id asc' THEN
            ids := ARRAY(SELECT c.id FROM resonate.creator c
                         WHERE c.released_on <= _today AND c.type_id = ANY (_types)
                         ORDER BY c.id LIMIT _size OFFSET _skip);
        WHEN 'id desc' THEN
            ids := ARRAY(SELECT c.id FROM resonate.creator c
                         WHERE c.released_on <= _today AND c.type_id = ANY (_types)
                         ORDER BY c.id DESC LIMIT _size OFFSET _skip);
        WHEN 'updated desc' THEN
            ids := ARRAY(SELECT c.id FROM resonate.creator c
                         WHERE c.released_on <= _today AND c.type_id = ANY (_types)
                         ORDER BY c.updated_at DESC, c.id DESC LIMIT _size OFFSET _skip);
        END CASE;
    END IF;

    RETURN resonate.list_creators(ids, total, _size,
        CASE WHEN _label IS NOT NULL THEN 'artist:' || _label
             WHEN $5 = 'updated' THEN 'list:artists list:updated'
             ELSE 'list:artists' END);
END
$$;

COMMENT ON FUNCTION resonate.creators(smallint[], integer, integer, text, text, uuid, boolean) IS 'Creators of these types that have a released release; label and featured narrow when not null.';

CREATE OR REPLACE FUNCTION v3.artists("limit" integer DEFAULT 20, page integer DEFAULT 1,
    "order" text DEFAULT 'asc', order_by text DEFAULT 'name', caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN resonate.creators('{1,2}', $1, $2, $3, $4, NULL, NULL);
END
$$;

COMMENT ON FUNCTION v3.artists(integer, integer, text, text, uuid) IS 'GET /artists: artists and bands with a released release. order: asc, desc; order_by: name, id.';

CREATE OR REPLACE FUNCTION v3.artists_featured("limit" integer DEFAULT 20,
    page integer DEFAULT 1, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN resonate.creators('{1,2}', $1, $2, 'asc', 'name', NULL, true);
END
$$;

COMMENT ON FUNCTION v3.artists_featured(integer, integer, uuid) IS 'GET /artists/featured.';

CREATE OR REPLACE FUNCTION v3.artists_updated("limit" integer DEFAULT 20,
    page integer DEFAULT 1, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN resonate.creators('{1,2}', $1, $2, 'desc', 'updated', NULL, NULL);
END
$$;

COMMENT ON FUNCTION v3.artists_updated(integer, integer, uuid) IS 'GET /artists/updated: the most recently changed first.';

CREATE OR REPLACE FUNCTION v3.labels("limit" integer DEFAULT 20, page integer DEFAULT 1,
    "order" text DEFAULT 'asc', caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN resonate.creators('{3}', $1, $2, $3, 'name', NULL, NULL);
END
$$;

COMMENT ON FUNCTION v3.labels(integer, integer, text, uuid) IS 'GET /labels.';

CREATE OR REPLACE FUNCTION resonate.creator_shown(id uuid, caller uuid, types smallint[])
RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    _caller ALIAS FOR $2;
    _today CONSTANT date := resonate.today();
    c record;
BEGIN
    SELECT o.id, o.type_id, o.owner_id, o.released_on INTO c
    FROM resonate.creator o WHERE o.id = $1;

    IF c.id IS NULL OR c.type_id <> ALL ($3) THEN
        RETURN false;
    END IF;

    IF c.released_on <= _today OR c.owner_id = _caller THEN
        RETURN true;
    END IF;

    RETURN EXISTS (SELECT FROM resonate.track t
                   WHERE t.creator_id = c.id AND t.released_on <= _today)
        OR EXISTS (SELECT FROM resonate.track_artist g JOIN resonate.track t ON t.id = g.track_id
                   WHERE g.creator_id = c.id AND t.released_on <= _today)
        OR EXISTS (SELECT FROM resonate.creator m JOIN resonate.track t ON t.creator_id = m.id
                   WHERE m.label_id = c.id AND t.released_on <= _today);
END
$$;

COMMENT ON FUNCTION resonate.creator_shown(uuid, uuid, smallint[]) IS 'Whether it is of these types and this caller may see it: it has a released release or, as those on a compilation or on a track of others, a released track; so has a label one of whose artists has. Its owner always may.';

CREATE OR REPLACE FUNCTION resonate.no_creator(id uuid, kind text) RETURNS resonate.reply
LANGUAGE sql STABLE
RETURN resonate.answer(404, format('No such %s.', kind),
                       resonate.list_tags('artist:' || id, NULL));

COMMENT ON FUNCTION resonate.no_creator(uuid, text) IS 'A 404 for an artist, band or label of whom nothing is released yet. kind: what it calls them.';

CREATE OR REPLACE FUNCTION resonate.creator_detail(id uuid, caller uuid, types smallint[],
    kind text) RETURNS resonate.reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
    k record;
BEGIN
    IF NOT resonate.creator_shown($1, $2, $3) THEN
        RETURN resonate.no_creator($1, $4);
    END IF;

    SELECT c.body, c.tags INTO k FROM resonate.creator_cards(ARRAY[$1]) c;

    RETURN resonate.answer(200, '{"data":' || k.body || '}', string_to_array(k.tags, ' '));
END
$$;

COMMENT ON FUNCTION resonate.creator_detail(uuid, uuid, smallint[], text) IS 'One artist, band or label. kind: what a 404 calls it.';

CREATE OR REPLACE FUNCTION resonate.creator_releases(creators uuid[], page_size integer,
    page integer, "order" text, caller uuid, tags text) RETURNS resonate.reply
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    _creators ALIAS FOR $1;
    _size CONSTANT integer := least(greatest($2, 1), 100);
    _skip CONSTANT bigint := (greatest($3, 1) - 1) * _size::bigint;
    _order ALIAS FOR $4;
    _today CONSTANT date := resonate.today();
    _seed CONSTANT bigint := resonate.shuffle();
    total bigint;
    ids uuid[];
BEGIN
    IF _skip >= resonate.depth() THEN
        RETURN resonate.too_deep(_size);
    END IF;

    ids := ARRAY(SELECT r.id FROM resonate.release r
                 WHERE r.creator_id = ANY (_creators) AND r.released_on <= _today
                 ORDER BY CASE WHEN _order = 'random' THEN uuid_hash_extended(r.id, _seed) END,
                          CASE WHEN _order = 'oldest' THEN r.released_on END,
                          CASE WHEN _order = 'newest' THEN r.released_on END DESC,
                          CASE WHEN _order = 'newest' THEN r.id END DESC,
                          r.id);
    total := cardinality(ids);
    ids := ids[_skip + 1 : _skip + _size];

    RETURN resonate.list_with_items(ids, total, _size, $5,
        concat_ws(' ', $6, CASE WHEN _order = 'random' THEN resonate.until_minute() END));
END
$$;

COMMENT ON FUNCTION resonate.creator_releases(uuid[], integer, integer, text, uuid, text) IS 'Released releases of these creators with their items. order: newest, oldest (by date of release), random.';

CREATE OR REPLACE FUNCTION v3.label(id uuid, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN resonate.creator_detail($1, $2, '{3}', 'label');
END
$$;

COMMENT ON FUNCTION v3.label(uuid, uuid) IS 'GET /labels/{id}; an artist or a band is no label.';

CREATE OR REPLACE FUNCTION v3.label_artists(id uuid, "limit" integer DEFAULT 20,
    page integer DEFAULT 1, "order" text DEFAULT 'asc', caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF NOT resonate.creator_shown($1, $5, '{3}') THEN
        RETURN resonate.no_creator($1, 'label');
    END IF;

    RETURN resonate.creators('{1,2}', $2, $3, $4, 'name', $1, NULL);
END
$$;

COMMENT ON FUNCTION v3.label_artists(uuid, integer, integer, text, uuid) IS 'GET /labels/{id}/artists.';

CREATE OR REPLACE FUNCTION v3.label_releases(id uuid, "limit" integer DEFAULT 90,
    page integer DEFAULT 1, "order" text DEFAULT 'newest', caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $1;
BEGIN
    IF NOT resonate.creator_shown(_id, $5, '{3}') THEN
        RETURN resonate.no_creator(_id, 'label');
    END IF;

    RETURN resonate.creator_releases(
        _id || ARRAY(SELECT c.id FROM resonate.creator c WHERE c.label_id = _id), $2, $3, $4, $5,
        'artist:' || _id);
END
$$;

COMMENT ON FUNCTION v3.label_releases(uuid, integer, integer, text, uuid) IS 'GET /labels/{id}/releases: its own and those of all its artists. order: newest, oldest (by date of release), random.';

CREATE OR REPLACE FUNCTION v3.artist(id uuid, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN resonate.creator_detail($1, $2, '{1,2,3}', 'artist');
END
$$;

COMMENT ON FUNCTION v3.artist(uuid, uuid) IS 'GET /artists/{id}: an artist or a band, and a label too, which the creator of a track may be.';

CREATE OR REPLACE FUNCTION v3.artist_releases(id uuid, "limit" integer DEFAULT 90,
    page integer DEFAULT 1, "order" text DEFAULT 'newest', caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF NOT resonate.creator_shown($1, $5, '{1,2,3}') THEN
        RETURN resonate.no_creator($1, 'artist');
    END IF;

    RETURN resonate.creator_releases(ARRAY[$1], $2, $3, $4, $5, 'artist:' || $1);
END
$$;

COMMENT ON FUNCTION v3.artist_releases(uuid, integer, integer, text, uuid) IS 'GET /artists/{id}/releases. order: newest, oldest (by date of release), random.';

CREATE OR REPLACE FUNCTION v3.artist_tracks(id uuid, "limit" integer DEFAULT 50,
    page integer DEFAULT 1, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $1;
    _size CONSTANT integer := least(greatest($2, 1), 100);
    _skip CONSTANT bigint := (greatest($3, 1) - 1) * _size::bigint;
    _today CONSTANT date := resonate.today();
    total bigint;
    ids uuid[];
BEGIN
    IF NOT resonate.creator_shown(_id, $4, '{1,2,3}') THEN
        RETURN resonate.no_creator(_id, 'artist');
    END IF;

    IF _skip >= resonate.depth() THEN
        RETURN resonate.too_deep(_size);
    END IF;

    SELECT count(*) INTO total FROM resonate.tracks_of(_id) t WHERE t.released_on <= _today;

    -- the artist's own ones in the order of their index, no more than are needed
    ids := ARRAY(SELECT a.id
                 FROM ((SELECT t.id, t.created_at FROM resonate.track t
                        WHERE t.creator_id = _id AND t.released_on <= _today
                        ORDER BY t.created_at DESC, t.id DESC LIMIT _size + _skip)
                       UNION ALL
                       SELECT t.id, t.created_at
                       FROM resonate.track_artist g JOIN resonate.track t ON t.id = g.track_id
                       WHERE g.creator_id = _id AND t.creator_id <> _id
                         AND t.released_on <= _today) a
                 ORDER BY a.created_at DESC, a.id DESC LIMIT _size OFFSET _skip);

    RETURN resonate.list_tracks(ids, total, _size, $4, 'artist:' || _id);
END
$$;

COMMENT ON FUNCTION v3.artist_tracks(uuid, integer, integer, uuid) IS 'GET /artists/{id}/tracks, newest first: those that name the artist among others, too.';

CREATE OR REPLACE FUNCTION v3.artist_tracks_top(id uuid, "limit" integer DEFAULT 3,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $1;
    _size CONSTANT integer := least(greatest($2, 1), 10);
    _today CONSTANT date := resonate.today();
    ids uuid[];
BEGIN
    IF NOT resonate.creator_shown(_id, $3, '{1,2,3}') THEN
        RETURN resonate.no_creator(_id, 'artist');
    END IF;

    ids := ARRAY(SELECT t.id
                 FROM resonate.tracks_of(_id) t
                 LEFT JOIN resonate.track_plays p ON p.track_id = t.id
                 WHERE t.released_on <= _today
                 ORDER BY coalesce(p.total, 0) DESC, t.created_at DESC, t.id DESC
                 LIMIT _size);

    RETURN resonate.list_tracks(ids, cardinality(ids), _size, $3,
                                concat_ws(' ', 'artist:' || _id, resonate.until_minute()));
END
$$;

COMMENT ON FUNCTION v3.artist_tracks_top(uuid, integer, uuid) IS 'GET /artists/{id}/tracks/top: the most often played ones, by counted plays.';
