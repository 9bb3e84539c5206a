-- Plays and postings by month.
--
-- A transfer, its postings and its play have the same moment, and name it with
-- the transfer's number: so a line of a transfer is there once, and one
-- transfer belongs to one play, whatever partition they are in.

LOCK TABLE resonate.transfer, resonate.posting, resonate.play IN ACCESS EXCLUSIVE MODE;

ALTER TABLE resonate.transfer DISABLE TRIGGER USER;

UPDATE resonate.transfer t SET created_at = y.played_at
FROM resonate.play y
WHERE y.transfer_id = t.id;

ALTER TABLE resonate.transfer ENABLE TRIGGER USER;
ALTER TABLE resonate.transfer ADD UNIQUE (id, created_at);

COMMENT ON COLUMN resonate.transfer.created_at IS 'the moment of its postings and of its play';


ALTER TABLE resonate.posting RENAME TO posting_before;

CREATE TABLE resonate.posting (
    transfer_id  bigint NOT NULL,
    posted_at    timestamptz NOT NULL DEFAULT now(),
    line         smallint NOT NULL,
    account_id   bigint NOT NULL,
    amount_uc    bigint NOT NULL,
    CONSTRAINT posting_line CHECK (line > 0),
    CONSTRAINT posting_amount CHECK (amount_uc <> 0)
) PARTITION BY RANGE (posted_at);

CREATE TABLE resonate.posting_default PARTITION OF resonate.posting DEFAULT;

INSERT INTO resonate.posting (transfer_id, posted_at, line, account_id, amount_uc)
SELECT p.transfer_id, t.created_at, p.line, p.account_id, p.amount_uc
FROM resonate.posting_before p
JOIN resonate.transfer t ON t.id = p.transfer_id;

DROP TABLE resonate.posting_before;

ALTER TABLE resonate.posting
    ADD PRIMARY KEY (transfer_id, posted_at, line),
    ADD FOREIGN KEY (transfer_id, posted_at) REFERENCES resonate.transfer (id, created_at),
    ADD FOREIGN KEY (account_id) REFERENCES resonate.account;

CREATE INDEX posting_account ON resonate.posting (account_id, transfer_id) INCLUDE (amount_uc);

COMMENT ON TABLE resonate.posting IS 'Double entry: the lines of a transfer, written by one statement, sum to zero. Append-only, by month.';
COMMENT ON COLUMN resonate.posting.posted_at IS 'the moment of its transfer';
COMMENT ON COLUMN resonate.posting.amount_uc IS 'micro-credits; positive: into the account';


ALTER TABLE resonate.play RENAME TO play_before;
ALTER SEQUENCE resonate.play_id_seq RENAME TO play_before_id_seq;

CREATE TABLE resonate.play (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    played_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    person_id    uuid NOT NULL,
    track_id     uuid NOT NULL,
    kind         text NOT NULL,
    count        smallint NOT NULL,
    cost_mc      integer NOT NULL,
    total_mc     bigint NOT NULL,
    transfer_id  bigint,
    CONSTRAINT play_kind CHECK (kind IN ('paid', 'owned', 'free', 'own', 'preview')),
    CONSTRAINT play_amounts CHECK (count >= 0 AND cost_mc >= 0 AND total_mc >= 0),
    CONSTRAINT play_paid_cost CHECK ((kind = 'paid') = (cost_mc > 0)),
    CONSTRAINT play_paid_transfer CHECK ((kind = 'paid') = (transfer_id IS NOT NULL))
) PARTITION BY RANGE (played_at);

CREATE TABLE resonate.play_default PARTITION OF resonate.play DEFAULT;

INSERT INTO resonate.play (id, played_at, person_id, track_id, kind, count, cost_mc, total_mc,
                           transfer_id) OVERRIDING SYSTEM VALUE
SELECT id, played_at, person_id, track_id, kind, count, cost_mc, total_mc, transfer_id
FROM resonate.play_before;

SELECT setval('resonate.play_id_seq', last_value, is_called)
FROM resonate.play_before_id_seq \g /dev/null

DROP TABLE resonate.play_before;

ALTER TABLE resonate.play
    ADD PRIMARY KEY (played_at, id),
    ADD FOREIGN KEY (person_id) REFERENCES resonate.person,
    ADD FOREIGN KEY (track_id) REFERENCES resonate.track,
    ADD FOREIGN KEY (transfer_id, played_at) REFERENCES resonate.transfer (id, created_at);

CREATE INDEX play_person ON resonate.play (person_id, played_at, id);
CREATE INDEX play_track ON resonate.play (track_id, played_at) WHERE kind IN ('paid', 'owned', 'free');
CREATE INDEX play_chart ON resonate.play (played_at, track_id) WHERE kind IN ('paid', 'owned', 'free');
CREATE UNIQUE INDEX play_transfer ON resonate.play (transfer_id, played_at) WHERE transfer_id IS NOT NULL;

COMMENT ON TABLE resonate.play IS 'Every finished play. Append-only, by month.';
COMMENT ON COLUMN resonate.play.kind IS 'paid: charged; owned: after the last charged one; free: the track costs nothing; own: by its owner; preview: the wallet was too empty';
COMMENT ON COLUMN resonate.play.count IS 'counted plays of this listener and track after it';
COMMENT ON COLUMN resonate.play.cost_mc IS 'milli-credits charged';
COMMENT ON COLUMN resonate.play.total_mc IS 'milli-credits in the wallet after it';
