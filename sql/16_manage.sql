-- What bin/resonate-catalogue changes.  Each function needs a change that
-- resonate.manage_begin() has begun.  Nothing here touches plays or money: what
-- was ever played or paid stays, and is seen by nobody.

CREATE OR REPLACE FUNCTION resonate.editable()
RETURNS TABLE (kind text, field text, line boolean, means text)
LANGUAGE sql IMMUTABLE AS $$
    VALUES ('artist', 'display_name', true, '1 to 500 characters'),
           ('artist', 'description', false, 'at most 20000 characters'),
           ('artist', 'short_bio', false, 'at most 20000 characters'),
           ('artist', 'country', true, 'at most 100 characters'),
           ('artist', 'links', false, 'JSON: [{"uri": "https://...", "platform": "...", "type": "..."}]'),
           ('artist', 'featured', true, 'yes or no'),
           ('artist', 'type_id', true, '1 (artist), 2 (band) or 3 (label)'),
           ('artist', 'musicbrainz_id', true, 'a uuid'),
           ('release', 'title', true, '1 to 500 characters'),
           ('release', 'display_artist', true, 'at most 500 characters'),
           ('release', 'type', true, 'lp, ep, single, compilation or podcast'),
           ('release', 'about', false, 'at most 20000 characters'),
           ('release', 'tags', true, 'words, separated by commas'),
           ('release', 'release_date', true, 'a date, as 2027-03-01'),
           ('release', 'featured', true, 'yes or no'),
           ('release', 'download', true, 'yes or no'),
           ('release', 'barcode', true, '8 to 14 digits'),
           ('release', 'copyright', true, 'at most 500 characters'),
           ('release', 'musicbrainz_id', true, 'a uuid'),
           ('track', 'title', true, '1 to 500 characters'),
           ('track', 'display_artist', true, 'at most 500 characters'),
           ('track', 'year', true, '1 to 9999'),
           ('track', 'tags', true, 'words, separated by commas'),
           ('track', 'isrc', true, 'as GBAYE0601498'),
           ('track', 'composer', true, 'at most 500 characters'),
           ('track', 'copyright', true, 'at most 500 characters'),
           ('track', 'lyrics', false, 'at most 100000 characters'),
           ('track', 'musicbrainz_id', true, 'a uuid'),
           ('playlist', 'title', true, '1 to 500 characters'),
           ('playlist', 'about', false, 'at most 20000 characters'),
           ('playlist', 'tags', true, 'words, separated by commas'),
           ('playlist', 'featured', true, 'yes or no'),
           ('playlist', 'private', true, 'yes or no')
$$;

COMMENT ON FUNCTION resonate.editable() IS 'The fields that may be edited: columns. line: one line of text; means: what a value may be. A label has the fields of an artist.';

CREATE OR REPLACE FUNCTION resonate.manage_fields(kind text)
RETURNS TABLE (field text, means text)
LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.field, e.means FROM resonate.editable() e
    WHERE e.kind = CASE $1 WHEN 'label' THEN 'artist' ELSE $1 END
$$;

COMMENT ON FUNCTION resonate.manage_fields(text) IS 'The fields of a kind that may be edited, and what a value may be.';

