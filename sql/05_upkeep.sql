-- What the database does for itself when it is told to: months ahead for plays
-- and postings, forgetting, and what lists are read from.

CREATE OR REPLACE FUNCTION resonate.partition_triggers(parent regclass, part regclass)
RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _part ALIAS FOR $2;
    w record;
BEGIN
    FOR w IN
        SELECT g.tgname,
               replace(pg_get_triggerdef(g.oid), format(' ON %I.%I ', n.nspname, p.relname),
                       format(' ON %I.%I ', n.nspname, c.relname)) AS definition
        FROM pg_trigger g
        JOIN pg_class p ON p.oid = g.tgrelid
        JOIN pg_namespace n ON n.oid = p.relnamespace
        JOIN pg_class c ON c.oid = _part
        WHERE g.tgrelid = $1 AND NOT g.tgisinternal AND g.tgtype & 1 = 0
    LOOP
        IF NOT EXISTS (SELECT FROM pg_trigger g
                       WHERE g.tgrelid = _part AND g.tgname = w.tgname AND g.tgenabled = 'O'
                         AND pg_get_triggerdef(g.oid) = w.definition)
        THEN
            EXECUTE overlay(w.definition PLACING 'CREATE OR REPLACE ' FROM 1 FOR 7);
        END IF;
    END LOOP;
END
$$;

COMMENT ON FUNCTION resonate.partition_triggers(regclass, regclass) IS 'Gives a partition the triggers for each statement that its table has: who writes to it by its own name would go round them.';

CREATE OR REPLACE FUNCTION resonate.partition_add(parent text, key text, month date)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    -- %1$I table, %2$I its time, %3$I partition, %4$L to %5$L its month
    _parts CONSTANT text[] := ARRAY[$1, $2, to_char($3, format('"%s_"YYYY_MM', $1)),
        to_char($3, 'YYYY-MM-DD"T00:00:00Z"'),
        to_char($3 + interval '1 month', 'YYYY-MM-DD"T00:00:00Z"')];
    _command text;
BEGIN
    FOREACH _command IN ARRAY ARRAY[
        'CREATE TABLE resonate.%3$I (LIKE resonate.%1$I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
        'REVOKE ALL ON resonate.%3$I FROM PUBLIC',
        'SELECT resonate.partition_settings(''resonate.%3$I'')',
        'ALTER TABLE resonate.%1$s_default DISABLE TRIGGER USER',
        'WITH moved AS (DELETE FROM resonate.%1$s_default'
        '               WHERE %2$I >= %4$L AND %2$I < %5$L RETURNING *)'
        ' INSERT INTO resonate.%3$I SELECT * FROM moved',
        'ALTER TABLE resonate.%1$s_default ENABLE TRIGGER USER',
        'ALTER TABLE resonate.%1$I ATTACH PARTITION resonate.%3$I'
        ' FOR VALUES FROM (%4$L) TO (%5$L)',
        'SELECT resonate.partition_triggers(''resonate.%1$I'', ''resonate.%3$I'')']
    LOOP
        EXECUTE format(_command, VARIADIC _parts);
    END LOOP;
END
$$;

COMMENT ON FUNCTION resonate.partition_add(text, text, date) IS 'Makes the partition of a month, with the rows of that month that are in the default partition.';

CREATE OR REPLACE FUNCTION resonate.partition_settings(part regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_scale_factor = 0.05,'
                   ' autovacuum_analyze_scale_factor = 0.02, autovacuum_freeze_min_age = 0)', $1);
END
$$;

COMMENT ON FUNCTION resonate.partition_settings(regclass) IS 'Rows that never change are frozen when they are first vacuumed; that is often, for index-only scans.';

