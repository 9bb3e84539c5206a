-- Which tokens are refused though their signature and their times are good.

CREATE TABLE resonate.revocation (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xact            xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind            text NOT NULL
                        CHECK (kind IN ('token', 'jti', 'subject', 'client', 'session')),
    issuer          text NOT NULL CHECK (length(issuer) <= 2000),
    value           text NOT NULL CHECK (length(value) BETWEEN 1 AND 1000),
    revoked_before  timestamptz NOT NULL DEFAULT 'infinity',
    expires_at      timestamptz NOT NULL DEFAULT 'infinity',
    logout          text CHECK (length(logout) BETWEEN 1 AND 1000),
    reason          text CHECK (length(reason) BETWEEN 1 AND 1000),
    role            text NOT NULL DEFAULT session_user,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT revocation_issuer CHECK ((kind = 'token') = (issuer = '')),
    CONSTRAINT revocation_hash CHECK (kind <> 'token' OR value ~ '^[0-9a-f]{64}$'),
    CONSTRAINT revocation_before CHECK (isfinite(revoked_before) = (kind IN ('subject', 'client')))
);

CREATE INDEX revocation_xact ON resonate.revocation (xact);
CREATE INDEX revocation_expires ON resonate.revocation (expires_at) WHERE expires_at < 'infinity';
CREATE UNIQUE INDEX revocation_logout ON resonate.revocation (issuer, logout) WHERE logout IS NOT NULL;

COMMENT ON TABLE resonate.revocation IS 'Tokens that are refused, read by every edge with resonate.revocations(). Rows are added by resonate.revoke() and resonate.logout(), never changed, and deleted when they have expired.';
COMMENT ON COLUMN resonate.revocation.xact IS 'the transaction that added the row, set by a trigger: of numbers alone a reader cannot tell which are still to come';
COMMENT ON COLUMN resonate.revocation.kind IS 'token: by its hash; jti: by that claim; subject, client: all of theirs that were issued before a time; session: all that have it as their sid';
COMMENT ON COLUMN resonate.revocation.issuer IS 'whose jti, subject, client or session it is; empty for a hash';
COMMENT ON COLUMN resonate.revocation.value IS 'token: SHA-256, in lower-case hexadecimal, of an opaque token, and of what is signed of a JWT, which is all before its last dot: of one ECDSA signature anybody can make another that is good too';
COMMENT ON COLUMN resonate.revocation.revoked_before IS 'subject, client: tokens that were issued before it, or do not say when, are refused; else infinity';
COMMENT ON COLUMN resonate.revocation.expires_at IS 'when it may be forgotten, because what it refuses has expired itself';
COMMENT ON COLUMN resonate.revocation.logout IS 'jti of the logout token that asked for it, which counts once';
COMMENT ON COLUMN resonate.revocation.role IS 'the database role of the session';
