-- What ingestion remembers of a file, so that it knows what is gone and what
-- is left to do.

ALTER TABLE resonate.source
    ADD COLUMN root     bytea NOT NULL CHECK (length(root) BETWEEN 1 AND 4096),
    ADD COLUMN written  text NOT NULL;

COMMENT ON COLUMN resonate.source.root IS 'the folder that was named when it was taken';
COMMENT ON COLUMN resonate.source.written IS 'what was last written because of it, as a hash; empty to have it taken again';
