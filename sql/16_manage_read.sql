-- What bin/resonate-catalogue looks up: names, lists, all of one thing, the
-- journal.  Members of JSON are named as "edit" names its fields.

CREATE OR REPLACE FUNCTION resonate.things()
RETURNS TABLE (kind text, id uuid, name text, detail text)
LANGUAGE sql STABLE AS $$
    SELECT CASE c.type_id WHEN 3 THEN 'label' ELSE 'artist' END, c.id, c.display_name, c.country
    FROM resonate.creator c
  UNION ALL
    SELECT 'release', r.id, r.title,
           concat_ws(', ', coalesce(r.display_artist,
                         (SELECT c.display_name FROM resonate.creator c WHERE c.id = r.creator_id)),
                     to_char(r.release_date, 'FMYYYY'),
                     CASE WHEN r.deleted_at IS NOT NULL THEN 'removed' END)
    FROM resonate.release r
  UNION ALL
    SELECT 'track', t.id, t.title,
           concat_ws(', ', coalesce(t.display_artist,
                         (SELECT c.display_name FROM resonate.creator c WHERE c.id = t.creator_id)),
                     (SELECT r.title FROM resonate.release r WHERE r.id = t.release_id),
                     CASE t.status WHEN 'deleted' THEN 'removed' WHEN 'hidden' THEN 'hidden' END)
    FROM resonate.track t
  UNION ALL
    SELECT 'playlist', p.id, p.title,
           (SELECT o.display_name FROM resonate.person o WHERE o.id = p.owner_id)
    FROM resonate.playlist p
$$;

COMMENT ON FUNCTION resonate.things() IS 'All that has an id in the catalogue. Inlined: a condition on the id is a look-up.';

CREATE OR REPLACE FUNCTION resonate.manage_find(term text, kinds text[])
RETURNS TABLE (kind text, id uuid, name text, detail text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    _kinds ALIAS FOR $2;
    _hex CONSTANT text := lower(replace($1, '-', ''));
    _words CONSTANT text := resonate.words($1);
    _name CONSTANT text := resonate.fold(resonate.line($1));
BEGIN
    IF _hex ~ '^[0-9a-f]{6,32}$' THEN
        RETURN QUERY SELECT t.* FROM resonate.things() t
                     WHERE t.kind = ANY (_kinds)
                       AND t.id BETWEEN rpad(_hex, 32, '0')::uuid AND rpad(_hex, 32, 'f')::uuid
                     ORDER BY t.id LIMIT 11;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;

    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT t.*, resonate.fold(t.name) = _name AS exact FROM resonate.things() t
        WHERE t.kind = ANY (_kinds)
          AND (resonate.fold(t.name) = _name
               OR _words <> '' AND strpos(resonate.words(t.name), _words) > 0)
    )
    SELECT f.kind, f.id, f.name, f.detail FROM found f
    WHERE f.exact OR NOT EXISTS (SELECT FROM found e WHERE e.exact)
    ORDER BY f.name COLLATE "C", f.id LIMIT 11;
END
$$;

COMMENT ON FUNCTION resonate.manage_find(text, text[]) IS 'What of these kinds (artist, label, release, track, playlist) a term may mean: an id or six digits that it begins with, else the name, else words of it. At most 11 rows: more than one is ambiguous.';

CREATE OR REPLACE FUNCTION resonate.state_of(released_on date, hidden boolean, removed boolean)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN removed THEN 'removed'
            WHEN hidden THEN 'hidden'
            WHEN released_on <= resonate.today() THEN 'public'
            WHEN released_on IS NOT NULL THEN 'future'
            ELSE 'unpublished' END;

COMMENT ON FUNCTION resonate.state_of(date, boolean, boolean) IS 'public; future: with its date; hidden, removed: by somebody; unpublished: nothing is published that it belongs to.';

CREATE OR REPLACE FUNCTION resonate.artist_rows()
RETURNS TABLE (kind text, id uuid, artist uuid, label uuid, sort text, state text,
    without_cover boolean, featured boolean, body json)
