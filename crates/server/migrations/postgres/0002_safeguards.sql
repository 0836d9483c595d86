-- `migrations/sqlite/0004_safeguards.sql` tells what the columns are.

ALTER TABLE key_ids ADD COLUMN used BIGINT;
ALTER TABLE key_ids ADD COLUMN retired BIGINT;
CREATE INDEX credentials_by_setup ON credentials (setup_kid);
CREATE INDEX credentials_by_sealing_key ON credentials (substr(questions, 1, 16)) WHERE questions IS NOT NULL;

CREATE TABLE webhook_keys (
    id TEXT COLLATE "C" PRIMARY KEY,
    created BIGINT NOT NULL,
    public BYTEA NOT NULL
);

CREATE TABLE audit_seals (
    seq BIGINT PRIMARY KEY,
    audit BIGINT NOT NULL UNIQUE,
    hash BYTEA NOT NULL,
    kid TEXT COLLATE "C" NOT NULL,
    mac BYTEA NOT NULL
);

CREATE TABLE audit_head (
    only_one BIGINT PRIMARY KEY CHECK (only_one = 1),
    seq BIGINT NOT NULL,
    audit BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    kid TEXT COLLATE "C" NOT NULL,
    mac BYTEA NOT NULL
);
INSERT INTO audit_head (only_one, seq, audit, hash, kid, mac)
    VALUES (1, 0, 0, '\x0000000000000000000000000000000000000000000000000000000000000000', '', '');
