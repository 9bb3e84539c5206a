-- What else bin/resonate-catalogue changes: removing, labels, playlists.

-- Removing marks and keeps: what is removed stays so, whatever ingestion finds,
-- until it is published again, and an undo is exact.  Erasing deletes the rows
-- of what nobody ever heard or paid, so that ingestion takes the files as new.

CREATE OR REPLACE FUNCTION resonate.known_tracks(ids uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT i FROM unnest($1) i
                 WHERE EXISTS (SELECT FROM resonate.holding h WHERE h.track_id = i)
                    OR EXISTS (SELECT FROM resonate.transfer t WHERE t.track_id = i))
$$;

COMMENT ON FUNCTION resonate.known_tracks(uuid[]) IS 'Those of these tracks that were ever played, previews too, or paid: they are never deleted.';

CREATE OR REPLACE FUNCTION resonate.remove_tracks(ids uuid[], erase boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    known uuid[];
    one uuid;
BEGIN
    PERFORM FROM resonate.track t WHERE t.id = ANY ($1) ORDER BY t.id FOR UPDATE;

    IF $2 THEN
        known := resonate.known_tracks($1);
        DELETE FROM resonate.track t WHERE t.id = ANY ($1) AND t.id <> ALL (known);
    END IF;

    FOR one IN SELECT t.id FROM resonate.track t
               WHERE t.id = ANY ($1) AND t.status <> 'deleted' ORDER BY t.id
    LOOP
        PERFORM resonate.thing_set('track', one, '{"status": "deleted"}');
    END LOOP;
END
$$;

COMMENT ON FUNCTION resonate.remove_tracks(uuid[], boolean) IS 'Removes these tracks; erase: deletes those that nobody ever heard.';

CREATE OR REPLACE FUNCTION resonate.only_in(releases uuid[]) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT DISTINCT i.track_id FROM resonate.release_item i
                 WHERE i.release_id = ANY ($1)
                   AND NOT EXISTS (SELECT FROM resonate.release_item o
                                   JOIN resonate.release r ON r.id = o.release_id
                                   WHERE o.track_id = i.track_id AND r.deleted_at IS NULL
                                     AND r.id <> ALL ($1)))
$$;

COMMENT ON FUNCTION resonate.only_in(uuid[]) IS 'The tracks of these releases that are in no other one which is not removed.';

