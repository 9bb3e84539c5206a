-- Settings, people, their identities, clients.

BEGIN;

SET LOCAL client_min_messages = warning;
SET LOCAL ROLE resonate_owner;

CREATE TABLE IF NOT EXISTS resonate.setting (
    name   text PRIMARY KEY,
    value  text NOT NULL,
    CONSTRAINT setting_url CHECK (name NOT LIKE '%\_url'
        OR value ~ '^https?://[^"\\[:space:]]*[^"\\/[:space:]]$')
);

COMMENT ON TABLE resonate.setting IS 'Facts of the installation: public_url (no trailing slash) and, when images are elsewhere, images_url.';

INSERT INTO resonate.setting (name, value) VALUES ('public_url', 'http://localhost:8080')
ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS resonate.role (
    id    smallint PRIMARY KEY,
    name  text NOT NULL UNIQUE
);

CREATE OR REPLACE VIEW resonate.site AS
SELECT p.value AS public_url, coalesce(i.value, p.value || '/images') AS images_url
FROM resonate.setting p
LEFT JOIN resonate.setting i ON i.name = 'images_url'
WHERE p.name = 'public_url'
OFFSET 0;

COMMENT ON VIEW resonate.site IS 'The settings that answers are made with, as one row. OFFSET 0 keeps it a row: each is read once for a query, not once for a use.';

COMMENT ON TABLE resonate.role IS 'What a person may do beyond what everybody may.';

INSERT INTO resonate.role (id, name)
VALUES (1, 'superadmin'), (2, 'admin'), (3, 'tenantadmin'), (4, 'label'),
       (5, 'artist'), (6, 'user')
ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS resonate.person (
    id                       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    role_id                  smallint NOT NULL DEFAULT 6 REFERENCES resonate.role,
    display_name             text CHECK (length(display_name) BETWEEN 1 AND 200),
    email                    text CHECK (email LIKE '%_@_%' AND length(email) <= 320),
    email_confirmed          boolean NOT NULL DEFAULT false,
    country                  text CHECK (length(country) BETWEEN 1 AND 100),
    newsletter_notification  boolean NOT NULL DEFAULT false,
    created_at               timestamptz NOT NULL DEFAULT now(),
    updated_at               timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX IF NOT EXISTS person_email ON resonate.person (lower(email));
CREATE INDEX IF NOT EXISTS person_display_name ON resonate.person (display_name);
CREATE INDEX IF NOT EXISTS person_role ON resonate.person (role_id) WHERE role_id <> 6;

COMMENT ON TABLE resonate.person IS 'A user: listener, artist or member of staff. Credentials are elsewhere, see resonate.identity.';

CREATE TABLE IF NOT EXISTS resonate.identity (
    issuer      text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 2000),
    subject     text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    person_id   uuid NOT NULL REFERENCES resonate.person ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject, issuer)
);

CREATE INDEX IF NOT EXISTS identity_person ON resonate.identity (person_id);

COMMENT ON TABLE resonate.identity IS 'Who a token speaks of: a subject belongs to its issuer, only the pair names a person.';

CREATE TABLE IF NOT EXISTS resonate.membership (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    person_id   uuid NOT NULL REFERENCES resonate.person ON DELETE CASCADE,
    class       text NOT NULL CHECK (class IN ('listener', 'music', 'worker')),
    since       date NOT NULL DEFAULT resonate.today(),
    until       date CHECK (until >= since),
    UNIQUE (person_id, class, since)
);

COMMENT ON TABLE resonate.membership IS 'Membership of a person in the co-operative.';
COMMENT ON COLUMN resonate.membership.until IS 'last day, null while it lasts';

CREATE TABLE IF NOT EXISTS resonate.client (
    id          text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
    name        text NOT NULL,
    owner_id    uuid REFERENCES resonate.person,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS client_owner ON resonate.client (owner_id);

COMMENT ON TABLE resonate.client IS 'A player application, by its OAuth client id.';

CREATE TABLE IF NOT EXISTS resonate.client_origin (
    origin     text PRIMARY KEY CHECK (origin ~ '^https?://[^/[:space:]]+$'),
    client_id  text NOT NULL REFERENCES resonate.client ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS client_origin_client ON resonate.client_origin (client_id);

COMMENT ON TABLE resonate.client_origin IS 'Web origins a client may call from: scheme, host and port, no path.';

COMMIT;
