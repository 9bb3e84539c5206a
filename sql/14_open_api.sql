-- API version 3: prices, public profiles, and what an address names.

CREATE OR REPLACE FUNCTION v3.prices() RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r record;
BEGIN
    SELECT * INTO STRICT r FROM resonate.price_rule_now;

    RETURN resonate.answer(200,
        format('{"data":{"plays":[%s],"creditMc":%s,"creditEur":"%s","playMarkMs":%s,'
               '"previewMs":%s}}',
               array_to_string(r.cost_mc, ','), r.credit_mc,
               to_char(r.credit_eur_micro / 1000000.0, 'FM999999999990.009999'),
               r.play_mark_ms, r.preview_ms),
        array_remove(ARRAY['prices', (SELECT resonate.until(n.valid_from)
                                      FROM resonate.price_rule_coming n)], NULL));
END
$$;

COMMENT ON FUNCTION v3.prices() IS 'GET /prices, the rule in force: milli-credits of the first, second, ... counted play; creditMc of them are worth creditEur; milliseconds until a play counts, and of a preview.';

CREATE OR REPLACE FUNCTION v3.person(id uuid) RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    answer resonate.reply;
BEGIN
    SELECT 200, format('{"data":{"id":"%s","displayName":%s}}', p.id,
                       coalesce(to_json(p.display_name)::text, 'null')),
           ARRAY['person:' || p.id]
    INTO answer
    FROM resonate.person p WHERE p.id = $1;

    IF NOT FOUND THEN
        RETURN resonate.answer(404, 'No such user.', ARRAY['person:' || $1]);
    END IF;

    RETURN answer;
END
$$;

COMMENT ON FUNCTION v3.person(uuid) IS 'GET /users/{id}: id and displayName, nothing else of a person is public.';

