-- Times are Unix milliseconds. Identities are UUIDs as text, but for a run (16 bytes) and a credential (16 bytes).

-- Who runs apps. Its apps share an owner and nothing else.
CREATE TABLE entities (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,             -- for the operator
    created INTEGER NOT NULL
) STRICT;

-- Everything a host owns hangs on an app: keys, origins, users and what they have.
CREATE TABLE apps (
    id         TEXT PRIMARY KEY,
    entity     TEXT NOT NULL REFERENCES entities (id),
    name       TEXT NOT NULL,          -- for the operator
    is_default INTEGER NOT NULL,       -- 1 for the app made at the first start, to which the settings' keys belong
    created    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX apps_default ON apps (is_default) WHERE is_default = 1;

-- Pages that may run the widget for an app, beside those that the settings name for the first one.
CREATE TABLE app_origins (
    app     TEXT NOT NULL REFERENCES apps (id),
    origin  TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (app, origin)
) STRICT;
CREATE INDEX app_origins_by_origin ON app_origins (origin);

CREATE TABLE api_keys (
    id          TEXT PRIMARY KEY,      -- the middle part of the key, which is no secret
    app         TEXT NOT NULL REFERENCES apps (id),
    hash        BLOB NOT NULL UNIQUE,  -- SHA-256 of the whole key: 256 random bits need no slower hash
    environment TEXT NOT NULL,         -- TEST, LIVE
    label       TEXT NOT NULL,
    created     INTEGER NOT NULL,
    revoked     INTEGER
) STRICT;
CREATE INDEX api_keys_by_app ON api_keys (app);

CREATE TABLE users (
    id      TEXT PRIMARY KEY,
    app     TEXT NOT NULL REFERENCES apps (id),
    user_id TEXT NOT NULL,             -- the host's name for them
    status  TEXT NOT NULL,             -- ENABLED, DISABLED
    created INTEGER NOT NULL,
    pin_unlocked_at     INTEGER,       -- when an operator last lifted a lock; kept when the credential is replaced
    answers_unlocked_at INTEGER,
    UNIQUE (app, user_id)
) STRICT;
CREATE INDEX users_by_app ON users (app, created, id);

-- At most one of a kind: a new PIN is a new row, and the old one is deleted.
CREATE TABLE credentials (
    id           BLOB PRIMARY KEY,
    user         TEXT NOT NULL REFERENCES users (id),
    kind         INTEGER NOT NULL,     -- 1 pin, 2 answers
    setup_kid    TEXT NOT NULL,        -- the OPAQUE setup the record belongs to
    record       BLOB NOT NULL,        -- confirms no guess without that setup
    wrap         BLOB NOT NULL,
    ksf_m_kib    INTEGER NOT NULL,
    ksf_t        INTEGER NOT NULL,
    ksf_p        INTEGER NOT NULL,
    answer_rule  INTEGER NOT NULL,     -- 0 for a PIN
    questions    BLOB,                 -- sealed with the storage key
    failed       INTEGER NOT NULL DEFAULT 0,
    consecutive  INTEGER NOT NULL DEFAULT 0,
    locked_at    INTEGER,
    locked_until INTEGER,
    created      INTEGER NOT NULL,
    UNIQUE (user, kind)
) STRICT;

CREATE TABLE challenges (
    id             TEXT PRIMARY KEY,
    user           TEXT NOT NULL REFERENCES users (id),
    type           TEXT NOT NULL,
    status         TEXT NOT NULL,      -- PENDING, COMPLETE, FAILED, EXPIRED; IN_PROGRESS follows from the runs
    error_code     INTEGER,
    correlation_id TEXT NOT NULL,
    created        INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX challenges_by_user ON challenges (user, created);
CREATE INDEX challenges_pending ON challenges (expires_at) WHERE status = 'PENDING';

CREATE TABLE runs (
    challenge               TEXT NOT NULL REFERENCES challenges (id),
    run                     BLOB NOT NULL,
    user                    TEXT NOT NULL REFERENCES users (id),
    token_hash              BLOB NOT NULL,    -- SHA-256 of the session token: a run belongs to one session
    opening                 BLOB NOT NULL,    -- hash of OPEN's sealed request and reply: a proof belongs to them
    last_seq                INTEGER NOT NULL,
    ratchet_seq             INTEGER,          -- later messages are under the ratcheted key
    proved                  BLOB,             -- the credential that was proved
    registration_open_until INTEGER,
    state                   BLOB,             -- sealed with the storage key; gone when the run ends
    opened                  INTEGER NOT NULL,
    ended                   INTEGER,
    PRIMARY KEY (challenge, run)
) STRICT;
CREATE INDEX runs_by_user ON runs (user);
CREATE INDEX runs_by_age ON runs (opened);

-- What was answered, so that the same bytes again get the same answer. A guess is here from its charge on,
-- its reply only after it was evaluated.
CREATE TABLE seen (
    challenge    TEXT NOT NULL,
    run          BLOB NOT NULL,
    seq          INTEGER NOT NULL,
    request_hash BLOB NOT NULL,
    code         INTEGER,              -- NULL: no reply yet; 0: success
    reply        BLOB,                 -- sealed
    left         INTEGER,              -- after the charge, for a guess
    locked_until INTEGER,
    PRIMARY KEY (challenge, run, seq),
    FOREIGN KEY (challenge, run) REFERENCES runs (challenge, run) ON DELETE CASCADE
) STRICT;

CREATE TABLE idempotency (
    user      TEXT NOT NULL REFERENCES users (id),
    endpoint  TEXT NOT NULL,
    key       TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    challenge TEXT NOT NULL REFERENCES challenges (id),
    created   INTEGER NOT NULL,
    PRIMARY KEY (user, endpoint, key)
) STRICT;

-- Events for the host, written in the transaction that made them true; delivered later.
CREATE TABLE outbox (
    id        TEXT PRIMARY KEY,
    challenge TEXT NOT NULL REFERENCES challenges (id),
    status    TEXT NOT NULL,
    error_code INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    delivered INTEGER
) STRICT;

-- What was done to a credential or by an operator. Without an operator it was the person.
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    operator  TEXT,
    event     TEXT NOT NULL,
    app       TEXT,
    user      TEXT,
    challenge TEXT,
    subject   TEXT                     -- what else it was done to, such as a key's id or an origin
) STRICT;
