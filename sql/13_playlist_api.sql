-- API version 3: playlists, everybody's and one's own.
--
-- A person has at most 100 playlists with 5000 tracks in all of them, a
-- playlist at most 500 tracks: one's own list answers with all of them.

CREATE OR REPLACE FUNCTION resonate.playlist_cards(ids uuid[], caller uuid, item_limit integer)
RETURNS TABLE (ord bigint, id uuid, body text, tags text)
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _ids ALIAS FOR $1;
    _caller ALIAS FOR $2;
    _limit ALIAS FOR $3;
    _own CONSTANT uuid[] := resonate.own($2);
    _lists uuid[];
    _tracks uuid[];
    _places integer[];
    _distinct uuid[];
BEGIN
    SELECT array_agg(w.id), array_agg(i.track_id), array_agg(i.index)
    INTO _lists, _tracks, _places
    FROM unnest(_ids) w (id)
    CROSS JOIN LATERAL (
        SELECT o.track_id, o.index
        FROM resonate.playlist_item o
        JOIN resonate.track t ON t.id = o.track_id
        WHERE o.playlist_id = w.id
          AND resonate.visible(t.released_on, t.status, t.creator_id, _own)
        ORDER BY o.index LIMIT _limit) i;

    _distinct := ARRAY(SELECT DISTINCT u.id FROM unnest(_tracks) u (id));

    RETURN QUERY
    -- a track is made once, however many of the playlists have it
    WITH cards AS MATERIALIZED (
        SELECT c.id, c.body, c.tags FROM resonate.track_cards(_distinct, _caller) c
    ), items AS (
        SELECT s.list,
               string_agg(format('{"index":%s,"track":%s}', s.place, k.body), ','
                          ORDER BY s.place) AS body,
               string_agg(k.tags, ' ') AS tags
        FROM unnest(_lists, _tracks, _places) s (list, track, place)
        JOIN cards k ON k.id = s.track
        GROUP BY s.list
    )
    SELECT w.ord, p.id,
           format('{"id":"%1$s","title":%2$s,"about":%3$s,"creatorId":"%4$s",'
                  '"creator":{"id":"%4$s","displayName":%5$s},%6$s,"private":%7$s,'
                  '"featured":%8$s,"tags":%9$s,"items":[%10$s]}',
                  p.id, to_json(p.title), coalesce(to_json(p.about), 'null'), o.id,
                  to_json(o.display_name),
                  resonate.cover_text(s.images_url, p.cover_id),
                  to_json(p.private), to_json(p.featured), to_json(p.tags), i.body),
           concat_ws(' ', 'playlist:' || p.id, 'person:' || o.id, i.tags)
    FROM unnest(_ids) WITH ORDINALITY w (id, ord)
    JOIN resonate.playlist p ON p.id = w.id
    JOIN resonate.person o ON o.id = p.owner_id
    CROSS JOIN resonate.site s
    LEFT JOIN items i ON i.list = p.id;
END
$$;

COMMENT ON FUNCTION resonate.playlist_cards(uuid[], uuid, integer) IS 'Playlists as JSON, each with its first item_limit tracks (null: all of them) that this caller may see; the others leave gaps in the index.';

CREATE OR REPLACE FUNCTION resonate.list_playlists(ids uuid[], total bigint, page_size integer,
    caller uuid, item_limit integer, tags text) RETURNS resonate.reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
    items text;
    item_tags text;
BEGIN
    SELECT string_agg(k.body, ',' ORDER BY k.ord), string_agg(k.tags, ' ')
    INTO items, item_tags
    FROM resonate.playlist_cards($1, $4, $5) k;

    RETURN resonate.list(items, $2, $3, resonate.list_tags($6, item_tags));
END
$$;

COMMENT ON FUNCTION resonate.list_playlists(uuid[], bigint, integer, uuid, integer, text) IS 'A page of playlists. tags: as for list_tracks().';

