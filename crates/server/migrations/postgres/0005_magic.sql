-- `migrations/sqlite/0007_magic.sql` tells what the columns are.

CREATE TABLE magic_wallets (
    id TEXT COLLATE "C" PRIMARY KEY,
    app TEXT COLLATE "C" NOT NULL REFERENCES apps (id),
    person TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    wallet TEXT COLLATE "C" NOT NULL,
    wallet_group TEXT COLLATE "C" NOT NULL,
    network TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    state BIGINT NOT NULL DEFAULT 1,
    access_key BYTEA NOT NULL,
    recovery_key BYTEA NOT NULL,
    previous_access BYTEA,
    previous_recovery BYTEA,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    body_hash BYTEA NOT NULL,
    place BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    UNIQUE (app, wallet)
);
CREATE INDEX magic_wallets_by_user ON magic_wallets (person, place);

CREATE TABLE magic_rotations (
    id TEXT COLLATE "C" PRIMARY KEY,
    wallet TEXT COLLATE "C" NOT NULL REFERENCES magic_wallets (id),
    challenge TEXT COLLATE "C" NOT NULL REFERENCES challenges (id),
    version BIGINT NOT NULL,
    context BYTEA,
    stage TEXT COLLATE "C" NOT NULL,
    lost BIGINT NOT NULL DEFAULT 0,
    waits BIGINT NOT NULL DEFAULT 0,
    due BIGINT,
    owner TEXT COLLATE "C",
    created BIGINT NOT NULL,
    finished BIGINT
);
CREATE INDEX magic_rotations_due ON magic_rotations (due) WHERE due IS NOT NULL;
CREATE INDEX magic_rotations_by_wallet ON magic_rotations (wallet, created);
CREATE UNIQUE INDEX magic_rotations_one_at_a_time ON magic_rotations (wallet) WHERE finished IS NULL;

CREATE TABLE magic_replies (
    rotation TEXT COLLATE "C" NOT NULL REFERENCES magic_rotations (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    status BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (rotation, number)
);
