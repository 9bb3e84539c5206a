-- How things look in JSON.  Each *_cards() function makes the one text of its
-- kind for a list of ids, in their order; being plain SQL it is inlined into
-- the query that asks, so a look-up by id stays one planned statement.
--
-- Beside it are the tags of what the text was made from, joined by spaces, as
-- resonate.tags() takes them.  What ends an answer by time alone is a tag, too:
-- until:SECONDS.

CREATE OR REPLACE FUNCTION resonate.iso(moment timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

COMMENT ON FUNCTION resonate.iso(timestamptz) IS 'YYYY-MM-DDTHH:MM:SS.mmmZ';

CREATE OR REPLACE FUNCTION resonate.image_url(base text, image uuid, size integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN base || '/' || image::text || '-x' || size::text || '.jpg';

COMMENT ON FUNCTION resonate.image_url(text, uuid, integer) IS 'Where an image is in that size; null for no image.';

CREATE OR REPLACE FUNCTION resonate.cover_images(base text, image uuid) RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN image IS NULL THEN '{}' ELSE
    replace('{"small":{"width":120,"height":120,"url":"@-x120.jpg"},'
            '"medium":{"width":600,"height":600,"url":"@-x600.jpg"},'
            '"large":{"width":1500,"height":1500,"url":"@-x1500.jpg"}}',
            '@', base || '/' || image::text) END::json;

COMMENT ON FUNCTION resonate.cover_images(text, uuid) IS 'The sizes of a cover; {} for none.';

CREATE OR REPLACE FUNCTION resonate.cover_text(base text, image uuid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN image IS NULL THEN '"cover":null,"cover_metadata":null,"images":{}' ELSE
    format('"cover":"%1$s-x600.jpg","cover_metadata":{"id":"%2$s"},"images":{'
           '"small":{"width":120,"height":120,"url":"%1$s-x120.jpg"},'
           '"medium":{"width":600,"height":600,"url":"%1$s-x600.jpg"},'
           '"large":{"width":1500,"height":1500,"url":"%1$s-x1500.jpg"}}',
           base || '/' || image::text, image::text) END;

COMMENT ON FUNCTION resonate.cover_text(text, uuid) IS 'The members cover, cover_metadata and images of a JSON object.';

-- A loop, because setting up a query for a sum of nine numbers costs more than
-- to add them.

CREATE OR REPLACE FUNCTION resonate.price_text(cost_mc integer[], plays integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    rest_mc bigint := 0;
BEGIN
    FOR n IN $2 + 1 .. cardinality($1)
    LOOP
        rest_mc := rest_mc + $1[n];
    END LOOP;

    RETURN '"price":{"play":' || coalesce($1[$2 + 1], 0) || ',"buy":' || rest_mc || '}';
END
$$;

COMMENT ON FUNCTION resonate.price_text(integer[], integer) IS 'The member price of a JSON object, after so many counted plays: of the next one, and of all that are left.';

CREATE OR REPLACE FUNCTION resonate.until(moment timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN isfinite(moment)
            THEN 'until:' || floor(extract(epoch FROM moment))::bigint END;

COMMENT ON FUNCTION resonate.until(timestamptz) IS 'The tag of an answer that is not true any more from then on, in Unix seconds; null for never.';

CREATE OR REPLACE FUNCTION resonate.until(day date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN isfinite(day)
            THEN 'until:' || (day - '1970-01-01'::date) * 86400::bigint END;

COMMENT ON FUNCTION resonate.until(date) IS 'The same of a day (UTC).';

-- Tracks come out with a release, creators with theirs.

CREATE OR REPLACE FUNCTION resonate.until_release() RETURNS text
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    RETURN (SELECT resonate.until(min(r.released_on)) FROM resonate.release r
            WHERE r.released_on > resonate.today());
END
$$;

COMMENT ON FUNCTION resonate.until_release() IS 'The tag of an answer that depends on what is released: until the next day on which anything is; null when nothing is to come.';

CREATE OR REPLACE FUNCTION resonate.until_minute() RETURNS text
LANGUAGE sql STABLE
RETURN resonate.until(date_trunc('minute', now()) + interval '1 minute');

COMMENT ON FUNCTION resonate.until_minute() IS 'The tag of what is in another order every minute.';

-- A player that turns sounds down by their gain plays all of them equally loud.

CREATE OR REPLACE FUNCTION resonate.gain(loudness_lufs numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN -18.00 - loudness_lufs;

COMMENT ON FUNCTION resonate.gain(numeric) IS 'In dB, from this loudness to the -18 LUFS of ReplayGain 2.0.';

CREATE OR REPLACE FUNCTION resonate.loudness_text(loudness_lufs numeric, range_lu numeric,
    true_peak_dbtp numeric, album_lufs numeric, album_peak_dbtp numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN '{"integrated":' || $1 || ',"range":' || coalesce($2::text, 'null') || ',"truePeak":'
           || $3 || ',"gain":' || resonate.gain($1) || ',"album":'
           || coalesce('{"integrated":' || $4 || ',"truePeak":' || $5 || ',"gain":'
                       || resonate.gain($4) || '}', 'null') || '}';
END
$$;

COMMENT ON FUNCTION resonate.loudness_text(numeric, numeric, numeric, numeric, numeric) IS 'The member loudness of a track, of its own and of its release''s: JSON.';

-- Written out by format(): looking up one track costs half of what it does
-- with row_to_json() and json_build_object(), whose many small expressions
-- are prepared anew for each query.  It looks up how to write a value when that
-- is of another type than the one before: so all of them are text.

CREATE OR REPLACE FUNCTION resonate.track_cards(ids uuid[], caller uuid)
RETURNS TABLE (ord bigint, id uuid, visible boolean, released boolean, body text, tags text,
    detail text)
LANGUAGE sql STABLE AS $$
    SELECT w.ord, t.id,
           coalesce(t.released_on <= resonate.today(), false)
               OR coalesce(t.status <> 'deleted' AND a.owner_id = $2, false),
           coalesce(t.released_on <= resonate.today(), false),
           format('{"id":"%1$s","creatorId":"%2$s","title":%3$s,"album":%4$s,"artist":%5$s,'
                  '"duration":%6$s,"year":%7$s,"status":"%8$s","hls":%9$s,'
                  '"qualities":%19$s,"loudness":%20$s,"waveform":%21$s,'
                  '"url":"%10$s/api/v3/user/stream/%1$s",%11$s,'
                  '"creator":{"id":"%2$s","displayName":%12$s},"artists":[%17$s],'
                  '"hasLyrics":%18$s,'
                  '"trackGroup":{"id":%13$s,"title":%4$s,"cover":%14$s},'
                  '"trackGroupId":%13$s,%15$s%16$s}',
                  t.id::text, t.creator_id::text, to_json(t.title)::text,
                  coalesce(to_json(r.title)::text, 'null'),
                  to_json(coalesce(t.display_artist, a.display_name))::text,
                  coalesce((m.duration_ms / 1000.0)::float8::text, 'null'),
                  coalesce(t.year::text, 'null'), t.status,
                  CASE WHEN m.sha256 IS NULL THEN 'false' ELSE 'true' END,
                  s.public_url,
                  resonate.cover_text(s.images_url, c.id),
                  to_json(a.display_name)::text,
                  coalesce('"' || r.id || '"', 'null'),
                  coalesce('"' || resonate.image_url(s.images_url, r.cover_id, 600) || '"', 'null'),
                  resonate.price_text(p.cost_mc,
                      CASE WHEN t.status = 'free' OR h.owned_at IS NOT NULL OR a.owner_id = $2
                           THEN cardinality(p.cost_mc)
                           ELSE coalesce(h.count, 0) END),
                  CASE WHEN $2 IS NOT NULL
                       THEN format(',"userPlays":%s,"userFavorited":%s', coalesce(h.count, 0),
                                   CASE WHEN f.track_id IS NULL THEN 'false' ELSE 'true' END) END,
                  CASE WHEN t.artist_ids IS NULL
                       THEN '{"id":"' || t.creator_id || '","displayName":'
                            || to_json(a.display_name) || '}'
                       ELSE (SELECT string_agg('{"id":"' || g.id || '","displayName":'
                                               || to_json(g.display_name) || '}',
                                               ',' ORDER BY n.ord)
                             FROM unnest(t.artist_ids) WITH ORDINALITY n (id, ord)
                             CROSS JOIN LATERAL (
                                 SELECT c.id, c.display_name FROM resonate.creator c
                                 WHERE c.id = n.id OFFSET 0) g) END,
                  CASE WHEN t.lyrics IS NULL THEN 'false' ELSE 'true' END,
                  coalesce(m.qualities, '[]'),
                  CASE WHEN m.loudness_lufs IS NULL THEN 'null'
                       ELSE resonate.loudness_text(m.loudness_lufs, m.loudness_range_lu,
                                                   m.true_peak_dbtp, r.loudness_lufs,
                                                   r.true_peak_dbtp) END,
                  coalesce('"' || s.public_url || '/' || m.waveform || '"', 'null')),
           concat_ws(' ', 'track:' || t.id, 'artist:' || t.creator_id,
                     'artist:' || nullif(array_to_string(
                         array_remove(t.artist_ids, t.creator_id), ' artist:'), ''),
                     'trackgroup:' || t.release_id,
                     CASE WHEN t.released_on > resonate.today()
                          THEN resonate.until(t.released_on) END,
                     'prices',
                     (SELECT resonate.until(n.valid_from) FROM resonate.price_rule_coming n),
                     'person:' || $2),
           format('"lyrics":%s,"composer":%s,"isrc":%s,"copyright":%s',
                  coalesce(to_json(t.lyrics), 'null'), coalesce(to_json(t.composer), 'null'),
                  coalesce(to_json(t.isrc), 'null'), coalesce(to_json(t.copyright), 'null'))
    FROM unnest($1) WITH ORDINALITY w (id, ord)
    JOIN resonate.track t ON t.id = w.id
    JOIN resonate.creator a ON a.id = t.creator_id
    -- what is not released yet is shown with an own release, or with none
    LEFT JOIN resonate.release r
        ON r.id = t.release_id
           AND (r.released_on <= resonate.today()
                OR (r.deleted_at IS NULL AND r.creator_id = t.creator_id))
    LEFT JOIN resonate.media_file m ON m.sha256 = t.media_sha256
    LEFT JOIN resonate.holding h ON h.person_id = $2 AND h.track_id = t.id
    LEFT JOIN resonate.favorite f ON f.person_id = $2 AND f.track_id = t.id
    CROSS JOIN resonate.site s
    CROSS JOIN resonate.price_rule_now p
    CROSS JOIN LATERAL (SELECT coalesce(t.cover_id, r.cover_id) AS id OFFSET 0) c
$$;

COMMENT ON FUNCTION resonate.track_cards(uuid[], uuid) IS 'Tracks as JSON, with prices for this caller. visible: this caller may see it; released: it may be in a list; tags: those before prices are of whether it is there; detail: further members, which lists do without.';

CREATE OR REPLACE FUNCTION resonate.release_cards(ids uuid[], caller uuid)
RETURNS TABLE (ord bigint, id uuid, visible boolean, body text, tags text, detail text)
LANGUAGE sql STABLE AS $$
    SELECT w.ord, r.id,
           coalesce(r.released_on <= resonate.today(), false)
               OR coalesce(r.deleted_at IS NULL AND a.owner_id = $2, false),
           row_to_json(x)::text,
           concat_ws(' ', 'trackgroup:' || r.id, 'artist:' || r.creator_id,
                     'artist:' || a.label_id,
                     CASE WHEN r.released_on > resonate.today()
                          THEN resonate.until(r.released_on) END),
           format('"label":%s,"discs":[%s],"copyright":%s,"barcode":%s',
                  coalesce((SELECT json_build_object('id', l.id, 'name', l.display_name)
                            FROM resonate.creator l WHERE l.id = a.label_id), 'null'),
                  (SELECT string_agg(format('{"disc":%s,"title":%s}', d.disc, to_json(d.title)),
                                     ',' ORDER BY d.disc)
                   FROM resonate.release_disc d WHERE d.release_id = r.id),
                  coalesce(to_json(r.copyright), 'null'), coalesce(to_json(r.barcode), 'null'))
    FROM unnest($1) WITH ORDINALITY w (id, ord)
    JOIN resonate.release r ON r.id = w.id
    JOIN resonate.creator a ON a.id = r.creator_id
    CROSS JOIN resonate.site s
    CROSS JOIN LATERAL (
        SELECT r.id,
               r.title,
               r.slug,
               r.type,
               r.about,
               r.tags,
               coalesce(r.display_artist, a.display_name) AS display_artist,
               r.creator_id AS "creatorId",
               json_build_object('id', a.id, 'displayName', a.display_name) AS creator,
               r.release_date AS "releaseDate",
               resonate.iso(r.created_at) AS "createdAt",
               resonate.image_url(s.images_url, r.cover_id, 600) AS cover,
               CASE WHEN r.cover_id IS NOT NULL
                    THEN json_build_object('id', r.cover_id) END AS cover_metadata,
               resonate.cover_images(s.images_url, r.cover_id) AS images,
               r.private,
               r.download,
               r.featured,
               s.public_url || '/api/v3/trackgroups/' || r.id AS uri
    ) x
$$;

COMMENT ON FUNCTION resonate.release_cards(uuid[], uuid) IS 'Releases as JSON, without their items. visible: this caller may see it; detail: further members, for those with items.';

CREATE OR REPLACE FUNCTION resonate.creator_cards(ids uuid[])
RETURNS TABLE (ord bigint, id uuid, visible boolean, body text, tags text)
LANGUAGE sql STABLE AS $$
    SELECT w.ord, c.id, coalesce(c.released_on <= resonate.today(), false),
           row_to_json(x)::text,
           concat_ws(' ', 'artist:' || c.id, 'artist:' || c.label_id)
    FROM unnest($1) WITH ORDINALITY w (id, ord)
    JOIN resonate.creator c ON c.id = w.id
    JOIN resonate.creator_type y ON y.id = c.type_id
    LEFT JOIN resonate.creator l ON l.id = c.label_id
    CROSS JOIN resonate.site s
    CROSS JOIN LATERAL (
        SELECT c.id,
               c.type_id AS "typeId",
               json_build_object('id', y.id, 'name', y.name) AS type,
               c.display_name AS "displayName",
               c.display_name AS name,
               c.description,
               c.short_bio AS "shortBio",
               c.country,
               CASE WHEN c.banner_id IS NOT NULL THEN json_build_object(
                   'small', resonate.image_url(s.images_url, c.banner_id, 625),
                   'medium', resonate.image_url(s.images_url, c.banner_id, 1250),
                   'large', resonate.image_url(s.images_url, c.banner_id, 2500)) END AS banner,
               CASE WHEN c.avatar_id IS NOT NULL THEN json_build_object(
                   'xxs', resonate.image_url(s.images_url, c.avatar_id, 60),
                   'xs', resonate.image_url(s.images_url, c.avatar_id, 120),
                   's', resonate.image_url(s.images_url, c.avatar_id, 300),
                   'm', resonate.image_url(s.images_url, c.avatar_id, 600),
                   'l', resonate.image_url(s.images_url, c.avatar_id, 960),
                   'xl', resonate.image_url(s.images_url, c.avatar_id, 1200),
                   'xxl', resonate.image_url(s.images_url, c.avatar_id, 1500)) END AS avatar,
               json_strip_nulls(json_build_object(
                   'profile_photo-m', resonate.image_url(s.images_url, c.avatar_id, 600),
                   'cover_photo-l', resonate.image_url(s.images_url, c.banner_id, 2500),
                   'small', CASE WHEN c.avatar_id IS NOT NULL THEN json_build_object(
                       'width', 120, 'height', 120,
                       'url', resonate.image_url(s.images_url, c.avatar_id, 120)) END,
                   'medium', CASE WHEN c.avatar_id IS NOT NULL THEN json_build_object(
                       'width', 600, 'height', 600,
                       'url', resonate.image_url(s.images_url, c.avatar_id, 600)) END)) AS images,
               c.links,
               CASE WHEN l.id IS NOT NULL THEN json_build_object(
                   'id', l.id, 'name', l.display_name) END AS label,
               resonate.iso(c.created_at) AS "createdAt",
               resonate.iso(c.updated_at) AS "updatedAt"
    ) x
$$;

COMMENT ON FUNCTION resonate.creator_cards(uuid[]) IS 'Artists, bands and labels as JSON. visible: it may be in a list.';

CREATE OR REPLACE FUNCTION resonate.tags(words text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    tags CONSTANT text[] := ARRAY(SELECT DISTINCT w.tag COLLATE "C"
                                  FROM string_to_table($1, ' ') w (tag) WHERE w.tag <> '');
BEGIN
    IF cardinality(tags) <= 320 THEN
        RETURN tags;
    END IF;

    RETURN ARRAY(
        SELECT DISTINCT CASE WHEN k.upto <= 300 THEN t.tag ELSE k.kind || ':' END
        FROM (SELECT split_part(u.tag, ':', 1) AS kind,
                     sum(count(*)) OVER (ORDER BY count(*), split_part(u.tag, ':', 1)) AS upto
              FROM unnest(tags) u (tag) GROUP BY 1) k
        JOIN unnest(tags) t (tag) ON split_part(t.tag, ':', 1) = k.kind);
END
$$;

COMMENT ON FUNCTION resonate.tags(text) IS 'Tags joined by spaces as an array, each once. Where there are more than the 320 that an answer may have, KIND: stands for the most frequent kinds.';

-- In two steps: a sub-select as an argument would keep track_cards() from being
-- inlined, and it would be planned for every call.  For the items of a hundred
-- releases the planner would rather read all tracks than look them up; they are
-- in memory, so it is wrong.

CREATE OR REPLACE FUNCTION resonate.items(ids uuid[], caller uuid, hidden boolean)
RETURNS TABLE (release_id uuid, body text, tags text)
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    _ids ALIAS FOR $1;
    _caller ALIAS FOR $2;
    _hidden ALIAS FOR $3;
    _tracks uuid[];
BEGIN
    _tracks := ARRAY(SELECT DISTINCT i.track_id
                     FROM resonate.release_item i JOIN resonate.track t ON t.id = i.track_id
                     WHERE i.release_id = ANY (_ids) AND (_hidden OR t.status <> 'hidden'));

    RETURN QUERY
    SELECT i.release_id,
           string_agg(format('{"index":%s,"disc":%s,"number":%s,"trackId":"%s","track":%s}',
                             i.index, i.disc, coalesce(i.number::text, 'null'), k.id, k.body),
                      ',' ORDER BY i.index),
           string_agg(k.tags, ' ')
    FROM resonate.track_cards(_tracks, _caller) k
    JOIN resonate.release_item i ON i.track_id = k.id AND i.release_id = ANY (_ids)
    WHERE k.visible
    GROUP BY i.release_id;
END
$$;

COMMENT ON FUNCTION resonate.items(uuid[], uuid, boolean) IS 'The items of each of these releases: JSON texts joined by commas in order of index, and the tags of their tracks, joined by spaces. hidden: an owner''s hidden tracks, too.';

CREATE OR REPLACE FUNCTION resonate.page(data text, total bigint, page_size integer,
    tags text[]) RETURNS resonate.reply
LANGUAGE sql STABLE AS $$
    SELECT ROW(200, format('{"data":%s,"count":%s,"numberOfPages":%s,"pages":%3$s,"status":"ok"}',
                           $1, $2, (least($2, resonate.depth()) + $3 - 1) / $3), $4)::resonate.reply
$$;

COMMENT ON FUNCTION resonate.page(text, bigint, integer, text[]) IS 'A page of what has so many items altogether, of which resonate.depth() can be paged through. data: a JSON text.';

CREATE OR REPLACE FUNCTION resonate.list(items text, total bigint, page_size integer,
    tags text[]) RETURNS resonate.reply
LANGUAGE sql STABLE AS $$
    SELECT resonate.page('[' || coalesce($1, '') || ']', $2, $3, $4)
$$;

COMMENT ON FUNCTION resonate.list(text, bigint, integer, text[]) IS 'A page of a list. items: JSON texts joined by commas, or null for none.';

CREATE OR REPLACE FUNCTION resonate.list_tags(own text, of_items text) RETURNS text[]
LANGUAGE sql STABLE
RETURN resonate.tags(concat_ws(' ', own, resonate.until_release(), of_items));

COMMENT ON FUNCTION resonate.list_tags(text, text) IS 'The tags of a list of what is released: its own, those of its items, and the day on which there will be more.';

-- A page is looked up by its ids, by nested loops: for a hundred of them the
-- planner would rather read tables that it thinks small.

CREATE OR REPLACE FUNCTION resonate.list_tracks(ids uuid[], total bigint, page_size integer,
    caller uuid, tags text) RETURNS resonate.reply
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    items text;
    item_tags text;
BEGIN
    SELECT string_agg(k.body, ',' ORDER BY k.ord), string_agg(k.tags, ' ')
    INTO items, item_tags
    FROM resonate.track_cards($1, $4) k;

    RETURN resonate.list(items, $2, $3, resonate.list_tags($5, item_tags));
END
$$;

COMMENT ON FUNCTION resonate.list_tracks(uuid[], bigint, integer, uuid, text) IS 'A page of tracks. tags: of the list itself, joined by spaces; those of its items are added.';

CREATE OR REPLACE FUNCTION resonate.list_releases(ids uuid[], total bigint, page_size integer,
    tags text) RETURNS resonate.reply
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    items text;
    item_tags text;
BEGIN
    SELECT string_agg(k.body, ',' ORDER BY k.ord), string_agg(k.tags, ' ')
    INTO items, item_tags
    FROM resonate.release_cards($1, NULL) k;

    RETURN resonate.list(items, $2, $3, resonate.list_tags($4, item_tags));
END
$$;

COMMENT ON FUNCTION resonate.list_releases(uuid[], bigint, integer, text) IS 'A page of releases, without their items. tags: as for list_tracks().';

CREATE OR REPLACE FUNCTION resonate.list_with_items(ids uuid[], total bigint, page_size integer,
    caller uuid, tags text) RETURNS resonate.reply
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    releases text;
    item_tags text;
BEGIN
    SELECT string_agg(left(k.body, -1) || ',' || k.detail
                      || ',"items":[' || coalesce(i.body, '') || ']}', ',' ORDER BY k.ord),
           string_agg(concat_ws(' ', k.tags, i.tags), ' ')
    INTO releases, item_tags
    FROM resonate.release_cards($1, $4) k
    LEFT JOIN resonate.items($1, $4, false) i ON i.release_id = k.id
    WHERE k.visible;

    RETURN resonate.list(releases, $2, $3, resonate.list_tags($5, item_tags));
END
$$;

COMMENT ON FUNCTION resonate.list_with_items(uuid[], bigint, integer, uuid, text) IS 'A page of releases with their items, as this caller may see them; hidden tracks are left out for their owner, too. tags: as for list_tracks().';

CREATE OR REPLACE FUNCTION resonate.list_creators(ids uuid[], total bigint, page_size integer,
    tags text) RETURNS resonate.reply
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    items text;
    item_tags text;
BEGIN
    SELECT string_agg(k.body, ',' ORDER BY k.ord), string_agg(k.tags, ' ')
    INTO items, item_tags
    FROM resonate.creator_cards($1) k
    WHERE k.visible;

    RETURN resonate.list(items, $2, $3, resonate.list_tags($4, item_tags));
END
$$;

COMMENT ON FUNCTION resonate.list_creators(uuid[], bigint, integer, text) IS 'A page of artists, bands or labels. tags: as for list_tracks().';

CREATE OR REPLACE FUNCTION resonate.shuffle() RETURNS bigint
LANGUAGE sql STABLE
RETURN extract(epoch FROM date_trunc('minute', now()))::bigint;

COMMENT ON FUNCTION resonate.shuffle() IS 'Seed of the random order: the same for a minute, so that the pages of one shuffle fit together.';
