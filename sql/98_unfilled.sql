-- Fills what a migration made and triggers keep, once, now that the triggers are
-- there: nothing is changed between.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM resonate.upkeep u WHERE u.job = 'lists') THEN
        PERFORM resonate.recount_lists();
    END IF;
END
$$;