LANGUAGE sql STABLE AS $$
    SELECT CASE c.type_id WHEN 3 THEN 'label' ELSE 'artist' END, c.id, c.id, c.label_id, c.sort_name,
           resonate.state_of(c.released_on, false, false), c.avatar_id IS NULL, c.featured,
           json_build_object('id', c.id, 'display_name', c.display_name, 'type', y.name,
               'state', resonate.state_of(c.released_on, false, false),
               'label', l.display_name, 'country', c.country, 'featured', c.featured,
               'releases', (SELECT count(*) FROM resonate.release r
                            WHERE r.creator_id = c.id AND r.deleted_at IS NULL),
               'tracks', (SELECT count(*) FROM resonate.track t
                          WHERE t.creator_id = c.id AND t.status <> 'deleted'),
               'artists', (SELECT count(*) FROM resonate.creator m WHERE m.label_id = c.id))
    FROM resonate.creator c
    JOIN resonate.creator_type y ON y.id = c.type_id
    LEFT JOIN resonate.creator l ON l.id = c.label_id
$$;

COMMENT ON FUNCTION resonate.artist_rows() IS 'Artists, bands and labels for a list.';

CREATE OR REPLACE FUNCTION resonate.release_rows()
RETURNS TABLE (kind text, id uuid, artist uuid, label uuid, sort text, state text,
    without_cover boolean, featured boolean, body json)
LANGUAGE sql STABLE AS $$
    SELECT 'release', r.id, r.creator_id, c.label_id, c.sort_name || ' ' || resonate.fold(r.title),
           resonate.state_of(r.released_on, r.private OR NOT r.enabled, r.deleted_at IS NOT NULL),
           r.cover_id IS NULL, r.featured,
           json_build_object('id', r.id, 'title', r.title, 'artist',
               coalesce(r.display_artist, c.display_name), 'type', r.type,
               'release_date', r.release_date,
               'state', resonate.state_of(r.released_on, r.private OR NOT r.enabled,
                                          r.deleted_at IS NOT NULL),
               'featured', r.featured, 'cover', r.cover_id IS NOT NULL,
               'tracks', (SELECT count(*) FROM resonate.release_item i WHERE i.release_id = r.id))
    FROM resonate.release r
    JOIN resonate.creator c ON c.id = r.creator_id
$$;

COMMENT ON FUNCTION resonate.release_rows() IS 'Releases for a list.';

CREATE OR REPLACE FUNCTION resonate.track_rows()
RETURNS TABLE (kind text, id uuid, artist uuid, label uuid, sort text, state text,
    without_cover boolean, featured boolean, body json)
LANGUAGE sql STABLE AS $$
    SELECT 'track', t.id, t.creator_id, c.label_id,
           c.sort_name || ' ' || coalesce(resonate.fold(r.title), '') || ' ' || resonate.fold(t.title),
           resonate.state_of(t.released_on, t.status = 'hidden', t.status = 'deleted'),
           t.cover_id IS NULL AND r.cover_id IS NULL, false,
           json_build_object('id', t.id, 'title', t.title, 'artist',
               coalesce(t.display_artist, c.display_name), 'release', r.title, 'year', t.year,
               'status', t.status, 'duration_ms', m.duration_ms,
               'state', resonate.state_of(t.released_on, t.status = 'hidden',
                                          t.status = 'deleted'))
    FROM resonate.track t
    JOIN resonate.creator c ON c.id = t.creator_id
    LEFT JOIN resonate.release r ON r.id = t.release_id
    LEFT JOIN resonate.media_file m ON m.sha256 = t.media_sha256
$$;

COMMENT ON FUNCTION resonate.track_rows() IS 'Tracks for a list.';

CREATE OR REPLACE FUNCTION resonate.playlist_rows()
RETURNS TABLE (kind text, id uuid, artist uuid, label uuid, sort text, state text,
    without_cover boolean, featured boolean, body json)
