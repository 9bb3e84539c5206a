-- Money: price rules, accounts, transfers, postings, purchases.
--
-- The ledger counts micro-credits (uc): 1 credit = 1000 mc = 1 000 000 uc.
-- The API speaks milli-credits (mc).  A posting is the only way to move a
-- balance, and nothing here is ever changed or removed.

BEGIN;

SET LOCAL client_min_messages = warning;
SET LOCAL ROLE resonate_owner;

CREATE OR REPLACE FUNCTION resonate.append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;

COMMENT ON FUNCTION resonate.append_only() IS 'Trigger: refuses UPDATE, DELETE and TRUNCATE, whoever asks.';

CREATE TABLE IF NOT EXISTS resonate.account (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text UNIQUE,
    person_id   uuid UNIQUE REFERENCES resonate.person,
    creator_id  uuid UNIQUE REFERENCES resonate.creator,
    balance_uc  bigint,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT account_one_holder CHECK (num_nonnulls(name, person_id, creator_id) = 1),
    CONSTRAINT account_wallet_balance CHECK ((person_id IS NULL) = (balance_uc IS NULL)),
    CONSTRAINT account_wallet_not_negative CHECK (balance_uc >= 0)
) WITH (fillfactor = 50);

COMMENT ON TABLE resonate.account IS 'Ledger account of a person (a wallet), of a creator (earnings), or of the co-operative (named). Only wallets keep a balance: a balance of the co-operative would be one row that every play in the world waits for.';
COMMENT ON COLUMN resonate.account.balance_uc IS 'micro-credits; wallets only, moved by the postings alone, never negative';
COMMENT ON COLUMN resonate.account.name IS 'coop: its share; subsidy: pays up to the floor; issue: where credits come from';

INSERT INTO resonate.account (name) VALUES ('coop'), ('subsidy'), ('issue')
ON CONFLICT DO NOTHING;

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

CREATE OR REPLACE TRIGGER account_open AFTER INSERT ON resonate.person
    FOR EACH ROW EXECUTE FUNCTION resonate.account_open();
CREATE OR REPLACE TRIGGER account_open AFTER INSERT ON resonate.creator
    FOR EACH ROW EXECUTE FUNCTION resonate.account_open();

CREATE OR REPLACE VIEW resonate.wallet AS
SELECT person_id, id AS account_id, balance_uc, balance_uc / 1000 AS balance_mc
FROM resonate.account
WHERE person_id IS NOT NULL;

COMMENT ON VIEW resonate.wallet IS 'What each person can spend. balance_mc: whole milli-credits.';

CREATE TABLE IF NOT EXISTS resonate.price_rule (
    id                  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    valid_from          timestamptz NOT NULL DEFAULT clock_timestamp(),
    cost_mc             integer[] NOT NULL
                            CHECK (cardinality(cost_mc) BETWEEN 1 AND 100
                                   AND 0 < ALL (cost_mc)),
    holder_percent      smallint NOT NULL CHECK (holder_percent BETWEEN 0 AND 100),
    floor_eur_micro     bigint NOT NULL CHECK (floor_eur_micro >= 0),
    credit_mc           bigint NOT NULL CHECK (credit_mc > 0),
    credit_eur_micro    bigint NOT NULL CHECK (credit_eur_micro > 0),
    floor_uc            bigint NOT NULL GENERATED ALWAYS AS
                            (floor_eur_micro * credit_mc * 1000 / credit_eur_micro) STORED,
    play_mark_ms        integer NOT NULL CHECK (play_mark_ms >= 0),
    preview_ms          integer NOT NULL CHECK (preview_ms > 0),
    coop_account_id     bigint NOT NULL REFERENCES resonate.account,
    subsidy_account_id  bigint NOT NULL REFERENCES resonate.account
);

CREATE INDEX IF NOT EXISTS price_rule_current ON resonate.price_rule (valid_from DESC, id DESC);

COMMENT ON TABLE resonate.price_rule IS 'Versions of the formula. The newest whose time has come is in force; every transfer names the one that made it. Append-only.';
COMMENT ON COLUMN resonate.price_rule.cost_mc IS 'milli-credits of the first, second, ... counted play; after the last the track is owned';
COMMENT ON COLUMN resonate.price_rule.holder_percent IS 'share of the rights holder in each charge; the rest is the co-operative''s';
COMMENT ON COLUMN resonate.price_rule.floor_eur_micro IS 'millionths of a euro a counted play earns the rights holder at least';
COMMENT ON COLUMN resonate.price_rule.credit_mc IS 'so many milli-credits are worth credit_eur_micro';
COMMENT ON COLUMN resonate.price_rule.credit_eur_micro IS 'millionths of a euro that credit_mc are worth';
COMMENT ON COLUMN resonate.price_rule.floor_uc IS 'the floor in micro-credits';
COMMENT ON COLUMN resonate.price_rule.play_mark_ms IS 'milliseconds to hear until a play counts, or the whole track if that is shorter';
COMMENT ON COLUMN resonate.price_rule.preview_ms IS 'milliseconds that may be heard without paying';

