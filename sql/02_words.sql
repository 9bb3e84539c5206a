-- What columns are made with: of all functions, the ones that must be there
-- before the tables are.  They are replaced, never dropped.

CREATE OR REPLACE FUNCTION resonate.today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (now() AT TIME ZONE 'UTC')::date;

COMMENT ON FUNCTION resonate.today() IS 'The date by which releases come out: UTC, whatever the session says.';

CREATE OR REPLACE FUNCTION resonate.fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));

COMMENT ON FUNCTION resonate.fold(text) IS 'Lower case without accents, for keys, sorting and search. Immutable as long as the unaccent rules are: reindex after changing them.';

CREATE OR REPLACE FUNCTION resonate.words(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(resonate.fold(value),
                            '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+', ' ', 'g'));

COMMENT ON FUNCTION resonate.words(text) IS 'Folded words separated by single spaces. Only ASCII punctuation separates, so the result does not depend on the locale of the cluster.';