CREATE OR REPLACE FUNCTION resonate.partitions_missing(months integer)
RETURNS TABLE (parent text, key text, month date)
LANGUAGE sql STABLE AS $$
    WITH ahead AS (
        SELECT (date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month')::date AS month
        FROM generate_series(0, $1) n
    ), stray AS (
        SELECT DISTINCT 'play' AS parent, date_trunc('month', y.played_at AT TIME ZONE 'UTC')::date AS month
        FROM resonate.play_default y WHERE isfinite(y.played_at)
      UNION ALL
        SELECT DISTINCT 'posting', date_trunc('month', p.posted_at AT TIME ZONE 'UTC')::date
        FROM resonate.posting_default p WHERE isfinite(p.posted_at)
    )
    SELECT k.parent, k.key, m.month
    FROM (VALUES ('posting', 'posted_at'), ('play', 'played_at')) k (parent, key)
    CROSS JOIN LATERAL (SELECT a.month FROM ahead a
                        UNION SELECT s.month FROM stray s WHERE s.parent = k.parent) m
    WHERE to_regclass(format('resonate.%I', to_char(m.month, format('"%s_"YYYY_MM', k.parent))))
          IS NULL
    ORDER BY k.parent DESC, m.month
$$;

COMMENT ON FUNCTION resonate.partitions_missing(integer) IS 'Months without a partition: this one, so many ahead, and those of rows in the default partition.';

CREATE OR REPLACE FUNCTION resonate.partitions_ahead(months integer DEFAULT 3,
    tries integer DEFAULT 20) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '500ms' AS $$
#variable_conflict use_column
DECLARE
    _made integer;
    w record;
BEGIN
    FOR _try IN 1 .. $2
    LOOP
        EXIT WHEN NOT EXISTS (SELECT FROM resonate.partitions_missing($1));

        -- A new foreign key locks what it refers to against writing.  Who
        -- waits for that lets go before the server sees a deadlock, and then
        -- tries again: the one to give way is never somebody who plays.
        BEGIN
            LOCK TABLE resonate.person, resonate.transfer, resonate.account, resonate.track
                IN SHARE ROW EXCLUSIVE MODE;
            LOCK TABLE resonate.posting_default, resonate.play_default IN ACCESS EXCLUSIVE MODE;

            _made := 0;

            LOOP
                SELECT * INTO w FROM resonate.partitions_missing($1) LIMIT 1;

                IF NOT FOUND THEN
                    RETURN _made;
                END IF;

                PERFORM resonate.partition_add(w.parent, w.key, w.month);
                _made := _made + 1;
            END LOOP;

        EXCEPTION WHEN lock_not_available THEN
            IF _try = $2 THEN
                RAISE;
            END IF;
        END;

        PERFORM pg_sleep(0.1);
    END LOOP;

    RETURN 0;
END
$$;

COMMENT ON FUNCTION resonate.partitions_ahead(integer, integer) IS 'Makes the partitions of this month and so many more, and of rows that came without one; returns how many. Takes no lock when none is missing.';

CREATE OR REPLACE FUNCTION resonate.upkeep_done(job text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO resonate.upkeep (job, done_at) VALUES ($1, clock_timestamp())
    ON CONFLICT (job) DO UPDATE SET done_at = excluded.done_at
$$;

COMMENT ON FUNCTION resonate.upkeep_done(text) IS 'Remembers that this job was finished now.';

CREATE OR REPLACE FUNCTION resonate.forget() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    _gone bigint;
BEGIN
    -- autovacuum looks at partitions, never at the table they make up
    ANALYZE resonate.play, resonate.posting;

    DELETE FROM resonate.idempotency WHERE created_at < now() - interval '24 hours';
    GET DIAGNOSTICS _gone = ROW_COUNT;

    PERFORM resonate.revocation_forget();
    PERFORM resonate.upkeep_done('sweep');

    RETURN _gone;
END
$$;

COMMENT ON FUNCTION resonate.forget() IS 'What sweep() does but for partitions.';

CREATE OR REPLACE FUNCTION resonate.sweep() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    _gone CONSTANT bigint := resonate.forget();
BEGIN
    -- last, because nobody plays from here to the commit
    PERFORM resonate.partitions_ahead();

    RETURN _gone;
END
$$;

COMMENT ON FUNCTION resonate.sweep() IS 'The daily job: keeps the statistics of partitioned tables, forgets idempotency keys that are past their 24 hours and revocations that have expired, and makes partitions ahead; returns how many keys.';

-- Months are made in a transaction of their own.  Who changes the catalogue may
-- wait for a row of the chart while it holds the table that they lock; so the
-- roll-up, which locks such rows, is last, and waits for nothing after it.

CREATE OR REPLACE FUNCTION resonate.maintain() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    _made integer := 0;
    _forgotten bigint;
    _folded bigint;
    _done text;
BEGIN
    BEGIN
        -- each try holds up who plays, and a minute later there are others
        _made := resonate.partitions_ahead(tries => 2);
    EXCEPTION WHEN lock_not_available THEN
        RAISE WARNING 'no partitions were made: the tables are in use';
    END;

    IF _made > 0 THEN
        _done := format('%s partitions made', _made);
    ELSE
        -- a clock that was set back does not put it off
        IF NOT EXISTS (SELECT FROM resonate.upkeep u
                       WHERE u.job = 'sweep'
                         AND u.done_at BETWEEN now() - interval '1 day' AND now() + interval '1 hour')
        THEN
            _forgotten := resonate.forget();
        END IF;

        _folded := resonate.list_fold();
        _done := format('%s plays rolled up, %s counts folded%s', resonate.roll_up(), _folded,
                        ', ' || _forgotten || ' idempotency keys forgotten');
    END IF;

    PERFORM resonate.upkeep_done('maintain');

    RETURN _done;
END
$$;

COMMENT ON FUNCTION resonate.maintain() IS 'Does what is due, as often as once a minute: partitions when some are missing, else the counts of lists, the roll-up of plays and, once a day, what sweep() does; says what it did.';

CREATE OR REPLACE FUNCTION resonate.maintained() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT extract(epoch FROM u.done_at)::bigint FROM resonate.upkeep u WHERE u.job = 'maintain'
$$;

COMMENT ON FUNCTION resonate.maintained() IS 'When maintain() was last finished, in Unix seconds; null: never.';
