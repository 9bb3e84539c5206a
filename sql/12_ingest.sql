-- What bin/resonate-ingest writes the catalogue with.  Natural keys make every
-- function give the same id for the same thing, however often it is called.
-- Whatever is looked up is found by its key, by a session that began on an
-- empty catalogue too: hence no sequential scans, as in v3.play().

CREATE OR REPLACE FUNCTION resonate.ingest_image(kind text, source_sha256 text, width integer,
    height integer) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO resonate.image AS i (kind, source_sha256, width, height)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (source_sha256, kind) DO UPDATE SET width = excluded.width, height = excluded.height
    RETURNING id
$$;

COMMENT ON FUNCTION resonate.ingest_image(text, text, integer, integer) IS 'Image of kind cover, avatar or banner, by the SHA-256 (hex) of the original; pixels of the original. Its files are images/ID-xSIZE.jpg and .webp.';

CREATE OR REPLACE FUNCTION resonate.ingest_artist(name text, avatar uuid DEFAULT NULL)
RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
    INSERT INTO resonate.creator AS c (display_name, avatar_id, ingest_key)
    VALUES (btrim($1), $2, resonate.fold(btrim($1)))
    ON CONFLICT (ingest_key) DO UPDATE
    SET avatar_id = coalesce(excluded.avatar_id, c.avatar_id),
        updated_at = CASE WHEN excluded.avatar_id <> c.avatar_id THEN now() ELSE c.updated_at END
    RETURNING id
$$;

COMMENT ON FUNCTION resonate.ingest_artist(text, uuid) IS 'Artist by name; case and accents do not make another artist. A null avatar keeps the one there is.';

-- A date that no calendar has is taken as far as it is one.

