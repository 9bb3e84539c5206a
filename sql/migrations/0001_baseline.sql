-- The schema as it was before it had versions.  A database of that time has
-- all of this already: hence IF NOT EXISTS, here and in no later migration.

DO $$
BEGIN
    IF to_regtype('resonate.reply') IS NULL THEN
        CREATE TYPE resonate.reply AS (status integer, body text, tags text[]);
    END IF;
END
$$;

COMMENT ON TYPE resonate.reply IS 'An answer. status 2xx: body is the finished JSON document; from 400: body is a plain-text detail. tags name what it was made from.';
COMMENT ON COLUMN resonate.reply.status IS 'HTTP status';
COMMENT ON COLUMN resonate.reply.tags IS 'e.g. track:UUID, tracks, artist:UUID, trackgroup:UUID: what must not have changed for the answer to be still true';

-- Settings, people, their identities, clients.

CREATE TABLE IF NOT EXISTS resonate.setting (
    name   text PRIMARY KEY,
    value  text NOT NULL,
    CONSTRAINT setting_url CHECK (name NOT LIKE '%\_url'
        OR value ~ '^https?://[^"\\[:space:]]*[^"\\/[:space:]]$')
);

COMMENT ON TABLE resonate.setting IS 'Facts of the installation: public_url (no trailing slash) and, when images are elsewhere, images_url.';

INSERT INTO resonate.setting (name, value) VALUES ('public_url', 'http://localhost:8080')
ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS resonate.role (
    id    smallint PRIMARY KEY,
    name  text NOT NULL UNIQUE
);

COMMENT ON TABLE resonate.role IS 'What a person may do beyond what everybody may.';

INSERT INTO resonate.role (id, name)
VALUES (1, 'superadmin'), (2, 'admin'), (3, 'tenantadmin'), (4, 'label'),
       (5, 'artist'), (6, 'user')
ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS resonate.person (
    id                       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    role_id                  smallint NOT NULL DEFAULT 6 REFERENCES resonate.role,
    display_name             text CHECK (length(display_name) BETWEEN 1 AND 200),
    email                    text CHECK (email LIKE '%_@_%' AND length(email) <= 320),
    email_confirmed          boolean NOT NULL DEFAULT false,
    country                  text CHECK (length(country) BETWEEN 1 AND 100),
    newsletter_notification  boolean NOT NULL DEFAULT false,
    created_at               timestamptz NOT NULL DEFAULT now(),
    updated_at               timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX IF NOT EXISTS person_email ON resonate.person (lower(email));
CREATE INDEX IF NOT EXISTS person_display_name ON resonate.person (display_name);
CREATE INDEX IF NOT EXISTS person_role ON resonate.person (role_id) WHERE role_id <> 6;

COMMENT ON TABLE resonate.person IS 'A user: listener, artist or member of staff. Credentials are elsewhere, see resonate.identity.';

CREATE TABLE IF NOT EXISTS resonate.identity (
    issuer      text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 2000),
    subject     text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    person_id   uuid NOT NULL REFERENCES resonate.person ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject, issuer)
);

CREATE INDEX IF NOT EXISTS identity_person ON resonate.identity (person_id);

COMMENT ON TABLE resonate.identity IS 'Who a token speaks of: a subject belongs to its issuer, only the pair names a person.';

CREATE TABLE IF NOT EXISTS resonate.membership (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person_id   uuid NOT NULL REFERENCES resonate.person ON DELETE CASCADE,
    class       text NOT NULL CHECK (class IN ('listener', 'music', 'worker')),
    since       date NOT NULL DEFAULT resonate.today(),
    until       date CHECK (until >= since),
    UNIQUE (person_id, class, since)
);

COMMENT ON TABLE resonate.membership IS 'Membership of a person in the co-operative.';
COMMENT ON COLUMN resonate.membership.until IS 'last day, null while it lasts';