CREATE OR REPLACE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON resonate.price_rule
    FOR EACH STATEMENT EXECUTE FUNCTION resonate.append_only();

INSERT INTO resonate.price_rule (cost_mc, holder_percent, floor_eur_micro, credit_mc,
        credit_eur_micro, play_mark_ms, preview_ms, coop_account_id, subsidy_account_id)
SELECT '{2,4,8,16,32,64,128,256,512}', 70, 10000, 1022, 1250000, 45000, 45000, c.id, s.id
FROM resonate.account c, resonate.account s
WHERE c.name = 'coop' AND s.name = 'subsidy'
  AND NOT EXISTS (SELECT FROM resonate.price_rule);

CREATE OR REPLACE VIEW resonate.price_rule_now AS
SELECT * FROM resonate.price_rule
WHERE valid_from <= clock_timestamp()
ORDER BY valid_from DESC, id DESC
LIMIT 1;

COMMENT ON VIEW resonate.price_rule_now IS 'The rule in force.';

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

CREATE TABLE IF NOT EXISTS resonate.transfer (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('play', 'buy', 'topup', 'purchase', 'payout')),
    rule_id     integer NOT NULL REFERENCES resonate.price_rule,
    track_id    uuid REFERENCES resonate.track,
    reference   text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, reference)
);

CREATE INDEX IF NOT EXISTS transfer_track ON resonate.transfer (track_id) WHERE track_id IS NOT NULL;

COMMENT ON TABLE resonate.transfer IS 'Why money moved: one row for each set of postings. Append-only.';
COMMENT ON COLUMN resonate.transfer.reference IS 'what outside this database caused it, at most once for each kind';

CREATE TABLE IF NOT EXISTS resonate.posting (
    transfer_id  bigint NOT NULL REFERENCES resonate.transfer,
    line         smallint NOT NULL CHECK (line > 0),
    account_id   bigint NOT NULL REFERENCES resonate.account,
    amount_uc    bigint NOT NULL CHECK (amount_uc <> 0),
    PRIMARY KEY (transfer_id, line)
);

CREATE INDEX IF NOT EXISTS posting_account ON resonate.posting (account_id, transfer_id) INCLUDE (amount_uc);

COMMENT ON TABLE resonate.posting IS 'Double entry: the lines of a transfer, written by one statement, sum to zero. Append-only.';
COMMENT ON COLUMN resonate.posting.amount_uc IS 'micro-credits; positive: into the account';

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

CREATE OR REPLACE TRIGGER posting_settle AFTER INSERT ON resonate.posting
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION resonate.posting_settle();

CREATE OR REPLACE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON resonate.transfer
    FOR EACH STATEMENT EXECUTE FUNCTION resonate.append_only();
CREATE OR REPLACE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON resonate.posting
    FOR EACH STATEMENT EXECUTE FUNCTION resonate.append_only();

CREATE TABLE IF NOT EXISTS resonate.purchase (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person_id      uuid NOT NULL REFERENCES resonate.person,
    provider       text NOT NULL,
    provider_ref   text NOT NULL,
    amount_cent    integer NOT NULL CHECK (amount_cent > 0),
    currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount_mc      bigint NOT NULL CHECK (amount_mc > 0),
    status         text NOT NULL DEFAULT 'open'
                       CHECK (status IN ('open', 'paid', 'failed', 'refunded', 'parked')),
    transfer_id    bigint UNIQUE REFERENCES resonate.transfer,
    created_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (provider, provider_ref),
    CHECK (status <> 'paid' OR transfer_id IS NOT NULL)
);

CREATE INDEX IF NOT EXISTS purchase_person ON resonate.purchase (person_id, created_at);

COMMENT ON TABLE resonate.purchase IS 'Credits bought with money at a payment provider.';
COMMENT ON COLUMN resonate.purchase.amount_cent IS 'hundredths of the currency';
COMMENT ON COLUMN resonate.purchase.amount_mc IS 'milli-credits it buys';

CREATE TABLE IF NOT EXISTS resonate.idempotency (
    scope       text NOT NULL,
    holder      uuid NOT NULL,
    key         text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request     text NOT NULL,
    status      integer NOT NULL,
    body        text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (holder, scope, key)
);

CREATE INDEX IF NOT EXISTS idempotency_created ON resonate.idempotency (created_at);

COMMENT ON TABLE resonate.idempotency IS 'Answers by Idempotency-Key, replayed for 24 hours; the same key with another request is a 422.';
COMMENT ON COLUMN resonate.idempotency.holder IS 'person whose key it is; all zero: the operator''s';

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

CREATE OR REPLACE FUNCTION resonate.sweep() RETURNS bigint
LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM resonate.idempotency
        WHERE created_at < now() - interval '24 hours' RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

COMMENT ON FUNCTION resonate.sweep() IS 'Forgets idempotency keys that are past their 24 hours; for a daily job.';

COMMIT;
