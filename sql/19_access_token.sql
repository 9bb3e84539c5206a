-- Opaque tokens: what one says, who hands them in, and the old table of them.

CREATE OR REPLACE FUNCTION resonate.token_claims(hash text) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT json_strip_nulls(json_build_object(
               -- RFC 9068, section 2.2: of a client on its own, the client
               'sub', CASE WHEN a.user_id = '00000000-0000-0000-0000-000000000000'
                           THEN a.client_id ELSE a.user_id::text END,
               'client_id', a.client_id,
               'scope', (SELECT string_agg(w.word, ' ' ORDER BY w.n)
                         FROM string_to_table(a.scope, ' ') WITH ORDINALITY w (word, n)
                         WHERE w.word <> ''
                           AND NOT EXISTS (SELECT FROM resonate.role r WHERE r.name = w.word)),
               'roles', (SELECT json_agg(r.name ORDER BY r.id) FROM resonate.role r
                         WHERE r.name = ANY (string_to_array(a.scope, ' '))),
               'iat', floor(extract(epoch FROM a.created_at))::bigint,
               'exp', floor(extract(epoch FROM a.expires_at))::bigint,
               'jti', a.id))
    FROM resonate.access_token a
    WHERE a.hash = CASE WHEN $1 ~ '^[0-9a-f]{64}$' THEN decode($1, 'hex') END
      AND a.deleted_at IS NULL AND a.expires_at > now()
$$;

COMMENT ON FUNCTION resonate.token_claims(text) IS 'The claims of the opaque token with this SHA-256, in hexadecimal, or null: it is unknown, deleted, or has expired.';

CREATE OR REPLACE FUNCTION resonate.token_store(hash text, client_id text, user_id uuid,
    scope text, expires_at timestamptz, created_at timestamptz DEFAULT now()) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO resonate.access_token (hash, client_id, user_id, scope, expires_at, created_at)
    VALUES (decode($1, 'hex'), $2, coalesce($3, '00000000-0000-0000-0000-000000000000'), $4, $5, $6)
    RETURNING id
$$;

COMMENT ON FUNCTION resonate.token_store(text, text, uuid, text, timestamptz, timestamptz) IS 'Hands in an opaque token by its SHA-256, in hexadecimal; a null user: the client is on its own. Returns its jti.';

CREATE OR REPLACE FUNCTION resonate.token_delete(hash text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE resonate.access_token SET deleted_at = now()
    WHERE hash = decode($1, 'hex') AND deleted_at IS NULL;

    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION resonate.token_delete(text) IS 'Deletes an opaque token by its SHA-256, and so revokes it; false: there is none, or it was deleted before.';

-- The clear tokens are read by whoever calls this, in one statement that has
-- none of them in its text.

CREATE OR REPLACE FUNCTION resonate.token_import(source regclass) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    _known bigint;
BEGIN
    EXECUTE format($sql$
        INSERT INTO resonate.access_token AS a
            (hash, client_id, user_id, scope, created_at, expires_at, deleted_at)
        SELECT sha256(convert_to(lower(t.token::text), 'UTF8')), t.client_id::text,
               coalesce(t.user_id, '00000000-0000-0000-0000-000000000000'),
               coalesce(t.scope, ''), t.created_at, t.expires_at, t.deleted_at
        FROM %s t
        WHERE t.expires_at > now()
        ON CONFLICT (hash) DO UPDATE
        SET scope = excluded.scope, expires_at = excluded.expires_at,
            deleted_at = coalesce(a.deleted_at, excluded.deleted_at)
        WHERE (a.scope, a.expires_at, a.deleted_at) IS DISTINCT FROM
              (excluded.scope, excluded.expires_at, coalesce(a.deleted_at, excluded.deleted_at))
        $sql$, $1);
    GET DIAGNOSTICS _known = ROW_COUNT;

    RETURN _known;
END
$$;

COMMENT ON FUNCTION resonate.token_import(regclass) IS 'Takes the tokens that have not expired from a table with columns token, client_id, user_id, scope, created_at, expires_at, deleted_at, and keeps their hashes; as often as needed. Returns how many are new or have changed. For the owner of both tables.';

CREATE OR REPLACE FUNCTION resonate.token_gone() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO resonate.revocation (kind, issuer, value, expires_at)
    SELECT 'token', '', encode(g.hash, 'hex'), g.expires_at
    FROM gone g
    LEFT JOIN resonate.access_token a ON a.id = g.id
    WHERE g.deleted_at IS NULL AND g.expires_at > now()
      AND (a.id IS NULL OR a.deleted_at IS NOT NULL OR a.hash <> g.hash);

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.token_gone() IS 'Trigger: a token that is not there any more, or is deleted now, is revoked, because an edge may know it.';
