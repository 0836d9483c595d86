-- `migrations/sqlite/0005_wallets.sql` tells what the columns are.

CREATE TABLE wallets (
    person TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id),
    id BYTEA NOT NULL,
    user_share BYTEA NOT NULL,
    gateway_share BYTEA NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX wallets_by_sealing_key ON wallets (substr(gateway_share, 1, 16));

CREATE TABLE wallet_addresses (
    person TEXT COLLATE "C" NOT NULL REFERENCES wallets (person),
    chain BIGINT NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (person, chain)
);
