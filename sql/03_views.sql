-- Views, the reply that every function makes, and words that several need.

CREATE OR REPLACE FUNCTION resonate.answer(status integer, body text, tags text[] DEFAULT '{}')
RETURNS resonate.reply
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(status, body, tags)::resonate.reply;

COMMENT ON FUNCTION resonate.answer(integer, text, text[]) IS 'A reply.';

CREATE OR REPLACE FUNCTION resonate.refuse(location text, path text, code text, message text)
RETURNS resonate.reply
LANGUAGE sql STABLE
RETURN resonate.answer(400, json_build_array(json_build_object('path', path, 'location', location,
                                                 'code', code, 'message', message))::text);

COMMENT ON FUNCTION resonate.refuse(text, text, text, text) IS 'A 400 for one argument, as the edge words those that it finds itself. location: query, path, body, header; path: its name.';

CREATE OR REPLACE FUNCTION resonate.visible(released_on date, status text, creator_id uuid,
    own uuid[]) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN released_on <= resonate.today() OR (status <> 'deleted' AND creator_id = ANY (own));

COMMENT ON FUNCTION resonate.visible(date, text, uuid, uuid[]) IS 'Whether a track of that date, status and creator is there for a caller who has these own creators: released, or theirs. Null: it is not.';

CREATE OR REPLACE FUNCTION resonate.own(caller uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    RETURN ARRAY(SELECT c.id FROM resonate.creator c WHERE c.owner_id = $1);
END
$$;

COMMENT ON FUNCTION resonate.own(uuid) IS 'The creators whom this caller acts for; nobody acts for none.';

CREATE OR REPLACE FUNCTION resonate.line(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN btrim(regexp_replace(value, '\s+', ' ', 'g'));

COMMENT ON FUNCTION resonate.line(text) IS 'A title or name as one line.';

-- A view that is there as it should be is left alone: making it would lock it
-- against everybody, and who reads two of them would wait in a circle.

DO $$
DECLARE
    w record;
BEGIN
    FOR w IN
        SELECT * FROM (VALUES
            ('site',
             'The settings that answers are made with, as one row. OFFSET 0 keeps it a row: each is read once for a query, not once for a use.',
             $q$ SELECT p.value AS public_url, coalesce(i.value, p.value || '/images') AS images_url
                 FROM resonate.setting p
                 LEFT JOIN resonate.setting i ON i.name = 'images_url'
                 WHERE p.name = 'public_url'
                 OFFSET 0 $q$),
            ('wallet',
             'What each person can spend. balance_mc: whole milli-credits.',
             $q$ SELECT person_id, id AS account_id, balance_uc, balance_uc / 1000 AS balance_mc
                 FROM resonate.account
                 WHERE person_id IS NOT NULL $q$),
            ('price_rule_now',
             'The rule in force.',
             $q$ SELECT * FROM resonate.price_rule
                 WHERE valid_from <= clock_timestamp()
                 ORDER BY valid_from DESC, id DESC
                 LIMIT 1 $q$),
            ('price_rule_coming',
             'The rule that will be in force next, when there is one.',
             $q$ SELECT * FROM resonate.price_rule
                 WHERE valid_from > clock_timestamp()
                 ORDER BY valid_from
                 LIMIT 1 $q$)
        ) v (name, comment, query)
    LOOP
        EXECUTE 'CREATE VIEW resonate.draft AS' || w.query;

        IF (SELECT pg_get_viewdef(c.oid) FROM pg_class c
            WHERE c.oid = to_regclass('resonate.' || w.name) AND c.relkind = 'v')
           IS NOT DISTINCT FROM pg_get_viewdef('resonate.draft'::regclass)
        THEN
            DROP VIEW resonate.draft;
        ELSE
            EXECUTE format('DROP VIEW IF EXISTS resonate.%I', w.name);
            EXECUTE format('ALTER VIEW resonate.draft RENAME TO %I', w.name);
        END IF;

        EXECUTE format('COMMENT ON VIEW resonate.%I IS %L', w.name, w.comment);
    END LOOP;

    FOR w IN
        SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace IN ('resonate'::regnamespace, 'v3'::regnamespace)
          AND c.relkind = 'v' AND c.relowner = 'resonate_owner'::regrole
          AND c.relname <> ALL ('{site,wallet,price_rule_now,price_rule_coming}')
    LOOP
        EXECUTE format('DROP VIEW %s', w.name);
    END LOOP;
END
$$;
