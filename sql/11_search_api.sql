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

CREATE OR REPLACE FUNCTION resonate.search_query(words text, typos boolean) RETURNS tsquery
LANGUAGE plpgsql STABLE SET pg_trgm.similarity_threshold = 0.2 AS $$
#variable_conflict use_column
DECLARE
    _word text;
    _n bigint;
    _meant text;
    _query tsquery;
    _term tsquery;
BEGIN
    FOR _word, _n IN
        SELECT w.word, row_number() OVER (ORDER BY min(w.ord))
        FROM string_to_table($1, ' ') WITH ORDINALITY w (word, ord)
        GROUP BY w.word ORDER BY min(w.ord)
    LOOP
        _term := (quote_literal(_word) || ':*')::tsquery;

        -- a shorter word has no faults, and is a beginning of itself; each
        -- other one costs a look at the vocabulary
        IF $2 AND length(_word) >= 3 AND _n <= 8 THEN
            SELECT string_agg(quote_literal(c.word), ' | ' ORDER BY c.faults, c.word)
            INTO _meant
            FROM (SELECT s.word, resonate.typos(_word, s.word) AS faults
                  FROM resonate.search_word s
                  WHERE s.word OPERATOR(public.%) _word
                     OR (left(s.word, 1) = left(_word, 1)
                         AND length(s.word) BETWEEN length(_word) - 1 AND length(_word) + 1)
                  ORDER BY faults, s.word
                  LIMIT 8) c
            WHERE c.faults <= CASE WHEN length(_word) < 5 THEN 1 ELSE 2 END;
            _term := coalesce(_term || _meant::tsquery, _term);
        END IF;

        _query := coalesce(_query && _term, _term);
    END LOOP;

    RETURN _query;
END
$$;

COMMENT ON FUNCTION resonate.search_query(text, boolean) IS 'Every word, or a beginning of one; with typos also the words it may have meant: two faults in a long word, one in a word of three or four letters; of different words the first eight. words: as resonate.words() makes them, not empty.';

CREATE OR REPLACE FUNCTION resonate.search_hits(words text, typos boolean, "limit" integer)
RETURNS json
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    _words ALIAS FOR $1;
    _limit ALIAS FOR $3;
    _today CONSTANT date := resonate.today();
    _query CONSTANT tsquery := resonate.search_query($1, $2);
    -- Measuring how near every title is to one common word would cost more
    -- than finding them, and says no more than whether the word is there.
    _measure CONSTANT boolean := $2 OR strpos($1, ' ') > 0;
    hits json;
BEGIN
    SELECT json_object_agg(k.kind, k.ids) INTO hits
    FROM (SELECT h.kind, array_agg(h.id ORDER BY h.ord) AS ids
          FROM (SELECT d.kind, d.id,
                       row_number() OVER (PARTITION BY d.kind ORDER BY
                           d.title = _words DESC,
                           starts_with(d.title, _words) DESC,
                           CASE WHEN _measure THEN public.word_similarity(_words, d.title)
                                ELSE (strpos(' ' || d.title, ' ' || _words) > 0)::integer
                           END DESC,
                           length(d.title), d.title COLLATE "C", d.id) AS ord
                FROM resonate.search_doc d
                WHERE d.document @@ _query AND d.released_on <= _today) h
          WHERE h.ord <= _limit
          GROUP BY h.kind) k;

    RETURN hits;
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
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    _tags CONSTANT text[] := ARRAY[resonate.words($1)];
    _size CONSTANT integer := least(greatest($2, 1), 100);
    _skip CONSTANT bigint := (greatest($3, 1) - 1) * _size::bigint;
    _caller ALIAS FOR $4;
    _today CONSTANT date := resonate.today();
    track_ids uuid[];
    release_ids uuid[];
    total bigint;
    tracks text;
    releases text;
    track_tags text;
    release_tags text;
BEGIN
    track_ids := ARRAY(SELECT t.id FROM resonate.track t
                       WHERE t.tags @> _tags AND t.released_on <= _today
                       ORDER BY t.created_at DESC, t.id DESC LIMIT _size OFFSET _skip);
    release_ids := ARRAY(SELECT r.id FROM resonate.release r
                         WHERE r.tags @> _tags AND r.released_on <= _today
                         ORDER BY r.created_at DESC, r.id DESC LIMIT _size OFFSET _skip);

    SELECT (SELECT count(*) FROM resonate.track t
            WHERE t.tags @> _tags AND t.released_on <= _today)
         + (SELECT count(*) FROM resonate.release r
            WHERE r.tags @> _tags AND r.released_on <= _today)
    INTO total;

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