CREATE OR REPLACE FUNCTION resonate.playlist_answer(status integer, id uuid, caller uuid,
    changed text[] DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
    answer resonate.reply;
BEGIN
    SELECT $1, '{"data":' || k.body || '}',
           coalesce($4, resonate.list_tags(k.tags, NULL))
    INTO answer
    FROM resonate.playlist_cards(ARRAY[$2], $3, NULL) k;

    RETURN answer;
END
$$;

COMMENT ON FUNCTION resonate.playlist_answer(integer, uuid, uuid, text[]) IS 'One playlist with all of its tracks. The caller was found to be one who may see it. changed: the tags of a write, which are what it changed.';

CREATE OR REPLACE FUNCTION resonate.playlist_changed(id uuid, owner uuid, listed boolean)
RETURNS text[]
LANGUAGE sql IMMUTABLE
RETURN ARRAY['playlist:' || id]
       || CASE WHEN listed THEN ARRAY['person:' || owner, 'list:playlists'] END;

COMMENT ON FUNCTION resonate.playlist_changed(uuid, uuid, boolean) IS 'The tags of a change: of the playlist and, if it was or is public, of the lists that have it.';


-- everybody's

CREATE OR REPLACE FUNCTION v3.playlists("limit" integer DEFAULT 90, page integer DEFAULT 1,
    "order" text DEFAULT 'newest', featured boolean DEFAULT NULL, random boolean DEFAULT NULL,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _size CONSTANT integer := least(greatest($1, 1), 100);
    _skip CONSTANT bigint := (greatest($2, 1) - 1) * _size::bigint;
    _order CONSTANT text := CASE WHEN $5 THEN 'random' ELSE $3 END;
    _list CONSTANT text := resonate.list_name('playlists', NULL, $4);
    total bigint;
    ids uuid[];
BEGIN
    IF _skip >= resonate.depth() THEN
        RETURN resonate.too_deep(_size);
    END IF;

    total := resonate.list_total(ARRAY[_list]);
    ids := resonate.list_page(_list, _order, total, _size, _skip);

    RETURN resonate.list_playlists(ids, total, _size, $6, 10,
        concat_ws(' ', 'list:playlists',
                  CASE WHEN _order = 'random' THEN resonate.until_minute() END));
END
$$;

COMMENT ON FUNCTION v3.playlists(integer, integer, text, boolean, boolean, uuid) IS 'GET /playlists: the public ones, each with its first 10 tracks. order: newest, oldest, random; random: the same as order random.';

CREATE OR REPLACE FUNCTION v3.playlist(id uuid, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM resonate.playlist p
                   WHERE p.id = $1 AND (NOT p.private OR p.owner_id = $2))
    THEN
        RETURN resonate.answer(404, 'No such playlist.', ARRAY['playlist:' || $1]);
    END IF;

    RETURN resonate.playlist_answer(200, $1, $2);
END
$$;

COMMENT ON FUNCTION v3.playlist(uuid, uuid) IS 'GET /playlists/{id}. Its owner sees a private one, to others there is none.';

CREATE OR REPLACE FUNCTION v3.person_playlists(id uuid, "limit" integer DEFAULT 90,
    page integer DEFAULT 1, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    size CONSTANT integer := least(greatest($2, 1), 100);
    skip CONSTANT bigint := (greatest($3, 1) - 1) * size::bigint;
    ids CONSTANT uuid[] := ARRAY(SELECT p.id FROM resonate.playlist p
                                 WHERE p.owner_id = $1 AND NOT p.private
                                 ORDER BY p.created_at DESC, p.id DESC);
BEGIN
    IF skip >= resonate.depth() THEN
        RETURN resonate.too_deep(size);
    END IF;

    IF NOT EXISTS (SELECT FROM resonate.person p WHERE p.id = $1) THEN
        RETURN resonate.answer(404, 'No such user.', ARRAY['person:' || $1]);
    END IF;

    RETURN resonate.list_playlists(ids[skip + 1 : skip + size], cardinality(ids), size, $4, 10,
                                   'person:' || $1);
END
$$;

COMMENT ON FUNCTION v3.person_playlists(uuid, integer, integer, uuid) IS 'GET /users/{id}/playlists: the public ones, newest first, each with its first 10 tracks.';


-- one's own

CREATE OR REPLACE FUNCTION v3.user_playlists("limit" integer DEFAULT 100,
    page integer DEFAULT 1, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    size CONSTANT integer := least(greatest($1, 1), 100);
    skip CONSTANT bigint := (greatest($2, 1) - 1) * size::bigint;
    ids CONSTANT uuid[] := ARRAY(SELECT p.id FROM resonate.playlist p WHERE p.owner_id = $3
                                 ORDER BY p.created_at DESC, p.id DESC);
BEGIN
    IF skip >= resonate.depth() THEN
        RETURN resonate.too_deep(size);
    END IF;

    RETURN resonate.list_playlists(ids[skip + 1 : skip + size], cardinality(ids), size, $3,
                                   NULL, 'person:' || $3);
END
$$;

COMMENT ON FUNCTION v3.user_playlists(integer, integer, uuid) IS 'GET /user/playlists: the caller''s, newest first, with all of their tracks.';

CREATE OR REPLACE FUNCTION v3.user_playlist(id uuid, caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM resonate.playlist p WHERE p.id = $1 AND p.owner_id = $2) THEN
        RETURN resonate.answer(404, 'No such playlist.', ARRAY['playlist:' || $1]);
    END IF;

    RETURN resonate.playlist_answer(200, $1, $2);
END
$$;

COMMENT ON FUNCTION v3.user_playlist(uuid, uuid) IS 'GET /user/playlists/{id}: one of the caller''s.';

CREATE OR REPLACE FUNCTION resonate.playlist_tags(tags text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN $1 IS NOT NULL THEN ARRAY(
        SELECT rtrim(left(resonate.words(u.tag), 50)) FROM unnest($1) WITH ORDINALITY u (tag, ord)
        WHERE resonate.words(u.tag) <> ''
        GROUP BY 1 ORDER BY min(u.ord)) END
$$;

COMMENT ON FUNCTION resonate.playlist_tags(text[]) IS 'Folded words of at most 50 characters, each once, in their order; null stays null.';

CREATE OR REPLACE FUNCTION v3.playlist_create(title text, about text DEFAULT NULL,
    private boolean DEFAULT NULL, tags text[] DEFAULT NULL, type text DEFAULT NULL,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _title CONSTANT text := resonate.line($1);
    _about ALIAS FOR $2;
    _caller ALIAS FOR $6;
    made uuid;
BEGIN
    IF _title = '' THEN
        RETURN resonate.refuse('body', 'title', 'minLength', 'should not be empty');
    END IF;

    -- those of one person are made one after the other, to be counted

    PERFORM FROM resonate.person p WHERE p.id = _caller FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RETURN resonate.answer(401, 'Log in first.');
    END IF;

    IF (SELECT count(*) FROM resonate.playlist p WHERE p.owner_id = _caller) >= 100 THEN
        RETURN resonate.answer(409, 'A person has at most 100 playlists.');
    END IF;

    INSERT INTO resonate.playlist (owner_id, title, about, private, tags)
    VALUES (_caller, _title, nullif(_about, ''), coalesce($3, true),
            coalesce(resonate.playlist_tags($4), '{}'))
    RETURNING id INTO made;

    RETURN resonate.playlist_answer(201, made, _caller,
        resonate.playlist_changed(made, _caller, NOT coalesce($3, true)));
END
$$;

COMMENT ON FUNCTION v3.playlist_create(text, text, boolean, text[], text, uuid) IS 'POST /user/playlists. Private unless it says otherwise; the type can only be playlist.';

CREATE OR REPLACE FUNCTION v3.playlist_update(id uuid, title text DEFAULT NULL,
    about text DEFAULT NULL, private boolean DEFAULT NULL, tags text[] DEFAULT NULL,
    type text DEFAULT NULL, cover text DEFAULT NULL, caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $1;
    _title CONSTANT text := resonate.line($2);
    _about ALIAS FOR $3;
    _caller ALIAS FOR $8;
    have resonate.playlist;
BEGIN
    SELECT p.* INTO have FROM resonate.playlist p
    WHERE p.id = _id AND p.owner_id = _caller FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RETURN resonate.answer(404, 'No such playlist.');
    END IF;

    IF _title = '' THEN
        RETURN resonate.refuse('body', 'title', 'minLength', 'should not be empty');
    END IF;

    -- players send the cover back as they got it

    IF nullif($7, '') IS NOT NULL AND lower($7) IS DISTINCT FROM have.cover_id::text THEN
        RETURN resonate.refuse('body', 'cover', 'readOnly', 'cannot be changed');
    END IF;

    UPDATE resonate.playlist p
    SET title = coalesce(_title, p.title),
        about = CASE WHEN _about IS NULL THEN p.about ELSE nullif(_about, '') END,
        private = coalesce($4, p.private),
        tags = coalesce(resonate.playlist_tags($5), p.tags),
        updated_at = now()
    WHERE p.id = _id;

    RETURN resonate.playlist_answer(200, _id, _caller,
        resonate.playlist_changed(_id, _caller, NOT (have.private AND coalesce($4, true))));
END
$$;

COMMENT ON FUNCTION v3.playlist_update(uuid, text, text, boolean, text[], text, text, uuid) IS 'PUT /user/playlists/{id}. What is absent stays; an empty about or list of tags removes it.';

CREATE OR REPLACE FUNCTION v3.playlist_privacy(id uuid, private boolean,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    RETURN v3.playlist_update($1, private => $2, caller => $3);
END
$$;

COMMENT ON FUNCTION v3.playlist_privacy(uuid, boolean, uuid) IS 'PUT /user/playlists/{id}/privacy.';

CREATE OR REPLACE FUNCTION v3.playlist_delete(id uuid, caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    listed boolean;
BEGIN
    DELETE FROM resonate.playlist p WHERE p.id = $1 AND p.owner_id = $2
    RETURNING NOT p.private INTO listed;

    IF NOT FOUND THEN
        RETURN resonate.answer(404, 'No such playlist.');
    END IF;

    RETURN resonate.answer(200, '{"data":null}', resonate.playlist_changed($1, $2, listed));
END
$$;

COMMENT ON FUNCTION v3.playlist_delete(uuid, uuid) IS 'DELETE /user/playlists/{id}, with a body, since players parse one.';


-- what is in it

CREATE OR REPLACE FUNCTION resonate.arrange(kept uuid[], tracks uuid[], places integer[])
RETURNS uuid[]
LANGUAGE sql IMMUTABLE AS $$
    WITH fresh AS (
        SELECT u.id, (array_agg(u.place ORDER BY u.ord))[1] AS place, min(u.ord) AS ord
        FROM unnest($2, $3) WITH ORDINALITY u (id, place, ord)
        WHERE u.id <> ALL ($1)
        GROUP BY u.id
    ), placed AS (
        -- the first place that is free from the wanted one on
        SELECT o.id, o.n + max(o.place - o.n) OVER (ORDER BY o.n) AS slot
        FROM (SELECT f.id, f.place, row_number() OVER (ORDER BY f.place, f.ord) AS n
              FROM fresh f WHERE f.place IS NOT NULL) o
    ), rest AS (
        SELECT o.id, row_number() OVER (ORDER BY o.part, o.ord) AS n
        FROM (SELECT k.id, 1 AS part, k.ord FROM unnest($1) WITH ORDINALITY k (id, ord)
              UNION ALL
              SELECT f.id, 2, f.ord FROM fresh f WHERE f.place IS NULL) o
    ), free AS (
        SELECT s.slot, row_number() OVER (ORDER BY s.slot) AS n
        FROM generate_series(1, (SELECT count(*) FROM placed) + (SELECT count(*) FROM rest))
             s (slot)
        WHERE s.slot NOT IN (SELECT p.slot FROM placed p)
    )
    SELECT coalesce(array_agg(a.id ORDER BY a.slot), '{}')
    FROM (SELECT p.id, p.slot FROM placed p
          UNION ALL
          SELECT r.id, f.slot FROM rest r JOIN free f ON f.n = r.n) a
$$;

COMMENT ON FUNCTION resonate.arrange(uuid[], uuid[], integer[]) IS 'The tracks of a playlist in their new order: kept ones stay, others come to the places they ask for (from 1) or, without one, to the end; a track comes once, as it was first named.';

CREATE OR REPLACE FUNCTION resonate.playlist_edit(how text, id uuid, tracks uuid[],
    places integer[], caller uuid) RETURNS resonate.reply
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $2;
    _tracks CONSTANT uuid[] := coalesce($3, '{}');
    _caller ALIAS FOR $5;
    _own CONSTANT uuid[] := resonate.own($5);
    listed boolean;
    have uuid[];
    want uuid[];
BEGIN
    -- Edits of all playlists of a person take turns: what comes after sees
    -- what the one before committed, and the tracks can be counted.

    SELECT NOT p.private INTO listed
    FROM resonate.playlist p JOIN resonate.person o ON o.id = p.owner_id
    WHERE p.id = _id AND p.owner_id = _caller FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RETURN resonate.answer(404, 'No such playlist.');
    END IF;

    have := ARRAY(SELECT i.track_id FROM resonate.playlist_item i
                  WHERE i.playlist_id = _id ORDER BY i.index);

    CASE $1
    WHEN 'replace' THEN
        want := resonate.arrange('{}', _tracks, $4)
                || ARRAY(SELECT h.id FROM unnest(have) WITH ORDINALITY h (id, ord)
                         JOIN resonate.track t ON t.id = h.id
                         WHERE h.id <> ALL (_tracks)
                           AND NOT coalesce(resonate.visible(t.released_on, t.status,
                                                             t.creator_id, _own), false)
                         ORDER BY h.ord);
    WHEN 'add' THEN
        want := resonate.arrange(have, _tracks, $4);
    WHEN 'remove' THEN
        want := ARRAY(SELECT h.id FROM unnest(have) WITH ORDINALITY h (id, ord)
                      WHERE h.id <> ALL (_tracks) ORDER BY h.ord);
    END CASE;

    IF EXISTS (SELECT FROM unnest(want) w (id)
               WHERE w.id <> ALL (have)
                 AND NOT EXISTS (SELECT FROM resonate.track t
                                 WHERE t.id = w.id
                                   AND resonate.visible(t.released_on, t.status, t.creator_id,
                                                        _own)))
    THEN
        RETURN resonate.answer(404, 'No such track.');
    END IF;

    IF cardinality(want) > greatest(500, cardinality(have)) THEN
        RETURN resonate.answer(409, 'A playlist has at most 500 tracks.');
    END IF;

    IF cardinality(want) > cardinality(have)
       AND cardinality(want) - cardinality(have)
           + (SELECT count(*) FROM resonate.playlist p
              JOIN resonate.playlist_item i ON i.playlist_id = p.id
              WHERE p.owner_id = _caller) > 5000
    THEN
        RETURN resonate.answer(409, 'The playlists of a person have at most 5000 tracks.');
    END IF;

    DELETE FROM resonate.playlist_item i
    WHERE i.playlist_id = _id AND i.track_id <> ALL (want);

    INSERT INTO resonate.playlist_item AS i (playlist_id, track_id, index)
    SELECT _id, w.id, w.ord FROM unnest(want) WITH ORDINALITY w (id, ord)
    ON CONFLICT (playlist_id, track_id) DO UPDATE SET index = excluded.index
    WHERE i.index <> excluded.index;

    IF want <> have THEN
        UPDATE resonate.playlist p SET updated_at = now() WHERE p.id = _id;
    END IF;

    RETURN resonate.playlist_answer(200, _id, _caller,
                                    resonate.playlist_changed(_id, _caller, listed));
END
$$;

COMMENT ON FUNCTION resonate.playlist_edit(text, uuid, uuid[], integer[], uuid) IS 'Replaces, adds or removes tracks, all or none: an unknown track is a 404, unless it is removed or already there. What the caller cannot see is not replaced: it comes last. Twice is the same as once.';

CREATE OR REPLACE FUNCTION v3.playlist_items(id uuid, tracks_track_id uuid[],
    tracks_index integer[] DEFAULT NULL, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    RETURN resonate.playlist_edit('replace', $1, $2, $3, $4);
END
$$;

COMMENT ON FUNCTION v3.playlist_items(uuid, uuid[], integer[], uuid) IS 'PUT /user/playlists/{id}/items: these tracks and no others that the caller can see, at the index they ask for, else in the order they come.';

CREATE OR REPLACE FUNCTION v3.playlist_items_add(id uuid, tracks_track_id uuid[],
    tracks_index integer[] DEFAULT NULL, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    RETURN resonate.playlist_edit('add', $1, $2, $3, $4);
END
$$;

COMMENT ON FUNCTION v3.playlist_items_add(uuid, uuid[], integer[], uuid) IS 'PUT /user/playlists/{id}/items/add: to the index they ask for, else to the end; a track that is there stays where it is.';

CREATE OR REPLACE FUNCTION v3.playlist_items_remove(id uuid, tracks_track_id uuid[],
    tracks_index integer[] DEFAULT NULL, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    RETURN resonate.playlist_edit('remove', $1, $2, NULL, $4);
END
$$;

COMMENT ON FUNCTION v3.playlist_items_remove(uuid, uuid[], integer[], uuid) IS 'PUT /user/playlists/{id}/items/remove: what is not there is no fault. The index is not looked at.';
