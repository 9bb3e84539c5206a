-- Plays by day and track, and every published track in the order of them: what
-- the chart is read from, where plays were added up for each request.
--
-- Nothing is filled here: that is done when the triggers are there.

CREATE TABLE resonate.upkeep (
    job      text PRIMARY KEY,
    done_at  timestamptz NOT NULL
);

COMMENT ON TABLE resonate.upkeep IS 'When each job of resonate.maintain() was last finished.';

CREATE TABLE resonate.play_fresh (
    track_id  uuid NOT NULL,
    day       date NOT NULL,
    plays     smallint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

COMMENT ON TABLE resonate.play_fresh IS 'Counted plays that are not in the roll-up yet: a row is written with its play and deleted with its sum, so none is lost or doubled, in whatever order transactions commit.';
COMMENT ON COLUMN resonate.play_fresh.plays IS '1; 0: the place of the track in the chart is to be looked at once more';

CREATE TABLE resonate.play_day (
    day       date NOT NULL,
    track_id  uuid NOT NULL,
    plays     integer NOT NULL CHECK (plays > 0),
    PRIMARY KEY (day, track_id)
);

COMMENT ON TABLE resonate.play_day IS 'Counted plays of a track by day (UTC), of today and the 29 days before.';

CREATE TABLE resonate.track_plays (
    track_id  uuid PRIMARY KEY,
    total     bigint NOT NULL,
    recent    integer NOT NULL
) WITH (fillfactor = 80);

COMMENT ON TABLE resonate.track_plays IS 'Counted plays of a track; one that has none has no row.';
COMMENT ON COLUMN resonate.track_plays.recent IS 'the sum of its rows in resonate.play_day';

CREATE TABLE resonate.chart (
    track_id     uuid PRIMARY KEY,
    released_on  date NOT NULL,
    created_at   timestamptz NOT NULL,
    plays        integer NOT NULL
);

CREATE INDEX chart_order ON resonate.chart (plays, created_at, track_id) INCLUDE (released_on);

COMMENT ON TABLE resonate.chart IS 'Every published track, for the order of plays. It is apart from resonate.track, whose rows what is played must not touch.';
COMMENT ON COLUMN resonate.chart.plays IS 'recent ones of resonate.track_plays';
