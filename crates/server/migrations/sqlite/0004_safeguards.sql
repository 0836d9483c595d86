-- The key ring's keys: which a gateway seals, signs or registers with, and which are retired.
ALTER TABLE key_ids ADD COLUMN used INTEGER;    -- when a gateway last said that it is the newest it has
ALTER TABLE key_ids ADD COLUMN retired INTEGER; -- when an operator retired it: no gateway uses it any more
CREATE INDEX credentials_by_setup ON credentials (setup_kid);
CREATE INDEX credentials_by_sealing_key ON credentials (substr(questions, 1, 16)) WHERE questions IS NOT NULL;

-- Public keys of webhooks, of retired keys and of other nodes' too: what was signed must verify for as long as it is kept.
CREATE TABLE webhook_keys (
    id      TEXT PRIMARY KEY,
    created INTEGER NOT NULL,
    public  BLOB NOT NULL       -- sealed with the storage key: whoever can write here must not make one of their own ours
) STRICT;

-- The audit's chain: a link for each row, in order, added after the row was written. See docs/operating.md.
CREATE TABLE audit_seals (
    seq   INTEGER PRIMARY KEY,  -- 1, 2, 3 …
    audit INTEGER NOT NULL UNIQUE,
    hash  BLOB NOT NULL,        -- SHA-256 of the hash before it, the number and the row
    kid   TEXT NOT NULL,        -- the storage key that the next column's key comes from
    mac   BLOB NOT NULL         -- HMAC-SHA-256 of number and hash
) STRICT;

-- Where the chain ends. Without it, links at the end could be taken away.
CREATE TABLE audit_head (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    seq      INTEGER NOT NULL,
    audit    INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    kid      TEXT NOT NULL,
    mac      BLOB NOT NULL
) STRICT;
INSERT INTO audit_head (only_one, seq, audit, hash, kid, mac) VALUES (1, 0, 0, zeroblob(32), '', x'');
