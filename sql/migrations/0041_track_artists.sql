-- Whom a track names, in the row of the track: what a list says of it is then
-- not looked up once more for every track that has one artist.

ALTER TABLE resonate.track ADD COLUMN artist_ids uuid[];

UPDATE resonate.track t
SET artist_ids = a.ids
FROM (SELECT track_id, array_agg(creator_id ORDER BY position) AS ids
      FROM resonate.track_artist GROUP BY track_id) a
WHERE t.id = a.track_id;

COMMENT ON COLUMN resonate.track.artist_ids IS 'creators of resonate.track_artist in order of position, null for none; kept by triggers';
