-- What a library says of its music: the sound by which a track is known, the
-- files it came from, all artists of a track, and what else tags tell.

ALTER TABLE resonate.track
    ADD COLUMN sound_sha256    text UNIQUE CHECK (sound_sha256 ~ '^[0-9a-f]{64}$'),
    ADD COLUMN isrc            text CHECK (isrc ~ '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$'),
    ADD COLUMN musicbrainz_id  uuid,
    ADD COLUMN composer        text CHECK (length(composer) BETWEEN 1 AND 500),
    ADD COLUMN copyright       text CHECK (length(copyright) BETWEEN 1 AND 500),
    ADD COLUMN lyrics          text CHECK (length(lyrics) BETWEEN 1 AND 100000),
    ADD COLUMN edited          text[] NOT NULL DEFAULT '{}';

COMMENT ON COLUMN resonate.track.sound_sha256 IS 'what its sound is known by, whatever the tags of its file: hash of the samples of a lossless file, of the packets of a lossy one';
COMMENT ON COLUMN resonate.track.musicbrainz_id IS 'of the recording';
COMMENT ON COLUMN resonate.track.lyrics IS 'plain text, or LRC with times';
COMMENT ON COLUMN resonate.track.edited IS 'columns that a person set: ingestion leaves them alone';

ALTER TABLE resonate.release
    ADD COLUMN barcode         text CHECK (barcode ~ '^[0-9]{8,14}$'),
    ADD COLUMN musicbrainz_id  uuid,
    ADD COLUMN copyright       text CHECK (length(copyright) BETWEEN 1 AND 500),
    ADD COLUMN edited          text[] NOT NULL DEFAULT '{}';

COMMENT ON COLUMN resonate.release.musicbrainz_id IS 'of the release';
COMMENT ON COLUMN resonate.release.edited IS 'columns that a person set: ingestion leaves them alone';

ALTER TABLE resonate.creator
    ADD COLUMN musicbrainz_id  uuid,
    ADD COLUMN edited          text[] NOT NULL DEFAULT '{}';

COMMENT ON COLUMN resonate.creator.edited IS 'columns that a person set: ingestion leaves them alone';

CREATE TABLE resonate.release_disc (
    release_id  uuid NOT NULL REFERENCES resonate.release ON DELETE CASCADE,
    disc        smallint NOT NULL CHECK (disc > 0),
    title       text NOT NULL CHECK (length(title) BETWEEN 1 AND 500),
    PRIMARY KEY (release_id, disc)
);

COMMENT ON TABLE resonate.release_disc IS 'Titles of the discs that have one.';

CREATE TABLE resonate.track_artist (
    track_id    uuid NOT NULL REFERENCES resonate.track ON DELETE CASCADE,
    position    smallint NOT NULL CHECK (position > 0),
    creator_id  uuid NOT NULL REFERENCES resonate.creator ON DELETE CASCADE,
    PRIMARY KEY (track_id, position),
    UNIQUE (creator_id, track_id)
);

COMMENT ON TABLE resonate.track_artist IS 'All artists of a track that has several, in the order in which they are named; a track of one has no row here. Plays are paid to track.creator_id alone.';

CREATE TABLE resonate.source (
    path           bytea PRIMARY KEY CHECK (length(path) BETWEEN 1 AND 4096),
    track_id       uuid NOT NULL REFERENCES resonate.track ON DELETE CASCADE,
    release_id     uuid NOT NULL REFERENCES resonate.release ON DELETE CASCADE,
    source_sha256  text NOT NULL CHECK (source_sha256 ~ '^[0-9a-f]{64}$'),
    sound_sha256   text NOT NULL CHECK (sound_sha256 ~ '^[0-9a-f]{64}$'),
    lossless       boolean NOT NULL,
    bit_rate       integer CHECK (bit_rate > 0),
    sample_rate    integer CHECK (sample_rate > 0),
    duration_ms    integer NOT NULL CHECK (duration_ms > 0),
    kept           boolean NOT NULL DEFAULT true,
    taken_at       timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX source_track ON resonate.source (track_id);
CREATE INDEX source_release ON resonate.source (release_id);
CREATE INDEX source_sha256 ON resonate.source (source_sha256);
CREATE INDEX source_sound ON resonate.source (sound_sha256);

COMMENT ON TABLE resonate.source IS 'The files of the library, one row each: which track is in which release because of it.';
COMMENT ON COLUMN resonate.source.path IS 'absolute, as the file system has it: bytes';
COMMENT ON COLUMN resonate.source.kept IS 'false: a better copy of the same track stands for it';
COMMENT ON COLUMN resonate.source.bit_rate IS 'bits a second';
COMMENT ON COLUMN resonate.source.sample_rate IS 'samples a second';

COMMENT ON COLUMN resonate.source.duration_ms IS 'milliseconds';
