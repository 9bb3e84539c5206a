-- API version 3: who may hear what, and what a play costs.

CREATE OR REPLACE FUNCTION v3.stream(id uuid, caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    answer resonate.reply;
BEGIN
    SELECT 200,
           format('{"track":"%s","durationMs":%s,"file":"%s","mode":"%s","previewMs":%s%s}',
                  t.id, m.duration_ms, m.path,
                  CASE WHEN t.status = 'free'
                         OR a.owner_id = $2
                         OR h.owned_at IS NOT NULL
                         OR w.balance_uc >= 1000::bigint
                            * coalesce(r.cost_mc[coalesce(h.count, 0) + 1], 0)
                         OR p.ends_at > now()
                       THEN 'full' ELSE 'preview' END,
                  r.preview_ms, ',"files":' || m.files),
           string_to_array(concat_ws(' ', 'track:' || t.id, 'artist:' || t.creator_id, 'prices',
                                     (SELECT resonate.until(n.valid_from)
                                      FROM resonate.price_rule_coming n),
                                     CASE WHEN p.ends_at > now()
                                          THEN resonate.until(p.ends_at) END,
                                     'person:' || $2), ' ')
    INTO answer
    FROM resonate.track t
    JOIN resonate.creator a ON a.id = t.creator_id
    JOIN resonate.media_file m ON m.sha256 = t.media_sha256
    CROSS JOIN resonate.price_rule_now r
    LEFT JOIN resonate.account w ON w.person_id = $2
    LEFT JOIN resonate.holding h ON h.person_id = $2 AND h.track_id = t.id
    -- What is paid for is heard to its end, though it took the last of the
    -- wallet: pauses included, as long as a ticket lives.
    LEFT JOIN LATERAL (
        SELECT y.played_at + m.duration_ms * interval '1 millisecond' + interval '1 hour' AS ends_at
        FROM resonate.play y
        WHERE y.person_id = $2 AND y.played_at = h.last_played_at AND y.track_id = t.id
          AND y.kind = 'paid') p ON true
    WHERE t.id = $1
      AND (t.released_on <= resonate.today() OR (t.status <> 'deleted' AND a.owner_id = $2));

    IF NOT FOUND THEN
        RETURN resonate.answer(404, 'No such track.', resonate.tags(coalesce(
            (SELECT split_part(c.tags, ' prices', 1)
             FROM resonate.track_cards(ARRAY[$1], $2) c), 'track:' || $1)));
    END IF;

    RETURN answer;
END
$$;

COMMENT ON FUNCTION v3.stream(uuid, uuid) IS 'GET /user/stream/{id} and /stream/{id}, the audio decision: {track, durationMs, file, mode, previewMs, files: [{quality, file, codec, bitrate}]}, files relative to the media root; bitrate: bits a second. Full if the track is free, owned or one''s own, the wallet covers the next play, or the last play of the track was paid for, until its duration and an hour after it; otherwise the preview.';

CREATE OR REPLACE FUNCTION resonate.play_answer(track_id uuid, count integer, cost_mc bigint,
    total_mc bigint) RETURNS resonate.reply
LANGUAGE sql STABLE
RETURN resonate.answer(200, '{"data":{"trackId":"' || track_id || '","count":' || count || ',"cost":'
                || cost_mc || ',"total":' || total_mc || '}}', '{}'::text[])::resonate.reply;

COMMENT ON FUNCTION resonate.play_answer(uuid, integer, bigint, bigint) IS 'What a play and a buy answer with; money in milli-credits.';

CREATE OR REPLACE FUNCTION resonate.charge(kind text, rule resonate.price_rule,
    track_id uuid, holder_account bigint, wallet_account bigint, cost_mc bigint,
    floor_uc bigint, moment timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _rule ALIAS FOR $2;
    _cost_uc CONSTANT bigint := $6 * 1000;
    _share_uc CONSTANT bigint := _cost_uc * (_rule).holder_percent / 100;
    _topup_uc CONSTANT bigint := greatest($7 - _share_uc, 0);
    _transfer_id bigint;
BEGIN
    INSERT INTO resonate.transfer (kind, rule_id, track_id, created_at)
    VALUES ($1, (_rule).id, $3, $8)
    RETURNING id INTO _transfer_id;

    INSERT INTO resonate.posting (transfer_id, posted_at, line, account_id, amount_uc)
    SELECT _transfer_id, $8, p.line, p.account_id, p.amount_uc
    FROM (VALUES (1, $5, -_cost_uc),
                 (2, $4, _share_uc + _topup_uc),
                 (3, (_rule).coop_account_id, _cost_uc - _share_uc),
                 (4, (_rule).subsidy_account_id, -_topup_uc)) p (line, account_id, amount_uc)
    WHERE p.amount_uc <> 0;

    RETURN _transfer_id;
END
$$;

COMMENT ON FUNCTION resonate.charge(text, resonate.price_rule, uuid, bigint, bigint, bigint, bigint, timestamptz) IS 'Takes cost_mc from the wallet, splits it by the rule and pays up to the floor (micro-credits) from the subsidy. Returns the transfer, which has the given moment. Fails when the wallet would go below zero.';

CREATE OR REPLACE FUNCTION resonate.play(track_id uuid, caller uuid) RETURNS resonate.reply
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _track_id ALIAS FOR $1;
    _caller ALIAS FOR $2;
    _now CONSTANT timestamptz := clock_timestamp();
    rule resonate.price_rule;
    wallet resonate.account;
    f record;
    kind text;
    cost bigint := 0;
    plays integer;
    total bigint;
    transfer_id bigint;
BEGIN
    SELECT * INTO STRICT rule FROM resonate.price_rule_now;
    SELECT * INTO STRICT wallet FROM resonate.account a WHERE a.person_id = _caller;
    total := wallet.balance_uc / 1000;

    SELECT t.status, a.owner_id = _caller AS own, e.id AS holder_account,
           coalesce(h.count, 0) AS count, h.owned_at, h.last_played_at,
           h.last_played_at + least(rule.play_mark_ms, m.duration_ms)
               * interval '1 millisecond' > _now AS same
    INTO f
    FROM resonate.track t
    JOIN resonate.creator a ON a.id = t.creator_id
    JOIN resonate.account e ON e.creator_id = a.id
    LEFT JOIN resonate.media_file m ON m.sha256 = t.media_sha256
    LEFT JOIN resonate.holding h ON h.person_id = _caller AND h.track_id = t.id
    WHERE t.id = _track_id
      AND (t.released_on <= resonate.today() OR (t.status <> 'deleted' AND a.owner_id = _caller));

    IF NOT FOUND THEN
        RETURN resonate.answer(404, 'No such track.');
    END IF;

    IF f.same THEN
        RETURN (SELECT resonate.play_answer(y.track_id, y.count, y.cost_mc, y.total_mc)
                FROM resonate.play y
                WHERE y.person_id = _caller AND y.played_at = f.last_played_at
                  AND y.track_id = _track_id);
    END IF;

    plays := f.count;
    kind := CASE WHEN f.own THEN 'own'
                 WHEN f.owned_at IS NOT NULL OR plays >= cardinality(rule.cost_mc) THEN 'owned'
                 WHEN f.status = 'free' THEN 'free'
                 WHEN wallet.balance_uc < rule.cost_mc[plays + 1] * 1000::bigint THEN 'preview'
                 ELSE 'paid' END;

    IF kind = 'paid' THEN
        plays := plays + 1;
        cost := rule.cost_mc[plays];
        transfer_id := resonate.charge('play', rule, _track_id, f.holder_account, wallet.id,
                                       cost, rule.floor_uc, _now);
        total := (wallet.balance_uc - cost * 1000) / 1000;
    END IF;

    INSERT INTO resonate.play (played_at, person_id, track_id, kind, count, cost_mc, total_mc,
                               transfer_id)
    VALUES (_now, _caller, _track_id, kind, plays, cost, total, transfer_id);

    INSERT INTO resonate.holding AS h (person_id, track_id, count, owned_at, last_played_at)
    VALUES (_caller, _track_id, plays,
            CASE WHEN plays >= cardinality(rule.cost_mc) THEN _now END, _now)
    ON CONFLICT (person_id, track_id) DO UPDATE
    SET count = excluded.count, owned_at = coalesce(h.owned_at, excluded.owned_at),
        last_played_at = excluded.last_played_at;

    RETURN resonate.play_answer(_track_id, plays, cost, total);
END
$$;

COMMENT ON FUNCTION resonate.play(uuid, uuid) IS 'Records a finished play and charges it. The caller holds the lock on the wallet.';

CREATE OR REPLACE FUNCTION resonate.buy(track_id uuid, caller uuid) RETURNS resonate.reply
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _track_id ALIAS FOR $1;
    _caller ALIAS FOR $2;
    rule resonate.price_rule;
    wallet resonate.account;
    f record;
    cost bigint;
BEGIN
    SELECT * INTO STRICT rule FROM resonate.price_rule_now;
    SELECT * INTO STRICT wallet FROM resonate.account a WHERE a.person_id = _caller;

    SELECT t.status, a.owner_id = _caller AS own, e.id AS holder_account,
           coalesce(h.count, 0) AS count, h.owned_at
    INTO f
    FROM resonate.track t
    JOIN resonate.creator a ON a.id = t.creator_id
    JOIN resonate.account e ON e.creator_id = a.id
    LEFT JOIN resonate.holding h ON h.person_id = _caller AND h.track_id = t.id
    WHERE t.id = _track_id
      AND (t.released_on <= resonate.today() OR (t.status <> 'deleted' AND a.owner_id = _caller));

    IF NOT FOUND THEN
        RETURN resonate.answer(404, 'No such track.');
    END IF;

    IF f.own OR f.status = 'free' OR f.owned_at IS NOT NULL THEN
        cost := 0;
    ELSE
        SELECT coalesce(sum(c), 0) INTO cost FROM unnest(rule.cost_mc[f.count + 1:]) c;
    END IF;

    IF wallet.balance_uc < cost * 1000 THEN
        RETURN resonate.answer(402, format('The track costs %s mc, the wallet has %s mc.', cost,
                               wallet.balance_uc / 1000));
    END IF;

    IF cost > 0 THEN
        PERFORM resonate.charge('buy', rule, _track_id, f.holder_account, wallet.id, cost, 0,
                                now());

        INSERT INTO resonate.holding AS h (person_id, track_id, count, owned_at)
        VALUES (_caller, _track_id, cardinality(rule.cost_mc), now())
        ON CONFLICT (person_id, track_id) DO UPDATE
        SET count = excluded.count, owned_at = excluded.owned_at;
    END IF;

    RETURN resonate.play_answer(_track_id, cardinality(rule.cost_mc), cost,
                                (wallet.balance_uc - cost * 1000) / 1000);
END
$$;

COMMENT ON FUNCTION resonate.buy(uuid, uuid) IS 'Charges the plays that are left; the track is owned. The caller holds the lock on the wallet.';

CREATE OR REPLACE FUNCTION resonate.once(scope text, track_id uuid, idempotency_key text,
    caller uuid) RETURNS resonate.reply
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    answer resonate.reply;
BEGIN
    -- All that moves a person's money queues here; what comes after sees
    -- what the one before committed.
    PERFORM FROM resonate.account a WHERE a.person_id = $4 FOR NO KEY UPDATE;

    IF NOT FOUND THEN
        RETURN resonate.answer(401, 'Log in first.');
    END IF;

    IF $3 IS NOT NULL THEN
        answer := resonate.replay($1, $4, $3, $2::text);

        IF answer.status IS NOT NULL THEN
            RETURN answer;
        END IF;
    END IF;

    CASE $1
    WHEN 'play' THEN
        answer := resonate.play($2, $4);
    WHEN 'buy' THEN
        answer := resonate.buy($2, $4);
    END CASE;

    IF $3 IS NOT NULL AND answer.status = 200 THEN
        PERFORM resonate.remember($1, $4, $3, $2::text, answer);
    END IF;

    RETURN answer;
END
$$;

COMMENT ON FUNCTION resonate.once(text, uuid, text, uuid) IS 'Locks the wallet, then plays or buys at most once for each key. Only what succeeded is kept under a key.';

-- Whatever it reads is one row by its key.  A session keeps its plans, those
-- of foreign keys too, and one that was made while a table was empty would
-- read all of it long after: hence no sequential scans.

CREATE OR REPLACE FUNCTION v3.play(track_id uuid, idempotency_key text DEFAULT NULL,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    RETURN resonate.once('play', $1, $2, $3);
END
$$;

COMMENT ON FUNCTION v3.play(uuid, text, uuid) IS 'POST /user/plays: {data: {trackId, count, cost, total}}, money in milli-credits. A second report within the play mark is the same play.';

CREATE OR REPLACE FUNCTION v3.buy(track_id uuid, idempotency_key text DEFAULT NULL,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    RETURN resonate.once('buy', $1, $2, $3);
END
$$;

COMMENT ON FUNCTION v3.buy(uuid, text, uuid) IS 'POST /user/plays/buy: answers as a play; 402 without enough credit.';
