-- A sound in several qualities, how loud it is and what its wave looks like,
-- and the file that it came from.

ALTER TABLE resonate.media_file
    ADD COLUMN crc32             bigint CHECK (crc32 BETWEEN 0 AND 4294967295),
    ADD COLUMN span_offset       bigint CHECK (span_offset > 0),
    ADD COLUMN span_bytes        bigint CHECK (span_bytes > 0),
    ADD COLUMN span_crc32        bigint CHECK (span_crc32 BETWEEN 0 AND 4294967295),
    ADD COLUMN loudness_lufs     numeric(5, 2),
    ADD COLUMN loudness_range_lu numeric(5, 2),
    ADD COLUMN true_peak_dbtp    numeric(5, 2),
    ADD COLUMN waveform          text CHECK (waveform ~ '^waveforms/[0-9a-f]{2}/[0-9a-f]{64}\.json$'),
    ADD COLUMN files             text,
    ADD COLUMN qualities         text,
    ADD CHECK ((span_offset IS NULL) = (span_bytes IS NULL)
               AND (span_bytes IS NULL) = (span_crc32 IS NULL)),
    ADD CHECK ((loudness_lufs IS NULL) = (true_peak_dbtp IS NULL));

CREATE INDEX media_file_waveform ON resonate.media_file (waveform);

COMMENT ON TABLE resonate.media_file IS 'A stored audio file: AAC in MP4, named by the hash of its content. What is of its sound, and not of the file, is here too; resonate.rendition has the other files of the same sound.';
COMMENT ON COLUMN resonate.media_file.crc32 IS 'of the file, as ZIP has it; null: not measured yet';
COMMENT ON COLUMN resonate.media_file.span_offset IS 'where the media bytes begin, which are the same whatever header is before them';
COMMENT ON COLUMN resonate.media_file.loudness_lufs IS 'integrated loudness of the whole sound (EBU R 128); null: silence, or not measured yet';
COMMENT ON COLUMN resonate.media_file.loudness_range_lu IS 'loudness range (EBU Tech 3342)';
COMMENT ON COLUMN resonate.media_file.true_peak_dbtp IS 'the highest peak between samples (ITU-R BS.1770), in dB of full scale';
COMMENT ON COLUMN resonate.media_file.waveform IS 'relative to the media root: the peaks of the sound in JSON; null: not measured yet';
COMMENT ON COLUMN resonate.media_file.files IS 'its renditions as JSON, as v3.stream() answers them; kept by resonate.ingest_made()';
COMMENT ON COLUMN resonate.media_file.qualities IS 'their qualities as JSON, as a track has them; kept by resonate.ingest_made()';

CREATE TABLE resonate.rendition (
    media_sha256  text NOT NULL REFERENCES resonate.media_file ON DELETE CASCADE,
    quality       text NOT NULL CHECK (quality IN ('64', '128', '256', 'opus', 'lossless')),
    sha256        text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    path          text NOT NULL CHECK (path = 'audio/' || left(sha256, 2) || '/' || sha256 || '.m4a'),
    codec         text NOT NULL CHECK (codec ~ '^[0-9A-Za-z.]{1,40}$'),
    bit_rate      integer NOT NULL CHECK (bit_rate > 0),
    bytes         bigint NOT NULL CHECK (bytes > 0),
    crc32         bigint NOT NULL CHECK (crc32 BETWEEN 0 AND 4294967295),
    span_offset   bigint NOT NULL CHECK (span_offset > 0),
    span_bytes    bigint NOT NULL CHECK (span_bytes > 0),
    span_crc32    bigint NOT NULL CHECK (span_crc32 BETWEEN 0 AND 4294967295),
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (media_sha256, quality)
);

CREATE INDEX rendition_sha256 ON resonate.rendition (sha256);

COMMENT ON TABLE resonate.rendition IS 'A stored sound in one quality; that of media_file itself is among them if it is one.';
COMMENT ON COLUMN resonate.rendition.quality IS 'kb/s of AAC; opus; lossless: FLAC; all of them in MP4';
COMMENT ON COLUMN resonate.rendition.path IS 'relative to the media root';
COMMENT ON COLUMN resonate.rendition.codec IS 'as RFC 6381 has it';
COMMENT ON COLUMN resonate.rendition.bit_rate IS 'bits a second of the whole file';
COMMENT ON COLUMN resonate.rendition.crc32 IS 'of the file, as ZIP has it';
COMMENT ON COLUMN resonate.rendition.span_offset IS 'where the media bytes begin, which are the same whatever header is before them';

CREATE TABLE resonate.original (
    media_sha256  text PRIMARY KEY REFERENCES resonate.media_file ON DELETE CASCADE,
    sha256        text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    path          text NOT NULL CHECK (path = 'originals/' || left(sha256, 2) || '/' || sha256 || '.' || format),
    format        text NOT NULL CHECK (format ~ '^[0-9a-z]{2,5}$'),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    bytes         bigint NOT NULL CHECK (bytes > 0),
    crc32         bigint NOT NULL CHECK (crc32 BETWEEN 0 AND 4294967295),
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX original_sha256 ON resonate.original (sha256);

COMMENT ON TABLE resonate.original IS 'The file that a stored sound was made of, as it came.';
COMMENT ON COLUMN resonate.original.path IS 'relative to the media root';
COMMENT ON COLUMN resonate.original.format IS 'what its name ends with, in lower case: flac, wav, mp3';
COMMENT ON COLUMN resonate.original.name IS 'as it was called in the library';
COMMENT ON COLUMN resonate.original.crc32 IS 'of the file, as ZIP has it';

ALTER TABLE resonate.release
    ADD COLUMN loudness_lufs  numeric(5, 2),
    ADD COLUMN true_peak_dbtp numeric(5, 2);

COMMENT ON COLUMN resonate.release.loudness_lufs IS 'integrated loudness of all its tracks; kept by triggers';
COMMENT ON COLUMN resonate.release.true_peak_dbtp IS 'the highest true peak of its tracks; kept by triggers';