CREATE OR REPLACE FUNCTION resonate.unescape(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN (SELECT convert_from(string_agg(CASE WHEN m.part[1] IS NULL
                                                THEN convert_to(m.part[2], 'UTF8')
                                                ELSE decode(m.part[1], 'hex') END,
                                           '' ORDER BY m.ord), 'UTF8')
            FROM regexp_matches($1, '%([0-9a-f]{2})|([^%]+|%)', 'gi')
                 WITH ORDINALITY m (part, ord));
EXCEPTION
    WHEN character_not_in_repertoire OR untranslatable_character THEN
        RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.unescape(text) IS 'Without percent-encoding (RFC 3986); null when the bytes are not UTF-8.';

CREATE OR REPLACE FUNCTION resonate.address_path(url text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    _url ALIAS FOR $1;
    _site text;
    _path text;
BEGIN
    SELECT s.public_url INTO _site FROM resonate.site s;

    IF starts_with(lower(_url), lower(_site)) THEN
        _path := substr(_url, length(_site) + 1);
    ELSE
        _path := _url;
    END IF;

    IF _path !~ '^[/?#]' THEN
        RETURN NULL;
    END IF;

    -- a page of our own player is named behind the #
    _path := coalesce(substring(_path, '#(/.*)$'), _path);

    RETURN regexp_replace(_path, '/?([?#].*)?$', '');
END
$$;

COMMENT ON FUNCTION resonate.address_path(text) IS 'The path of a page of this site, without query, fragment and slash at its end; null for an address elsewhere.';

CREATE OR REPLACE FUNCTION resonate.release_by_slug(creator uuid, slug text) RETURNS uuid
LANGUAGE sql STABLE AS $$
    SELECT r.id FROM resonate.release r
    WHERE r.creator_id = $1 AND (r.id::text = lower($2) OR r.slug = $2)
      AND r.released_on <= resonate.today()
    ORDER BY r.id::text = lower($2) DESC, r.released_on DESC, r.id
    LIMIT 1
$$;

COMMENT ON FUNCTION resonate.release_by_slug(uuid, text) IS 'A released release of a creator by its id or slug; of several the latest.';

CREATE OR REPLACE FUNCTION resonate.shown(kind text, id uuid, caller uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    _id ALIAS FOR $2;
    _caller ALIAS FOR $3;
    _today CONSTANT date := resonate.today();
BEGIN
    CASE $1
    WHEN 'track' THEN
        RETURN EXISTS (SELECT FROM resonate.track t
                       JOIN resonate.creator c ON c.id = t.creator_id
                       WHERE t.id = _id
                         AND (t.released_on <= _today
                              OR (t.status <> 'deleted' AND c.owner_id = _caller)));
    WHEN 'trackgroup' THEN
        RETURN EXISTS (SELECT FROM resonate.release r
                       JOIN resonate.creator c ON c.id = r.creator_id
                       WHERE r.id = _id
                         AND (r.released_on <= _today
                              OR (r.deleted_at IS NULL AND c.owner_id = _caller)));
    WHEN 'playlist' THEN
        RETURN EXISTS (SELECT FROM resonate.playlist p
                       WHERE p.id = _id AND (NOT p.private OR p.owner_id = _caller));
    WHEN 'user' THEN
        RETURN EXISTS (SELECT FROM resonate.person p WHERE p.id = _id);
    WHEN 'label' THEN
        RETURN resonate.creator_shown(_id, _caller, '{3}');
    WHEN 'artist' THEN
        RETURN resonate.creator_shown(_id, _caller, '{1,2}');
    END CASE;
END
$$;

COMMENT ON FUNCTION resonate.shown(text, uuid, uuid) IS 'Whether there is such a thing that this caller may see.';

-- https://SITE/artist/ID, .../artist/ID/release/ID-or-slug, .../track/ID and so
-- on, also below /library/ and /embed/, as players name their pages.

CREATE OR REPLACE FUNCTION v3.resolve(url text, caller uuid DEFAULT NULL)
RETURNS resonate.reply
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    _uuid CONSTANT text := '([[:xdigit:]]{8}(?:-[[:xdigit:]]{4}){3}-[[:xdigit:]]{12})';
    _part CONSTANT text[] := regexp_match(resonate.address_path($1), '^(?:/library|/embed)?'
        '/(?:(artist|label|track|release|trackgroup|playlist|user)s?|u)/' || _uuid
        || '(?:/(release|playlist)s?/([^/]+)|/(?:releases|artists|tracks|library))?$');
    _kind text := coalesce(replace(_part[1], 'release', 'trackgroup'), 'user');
    _id uuid := _part[2];
    -- what the cache calls them
    _as CONSTANT json := '{"label":"artist","user":"person"}';
    _page CONSTANT text := coalesce(_as->>_kind, _kind) || ':' || _id;
    _tags text[];
BEGIN
    IF _part[3] = 'release' AND _kind IN ('artist', 'label') THEN
        _kind := 'trackgroup';
        _id := resonate.release_by_slug(_id, resonate.unescape(_part[4]));
    ELSIF _part[3] = 'playlist' AND _kind = 'user' THEN
        _kind := 'playlist';
        _id := (SELECT p.id FROM resonate.playlist p
                WHERE p.owner_id = _id AND p.id::text = lower(_part[4]));
    ELSIF _part[3] IS NOT NULL THEN
        _id := NULL;
    ELSIF _kind = 'artist' AND resonate.shown('label', _id, $2) THEN
        _kind := 'label';
    END IF;

    _tags := resonate.list_tags(concat_ws(' ', _page,
                                          coalesce(_as->>_kind, _kind) || ':' || _id,
                                          'person:' || $2), NULL);

    IF _id IS NULL OR NOT resonate.shown(_kind, _id, $2) THEN
        RETURN resonate.answer(404, 'The address names nothing here.', _tags);
    END IF;

    RETURN resonate.answer(200, format('{"data":{"kind":"%s","id":"%s"}}', _kind, _id), _tags);
END
$$;

COMMENT ON FUNCTION v3.resolve(text, uuid) IS 'GET /resolve: {data: {kind, id}} of the page that a player has at this address of the site; kind: track, trackgroup, artist (or band), label, playlist, user.';
