-- What every answer is made with.

CREATE OR REPLACE FUNCTION resonate.answer(status integer, body text, tags text[] DEFAULT '{}')
RETURNS resonate.reply
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(status, body, tags)::resonate.reply;

COMMENT ON FUNCTION resonate.answer(integer, text, text[]) IS 'A reply.';

CREATE OR REPLACE VIEW resonate.site AS
SELECT p.value AS public_url, coalesce(i.value, p.value || '/images') AS images_url
FROM resonate.setting p
LEFT JOIN resonate.setting i ON i.name = 'images_url'
WHERE p.name = 'public_url'
OFFSET 0;

COMMENT ON VIEW resonate.site IS 'The settings that answers are made with, as one row. OFFSET 0 keeps it a row: each is read once for a query, not once for a use.';

CREATE OR REPLACE FUNCTION resonate.visible(released_on date, status text, owner uuid,
    caller uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(released_on <= resonate.today(), false)
       OR coalesce(status <> 'deleted' AND owner = caller, false);

COMMENT ON FUNCTION resonate.visible(date, text, uuid, uuid) IS 'Whether a track of that date and status, by a creator of that owner, is there for this caller: released, or their own.';

CREATE OR REPLACE FUNCTION resonate.line(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN btrim(regexp_replace(value, '\s+', ' ', 'g'));

COMMENT ON FUNCTION resonate.line(text) IS 'A title or name as one line.';
