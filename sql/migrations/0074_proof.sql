-- Proofs of possession (RFC 9449) that some edge has seen.

CREATE TABLE resonate.proof (
    id          bytea PRIMARY KEY CHECK (length(id) = 32),
    expires_at  timestamptz NOT NULL
);

CREATE INDEX proof_expires ON resonate.proof (expires_at);

COMMENT ON TABLE resonate.proof IS 'DPoP proofs that were seen, so that no edge takes one again; added by resonate.first_proof(), which deletes those that have expired.';
COMMENT ON COLUMN resonate.proof.id IS 'SHA-256 of the thumbprint of its key, its jti and its URI';
COMMENT ON COLUMN resonate.proof.expires_at IS 'from then on its own time refuses it';
