-- Whom to tell, what is still to be told, and what became of each try.

-- An event is delivered to each subscription on its own; see deliveries.
ALTER TABLE outbox DROP COLUMN delivered;
CREATE INDEX outbox_by_age ON outbox (created);

CREATE TABLE subscriptions (
    id       TEXT PRIMARY KEY,
    app      TEXT NOT NULL REFERENCES apps (id),
    name     TEXT NOT NULL,
    endpoint TEXT NOT NULL,             -- as the host wrote it
    enabled  INTEGER NOT NULL,
    types    TEXT NOT NULL,             -- notification types, separated by spaces
    created  INTEGER NOT NULL,
    updated  INTEGER NOT NULL
) STRICT;
CREATE INDEX subscriptions_by_app ON subscriptions (app, created);

-- One event for one subscription, written in the event's transaction. The body is sent to the byte in every try.
CREATE TABLE deliveries (
    id           TEXT PRIMARY KEY,      -- the notificationId
    subscription TEXT NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    type         TEXT NOT NULL,
    body         TEXT NOT NULL,
    created      INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    due          INTEGER,               -- when to try next, or when a claim lapses; NULL: no more
    owner        TEXT,                  -- the gateway that tries now
    delivered    INTEGER,
    dead         INTEGER                -- when it was given up
) STRICT;
CREATE INDEX deliveries_due ON deliveries (subscription, due) WHERE due IS NOT NULL;
CREATE INDEX deliveries_dead ON deliveries (dead) WHERE dead IS NOT NULL;
CREATE INDEX deliveries_by_age ON deliveries (created);

-- Kept apart from the subscription, so that it tells of deleted ones too. Never a body, an address or a key.
CREATE TABLE delivery_attempts (
    id           INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    subscription TEXT NOT NULL,
    delivery     TEXT NOT NULL,
    attempt      INTEGER NOT NULL,
    status       INTEGER,               -- HTTP, if there was an answer
    error        TEXT,                  -- the class of the failure, if there was none
    millis       INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_attempts_by_age ON delivery_attempts (at);
CREATE INDEX delivery_attempts_by_subscription ON delivery_attempts (subscription, id);
