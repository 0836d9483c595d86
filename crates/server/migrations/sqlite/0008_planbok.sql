-- Planbok's API face: what a host calls a person beside their id, and challenges that are carried out on a page of ours.

CREATE TABLE customers (
    person TEXT PRIMARY KEY REFERENCES users (id),
    app    TEXT NOT NULL REFERENCES apps (id),
    name   TEXT NOT NULL,  -- for the host
    ref_id TEXT,           -- the host's own name for them
    UNIQUE (app, ref_id)
) STRICT;

-- Where a challenge's page is opened from, and where it goes back to.
CREATE TABLE redirects (
    challenge   TEXT PRIMARY KEY REFERENCES challenges (id),
    url         TEXT NOT NULL,   -- the host's, of one of its app's origins when it was asked for
    environment TEXT NOT NULL,   -- TEST, LIVE: of the key that asked
    ticket      BLOB NOT NULL,   -- SHA-256 of the ticket in the link: 256 random bits need no slower hash
    used        INTEGER,         -- when the ticket was
    resume      BLOB,            -- SHA-256 of the cookie that a reload brings
    ended       TEXT,            -- cancelled, failed: what the page told; NULL while the challenge's status says it all
    error_code  INTEGER
) STRICT;

-- A subscription with a secret is told Planbok's events in Planbok's form; one without, Circle's.
ALTER TABLE subscriptions ADD COLUMN secret BLOB; -- sealed with the storage key
