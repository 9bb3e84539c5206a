-- What bin/resonate-ingest writes the catalogue with: pictures, artists and
-- releases; tracks and files are in the next file.  The same thing has the
-- same id, however often a function is called.  What is as it should be is not
-- written, and what a person edited is left alone.  Whatever is looked up is
-- found by its key, by a session that began on an empty catalogue too: hence
-- no sequential scans, as in v3.play().

CREATE OR REPLACE FUNCTION resonate.ingest_image(kind text, source_sha256 text, width integer,
    height integer) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _image uuid;
BEGIN
    SELECT i.id INTO _image FROM resonate.image i
    WHERE i.source_sha256 = $2 AND i.kind = $1 AND (i.width, i.height) = ($3, $4);

    IF NOT FOUND THEN
        INSERT INTO resonate.image (kind, source_sha256, width, height)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (source_sha256, kind) DO UPDATE
        SET width = excluded.width, height = excluded.height
        RETURNING id INTO _image;
    END IF;

    RETURN _image;
END
$$;

COMMENT ON FUNCTION resonate.ingest_image(text, text, integer, integer) IS 'Image of kind cover, avatar or banner, by the SHA-256 (hex) of the original; pixels of the original. Its files are images/ID-xSIZE.jpg and .webp.';

CREATE OR REPLACE FUNCTION resonate.ingest_image_of(kind text, source_sha256 text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
    SELECT i.id FROM resonate.image i WHERE i.source_sha256 = $2 AND i.kind = $1
$$;

COMMENT ON FUNCTION resonate.ingest_image_of(text, text) IS 'The image of that kind and original, or null.';

CREATE OR REPLACE FUNCTION resonate.ingest_image_sum(id uuid, bytes bigint, crc32 bigint)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
    UPDATE resonate.image i SET (bytes, crc32) = ($2, $3)
    WHERE i.id = $1 AND (i.bytes, i.crc32) IS DISTINCT FROM ($2, $3)
$$;

COMMENT ON FUNCTION resonate.ingest_image_sum(uuid, bigint, bigint) IS 'Length and CRC-32 of images/ID-x600.jpg as it is stored.';

CREATE OR REPLACE FUNCTION resonate.ingest_image_unsummed() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
    SELECT i.id FROM resonate.image i WHERE i.crc32 IS NULL ORDER BY i.id
$$;

COMMENT ON FUNCTION resonate.ingest_image_unsummed() IS 'Images of which the sum is not known.';

CREATE OR REPLACE FUNCTION resonate.ingest_artist(name text, avatar uuid DEFAULT NULL,
    musicbrainz_id uuid DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _key CONSTANT text := resonate.fold(btrim($1));
    _artist uuid;
BEGIN
    SELECT c.id INTO _artist FROM resonate.creator c WHERE c.ingest_key = _key;

    IF NOT FOUND THEN
        INSERT INTO resonate.creator (display_name, ingest_key)
        VALUES (btrim($1), _key)
        ON CONFLICT (ingest_key) DO UPDATE SET ingest_key = _key
        RETURNING id INTO _artist;
    END IF;

    IF $2 IS NOT NULL OR $3 IS NOT NULL THEN
        UPDATE resonate.creator c
        SET avatar_id = n.avatar, musicbrainz_id = n.musicbrainz, updated_at = now()
        FROM (SELECT o.id,
                     CASE WHEN 'avatar_id' = ANY (o.edited) THEN o.avatar_id
                          ELSE coalesce($2, o.avatar_id) END AS avatar,
                     CASE WHEN 'musicbrainz_id' = ANY (o.edited) THEN o.musicbrainz_id
                          ELSE coalesce(o.musicbrainz_id, $3) END AS musicbrainz
              FROM resonate.creator o WHERE o.id = _artist) n
        WHERE c.id = n.id
          AND (c.avatar_id, c.musicbrainz_id) IS DISTINCT FROM (n.avatar, n.musicbrainz);
    END IF;

    RETURN _artist;
END
$$;

COMMENT ON FUNCTION resonate.ingest_artist(text, uuid, uuid) IS 'Artist by name; case and accents do not make another artist. A null avatar keeps the one there is; the first MusicBrainz id stays.';

CREATE OR REPLACE FUNCTION resonate.ingest_spelling(name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    UPDATE resonate.creator c SET display_name = btrim($1), updated_at = now()
    WHERE c.ingest_key = resonate.fold(btrim($1)) AND c.display_name <> btrim($1)
      AND 'display_name' <> ALL (c.edited);
END
$$;

COMMENT ON FUNCTION resonate.ingest_spelling(text) IS 'The artist of that name, if there is one, is spelled like this from now on.';

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

CREATE OR REPLACE FUNCTION resonate.release_found(artist uuid, key text, paths bytea[])
RETURNS uuid
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _release uuid;
BEGIN
    SELECT r.id INTO _release FROM resonate.release r
    WHERE r.creator_id = $1 AND r.ingest_key = $2
    FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        SELECT s.release_id INTO _release
        FROM resonate.source s
        WHERE s.path = ANY ($3)
          AND NOT EXISTS (SELECT FROM resonate.source o
                          WHERE o.release_id = s.release_id AND o.path <> ALL ($3))
        GROUP BY s.release_id
        ORDER BY count(*) DESC, s.release_id
        LIMIT 1;

        PERFORM FROM resonate.release r WHERE r.id = _release FOR NO KEY UPDATE;
    END IF;

    RETURN _release;
END
$$;

COMMENT ON FUNCTION resonate.release_found(uuid, text, bytea[]) IS 'The release of that artist and key; else the one that came from these files and no others, whose artist or title was corrected. Locked. Null: there is none.';

CREATE OR REPLACE FUNCTION resonate.release_discs(release uuid, discs jsonb) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM resonate.release_disc d
    WHERE d.release_id = $1 AND NOT $2 ? d.disc::text;

    INSERT INTO resonate.release_disc AS d (release_id, disc, title)
    SELECT $1, e.key::smallint, e.value FROM jsonb_each_text($2) e
    ON CONFLICT (release_id, disc) DO UPDATE SET title = excluded.title
    WHERE d.title <> excluded.title;
END
$$;

COMMENT ON FUNCTION resonate.release_discs(uuid, jsonb) IS 'Gives a release the titles of its discs: {"1": title}.';

CREATE OR REPLACE FUNCTION resonate.ingest_release(artist uuid, title text,
    date text DEFAULT NULL, cover uuid DEFAULT NULL, type text DEFAULT NULL,
    facts jsonb DEFAULT '{}', paths bytea[] DEFAULT '{}') RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _artist ALIAS FOR $1;
    _title CONSTANT text := btrim($2);
    _key CONSTANT text := resonate.fold(_title);
    _day CONSTANT date := resonate.release_day($3);
    _release uuid := resonate.release_found(_artist, _key, $7);
BEGIN
    IF _release IS NULL THEN
        INSERT INTO resonate.release (creator_id, title, release_date, ingest_key)
        VALUES (_artist, _title, coalesce(_day, resonate.today()), _key)
        ON CONFLICT (creator_id, ingest_key) DO UPDATE SET ingest_key = _key
        RETURNING id INTO _release;
    END IF;

    UPDATE resonate.release r
    SET (creator_id, title, release_date, cover_id, type, barcode, musicbrainz_id, copyright,
         deleted_at, ingest_key, updated_at)
        = (n.creator, n.title, n.day, n.cover, n.type, n.barcode, n.musicbrainz, n.copyright,
           n.deleted, _key, now())
    FROM (SELECT o.id,
                 CASE WHEN 'creator_id' = ANY (o.edited) THEN o.creator_id
                      ELSE _artist END AS creator,
                 CASE WHEN 'title' = ANY (o.edited) THEN o.title ELSE _title END AS title,
                 CASE WHEN 'release_date' = ANY (o.edited) THEN o.release_date
                      ELSE coalesce(_day, o.release_date) END AS day,
                 CASE WHEN 'cover_id' = ANY (o.edited) THEN o.cover_id
                      ELSE coalesce($4, o.cover_id) END AS cover,
                 CASE WHEN 'type' = ANY (o.edited) THEN o.type
                      ELSE coalesce($5, o.type) END AS type,
                 CASE WHEN 'barcode' = ANY (o.edited) THEN o.barcode
                      ELSE $6->>'barcode' END AS barcode,
                 CASE WHEN 'musicbrainz_id' = ANY (o.edited) THEN o.musicbrainz_id
                      ELSE ($6->>'musicbrainz')::uuid END AS musicbrainz,
                 CASE WHEN 'copyright' = ANY (o.edited) THEN o.copyright
                      ELSE $6->>'copyright' END AS copyright,
                 -- One that ingestion emptied comes back with its tracks.
                 CASE WHEN 'deleted_at' = ANY (o.edited)
                           OR EXISTS (SELECT FROM resonate.release_item i
                                      WHERE i.release_id = o.id)
                      THEN o.deleted_at END AS deleted
          FROM resonate.release o WHERE o.id = _release) n
    WHERE r.id = n.id
      AND (r.creator_id, r.title, r.release_date, r.cover_id, r.type, r.barcode,
           r.musicbrainz_id, r.copyright, r.deleted_at, r.ingest_key)
          IS DISTINCT FROM
          (n.creator, n.title, n.day, n.cover, n.type, n.barcode, n.musicbrainz, n.copyright,
           n.deleted, _key);

    PERFORM resonate.release_discs(_release, coalesce($6->'discs', '{}'));

    RETURN _release;
END
$$;

COMMENT ON FUNCTION resonate.ingest_release(uuid, text, text, uuid, text, jsonb, bytea[]) IS 'Published release of an artist by title. It comes out on the first day of its date (YYYY, YYYY-MM or YYYY-MM-DD), the future included; without a date on the day on which it is taken in. facts: {barcode, musicbrainz, copyright, discs: {"1": title}}. paths: all its files; a release that came from these files only and had another artist or title is this one.';