CREATE OR REPLACE FUNCTION resonate.release_day(value text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT least(m.month + coalesce(nullif(p.part[3], '00'), '01')::integer - 1,
                 (m.month + interval '1 month - 1 day')::date)
    FROM regexp_match($1, '^([1-9]\d{3})(?:-(\d{2})(?:-(\d{2}))?)?$') p (part)
    CROSS JOIN LATERAL (
        SELECT make_date(p.part[1]::integer,
                         CASE WHEN p.part[2] BETWEEN '01' AND '12'
                              THEN p.part[2]::integer ELSE 1 END, 1)) m (month)
    WHERE p.part IS NOT NULL
$$;

COMMENT ON FUNCTION resonate.release_day(text) IS 'First day of YYYY, YYYY-MM or YYYY-MM-DD, null for anything else.';

CREATE OR REPLACE FUNCTION resonate.ingest_release(artist uuid, title text,
    date text DEFAULT NULL, cover uuid DEFAULT NULL) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
    INSERT INTO resonate.release AS r (creator_id, title, release_date, cover_id, ingest_key)
    VALUES ($1, btrim($2), coalesce(resonate.release_day($3), resonate.today()), $4,
            resonate.fold(btrim($2)))
    ON CONFLICT (creator_id, ingest_key) DO UPDATE
    SET release_date = coalesce(resonate.release_day($3), r.release_date),
        cover_id = coalesce(excluded.cover_id, r.cover_id),
        updated_at = now()
    RETURNING id
$$;

COMMENT ON FUNCTION resonate.ingest_release(uuid, text, text, uuid) IS 'Published release of an artist by title. It comes out on the first day of its date (YYYY, YYYY-MM or YYYY-MM-DD), the future included; without a date on the day on which it is taken in.';

CREATE OR REPLACE FUNCTION resonate.ingest_known(source_sha256 text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.id FROM resonate.track t WHERE t.source_sha256 = $1
$$;

COMMENT ON FUNCTION resonate.ingest_known(text) IS 'The track that came from this file (SHA-256 hex of its content), or null.';

CREATE OR REPLACE FUNCTION resonate.ingest_media(source_sha256 text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.path
    FROM resonate.track t JOIN resonate.media_file m ON m.sha256 = t.media_sha256
    WHERE t.source_sha256 = $1
$$;

COMMENT ON FUNCTION resonate.ingest_media(text) IS 'The stored file (relative to the media root) of the track that came from this file (SHA-256 hex of its content), or null.';

CREATE OR REPLACE FUNCTION resonate.ingest_track(release uuid, artist uuid, title text,
    number integer, disc integer, year integer, duration_ms integer, media_sha256 text,
    path text, bytes bigint, source_sha256 text, genre text DEFAULT NULL,
    display_artist text DEFAULT NULL, status text DEFAULT 'paid') RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _release ALIAS FOR $1;
    _artist ALIAS FOR $2;
    _title CONSTANT text := btrim($3);
    _number CONSTANT integer := CASE WHEN $4 >= 0 THEN $4 END;
    _disc CONSTANT smallint := CASE WHEN $5 BETWEEN 1 AND 1000 THEN $5 ELSE 1 END;
    _year CONSTANT smallint := CASE WHEN $6 BETWEEN 1 AND 9999 THEN $6 END;
    _media ALIAS FOR $8;
    _source ALIAS FOR $11;
    _tags CONSTANT text[] := array_remove(ARRAY[nullif(resonate.words($12), '')], NULL);
    _key CONSTANT text := concat_ws('/', $1, _disc, coalesce(_number::text, '-'),
                                    resonate.fold(_title));
    _track uuid;
BEGIN
    -- One writer for each release: the order of its items is made anew.
    PERFORM FROM resonate.release r WHERE r.id = _release FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'no release %', _release USING ERRCODE = 'foreign_key_violation';
    END IF;

    INSERT INTO resonate.media_file (sha256, path, bytes, duration_ms)
    VALUES (_media, $9, $10, $7)
    ON CONFLICT (sha256) DO NOTHING;

    UPDATE resonate.track t
    SET creator_id = _artist, title = _title, display_artist = $13, year = _year, tags = _tags,
        media_sha256 = _media, source_sha256 = _source, updated_at = now()
    WHERE t.id = (SELECT o.id FROM resonate.track o
                  WHERE o.source_sha256 = _source OR o.ingest_key = _key
                  ORDER BY o.source_sha256 = _source DESC NULLS LAST LIMIT 1)
    RETURNING t.id INTO _track;

    IF NOT FOUND THEN
        INSERT INTO resonate.track (creator_id, title, display_artist, year, status, tags,
                                    media_sha256, source_sha256, ingest_key)
        VALUES (_artist, _title, $13, _year, $14, _tags, _media, _source, _key)
        RETURNING id INTO _track;
    END IF;

    INSERT INTO resonate.release_item (release_id, track_id, disc, number, index)
    VALUES (_release, _track, _disc, _number,
            (SELECT coalesce(max(i.index), 0) + 1 FROM resonate.release_item i
             WHERE i.release_id = _release))
    ON CONFLICT (release_id, track_id) DO UPDATE
    SET disc = excluded.disc, number = excluded.number;

    UPDATE resonate.release_item i
    SET index = o.index
    FROM (SELECT n.track_id, row_number() OVER (ORDER BY n.disc, n.number NULLS LAST,
                                                resonate.fold(t.title), t.id) AS index
          FROM resonate.release_item n JOIN resonate.track t ON t.id = n.track_id
          WHERE n.release_id = _release) o
    WHERE i.release_id = _release AND i.track_id = o.track_id AND i.index <> o.index;

    UPDATE resonate.release r SET tags = r.tags || _tags, updated_at = now()
    WHERE r.id = _release AND NOT r.tags @> _tags;

    RETURN _track;
END
$$;

COMMENT ON FUNCTION resonate.ingest_track(uuid, uuid, text, integer, integer, integer, integer, text, text, bigint, text, text, text, text) IS 'Track with its stored file (path relative to the media root, duration in milliseconds) as an item of a release. The same source file, or the same disc, number and title in the release, is the same track. The status is for a new track only: who changed it later keeps it.';
