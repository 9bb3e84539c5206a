-- What bin/resonate-catalogue prune needs: files of the library that are gone,
-- and stored files that nothing needs.  Paths are bytes, here as hex.

CREATE OR REPLACE FUNCTION resonate.manage_sources(after text, "limit" integer)
RETURNS TABLE (path text, root text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT encode(s.path, 'hex'), encode(s.root, 'hex') FROM resonate.source s
    WHERE s.path > decode($1, 'hex')
    ORDER BY s.path LIMIT $2;
END
$$;

COMMENT ON FUNCTION resonate.manage_sources(text, integer) IS 'Files of the library in order, from the one after, each with the folder that was named when it was taken.';

CREATE OR REPLACE FUNCTION resonate.manage_prune(paths text[], erase boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone CONSTANT bytea[] := ARRAY(SELECT decode(p, 'hex') FROM unnest($1) p ORDER BY 1);
    tracks uuid[];
    releases uuid[];
    known uuid[];
    one bytea;
BEGIN
    PERFORM resonate.journaled();

    SELECT array_agg(DISTINCT s.track_id), array_agg(DISTINCT s.release_id)
    INTO tracks, releases
    FROM resonate.source s WHERE s.path = ANY (gone);

    PERFORM FROM resonate.release r WHERE r.id = ANY (releases) ORDER BY r.id FOR UPDATE;

    FOREACH one IN ARRAY gone
    LOOP
        PERFORM resonate.ingest_forget(one);
    END LOOP;

    IF $2 THEN
        known := resonate.known_tracks(tracks);

        DELETE FROM resonate.track t
        WHERE t.id = ANY (tracks) AND t.id <> ALL (known)
          AND NOT EXISTS (SELECT FROM resonate.release_item i WHERE i.track_id = t.id)
          AND NOT EXISTS (SELECT FROM resonate.source s WHERE s.track_id = t.id);

        DELETE FROM resonate.release r
        WHERE r.id = ANY (releases) AND r.deleted_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM resonate.release_item i WHERE i.release_id = r.id)
          AND NOT EXISTS (SELECT FROM resonate.source s WHERE s.release_id = r.id);
    END IF;
END
$$;

COMMENT ON FUNCTION resonate.manage_prune(text[], boolean) IS 'These files are gone: their tracks leave the releases that no other file puts them in, and releases without tracks are removed. erase: deletes of them what nobody ever heard or paid.';

CREATE OR REPLACE FUNCTION resonate.manage_unused() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM resonate.journaled();

    DELETE FROM resonate.media_file m
    WHERE NOT EXISTS (SELECT FROM resonate.track t WHERE t.media_sha256 = m.sha256);

    DELETE FROM resonate.image i
    WHERE NOT EXISTS (SELECT FROM resonate.release r WHERE r.cover_id = i.id)
      AND NOT EXISTS (SELECT FROM resonate.track t WHERE t.cover_id = i.id)
      AND NOT EXISTS (SELECT FROM resonate.playlist p WHERE p.cover_id = i.id)
      AND NOT EXISTS (SELECT FROM resonate.creator c WHERE i.id IN (c.avatar_id, c.banner_id));
END
$$;

COMMENT ON FUNCTION resonate.manage_unused() IS 'Forgets stored sounds and images that nothing refers to. Their files are then to be removed, so this cannot be undone.';

CREATE OR REPLACE FUNCTION resonate.manage_unknown(sounds text[], images uuid[])
RETURNS TABLE (name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s FROM unnest($1) s
    WHERE NOT EXISTS (SELECT FROM resonate.media_file m WHERE m.sha256 = s)
      AND NOT EXISTS (SELECT FROM resonate.rendition r WHERE r.sha256 = s)
      AND NOT EXISTS (SELECT FROM resonate.original o WHERE o.sha256 = s)
      AND NOT EXISTS (SELECT FROM resonate.media_file m
                      WHERE m.waveform = 'waveforms/' || left(s, 2) || '/' || s || '.json')
    UNION ALL
    SELECT i::text FROM unnest($2) i
    WHERE NOT EXISTS (SELECT FROM resonate.image o WHERE o.id = i)
$$;

COMMENT ON FUNCTION resonate.manage_unknown(text[], uuid[]) IS 'Those of these files of sounds (SHA-256) and images that the catalogue does not know.';