LANGUAGE sql STABLE AS $$
    SELECT 'playlist', p.id, NULL::uuid, NULL::uuid, resonate.fold(p.title),
           CASE WHEN p.private THEN 'hidden' ELSE 'public' END, p.cover_id IS NULL, p.featured,
           json_build_object('id', p.id, 'title', p.title, 'owner', o.display_name,
               'state', CASE WHEN p.private THEN 'hidden' ELSE 'public' END,
               'featured', p.featured,
               'tracks', (SELECT count(*) FROM resonate.playlist_item i WHERE i.playlist_id = p.id))
    FROM resonate.playlist p
    JOIN resonate.person o ON o.id = p.owner_id
$$;

COMMENT ON FUNCTION resonate.playlist_rows() IS 'Playlists for a list.';

CREATE OR REPLACE FUNCTION resonate.manage_list(kind text, search text DEFAULT NULL,
    artist uuid DEFAULT NULL, label uuid DEFAULT NULL, flags text[] DEFAULT '{}',
    "limit" integer DEFAULT 50) RETURNS SETOF json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source CONSTANT text := CASE $1 WHEN 'label' THEN 'artist' ELSE $1 END;
    states CONSTANT text[] := ARRAY(
        SELECT s FROM unnest('{public,future,hidden,unpublished,removed}'::text[]) s
        WHERE s = ANY ($5) OR 'unpublished' = ANY ($5) AND s IN ('hidden', 'future')
           OR NOT $5 && '{future,hidden,unpublished,removed}' AND s <> 'removed');
BEGIN
    IF $1 IS NULL OR $1 <> ALL ('{artist,label,release,track,playlist}') THEN
        RAISE EXCEPTION 'no such kind: %', $1 USING ERRCODE = 'RM400';
    END IF;

    RETURN QUERY EXECUTE format(
        'SELECT r.body FROM resonate.%I() r WHERE r.kind = $1 AND r.state = ANY ($5)'
        ' AND ($2 IS NULL OR strpos(resonate.words(r.sort), $2) > 0)'
        ' AND ($3 IS NULL OR r.artist = $3) AND ($4 IS NULL OR r.label = $4)'
        ' AND ($6 IS NULL OR r.without_cover) AND ($7 IS NULL OR r.featured)'
        ' ORDER BY r.sort COLLATE "C", r.id LIMIT $8', source || '_rows')
    USING $1, resonate.words($2), $3, $4, states,
          nullif('without_cover' = ANY ($5), false), nullif('featured' = ANY ($5), false),
          least(greatest($6, 1), 10001);
END
$$;

COMMENT ON FUNCTION resonate.manage_list(text, text, uuid, uuid, text[], integer) IS 'Things of a kind (artist, label, release, track, playlist) as JSON, sorted by artist and title. search: words in them; flags: hidden, future, removed, unpublished (all that nobody sees but removed), without_cover, featured. Removed ones are listed by their flag only.';

CREATE OR REPLACE FUNCTION resonate.change_text(line resonate.change_row) RETURNS json
LANGUAGE sql STABLE AS $$
    WITH names AS (
        SELECT ARRAY(SELECT n FROM jsonb_object_keys(coalesce($1.after, $1.before)) n
                     WHERE $1.before IS NULL OR $1.after IS NULL
                        OR $1.before->n IS DISTINCT FROM $1.after->n) AS list
    )
    SELECT json_build_object('relation', $1.relation, 'key', $1.key,
               'name', resonate.journal_name($1.relation, coalesce($1.after, $1.before)),
               'before', CASE WHEN $1.before IS NOT NULL THEN resonate.pick($1.before, n.list) END,
               'after', CASE WHEN $1.after IS NOT NULL THEN resonate.pick($1.after, n.list) END)
    FROM names n
$$;

COMMENT ON FUNCTION resonate.change_text(resonate.change_row) IS 'A row of the journal as JSON: of a row that is there before and after, the columns that were changed.';

CREATE OR REPLACE FUNCTION resonate.manage_changed() RETURNS SETOF json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT resonate.change_text(r) FROM resonate.change_row r
    WHERE r.change_id = resonate.journaled()
    ORDER BY r.line
$$;

COMMENT ON FUNCTION resonate.manage_changed() IS 'The rows that the change of this transaction has written so far: {relation, key, name, before, after}; before is null for a new row, after for one that is gone.';

