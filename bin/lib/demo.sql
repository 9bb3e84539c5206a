-- What the demo has besides music, so that no page is empty: a label of the
-- artist whose music the demo brings, and a public playlist of the listener.
-- psql's variables: issuer, listener, artist.

BEGIN;

SELECT resonate.caller(:'issuer', :'listener') AS person \gset

WITH label AS (
    INSERT INTO resonate.creator (type_id, display_name, short_bio)
    SELECT 3, 'Demo Label', 'Made by "make demo".'
    WHERE EXISTS (SELECT FROM resonate.creator c WHERE c.display_name = :'artist')
    RETURNING id
)
UPDATE resonate.creator c SET label_id = label.id
FROM label
WHERE c.display_name = :'artist' AND c.label_id IS NULL;

SELECT (v3.playlist_create(title => 'First listens', private => false,
                           about => 'Made by "make demo".', caller => :'person')).body::json
       #>> '{data,id}' AS playlist \gset

SELECT status FROM v3.playlist_items_add(
    id => :'playlist',
    tracks_track_id => ARRAY(SELECT t.id FROM resonate.track t WHERE t.status <> 'deleted'
                             ORDER BY t.created_at, t.id LIMIT 12),
    caller => :'person');

COMMIT;
