-- What a ZIP needs to know of a cover before it sends it.

ALTER TABLE resonate.image
    ADD COLUMN bytes bigint CHECK (bytes > 0),
    ADD COLUMN crc32 bigint CHECK (crc32 BETWEEN 0 AND 4294967295),
    ADD CHECK ((bytes IS NULL) = (crc32 IS NULL));

CREATE INDEX image_unsummed ON resonate.image (id) WHERE crc32 IS NULL;

COMMENT ON COLUMN resonate.image.bytes IS 'of images/ID-x600.jpg, the picture that goes with what is downloaded; null: not measured yet';
COMMENT ON COLUMN resonate.image.crc32 IS 'of that file, as ZIP has it';
