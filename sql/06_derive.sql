-- What is derived from the catalogue and kept by triggers: which release a
-- track is shown with, since when things are released, how loud a release is,
-- what search finds.

CREATE OR REPLACE FUNCTION resonate.search_learn() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO resonate.search_word (word)
    SELECT DISTINCT w FROM string_to_table(NEW.words, ' ') w
    WHERE length(w) BETWEEN 3 AND 100
    ORDER BY w
    ON CONFLICT DO NOTHING;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.search_learn() IS 'Trigger: adds the words of a search row to the vocabulary, sorted so that two writers cannot block each other.';

-- Who derives locks first and then looks, so that of two who write at the same
-- time the second sees what the first left: releases first, by writing
-- them or an item, then creators, their labels, and tracks.

CREATE OR REPLACE FUNCTION resonate.derive_lock(ids uuid[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _ids ALIAS FOR $1;
    _labels uuid[];
BEGIN
    PERFORM FROM resonate.creator c WHERE c.id = ANY (_ids) ORDER BY c.id FOR NO KEY UPDATE;

    _labels := ARRAY(SELECT c.label_id FROM resonate.creator c
                     WHERE c.id = ANY (_ids) AND c.label_id IS NOT NULL);

    PERFORM FROM resonate.creator c WHERE c.id = ANY (_labels) ORDER BY c.id FOR NO KEY UPDATE;

    RETURN _ids || _labels;
END
$$;

COMMENT ON FUNCTION resonate.derive_lock(uuid[]) IS 'Locks these creators and their labels, by whom they are released too; returns both.';

CREATE OR REPLACE FUNCTION resonate.tracks_of(creator uuid)
RETURNS TABLE (id uuid, created_at timestamptz, released_on date)
LANGUAGE sql STABLE AS $$
    SELECT t.id, t.created_at, t.released_on
    FROM resonate.track t
    WHERE t.creator_id = $1
    UNION ALL
    SELECT t.id, t.created_at, t.released_on
    FROM resonate.track_artist a JOIN resonate.track t ON t.id = a.track_id
    WHERE a.creator_id = $1 AND t.creator_id <> $1
$$;

COMMENT ON FUNCTION resonate.tracks_of(uuid) IS 'The tracks of this creator, and those that name it among their artists.';

CREATE OR REPLACE FUNCTION resonate.derive_track(ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _ids ALIAS FOR $1;
BEGIN
    PERFORM FROM resonate.track t WHERE t.id = ANY (_ids) ORDER BY t.id FOR NO KEY UPDATE;

    UPDATE resonate.track t
    SET release_id = b.release_id, released_on = b.released_on, artist_ids = b.artist_ids
    FROM (SELECT o.id, r.id AS release_id,
                 CASE WHEN o.status IN ('free', 'paid', 'free+paid')
                      THEN r.released_on END AS released_on,
                 (SELECT array_agg(a.creator_id ORDER BY a.position)
                  FROM resonate.track_artist a WHERE a.track_id = o.id) AS artist_ids
          FROM resonate.track o
          LEFT JOIN LATERAL (
              SELECT c.id, c.released_on
              FROM resonate.release_item i
              JOIN resonate.release c ON c.id = i.release_id
              WHERE i.track_id = o.id
              ORDER BY c.released_on NULLS LAST, c.created_at, c.id
              LIMIT 1) r ON true
          WHERE o.id = ANY (_ids)) b
    WHERE t.id = b.id
      AND (t.release_id, t.released_on, t.artist_ids)
          IS DISTINCT FROM (b.release_id, b.released_on, b.artist_ids);

    DELETE FROM resonate.search_doc d
    USING resonate.track t
    WHERE d.id = t.id AND t.id = ANY (_ids) AND t.released_on IS NULL;

    INSERT INTO resonate.search_doc AS d (kind, id, title, words, released_on)
    SELECT 'track', t.id, resonate.words(t.title),
           concat_ws(' ', resonate.words(t.title),
                     resonate.words(coalesce(t.display_artist, c.display_name)),
                     (SELECT string_agg(resonate.words(g.display_name), ' ' ORDER BY g.id)
                      FROM resonate.creator g WHERE g.id = ANY (t.artist_ids)),
                     resonate.words(r.title)),
           t.released_on
    FROM resonate.track t
    JOIN resonate.creator c ON c.id = t.creator_id
    JOIN resonate.release r ON r.id = t.release_id
    WHERE t.id = ANY (_ids) AND t.released_on IS NOT NULL
    ON CONFLICT (id) DO UPDATE
    SET title = excluded.title, words = excluded.words, released_on = excluded.released_on
    WHERE (d.title, d.words, d.released_on)
          IS DISTINCT FROM (excluded.title, excluded.words, excluded.released_on);
END
$$;

COMMENT ON FUNCTION resonate.derive_track(uuid[]) IS 'Brings release_id, released_on, artist_ids and the search row of these tracks up to date.';

-- As of a sound its parts, those 10 LU below the mean of all are left out
-- (ITU-R BS.1770): a quiet interlude does not make an album quieter.

CREATE OR REPLACE FUNCTION resonate.derive_loudness(ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE resonate.release r
    SET (loudness_lufs, true_peak_dbtp) = (b.loudness, b.peak)
    FROM (SELECT o.id, l.loudness, l.peak
          FROM unnest($1) o (id)
          CROSS JOIN LATERAL (
              SELECT round(10 * log(sum(s.energy * s.ms) FILTER (WHERE s.energy * 10 > s.mean)
                                    / sum(s.ms) FILTER (WHERE s.energy * 10 > s.mean))::numeric,
                           2) AS loudness,
                     max(s.peak) AS peak
              FROM (SELECT m.true_peak_dbtp AS peak, m.duration_ms AS ms, e.energy,
                           sum(e.energy * m.duration_ms) OVER ()
                               / sum(m.duration_ms) OVER () AS mean
                    FROM resonate.release_item i
                    JOIN resonate.track t ON t.id = i.track_id
                    JOIN resonate.media_file m
                        ON m.sha256 = t.media_sha256 AND m.loudness_lufs IS NOT NULL
                    CROSS JOIN LATERAL (
                        SELECT power(10, m.loudness_lufs::float8 / 10)) e (energy)
                    WHERE i.release_id = o.id) s) l) b
    WHERE r.id = b.id
      AND (r.loudness_lufs, r.true_peak_dbtp) IS DISTINCT FROM (b.loudness, b.peak);
END
$$;

COMMENT ON FUNCTION resonate.derive_loudness(uuid[]) IS 'Brings the loudness of these releases up to date: the mean power of their tracks by duration, those 10 LU below it left out.';

CREATE OR REPLACE FUNCTION resonate.derive_release(ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _ids ALIAS FOR $1;
BEGIN
    DELETE FROM resonate.search_doc d
    USING resonate.release r
    WHERE d.id = r.id AND r.id = ANY (_ids) AND r.released_on IS NULL;

    INSERT INTO resonate.search_doc AS d (kind, id, title, words, released_on)
    SELECT 'trackgroup', r.id, resonate.words(r.title),
           concat_ws(' ', resonate.words(r.title),
                     resonate.words(coalesce(r.display_artist, c.display_name))),
           r.released_on
    FROM resonate.release r
    JOIN resonate.creator c ON c.id = r.creator_id
    WHERE r.id = ANY (_ids) AND r.released_on IS NOT NULL
    ON CONFLICT (id) DO UPDATE
    SET title = excluded.title, words = excluded.words, released_on = excluded.released_on
    WHERE (d.title, d.words, d.released_on)
          IS DISTINCT FROM (excluded.title, excluded.words, excluded.released_on);
END
$$;

COMMENT ON FUNCTION resonate.derive_release(uuid[]) IS 'Brings the search rows of these releases up to date.';

CREATE OR REPLACE FUNCTION resonate.derive_creator(ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _ids CONSTANT uuid[] := resonate.derive_lock($1);
BEGIN
    UPDATE resonate.creator c
    SET released_on = b.released_on
    FROM (SELECT o.id,
                 least((SELECT min(r.released_on) FROM resonate.release r
                        WHERE r.creator_id = o.id),
                       (SELECT min(f.released_on)
                        FROM resonate.creator m
                        CROSS JOIN LATERAL (
                            SELECT min(r.released_on) AS released_on FROM resonate.release r
                            WHERE r.creator_id = m.id) f
                        WHERE m.label_id = o.id)) AS released_on
          FROM resonate.creator o
          WHERE o.id = ANY (_ids)) b
    WHERE c.id = b.id AND c.released_on IS DISTINCT FROM b.released_on;

    DELETE FROM resonate.search_doc d
    USING resonate.creator c
    WHERE d.id = c.id AND c.id = ANY (_ids) AND c.released_on IS NULL;

    INSERT INTO resonate.search_doc AS d (kind, id, title, words, released_on)
    SELECT y.name, c.id, resonate.words(c.display_name), resonate.words(c.display_name),
           c.released_on
    FROM resonate.creator c
    JOIN resonate.creator_type y ON y.id = c.type_id
    WHERE c.released_on IS NOT NULL AND c.id = ANY (_ids)
    ON CONFLICT (id) DO UPDATE
    SET kind = excluded.kind, title = excluded.title, words = excluded.words,
        released_on = excluded.released_on
    WHERE (d.kind, d.title, d.released_on)
          IS DISTINCT FROM (excluded.kind, excluded.title, excluded.released_on);
END
$$;

COMMENT ON FUNCTION resonate.derive_creator(uuid[]) IS 'Brings released_on and the search rows of these creators, and of their labels, up to date.';

CREATE OR REPLACE FUNCTION resonate.derive() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[];
BEGIN
    CASE TG_TABLE_NAME
    WHEN 'track' THEN
        -- nothing can refer to a new one yet
        IF TG_OP = 'UPDATE'
           OR (NEW.release_id, NEW.released_on, NEW.artist_ids) IS DISTINCT FROM (NULL, NULL, NULL)
        THEN
            PERFORM resonate.derive_track(ARRAY[NEW.id]);
        END IF;
        IF TG_OP = 'UPDATE' AND OLD.media_sha256 IS DISTINCT FROM NEW.media_sha256 THEN
            PERFORM resonate.derive_loudness(ARRAY(SELECT i.release_id
                                                   FROM resonate.release_item i
                                                   WHERE i.track_id = NEW.id));
        END IF;

    WHEN 'media_file' THEN
        PERFORM resonate.derive_loudness(
            ARRAY(SELECT DISTINCT i.release_id
                  FROM resonate.track t JOIN resonate.release_item i ON i.track_id = t.id
                  WHERE t.media_sha256 = NEW.sha256 ORDER BY 1));

    WHEN 'track_artist' THEN
        PERFORM resonate.derive_track(
            ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN OLD.track_id END,
                  CASE WHEN TG_OP <> 'DELETE' THEN NEW.track_id END]);

    WHEN 'release_item' THEN
        IF TG_OP <> 'DELETE' THEN
            PERFORM FROM resonate.release r WHERE r.id = NEW.release_id FOR NO KEY UPDATE;
        END IF;
        IF TG_OP <> 'UPDATE' OR (OLD.release_id, OLD.track_id) <> (NEW.release_id, NEW.track_id)
        THEN
            PERFORM resonate.derive_loudness(
                ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN OLD.release_id END,
                      CASE WHEN TG_OP <> 'DELETE' THEN NEW.release_id END]);
        END IF;
        ids := ARRAY(SELECT DISTINCT x
                     FROM unnest(ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN OLD.track_id END,
                                       CASE WHEN TG_OP <> 'DELETE' THEN NEW.track_id END]) x
                     WHERE x IS NOT NULL);
        PERFORM resonate.derive_track(ids);

    WHEN 'release' THEN
        ids := ARRAY[NEW.creator_id];
        IF TG_OP = 'UPDATE' THEN
            -- ingestion writes what is there once more for every file
            IF (OLD.title, OLD.display_artist, OLD.creator_id, OLD.released_on)
               IS NOT DISTINCT FROM
               (NEW.title, NEW.display_artist, NEW.creator_id, NEW.released_on)
            THEN
                RETURN NULL;
            END IF;
            ids := ids || OLD.creator_id;
        END IF;
        PERFORM resonate.derive_lock(ids);
        PERFORM resonate.derive_release(ARRAY[NEW.id]);
        IF TG_OP = 'UPDATE' THEN
            PERFORM resonate.derive_track(ARRAY(SELECT i.track_id FROM resonate.release_item i
                                                WHERE i.release_id = NEW.id));
        END IF;
        PERFORM resonate.derive_creator(ids);

    WHEN 'creator' THEN
        ids := ARRAY[NEW.id];
        IF TG_OP = 'UPDATE' THEN
            ids := array_remove(ids || OLD.label_id, NULL);
        END IF;
        PERFORM resonate.derive_lock(ids);
        IF TG_OP = 'UPDATE' THEN
            PERFORM resonate.derive_release(ARRAY(SELECT r.id FROM resonate.release r
                                                  WHERE r.creator_id = NEW.id));
            PERFORM resonate.derive_track(ARRAY(SELECT t.id FROM resonate.tracks_of(NEW.id) t));
        END IF;
        PERFORM resonate.derive_creator(ids);
    END CASE;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.derive() IS 'Trigger: after a change in the catalogue, brings what is derived from it up to date.';

CREATE OR REPLACE FUNCTION resonate.derive_gone() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM resonate.search_doc WHERE id = OLD.id;

    IF TG_TABLE_NAME = 'release' THEN
        PERFORM resonate.derive_creator(ARRAY[OLD.creator_id]);
    END IF;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.derive_gone() IS 'Trigger: what is deleted is not found any more.';