CREATE OR REPLACE FUNCTION resonate.change_head(change resonate.change) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object('change', $1.id, 'at', resonate.iso($1.at), 'who', $1.who,
               'role', $1.role, 'command', $1.command, 'kind', $1.kind, 'undoes', $1.undoes,
               'undone_by', (SELECT u.id FROM resonate.change u WHERE u.undoes = $1.id),
               'rows', (SELECT count(*) FROM resonate.change_row r WHERE r.change_id = $1.id))
$$;

COMMENT ON FUNCTION resonate.change_head(resonate.change) IS 'A change as JSON, without its rows.';

CREATE OR REPLACE FUNCTION resonate.manage_journal(change bigint DEFAULT NULL,
    "limit" integer DEFAULT 20) RETURNS SETOF json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT resonate.change_head(c) FROM resonate.change c
    WHERE $1 IS NULL OR c.id = $1
    ORDER BY c.id DESC LIMIT least(greatest($2, 1), 10001)
$$;

COMMENT ON FUNCTION resonate.manage_journal(bigint, integer) IS 'The last changes, the latest first, or one: {change, at, who, role, command, kind, undoes, undone_by, rows}.';

CREATE OR REPLACE FUNCTION resonate.manage_journal_rows(change bigint) RETURNS SETOF json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT resonate.change_text(r) FROM resonate.change_row r WHERE r.change_id = $1 ORDER BY r.line
$$;

COMMENT ON FUNCTION resonate.manage_journal_rows(bigint) IS 'The rows of a change, as resonate.manage_changed() has them.';

-- All of one thing.

CREATE OR REPLACE FUNCTION resonate.row_of(kind text, id uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    known jsonb;
BEGIN
    EXECUTE format('SELECT to_jsonb(t) FROM resonate.%I t WHERE t.id = $1', resonate.relation_of($1))
    INTO known USING $2;

    RETURN known;
END
$$;

COMMENT ON FUNCTION resonate.row_of(text, uuid) IS 'The row of a thing, null if there is none.';

CREATE OR REPLACE FUNCTION resonate.rows_json(name text, artist uuid, label uuid, ids uuid[])
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    known jsonb;
BEGIN
    EXECUTE format('SELECT coalesce(jsonb_agg(r.body ORDER BY r.sort, r.id), ''[]'')'
                   ' FROM resonate.%I() r WHERE ($1 IS NULL OR r.artist = $1)'
                   ' AND ($2 IS NULL OR r.label = $2) AND ($3 IS NULL OR r.id = ANY ($3))', $1)
    INTO known USING $2, $3, $4;

    RETURN known;
END
$$;

COMMENT ON FUNCTION resonate.rows_json(text, uuid, uuid, uuid[]) IS 'Rows as lists have them.';

CREATE OR REPLACE FUNCTION resonate.items_json(kind text, id uuid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(to_jsonb(i) - 'release_id' - 'playlist_id' || r.body::jsonb
                              ORDER BY i.index), '[]')
    FROM (SELECT o.track_id, o.index, o.disc, o.number FROM resonate.release_item o
          WHERE $1 = 'release' AND o.release_id = $2
          UNION ALL
          SELECT o.track_id, o.index, NULL, NULL FROM resonate.playlist_item o
          WHERE $1 = 'playlist' AND o.playlist_id = $2) i
    JOIN resonate.track_rows() r ON r.id = i.track_id
$$;

COMMENT ON FUNCTION resonate.items_json(text, uuid) IS 'The tracks of a release or a playlist in their order.';

CREATE OR REPLACE FUNCTION resonate.heard(tracks uuid[]) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'plays', (SELECT coalesce(sum(p.n), 0)
                  FROM (SELECT track_id, total AS n FROM resonate.track_plays
                        UNION ALL SELECT track_id, plays FROM resonate.play_fresh) p
                  WHERE p.track_id = ANY ($1)),
        'listeners', (SELECT count(DISTINCT h.person_id) FROM resonate.holding h
                      WHERE h.track_id = ANY ($1)),
        'owners', (SELECT count(DISTINCT h.person_id) FROM resonate.holding h
                   WHERE h.track_id = ANY ($1) AND h.owned_at IS NOT NULL))
