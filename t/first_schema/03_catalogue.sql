-- Images, creators, media, tracks, releases, playlists, favourites.

BEGIN;

SET LOCAL client_min_messages = warning;
SET LOCAL ROLE resonate_owner;

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

COMMIT;
