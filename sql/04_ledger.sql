-- Money: price rules, accounts, transfers, postings, purchases.
--
-- The ledger counts micro-credits (uc): 1 credit = 1000 mc = 1 000 000 uc.
-- The API speaks milli-credits (mc).  A posting is the only way to move a
-- balance, and nothing here is ever changed or removed.

CREATE OR REPLACE FUNCTION resonate.append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

COMMENT ON FUNCTION resonate.append_only() IS 'Trigger: refuses UPDATE, DELETE and TRUNCATE, whoever asks.';

CREATE OR REPLACE FUNCTION resonate.account_open() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'person' THEN
        INSERT INTO resonate.account (person_id, balance_uc) VALUES (NEW.id, 0);
    ELSE
        INSERT INTO resonate.account (creator_id) VALUES (NEW.id);
    END IF;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.account_open() IS 'Trigger: a new person gets an empty wallet, a new creator an account for earnings.';

CREATE OR REPLACE FUNCTION resonate.price_rule_next(play_mark_ms integer DEFAULT NULL,
    cost_mc integer[] DEFAULT NULL, holder_percent smallint DEFAULT NULL,
    floor_eur_micro bigint DEFAULT NULL) RETURNS integer
LANGUAGE sql AS $$
    INSERT INTO resonate.price_rule (cost_mc, holder_percent, floor_eur_micro, credit_mc,
            credit_eur_micro, play_mark_ms, preview_ms, coop_account_id, subsidy_account_id)
    SELECT coalesce(price_rule_next.cost_mc, r.cost_mc),
           coalesce(price_rule_next.holder_percent, r.holder_percent),
           coalesce(price_rule_next.floor_eur_micro, r.floor_eur_micro),
           r.credit_mc, r.credit_eur_micro,
           coalesce(price_rule_next.play_mark_ms, r.play_mark_ms),
           r.preview_ms, r.coop_account_id, r.subsidy_account_id
    FROM resonate.price_rule_now r
    RETURNING id
$$;

COMMENT ON FUNCTION resonate.price_rule_next(integer, integer[], smallint, bigint) IS 'Puts a new version in force: the present one with the given changes. Returns its number.';

CREATE OR REPLACE FUNCTION resonate.posting_settle() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh GROUP BY transfer_id HAVING sum(amount_uc) <> 0) THEN
        RAISE EXCEPTION 'the postings of a transfer do not sum to zero'
            USING ERRCODE = 'check_violation';
    END IF;

    UPDATE resonate.account a
    SET balance_uc = a.balance_uc + f.amount_uc
    FROM (SELECT account_id, sum(amount_uc)::bigint AS amount_uc
          FROM fresh GROUP BY account_id) f
    WHERE a.id = f.account_id AND a.balance_uc IS NOT NULL;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.posting_settle() IS 'Trigger: what one INSERT adds must balance by itself, then it moves the wallets. Stricter than a check at commit (no moment is unbalanced) and run once for a transfer, not once for each line.';

CREATE OR REPLACE FUNCTION resonate.replay(scope text, holder uuid, key text, request text)
RETURNS resonate.reply
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    _scope ALIAS FOR $1;
    _holder ALIAS FOR $2;
    _key ALIAS FOR $3;
    _request ALIAS FOR $4;
    old resonate.idempotency;
BEGIN
    SELECT * INTO old FROM resonate.idempotency i
    WHERE i.holder = _holder AND i.scope = _scope AND i.key = _key
      AND i.created_at > now() - interval '24 hours';

    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    IF old.request <> _request THEN
        RETURN resonate.answer(422, 'This Idempotency-Key was used with another request.');
    END IF;

    RETURN resonate.answer(old.status, old.body);
END
$$;

COMMENT ON FUNCTION resonate.replay(text, uuid, text, text) IS 'The answer this key got before, a 422 if it was for another request, or null. The caller holds the lock that serialises the key.';

CREATE OR REPLACE FUNCTION resonate.remember(scope text, holder uuid, key text, request text,
    answer resonate.reply) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO resonate.idempotency AS i (scope, holder, key, request, status, body)
    VALUES ($1, $2, $3, $4, (answer).status, (answer).body)
    ON CONFLICT (holder, scope, key) DO UPDATE
    SET request = excluded.request, status = excluded.status, body = excluded.body,
        created_at = excluded.created_at
$$;

COMMENT ON FUNCTION resonate.remember(text, uuid, text, text, resonate.reply) IS 'Keeps the answer for replay(), over one that is older than 24 hours.';
