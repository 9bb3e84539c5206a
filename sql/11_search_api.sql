-- API version 3: search and tags.

CREATE OR REPLACE FUNCTION resonate.letters(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT string_agg(l, '' ORDER BY l) FROM string_to_table(word, NULL) l);

COMMENT ON FUNCTION resonate.letters(text) IS 'The letters of a word, sorted: equal for words that differ by swapped letters.';

CREATE OR REPLACE FUNCTION resonate.typos(typed text, meant text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN d = 2 AND resonate.letters($1) = resonate.letters($2) THEN 1 ELSE d END
    FROM public.levenshtein_less_equal($1, $2, 2) d
$$;

COMMENT ON FUNCTION resonate.typos(text, text) IS 'Letters wrong, missing or too many, at most 3; two swapped ones are one fault.';

-- Only a loaded library lets an ordinary role put its setting on a function.
DO $$ BEGIN PERFORM public.show_limit(); END $$;

-- With one fault among its first three letters, two of them are still there,
-- beside each other or around a third: that is looked up, and leaves few words
-- to be compared.  With two there, a long word still has trigrams enough.

CREATE OR REPLACE FUNCTION resonate.search_near(word text) RETURNS text[]
LANGUAGE plpgsql STABLE SET pg_trgm.similarity_threshold = 0.3 AS $$
#variable_conflict use_column
DECLARE
    _word ALIAS FOR $1;
    _length CONSTANT integer := length($1);
    _faults CONSTANT integer := CASE WHEN length($1) < 5 THEN 1 ELSE 2 END;
    _a CONSTANT text := left($1, 1);
    _b CONSTANT text := substr($1, 2, 1);
    _c CONSTANT text := substr($1, 3, 1);
BEGIN
    RETURN (
        SELECT array_agg(c.word ORDER BY c.faults, c.word)
        FROM (SELECT n.word, resonate.typos(_word, n.word) AS faults
              FROM (SELECT s.word FROM resonate.search_word s
                    WHERE left(s.word, 2) = ANY (ARRAY[_a || _b, _a || _c, _b || _c, _b || _a])
                      AND length(s.word) BETWEEN _length - _faults AND _length + _faults
                    UNION
                    SELECT s.word FROM resonate.search_word s
                    WHERE left(s.word, 1) || substr(s.word, 3, 1) = ANY (ARRAY[_a || _c, _a || _b])
                      AND length(s.word) BETWEEN _length - _faults AND _length + _faults
                    UNION
                    SELECT s.word FROM resonate.search_word s
                    WHERE substr(s.word, 2, 2) = ANY (ARRAY[_b || _c, _a || _b])
                      AND length(s.word) BETWEEN _length - _faults AND _length + _faults
                    UNION
                    SELECT s.word FROM resonate.search_word s
                    WHERE _length > 5 AND s.word OPERATOR(public.%) _word) n
              -- two swapped letters are one fault, which levenshtein() counts as two
              WHERE public.levenshtein_less_equal(_word, n.word, _faults) <= _faults
                 OR length(n.word) = _length AND translate(n.word, _word, '') = ''
              ORDER BY faults, n.word
              LIMIT 8) c
        WHERE c.faults <= _faults);
END
$$;

COMMENT ON FUNCTION resonate.search_near(text) IS 'What a word of three letters or more may have meant, the nearest first, at most eight: two faults in a long word, one in a word of three or four letters. null: no word of the vocabulary.';

CREATE OR REPLACE FUNCTION resonate.search_terms(words text, typos boolean)
RETURNS TABLE (term tsquery, share real)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    _words CONSTANT text[] := ARRAY(SELECT w.word
        FROM string_to_table($1, ' ') WITH ORDINALITY w (word, ord)
        GROUP BY w.word ORDER BY min(w.ord));
    _meant text[] := '{}';
    _meant_by integer[] := '{}';
    _near text[];
    _rest tsquery;
BEGIN
    -- Looking up eight words is in vain when the others are in no row.
    IF $2 AND cardinality(_words) > 8 THEN
        _rest := (SELECT string_agg(quote_literal(w.word) || ':*', ' & ')::tsquery
                  FROM (SELECT r.word FROM unnest(_words[9:]) r (word)
                        WHERE length(r.word) >= 3
                        ORDER BY length(r.word) DESC LIMIT 4) w);

        IF _rest IS NOT NULL
           AND NOT EXISTS (SELECT FROM resonate.search_rows(_rest, _rest, 1, 1))
        THEN
            RETURN;
        END IF;
    END IF;

    FOR _n IN 1 .. CASE WHEN $2 THEN least(cardinality(_words), 8) ELSE 0 END LOOP
        -- a shorter word has no faults, and is a beginning of itself; each
        -- other one costs a look at the vocabulary
        CONTINUE WHEN length(_words[_n]) < 3;

        _near := resonate.search_near(_words[_n]);

        IF _near IS NOT NULL THEN
            _meant := _meant || _near;
            _meant_by := _meant_by || array_fill(_n, ARRAY[cardinality(_near)]);
        ELSIF NOT EXISTS (SELECT FROM resonate.search_word s
                          WHERE s.word COLLATE "C" >= _words[_n]
                            AND s.word COLLATE "C" < _words[_n] || U&'\+10FFFF')
        THEN
            RETURN;
        END IF;
    END LOOP;

    -- without another meaning it is what was not found
    IF $2 AND _meant = '{}' THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH likely AS MATERIALIZED (
        SELECT w.ord, w.word, true AS begins
        FROM unnest(_words) WITH ORDINALITY w (word, ord)
        UNION ALL
        SELECT m.ord, m.word, false FROM unnest(_meant_by, _meant) m (ord, word)
    )
    SELECT string_agg(quote_literal(l.word) || CASE WHEN l.begins THEN ':*' ELSE '' END, ' | ')::tsquery,
           least(coalesce(sum(c.share), 0), 1)::real
    FROM likely l
    LEFT JOIN (SELECT l.ord, l.word, l.begins, sum(m.share) AS share
               FROM pg_stats p
               CROSS JOIN unnest(p.most_common_elems::text::text[], p.most_common_elem_freqs)
                   m (word, share)
               JOIN likely l ON left(m.word, 1) = left(l.word, 1)
                AND (m.word = l.word OR l.begins AND starts_with(m.word, l.word))
               WHERE p.schemaname = 'resonate' AND p.tablename = 'search_doc'
                 AND p.attname = 'document'
               GROUP BY l.ord, l.word, l.begins) c USING (ord, word, begins)
    GROUP BY l.ord
    ORDER BY l.ord;
END
$$;

COMMENT ON FUNCTION resonate.search_terms(text, boolean) IS 'For each different word: itself or a beginning, with typos also what it may have meant if it is one of the first eight; and in what share of the search rows that is, as far as the statistics of the table know: 0 for all that is rare. No rows when a word cannot be found. words: as resonate.words() makes them, not empty.';

-- The index that gives back the rows of a word does it in no order: for a
-- common word, all of them would have to be sorted.  This one is in order of
-- nearness among equals, so that the first titles that fit are the best; it is
-- followed for as far as the numbers below say, whatever is asked.

CREATE OR REPLACE FUNCTION resonate.search_titles(words text, "limit" integer)
RETURNS TABLE (kind text, id uuid, title text)
LANGUAGE plpgsql STABLE SET enable_sort = off SET enable_bitmapscan = off AS $$
#variable_conflict use_column
DECLARE
    _words ALIAS FOR $1;
    _limit ALIAS FOR $2;
    _today CONSTANT date := resonate.today();
    -- a beginning of another word is found with it
    _own CONSTANT text[] := ARRAY(SELECT w FROM string_to_table($1, ' ') w
        WHERE NOT EXISTS (SELECT FROM string_to_table($1, ' ') o WHERE starts_with(o, w) AND o <> w)
        GROUP BY w ORDER BY length(w) DESC);
    _patterns CONSTANT text[] := ARRAY(SELECT '% ' || w || '%' FROM unnest(_own) w);
    _shortest CONSTANT integer := length(array_to_string(_own, ' '));
BEGIN
    RETURN QUERY
    WITH far AS (
        -- more for those who are known by their titles only
        SELECT * FROM (VALUES ('artist', 10000), ('band', 10000), ('label', 10000),
                              ('track', 8000), ('trackgroup', 5000)) k (kind, rows)
    ), begins AS MATERIALIZED (
        -- a look at each length: of one length they are side by side
        SELECT k.kind, b.id, b.title
        FROM far k
        CROSS JOIN LATERAL (
            SELECT e.id, e.title
            FROM generate_series(length(_words), length(_words) + 60) n
            CROSS JOIN LATERAL (
                SELECT d.id, d.title FROM resonate.search_doc d
                WHERE d.kind = k.kind AND length(d.title) = n
                  AND d.title COLLATE "C" >= _words
                  AND d.title COLLATE "C" < _words || U&'\+10FFFF'
                  AND d.released_on <= _today
                ORDER BY d.title COLLATE "C", d.id LIMIT _limit) e
            LIMIT _limit) b
    )
    SELECT b.kind, b.id, b.title FROM begins b
    UNION ALL
    SELECT k.kind, o.id, o.title
    FROM far k
    CROSS JOIN LATERAL (
        SELECT e.id, e.title
        FROM (SELECT d.id, d.title, d.released_on FROM resonate.search_doc d
              WHERE d.kind = k.kind AND length(d.title) >= _shortest
              ORDER BY d.kind, length(d.title), d.title COLLATE "C", d.id
              LIMIT k.rows / cardinality(_own)) e
        WHERE ' ' || e.title LIKE ALL (_patterns) AND NOT starts_with(e.title, _words)
          AND e.released_on <= _today
        LIMIT _limit - (SELECT count(*) FROM begins b WHERE b.kind = k.kind)) o;
END
$$;

COMMENT ON FUNCTION resonate.search_titles(text, integer) IS 'Up to limit of each kind: titles that begin with the words, then those that have all of them, the shortest first. For words that many have; what is rare may not be among the titles that are looked at.';

CREATE OR REPLACE FUNCTION resonate.search_rows(narrow tsquery, query tsquery, tracks bigint,
    others bigint)
RETURNS TABLE (kind text, id uuid, title text)
LANGUAGE sql STABLE AS $$
    -- "IS TRUE" is nothing that an index can be asked
    (SELECT d.kind, d.id, d.title FROM resonate.search_doc d
     WHERE d.kind = 'track' AND d.document @@ $1 AND (d.document @@ $2) IS TRUE
       AND d.released_on <= resonate.today()
     LIMIT $3)
    UNION ALL
    (SELECT d.kind, d.id, d.title FROM resonate.search_doc d
     WHERE d.kind = 'trackgroup' AND d.document @@ $1 AND (d.document @@ $2) IS TRUE
       AND d.released_on <= resonate.today()
     LIMIT $4)
    UNION ALL
    (SELECT d.kind, d.id, d.title FROM resonate.search_doc d
     WHERE d.kind IN ('artist', 'band', 'label') AND d.document @@ $1
       AND (d.document @@ $2) IS TRUE AND d.released_on <= resonate.today()
     LIMIT $4)
$$;

COMMENT ON FUNCTION resonate.search_rows(tsquery, tsquery, bigint, bigint) IS 'Rows that fit both queries, in no order: at most so many tracks, and so many releases and creators. The index is asked for narrow only.';

CREATE OR REPLACE FUNCTION resonate.search_found(words text, typos boolean, "limit" integer)
RETURNS TABLE (kind text, id uuid, title text)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    _docs CONSTANT real := (SELECT greatest(c.reltuples, 0) FROM pg_class c
                            WHERE c.oid = 'resonate.search_doc'::regclass);
    _hits real := _docs;
    _rows real := _docs;
    _asked real := 0;
    _collected real;
    _most bigint := 2000;
    _tracks bigint := 2000;
    _query tsquery;
    _narrow tsquery;
    _titles record;
    t record;
BEGIN
    -- Of every word the index collects all rows before it compares them: it is
    -- asked for the rarest words, the others are looked for in their rows.
    FOR t IN SELECT e.term, e.share, row_number() OVER (ORDER BY e.share) AS ord
             FROM resonate.search_terms($1, $2) e ORDER BY ord
    LOOP
        _query := coalesce(_query && t.term, t.term);
        _hits := _hits * t.share;
        _asked := _asked + _docs * t.share;

        IF t.ord = 1 OR t.ord <= 4 AND _asked <= 60000 THEN
            _narrow := _query;
            _collected := _asked;
            _rows := _rows * t.share;
        END IF;
    END LOOP;

    IF _rows > 1000 THEN
        _most := CASE WHEN _collected > 30000 THEN 100 ELSE 600 END;
        _tracks := _most;
    END IF;

    IF NOT $2 AND _rows > 1000 AND _hits > 500 THEN
        SELECT array_agg(e.kind) AS kinds, array_agg(e.id) AS ids, array_agg(e.title) AS titles,
               count(*) FILTER (WHERE e.kind = 'track') AS tracks,
               count(*) FILTER (WHERE e.kind = 'trackgroup') AS releases
        INTO _titles
        FROM resonate.search_titles($1, $3) e;

        RETURN QUERY SELECT u.kind, u.id, u.title
                     FROM unnest(_titles.kinds, _titles.ids, _titles.titles) u (kind, id, title);

        IF least(_titles.tracks, _titles.releases) = $3 THEN
            RETURN;
        END IF;

        _tracks := CASE WHEN _titles.tracks = $3 THEN 0 ELSE _most END;
    END IF;

    RETURN QUERY SELECT r.kind, r.id, r.title
                 FROM resonate.search_rows(_narrow, _query, _tracks, _most) r;
END
$$;

COMMENT ON FUNCTION resonate.search_found(text, boolean, integer) IS 'What the limit best of each kind are among: all that is found, or, of what more than a thousand have, those whose titles fit and some of the others. A row can be there twice.';

CREATE OR REPLACE FUNCTION resonate.search_hits(words text, typos boolean, "limit" integer)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    _words ALIAS FOR $1;
    _limit ALIAS FOR $3;
    _patterns CONSTANT text[] := ARRAY(SELECT '% ' || w || '%' FROM string_to_table($1, ' ') w);
    -- How near a title is to one word that is in it says no more.
    _measure CONSTANT boolean := $2 OR strpos($1, ' ') > 0;
BEGIN
    RETURN (
        SELECT json_object_agg(k.kind, k.ids)
        FROM (SELECT h.kind, array_agg(h.id ORDER BY h.ord) AS ids
              FROM (SELECT p.kind, p.id,
                           row_number() OVER (PARTITION BY p.kind COLLATE "C" ORDER BY
                               p.exact DESC, p.begins DESC,
                               CASE WHEN _measure THEN public.word_similarity(_words, p.title) END
                                   DESC,
                               CASE WHEN _measure THEN length(p.title) ELSE p.place END,
                               p.title COLLATE "C", p.id) AS ord
                    FROM (SELECT DISTINCT f.kind, f.id, f.title,
                                 f.title = _words AS exact,
                                 starts_with(f.title, _words) AS begins,
                                 dense_rank() OVER (PARTITION BY f.kind COLLATE "C" ORDER BY
                                     f.title = _words DESC,
                                     starts_with(f.title, _words) DESC,
                                     ' ' || f.title LIKE ALL (_patterns) DESC,
                                     length(f.title), f.title COLLATE "C", f.id) AS place
                          FROM resonate.search_found($1, $2, $3) f) p
                    -- measuring costs more than finding: it is for the likely ones
                    WHERE p.place <= _limit + 50) h
              WHERE h.ord <= _limit
              GROUP BY h.kind) k);
END
$$;

COMMENT ON FUNCTION resonate.search_hits(text, boolean, integer) IS '{kind: [id, ...]}, of each kind the best first: the very title, a title that begins so, then by nearness; null when nothing is found.';

CREATE OR REPLACE FUNCTION resonate.ids(list json) RETURNS uuid[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(e.value::uuid ORDER BY e.ord), '{}')
    FROM json_array_elements_text($1) WITH ORDINALITY e (value, ord)
$$;

COMMENT ON FUNCTION resonate.ids(json) IS 'A JSON array of ids as an array; null is empty.';

CREATE OR REPLACE FUNCTION v3.search(q text, "limit" integer DEFAULT 20,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    _words CONSTANT text := btrim(left(resonate.words(left($1, 100)), 100));
    _limit CONSTANT integer := least(greatest($2, 1), 100);
    _caller ALIAS FOR $3;
    hits json;
    creators uuid[];
    tracks uuid[];
    releases uuid[];
    data text;
    tags text;
BEGIN
    IF _words <> '' THEN
        hits := coalesce(resonate.search_hits(_words, false, _limit),
                         resonate.search_hits(_words, true, _limit));
    END IF;

    creators := resonate.ids(hits->'artist') || resonate.ids(hits->'band')
                || resonate.ids(hits->'label');
    tracks := resonate.ids(hits->'track');
    releases := resonate.ids(hits->'trackgroup');

    SELECT format('{"artists":[%s],"bands":[%s],"labels":[%s],"tracks":[%s],"trackgroups":[%s]}',
                  c.artists, c.bands, c.labels, t.items, r.items),
           concat_ws(' ', c.tags, t.tags, r.tags)
    INTO data, tags
    FROM (SELECT string_agg(k.body, ',' ORDER BY k.ord) AS items, string_agg(k.tags, ' ') AS tags
          FROM resonate.track_cards(tracks, _caller) k WHERE k.released) t,
         (SELECT string_agg(k.body, ',' ORDER BY k.ord) AS items, string_agg(k.tags, ' ') AS tags
          FROM resonate.release_cards(releases, NULL) k WHERE k.visible) r,
         (SELECT string_agg(k.tags, ' ') AS tags,
                 string_agg(k.body, ',' ORDER BY k.ord) FILTER (WHERE o.type_id = 1) AS artists,
                 string_agg(k.body, ',' ORDER BY k.ord) FILTER (WHERE o.type_id = 2) AS bands,
                 string_agg(k.body, ',' ORDER BY k.ord) FILTER (WHERE o.type_id = 3) AS labels
          FROM resonate.creator_cards(creators) k
          JOIN resonate.creator o ON o.id = k.id
          WHERE k.visible) c;

    RETURN resonate.answer(200, '{"data":' || data || '}',
                           resonate.list_tags('list:search', tags));
END
$$;

COMMENT ON FUNCTION v3.search(text, integer, uuid) IS 'GET /search/: at most limit of each kind, best match first. Every word must be found, whole or as a beginning; only when nothing is, words with typing errors are.';

CREATE OR REPLACE FUNCTION v3.tag(tag text, "limit" integer DEFAULT 50, page integer DEFAULT 1,
    caller uuid DEFAULT NULL) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    _tag CONSTANT text := ' tag ' || resonate.words($1);
    _size CONSTANT integer := least(greatest($2, 1), 100);
    _skip CONSTANT bigint := (greatest($3, 1) - 1) * _size::bigint;
    _caller ALIAS FOR $4;
    track_ids uuid[];
    release_ids uuid[];
    total bigint;
    tracks text;
    releases text;
    track_tags text;
    release_tags text;
BEGIN
    IF _skip >= resonate.depth() THEN
        RETURN resonate.too_deep(_size);
    END IF;

    track_ids := resonate.list_page('tracks' || _tag, 'newest', NULL, _size, _skip);
    release_ids := resonate.list_page('releases' || _tag, 'newest', NULL, _size, _skip);
    total := resonate.list_total(ARRAY['tracks' || _tag, 'releases' || _tag]);

    SELECT string_agg(k.body, ',' ORDER BY k.ord), string_agg(k.tags, ' ')
    INTO tracks, track_tags
    FROM resonate.track_cards(track_ids, _caller) k WHERE k.released;

    SELECT string_agg(k.body, ',' ORDER BY k.ord), string_agg(k.tags, ' ')
    INTO releases, release_tags
    FROM resonate.release_cards(release_ids, NULL) k WHERE k.visible;

    RETURN resonate.page(format('{"tracks":[%s],"trackgroups":[%s]}', tracks, releases),
                         total, _size,
                         resonate.list_tags('list:tracks list:releases',
                                            concat_ws(' ', track_tags, release_tags)));
END
$$;

COMMENT ON FUNCTION v3.tag(text, integer, integer, uuid) IS 'GET /tag/{tag}: released tracks and releases with that tag, newest first; a page has up to limit of each, count is of both.';
