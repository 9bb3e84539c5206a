-- Which trigger is on which table.  A trigger that is there as it should be is
-- left alone, because making it would lock the table against those who play.

DO $$
DECLARE
    w record;
    kept text[] := '{}';
BEGIN
    FOR w IN
        SELECT t.relation::regclass AS relation, t.name,
               format('TRIGGER %s %s ON %s %sFOR EACH %s EXECUTE FUNCTION resonate.%s()', t.name,
                      t.event, t.relation, t.passing, t.each,
                      CASE WHEN t.name IN ('tell_insert', 'tell_delete') THEN 'tell_rows'
                           -- what has transition tables has a trigger for each event
                           ELSE regexp_replace(t.name, '_on_(insert|update|delete|truncate)$', '')
                      END) AS definition
        FROM (VALUES
            ('resonate.price_rule', 'append_only', 'BEFORE DELETE OR UPDATE OR TRUNCATE', '', 'STATEMENT'),
            ('resonate.transfer', 'append_only', 'BEFORE DELETE OR UPDATE OR TRUNCATE', '', 'STATEMENT'),
            ('resonate.posting', 'append_only', 'BEFORE DELETE OR UPDATE OR TRUNCATE', '', 'STATEMENT'),
            ('resonate.play', 'append_only', 'BEFORE DELETE OR UPDATE OR TRUNCATE', '', 'STATEMENT'),
            ('resonate.change', 'append_only', 'BEFORE DELETE OR UPDATE OR TRUNCATE', '', 'STATEMENT'),
            ('resonate.change_row', 'append_only', 'BEFORE DELETE OR UPDATE OR TRUNCATE', '', 'STATEMENT'),
            ('resonate.posting', 'posting_settle', 'AFTER INSERT',
             'REFERENCING NEW TABLE AS fresh ', 'STATEMENT'),
            ('resonate.play', 'play_counted', 'AFTER INSERT', '',
             'ROW WHEN ((new.kind = ANY (ARRAY[''paid''::text, ''owned''::text, ''free''::text])))'),
            ('resonate.track', 'chart_insert', 'AFTER INSERT',
             'REFERENCING NEW TABLE AS fresh ', 'STATEMENT'),
            ('resonate.track', 'chart_update', 'AFTER UPDATE',
             'REFERENCING OLD TABLE AS gone NEW TABLE AS fresh ', 'STATEMENT'),
            ('resonate.track', 'chart_delete', 'AFTER DELETE',
             'REFERENCING OLD TABLE AS gone ', 'STATEMENT'),
            ('resonate.person', 'account_open', 'AFTER INSERT', '', 'ROW'),
            ('resonate.creator', 'account_open', 'AFTER INSERT', '', 'ROW'),
            ('resonate.revocation', 'revocation_stamp', 'BEFORE INSERT', '', 'ROW'),
            ('resonate.revocation', 'revocation_notify', 'AFTER INSERT', '', 'STATEMENT'),
            ('resonate.access_token', 'token_gone_on_update', 'AFTER UPDATE',
             'REFERENCING OLD TABLE AS gone ', 'STATEMENT'),
            ('resonate.access_token', 'token_gone_on_delete', 'AFTER DELETE',
             'REFERENCING OLD TABLE AS gone ', 'STATEMENT'),
            ('resonate.search_doc', 'search_learn', 'AFTER INSERT OR UPDATE OF words', '', 'ROW'),
            ('resonate.track', 'derive',
             'AFTER INSERT OR UPDATE OF title, display_artist, creator_id, status, media_sha256',
             '', 'ROW'),
            ('resonate.media_file', 'derive',
             'AFTER UPDATE OF loudness_lufs, true_peak_dbtp', '', 'ROW'),
            ('resonate.release_item', 'derive',
             'AFTER INSERT OR DELETE OR UPDATE OF release_id, track_id', '', 'ROW'),
            ('resonate.track_artist', 'derive',
             'AFTER INSERT OR DELETE OR UPDATE', '', 'ROW'),
            ('resonate.release', 'derive',
             'AFTER INSERT OR UPDATE OF title, display_artist, creator_id, release_date, enabled,'
             ' private, deleted_at', '', 'ROW'),
            ('resonate.creator', 'derive',
             'AFTER INSERT OR UPDATE OF display_name, type_id, label_id', '', 'ROW'),
            ('resonate.track', 'derive_gone', 'AFTER DELETE', '', 'ROW'),
            ('resonate.release', 'derive_gone', 'AFTER DELETE', '', 'ROW'),
            ('resonate.creator', 'derive_gone', 'AFTER DELETE', '', 'ROW')
          UNION ALL
            -- of the other events nobody could have seen anything before
            SELECT 'resonate.' || j.name, 'tell_' || lower(e.event), 'AFTER ' || e.event,
                   e.passing, 'STATEMENT'
            FROM (VALUES ('INSERT', 'REFERENCING NEW TABLE AS changed ',
                          '{creator,membership,playlist,playlist_item,price_rule,release,
                            release_disc,release_item,search_doc,setting,track}'::text[]),
                         ('UPDATE', 'REFERENCING OLD TABLE AS stale NEW TABLE AS fresh ',
                          '{creator,creator_type,media_file,membership,person,playlist,
                            playlist_item,release,release_disc,release_item,role,search_doc,
                            setting,track}'),
                         ('DELETE', 'REFERENCING OLD TABLE AS changed ',
                          '{creator,membership,person,playlist,playlist_item,release,
                            release_disc,release_item,search_doc,setting,track}'),
                         ('TRUNCATE', '',
                          '{creator,membership,person,playlist,playlist_item,release,
                            release_disc,release_item,search_doc,setting,track}'))
                 e (event, passing, names), unnest(e.names) j (name)
          UNION ALL
            SELECT 'resonate.' || j.name, 'lists_on_' || lower(e.event), 'AFTER ' || e.event,
                   e.passing, 'STATEMENT'
            FROM unnest('{track,release,playlist,creator}'::text[]) j (name)
            CROSS JOIN (VALUES ('INSERT', 'REFERENCING NEW TABLE AS fresh '),
                               ('UPDATE', 'REFERENCING OLD TABLE AS gone NEW TABLE AS fresh '),
                               ('DELETE', 'REFERENCING OLD TABLE AS gone '),
                               ('TRUNCATE', '')) e (event, passing)
          UNION ALL
            -- costs who does not manage one comparison for each row
            SELECT 'resonate.' || j.name, 'journal', 'AFTER INSERT OR DELETE OR UPDATE', '',
                   'ROW WHEN ((current_setting(''resonate.change''::text, true) <> ''''::text))'
            FROM unnest('{creator,release,release_item,release_disc,track,track_artist,source,
                          playlist,playlist_item,favorite,media_file,image}'::text[]) j (name)
        ) t (relation, name, event, passing, each)
    LOOP
        kept := kept || w.definition;

        IF NOT EXISTS (SELECT FROM pg_trigger g
                       WHERE g.tgrelid = w.relation AND g.tgname = w.name AND g.tgenabled = 'O'
                         AND pg_get_triggerdef(g.oid) = 'CREATE ' || w.definition)
        THEN
            EXECUTE 'CREATE OR REPLACE ' || w.definition;
        END IF;
    END LOOP;

    FOR w IN
        SELECT format('DROP TRIGGER %I ON %s', g.tgname, g.tgrelid::regclass) AS command
        FROM pg_trigger g
        JOIN pg_class c ON c.oid = g.tgrelid
        JOIN pg_proc p ON p.oid = g.tgfoid
        WHERE c.relnamespace = 'resonate'::regnamespace AND NOT c.relispartition
          AND p.pronamespace = c.relnamespace AND NOT g.tgisinternal
          AND substr(pg_get_triggerdef(g.oid), 8) <> ALL (kept)
    LOOP
        EXECUTE w.command;
    END LOOP;
END
$$;

SELECT resonate.partition_triggers(i.inhparent, i.inhrelid)
FROM pg_inherits i
WHERE i.inhparent IN ('resonate.posting'::regclass, 'resonate.play'::regclass) \g /dev/null