CREATE TABLE IF NOT EXISTS resonate.client (
    id          text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    name        text NOT NULL,
    owner_id    uuid REFERENCES resonate.person,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS client_owner ON resonate.client (owner_id);

COMMENT ON TABLE resonate.client IS 'A player application, by its OAuth client id.';

CREATE TABLE IF NOT EXISTS resonate.client_origin (
    origin     text PRIMARY KEY CHECK (origin ~ '^https?://[^/[:space:]]+$'),
    client_id  text NOT NULL REFERENCES resonate.client ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS client_origin_client ON resonate.client_origin (client_id);

COMMENT ON TABLE resonate.client_origin IS 'Web origins a client may call from: scheme, host and port, no path.';


-- Images, creators, media, tracks, releases, playlists, favourites.

CREATE TABLE IF NOT EXISTS resonate.image (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind           text NOT NULL CHECK (kind IN ('cover', 'avatar', 'banner')),
    source_sha256  text NOT NULL CHECK (source_sha256 ~ '^[0-9a-f]{64}$'),
    width          integer NOT NULL CHECK (width > 0),
    height         integer NOT NULL CHECK (height > 0),
    created_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_sha256, kind)
);

COMMENT ON TABLE resonate.image IS 'A picture, stored as images/ID-xSIZE.jpg and .webp in all sizes of its kind: cover 120 600 1500; avatar 60 120 300 600 960 1200 1500; banner 625 1250 2500.';
COMMENT ON COLUMN resonate.image.width IS 'pixels of the original';

CREATE TABLE IF NOT EXISTS resonate.creator_type (
    id    smallint PRIMARY KEY,
    name  text NOT NULL UNIQUE
);

COMMENT ON TABLE resonate.creator_type IS 'Kinds of creators.';

INSERT INTO resonate.creator_type (id, name)
VALUES (1, 'artist'), (2, 'band'), (3, 'label')
ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS resonate.creator (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    type_id       smallint NOT NULL DEFAULT 1 REFERENCES resonate.creator_type,
    owner_id      uuid REFERENCES resonate.person,
    label_id      uuid REFERENCES resonate.creator,
    display_name  text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 500),
    sort_name     text COLLATE "C" NOT NULL GENERATED ALWAYS AS (resonate.fold(display_name)) STORED,
    description   text,
    short_bio     text,
    country       text,
    avatar_id     uuid REFERENCES resonate.image,
    banner_id     uuid REFERENCES resonate.image,
    links         json NOT NULL DEFAULT '[]',
    featured      boolean NOT NULL DEFAULT false,
    released_on   date,
    ingest_key    text UNIQUE,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (label_id <> id)
);

CREATE INDEX IF NOT EXISTS creator_owner ON resonate.creator (owner_id);
CREATE INDEX IF NOT EXISTS creator_label ON resonate.creator (label_id, sort_name, id);
CREATE INDEX IF NOT EXISTS creator_name ON resonate.creator (sort_name, id) INCLUDE (type_id, released_on);
CREATE INDEX IF NOT EXISTS creator_avatar ON resonate.creator (avatar_id);
CREATE INDEX IF NOT EXISTS creator_banner ON resonate.creator (banner_id);

COMMENT ON TABLE resonate.creator IS 'An artist, band or label: what plays are paid to. "creatorId" in the API.';
COMMENT ON COLUMN resonate.creator.links IS '[{uri, platform, type}]';
COMMENT ON COLUMN resonate.creator.owner_id IS 'the person who acts for it';
COMMENT ON COLUMN resonate.creator.released_on IS 'earliest date of its published releases, null when none is; kept by triggers';
COMMENT ON COLUMN resonate.creator.ingest_key IS 'natural key of bin/resonate-ingest';

CREATE TABLE IF NOT EXISTS resonate.band_member (
    band_id    uuid NOT NULL REFERENCES resonate.creator ON DELETE CASCADE,
    artist_id  uuid NOT NULL REFERENCES resonate.creator ON DELETE CASCADE,
    part       text,
    PRIMARY KEY (band_id, artist_id),
    CHECK (band_id <> artist_id)
);

CREATE INDEX IF NOT EXISTS band_member_artist ON resonate.band_member (artist_id);

COMMENT ON TABLE resonate.band_member IS 'Which artists make up a band.';

