-- Everybody has a name to be shown: a token's, or a number.

UPDATE resonate.person p SET display_name = 'listener-' || lpad((random() * 999999)::integer::text, 6, '0')
WHERE p.display_name IS NULL;

ALTER TABLE resonate.person
    ALTER COLUMN display_name SET DEFAULT 'listener-' || lpad((random() * 999999)::integer::text, 6, '0'),
    ALTER COLUMN display_name SET NOT NULL;

-- Names are no keys: anybody may take any.
DROP INDEX resonate.person_display_name;

COMMENT ON COLUMN resonate.person.display_name IS 'what others are shown: anybody may take any name, so it is no key';
