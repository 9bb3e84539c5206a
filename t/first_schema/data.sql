-- A year of a small co-operative on the first schema: every table has rows,
-- every kind of play and of transfer is there.

BEGIN;

INSERT INTO resonate.image (kind, source_sha256, width, height)
SELECT k, lpad(n::text, 64, '0'), 1500, 1500
FROM (VALUES ('cover', 1), ('avatar', 2), ('banner', 3)) i (k, n);

INSERT INTO resonate.person (display_name, email, country, email_confirmed)
SELECT 'Person ' || n, 'person' || n || '@example.org', 'Utopia', true FROM generate_series(1, 12) n;

SELECT resonate.caller('https://id.example', 'subject-' || n) FROM generate_series(1, 5) n;

INSERT INTO resonate.membership (person_id, class, since)
SELECT id, 'listener', '2026-01-01' FROM resonate.person;
INSERT INTO resonate.client (id, name, owner_id)
SELECT 'player', 'Player', id FROM resonate.person ORDER BY display_name LIMIT 1;
INSERT INTO resonate.client_origin (origin, client_id) VALUES ('https://player.example', 'player');
INSERT INTO resonate.setting (name, value) VALUES ('images_url', 'https://images.example');

INSERT INTO resonate.creator (type_id, owner_id, display_name)
SELECT 3, id, 'Étiquette' FROM resonate.person WHERE email = 'person1@example.org';
INSERT INTO resonate.creator (type_id, display_name, label_id, avatar_id)
SELECT 1 + n % 2, 'Creator ' || n, l.id, i.id
FROM generate_series(1, 6) n, resonate.creator l, resonate.image i
WHERE l.type_id = 3 AND i.kind = 'avatar';
INSERT INTO resonate.band_member (band_id, artist_id)
SELECT b.id, a.id FROM resonate.creator b, resonate.creator a
WHERE b.display_name = 'Creator 1' AND a.display_name = 'Creator 2';

SELECT resonate.ingest_track(r.id, a.id, 'Track ' || n || ' of ' || a.display_name, n, 1, 2020,
           200000, lpad(to_hex(n), 62, 'a') || right('0' || a.k, 2),
           'audio/aa/' || lpad(to_hex(n), 62, 'a') || right('0' || a.k, 2) || '.m4a', 1000000,
           lpad(to_hex(n), 62, 'b') || right('0' || a.k, 2), 'Ambient', NULL,
           CASE WHEN n = 4 THEN 'free' ELSE 'paid' END)
FROM (SELECT c.id, c.display_name, right(c.display_name, 1) AS k
      FROM resonate.creator c WHERE c.display_name LIKE 'Creator%') a
CROSS JOIN LATERAL (SELECT resonate.ingest_release(a.id, 'Album of ' || a.display_name, 2020,
                        (SELECT id FROM resonate.image WHERE kind = 'cover')) AS id) r
CROSS JOIN generate_series(1, 4) n;

INSERT INTO resonate.playlist (owner_id, title, private)
SELECT id, 'List of ' || display_name, email LIKE '%1@%' FROM resonate.person WHERE email IS NOT NULL;
INSERT INTO resonate.playlist_item (playlist_id, track_id, index)
SELECT p.id, t.id, row_number() OVER (PARTITION BY p.id ORDER BY t.id)
FROM resonate.playlist p, resonate.track t WHERE hashtext(p.title || t.title) % 3 = 0;
INSERT INTO resonate.favorite (person_id, track_id)
SELECT p.id, t.id FROM resonate.person p, resonate.track t
WHERE hashtext(t.title || coalesce(p.email, 'x')) % 4 = 0;

COMMIT;

SELECT resonate.topup('person' || n || '@example.org', 5000, 'topup-' || n) FROM generate_series(1, 10) n;
SELECT resonate.topup('person11@example.org', 5, 'topup-11');

INSERT INTO resonate.purchase (person_id, provider, provider_ref, amount_cent, currency, amount_mc,
                               status, transfer_id)
SELECT a.person_id, 'bank', 'order-1', 125, 'EUR', 1022, 'paid', t.id
FROM resonate.transfer t
JOIN resonate.posting p ON p.transfer_id = t.id
JOIN resonate.account a ON a.id = p.account_id AND a.person_id IS NOT NULL
WHERE t.reference = 'topup-1';

-- Within the mark of play, then without one; each call is a transaction.
\set ON_ERROR_STOP on
SELECT format('SELECT v3.play(%L, %s, %L)', t.id,
              CASE WHEN n % 5 = 0 THEN quote_literal('key-' || n) ELSE 'NULL' END, p.id)
FROM resonate.person p, resonate.track t, generate_series(1, 2) n
WHERE hashtext(t.title || coalesce(p.email, 'x')) % 5 = 0
ORDER BY p.id, t.id, n \gexec

SELECT resonate.price_rule_next(play_mark_ms => 0, holder_percent => 75::smallint);

SELECT format('SELECT v3.play(%L, %L, %L)', t.id, 'ladder-' || t.id || n, p.id)
FROM resonate.person p, resonate.track t, generate_series(1, 10) n
WHERE p.email IN ('person2@example.org', 'person11@example.org') AND t.title LIKE 'Track 1 %'
ORDER BY p.id, t.id, n \gexec

SELECT format('SELECT v3.buy(%L, %L, %L)', t.id, 'buy-' || t.id, p.id)
FROM resonate.person p, resonate.track t
WHERE p.email IN ('person3@example.org', 'person4@example.org') AND t.title LIKE 'Track 2 %'
ORDER BY p.id, t.id \gexec

SELECT format('SELECT v3.play(%L, NULL, %L)', t.id, c.owner_id)
FROM resonate.track t, resonate.creator c WHERE c.owner_id IS NOT NULL AND t.title LIKE 'Track 3 %' \gexec

-- It all happened within the last months.
SET session_replication_role = replica;

UPDATE resonate.play SET played_at = played_at - id % 12 * interval '31 days';
UPDATE resonate.transfer t SET created_at = y.played_at - interval '3 milliseconds'
FROM resonate.play y WHERE y.transfer_id = t.id;
UPDATE resonate.holding h SET last_played_at = y.last
FROM (SELECT person_id, track_id, max(played_at) AS last FROM resonate.play GROUP BY 1, 2) y
WHERE y.person_id = h.person_id AND y.track_id = h.track_id;

RESET session_replication_role;
