-- `migrations/sqlite/0008_planbok.sql` tells what the columns are.

CREATE TABLE customers (
    person TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id),
    app TEXT COLLATE "C" NOT NULL REFERENCES apps (id),
    name TEXT COLLATE "C" NOT NULL,
    ref_id TEXT COLLATE "C",
    UNIQUE (app, ref_id)
);

CREATE TABLE redirects (
    challenge TEXT COLLATE "C" PRIMARY KEY REFERENCES challenges (id),
    url TEXT COLLATE "C" NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    ticket BYTEA NOT NULL,
    used BIGINT,
    resume BYTEA,
    ended TEXT COLLATE "C",
    error_code BIGINT
);

ALTER TABLE subscriptions ADD COLUMN secret BYTEA;
