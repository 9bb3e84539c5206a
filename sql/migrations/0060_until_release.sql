-- On which day releases come out, for what is true until then.

CREATE INDEX release_day ON resonate.release (released_on) WHERE released_on IS NOT NULL;
