-- Wallets that Magic holds (a retired API): their keys, and the rotations of them. Every key is sealed with the storage key, under
-- the app and the wallet as associated data. See docs/magic.md.
CREATE TABLE magic_wallets (
    id                TEXT PRIMARY KEY,
    app               TEXT NOT NULL REFERENCES apps (id),
    person            TEXT NOT NULL REFERENCES users (id),
    wallet            TEXT NOT NULL,                -- Magic's name for it
    wallet_group      TEXT NOT NULL,                -- Magic's name for its group
    network           TEXT NOT NULL,
    label             TEXT NOT NULL,                -- what the person may know it by
    version           INTEGER NOT NULL DEFAULT 0,   -- of the context in use
    state             INTEGER NOT NULL DEFAULT 1,   -- 1 idle, 2 rotating, 3 done, 4 unknown, 5 frozen
    access_key        BLOB NOT NULL,                -- sealed
    recovery_key      BLOB NOT NULL,                -- sealed
    previous_access   BLOB,                         -- the generation before, sealed
    previous_recovery BLOB,
    idempotency_key   TEXT NOT NULL,
    body_hash         BLOB NOT NULL,
    place             INTEGER NOT NULL,             -- 0, 1, 2 … for each person, in the order of registration
    created           INTEGER NOT NULL,
    updated           INTEGER NOT NULL,
    UNIQUE (app, wallet)
) STRICT;
CREATE INDEX magic_wallets_by_user ON magic_wallets (person, place);

-- One rotation of one wallet, written down before Magic is called.
CREATE TABLE magic_rotations (
    id        TEXT PRIMARY KEY,
    wallet    TEXT NOT NULL REFERENCES magic_wallets (id),
    challenge TEXT NOT NULL REFERENCES challenges (id),
    version   INTEGER NOT NULL,           -- of the new context
    context   BLOB,                       -- sealed; gone when it is over
    stage     TEXT NOT NULL,              -- ASKED, SENT, RECEIVED, UNKNOWN, DONE, FROZEN
    lost      INTEGER NOT NULL DEFAULT 0, -- calls of which nobody knows what became
    waits     INTEGER NOT NULL DEFAULT 0, -- calls that did not come through, one after the other
    due       INTEGER,                    -- when to go on, or when a claim lapses; NULL: nothing goes on by itself
    owner     TEXT,                       -- the gateway that works on it now
    created   INTEGER NOT NULL,
    finished  INTEGER
) STRICT;
CREATE INDEX magic_rotations_due ON magic_rotations (due) WHERE due IS NOT NULL;
CREATE INDEX magic_rotations_by_wallet ON magic_rotations (wallet, created);
CREATE UNIQUE INDEX magic_rotations_one_at_a_time ON magic_rotations (wallet) WHERE finished IS NULL;

-- What Magic answered, to the byte, written before anything is made of it.
CREATE TABLE magic_replies (
    rotation TEXT NOT NULL REFERENCES magic_rotations (id),
    number   INTEGER NOT NULL, -- 1, 2, 3 … for each rotation
    at       INTEGER NOT NULL,
    status   INTEGER NOT NULL, -- HTTP
    body     BLOB NOT NULL,    -- sealed: it holds keys
    PRIMARY KEY (rotation, number)
) STRICT;
