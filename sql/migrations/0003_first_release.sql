-- The earliest release of a creator is one look-up.

CREATE INDEX release_first ON resonate.release (creator_id, released_on) WHERE released_on IS NOT NULL;
