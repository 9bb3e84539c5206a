-- What is in which list, in the orders of its pages, and how many there are: a
-- page is read from an index alone, and nothing is counted for it.
--
-- Nothing is filled here: that is done when the triggers are there.

CREATE TABLE resonate.listed (
    list        text NOT NULL,
    created_at  timestamptz NOT NULL,
    id          uuid NOT NULL,
    day         date NOT NULL,
    hash        integer,
    PRIMARY KEY (list, created_at, id) INCLUDE (day)
);

CREATE INDEX listed_random ON resonate.listed (list, hash, id) INCLUDE (day) WHERE hash IS NOT NULL;

COMMENT ON TABLE resonate.listed IS 'What is in the lists of tracks, releases, playlists and tags. A narrow table, so that what changes in a title leaves its pages alone.';
COMMENT ON COLUMN resonate.listed.list IS 'e.g. tracks, releases ep, tag jazz releases: see resonate.in_lists()';
COMMENT ON COLUMN resonate.listed.day IS 'since when it is released; playlists: -infinity';
COMMENT ON COLUMN resonate.listed.hash IS 'for the random order; null for lists that have none';

CREATE TABLE resonate.list_count (
    list  text NOT NULL,
    day   date NOT NULL,
    n     bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE INDEX list_count_list ON resonate.list_count (list, day) INCLUDE (n);

COMMENT ON TABLE resonate.list_count IS 'How many things are in a list, by the day since when they are: the sum of its rows. Who writes to the catalogue adds a row and waits for nobody; resonate.maintain() puts one in the place of many.';
COMMENT ON COLUMN resonate.list_count.day IS '-infinity: all days before';


-- creators are ordered by what they are called, and by when they changed

CREATE INDEX creator_listed ON resonate.creator (id) INCLUDE (type_id, released_on) WHERE released_on IS NOT NULL;
CREATE INDEX creator_updated ON resonate.creator (updated_at, id) INCLUDE (type_id, released_on) WHERE released_on IS NOT NULL;
CREATE INDEX creator_featured ON resonate.creator (sort_name, id) INCLUDE (type_id, released_on) WHERE featured AND released_on IS NOT NULL;