CREATE OR REPLACE FUNCTION resonate.remove_releases(ids uuid[], erase boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    one uuid;
BEGIN
    PERFORM FROM resonate.release r WHERE r.id = ANY ($1) ORDER BY r.id FOR UPDATE;
    PERFORM resonate.remove_tracks(resonate.only_in($1), $2);

    IF $2 THEN
        DELETE FROM resonate.release r
        WHERE r.id = ANY ($1)
          AND NOT EXISTS (SELECT FROM resonate.release_item i
                          WHERE i.release_id = r.id
                            AND i.track_id = ANY (resonate.only_in(ARRAY[r.id])));
    END IF;

    FOR one IN SELECT r.id FROM resonate.release r
               WHERE r.id = ANY ($1) AND r.deleted_at IS NULL ORDER BY r.id
    LOOP
        PERFORM resonate.thing_set('release', one, jsonb_build_object('deleted_at', now()));
    END LOOP;
END
$$;

COMMENT ON FUNCTION resonate.remove_releases(uuid[], boolean) IS 'Removes these releases, with the tracks that are in no other one.';

CREATE OR REPLACE FUNCTION resonate.remove_artist(id uuid, erase boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM resonate.remove_releases(ARRAY(SELECT r.id FROM resonate.release r
                                           WHERE r.creator_id = $1), $2);
    PERFORM resonate.remove_tracks(ARRAY(SELECT t.id FROM resonate.track t
                                         WHERE t.creator_id = $1), $2);
    UPDATE resonate.creator c SET label_id = NULL, updated_at = now() WHERE c.label_id = $1;

    -- who has nothing and never earned anything
    IF NOT EXISTS (SELECT FROM resonate.release r WHERE r.creator_id = $1)
       AND NOT EXISTS (SELECT FROM resonate.track t WHERE t.creator_id = $1)
       AND NOT EXISTS (SELECT FROM resonate.posting p
                       JOIN resonate.account a ON a.id = p.account_id WHERE a.creator_id = $1)
    THEN
        DELETE FROM resonate.account a WHERE a.creator_id = $1;
        DELETE FROM resonate.creator c WHERE c.id = $1;
    END IF;
END
$$;

COMMENT ON FUNCTION resonate.remove_artist(uuid, boolean) IS 'Removes all of an artist or label; the row itself only if nothing hangs on it.';

CREATE OR REPLACE FUNCTION resonate.owned_by_others(kind text, id uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    tracks CONSTANT uuid[] := CASE $1
        WHEN 'release' THEN resonate.only_in(ARRAY[$2])
        WHEN 'track' THEN ARRAY[$2]
        WHEN 'playlist' THEN '{}'
        ELSE resonate.tracks_of($1, $2)
             || resonate.only_in(ARRAY(SELECT r.id FROM resonate.release r
                                       WHERE r.creator_id = $2)) END;
    owners CONSTANT bigint := (SELECT count(DISTINCT h.person_id) FROM resonate.holding h
                               WHERE h.track_id = ANY (tracks) AND h.owned_at IS NOT NULL);
BEGIN
    RETURN CASE WHEN $1 = 'playlist' THEN
                     (SELECT 'it is a playlist of ' || o.display_name FROM resonate.playlist p
                      JOIN resonate.person o ON o.id = p.owner_id WHERE p.id = $2)
                WHEN owners > 0 THEN format('%s %s of it and could not hear that any more', owners,
                    CASE owners WHEN 1 THEN 'listener owns something'
                                ELSE 'listeners own something' END) END;
END
$$;

COMMENT ON FUNCTION resonate.owned_by_others(text, uuid) IS 'Who would lose something if this were removed, in words; null: nobody.';

CREATE OR REPLACE FUNCTION resonate.manage_remove(kind text, id uuid, erase boolean DEFAULT false,
    yes boolean DEFAULT false) RETURNS TABLE (note text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    loss text;
BEGIN
    PERFORM resonate.thing_lock($1, $2);
    loss := resonate.owned_by_others($1, $2);

    IF loss IS NOT NULL AND $4 IS NOT TRUE THEN
        RAISE EXCEPTION '%; --yes removes it', loss USING ERRCODE = 'RM428';
    END IF;

    CASE $1
    WHEN 'track' THEN
        PERFORM resonate.remove_tracks(ARRAY[$2], $3);
    WHEN 'release' THEN
        PERFORM resonate.remove_releases(ARRAY[$2], $3);
    WHEN 'playlist' THEN
        DELETE FROM resonate.playlist p WHERE p.id = $2;
    ELSE
        PERFORM resonate.remove_artist($2, $3);
    END CASE;

    IF $3 AND $1 <> 'playlist' AND resonate.row_of($1, $2) IS NOT NULL THEN
        note := 'what was ever heard or paid is kept, removed';
        RETURN NEXT;
    END IF;

    IF loss IS NOT NULL THEN
        note := loss;
        RETURN NEXT;
    END IF;
END
$$;

COMMENT ON FUNCTION resonate.manage_remove(text, uuid, boolean, boolean) IS 'Removes a thing: nobody sees it any more. erase: deletes what nobody ever heard or paid. Refused (RM428) without yes when listeners own something of it.';


-- labels

CREATE OR REPLACE FUNCTION resonate.manage_label_new(name text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    _name CONSTANT text := resonate.line($1);
    made uuid;
BEGIN
    PERFORM resonate.journaled();

    IF _name IS NULL OR length(_name) NOT BETWEEN 1 AND 500
       OR _name ~ '[\x01-\x1f\x7f-\x9f]'
    THEN
        RAISE EXCEPTION 'a label has a name of 1 to 500 characters' USING ERRCODE = 'RM400';
    END IF;

    INSERT INTO resonate.creator (type_id, display_name, ingest_key)
    SELECT 3, _name, resonate.fold(_name)
    WHERE NOT EXISTS (SELECT FROM resonate.creator c WHERE c.sort_name = resonate.fold(_name))
    ON CONFLICT (ingest_key) DO NOTHING
    RETURNING id INTO made;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is a "%" already; type_id=3 makes it a label', _name
            USING ERRCODE = 'RM409';
    END IF;

    RETURN made;
END
$$;

COMMENT ON FUNCTION resonate.manage_label_new(text) IS 'Makes a label. A name that an artist has is refused: to ingestion they would be one.';

CREATE OR REPLACE FUNCTION resonate.manage_label(label uuid, kind text, id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    row CONSTANT jsonb := resonate.thing_lock($2, $3);
    artist CONSTANT uuid := coalesce((row->>'creator_id')::uuid, $3);
BEGIN
    IF $1 IS NOT NULL AND NOT EXISTS (SELECT FROM resonate.creator c
                                      WHERE c.id = $1 AND c.type_id = 3)
    THEN
        RAISE EXCEPTION 'no such label' USING ERRCODE = 'RM404';
    END IF;

    IF $1 = artist THEN
        RAISE EXCEPTION 'a label is not on itself' USING ERRCODE = 'RM400';
    END IF;

    UPDATE resonate.creator c SET label_id = $1, updated_at = now()
    WHERE c.id = artist AND c.label_id IS DISTINCT FROM $1;
END
$$;

COMMENT ON FUNCTION resonate.manage_label(uuid, text, uuid) IS 'Assigns an artist, or the artist of a release, to a label; null: to none.';


-- playlists

CREATE OR REPLACE FUNCTION resonate.person_of(term text) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    people uuid[];
BEGIN
    IF $1 = 'editorial' THEN
        RETURN resonate.caller('resonate:editorial', 'editorial', 'Editors');
    END IF;

    people := ARRAY(SELECT p.id FROM resonate.person p
                    WHERE p.id::text = lower($1) OR lower(p.email) = lower($1)
                    UNION
                    SELECT i.person_id FROM resonate.identity i WHERE i.subject = $1);

    IF cardinality(people) <> 1 THEN
        RAISE EXCEPTION '% person "%"', CASE cardinality(people) WHEN 0 THEN 'no such'
                                        ELSE 'more than one' END, $1 USING ERRCODE = 'RM404';
    END IF;

    RETURN people[1];
END
$$;

COMMENT ON FUNCTION resonate.person_of(text) IS 'A person by id, e-mail or the subject of his tokens; "editorial": the account of the house, which is made when it is first named.';

CREATE OR REPLACE FUNCTION resonate.manage_playlist_new(owner text, title text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name CONSTANT text := resonate.line($2);
    made uuid;
BEGIN
    PERFORM resonate.journaled();

    IF name IS NULL OR length(name) NOT BETWEEN 1 AND 500 OR name ~ '[\x01-\x1f\x7f-\x9f]' THEN
        RAISE EXCEPTION 'a playlist has a title of 1 to 500 characters' USING ERRCODE = 'RM400';
    END IF;

    INSERT INTO resonate.playlist (owner_id, title) VALUES (resonate.person_of($1), name)
    RETURNING id INTO made;

    RETURN made;
END
$$;

COMMENT ON FUNCTION resonate.manage_playlist_new(text, text) IS 'Makes a private, empty playlist of a person, as resonate.person_of() has him.';

CREATE OR REPLACE FUNCTION resonate.manage_playlist_items(id uuid, how text, tracks uuid[],
    place integer DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $1;
    have uuid[];
    want uuid[];
BEGIN
    PERFORM resonate.thing_lock('playlist', _id);
    have := ARRAY(SELECT i.track_id FROM resonate.playlist_item i
                  WHERE i.playlist_id = _id ORDER BY i.index);

    CASE $2
    WHEN 'order' THEN
        want := resonate.arrange('{}', $3, NULL);
    WHEN 'add' THEN
        want := resonate.arrange(have, $3, CASE WHEN $4 IS NOT NULL THEN
            ARRAY(SELECT $4 + n - 1 FROM generate_series(1, cardinality($3)) n) END);
    WHEN 'drop' THEN
        want := ARRAY(SELECT h.id FROM unnest(have) WITH ORDINALITY h (id, ord)
                      WHERE h.id <> ALL ($3) ORDER BY h.ord);
    END CASE;

    IF cardinality(want) > greatest(500, cardinality(have)) THEN
        RAISE EXCEPTION 'a playlist has at most 500 tracks' USING ERRCODE = 'RM400';
    END IF;

    DELETE FROM resonate.playlist_item i WHERE i.playlist_id = _id AND i.track_id <> ALL (want);

    INSERT INTO resonate.playlist_item AS i (playlist_id, track_id, index)
    SELECT _id, w.id, w.ord FROM unnest(want) WITH ORDINALITY w (id, ord)
    ON CONFLICT (playlist_id, track_id) DO UPDATE SET index = excluded.index
    WHERE i.index <> excluded.index;

    UPDATE resonate.playlist p SET updated_at = now() WHERE p.id = _id AND want <> have;
END
$$;

COMMENT ON FUNCTION resonate.manage_playlist_items(uuid, text, uuid[], integer) IS 'how: order, these tracks and no others; add, to the end or from this place on; drop.';
