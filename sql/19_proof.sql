-- Proofs of possession are good once, on whatever edge.

CREATE OR REPLACE FUNCTION resonate.first_proof(id bytea, seconds integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    _first boolean;
BEGIN
    -- A crash of the server may forget the last half second.  The edge that saw
    -- a proof remembers it all the same, and no request waits for a disk.
    PERFORM set_config('synchronous_commit', 'off', true);

    INSERT INTO resonate.proof (id, expires_at)
    VALUES ($1, clock_timestamp() + make_interval(secs => $2))
    ON CONFLICT ON CONSTRAINT proof_pkey DO NOTHING;

    _first := FOUND;

    -- one of 256 cleans up behind all
    IF get_byte($1, 31) = 0 THEN
        DELETE FROM resonate.proof p
        USING (SELECT e.id FROM resonate.proof e
               WHERE e.expires_at < clock_timestamp()
               ORDER BY e.expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED) e
        WHERE p.id = e.id;
    END IF;

    RETURN _first;
END
$$;

COMMENT ON FUNCTION resonate.first_proof(bytea, integer) IS 'Whether no edge has seen this DPoP proof before; from now on one has, for that many seconds.';
