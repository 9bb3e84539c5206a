-- A catalogue and its listeners, as large as psql's variables say: artists,
-- releases, tracks, persons, plays.  What is popular follows a law of Zipf's
-- kind; the books balance to the micro-credit.
--
-- The same number has always the same id: md5('track 7'), md5('person 7') ...

\set ON_ERROR_STOP on
\timing off

SET session_replication_role = replica;     -- derived below, not row by row
SET client_min_messages = warning;
SELECT setseed(0.5) \g /dev/null

CREATE SCHEMA bench;

CREATE FUNCTION bench.id(kind text, n bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN md5(kind || ' ' || n)::uuid;

CREATE FUNCTION bench.sha(kind text, n bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(sha256((kind || ' ' || n)::bytea), 'hex');

-- 1 to n, the k-th as likely as 1 / (k + flat); u: from 0 to 1
CREATE FUNCTION bench.zipf(u float8, n bigint, flat float8) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN least(n, 1 + floor(flat * (power((n + flat) / flat, u) - 1)))::integer;


\echo words and titles
CREATE TABLE bench.word AS
SELECT n, coalesce((string_to_array('the of love night blue light river song heart wind'
                   ' fire dream moon city home rain gold summer dance time', ' '))[n],
                   concat(s[1 + h % 60], s[1 + h / 60 % 60],
                          CASE WHEN n > 1500 THEN s[1 + h / 3600 % 60] END)) AS word
FROM (SELECT n, (hashint8(n)::bigint & 2147483647) AS h,
             string_to_array('ma so lin ta re mi fa la ti do ka ner vel bri on da mar ste'
             ' len wo ha gri sel tor pan qui za ro bel nor fi cha lo us ven dra el mon pe'
             ' ras ki shi ju tam wy or be gan sy ul ip cro du ye no ex hol an va gu', ' ') AS s
      FROM generate_series(1, 20000) n) w;

CREATE TABLE bench.title AS
SELECT t.kind, t.n, string_agg(initcap(w.word), ' ' ORDER BY t.j) AS title
FROM (SELECT k.kind, n, j, bench.zipf(random(), 20000, 20) AS w
      FROM (VALUES ('artist', :artists), ('release', :releases), ('track', :tracks))
           k (kind, size)
      CROSS JOIN LATERAL generate_series(1, k.size) n
      CROSS JOIN LATERAL generate_series(1, 1 + n % 3) j) t
JOIN bench.word w ON w.n = t.w
GROUP BY t.kind, t.n;
ALTER TABLE bench.title ADD PRIMARY KEY (kind, n);
ANALYZE bench.title;

CREATE TABLE bench.tag AS
SELECT array_agg(tag ORDER BY n) AS tags
FROM (SELECT n, coalesce((string_to_array('rock electronic ambient jazz folk pop techno house'
                   ' experimental classical punk metal soul', ' '))[n], w.word) AS tag
      FROM generate_series(1, 300) n JOIN bench.word w USING (n)) t;


\echo people, creators, releases, tracks
INSERT INTO resonate.person (id, display_name, created_at)
SELECT bench.id('person', n), 'u' || n, now() - interval '2 years' + n * interval '1 second'
FROM generate_series(1, :persons) n;

INSERT INTO resonate.identity (issuer, subject, person_id)
SELECT 'https://demo.resonate.example', 'u' || n, bench.id('person', n)
FROM generate_series(1, :persons) n;

INSERT INTO resonate.image (id, kind, source_sha256, width, height)
SELECT bench.id(kind, n), kind, bench.sha(kind, n), 3000, 3000
FROM (VALUES ('avatar', :artists), ('cover', :releases)) k (kind, size)
CROSS JOIN LATERAL generate_series(1, k.size) n;

INSERT INTO resonate.media_file (sha256, path, bytes, duration_ms)
SELECT s, format('audio/%s/%s.m4a', left(s, 2), s), d * 16, d
FROM (SELECT bench.sha('media', n) AS s, (60 + random() * 400)::integer * 1000 AS d
      FROM generate_series(1, :tracks) n) m;

-- one in fifty is a label, a third of the others have one

SELECT :artists / 50 AS labels \gset

INSERT INTO resonate.creator (id, type_id, owner_id, label_id, display_name, short_bio,
                              country, avatar_id, featured, created_at, updated_at)
SELECT bench.id('artist', n),
       CASE WHEN n <= :labels THEN 3 WHEN n % 5 = 0 THEN 2 ELSE 1 END,
       CASE WHEN n % 3 = 0 THEN bench.id('person', n) END,
       CASE WHEN n > :labels AND n % 3 = 1
            THEN bench.id('artist', bench.zipf(random(), :labels, 5)) END,
       t.title, 'From ' || t.title, 'DE', bench.id('avatar', n), n % 50 = 7,
       m.at, m.at + random() * interval '100 days'
FROM generate_series(1, :artists) n
JOIN bench.title t USING (n)
CROSS JOIN LATERAL (SELECT now() - interval '3 years' + n * interval '1 hour' AS at) m
WHERE t.kind = 'artist';

INSERT INTO resonate.account (person_id, balance_uc) SELECT id, 0 FROM resonate.person;
INSERT INTO resonate.account (creator_id) SELECT id FROM resonate.creator;

-- everybody but a label has one; the rest goes to those who make many

CREATE TABLE bench.release AS
SELECT n, CASE WHEN n <= :artists - :labels THEN :labels + n
               ELSE :labels + bench.zipf(random(), :artists - :labels, 100) END AS artist
FROM generate_series(1, :releases) n;

INSERT INTO resonate.release (id, creator_id, title, type, tags, release_date, cover_id,
                              private, featured, created_at, updated_at)
SELECT bench.id('release', n), bench.id('artist', r.artist), t.title,
       (string_to_array('single single ep ep ep lp lp lp podcast compilation', ' '))[1 + (n - 1) % 10],
       ARRAY(SELECT DISTINCT g.tags[bench.zipf(hashint8(n * 3 + j) / 4294967296.0 + 0.5, 300, 3)]
             FROM generate_series(0, n % 3) j),
       CASE WHEN n % 100 = 50 THEN resonate.today() + 1 + n % 90
            ELSE resonate.today() - (random() * 9000)::integer END,
       bench.id('cover', n), n % 100 = 51, n % 33 = 0, m.at, m.at
FROM bench.release r
JOIN bench.title t USING (n)
CROSS JOIN bench.tag g
CROSS JOIN LATERAL (SELECT now() - interval '3 years' + n * interval '1 hour' AS at) m
WHERE t.kind = 'release';

-- ten releases have a hundred tracks: 2, 2, 5, 5, 5, 14, 14, 14, 14 and 25

CREATE TABLE bench.track AS
SELECT t.n, t.place, t.release,
       CASE WHEN t.release % 10 = 0
            THEN :labels + bench.zipf(random(), :artists - :labels, 100)
            ELSE r.artist END AS artist,
       CASE WHEN t.n % 20 = 0 THEN :labels + bench.zipf(random(), :artists - :labels, 100)
            END AS guest
FROM (SELECT n, (n - 1) / 100 * 10 + w.b + 1 AS release,
             (n - 1) % 100 - ('{0,2,4,9,14,19,33,47,61,75}'::integer[])[w.b + 1] + 1 AS place
      FROM generate_series(1, :tracks) n
      CROSS JOIN LATERAL (SELECT width_bucket((n - 1) % 100,
                                     '{2,4,9,14,19,33,47,61,75}'::integer[]) AS b) w) t
JOIN bench.release r ON r.n = t.release;
ALTER TABLE bench.track ADD PRIMARY KEY (n);

INSERT INTO resonate.track (id, creator_id, title, year, status, tags, media_sha256,
                            source_sha256, sound_sha256, release_id, released_on, artist_ids,
                            created_at, updated_at)
SELECT bench.id('track', n), bench.id('artist', k.artist), t.title, 1990 + n % 36, s.status,
       r.tags, bench.sha('media', n), bench.sha('source', n), bench.sha('sound', n),
       r.id, CASE WHEN s.status NOT IN ('hidden', 'deleted') THEN r.released_on END,
       CASE WHEN k.guest <> k.artist
            THEN ARRAY[bench.id('artist', k.artist), bench.id('artist', k.guest)] END,
       m.at, m.at
FROM bench.track k
JOIN bench.title t USING (n)
JOIN resonate.release r ON r.id = bench.id('release', k.release)
CROSS JOIN LATERAL (SELECT CASE WHEN n % 1000 < 7 THEN 'hidden' WHEN n % 1000 < 10 THEN 'deleted'
                                WHEN n % 25 = 11 THEN 'free' WHEN n % 7 = 0 THEN 'free+paid'
                                ELSE 'paid' END AS status) s
CROSS JOIN LATERAL (SELECT r.created_at + k.place * interval '1 second' AS at) m
WHERE t.kind = 'track';

INSERT INTO resonate.release_item (release_id, track_id, index, number)
SELECT bench.id('release', release), bench.id('track', n), place, place FROM bench.track;

INSERT INTO resonate.track_artist (track_id, position, creator_id)
SELECT bench.id('track', n), p.position, bench.id('artist', p.artist)
FROM bench.track k
CROSS JOIN LATERAL (VALUES (1, k.artist), (2, k.guest)) p (position, artist)
WHERE k.guest <> k.artist;

VACUUM ANALYZE;

\echo what is derived from them

-- as derive_creator(), derive_track() and derive_release() do, for all at once

UPDATE resonate.creator c SET released_on = f.first
FROM (SELECT o.id, min(r.released_on) AS first
      FROM resonate.creator m
      JOIN resonate.release r ON r.creator_id = m.id
      CROSS JOIN LATERAL (VALUES (m.id), (m.label_id)) o (id)
      WHERE r.released_on IS NOT NULL
      GROUP BY o.id) f
WHERE c.id = f.id;

INSERT INTO resonate.search_doc (kind, id, title, words, released_on)
SELECT y.name, c.id, w.words, w.words, c.released_on
FROM resonate.creator c
JOIN resonate.creator_type y ON y.id = c.type_id
CROSS JOIN LATERAL (SELECT resonate.words(c.display_name) AS words) w
WHERE c.released_on IS NOT NULL
UNION ALL
SELECT 'trackgroup', r.id, w.words, concat_ws(' ', w.words, resonate.words(c.display_name)),
       r.released_on
FROM resonate.release r
JOIN resonate.creator c ON c.id = r.creator_id
CROSS JOIN LATERAL (SELECT resonate.words(r.title) AS words) w
WHERE r.released_on IS NOT NULL
UNION ALL
SELECT 'track', t.id, w.words,
       concat_ws(' ', w.words, resonate.words(c.display_name),
                 (SELECT string_agg(resonate.words(g.display_name), ' ' ORDER BY g.id)
                  FROM resonate.creator g WHERE g.id = ANY (t.artist_ids)),
                 resonate.words(r.title)),
       t.released_on
FROM resonate.track t
JOIN resonate.creator c ON c.id = t.creator_id
JOIN resonate.release r ON r.id = t.release_id
CROSS JOIN LATERAL (SELECT resonate.words(t.title) AS words) w
WHERE t.released_on IS NOT NULL;

INSERT INTO resonate.search_word (word)
SELECT DISTINCT w FROM resonate.search_doc d, string_to_table(d.words, ' ') w
WHERE length(w) BETWEEN 3 AND 100;


\echo favourites and playlists
INSERT INTO resonate.favorite (person_id, track_id, created_at)
SELECT bench.id('person', person), bench.id('track', track), now() - random() * interval '1 year'
FROM (SELECT DISTINCT bench.zipf(random(), :persons, 1000) AS person,
             bench.zipf(random(), :tracks, 100) AS track
      FROM generate_series(1, :plays / 12)) f
ORDER BY 1;

INSERT INTO resonate.playlist (id, owner_id, title, tags, private, featured, created_at, updated_at)
SELECT bench.id('playlist', n), bench.id('person', 1 + n * 7 % :persons), t.title,
       g.tags[1 + t.n % 300 : 2 + t.n % 300], n % 5 < 2, n % 60 = 2, m.at, m.at
FROM bench.title t
CROSS JOIN bench.tag g
CROSS JOIN LATERAL (SELECT now() - interval '3 years' + n * interval '1 hour' AS at) m
WHERE t.kind = 'release';

INSERT INTO resonate.playlist_item (playlist_id, track_id, index)
SELECT bench.id('playlist', n), bench.id('track', k), min(i)
FROM (SELECT n, i, bench.zipf(random(), :tracks, 100) AS k
      FROM generate_series(1, :releases) n, generate_series(1, 12) i) p
GROUP BY n, k;


\echo who played what, and when
-- of what is out, in an order that has nothing to do with its age
CREATE TABLE bench.hit AS
SELECT row_number() OVER (ORDER BY hashint8(n)) AS rank, n, t.status = 'free' AS free
FROM bench.track k JOIN resonate.track t ON t.id = bench.id('track', n)
WHERE t.released_on <= resonate.today();
SELECT count(*) AS hits FROM bench.hit \gset

-- who likes a track plays it more than once; every fifth has no credit

CREATE UNLOGGED TABLE bench.heard AS
SELECT d.person, d.person % 5 = 0 AS poor, h.n AS track, h.free,
       date_trunc('microseconds', now() - interval '365 days' * (1 - power(random(), 0.7))) AS at,
       random() < 0.02 AS broke
FROM (SELECT bench.zipf(random(), :persons, 2000) AS person,
             bench.zipf(random(), :hits, 100) AS rank,
             least(20, ceil(power(random(), -0.6)))::integer AS times
      FROM generate_series(1, :plays / 2)) d
JOIN bench.hit h USING (rank)
CROSS JOIN LATERAL generate_series(1, d.times)
LIMIT :plays;

CREATE UNLOGGED TABLE bench.paid AS
SELECT c.at, c.person, c.track, c.free,
       CASE WHEN c.free THEN 'free' WHEN c.before >= 9 THEN 'owned'
            WHEN c.none THEN 'preview' ELSE 'paid' END AS kind,
       CASE WHEN c.free THEN 0 WHEN c.none THEN least(c.before, 9)
            ELSE least(c.before + 1, 9) END AS count,
       CASE WHEN NOT c.free AND c.before < 9 AND NOT c.none
            THEN r.cost_mc[c.before + 1] ELSE 0 END AS cost
FROM (SELECT h.*, h.poor OR h.broke AS none,
             count(*) FILTER (WHERE NOT h.poor AND NOT h.broke)
                 OVER (PARTITION BY h.person, h.track ORDER BY h.at
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM bench.heard h) c
CROSS JOIN resonate.price_rule_now r;

-- what each puts in at first is what it spends, and some more

CREATE TABLE bench.wallet AS
SELECT person, row_number() OVER (ORDER BY person) AS transfer,
       now() - interval '400 days' AS at, sum(cost) AS spent,
       (sum(cost) * 1.1)::bigint + 5000 AS put
FROM bench.paid GROUP BY person HAVING sum(cost) > 0;
SELECT count(*) AS wallets FROM bench.wallet \gset

CREATE UNLOGGED TABLE bench.play AS
SELECT row_number() OVER w AS id, p.at, p.person, p.track, p.kind, p.count, p.cost,
       coalesce(b.put, 0) - sum(p.cost) OVER (PARTITION BY p.person ORDER BY p.at
                                              ROWS UNBOUNDED PRECEDING) AS total,
       CASE WHEN p.cost > 0 THEN :wallets + count(*) FILTER (WHERE p.cost > 0) OVER w
            END AS transfer
FROM bench.paid p LEFT JOIN bench.wallet b USING (person)
WINDOW w AS (ORDER BY p.at ROWS UNBOUNDED PRECEDING);
DROP TABLE bench.heard, bench.paid;
ANALYZE bench.play;


\echo the books
DROP INDEX resonate.transfer_track, resonate.holding_track, resonate.holding_owned;
ALTER TABLE resonate.transfer DROP CONSTRAINT transfer_kind_reference_key;

INSERT INTO resonate.transfer (id, kind, rule_id, reference, created_at) OVERRIDING SYSTEM VALUE
SELECT transfer, 'topup', 1, 'bench ' || transfer, at FROM bench.wallet;

INSERT INTO resonate.transfer (id, kind, rule_id, track_id, created_at) OVERRIDING SYSTEM VALUE
SELECT transfer, 'play', 1, bench.id('track', track), at FROM bench.play
WHERE transfer IS NOT NULL ORDER BY id;

INSERT INTO resonate.holding (person_id, track_id, count, owned_at, last_played_at)
SELECT bench.id('person', person), bench.id('track', track), h.count, h.owned, h.last
FROM (SELECT person, track, max(count) AS count, min(at) FILTER (WHERE count = 9) AS owned,
             max(at) AS last
      FROM bench.play GROUP BY person, track) h
ORDER BY 1, 2;

UPDATE resonate.account a SET balance_uc = (b.put - b.spent) * 1000
FROM bench.wallet b WHERE a.person_id = bench.id('person', b.person);

SELECT setval('resonate.transfer_id_seq', (SELECT max(id) FROM resonate.transfer)),
       setval('resonate.play_id_seq', (SELECT max(id) FROM bench.play)) \g /dev/null

ALTER TABLE resonate.transfer ADD UNIQUE (kind, reference);
CREATE INDEX transfer_track ON resonate.transfer (track_id) WHERE track_id IS NOT NULL;
CREATE INDEX holding_owned ON resonate.holding (person_id, owned_at, track_id) WHERE owned_at IS NOT NULL;
CREATE INDEX holding_track ON resonate.holding (track_id);


\echo plays and postings by month
CREATE TABLE bench.entry AS
SELECT k.n AS track, e.id AS holder
FROM bench.track k JOIN resonate.account e ON e.creator_id = bench.id('artist', k.artist);
ALTER TABLE bench.entry ADD PRIMARY KEY (track);
CREATE TABLE bench.purse AS
SELECT n AS person, a.id AS account
FROM generate_series(1, :persons) n JOIN resonate.account a ON a.person_id = bench.id('person', n);
ALTER TABLE bench.purse ADD PRIMARY KEY (person);
ANALYZE bench.entry, bench.purse, resonate.transfer, resonate.account;

CREATE VIEW bench.posting AS
SELECT w.transfer AS transfer_id, w.at AS posted_at, l.line,
       l.account_id, l.amount_uc
FROM bench.wallet w
JOIN bench.purse u USING (person)
CROSS JOIN (SELECT id FROM resonate.account WHERE name = 'issue') i
CROSS JOIN LATERAL (VALUES (1, u.account, w.put * 1000), (2, i.id, -w.put * 1000))
                   l (line, account_id, amount_uc)
UNION ALL
SELECT y.transfer, y.at, l.line, l.account_id, l.amount_uc
FROM bench.play y
JOIN bench.entry e USING (track)
JOIN bench.purse u USING (person)
CROSS JOIN resonate.price_rule_now r
CROSS JOIN LATERAL (SELECT y.cost * 10 * r.holder_percent::bigint AS share) s
CROSS JOIN LATERAL (SELECT greatest(r.floor_uc - s.share, 0) AS uc) f
CROSS JOIN LATERAL (VALUES (1, u.account, -y.cost * 1000::bigint),
                           (2, e.holder, s.share + f.uc),
                           (3, r.coop_account_id, y.cost * 1000 - s.share),
                           (4, r.subsidy_account_id, -f.uc)) l (line, account_id, amount_uc)
WHERE y.transfer IS NOT NULL AND l.amount_uc <> 0;

CREATE VIEW bench.played AS
SELECT id, at AS played_at, bench.id('person', person) AS person_id,
       bench.id('track', track) AS track_id, kind, count, cost AS cost_mc, total AS total_mc,
       transfer AS transfer_id
FROM bench.play;

-- A partition has its foreign keys while it is empty, and gets its indexes when
-- it is full: so neither is checked row by row.

CREATE PROCEDURE bench.fill(parent text, source regclass, key text, columns text)
LANGUAGE plpgsql AS $$
DECLARE
    _month timestamp;
    _part text;
    _reference text;
BEGIN
    FOR _month IN
        SELECT generate_series(date_trunc('month', now() AT TIME ZONE 'UTC' - interval '400 days'),
                               now() AT TIME ZONE 'UTC', interval '1 month')
    LOOP
        _part := to_char(_month, format('"%s_"YYYY_MM', parent));
        EXECUTE format('DROP TABLE IF EXISTS resonate.%I', _part);
        EXECUTE format('CREATE TABLE resonate.%I (LIKE resonate.%I INCLUDING DEFAULTS'
                       ' INCLUDING CONSTRAINTS)', _part, parent);
        EXECUTE format('ALTER TABLE resonate.%I OWNER TO resonate_owner', _part);

        FOR _reference IN SELECT pg_get_constraintdef(oid) FROM pg_constraint
                          WHERE conrelid = format('resonate.%I', parent)::regclass AND contype = 'f'
        LOOP
            EXECUTE format('ALTER TABLE resonate.%I ADD %s', _part, _reference);
        END LOOP;

        EXECUTE format('INSERT INTO resonate.%1$I (%2$s) SELECT %2$s FROM %4$s'
                       ' WHERE %3$I >= %5$L AND %3$I < %6$L',
                       _part, columns, key, source, _month AT TIME ZONE 'UTC',
                       (_month + interval '1 month') AT TIME ZONE 'UTC');
        PERFORM resonate.partition_settings(format('resonate.%I', _part)::regclass);
        EXECUTE format('ALTER TABLE resonate.%I ATTACH PARTITION resonate.%I'
                       ' FOR VALUES FROM (%L) TO (%L)', parent, _part, _month AT TIME ZONE 'UTC',
                       (_month + interval '1 month') AT TIME ZONE 'UTC');
        PERFORM resonate.partition_triggers(format('resonate.%I', parent)::regclass,
                                            format('resonate.%I', _part)::regclass);
        COMMIT;
    END LOOP;
END
$$;

SET enable_nestloop = off;
CALL bench.fill('posting', 'bench.posting', 'posted_at',
                'transfer_id,posted_at,line,account_id,amount_uc');
CALL bench.fill('play', 'bench.played', 'played_at',
                'id,played_at,person_id,track_id,kind,count,cost_mc,total_mc,transfer_id');
RESET enable_nestloop;
SET session_replication_role = origin;

DROP SCHEMA bench CASCADE;

\echo roll-ups
SELECT resonate.recount_lists() \g /dev/null
SELECT resonate.recount_plays() \g /dev/null

\echo statistics
VACUUM (FREEZE, ANALYZE);
CHECKPOINT;