CREATE TABLE IF NOT EXISTS resonate.media_file (
    sha256       text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    path         text NOT NULL UNIQUE CHECK (path ~ '^audio/[0-9a-f]{2}/[0-9a-f]{64}\.m4a$'),
    bytes        bigint NOT NULL CHECK (bytes > 0),
    duration_ms  integer NOT NULL CHECK (duration_ms > 0),
    created_at   timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE resonate.media_file IS 'A stored audio file: AAC in MP4, named by the hash of its content.';
COMMENT ON COLUMN resonate.media_file.path IS 'relative to the media root';
COMMENT ON COLUMN resonate.media_file.duration_ms IS 'milliseconds';

CREATE TABLE IF NOT EXISTS resonate.release (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    creator_id      uuid NOT NULL REFERENCES resonate.creator,
    title           text NOT NULL CHECK (length(title) BETWEEN 1 AND 500),
    slug            text NOT NULL GENERATED ALWAYS AS
                        (replace(resonate.words(title), ' ', '-')) STORED,
    type            text NOT NULL DEFAULT 'lp'
                        CHECK (type IN ('lp', 'ep', 'single', 'compilation', 'podcast')),
    about           text,
    display_artist  text,
    tags            text[] NOT NULL DEFAULT '{}',
    release_date    date,
    cover_id        uuid REFERENCES resonate.image,
    enabled         boolean NOT NULL DEFAULT true,
    private         boolean NOT NULL DEFAULT false,
    download        boolean NOT NULL DEFAULT false,
    featured        boolean NOT NULL DEFAULT false,
    released_on     date GENERATED ALWAYS AS
                        (CASE WHEN enabled AND NOT private AND deleted_at IS NULL
                              THEN coalesce(release_date, '-infinity') END) STORED,
    ingest_key      text,
    deleted_at      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (creator_id, ingest_key)
);

CREATE INDEX IF NOT EXISTS release_newest ON resonate.release (created_at, id) INCLUDE (released_on) WHERE released_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS release_creator ON resonate.release (creator_id, created_at, id);
CREATE INDEX IF NOT EXISTS release_featured ON resonate.release (created_at, id) WHERE featured AND released_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS release_tags ON resonate.release USING gin (tags);
CREATE INDEX IF NOT EXISTS release_cover ON resonate.release (cover_id);

COMMENT ON TABLE resonate.release IS 'An album, EP, single, compilation or podcast: "trackgroup" in the API.';
COMMENT ON COLUMN resonate.release.tags IS 'folded words';
COMMENT ON COLUMN resonate.release.released_on IS 'null: not published; else published, and released from that date on';
COMMENT ON COLUMN resonate.release.ingest_key IS 'natural key of bin/resonate-ingest within the creator';

CREATE TABLE IF NOT EXISTS resonate.track (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    creator_id      uuid NOT NULL REFERENCES resonate.creator,
    title           text NOT NULL CHECK (length(title) BETWEEN 1 AND 500),
    display_artist  text,
    year            smallint CHECK (year BETWEEN 1 AND 9999),
    status          text NOT NULL DEFAULT 'paid'
                        CHECK (status IN ('free+paid', 'paid', 'free', 'hidden', 'deleted')),
    tags            text[] NOT NULL DEFAULT '{}',
    cover_id        uuid REFERENCES resonate.image,
    media_sha256    text REFERENCES resonate.media_file,
    source_sha256   text UNIQUE CHECK (source_sha256 ~ '^[0-9a-f]{64}$'),
    release_id      uuid REFERENCES resonate.release ON DELETE SET NULL,
    released_on     date,
    ingest_key      text UNIQUE,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS track_newest ON resonate.track (created_at, id) INCLUDE (released_on) WHERE released_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS track_latest ON resonate.track (released_on, created_at, id) WHERE released_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS track_creator ON resonate.track (creator_id, created_at, id);
CREATE INDEX IF NOT EXISTS track_release ON resonate.track (release_id);
CREATE INDEX IF NOT EXISTS track_media ON resonate.track (media_sha256);
CREATE INDEX IF NOT EXISTS track_cover ON resonate.track (cover_id);
CREATE INDEX IF NOT EXISTS track_tags ON resonate.track USING gin (tags);

COMMENT ON TABLE resonate.track IS 'A recording that can be played.';
COMMENT ON COLUMN resonate.track.status IS 'free costs nothing, paid and free+paid cost credits, hidden is seen by its owner only, deleted by nobody';
COMMENT ON COLUMN resonate.track.display_artist IS 'as the artist is named on this track; null: the name of the creator';
COMMENT ON COLUMN resonate.track.source_sha256 IS 'hash of the file it was ingested from';
COMMENT ON COLUMN resonate.track.release_id IS 'the release it is shown with: the earliest published one; kept by triggers';
COMMENT ON COLUMN resonate.track.released_on IS 'null: not visible; else visible, and released from that date on; kept by triggers';
COMMENT ON COLUMN resonate.track.ingest_key IS 'natural key of bin/resonate-ingest';

CREATE TABLE IF NOT EXISTS resonate.release_item (
    release_id  uuid NOT NULL REFERENCES resonate.release ON DELETE CASCADE,
    track_id    uuid NOT NULL REFERENCES resonate.track ON DELETE CASCADE,
    index       integer NOT NULL CHECK (index >= 0),
    disc        smallint NOT NULL DEFAULT 1 CHECK (disc > 0),
    number      integer CHECK (number >= 0),
    PRIMARY KEY (release_id, track_id),
    UNIQUE (release_id, index) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX IF NOT EXISTS release_item_track ON resonate.release_item (track_id);

COMMENT ON TABLE resonate.release_item IS 'The tracks of a release, in order of index.';
COMMENT ON COLUMN resonate.release_item.number IS 'as printed on the sleeve, null if unknown; index is what orders';

CREATE TABLE IF NOT EXISTS resonate.playlist (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    owner_id    uuid NOT NULL REFERENCES resonate.person ON DELETE CASCADE,
    title       text NOT NULL CHECK (length(title) BETWEEN 1 AND 500),
    about       text,
    tags        text[] NOT NULL DEFAULT '{}',
    cover_id    uuid REFERENCES resonate.image,
    private     boolean NOT NULL DEFAULT true,
    featured    boolean NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS playlist_owner ON resonate.playlist (owner_id, created_at, id);
CREATE INDEX IF NOT EXISTS playlist_newest ON resonate.playlist (created_at, id) WHERE NOT private;
CREATE INDEX IF NOT EXISTS playlist_cover ON resonate.playlist (cover_id);

COMMENT ON TABLE resonate.playlist IS 'A list of tracks that a person made.';

CREATE TABLE IF NOT EXISTS resonate.playlist_item (
    playlist_id  uuid NOT NULL REFERENCES resonate.playlist ON DELETE CASCADE,
    track_id     uuid NOT NULL REFERENCES resonate.track ON DELETE CASCADE,
    index        integer NOT NULL CHECK (index >= 0),
    PRIMARY KEY (playlist_id, track_id),
    UNIQUE (playlist_id, index) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX IF NOT EXISTS playlist_item_track ON resonate.playlist_item (track_id);

COMMENT ON TABLE resonate.playlist_item IS 'The tracks of a playlist, in order of index; a track is in a playlist once.';

CREATE TABLE IF NOT EXISTS resonate.favorite (
    person_id   uuid NOT NULL REFERENCES resonate.person ON DELETE CASCADE,
    track_id    uuid NOT NULL REFERENCES resonate.track ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, track_id)
);

CREATE INDEX IF NOT EXISTS favorite_newest ON resonate.favorite (person_id, created_at, track_id);
CREATE INDEX IF NOT EXISTS favorite_track ON resonate.favorite (track_id);

COMMENT ON TABLE resonate.favorite IS 'Tracks a person likes.';


-- Money, in micro-credits (uc): 1 credit = 1000 mc = 1 000 000 uc.

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

INSERT INTO resonate.price_rule (cost_mc, holder_percent, floor_eur_micro, credit_mc,
        credit_eur_micro, play_mark_ms, preview_ms, coop_account_id, subsidy_account_id)
SELECT '{2,4,8,16,32,64,128,256,512}', 70, 10000, 1022, 1250000, 45000, 45000, c.id, s.id
FROM resonate.account c, resonate.account s
WHERE c.name = 'coop' AND s.name = 'subsidy'
  AND NOT EXISTS (SELECT FROM resonate.price_rule);

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


-- Plays, and what a listener holds of a track.

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


-- What search looks through.

CREATE TABLE IF NOT EXISTS resonate.search_doc (
    kind         text NOT NULL CHECK (kind IN ('artist', 'band', 'label', 'track', 'trackgroup')),
    id           uuid PRIMARY KEY,
    title        text NOT NULL,
    words        text NOT NULL,
    document     tsvector NOT NULL GENERATED ALWAYS AS
                     (array_to_tsvector(array_remove(string_to_array(words, ' '), ''))) STORED,
    released_on  date NOT NULL
);

CREATE INDEX IF NOT EXISTS search_doc_document ON resonate.search_doc USING gin (document);

COMMENT ON TABLE resonate.search_doc IS 'What search looks through: one row for everything that is published.';
COMMENT ON COLUMN resonate.search_doc.title IS 'folded words of its own name';
COMMENT ON COLUMN resonate.search_doc.words IS 'the title and the names it belongs to';

CREATE TABLE IF NOT EXISTS resonate.search_word (
    word  text PRIMARY KEY
);

CREATE INDEX IF NOT EXISTS search_word_near ON resonate.search_word USING gin (word public.gin_trgm_ops);
CREATE INDEX IF NOT EXISTS search_word_shape ON resonate.search_word (left(word, 1), length(word));

COMMENT ON TABLE resonate.search_word IS 'Every word that ever was in a search row: what a mistyped word may have meant.';
