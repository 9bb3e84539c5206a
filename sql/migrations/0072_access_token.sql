-- Opaque access tokens, as the co-operative's identity service issues them: a
-- uuid each.  What is kept is their hash, with which nobody can log in.

CREATE TABLE resonate.access_token (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    hash        bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    client_id   text NOT NULL CHECK (length(client_id) BETWEEN 1 AND 255),
    user_id     uuid NOT NULL,
    scope       text NOT NULL DEFAULT '' CHECK (length(scope) <= 2000),
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    deleted_at  timestamptz
);

CREATE INDEX access_token_expires ON resonate.access_token (expires_at);

COMMENT ON TABLE resonate.access_token IS 'Opaque access tokens, by their hash; the edge asks for one with resonate.token_claims(). Deleting a row, or setting deleted_at, revokes the token.';
COMMENT ON COLUMN resonate.access_token.hash IS 'SHA-256 of the token as it is sent: a uuid of 36 characters, in lower case';
COMMENT ON COLUMN resonate.access_token.client_id IS 'the OAuth client that it was issued to';
COMMENT ON COLUMN resonate.access_token.user_id IS 'the subject; all zero: nobody''s, the client is on its own';
COMMENT ON COLUMN resonate.access_token.scope IS 'words with spaces between; names of roles are the roles of the token';
