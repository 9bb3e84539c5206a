-- Refusing tokens before they expire: who says so, and what the edges read.

CREATE OR REPLACE FUNCTION resonate.revoke(kind text, value text, issuer text DEFAULT '',
    before timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT 'infinity',
    reason text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    _timed CONSTANT boolean := $1 IN ('subject', 'client');
    _before CONSTANT timestamptz := CASE WHEN _timed THEN coalesce($4, clock_timestamp())
                                         ELSE 'infinity' END;
    _id bigint;
BEGIN
    IF $1 IS NULL OR $1 NOT IN ('token', 'jti', 'subject', 'client', 'session') THEN
        RAISE EXCEPTION 'kind must be token, jti, subject, client or session'
            USING ERRCODE = 'invalid_parameter_value';

    ELSIF $1 = 'token' AND ($2 IS NULL OR $2 !~ '^[0-9a-f]{64}$') THEN
        -- whoever gave the token itself does not want it in a server log
        RAISE EXCEPTION 'a token is named by its SHA-256, 64 hexadecimal digits in lower case'
            USING ERRCODE = 'invalid_parameter_value';

    ELSIF (coalesce($3, '') = '') <> ($1 = 'token') THEN
        RAISE EXCEPTION '%', CASE $1 WHEN 'token' THEN 'the hash of a token has no issuer'
                                     ELSE 'whose ' || $1 || ' it is, its issuer says' END
            USING ERRCODE = 'invalid_parameter_value';

    ELSIF NOT _timed AND $4 IS NOT NULL THEN
        RAISE EXCEPTION 'a % is revoked whenever it was issued', $1
            USING ERRCODE = 'invalid_parameter_value';

    -- who is locked out by mistake has no way back but to wait
    ELSIF _timed AND _before > clock_timestamp() + interval '5 minutes' THEN
        RAISE EXCEPTION 'before must not be more than five minutes ahead'
            USING ERRCODE = 'invalid_parameter_value';

    ELSIF $5 IS NULL OR $5 <= clock_timestamp() THEN
        RAISE EXCEPTION 'expires_at must be in the future'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    INSERT INTO resonate.revocation (kind, issuer, value, revoked_before, expires_at, reason)
    VALUES ($1, coalesce($3, ''), $2, _before, $5, $6)
    RETURNING id INTO _id;

    RETURN _id;
END
$$;

COMMENT ON FUNCTION resonate.revoke(text, text, text, timestamptz, timestamptz, text) IS 'Refuses, on every edge within a second of the commit: a token by its hash, or by issuer and jti; all tokens of a subject or a client of an issuer that were issued before a time, by default now; all of a session of an issuer. expires_at is when it may be forgotten: not before the last of those tokens has expired. Returns its number.';

CREATE OR REPLACE FUNCTION resonate.logout(issuer text, jti text, subject text, session text,
    issued bigint, lasts interval DEFAULT '90 days') RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    -- the same second counts as before: tokens do not say more exactly
    INSERT INTO resonate.revocation (kind, issuer, value, revoked_before, expires_at, logout)
    VALUES (CASE WHEN $4 IS NULL THEN 'subject' ELSE 'session' END, $1, coalesce($4, $3),
            CASE WHEN $4 IS NULL THEN least(to_timestamp($5 + 1),
                                            clock_timestamp() + interval '5 minutes')
                 ELSE 'infinity' END,
            clock_timestamp() + $6, $2)
    ON CONFLICT (issuer, logout) WHERE logout IS NOT NULL DO NOTHING;

    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION resonate.logout(text, text, text, text, bigint, interval) IS 'What a logout token says that the edge has verified: the session has ended, or, without one, every session of the subject. False: its jti was there before.';

-- Where the numbers of transactions come from.  After a restore, or with a
-- standby that has become the primary, the same number is another transaction.

CREATE OR REPLACE FUNCTION resonate.revocation_horizon() RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT concat_ws('-', '1', (pg_control_system()).system_identifier,
                     (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()),
                     'resonate.revocation'::regclass::oid,
                     CASE WHEN pg_is_in_recovery()
                          THEN 's' || (pg_control_checkpoint()).timeline_id
                          ELSE left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END)
$$;

COMMENT ON FUNCTION resonate.revocation_horizon() IS 'The server, database, table and timeline of now: within one of them, the number of a transaction names it.';

-- On a standby pg_current_snapshot() leaves out what is in progress.

CREATE OR REPLACE FUNCTION resonate.revocation_snapshot() RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN pg_is_in_recovery() OR length(s.now::text) > 400
                THEN format('%1$s:%1$s:', pg_snapshot_xmin(s.now)) ELSE s.now::text END
    FROM (SELECT pg_current_snapshot() AS now) s
$$;

COMMENT ON FUNCTION resonate.revocation_snapshot() IS 'A snapshot in which nothing is visible that is not visible now, as text of at most 400 bytes.';

-- Its text is of this query, and so is what it sees: both are of one snapshot
-- because the function is stable.  Whoever inserts with a lower number and
-- commits later is not visible in the snapshot of before, and comes next.

CREATE OR REPLACE FUNCTION resonate.revocations(since text DEFAULT NULL,
    most integer DEFAULT 1000)
RETURNS TABLE (next text, more boolean, kind text, issuer text, value text, before bigint,
    expires bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    _far CONSTANT timestamptz := '9999-12-31 UTC';
    _horizon CONSTANT text := resonate.revocation_horizon();
    _words CONSTANT text[] := CASE WHEN split_part($1, '/', 1) = _horizon
                                   THEN string_to_array($1, '/') END;
    -- this was seen; this will have been, when all pages are read; the last one
    _seen CONSTANT pg_snapshot := nullif(_words[2], '');
    _aim CONSTANT text := coalesce(nullif(_words[3], ''), resonate.revocation_snapshot());
    _after CONSTANT bigint := coalesce(_words[4], '0');
    _page resonate.revocation[];
    _full boolean;
BEGIN
    IF _seen IS NULL THEN
        _page := ARRAY(SELECT v FROM resonate.revocation v
                       WHERE v.id > _after AND v.expires_at > now()
                       ORDER BY v.id LIMIT $2);
    ELSE
        -- rows of a restored table may be of transactions that are to come
        _page := ARRAY(SELECT v FROM resonate.revocation v
                       WHERE v.xact >= pg_snapshot_xmin(_seen)
                         AND v.xact < pg_snapshot_xmax(pg_current_snapshot())
                         AND NOT pg_visible_in_snapshot(v.xact, _seen)
                         AND v.id > _after AND v.expires_at > now()
                       ORDER BY v.id LIMIT $2);
    END IF;

    _full := cardinality(_page) = $2;

    RETURN QUERY
        SELECT CASE WHEN _full THEN concat_ws('/', _horizon, coalesce(_seen::text, ''), _aim,
                                              _page[$2].id)
                    ELSE concat_ws('/', _horizon, _aim, '', '0') END,
               _full, p.kind, p.issuer, p.value,
               ceil(extract(epoch FROM least(p.revoked_before, _far)))::bigint,
               ceil(extract(epoch FROM least(p.expires_at, _far)))::bigint
        FROM (VALUES (1)) one (row) LEFT JOIN unnest(_page) p ON true
        ORDER BY p.id;
END
$$;

COMMENT ON FUNCTION resonate.revocations(text, integer) IS 'What was revoked since an earlier answer, whose next it gets: each row at least once, in whatever order transactions commit, and all of it again after a restore or a failover. At least one row, with nulls if there is nothing; more: there is another page. Times are Unix seconds, of the year 9999 for infinity.';

CREATE OR REPLACE FUNCTION resonate.revocation_forget() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    _gone bigint;
BEGIN
    DELETE FROM resonate.revocation r WHERE r.expires_at < now();
    GET DIAGNOSTICS _gone = ROW_COUNT;

    RETURN _gone;
END
$$;

COMMENT ON FUNCTION resonate.revocation_forget() IS 'Deletes revocations that have expired; returns how many.';

CREATE OR REPLACE FUNCTION resonate.revocation_stamp() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.xact := pg_current_xact_id();

    RETURN NEW;
END
$$;

COMMENT ON FUNCTION resonate.revocation_stamp() IS 'Trigger: a row is of the transaction that adds it, also if it was copied from elsewhere.';

CREATE OR REPLACE FUNCTION resonate.revocation_notify() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('resonate_tags', 'revoked');

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.revocation_notify() IS 'Trigger: tells every edge that listens that there is something to read.';
