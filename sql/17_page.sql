-- The player page's heads: what a link to a page of the player says of itself
-- where it is shared.  A page is found by its path, and only what is released is
-- shown, because whoever asks for a preview is nobody.

CREATE OR REPLACE FUNCTION resonate.html(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN replace(replace(replace(replace(replace(
    regexp_replace(value, '[\x01-\x20\x7f-\x9f]+', ' ', 'g'),
    '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');

COMMENT ON FUNCTION resonate.html(text) IS 'As text of HTML, and as a quoted attribute; white space and control characters are single spaces.';

CREATE OR REPLACE FUNCTION resonate.meta(property text, content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN '<meta property="' || property || '" content="' || resonate.html(content) || E'">\n';

COMMENT ON FUNCTION resonate.meta(text, text) IS 'A meta element with a property, as Open Graph has it; null without a content.';

CREATE OR REPLACE FUNCTION resonate.head(path text, type text, title text, about text,
    fallback text, image uuid, more text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT concat(
        '<title>', resonate.html($3), E' \u00b7 Resonate</title>\n',
        '<meta name="description" content="', resonate.html(d.text), E'">\n',
        '<link rel="canonical" href="', resonate.html(s.public_url || $1), E'">\n',
        '<meta name="twitter:card" content="summary">', E'\n',
        resonate.meta('og:site_name', 'Resonate'),
        resonate.meta('og:type', $2),
        resonate.meta('og:title', $3),
        resonate.meta('og:description', d.text),
        resonate.meta('og:url', s.public_url || $1),
        resonate.meta('og:image', i.url),
        resonate.meta('og:image:type', CASE WHEN i.url IS NOT NULL THEN 'image/jpeg' END),
        resonate.meta('og:image:width', CASE WHEN i.url IS NOT NULL THEN '600' END),
        resonate.meta('og:image:height', CASE WHEN i.url IS NOT NULL THEN '600' END),
        $7)
    FROM resonate.site s
    CROSS JOIN LATERAL (SELECT coalesce(nullif(resonate.line($4), ''), $5) AS text) a
    CROSS JOIN LATERAL (SELECT CASE WHEN length(a.text) > 200 THEN left(a.text, 199) || E'\u2026'
                                    ELSE a.text END AS text) d
    CROSS JOIN LATERAL (SELECT resonate.image_url(s.images_url, $6, 600) AS url) i
$$;

COMMENT ON FUNCTION resonate.head(text, text, text, text, text, uuid, text) IS 'What the head of a page of the player has of its own. path: from the root of the site; about: its description, or else the fallback; more: further elements.';

CREATE OR REPLACE FUNCTION resonate.amount(number bigint, thing text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN number || ' ' || thing || CASE WHEN number = 1 THEN '' ELSE 's' END;

COMMENT ON FUNCTION resonate.amount(bigint, text) IS 'So many of a thing, in English.';

CREATE OR REPLACE FUNCTION resonate.head_musicians(ids uuid[]) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT string_agg(resonate.meta('music:musician', s.public_url || '/artist/' || w.id), ''
                      ORDER BY w.ord)
    FROM unnest($1) WITH ORDINALITY w (id, ord)
    CROSS JOIN resonate.site s
$$;

COMMENT ON FUNCTION resonate.head_musicians(uuid[]) IS 'Whose music it is, as elements of a head.';

CREATE OR REPLACE FUNCTION v3.head_release(id uuid, track uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $1;
    _track ALIAS FOR $2;
    _today CONSTANT date := resonate.today();
    _path CONSTANT text := '/release/' || _id;
    _url text;
    _fallback text;
    r record;
    t record;
BEGIN
    SELECT o.title, o.about, o.cover_id, o.creator_id, o.release_date, o.type,
           coalesce(o.display_artist, c.display_name) AS artist
    INTO r
    FROM resonate.release o JOIN resonate.creator c ON c.id = o.creator_id
    WHERE o.id = _id AND o.released_on <= _today;

    IF NOT FOUND THEN
        RETURN resonate.answer(404, 'No such release.',
                               resonate.list_tags('trackgroup:' || _id, NULL));
    END IF;

    SELECT s.public_url INTO _url FROM resonate.site s;

    SELECT k.id, k.title, k.cover_id, k.duration, k.musicians, k.artist
    INTO t
    FROM (SELECT o.id, o.title, coalesce(o.cover_id, r.cover_id) AS cover_id,
                 (m.duration_ms + 500) / 1000 AS duration,
                 coalesce(o.artist_ids, ARRAY[o.creator_id]) AS musicians,
                 coalesce(o.display_artist, c.display_name) AS artist
          FROM resonate.release_item i
          JOIN resonate.track o ON o.id = i.track_id
          JOIN resonate.creator c ON c.id = o.creator_id
          LEFT JOIN resonate.media_file m ON m.sha256 = o.media_sha256
          WHERE i.release_id = _id AND i.track_id = _track AND o.released_on <= _today) k;

    IF FOUND THEN
        RETURN resonate.answer(200, resonate.head(
            _path || '?track=' || t.id, 'music.song', t.title || ' by ' || t.artist, NULL,
            'From ' || r.title || coalesce(', ' || extract(year FROM r.release_date), ''),
            t.cover_id,
            concat(resonate.meta('music:album', _url || _path),
                   resonate.meta('music:duration', t.duration::text),
                   resonate.head_musicians(t.musicians),
                   resonate.meta('og:audio', _url || '/api/v3/stream/' || t.id),
                   resonate.meta('og:audio:type', 'audio/mp4'))),
            resonate.tags(concat_ws(' ', 'trackgroup:' || _id, 'track:' || t.id,
                                    'artist:' || r.creator_id,
                                    'artist:' || array_to_string(t.musicians, ' artist:'))));
    END IF;

    SELECT concat_ws(', ',
               CASE r.type WHEN 'lp' THEN 'Album' WHEN 'ep' THEN 'EP' ELSE initcap(r.type) END
                   || ' by ' || r.artist,
               extract(year FROM r.release_date)::text, resonate.amount(count(*), 'track'))
    INTO _fallback
    FROM resonate.release_item i JOIN resonate.track o ON o.id = i.track_id
    WHERE i.release_id = _id AND o.released_on <= _today;

    RETURN resonate.answer(200, resonate.head(
        _path, 'music.album', r.title || ' by ' || r.artist, r.about, _fallback, r.cover_id,
        concat(resonate.head_musicians(ARRAY[r.creator_id]),
               resonate.meta('music:release_date', r.release_date::text))),
        resonate.list_tags(concat_ws(' ', 'trackgroup:' || _id, 'artist:' || r.creator_id), NULL));
END
$$;

COMMENT ON FUNCTION v3.head_release(uuid, uuid) IS 'GET /head/release/{id}: title, description and Open Graph of a release''s page, or of one of its tracks.';

CREATE OR REPLACE FUNCTION resonate.head_creator(id uuid, types smallint[], kind text)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $1;
    _kind ALIAS FOR $3;
    _today CONSTANT date := resonate.today();
    _releases bigint;
    _cover uuid;
    c record;
BEGIN
    IF NOT resonate.creator_shown(_id, NULL, $2) THEN
        RETURN resonate.no_creator(_id, _kind);
    END IF;

    SELECT o.display_name, coalesce(o.short_bio, o.description) AS about, o.avatar_id INTO c
    FROM resonate.creator o WHERE o.id = _id;

    SELECT count(*), (array_agg(r.cover_id ORDER BY r.released_on DESC, r.id DESC)
                      FILTER (WHERE r.cover_id IS NOT NULL))[1]
    INTO _releases, _cover
    FROM resonate.release r
    WHERE r.released_on <= _today
      AND r.creator_id = ANY (_id || ARRAY(SELECT m.id FROM resonate.creator m
                                           WHERE m.label_id = _id));

    RETURN resonate.answer(200, resonate.head(
        '/' || _kind || '/' || _id, 'profile', c.display_name, c.about,
        'Music by ' || c.display_name
            || CASE WHEN _releases > 0 THEN ': ' || resonate.amount(_releases, 'release')
                    ELSE '' END,
        coalesce(c.avatar_id, _cover), NULL),
        resonate.list_tags(concat_ws(' ', 'artist:' || _id,
            CASE WHEN c.avatar_id IS NULL THEN 'trackgroup:' END), NULL));
END
$$;

COMMENT ON FUNCTION resonate.head_creator(uuid, smallint[], text) IS 'The head of the page of a creator of these types. kind: artist or label, as its path and a 404 call it.';

CREATE OR REPLACE FUNCTION v3.head_artist(id uuid) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN resonate.head_creator($1, '{1,2,3}', 'artist');
END
$$;

COMMENT ON FUNCTION v3.head_artist(uuid) IS 'GET /head/artist/{id}: title, description and Open Graph of an artist''s page.';

CREATE OR REPLACE FUNCTION v3.head_label(id uuid) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN resonate.head_creator($1, '{3}', 'label');
END
$$;

COMMENT ON FUNCTION v3.head_label(uuid) IS 'GET /head/label/{id}: title, description and Open Graph of a label''s page.';

CREATE OR REPLACE FUNCTION v3.head_playlist(id uuid) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $1;
    _today CONSTANT date := resonate.today();
    _tracks bigint;
    _cover uuid;
    p record;
BEGIN
    SELECT o.title, o.about, o.cover_id, o.owner_id, h.display_name INTO p
    FROM resonate.playlist o JOIN resonate.person h ON h.id = o.owner_id
    WHERE o.id = _id AND NOT o.private;

    IF NOT FOUND THEN
        RETURN resonate.answer(404, 'No such playlist.', ARRAY['playlist:' || _id]);
    END IF;

    SELECT count(*), (array_agg(coalesce(t.cover_id, r.cover_id) ORDER BY i.index)
                      FILTER (WHERE coalesce(t.cover_id, r.cover_id) IS NOT NULL))[1]
    INTO _tracks, _cover
    FROM resonate.playlist_item i
    JOIN resonate.track t ON t.id = i.track_id
    LEFT JOIN resonate.release r ON r.id = t.release_id
    WHERE i.playlist_id = _id AND t.released_on <= _today;

    RETURN resonate.answer(200, resonate.head(
        '/playlist/' || _id, 'music.playlist', p.title, p.about,
        'Playlist by ' || p.display_name || ', ' || resonate.amount(_tracks, 'track'),
        coalesce(p.cover_id, _cover), NULL),
        resonate.list_tags(concat_ws(' ', 'playlist:' || _id, 'person:' || p.owner_id,
            CASE WHEN p.cover_id IS NULL THEN 'track: trackgroup:' END), NULL));
END
$$;

COMMENT ON FUNCTION v3.head_playlist(uuid) IS 'GET /head/playlist/{id}: title, description and Open Graph of a public playlist''s page.';
