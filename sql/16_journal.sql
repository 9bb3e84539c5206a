-- The journal of what people change in the catalogue, and undoing it.
--
-- A transaction that begins a change has its rows kept by the triggers of
-- 98_triggers.sql; for all others these have a condition that is false.
--
-- What bin/resonate-catalogue is refused has these states:
--
--     RM400  a value that cannot be     RM404  no such thing
--     RM409  changed by another since   RM428  needs a confirmation

CREATE OR REPLACE FUNCTION resonate.journal_columns(relation regclass) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
          AND a.attname <> 'updated_at'
          AND (a.attrelid, a.attname::text) NOT IN (
              VALUES ('resonate.track'::regclass::oid, 'release_id'),
                     ('resonate.track'::regclass, 'artist_ids'),
                     ('resonate.track'::regclass, 'released_on'),
                     ('resonate.release'::regclass, 'loudness_lufs'),
                     ('resonate.release'::regclass, 'true_peak_dbtp'),
                     ('resonate.creator'::regclass, 'released_on'))
        ORDER BY a.attnum)
$$;

COMMENT ON FUNCTION resonate.journal_columns(regclass) IS 'The columns that the journal keeps: those that are not derived from others.';

CREATE OR REPLACE FUNCTION resonate.pick(object jsonb, names text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each($1) e
    WHERE e.key = ANY ($2)
$$;

COMMENT ON FUNCTION resonate.pick(jsonb, text[]) IS 'The members of these names.';

CREATE OR REPLACE FUNCTION resonate.path_text(path bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN convert_from($1, 'UTF8');
EXCEPTION
    WHEN character_not_in_repertoire OR untranslatable_character THEN
        RETURN encode($1, 'escape');
END
$$;

COMMENT ON FUNCTION resonate.path_text(bytea) IS 'A path of the file system as text; if its bytes are no UTF-8, with escapes.';

CREATE OR REPLACE FUNCTION resonate.key_columns(relation regclass) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT a.attname::text
                 FROM pg_index i
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                 WHERE i.indrelid = $1 AND i.indisprimary
                 ORDER BY a.attnum)
$$;

COMMENT ON FUNCTION resonate.key_columns(regclass) IS 'The columns of the primary key.';

-- The zone is that of the session otherwise, and moments are kept as text.

CREATE OR REPLACE FUNCTION resonate.journal() RETURNS trigger
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    columns CONSTANT text[] := resonate.journal_columns(TG_RELID);
    old_row CONSTANT jsonb := to_jsonb(OLD);
    new_row CONSTANT jsonb := to_jsonb(NEW);
    was jsonb;
    is_now jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := resonate.pick(old_row, columns);
    END IF;

    IF TG_OP <> 'DELETE' THEN
        is_now := resonate.pick(new_row, columns);
    END IF;

    IF was IS NOT DISTINCT FROM is_now THEN
        RETURN NULL;
    END IF;

    INSERT INTO resonate.change_row (change_id, relation, key, before, after)
    VALUES (resonate.journaled(), TG_TABLE_NAME,
            resonate.pick(coalesce(new_row, old_row), resonate.key_columns(TG_RELID)),
            was, is_now);

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.journal() IS 'Trigger: keeps the row before and after in the change that this transaction has begun.';

CREATE OR REPLACE FUNCTION resonate.journaled() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    known bigint;
BEGIN
    SELECT c.id INTO known FROM resonate.change c
    WHERE c.id = nullif(current_setting('resonate.change', true), '')::bigint
      AND c.xact = pg_current_xact_id();

    IF NOT FOUND THEN
        RAISE EXCEPTION 'no change was begun in this transaction' USING ERRCODE = 'RM400';
    END IF;

    RETURN known;
END
$$;

COMMENT ON FUNCTION resonate.journaled() IS 'The change that this transaction has begun; without one, nothing may be changed.';

CREATE OR REPLACE FUNCTION resonate.change_begin(who text, command text, undoes bigint)
RETURNS bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _kind text := 'change';
    made bigint;
BEGIN
    -- Operators take turns, so that each sees what the one before has left.
    PERFORM pg_advisory_xact_lock(hashtextextended('resonate manage', 0));

    IF $3 IS NOT NULL THEN
        _kind := (SELECT CASE c.kind WHEN 'undo' THEN 'redo' ELSE 'undo' END
                  FROM resonate.change c WHERE c.id = $3);
    END IF;

    INSERT INTO resonate.change (who, command, kind, undoes)
    VALUES (btrim(regexp_replace($1, '[\x01-\x1f\x7f-\x9f]', ' ', 'g')), $2, _kind, $3)
    RETURNING id INTO made;

    PERFORM set_config('resonate.change', made::text, true);
    RETURN made;
END
$$;

COMMENT ON FUNCTION resonate.change_begin(text, text, bigint) IS 'Begins a change, which ends with the transaction.';

CREATE OR REPLACE FUNCTION resonate.manage_begin(who text, command text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN resonate.change_begin($1, $2, NULL);
END
$$;

COMMENT ON FUNCTION resonate.manage_begin(text, text) IS 'Begins a change by this person with this command; all that the transaction then writes is kept in the journal.';

CREATE OR REPLACE FUNCTION resonate.journal_name(relation text, image jsonb) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE $1
        WHEN 'creator' THEN 'artist "' || ($2->>'display_name') || '"'
        WHEN 'favorite' THEN 'favourite of a listener'
        WHEN 'media_file' THEN 'stored sound ' || ($2->>'path')
        WHEN 'image' THEN format('%s %s', $2->>'kind', $2->>'id')
        WHEN 'source' THEN 'file ' || resonate.path_text(($2->>'path')::bytea)
        WHEN 'release_disc' THEN format('disc %s of release "%s"', $2->>'disc', r.title)
        WHEN 'release_item' THEN format('track "%s" of release "%s"', t.title, r.title)
        WHEN 'playlist_item' THEN format('track "%s" of playlist "%s"', t.title, p.title)
        WHEN 'track_artist' THEN format('artist "%s" of track "%s"', c.display_name, t.title)
        ELSE format('%s "%s"', $1, $2->>'title') END
    FROM (SELECT) x
    LEFT JOIN resonate.release r ON r.id = ($2->>'release_id')::uuid
    LEFT JOIN resonate.track t ON t.id = ($2->>'track_id')::uuid
    LEFT JOIN resonate.playlist p ON p.id = ($2->>'playlist_id')::uuid
    LEFT JOIN resonate.creator c ON c.id = ($2->>'creator_id')::uuid
$$;

COMMENT ON FUNCTION resonate.journal_name(text, jsonb) IS 'What a row of the journal is about, for people.';


-- Undoing: the rows backwards, each as it was before, if it still is as it was
-- after.  Of a row that is there before and after, the columns that were changed
-- are looked at and put back: others may have been changed since.

CREATE OR REPLACE FUNCTION resonate.undo_delete(relation text, key jsonb, was jsonb)
RETURNS boolean
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    done integer;
BEGIN
    -- its account is empty, or the ledger keeps it
    IF $1 = 'creator' THEN
        DELETE FROM resonate.account a
        WHERE a.creator_id = ($2->>'id')::uuid
          AND NOT EXISTS (SELECT FROM resonate.posting p WHERE p.account_id = a.id);
    END IF;

    EXECUTE format('DELETE FROM resonate.%1$I t WHERE (%2$s)'
                   ' AND resonate.pick(to_jsonb(t), $1) = $2', $1, resonate.key_condition($1, $2))
    USING ARRAY(SELECT jsonb_object_keys($3)), $3;
    GET DIAGNOSTICS done = ROW_COUNT;

    RETURN done = 1;
END
$$;

COMMENT ON FUNCTION resonate.undo_delete(text, jsonb, jsonb) IS 'Removes a row that a change made; false: it is not as it was made.';

CREATE OR REPLACE FUNCTION resonate.undo_insert(relation text, was jsonb) RETURNS boolean
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    names CONSTANT text := (SELECT string_agg(quote_ident(n), ', ') FROM jsonb_object_keys($2) n
                            WHERE n = ANY (resonate.journal_columns(('resonate.' || $1)::regclass)));
BEGIN
    EXECUTE format('INSERT INTO resonate.%1$I (%2$s)'
                   ' SELECT %2$s FROM jsonb_populate_record(NULL::resonate.%1$I, $1)', $1, names)
    USING $2;

    RETURN true;
EXCEPTION
    WHEN unique_violation THEN
        RETURN false;
END
$$;

COMMENT ON FUNCTION resonate.undo_insert(text, jsonb) IS 'Makes a row again that a change removed; false: another has its place.';

CREATE OR REPLACE FUNCTION resonate.undo_update(relation text, key jsonb, before jsonb,
    after jsonb) RETURNS boolean
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    names CONSTANT text[] := ARRAY(SELECT e.key FROM jsonb_each($4) e
                                   WHERE e.value IS DISTINCT FROM $3->e.key);
    list CONSTANT text := (SELECT string_agg(quote_ident(n), ', ') FROM unnest(names) n);
    moved CONSTANT text := CASE WHEN $1 IN ('creator', 'release', 'track', 'playlist')
                                THEN ', updated_at = now()' ELSE '' END;
    done integer;
BEGIN
    EXECUTE format('UPDATE resonate.%1$I t SET (%2$s) = (SELECT %2$s'
                   ' FROM jsonb_populate_record(t, $1))%3$s'
                   ' WHERE (%4$s) AND resonate.pick(to_jsonb(t), $2) = resonate.pick($3, $2)',
                   $1, list, moved, resonate.key_condition($1, $2))
    USING $3, names, $4;
    GET DIAGNOSTICS done = ROW_COUNT;

    RETURN done = 1;
END
$$;

COMMENT ON FUNCTION resonate.undo_update(text, jsonb, jsonb, jsonb) IS 'Puts the columns back that a change has changed; false: they were changed again, or the row is gone.';

CREATE OR REPLACE FUNCTION resonate.key_condition(relation text, key jsonb) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT string_agg(format('t.%I = %L', e.key, e.value), ' AND ')
    FROM jsonb_each_text($2) e
$$;

COMMENT ON FUNCTION resonate.key_condition(text, jsonb) IS 'SQL that finds the row t of this key by its index.';

CREATE OR REPLACE FUNCTION resonate.undo_row(line resonate.change_row) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    done boolean;
    since text;
BEGIN
    BEGIN
        done := CASE WHEN $1.before IS NULL THEN resonate.undo_delete($1.relation, $1.key, $1.after)
                     WHEN $1.after IS NULL THEN resonate.undo_insert($1.relation, $1.before)
                     ELSE resonate.undo_update($1.relation, $1.key, $1.before, $1.after) END;
    EXCEPTION
        WHEN foreign_key_violation OR unique_violation THEN
            RAISE EXCEPTION '% cannot be put back: %', resonate.journal_name($1.relation,
                                coalesce($1.before, $1.after)), SQLERRM
                USING ERRCODE = 'RM409';
    END;

    IF NOT done THEN
        SELECT format(', by %s in change %s', c.who, c.id) INTO since
        FROM resonate.change_row r JOIN resonate.change c ON c.id = r.change_id
        WHERE r.relation = $1.relation AND r.key = $1.key AND r.line > $1.line
          AND c.xact <> pg_current_xact_id()
        ORDER BY r.line DESC LIMIT 1;

        RAISE EXCEPTION '% was changed since%; nothing was undone',
                        resonate.journal_name($1.relation, coalesce($1.after, $1.before)),
                        coalesce(since, '')
            USING ERRCODE = 'RM409';
    END IF;
END
$$;

COMMENT ON FUNCTION resonate.undo_row(resonate.change_row) IS 'Puts one row back, or refuses.';

CREATE OR REPLACE FUNCTION resonate.for_good(change bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM resonate.change_row r
                   WHERE r.change_id = $1 AND r.relation IN ('media_file', 'image'))
$$;

COMMENT ON FUNCTION resonate.for_good(bigint) IS 'Whether files were removed with this change.';

CREATE OR REPLACE FUNCTION resonate.undoable(change bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _change bigint := $1;
    undone bigint;
BEGIN
    IF _change IS NULL THEN
        SELECT c.id INTO _change FROM resonate.change c
        WHERE c.kind <> 'undo'
          AND NOT EXISTS (SELECT FROM resonate.change u WHERE u.undoes = c.id)
          AND NOT resonate.for_good(c.id)
        ORDER BY c.id DESC LIMIT 1;
    ELSE
        SELECT c.id INTO _change FROM resonate.change c WHERE c.id = _change;
    END IF;

    IF NOT FOUND THEN
        RAISE EXCEPTION '%', CASE WHEN $1 IS NULL THEN 'there is nothing to undo'
                                  ELSE format('there is no change %s', $1) END
            USING ERRCODE = 'RM404';
    END IF;

    IF resonate.for_good(_change) THEN
        RAISE EXCEPTION 'change % has removed files: that is for good', _change
            USING ERRCODE = 'RM409';
    END IF;

    SELECT u.id INTO undone FROM resonate.change u WHERE u.undoes = _change;

    IF FOUND THEN
        RAISE EXCEPTION 'change % was undone by change %, which can be undone itself',
                        _change, undone USING ERRCODE = 'RM409';
    END IF;

    RETURN _change;
END
$$;

COMMENT ON FUNCTION resonate.undoable(bigint) IS 'This change, null for the last one that is neither an undo nor undone; refused if there is none, or if it was undone.';

CREATE OR REPLACE FUNCTION resonate.manage_undo(who text, command text,
    change bigint DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    _undone bigint;
    w resonate.change_row;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('resonate manage', 0));
    _undone := resonate.undoable($3);
    PERFORM resonate.change_begin($1, $2, _undone);

    -- Backwards, but what others refer to is made first and deleted last: a
    -- cascade is journaled after the row that it comes from.
    FOR w IN SELECT r.*
             FROM resonate.change_row r
             CROSS JOIN array_position('{creator,release,track,playlist}', r.relation) p (place)
             WHERE r.change_id = _undone
             ORDER BY CASE WHEN r.after IS NULL THEN coalesce(p.place, 5)
                           WHEN r.before IS NULL AND p.place IS NOT NULL THEN 6
                           ELSE 5 END,
                      r.line DESC
    LOOP
        PERFORM resonate.undo_row(w);
    END LOOP;

    RETURN _undone;
END
$$;

COMMENT ON FUNCTION resonate.manage_undo(text, text, bigint) IS 'Begins a change that puts back what another one changed, the last one for null; returns that. Refused when a row was changed since.';
