-- Which answers are not true any more, told to every edge when the transaction
-- commits: one notification on the channel resonate_tags for each tag.
--
-- The triggers are of statements, and only rows that differ in what answers
-- show count.  Nothing is told of plays, holdings, favourites and money,
-- because who tells takes a lock at commit that is there once in a server.
--
-- KIND:ID is told when what answers show of it changes, and of an artist or a
-- person also when something enters or leaves a list of theirs, list:NAME when
-- something does so with a list of all, or changes its place there.

CREATE OR REPLACE FUNCTION resonate.tell(words text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    xact CONSTANT text := pg_current_xact_id()::text;
    told text[] := string_to_array(current_setting('resonate.told', true), ' ');
    tags text[];
BEGIN
    -- a session or a role may have set it to anything
    IF told[1] IS DISTINCT FROM xact THEN
        told := ARRAY[xact];
    END IF;

    tags := ARRAY(SELECT DISTINCT w.tag FROM string_to_table($1, ' ') w (tag)
                  WHERE w.tag <> '' AND w.tag <> ALL (told)
                    AND split_part(w.tag, ':', 1) || ':' <> ALL (told));

    IF cardinality(tags) = 0 THEN
        RETURN;
    END IF;

    -- from the 257th tag of a transaction on, all of the kind
    IF cardinality(told) - 1 + cardinality(tags) > 256 THEN
        tags := ARRAY(SELECT DISTINCT CASE WHEN u.tag ~ '^list:|^[^:]+$' THEN u.tag
                                           ELSE split_part(u.tag, ':', 1) || ':' END
                      FROM unnest(tags) u (tag));
    END IF;

    PERFORM pg_notify('resonate_tags', u.tag) FROM unnest(tags) u (tag);
    PERFORM set_config('resonate.told', array_to_string(told || tags, ' '), true);
END
$$;

COMMENT ON FUNCTION resonate.tell(text) IS 'Tells these tags, joined by spaces, when the transaction commits, each once. Of a transaction with more than 256 it tells KIND:, which is all of that kind.';

CREATE OR REPLACE FUNCTION resonate.tell_all(relation text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE relation
    WHEN 'creator' THEN 'artist: person: list:artists list:updated'
    WHEN 'creator_type' THEN 'artist:'
    WHEN 'media_file' THEN 'track:'
    WHEN 'membership' THEN 'person:'
    WHEN 'person' THEN 'person:'
    WHEN 'playlist' THEN 'playlist: person: list:playlists'
    WHEN 'playlist_item' THEN 'playlist:'
    WHEN 'price_rule' THEN 'prices'
    WHEN 'release' THEN 'trackgroup: artist: list:releases'
    WHEN 'release_disc' THEN 'trackgroup:'
    WHEN 'release_item' THEN 'trackgroup:'
    WHEN 'role' THEN 'person:'
    WHEN 'search_doc' THEN 'list:search'
    WHEN 'setting' THEN '*'
    WHEN 'track' THEN 'track: artist: trackgroup: playlist: list:tracks'
END;

COMMENT ON FUNCTION resonate.tell_all(text) IS 'The tags that stand for whatever a change in this table can touch.';

-- Whether a label is shown may depend on the tracks of its artists, unless it
-- has a release.

CREATE OR REPLACE FUNCTION resonate.tell_of_track(creator_id uuid, artist_ids uuid[],
    released_on date) RETURNS text
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    RETURN CASE WHEN $3 IS NOT NULL THEN
        concat_ws(' ', 'list:tracks', 'artist:' || $1,
                  'artist:' || nullif(array_to_string($2, ' artist:'), ''),
                  (SELECT 'artist:' || l.id
                   FROM resonate.creator c JOIN resonate.creator l ON l.id = c.label_id
                   WHERE c.id = $1 AND (l.released_on <= resonate.today()) IS NOT TRUE)) END;
END
$$;

COMMENT ON FUNCTION resonate.tell_of_track(uuid, uuid[], date) IS 'The tags of the lists that a track with this creator, artists and date is in.';

CREATE OR REPLACE FUNCTION resonate.tell_of_release(creator_id uuid, released_on date)
RETURNS text
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    RETURN concat_ws(' ', 'artist:' || $1,
        CASE WHEN $2 IS NOT NULL THEN
            concat_ws(' ', 'list:releases',
                      (SELECT 'artist:' || c.label_id FROM resonate.creator c WHERE c.id = $1))
        END);
END
$$;

COMMENT ON FUNCTION resonate.tell_of_release(uuid, date) IS 'The tags of the lists that a release with this creator and date is in.';

CREATE OR REPLACE FUNCTION resonate.tell_holders(track_id uuid) RETURNS text
LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
BEGIN
    RETURN concat_ws(' ',
        (SELECT string_agg('trackgroup:' || i.release_id, ' ')
         FROM resonate.release_item i WHERE i.track_id = $1),
        (SELECT string_agg('playlist:' || i.playlist_id, ' ')
         FROM (SELECT p.playlist_id FROM resonate.playlist_item p
               WHERE p.track_id = $1 LIMIT 257) i));
END
$$;

COMMENT ON FUNCTION resonate.tell_holders(uuid) IS 'The tags of the releases and playlists that have a track: those do not name one that they do not show.';

CREATE OR REPLACE FUNCTION resonate.tell_rows() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    amount bigint;
    words text;
BEGIN
    CASE TG_TABLE_NAME
    WHEN 'track' THEN
        SELECT count(*), string_agg(concat_ws(' ', 'track:' || c.id,
            resonate.tell_of_track(c.creator_id, c.artist_ids, c.released_on)), ' ')
        INTO amount, words
        FROM (SELECT id, creator_id, artist_ids, released_on FROM changed LIMIT 257) c;

    WHEN 'release' THEN
        SELECT count(*), string_agg(concat_ws(' ', 'trackgroup:' || c.id,
            resonate.tell_of_release(c.creator_id, c.released_on)), ' ')
        INTO amount, words
        FROM (SELECT id, creator_id, released_on FROM changed LIMIT 257) c;

    WHEN 'creator' THEN
        SELECT count(*), string_agg(concat_ws(' ', 'artist:' || c.id, 'artist:' || c.label_id,
            'person:' || c.owner_id,
            CASE WHEN c.released_on IS NOT NULL THEN 'list:artists list:updated' END), ' ')
        INTO amount, words
        FROM (SELECT id, label_id, owner_id, released_on FROM changed LIMIT 257) c;

    WHEN 'playlist' THEN
        SELECT count(*), string_agg(concat_ws(' ', 'playlist:' || c.id, 'person:' || c.owner_id,
            CASE WHEN NOT c.private THEN 'list:playlists' END), ' ')
        INTO amount, words
        FROM (SELECT id, owner_id, private FROM changed LIMIT 257) c;

    WHEN 'release_item', 'release_disc' THEN
        SELECT count(*), string_agg('trackgroup:' || c.release_id, ' ')
        INTO amount, words
        FROM (SELECT DISTINCT release_id FROM changed LIMIT 257) c;

    WHEN 'playlist_item' THEN
        SELECT count(*), string_agg('playlist:' || c.playlist_id, ' ')
        INTO amount, words
        FROM (SELECT DISTINCT playlist_id FROM changed LIMIT 257) c;

    WHEN 'person' THEN
        SELECT count(*), string_agg('person:' || c.id, ' ') INTO amount, words
        FROM (SELECT id FROM changed LIMIT 257) c;

    WHEN 'membership' THEN
        SELECT count(*), string_agg('person:' || c.person_id, ' ') INTO amount, words
        FROM (SELECT DISTINCT person_id FROM changed LIMIT 257) c;

    ELSE
        SELECT count(*), resonate.tell_all(TG_TABLE_NAME) INTO amount, words
        FROM (SELECT FROM changed LIMIT 1) c;
    END CASE;

    IF amount > 256 THEN
        words := resonate.tell_all(TG_TABLE_NAME);
    END IF;

    IF amount > 0 THEN
        PERFORM resonate.tell(words);
    END IF;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.tell_rows() IS 'Trigger: tells what inserted or deleted rows, the table changed, touch.';

-- A full join is never a nested loop, however few rows the plan was made for.

CREATE OR REPLACE FUNCTION resonate.tell_update() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    amount bigint;
    words text;
BEGIN
    CASE TG_TABLE_NAME
    WHEN 'track' THEN
        SELECT count(*), string_agg(concat_ws(' ', 'track:' || c.id,
            CASE WHEN c.tagged THEN 'list:tracks' END,
            CASE WHEN c.listed THEN concat_ws(' ',
                resonate.tell_of_track(c.old_creator, c.old_artists, c.old_released),
                resonate.tell_of_track(c.new_creator, c.new_artists, c.new_released)) END,
            CASE WHEN c.seen THEN resonate.tell_holders(c.id) END), ' ')
        INTO amount, words
        FROM (SELECT coalesce(n.id, o.id) AS id,
                     o.creator_id AS old_creator, o.artist_ids AS old_artists,
                     o.released_on AS old_released,
                     n.creator_id AS new_creator, n.artist_ids AS new_artists,
                     n.released_on AS new_released,
                     o.tags IS DISTINCT FROM n.tags AND n.released_on IS NOT NULL AS tagged,
                     (o.creator_id, o.artist_ids, o.released_on, o.created_at)
                         IS DISTINCT FROM
                     (n.creator_id, n.artist_ids, n.released_on, n.created_at) AS listed,
                     (o.creator_id, o.released_on, o.status)
                         IS DISTINCT FROM
                     (n.creator_id, n.released_on, n.status) AS seen
              FROM stale o FULL JOIN fresh n ON n.id = o.id
              WHERE (o.creator_id, o.title, o.display_artist, o.year, o.status, o.tags,
                     o.cover_id, o.media_sha256, o.release_id, o.released_on, o.artist_ids,
                     o.lyrics, o.composer, o.isrc, o.copyright, o.created_at)
                        IS DISTINCT FROM
                    (n.creator_id, n.title, n.display_artist, n.year, n.status, n.tags,
                     n.cover_id, n.media_sha256, n.release_id, n.released_on, n.artist_ids,
                     n.lyrics, n.composer, n.isrc, n.copyright, n.created_at)
              LIMIT 257) c;

    WHEN 'release' THEN
        SELECT count(*), string_agg(concat_ws(' ', 'trackgroup:' || c.id,
            CASE WHEN c.named THEN 'artist:' || c.new_creator END,
            CASE WHEN c.listed THEN concat_ws(' ',
                resonate.tell_of_release(c.old_creator, c.old_released),
                resonate.tell_of_release(c.new_creator, c.new_released)) END), ' ')
        INTO amount, words
        FROM (SELECT coalesce(n.id, o.id) AS id,
                     o.creator_id AS old_creator, o.released_on AS old_released,
                     n.creator_id AS new_creator, n.released_on AS new_released,
                     o.slug IS DISTINCT FROM n.slug AS named,
                     (o.creator_id, o.type, o.tags, o.featured, o.released_on, o.created_at,
                      o.deleted_at)
                         IS DISTINCT FROM
                     (n.creator_id, n.type, n.tags, n.featured, n.released_on, n.created_at,
                      n.deleted_at) AS listed
              FROM stale o FULL JOIN fresh n ON n.id = o.id
              WHERE (o.creator_id, o.title, o.type, o.about, o.display_artist, o.tags,
                     o.release_date, o.cover_id, o.private, o.download, o.featured,
                     o.released_on, o.copyright, o.barcode, o.deleted_at, o.created_at,
                     o.loudness_lufs, o.true_peak_dbtp)
                        IS DISTINCT FROM
                    (n.creator_id, n.title, n.type, n.about, n.display_artist, n.tags,
                     n.release_date, n.cover_id, n.private, n.download, n.featured,
                     n.released_on, n.copyright, n.barcode, n.deleted_at, n.created_at,
                     n.loudness_lufs, n.true_peak_dbtp)
              LIMIT 257) c;

    WHEN 'creator' THEN
        SELECT count(*), string_agg(concat_ws(' ', 'artist:' || c.id,
            CASE WHEN c.listed THEN concat_ws(' ', 'artist:' || c.old_label,
                                              'artist:' || c.new_label) END,
            CASE WHEN c.listed AND c.released THEN 'list:artists' END,
            CASE WHEN c.updated AND c.released THEN 'list:updated' END,
            CASE WHEN c.owned THEN concat_ws(' ', 'person:' || c.old_owner,
                                             'person:' || c.new_owner) END), ' ')
        INTO amount, words
        FROM (SELECT coalesce(n.id, o.id) AS id, o.label_id AS old_label,
                     n.label_id AS new_label, o.owner_id AS old_owner, n.owner_id AS new_owner,
                     coalesce(o.released_on, n.released_on) IS NOT NULL AS released,
                     (o.type_id, o.label_id, o.featured, o.released_on, o.sort_name)
                         IS DISTINCT FROM
                     (n.type_id, n.label_id, n.featured, n.released_on, n.sort_name) AS listed,
                     (o.updated_at, o.released_on)
                         IS DISTINCT FROM (n.updated_at, n.released_on) AS updated,
                     o.owner_id IS DISTINCT FROM n.owner_id AS owned
              FROM stale o FULL JOIN fresh n ON n.id = o.id
              WHERE (o.type_id, o.owner_id, o.label_id, o.display_name, o.description,
                     o.short_bio, o.country, o.avatar_id, o.banner_id, o.links::text, o.featured,
                     o.released_on, o.created_at, o.updated_at)
                        IS DISTINCT FROM
                    (n.type_id, n.owner_id, n.label_id, n.display_name, n.description,
                     n.short_bio, n.country, n.avatar_id, n.banner_id, n.links::text, n.featured,
                     n.released_on, n.created_at, n.updated_at)
              LIMIT 257) c;

    WHEN 'playlist' THEN
        SELECT count(*), string_agg(concat_ws(' ', 'playlist:' || c.id,
            CASE WHEN c.listed THEN concat_ws(' ', 'person:' || c.old_owner,
                                              'person:' || c.new_owner) END,
            CASE WHEN c.listed AND c.public THEN 'list:playlists' END), ' ')
        INTO amount, words
        FROM (SELECT coalesce(n.id, o.id) AS id, o.owner_id AS old_owner,
                     n.owner_id AS new_owner,
                     (o.private AND n.private) IS NOT TRUE AS public,
                     (o.owner_id, o.private, o.featured, o.created_at)
                         IS DISTINCT FROM
                     (n.owner_id, n.private, n.featured, n.created_at) AS listed
              FROM stale o FULL JOIN fresh n ON n.id = o.id
              WHERE (o.owner_id, o.title, o.about, o.tags, o.cover_id, o.private, o.featured,
                     o.created_at)
                        IS DISTINCT FROM
                    (n.owner_id, n.title, n.about, n.tags, n.cover_id, n.private, n.featured,
                     n.created_at)
              LIMIT 257) c;

    WHEN 'release_item' THEN
        SELECT count(DISTINCT c.id), string_agg(DISTINCT 'trackgroup:' || c.id, ' ')
        INTO amount, words
        FROM (SELECT unnest(ARRAY[o.release_id, n.release_id]) AS id
              FROM stale o
              FULL JOIN fresh n ON (n.release_id, n.track_id) = (o.release_id, o.track_id)
              WHERE (o.index, o.disc, o.number) IS DISTINCT FROM (n.index, n.disc, n.number)) c;

    WHEN 'release_disc' THEN
        SELECT count(DISTINCT c.id), string_agg(DISTINCT 'trackgroup:' || c.id, ' ')
        INTO amount, words
        FROM (SELECT unnest(ARRAY[o.release_id, n.release_id]) AS id
              FROM stale o FULL JOIN fresh n ON (n.release_id, n.disc) = (o.release_id, o.disc)
              WHERE o.title IS DISTINCT FROM n.title) c;

    WHEN 'playlist_item' THEN
        SELECT count(DISTINCT c.id), string_agg(DISTINCT 'playlist:' || c.id, ' ')
        INTO amount, words
        FROM (SELECT unnest(ARRAY[o.playlist_id, n.playlist_id]) AS id
              FROM stale o
              FULL JOIN fresh n ON (n.playlist_id, n.track_id) = (o.playlist_id, o.track_id)
              WHERE o.index IS DISTINCT FROM n.index) c;

    WHEN 'media_file' THEN
        SELECT count(*), string_agg('track:' || t.id, ' ') INTO amount, words
        FROM (SELECT t.id
              FROM (SELECT coalesce(n.sha256, o.sha256) AS sha256
                    FROM stale o FULL JOIN fresh n ON n.sha256 = o.sha256
                    WHERE (o.path, o.duration_ms, o.loudness_lufs, o.loudness_range_lu,
                           o.true_peak_dbtp, o.waveform, o.files, o.qualities)
                              IS DISTINCT FROM
                          (n.path, n.duration_ms, n.loudness_lufs, n.loudness_range_lu,
                           n.true_peak_dbtp, n.waveform, n.files, n.qualities)) m
              JOIN resonate.track t ON t.media_sha256 = m.sha256
              LIMIT 257) t;

    WHEN 'person' THEN
        SELECT count(*), string_agg('person:' || c.id, ' ') INTO amount, words
        FROM (SELECT coalesce(n.id, o.id) AS id
              FROM stale o FULL JOIN fresh n ON n.id = o.id
              WHERE (o.role_id, o.display_name, o.email, o.email_confirmed, o.country,
                     o.newsletter_notification)
                        IS DISTINCT FROM
                    (n.role_id, n.display_name, n.email, n.email_confirmed, n.country,
                     n.newsletter_notification)
              LIMIT 257) c;

    WHEN 'membership' THEN
        SELECT count(DISTINCT c.id), string_agg(DISTINCT 'person:' || c.id, ' ')
        INTO amount, words
        FROM (SELECT unnest(ARRAY[o.person_id, n.person_id]) AS id
              FROM stale o FULL JOIN fresh n ON n.id = o.id
              WHERE (o.person_id, o.class, o.since, o.until)
                        IS DISTINCT FROM (n.person_id, n.class, n.since, n.until)) c;

    WHEN 'setting' THEN
        SELECT count(*), '*' INTO amount, words
        FROM stale o FULL JOIN fresh n ON n.name = o.name
        WHERE o.value IS DISTINCT FROM n.value;

    WHEN 'search_doc' THEN
        SELECT count(*), 'list:search' INTO amount, words
        FROM (SELECT FROM stale o FULL JOIN fresh n ON n.id = o.id
              WHERE (o.kind, o.title, o.words, o.released_on)
                        IS DISTINCT FROM (n.kind, n.title, n.words, n.released_on)
              LIMIT 1) c;

    -- names of types and roles
    ELSE
        SELECT count(*), resonate.tell_all(TG_TABLE_NAME) INTO amount, words
        FROM stale o FULL JOIN fresh n ON n.id = o.id
        WHERE o.name IS DISTINCT FROM n.name;
    END CASE;

    IF amount > 256 THEN
        words := resonate.tell_all(TG_TABLE_NAME);
    END IF;

    IF amount > 0 THEN
        PERFORM resonate.tell(words);
    END IF;

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.tell_update() IS 'Trigger: tells what rows touch that are fresh and not as they were when stale, in what answers show of them.';

CREATE OR REPLACE FUNCTION resonate.tell_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM resonate.tell(resonate.tell_all(TG_TABLE_NAME));

    RETURN NULL;
END
$$;

COMMENT ON FUNCTION resonate.tell_truncate() IS 'Trigger: tells all that a table touches.';
