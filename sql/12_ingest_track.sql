-- What bin/resonate-ingest writes of tracks and of the files that they come
-- from.  A track is known by its sound: other tags, another name or another
-- place of its file change what is said of it, and not which one it is.

CREATE OR REPLACE FUNCTION resonate.ingest_known(source_sha256 text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.id FROM resonate.track t WHERE t.source_sha256 = $1
$$;

COMMENT ON FUNCTION resonate.ingest_known(text) IS 'The track that came from this file (SHA-256 hex of its content), or null.';

CREATE OR REPLACE FUNCTION resonate.made(media_sha256 text) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT array_remove(ARRAY['measured ' || m.waveform, 'original ' || o.path]
                        || ARRAY(SELECT r.quality || ' ' || r.path FROM resonate.rendition r
                                 WHERE r.media_sha256 = m.sha256), NULL)
    FROM resonate.media_file m
    LEFT JOIN resonate.original o ON o.media_sha256 = m.sha256
    WHERE m.sha256 = $1
$$;

COMMENT ON FUNCTION resonate.made(text) IS 'What is stored of a sound beside its file, each as one text of kind and path: "measured waveforms/...", "original originals/...", "64 audio/...".';

CREATE OR REPLACE FUNCTION resonate.ingest_media(sound text, source text)
RETURNS TABLE (path text, made text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
    SELECT m.path, resonate.made(m.sha256)
    FROM (SELECT t.media_sha256 FROM resonate.track t WHERE t.sound_sha256 = $1
          UNION ALL
          SELECT t.media_sha256 FROM resonate.track t
          WHERE t.source_sha256 = $2 AND t.sound_sha256 IS NULL) t
    JOIN resonate.media_file m ON m.sha256 = t.media_sha256
    LIMIT 1
$$;

COMMENT ON FUNCTION resonate.ingest_media(text, text) IS 'The stored file (relative to the media root) of the track of this sound, else of the one that came from this file before tracks were known by their sound; and what else is stored of it, as resonate.made() has it. None: no row.';

CREATE OR REPLACE FUNCTION resonate.track_found(release uuid, title text, number integer,
    disc integer, sound text, source text, copies text[], paths bytea[]) RETURNS uuid
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _track uuid;
BEGIN
    SELECT t.id INTO _track FROM resonate.track t WHERE t.sound_sha256 = $5;

    IF NOT FOUND THEN
        SELECT t.id INTO _track FROM resonate.track t
        WHERE t.source_sha256 = $6 AND t.sound_sha256 IS NULL;
    END IF;

    IF NOT FOUND THEN
        SELECT t.id INTO _track FROM resonate.track t
        WHERE t.sound_sha256 = ANY ($7)
          AND NOT EXISTS (SELECT FROM resonate.source o
                          WHERE o.track_id = t.id AND o.path <> ALL ($8))
        ORDER BY t.created_at, t.id
        LIMIT 1;
    END IF;

    IF NOT FOUND THEN
        SELECT t.id INTO _track
        FROM resonate.source s
        JOIN resonate.track t ON t.id = s.track_id
        JOIN resonate.release_item i ON i.release_id = s.release_id AND i.track_id = s.track_id
        WHERE s.path = ANY ($8) AND s.release_id = $1
          AND i.disc = $4 AND i.number IS NOT DISTINCT FROM $3
          AND resonate.fold(t.title) = resonate.fold($2)
          AND NOT EXISTS (SELECT FROM resonate.source o
                          WHERE o.track_id = t.id AND o.path <> ALL ($8))
        ORDER BY t.created_at, t.id
        LIMIT 1;
    END IF;

    RETURN _track;
END
$$;

COMMENT ON FUNCTION resonate.track_found(uuid, text, integer, integer, text, text, text[], bytea[]) IS 'The track of a sound, or of a file from before tracks had one; else one whose only files these are: a copy that the new one is better than, or what a file of the same number and title held before. Null: there is none.';

CREATE OR REPLACE FUNCTION resonate.track_artists(track uuid, artists uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _artists CONSTANT uuid[] := ARRAY(SELECT a.id FROM unnest($2) WITH ORDINALITY a (id, n)
                                      GROUP BY a.id ORDER BY min(a.n));
BEGIN
    IF cardinality(_artists) < 2 THEN
        DELETE FROM resonate.track_artist a WHERE a.track_id = $1;
        RETURN;
    END IF;

    IF _artists <> ARRAY(SELECT a.creator_id FROM resonate.track_artist a
                         WHERE a.track_id = $1 ORDER BY a.position)
    THEN
        DELETE FROM resonate.track_artist a WHERE a.track_id = $1;

        INSERT INTO resonate.track_artist (track_id, position, creator_id)
        SELECT $1, a.n, a.id FROM unnest(_artists) WITH ORDINALITY a (id, n);
    END IF;
END
$$;

COMMENT ON FUNCTION resonate.track_artists(uuid, uuid[]) IS 'Gives a track its artists, if there are several.';

CREATE OR REPLACE FUNCTION resonate.track_words(track uuid, artist uuid, title text,
    year smallint, display_artist text, tags text[], artists uuid[], facts jsonb) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    UPDATE resonate.track t
    SET (creator_id, title, year, display_artist, tags, isrc, musicbrainz_id, composer,
         copyright, lyrics, updated_at)
        = (n.creator, n.title, n.year, n.display, n.tags, n.isrc, n.musicbrainz, n.composer,
           n.copyright, n.lyrics, now())
    FROM (SELECT o.id,
                 CASE WHEN 'creator_id' = ANY (o.edited) THEN o.creator_id ELSE $2 END AS creator,
                 CASE WHEN 'title' = ANY (o.edited) THEN o.title ELSE $3 END AS title,
                 CASE WHEN 'year' = ANY (o.edited) THEN o.year ELSE $4 END AS year,
                 CASE WHEN 'display_artist' = ANY (o.edited) THEN o.display_artist
                      ELSE $5 END AS display,
                 CASE WHEN 'tags' = ANY (o.edited) THEN o.tags ELSE $6 END AS tags,
                 CASE WHEN 'isrc' = ANY (o.edited) THEN o.isrc ELSE $8->>'isrc' END AS isrc,
                 CASE WHEN 'musicbrainz_id' = ANY (o.edited) THEN o.musicbrainz_id
                      ELSE ($8->>'musicbrainz')::uuid END AS musicbrainz,
                 CASE WHEN 'composer' = ANY (o.edited) THEN o.composer
                      ELSE $8->>'composer' END AS composer,
                 CASE WHEN 'copyright' = ANY (o.edited) THEN o.copyright
                      ELSE $8->>'copyright' END AS copyright,
                 CASE WHEN 'lyrics' = ANY (o.edited) THEN o.lyrics
                      ELSE left($8->>'lyrics', 100000) END AS lyrics
          FROM resonate.track o WHERE o.id = $1) n
    WHERE t.id = n.id
      AND (t.creator_id, t.title, t.year, t.display_artist, t.tags, t.isrc, t.musicbrainz_id,
           t.composer, t.copyright, t.lyrics) IS DISTINCT FROM
          (n.creator, n.title, n.year, n.display, n.tags, n.isrc, n.musicbrainz, n.composer,
           n.copyright, n.lyrics);

    IF NOT EXISTS (SELECT FROM resonate.track t
                   WHERE t.id = $1 AND 'creator_id' = ANY (t.edited))
    THEN
        PERFORM resonate.track_artists($1, $7);
    END IF;
END
$$;

COMMENT ON FUNCTION resonate.track_words(uuid, uuid, text, smallint, text, text[], uuid[], jsonb) IS 'Gives a track what its file says of it, but for the columns that a person edited.';

CREATE OR REPLACE FUNCTION resonate.release_arrange(release uuid) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    UPDATE resonate.release_item i
    SET index = o.index
    FROM (SELECT n.track_id, n.index AS was,
                 row_number() OVER (ORDER BY n.disc, n.number NULLS LAST,
                                             resonate.fold(t.title), t.id) AS index
          FROM resonate.release_item n JOIN resonate.track t ON t.id = n.track_id
          WHERE n.release_id = $1) o
    WHERE o.was <> o.index AND i.release_id = $1 AND i.track_id = o.track_id;

    UPDATE resonate.release r
    SET tags = n.tags, updated_at = now()
    FROM (SELECT coalesce(array_agg(DISTINCT g ORDER BY g), '{}') AS tags
          FROM resonate.release_item i
          JOIN resonate.track t ON t.id = i.track_id
          CROSS JOIN LATERAL unnest(t.tags) g
          WHERE i.release_id = $1) n
    WHERE r.id = $1 AND r.tags <> n.tags AND 'tags' <> ALL (r.edited);
END
$$;

COMMENT ON FUNCTION resonate.release_arrange(uuid) IS 'Puts the items of a release in order of disc, number and title, and gives it the tags of its tracks.';

CREATE OR REPLACE FUNCTION resonate.ingest_track(release uuid, artist uuid, title text,
    number integer, disc integer, year integer, duration_ms integer, media_sha256 text,
    path text, bytes bigint, source_sha256 text, genre text DEFAULT NULL,
    display_artist text DEFAULT NULL, status text DEFAULT 'paid',
    sound_sha256 text DEFAULT NULL, artists uuid[] DEFAULT '{}', facts jsonb DEFAULT '{}',
    copies text[] DEFAULT '{}', paths bytea[] DEFAULT '{}') RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _release ALIAS FOR $1;
    _title CONSTANT text := btrim($3);
    _number CONSTANT integer := CASE WHEN $4 >= 0 THEN $4 END;
    _disc CONSTANT smallint := CASE WHEN $5 BETWEEN 1 AND 1000 THEN $5 ELSE 1 END;
    _year CONSTANT smallint := CASE WHEN $6 BETWEEN 1 AND 9999 THEN $6 END;
    _media ALIAS FOR $8;
    _source ALIAS FOR $11;
    _sound CONSTANT text := coalesce($15, $11);
    _tags CONSTANT text[] := ARRAY(
        SELECT DISTINCT resonate.words(g.genre)
        FROM (SELECT $12 AS genre
              UNION ALL
              SELECT * FROM jsonb_array_elements_text(coalesce($17->'genres', '[]'))) g
        WHERE resonate.words(g.genre) <> '' ORDER BY 1);
    _track uuid;
BEGIN
    -- One writer for each release: the order of its items is made anew.
    PERFORM FROM resonate.release r WHERE r.id = _release FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RAISE EXCEPTION 'no release %', _release USING ERRCODE = 'foreign_key_violation';
    END IF;

    IF _media IS NOT NULL THEN
        INSERT INTO resonate.media_file (sha256, path, bytes, duration_ms)
        VALUES (_media, $9, $10, $7)
        ON CONFLICT (sha256) DO NOTHING;
    END IF;

    _track := resonate.track_found(_release, _title, _number, _disc, _sound, _source, $18, $19);

    IF _track IS NULL THEN
        INSERT INTO resonate.track (creator_id, title, year, display_artist, tags, isrc,
                                    musicbrainz_id, composer, copyright, lyrics, status,
                                    media_sha256, source_sha256, sound_sha256)
        VALUES ($2, _title, _year, $13, _tags, $17->>'isrc', ($17->>'musicbrainz')::uuid,
                $17->>'composer', $17->>'copyright', left($17->>'lyrics', 100000), $14,
                _media, _source, _sound)
        RETURNING id INTO _track;
    END IF;

    UPDATE resonate.track t
    SET (media_sha256, source_sha256, sound_sha256, ingest_key, updated_at)
        = (coalesce(_media, t.media_sha256), _source, _sound, NULL, now())
    WHERE t.id = _track
      AND (t.media_sha256, t.source_sha256, t.sound_sha256, t.ingest_key) IS DISTINCT FROM
          (coalesce(_media, t.media_sha256), _source, _sound, NULL);

    -- In several releases it has the words of the first of its files.
    IF NOT EXISTS (SELECT FROM resonate.source s
                   WHERE s.track_id = _track AND s.kept AND s.release_id <> _release
                     AND s.path < ALL ($19))
    THEN
        PERFORM resonate.track_words(_track, $2, _title, _year, $13, _tags, $16, $17);
    END IF;

    INSERT INTO resonate.release_item AS i (release_id, track_id, disc, number, index)
    VALUES (_release, _track, _disc, _number,
            (SELECT coalesce(max(i.index), 0) + 1 FROM resonate.release_item i
             WHERE i.release_id = _release))
    ON CONFLICT (release_id, track_id) DO UPDATE
    SET disc = excluded.disc, number = excluded.number
    WHERE (i.disc, i.number) IS DISTINCT FROM (excluded.disc, excluded.number);

    PERFORM resonate.release_arrange(_release);

    RETURN _track;
END
$$;

COMMENT ON FUNCTION resonate.ingest_track(uuid, uuid, text, integer, integer, integer, integer, text, text, bigint, text, text, text, text, text, uuid[], jsonb, text[], bytea[]) IS 'Track with its stored file (path relative to the media root, duration in milliseconds; null: it keeps the one it has) as an item of a release. The same sound is the same track; without one, the same source file is. artists: all of them, if there are several. facts: {genres, isrc, musicbrainz, composer, copyright, lyrics}. copies: sounds that this one stands for; paths: its files, and theirs. The status is for a new track only: who changed it later keeps it.';

CREATE OR REPLACE FUNCTION resonate.source_gone(track uuid, release uuid) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM resonate.release r WHERE r.id = $2 FOR NO KEY UPDATE;

    DELETE FROM resonate.release_item i
    WHERE i.release_id = $2 AND i.track_id = $1
      AND NOT EXISTS (SELECT FROM resonate.source s WHERE s.track_id = $1 AND s.release_id = $2);

    UPDATE resonate.release r SET deleted_at = now(), updated_at = now()
    WHERE r.id = $2 AND r.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM resonate.release_item i WHERE i.release_id = $2);
END
$$;

COMMENT ON FUNCTION resonate.source_gone(uuid, uuid) IS 'A file does not say any more that a track is in a release: it leaves when no other file says so, and a release without tracks is deleted.';

CREATE OR REPLACE FUNCTION resonate.ingest_source(path bytea, root bytea, track uuid,
    release uuid, source_sha256 text, sound_sha256 text, lossless boolean, bit_rate integer,
    sample_rate integer, duration_ms integer, kept boolean, written text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _was record;
BEGIN
    SELECT s.track_id, s.release_id INTO _was FROM resonate.source s
    WHERE s.path = $1 FOR UPDATE;

    INSERT INTO resonate.source AS s (path, root, track_id, release_id, source_sha256,
                                      sound_sha256, lossless, bit_rate, sample_rate, duration_ms,
                                      kept, written)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (path) DO UPDATE
    SET (root, track_id, release_id, source_sha256, sound_sha256, lossless, bit_rate,
         sample_rate, duration_ms, kept, written, taken_at)
        = (excluded.root, excluded.track_id, excluded.release_id, excluded.source_sha256,
           excluded.sound_sha256, excluded.lossless, excluded.bit_rate, excluded.sample_rate,
           excluded.duration_ms, excluded.kept, excluded.written, now())
    WHERE (s.track_id, s.release_id, s.source_sha256, s.sound_sha256, s.kept, s.written)
          IS DISTINCT FROM
          (excluded.track_id, excluded.release_id, excluded.source_sha256,
           excluded.sound_sha256, excluded.kept, excluded.written);

    IF (_was.track_id, _was.release_id) <> ($3, $4) THEN
        PERFORM resonate.source_gone(_was.track_id, _was.release_id);
    END IF;
END
$$;

COMMENT ON FUNCTION resonate.ingest_source(bytea, bytea, uuid, uuid, text, text, boolean, integer, integer, integer, boolean, text) IS 'A file of the library, and which track it is in which release. root: the folder that was named when it was taken. written: what was last written because of it, as a hash of the caller''s choice; empty to have it taken again.';

CREATE OR REPLACE FUNCTION resonate.ingest_forget(path bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _was record;
BEGIN
    DELETE FROM resonate.source s WHERE s.path = $1
    RETURNING s.track_id, s.release_id INTO _was;

    IF FOUND THEN
        PERFORM resonate.source_gone(_was.track_id, _was.release_id);
    END IF;
END
$$;

COMMENT ON FUNCTION resonate.ingest_forget(bytea) IS 'A file that is not there any more: its track leaves the release if no other file says that it is in it, and stays for those who played it.';

CREATE OR REPLACE FUNCTION resonate.ingest_sources(prefix bytea, after bytea, size integer)
RETURNS TABLE (path bytea, root bytea, track_id uuid, release_id uuid, source_sha256 text,
               sound_sha256 text, lossless boolean, kept boolean, written text,
               media_path text, made text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
    SELECT s.path, s.root, s.track_id, s.release_id, s.source_sha256, s.sound_sha256, s.lossless,
           s.kept, s.written, m.path, resonate.made(m.sha256)
    FROM resonate.source s
    JOIN resonate.track t ON t.id = s.track_id
    LEFT JOIN resonate.media_file m ON m.sha256 = t.media_sha256
    WHERE s.path > greatest($2, $1 || '/'::bytea) AND s.path < $1 || '0'::bytea
    ORDER BY s.path
    LIMIT $3
$$;

COMMENT ON FUNCTION resonate.ingest_sources(bytea, bytea, integer) IS 'The files of the library below a folder (without a slash at its end), in order of their paths: at most size, of those behind after.';

CREATE OR REPLACE FUNCTION resonate.ingest_sources_of(sounds text[])
RETURNS TABLE (path bytea, root bytea, track_id uuid, release_id uuid, source_sha256 text,
               sound_sha256 text, lossless boolean, kept boolean, written text,
               media_path text, made text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
    SELECT s.path, s.root, s.track_id, s.release_id, s.source_sha256, s.sound_sha256, s.lossless,
           s.kept, s.written, m.path, resonate.made(m.sha256)
    FROM resonate.source s
    JOIN resonate.track t ON t.id = s.track_id
    LEFT JOIN resonate.media_file m ON m.sha256 = t.media_sha256
    WHERE s.sound_sha256 = ANY ($1)
    ORDER BY s.path
$$;

COMMENT ON FUNCTION resonate.ingest_sources_of(text[]) IS 'The files of the library that have one of these sounds.';
