-- Whoever logs in with a new name has something to spend, as the listener has.
-- Not in the schema resonate: sql/all.sql takes away what it does not know.
-- psql's variable: amount, in milli-credits.

BEGIN;

CREATE SCHEMA IF NOT EXISTS demo;

CREATE OR REPLACE FUNCTION demo.welcome() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM resonate.posting g
                   JOIN resonate.account a ON a.id = g.account_id
                   WHERE a.person_id = NEW.person_id)
    THEN
        PERFORM resonate.credit(NEW.person_id, TG_ARGV[0]::bigint, NULL);
    END IF;

    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER welcome AFTER INSERT ON resonate.identity
FOR EACH ROW EXECUTE FUNCTION demo.welcome(:amount);

COMMIT;
