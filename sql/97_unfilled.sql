-- Fills what a migration made and triggers keep, once.  It locks what that is made
-- of until all of this is committed, the triggers too: nothing is changed
-- between.  Before the triggers, for they lock the table of plays as well.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM resonate.upkeep u WHERE u.job = 'lists') THEN
        PERFORM resonate.recount_lists();
    END IF;
END
$$;
