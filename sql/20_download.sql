-- API version 3: music to keep.  What is owned, free or one's own.

CREATE OR REPLACE FUNCTION resonate.audio_type(format text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE format WHEN 'm4a' THEN 'audio/mp4' WHEN 'mp3' THEN 'audio/mpeg'
                   WHEN 'flac' THEN 'audio/flac' WHEN 'wav' THEN 'audio/wav'
                   WHEN 'aiff' THEN 'audio/aiff' WHEN 'aif' THEN 'audio/aiff'
                   WHEN 'ogg' THEN 'audio/ogg' WHEN 'opus' THEN 'audio/ogg'
                   ELSE 'application/octet-stream' END;

COMMENT ON FUNCTION resonate.audio_type(text) IS 'The media type of a file, by what its name ends with.';

CREATE OR REPLACE FUNCTION resonate.downloads(ids uuid[], release_id uuid, quality text,
    caller uuid)
RETURNS TABLE (ord bigint, visible boolean, owned boolean, name text, cover_id uuid, body text,
    summed boolean)
LANGUAGE sql STABLE AS $$
    SELECT w.ord,
           coalesce(t.released_on <= resonate.today(), false)
               OR coalesce(t.status <> 'deleted' AND a.owner_id = $4, false),
           t.status = 'free' OR h.owned_at IS NOT NULL OR coalesce(a.owner_id = $4, false),
           e.name,
           coalesce(t.cover_id, r.cover_id),
           CASE WHEN f.path IS NOT NULL THEN json_build_object(
               'name', e.name, 'file', f.path, 'type', resonate.audio_type(f.format),
               'bytes', f.bytes, 'crc32', f.crc32,
               'span', CASE WHEN f.span_crc32 IS NOT NULL THEN
                   json_build_array(f.span_offset, f.span_bytes, f.span_crc32) END,
               'tags', CASE WHEN $3 <> 'original' THEN json_build_object(
                   'title', t.title, 'artist', e.artist, 'album', r.title, 'track', p.number,
                   'tracks', p.count, 'disc', i.disc,
                   'year', coalesce(t.year, extract(year FROM r.release_date)::integer)) END)::text
           END,
           CASE $3 WHEN 'original' THEN f.crc32 ELSE f.span_crc32 END IS NOT NULL
    FROM unnest($1) WITH ORDINALITY w (id, ord)
    JOIN resonate.track t ON t.id = w.id
    JOIN resonate.creator a ON a.id = t.creator_id
    -- as resonate.track_cards() has it
    LEFT JOIN resonate.release r
        ON r.id = coalesce($2, t.release_id)
           AND (r.released_on <= resonate.today()
                OR (r.deleted_at IS NULL AND r.creator_id = t.creator_id))
    LEFT JOIN resonate.release_item i ON i.release_id = r.id AND i.track_id = t.id
    LEFT JOIN resonate.holding h ON h.person_id = $4 AND h.track_id = t.id
    LEFT JOIN resonate.media_file m ON m.sha256 = t.media_sha256
    LEFT JOIN resonate.rendition n
        ON $3 = 'lossless' AND n.media_sha256 = m.sha256 AND n.quality = 'lossless'
    LEFT JOIN resonate.original o ON $3 = 'original' AND o.media_sha256 = m.sha256
    CROSS JOIN LATERAL (
        SELECT m.path, 'm4a' AS format, m.bytes, m.crc32, m.span_offset, m.span_bytes,
               m.span_crc32
        WHERE $3 = 'aac'
        UNION ALL
        SELECT n.path, 'm4a', n.bytes, n.crc32, n.span_offset, n.span_bytes, n.span_crc32
        WHERE $3 = 'lossless'
        UNION ALL
        SELECT o.path, o.format, o.bytes, o.crc32, NULL, NULL, NULL
        WHERE $3 = 'original') f
    CROSS JOIN LATERAL (
        SELECT coalesce(i.number, count(*) FILTER (WHERE b.index <= i.index)) AS number,
               count(*) AS count
        FROM resonate.release_item b
        JOIN resonate.track o ON o.id = b.track_id
        WHERE b.release_id = i.release_id AND b.disc = i.disc
          AND (o.status NOT IN ('hidden', 'deleted') OR o.id = t.id)) p
    CROSS JOIN LATERAL (
        SELECT coalesce(t.display_artist, a.display_name) AS artist,
               CASE WHEN $2 IS NULL
                    THEN coalesce(t.display_artist, a.display_name) || ' - ' || t.title
                    ELSE CASE WHEN EXISTS (SELECT FROM resonate.release_item b
                                           WHERE b.release_id = $2 AND b.disc > 1)
                              THEN i.disc || '-' ELSE '' END
                         || lpad(p.number::text, greatest(2, length(p.number::text)), '0') || ' '
                         || t.title END AS name) e
$$;

COMMENT ON FUNCTION resonate.downloads(uuid[], uuid, text, uuid) IS 'Tracks as files to keep, of a release or each by itself. visible: this caller may see it; owned: it is his to keep; name: without what it ends with; body: as media/resonate_download.h has it, null: it is not kept in that quality; summed: the CRC-32 of what is sent of the file is known.';

CREATE OR REPLACE FUNCTION v3.download(id uuid, quality text DEFAULT 'aac',
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    d record;
BEGIN
    SELECT * INTO d FROM resonate.downloads(ARRAY[$1], NULL, $2, $3);

    IF NOT FOUND OR NOT d.visible THEN
        RETURN resonate.answer(404, 'No such track.');
    END IF;

    IF NOT d.owned THEN
        RETURN resonate.answer(403, 'The track is not owned.');
    END IF;

    IF d.body IS NULL THEN
        RETURN resonate.answer(404, 'The track is not kept in that quality.');
    END IF;

    RETURN resonate.answer(200, format('{"id":"%s","name":%s,"cover":%s,"files":[%s]}', $1,
        to_json(d.name), coalesce('"images/' || d.cover_id || '-x600.jpg"', 'null'), d.body));
END
$$;

COMMENT ON FUNCTION v3.download(uuid, text, uuid) IS 'GET /user/download/{id}: the track as a file to keep, for whom owns it, whose it is, and for everybody if it is free. What the edge is told: {id, name, cover, files: [{name, file, type, bytes, crc32, span, tags}]}.';

CREATE OR REPLACE FUNCTION v3.download_release(id uuid, quality text DEFAULT 'aac',
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $1;
    _quality ALIAS FOR $2;
    _caller ALIAS FOR $3;
    title text;
    cover text;
    d record;
BEGIN
    SELECT coalesce(r.display_artist, a.display_name) || ' - ' || r.title,
           CASE WHEN m.id IS NULL THEN ''
                ELSE format('"cover":"images/%s-x600.jpg","coverSum":[%s,%s],', m.id, m.bytes,
                            m.crc32) END
    INTO title, cover
    FROM resonate.release r
    JOIN resonate.creator a ON a.id = r.creator_id
    LEFT JOIN resonate.image m ON m.id = r.cover_id AND m.crc32 IS NOT NULL
    WHERE r.id = _id
      AND (r.released_on <= resonate.today() OR (r.deleted_at IS NULL AND a.owner_id = _caller));

    IF NOT FOUND THEN
        RETURN resonate.answer(404, 'No such release.');
    END IF;

    SELECT count(*) AS count,
           count(*) FILTER (WHERE NOT w.owned) AS foreign_count,
           count(*) FILTER (WHERE w.body IS NULL) AS missing_count,
           count(*) FILTER (WHERE NOT w.summed) AS unsummed_count,
           string_agg(w.body, ',' ORDER BY w.ord) AS bodies
    INTO d
    FROM resonate.downloads(ARRAY(SELECT i.track_id FROM resonate.release_item i
                                  WHERE i.release_id = _id ORDER BY i.index),
                            _id, _quality, _caller) w
    WHERE w.visible;

    IF d.count = 0 THEN
        RETURN resonate.answer(404, 'The release has no tracks.');
    END IF;

    IF d.foreign_count > 0 THEN
        RETURN resonate.answer(403, format('%s of %s tracks are not owned.', d.foreign_count,
                                           d.count));
    END IF;

    IF d.missing_count > 0 THEN
        RETURN resonate.answer(404, format('%s of %s tracks are not kept in that quality.',
                                           d.missing_count, d.count));
    END IF;

    IF d.unsummed_count > 0 THEN
        RETURN resonate.answer(409, format('%s of %s files were stored before their CRC-32 was: '
            'whoever runs the site ingests them again with bin/resonate-ingest.',
            d.unsummed_count, d.count));
    END IF;

    RETURN resonate.answer(200, format('{"id":"%s","name":%s,%s"files":[%s]}', _id, to_json(title),
                                       cover, d.bodies));
END
$$;

COMMENT ON FUNCTION v3.download_release(uuid, text, uuid) IS 'GET /user/trackgroups/{id}/download: its tracks that the caller may see as a ZIP; all of them must be owned, free or one''s own; and its cover. What the edge is told: as of a track, with one file for each and coverSum, [bytes, crc32].';
