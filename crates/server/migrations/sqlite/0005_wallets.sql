-- Wallets: two shares of a seed, neither of which tells anything of it alone, and what everybody may know.
CREATE TABLE wallets (
    person        TEXT PRIMARY KEY REFERENCES users (id), -- one wallet a person
    id            BLOB NOT NULL,    -- 16 random bytes; in both shares' associated data
    user_share    BLOB NOT NULL,    -- sealed on the device under the person's data key
    gateway_share BLOB NOT NULL,    -- sealed with the storage key
    created       INTEGER NOT NULL
) STRICT;
CREATE INDEX wallets_by_sealing_key ON wallets (substr(gateway_share, 1, 16));

CREATE TABLE wallet_addresses (
    person  TEXT NOT NULL REFERENCES wallets (person),
    chain   INTEGER NOT NULL,       -- 1 ethereum, 2 solana
    address TEXT NOT NULL,
    path    TEXT NOT NULL,
    PRIMARY KEY (person, chain)
) STRICT;