$$;

COMMENT ON FUNCTION resonate.heard(uuid[]) IS 'How often these tracks were played, by how many listeners, and how many of them own one.';

CREATE OR REPLACE FUNCTION resonate.tracks_of(kind text, id uuid) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT $2 WHERE $1 = 'track'
                 UNION
                 SELECT i.track_id FROM resonate.release_item i
                 WHERE $1 = 'release' AND i.release_id = $2
                 UNION
                 SELECT t.id FROM resonate.track t
                 WHERE $1 IN ('artist', 'label') AND t.creator_id = $2)
$$;

COMMENT ON FUNCTION resonate.tracks_of(text, uuid) IS 'A track itself, the tracks of a release, of an artist.';

CREATE OR REPLACE FUNCTION resonate.changes_of(kind text, id uuid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(resonate.change_head(c) ORDER BY c.id DESC), '[]')
    FROM resonate.change c
    WHERE c.id IN (SELECT r.change_id FROM resonate.change_row r
                   WHERE r.relation = CASE WHEN $1 IN ('artist', 'label') THEN 'creator'
                                           ELSE $1 END
                     AND r.key = jsonb_build_object('id', $2)
                   ORDER BY r.line DESC LIMIT 20)
$$;

COMMENT ON FUNCTION resonate.changes_of(text, uuid) IS 'The last changes of a thing.';

CREATE OR REPLACE FUNCTION resonate.sources_of(tracks uuid[]) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('path', resonate.path_text(s.path),
               'lossless', s.lossless, 'bit_rate', s.bit_rate, 'sample_rate', s.sample_rate,
               'duration_ms', s.duration_ms, 'kept', s.kept, 'taken_at', resonate.iso(s.taken_at))
               ORDER BY s.path), '[]')
    FROM resonate.source s WHERE s.track_id = ANY ($1)
$$;

COMMENT ON FUNCTION resonate.sources_of(uuid[]) IS 'The files of the library from which these tracks came.';

CREATE OR REPLACE FUNCTION resonate.manage_show(kind text, id uuid) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC' AS $$
DECLARE
    row CONSTANT jsonb := resonate.row_of($1, $2);
    tracks CONSTANT uuid[] := resonate.tracks_of($1, $2);
    more jsonb := '{}';
BEGIN
    IF row IS NULL THEN
        RAISE EXCEPTION 'no such %', $1 USING ERRCODE = 'RM404';
    END IF;

    CASE
    WHEN $1 IN ('artist', 'label') THEN
        more := jsonb_build_object('releases', resonate.rows_json('release_rows', $2, NULL, NULL),
                                   'artists', resonate.rows_json('artist_rows', NULL, $2, NULL),
                                   'label', (SELECT c.display_name FROM resonate.creator c
                                             WHERE c.id = (row->>'label_id')::uuid));
    WHEN $1 = 'track' THEN
        more := jsonb_build_object('sources', resonate.sources_of(tracks),
            'artist', (SELECT c.display_name FROM resonate.creator c
                       WHERE c.id = (row->>'creator_id')::uuid),
            'releases', resonate.rows_json('release_rows', NULL, NULL,
                ARRAY(SELECT i.release_id FROM resonate.release_item i WHERE i.track_id = $2)),
            'media', (SELECT to_jsonb(m) FROM resonate.media_file m
                      WHERE m.sha256 = row->>'media_sha256'));
    ELSE
        more := jsonb_build_object('items', resonate.items_json($1, $2),
            'artist', (SELECT c.display_name FROM resonate.creator c
                       WHERE c.id = (row->>'creator_id')::uuid),
            'owner', (SELECT p.display_name FROM resonate.person p
                      WHERE p.id = (row->>'owner_id')::uuid));
    END CASE;

    RETURN jsonb_build_object('kind', $1, $1, row - 'ingest_key' || more,
                              'heard', resonate.heard(tracks),
                              'changes', resonate.changes_of($1, $2));
END
$$;

COMMENT ON FUNCTION resonate.manage_show(text, uuid) IS 'All of an artist, label, release, track or playlist: its row, what belongs to it, how often it was heard, its last changes.';
