-- What bin/resonate-catalogue prune needs.

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
    UNION ALL
    SELECT i::text FROM unnest($2) i
    WHERE NOT EXISTS (SELECT FROM resonate.image o WHERE o.id = i)
$$;

COMMENT ON FUNCTION resonate.manage_unknown(text[], uuid[]) IS 'Those of these sounds (SHA-256) and images that the catalogue does not know.';