CREATE OR REPLACE FUNCTION resonate.relation_of(kind text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF $1 IS NULL OR $1 <> ALL ('{artist,label,release,track,playlist}') THEN
        RAISE EXCEPTION 'no such kind: %', $1 USING ERRCODE = 'RM400';
    END IF;

    RETURN CASE WHEN $1 IN ('artist', 'label') THEN 'creator' ELSE $1 END;
END
$$;

COMMENT ON FUNCTION resonate.relation_of(text) IS 'The table of a kind; refused for any other word, because the table of people is none of these.';

CREATE OR REPLACE FUNCTION resonate.thing_lock(kind text, id uuid) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    known jsonb;
BEGIN
    PERFORM resonate.journaled();

    EXECUTE format('SELECT to_jsonb(t) FROM resonate.%I t WHERE t.id = $1 FOR NO KEY UPDATE',
                   resonate.relation_of($1))
    INTO known USING $2;

    IF known IS NULL THEN
        RAISE EXCEPTION 'no such %', $1 USING ERRCODE = 'RM404';
    END IF;

    RETURN known;
END
$$;

COMMENT ON FUNCTION resonate.thing_lock(text, uuid) IS 'The row of a thing, locked; refused if there is none, or if no change was begun.';

CREATE OR REPLACE FUNCTION resonate.edit_value(field text, relation regclass, line boolean,
    value text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    type CONSTANT regtype := (SELECT a.atttypid::regtype FROM pg_attribute a
                              WHERE a.attrelid = $2 AND a.attname = $1);
    text CONSTANT text := nullif(CASE WHEN $3 THEN resonate.line($4) ELSE btrim($4, E' \t\r\n') END,
                                 '');
BEGIN
    IF text ~ '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]' THEN
        RAISE EXCEPTION 'has control characters' USING ERRCODE = 'data_exception';
    END IF;

    IF length(text) > 20000 AND $1 <> 'lyrics' THEN
        RAISE EXCEPTION 'is too long' USING ERRCODE = 'data_exception';
    END IF;

    IF $1 = 'links' THEN
        RETURN resonate.edit_links(coalesce(text, '[]')::jsonb);
    END IF;

    CASE type
    WHEN 'text[]'::regtype THEN
        RETURN to_jsonb(ARRAY(SELECT DISTINCT resonate.words(w) FROM string_to_table(text, ',') w
                              WHERE resonate.words(w) <> '' ORDER BY 1));
    WHEN 'boolean'::regtype THEN
        RETURN to_jsonb(coalesce(text, 'no')::boolean);
    WHEN 'date'::regtype THEN
        IF text !~ '^\d{4}-\d\d-\d\d$' THEN
            RAISE EXCEPTION 'is not a date' USING ERRCODE = 'data_exception';
        END IF;
        RETURN to_jsonb(text::date);
    ELSE
        RETURN to_jsonb(text);
    END CASE;
END
$$;

COMMENT ON FUNCTION resonate.edit_value(text, regclass, boolean, text) IS 'A value that a person typed, as the column has it; empty is null.';

CREATE OR REPLACE FUNCTION resonate.edit_links(links jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF jsonb_typeof($1) <> 'array' OR jsonb_array_length($1) > 50 OR EXISTS (
        SELECT FROM jsonb_array_elements($1) l
        WHERE jsonb_typeof(l) <> 'object'
           OR coalesce(l->>'uri', '') !~ '^https?://[^[:space:]"<>\\]+$'
           OR EXISTS (SELECT FROM jsonb_each(l) e
                      WHERE e.key NOT IN ('uri', 'platform', 'type')
                         OR jsonb_typeof(e.value) <> 'string' OR length(e.value #>> '{}') > 2000))
    THEN
        RAISE EXCEPTION 'is no list of links' USING ERRCODE = 'data_exception';
    END IF;

    RETURN $1;
END
$$;

COMMENT ON FUNCTION resonate.edit_links(jsonb) IS 'Links, if that is what they are.';

CREATE OR REPLACE FUNCTION resonate.thing_set(kind text, id uuid, fields jsonb) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    relation CONSTANT text := resonate.relation_of($1);
    names CONSTANT text[] := ARRAY(SELECT n FROM jsonb_object_keys($3) n ORDER BY n);
    list CONSTANT text := (SELECT string_agg(quote_ident(n), ', ') FROM unnest(names) n);
    kept CONSTANT text := CASE WHEN relation <> 'playlist' THEN
        ', edited = ARRAY(SELECT DISTINCT e FROM unnest(t.edited || $3) e ORDER BY e)' ELSE '' END;
BEGIN
    EXECUTE format('UPDATE resonate.%1$I t SET updated_at = now(), (%2$s) = (SELECT %2$s'
                   ' FROM jsonb_populate_record(t, $1))%3$s WHERE t.id = $2', relation, list, kept)
    USING $3, $2, names;
END
$$;

COMMENT ON FUNCTION resonate.thing_set(text, uuid, jsonb) IS 'Sets these columns, and marks them as set by a person where ingestion would write them.';

CREATE OR REPLACE FUNCTION resonate.manage_edit(kind text, id uuid, field text, value text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    relation CONSTANT text := resonate.relation_of($1);
    about record;
BEGIN
    SELECT e.* INTO about FROM resonate.editable() e
    WHERE e.kind = CASE $1 WHEN 'label' THEN 'artist' ELSE $1 END AND e.field = $3;

    IF NOT FOUND THEN
        RAISE EXCEPTION '% has no field "%": %', $1, $3,
                        (SELECT string_agg(f.field, ', ') FROM resonate.manage_fields($1) f)
            USING ERRCODE = 'RM400';
    END IF;

    PERFORM resonate.thing_lock($1, $2);

    BEGIN
        PERFORM resonate.thing_set($1, $2, jsonb_build_object($3, resonate.edit_value($3,
                                       ('resonate.' || relation)::regclass, about.line, $4)));
    EXCEPTION
        WHEN data_exception OR integrity_constraint_violation THEN
            RAISE EXCEPTION '% cannot be "%": %', $3, left($4, 100), about.means
                USING ERRCODE = 'RM400';
    END;
END
$$;

COMMENT ON FUNCTION resonate.manage_edit(text, uuid, text, text) IS 'Sets one field of an artist, label, release, track or playlist; an empty value is none. From then on ingestion leaves that field alone.';

CREATE OR REPLACE FUNCTION resonate.manage_reset(kind text, id uuid, field text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    row CONSTANT jsonb := resonate.thing_lock($1, $2);
BEGIN
    IF row->'edited' IS NULL OR NOT row->'edited' ? $3 THEN
        RAISE EXCEPTION '% was not edited', $3 USING ERRCODE = 'RM400';
    END IF;

    EXECUTE format('UPDATE resonate.%I t SET edited = array_remove(t.edited, $1),'
                   ' updated_at = now() WHERE t.id = $2',
                   resonate.relation_of($1))
    USING $3, $2;

    UPDATE resonate.source s SET written = ''
    WHERE s.release_id = $2 OR s.track_id = ANY (resonate.tracks_of($1, $2))
       OR s.release_id IN (SELECT r.id FROM resonate.release r WHERE r.creator_id = $2)
       OR s.track_id IN (SELECT a.track_id FROM resonate.track_artist a WHERE a.creator_id = $2);
END
$$;

COMMENT ON FUNCTION resonate.manage_reset(text, uuid, text) IS 'Gives a field that was edited back to ingestion, whose next run takes the files again and sets it.';

-- Hiding, publishing, prices.

CREATE OR REPLACE FUNCTION resonate.status_before(track uuid) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT r.before->>'status' FROM resonate.change_row r
                     WHERE r.relation = 'track' AND r.key = jsonb_build_object('id', $1)
                       AND r.before->>'status' IN ('free', 'paid', 'free+paid')
                     ORDER BY r.line DESC LIMIT 1), 'paid')
$$;

COMMENT ON FUNCTION resonate.status_before(uuid) IS 'What a track that is hidden or removed cost before, by the journal, else paid.';

CREATE OR REPLACE FUNCTION resonate.manage_hide(kind text, id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    row CONSTANT jsonb := resonate.thing_lock($1, $2);
BEGIN
    IF row->>'status' = 'deleted' OR row->>'deleted_at' IS NOT NULL THEN
        RAISE EXCEPTION 'this % is removed: nobody sees it', $1 USING ERRCODE = 'RM400';
    END IF;

    CASE
    WHEN $1 = 'track' AND row->>'status' <> 'hidden' THEN
        PERFORM resonate.thing_set($1, $2, '{"status": "hidden"}');
    WHEN $1 IN ('release', 'playlist') AND NOT (row->>'private')::boolean THEN
        PERFORM resonate.thing_set($1, $2, '{"private": true}');
    WHEN $1 IN ('artist', 'label') THEN
        RAISE EXCEPTION 'an artist is hidden with its releases: hide these'
            USING ERRCODE = 'RM400';
    ELSE
        NULL;
    END CASE;
END
$$;

COMMENT ON FUNCTION resonate.manage_hide(text, uuid) IS 'Hides a track, a release or a playlist from all but its owner.';

CREATE OR REPLACE FUNCTION resonate.manage_publish(kind text, id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    row CONSTANT jsonb := resonate.thing_lock($1, $2);
BEGIN
    CASE
    WHEN $1 = 'track' AND row->>'status' IN ('hidden', 'deleted') THEN
        PERFORM resonate.thing_set($1, $2,
            jsonb_build_object('status', resonate.status_before($2)));
    WHEN $1 = 'release' AND row @> '{"private": false, "enabled": true, "deleted_at": null}' THEN
        NULL;
    WHEN $1 = 'release' THEN
        PERFORM resonate.unremove_tracks($2);
        PERFORM resonate.thing_set($1, $2,
            '{"private": false, "enabled": true, "deleted_at": null}');
        -- that it is not removed, ingestion may find out again
        UPDATE resonate.release r SET edited = array_remove(r.edited, 'deleted_at')
        WHERE r.id = $2;
    WHEN $1 = 'playlist' AND (row->>'private')::boolean THEN
        PERFORM resonate.thing_set($1, $2, '{"private": false}');
    WHEN $1 IN ('artist', 'label') THEN
        RAISE EXCEPTION 'an artist is published with its releases: publish these'
            USING ERRCODE = 'RM400';
    ELSE
        NULL;
    END CASE;
END
$$;

COMMENT ON FUNCTION resonate.manage_publish(text, uuid) IS 'Publishes a track, a release or a playlist, also one that was hidden or removed; a release comes out on its date. A track costs again what it cost before.';

CREATE OR REPLACE FUNCTION resonate.unremove_tracks(release uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    removal bigint;
    w record;
BEGIN
    SELECT r.change_id INTO removal FROM resonate.change_row r
    WHERE r.relation = 'release' AND r.key = jsonb_build_object('id', $1)
      AND r.before->>'deleted_at' IS NULL AND r.after->>'deleted_at' IS NOT NULL
    ORDER BY r.line DESC LIMIT 1;

    FOR w IN SELECT t.id, r.before->>'status' AS status
             FROM resonate.change_row r
             JOIN resonate.release_item i ON i.release_id = $1
             JOIN resonate.track t ON t.id = i.track_id AND t.status = 'deleted'
             WHERE r.change_id = removal AND r.relation = 'track'
               AND r.key = jsonb_build_object('id', t.id) AND r.after->>'status' = 'deleted'
             ORDER BY t.id
    LOOP
        PERFORM resonate.thing_set('track', w.id, jsonb_build_object('status', w.status));
    END LOOP;
END
$$;

COMMENT ON FUNCTION resonate.unremove_tracks(uuid) IS 'Brings back the tracks that were removed with this release.';

CREATE OR REPLACE FUNCTION resonate.manage_price(kind text, id uuid, status text)
RETURNS TABLE (note text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    w record;
BEGIN
    IF $3 IS NULL OR $3 NOT IN ('free', 'paid', 'free+paid') OR $1 NOT IN ('track', 'release') THEN
        RAISE EXCEPTION 'a track or all of a release is free, paid or free+paid'
            USING ERRCODE = 'RM400';
    END IF;

    PERFORM resonate.thing_lock($1, $2);

    FOR w IN SELECT t.id, t.status, t.title FROM resonate.track t
             WHERE t.id = $2 OR t.id IN (SELECT i.track_id FROM resonate.release_item i
                                         WHERE i.release_id = $2)
             ORDER BY t.id FOR NO KEY UPDATE
    LOOP
        IF w.status IN ('hidden', 'deleted') THEN
            note := format('track "%s" is %s and stays so', w.title,
                           replace(w.status, 'deleted', 'removed'));
            RETURN NEXT;
        ELSIF w.status <> $3 THEN
            PERFORM resonate.thing_set('track', w.id, jsonb_build_object('status', $3));
        END IF;
    END LOOP;
END
$$;

COMMENT ON FUNCTION resonate.manage_price(text, uuid, text) IS 'What a track, or each track of a release, costs: free, paid or free+paid. Returns what stays as it is, in words.';

CREATE OR REPLACE FUNCTION resonate.manage_unchanged(kind text, id uuid, since timestamptz)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    row CONSTANT jsonb := resonate.thing_lock($1, $2);
BEGIN
    IF $3 IS NULL OR (row->>'updated_at')::timestamptz <> $3 THEN
        RAISE EXCEPTION 'this % was changed at %', $1, row->>'updated_at' USING ERRCODE = 'RM409';
    END IF;
END
$$;

COMMENT ON FUNCTION resonate.manage_unchanged(text, uuid, timestamptz) IS 'Refuses when the thing has another updated_at: for who changes what he has looked at before.';
