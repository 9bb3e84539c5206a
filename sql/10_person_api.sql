-- Callers, profile, top-ups.

-- No sequential scans, as in v3.play(), whose sessions it shares.

CREATE OR REPLACE FUNCTION resonate.caller(issuer text, subject text, name text DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _issuer ALIAS FOR $1;
    _subject ALIAS FOR $2;
    _name CONSTANT text := nullif(btrim(left($3, 200)), '');
    known uuid;
BEGIN
    IF _issuer IS NULL OR _subject IS NULL THEN
        RETURN NULL;
    END IF;

    SELECT i.person_id INTO known FROM resonate.identity i
    WHERE i.subject = _subject AND i.issuer = _issuer;

    IF FOUND OR current_setting('transaction_read_only') = 'on' THEN
        RETURN known;
    END IF;

    -- The loser of a race waits here, then finds the winner's row.
    PERFORM pg_advisory_xact_lock(hashtextextended(_issuer || ' ' || _subject, 0));

    SELECT i.person_id INTO known FROM resonate.identity i
    WHERE i.subject = _subject AND i.issuer = _issuer;

    IF FOUND THEN
        RETURN known;
    END IF;

    IF _name IS NULL THEN
        INSERT INTO resonate.person DEFAULT VALUES RETURNING id INTO known;
    ELSE
        INSERT INTO resonate.person (display_name) VALUES (_name) RETURNING id INTO known;
    END IF;

    INSERT INTO resonate.identity (issuer, subject, person_id)
    VALUES (_issuer, _subject, known);

    RETURN known;
END
$$;

COMMENT ON FUNCTION resonate.caller(text, text, text) IS 'The person a token speaks of; null for nobody. At first sight a new person with an empty wallet, called by the name that the token gives, else by a number; except on a read-only server, which takes a stranger for anonymous.';

CREATE OR REPLACE FUNCTION resonate.caller_as(role text, issuer text, subject text,
    name text DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    _caller CONSTANT uuid := resonate.caller($2, $3, $4);
BEGIN
    -- the lower the number, the more the role may
    IF NOT EXISTS (SELECT FROM resonate.person p, resonate.role r
                   WHERE p.id = _caller AND r.name = $1 AND p.role_id <= r.id)
    THEN
        RAISE EXCEPTION 'The account lacks the role %', $1 USING ERRCODE = 'RH403';
    END IF;

    RETURN _caller;
END
$$;

COMMENT ON FUNCTION resonate.caller_as(text, text, text, text) IS 'As resonate.caller(), for a person who has this role or one that may more; 403 for everybody else. That the token has it was asked by the edge: what counts is the weaker of both.';

-- Volatile, to see the person whom resonate.caller() may have made just now,
-- in the same statement.

CREATE OR REPLACE FUNCTION v3.profile(caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    answer resonate.reply;
BEGIN
    SELECT 200, '{"data":' || row_to_json(x)::text || '}',
           resonate.tags(concat_ws(' ', 'person:' || x.id,
                                   'artist:' || array_to_string(resonate.own(x.id), ' artist:'),
                                   resonate.until(resonate.today() + 1)))
    INTO answer
    FROM (SELECT p.id,
                 p.display_name AS "displayName",
                 p.email,
                 p.email_confirmed AS "emailConfirmed",
                 p.country,
                 p.newsletter_notification AS "newsletterNotification",
                 m.classes <> '{}' AS member,
                 json_build_object('id', r.id, 'name', r.name) AS role,
                 json_build_object('total', a.balance_uc / 1000) AS credit,
                 coalesce((SELECT json_agg(json_build_object('id', c.id,
                                      'displayName', c.display_name, 'typeId', c.type_id)
                                  ORDER BY c.sort_name, c.id)
                           FROM resonate.creator c WHERE c.owner_id = p.id), '[]') AS "userGroups",
                 coalesce((SELECT json_agg(json_build_object('class', s.class,
                                      'since', s.since, 'until', s.until)
                                  ORDER BY s.since, s.class)
                           FROM resonate.membership s WHERE s.person_id = p.id), '[]')
                     AS memberships,
                 'listener' = ANY (m.classes) AS "isListenerMember",
                 'music' = ANY (m.classes) AS "isMusicMember"
          FROM resonate.person p
          JOIN resonate.role r ON r.id = p.role_id
          JOIN resonate.account a ON a.person_id = p.id
          CROSS JOIN LATERAL (
              SELECT ARRAY(SELECT s.class FROM resonate.membership s
                           WHERE s.person_id = p.id AND s.since <= resonate.today()
                             AND coalesce(s.until >= resonate.today(), true)) AS classes) m
          WHERE p.id = $1) x;

    IF NOT FOUND THEN
        RETURN resonate.answer(401, 'Log in first.');
    END IF;

    RETURN answer;
END
$$;

COMMENT ON FUNCTION v3.profile(uuid) IS 'GET /user/profile; credit.total in milli-credits.';

CREATE OR REPLACE FUNCTION v3.profile_update(display_name text DEFAULT NULL,
    country text DEFAULT NULL, newsletter_notification boolean DEFAULT NULL,
    email text DEFAULT NULL, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _name CONSTANT text := resonate.line($1);
    _country CONSTANT text := resonate.line($2);
    _newsletter ALIAS FOR $3;
    _caller ALIAS FOR $5;
    old resonate.person;
    answer resonate.reply;
BEGIN
    SELECT p.* INTO old FROM resonate.person p WHERE p.id = _caller FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RETURN resonate.answer(401, 'Log in first.');
    END IF;

    IF _name = '' THEN
        RETURN resonate.refuse('body', 'displayName', 'minLength', 'should not be empty');
    END IF;

    -- players send the address back as they got it

    IF lower($4) <> '' AND lower($4) IS DISTINCT FROM lower(old.email) THEN
        RETURN resonate.refuse('body', 'email', 'readOnly',
                               'is kept by the identity provider, change it there');
    END IF;

    -- of a profile, others see the name alone

    UPDATE resonate.person p
    SET display_name = coalesce(_name, p.display_name),
        country = CASE WHEN _country IS NULL THEN p.country ELSE nullif(_country, '') END,
        newsletter_notification = coalesce(_newsletter, p.newsletter_notification),
        updated_at = now()
    WHERE p.id = _caller;

    SELECT 200, y.body, CASE WHEN _name <> old.display_name
                             THEN ARRAY['person:' || _caller] END
    INTO answer
    FROM v3.profile(_caller) y;

    RETURN answer;
END
$$;

COMMENT ON FUNCTION v3.profile_update(text, text, boolean, text, uuid) IS 'PUT /user/profile. What is absent stays, an empty country removes it; an e-mail address other than the one there is is a 400.';

CREATE OR REPLACE FUNCTION resonate.credit(person uuid, amount_mc bigint, reference text)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    _transfer_id bigint;
    _total_mc bigint;
BEGIN
    INSERT INTO resonate.transfer (kind, rule_id, reference)
    SELECT 'topup', r.id, $3 FROM resonate.price_rule_now r
    RETURNING id INTO STRICT _transfer_id;

    INSERT INTO resonate.posting (transfer_id, line, account_id, amount_uc)
    SELECT _transfer_id, 1, a.id, -$2 * 1000 FROM resonate.account a WHERE a.name = 'issue'
    UNION ALL
    SELECT _transfer_id, 2, a.id, $2 * 1000 FROM resonate.account a WHERE a.person_id = $1;

    SELECT a.balance_uc / 1000 INTO STRICT _total_mc
    FROM resonate.account a WHERE a.person_id = $1;

    PERFORM resonate.tell('person:' || $1);

    RETURN _total_mc;
END
$$;

COMMENT ON FUNCTION resonate.credit(uuid, bigint, text) IS 'Puts new milli-credits into a wallet and tells of it, because it is not the person who writes; returns its total (mc). The same reference never does so twice.';

CREATE OR REPLACE FUNCTION resonate.person_by_name(account text) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT array_agg(DISTINCT f.id)
    FROM (SELECT p.id FROM resonate.person p WHERE p.id::text = lower($1)
          UNION ALL
          SELECT p.id FROM resonate.person p WHERE lower(p.email) = lower($1)
          UNION ALL
          SELECT i.person_id FROM resonate.identity i WHERE i.subject = $1) f
$$;

COMMENT ON FUNCTION resonate.person_by_name(text) IS 'The persons an operator can mean by an id, e-mail or subject.';

CREATE OR REPLACE FUNCTION resonate.topup(account text, amount_mc bigint, idempotency_key text)
RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    nobody CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    request CONSTANT text := format('%s %s', $2, $1);
    found_ids uuid[];
    total_mc bigint;
    answer resonate.reply;
BEGIN
    IF $2 IS NULL OR $2 NOT BETWEEN 1 AND 1000000000 THEN
        RETURN resonate.answer(400, 'The amount is 1 to 1000000000 milli-credits.');
    END IF;

    IF coalesce(length($3), 0) NOT BETWEEN 1 AND 255 THEN
        RETURN resonate.answer(400, 'The idempotency key has 1 to 255 characters.');
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('topup ' || $3, 0));

    answer := resonate.replay('topup', nobody, $3, request);

    IF answer.status IS NOT NULL THEN
        RETURN answer;
    END IF;

    found_ids := resonate.person_by_name($1);

    IF found_ids IS NULL THEN
        RETURN resonate.answer(404, 'No such account.');
    END IF;

    IF cardinality(found_ids) > 1 THEN
        RETURN resonate.answer(409, 'More than one account has this name; use the id.');
    END IF;

    -- answers are forgotten after a day, the ledger never forgets

    IF EXISTS (SELECT FROM resonate.transfer t WHERE t.kind = 'topup' AND t.reference = $3) THEN
        SELECT a.balance_uc / 1000 INTO total_mc
        FROM resonate.transfer t
        JOIN resonate.posting g ON g.transfer_id = t.id AND g.posted_at = t.created_at
        JOIN resonate.account a ON a.id = g.account_id
        WHERE t.kind = 'topup' AND t.reference = $3
          AND a.person_id = found_ids[1] AND g.amount_uc = $2 * 1000;

        IF NOT FOUND THEN
            RETURN resonate.answer(422, 'This key was used with another request.');
        END IF;

    ELSE
        total_mc := resonate.credit(found_ids[1], $2, $3);
    END IF;

    answer := resonate.answer(200, format('{"data":{"userId":"%s","amount":%s,"total":%s}}', found_ids[1],
                              $2, total_mc), ARRAY['person:' || found_ids[1]]);
    PERFORM resonate.remember('topup', nobody, $3, request, answer);

    RETURN answer;
END
$$;

COMMENT ON FUNCTION resonate.topup(text, bigint, text) IS 'Development top-up in milli-credits, once for each key. account: id, e-mail or subject. {data: {userId, amount, total}}.';

CREATE OR REPLACE FUNCTION resonate.demo_listener(issuer text, subject text, display_name text,
    amount_mc bigint) RETURNS uuid
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _name ALIAS FOR $3;
    _amount ALIAS FOR $4;
    _person CONSTANT uuid := resonate.caller($1, $2);
BEGIN
    UPDATE resonate.person p SET display_name = _name, updated_at = now()
    WHERE p.id = _person AND p.display_name IS DISTINCT FROM _name;

    IF _amount > 0 AND NOT EXISTS (
        SELECT FROM resonate.posting g JOIN resonate.account a ON a.id = g.account_id
        WHERE a.person_id = _person)
    THEN
        PERFORM resonate.credit(_person, _amount, NULL);
    END IF;

    RETURN _person;
END
$$;

COMMENT ON FUNCTION resonate.demo_listener(text, text, text, bigint) IS 'A listener with so many milli-credits; running it again changes nothing.';
