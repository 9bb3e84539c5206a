-- The whole catalogue, page by page, for another system or a backup.

CREATE OR REPLACE FUNCTION resonate.export_more(kind text, id uuid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT CASE $1
        WHEN 'release' THEN jsonb_build_object(
            'discs', (SELECT coalesce(jsonb_agg(jsonb_build_object('disc', d.disc, 'title', d.title)
                                                ORDER BY d.disc), '[]')
                      FROM resonate.release_disc d WHERE d.release_id = $2),
            'items', (SELECT coalesce(jsonb_agg(to_jsonb(i) - 'release_id' ORDER BY i.index), '[]')
                      FROM resonate.release_item i WHERE i.release_id = $2))
        WHEN 'track' THEN jsonb_build_object(
            'artists', (SELECT coalesce(jsonb_agg(a.creator_id ORDER BY a.position), '[]')
                        FROM resonate.track_artist a WHERE a.track_id = $2),
            'media', (SELECT to_jsonb(m) - '{files,qualities}'::text[] FROM resonate.track t
                      JOIN resonate.media_file m ON m.sha256 = t.media_sha256 WHERE t.id = $2),
            'renditions', (SELECT coalesce(jsonb_agg(to_jsonb(r) - 'media_sha256'
                                                     ORDER BY r.bytes), '[]')
                           FROM resonate.track t
                           JOIN resonate.rendition r USING (media_sha256) WHERE t.id = $2),
            'original', (SELECT to_jsonb(o) - 'media_sha256' FROM resonate.track t
                         JOIN resonate.original o USING (media_sha256) WHERE t.id = $2),
            'sources', (SELECT coalesce(jsonb_agg(resonate.path_text(s.path) ORDER BY s.path), '[]')
                        FROM resonate.source s WHERE s.track_id = $2))
        WHEN 'playlist' THEN jsonb_build_object(
            'items', (SELECT coalesce(jsonb_agg(i.track_id ORDER BY i.index), '[]')
                      FROM resonate.playlist_item i WHERE i.playlist_id = $2))
        ELSE '{}' END
$$;

COMMENT ON FUNCTION resonate.export_more(text, uuid) IS 'What an exported thing has beyond its row.';

CREATE OR REPLACE FUNCTION resonate.manage_export(kind text, after uuid, "limit" integer)
RETURNS TABLE (id uuid, body jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC' AS $$
DECLARE
    relation CONSTANT text := CASE $1 WHEN 'artist' THEN 'creator' ELSE $1 END;
BEGIN
    IF $1 IS NULL OR $1 <> ALL ('{image,artist,release,track,playlist}') THEN
        RAISE EXCEPTION 'no such kind: %', $1 USING ERRCODE = 'RM400';
    END IF;

    RETURN QUERY EXECUTE format(
        'SELECT t.id, (to_jsonb(t) - $4) || resonate.export_more($1, t.id) FROM resonate.%I t'
        ' WHERE t.id > $2 %s ORDER BY t.id LIMIT $3', relation,
        CASE $1 WHEN 'playlist' THEN 'AND NOT t.private' ELSE '' END)
    USING $1, coalesce($2, '00000000-0000-0000-0000-000000000000'), least(greatest($3, 1), 10000),
          '{ingest_key,sort_name,slug,artist_ids}'::text[];
END
$$;

COMMENT ON FUNCTION resonate.manage_export(text, uuid, integer) IS 'A page of all of a kind (image, artist, release, track; playlist: the public ones), by id from the one after: the row, and what belongs to it.';

CREATE OR REPLACE FUNCTION resonate.manage_export_cells(kind text, after uuid, "limit" integer)
RETURNS TABLE (id uuid, names text[], cells text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.id, array_agg(m.key ORDER BY m.key <> 'id', m.key),
           array_agg(m.value ORDER BY m.key <> 'id', m.key)
    FROM resonate.manage_export($1, $2, $3) e
    CROSS JOIN LATERAL jsonb_each_text(e.body) m
    GROUP BY e.id
    ORDER BY e.id
$$;

COMMENT ON FUNCTION resonate.manage_export_cells(text, uuid, integer) IS 'The same as columns of text, the id first, the others by name; lists and objects are JSON.';
