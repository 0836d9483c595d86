-- Codes by e-mail as a way back. Times are Unix milliseconds.

-- Whose way back an address is (a part of). Without a row: the answers, if those are set.
CREATE TABLE recovery_emails (
    person   TEXT PRIMARY KEY REFERENCES users (id),
    address  BLOB NOT NULL, -- sealed with the storage key
    data_key BLOB,          -- sealed with the recovery key; NULL where the answers are asked for beside the code
    created  INTEGER NOT NULL
) STRICT;
CREATE INDEX recovery_emails_by_sealing_key ON recovery_emails (substr(address, 1, 16));
CREATE INDEX recovery_emails_by_recovery_key ON recovery_emails (substr(data_key, 1, 16)) WHERE data_key IS NOT NULL;

-- The code that was last sent, and the guesses at all of them. A table of its own: what is here is nothing to a program that
-- does not know codes, and such a program may still be running.
CREATE TABLE codes (
    person       TEXT PRIMARY KEY REFERENCES users (id),
    id           BLOB NOT NULL UNIQUE,
    setup_kid    TEXT NOT NULL,        -- the OPAQUE setup the record belongs to
    record       BLOB NOT NULL,        -- empty when the code was used or is too old
    wrap         BLOB NOT NULL,        -- empty, too, where a code opens nothing by itself
    ksf_m_kib    INTEGER NOT NULL,
    ksf_t        INTEGER NOT NULL,
    ksf_p        INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,     -- 0 when the code was used
    failed       INTEGER NOT NULL DEFAULT 0,
    consecutive  INTEGER NOT NULL DEFAULT 0,
    locked_at    INTEGER,
    locked_until INTEGER,
    unlocked_at  INTEGER,              -- when an operator last lifted a lock
    created      INTEGER NOT NULL
) STRICT;
CREATE INDEX codes_by_setup ON codes (setup_kid);
CREATE INDEX codes_by_age ON codes (expires_at) WHERE expires_at > 0;

-- When codes were sent lately: to a user, and to an address, which stands here as a keyed hash.
CREATE TABLE codes_sent (
    tag   BLOB PRIMARY KEY,
    times BLOB NOT NULL,               -- of the last hour, 8 bytes each, big-endian, the oldest first
    last  INTEGER NOT NULL
) STRICT;
CREATE INDEX codes_sent_by_age ON codes_sent (last);
