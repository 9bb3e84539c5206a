-- Plays, and what a listener holds of a track.

BEGIN;

SET LOCAL client_min_messages = warning;
SET LOCAL ROLE resonate_owner;

CREATE TABLE IF NOT EXISTS resonate.play (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    played_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    person_id    uuid NOT NULL REFERENCES resonate.person,
    track_id     uuid NOT NULL REFERENCES resonate.track,
    kind         text NOT NULL CHECK (kind IN ('paid', 'owned', 'free', 'own', 'preview')),
    count        smallint NOT NULL CHECK (count >= 0),
    cost_mc      integer NOT NULL CHECK (cost_mc >= 0),
    total_mc     bigint NOT NULL CHECK (total_mc >= 0),
    transfer_id  bigint REFERENCES resonate.transfer,
    PRIMARY KEY (played_at, id),
    CHECK ((kind = 'paid') = (cost_mc > 0)),
    CHECK ((kind = 'paid') = (transfer_id IS NOT NULL))
);

CREATE INDEX IF NOT EXISTS play_person ON resonate.play (person_id, played_at, id);
CREATE INDEX IF NOT EXISTS play_track ON resonate.play (track_id, played_at) WHERE kind IN ('paid', 'owned', 'free');
CREATE INDEX IF NOT EXISTS play_chart ON resonate.play (played_at, track_id) WHERE kind IN ('paid', 'owned', 'free');

COMMENT ON TABLE resonate.play IS 'Every finished play. Append-only; the key begins with the time so that it can be partitioned by it.';
COMMENT ON COLUMN resonate.play.kind IS 'paid: charged; owned: after the last charged one; free: the track costs nothing; own: by its owner; preview: the wallet was too empty';
COMMENT ON COLUMN resonate.play.count IS 'counted plays of this listener and track after it';
COMMENT ON COLUMN resonate.play.cost_mc IS 'milli-credits charged';
COMMENT ON COLUMN resonate.play.total_mc IS 'milli-credits in the wallet after it';

CREATE OR REPLACE TRIGGER append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON resonate.play
    FOR EACH STATEMENT EXECUTE FUNCTION resonate.append_only();

CREATE TABLE IF NOT EXISTS resonate.holding (
    person_id       uuid NOT NULL REFERENCES resonate.person,
    track_id        uuid NOT NULL REFERENCES resonate.track,
    count           smallint NOT NULL DEFAULT 0 CHECK (count >= 0),
    owned_at        timestamptz,
    last_played_at  timestamptz,
    PRIMARY KEY (person_id, track_id)
) WITH (fillfactor = 80);

CREATE INDEX IF NOT EXISTS holding_owned ON resonate.holding (person_id, owned_at, track_id) WHERE owned_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS holding_track ON resonate.holding (track_id);

COMMENT ON TABLE resonate.holding IS 'How far a listener has come with a track: sums up resonate.play so that a price is one look-up.';
COMMENT ON COLUMN resonate.holding.count IS 'counted plays; a bought track has all of them';
COMMENT ON COLUMN resonate.holding.owned_at IS 'since when the track costs this listener nothing, null: it does';
COMMENT ON COLUMN resonate.holding.last_played_at IS 'time of the last play of any kind';

CREATE OR REPLACE FUNCTION resonate.ledger_check()
RETURNS TABLE (fault text, subject text, expected_uc bigint, found_uc bigint)
LANGUAGE sql STABLE AS $$
    SELECT 'postings do not sum to zero', p.transfer_id::text, 0::bigint, sum(p.amount_uc)::bigint
    FROM resonate.posting p
    GROUP BY p.transfer_id
    HAVING sum(p.amount_uc) <> 0
  UNION ALL
    SELECT 'transfer without postings', t.id::text, NULL, NULL
    FROM resonate.transfer t
    WHERE NOT EXISTS (SELECT FROM resonate.posting p WHERE p.transfer_id = t.id)
  UNION ALL
    SELECT 'wallet differs from its postings', a.person_id::text,
           coalesce(p.amount_uc, 0), a.balance_uc
    FROM resonate.account a
    LEFT JOIN (SELECT account_id, sum(amount_uc)::bigint AS amount_uc
               FROM resonate.posting GROUP BY account_id) p ON p.account_id = a.id
    WHERE a.balance_uc <> coalesce(p.amount_uc, 0)
  UNION ALL
    SELECT 'play differs from its posting', y.id::text, y.cost_mc * 1000::bigint,
           -coalesce(p.amount_uc, 0)
    FROM resonate.play y
    JOIN resonate.account a ON a.person_id = y.person_id
    LEFT JOIN resonate.posting p ON p.transfer_id = y.transfer_id AND p.account_id = a.id
    WHERE y.cost_mc * 1000::bigint <> -coalesce(p.amount_uc, 0)
$$;

COMMENT ON FUNCTION resonate.ledger_check() IS 'The books audited: one row for each fault, none when all is well.';

COMMIT;
