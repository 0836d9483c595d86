-- The tables of both databases are the same; `migrations/sqlite` tells what the columns are.
--
-- Text is compared by its bytes (COLLATE "C"), as SQLite does, whatever the database's own order. `rowid` is what SQLite has by
-- itself: the order in which rows came.

-- Who runs apps. Its apps share an owner and nothing else.
CREATE TABLE entities (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL, -- for the operator
    created BIGINT NOT NULL
);

-- Everything a host owns hangs on an app: keys, origins, users and what they have.
CREATE TABLE apps (
    id TEXT COLLATE "C" PRIMARY KEY,
    entity TEXT COLLATE "C" NOT NULL REFERENCES entities (id),
    name TEXT COLLATE "C" NOT NULL, -- for the operator
    is_default BIGINT NOT NULL, -- 1 for the app made at the first start, to which the settings' keys belong
    created BIGINT NOT NULL
);
CREATE UNIQUE INDEX apps_default ON apps (is_default) WHERE is_default = 1;

-- Pages that may run the widget for an app, beside those that the settings name for the first one.
CREATE TABLE app_origins (
    app TEXT COLLATE "C" NOT NULL REFERENCES apps (id),
    origin TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (app, origin)
);
CREATE INDEX app_origins_by_origin ON app_origins (origin);

CREATE TABLE api_keys (
    id TEXT COLLATE "C" PRIMARY KEY, -- the middle part of the key, which is no secret
    app TEXT COLLATE "C" NOT NULL REFERENCES apps (id),
    hash BYTEA NOT NULL UNIQUE, -- SHA-256 of the whole key: 256 random bits need no slower hash
    environment TEXT COLLATE "C" NOT NULL, -- TEST, LIVE
    label TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    revoked BIGINT
);
CREATE INDEX api_keys_by_app ON api_keys (app);

CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY,
    app TEXT COLLATE "C" NOT NULL REFERENCES apps (id),
    user_id TEXT COLLATE "C" NOT NULL, -- the host's name for them
    status TEXT COLLATE "C" NOT NULL, -- ENABLED, DISABLED
    created BIGINT NOT NULL,
    pin_unlocked_at BIGINT, -- when an operator last lifted a lock; kept when the credential is replaced
    answers_unlocked_at BIGINT,
    UNIQUE (app, user_id)
);
CREATE INDEX users_by_app ON users (app, created, id);

-- At most one of a kind: a new PIN is a new row, and the old one is deleted.
CREATE TABLE credentials (
    id BYTEA PRIMARY KEY,
    person TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    kind BIGINT NOT NULL, -- 1 pin, 2 answers
    setup_kid TEXT COLLATE "C" NOT NULL, -- the OPAQUE setup the record belongs to
    record BYTEA NOT NULL, -- confirms no guess without that setup
    wrap BYTEA NOT NULL,
    ksf_m_kib BIGINT NOT NULL,
    ksf_t BIGINT NOT NULL,
    ksf_p BIGINT NOT NULL,
    answer_rule BIGINT NOT NULL, -- 0 for a PIN
    questions BYTEA, -- sealed with the storage key
    failed BIGINT NOT NULL DEFAULT 0,
    consecutive BIGINT NOT NULL DEFAULT 0,
    locked_at BIGINT,
    locked_until BIGINT,
    created BIGINT NOT NULL,
    UNIQUE (person, kind)
);

CREATE TABLE challenges (
    id TEXT COLLATE "C" PRIMARY KEY,
    person TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    type TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL, -- PENDING, COMPLETE, FAILED, EXPIRED; IN_PROGRESS follows from the runs
    error_code BIGINT,
    correlation_id TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX challenges_by_user ON challenges (person, created);
CREATE INDEX challenges_pending ON challenges (expires_at) WHERE status = 'PENDING';

CREATE TABLE runs (
    challenge TEXT COLLATE "C" NOT NULL REFERENCES challenges (id),
    run BYTEA NOT NULL,
    person TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    token_hash BYTEA NOT NULL, -- SHA-256 of the session token: a run belongs to one session
    opening BYTEA NOT NULL, -- hash of OPEN's sealed request and reply: a proof belongs to them
    last_seq BIGINT NOT NULL,
    ratchet_seq BIGINT, -- later messages are under the ratcheted key
    proved BYTEA, -- the credential that was proved
    registration_open_until BIGINT,
    state BYTEA, -- sealed with the storage key; gone when the run ends
    opened BIGINT NOT NULL,
    ended BIGINT,
    PRIMARY KEY (challenge, run)
);
CREATE INDEX runs_by_user ON runs (person);
CREATE INDEX runs_by_age ON runs (opened);

-- What was answered, so that the same bytes again get the same answer. A guess is here from its charge on,
-- its reply only after it was evaluated.
CREATE TABLE seen (
    challenge TEXT COLLATE "C" NOT NULL,
    run BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    request_hash BYTEA NOT NULL,
    code BIGINT, -- NULL: no reply yet; 0: success
    reply BYTEA, -- sealed
    tries_left BIGINT, -- after the charge, for a guess
    locked_until BIGINT,
    PRIMARY KEY (challenge, run, seq),
    FOREIGN KEY (challenge, run) REFERENCES runs (challenge, run) ON DELETE CASCADE
);

CREATE TABLE idempotency (
    person TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    endpoint TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    body_hash BYTEA NOT NULL,
    challenge TEXT COLLATE "C" NOT NULL REFERENCES challenges (id),
    created BIGINT NOT NULL,
    PRIMARY KEY (person, endpoint, key)
);

-- Events for the host, written in the transaction that made them true; delivered later.
CREATE TABLE outbox (
    id TEXT COLLATE "C" PRIMARY KEY,
    challenge TEXT COLLATE "C" NOT NULL REFERENCES challenges (id),
    status TEXT COLLATE "C" NOT NULL,
    error_code BIGINT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX outbox_by_age ON outbox (created);

-- What was done to a credential or by an operator. Without an operator it was the person.
CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    operator TEXT COLLATE "C",
    event TEXT COLLATE "C" NOT NULL,
    app TEXT COLLATE "C",
    person TEXT COLLATE "C",
    challenge TEXT COLLATE "C",
    subject TEXT COLLATE "C" -- what else it was done to, such as a key's id or an origin
);

-- Webhooks: whom to tell, what is still to be told, and what became of each try.

CREATE TABLE subscriptions (
    id TEXT COLLATE "C" PRIMARY KEY,
    app TEXT COLLATE "C" NOT NULL REFERENCES apps (id),
    name TEXT COLLATE "C" NOT NULL,
    endpoint TEXT COLLATE "C" NOT NULL, -- as the host wrote it
    enabled BOOLEAN NOT NULL,
    types TEXT COLLATE "C" NOT NULL, -- notification types, separated by spaces
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    rowid BIGINT GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX subscriptions_by_app ON subscriptions (app, created);

-- One event for one subscription, written in the event's transaction. The body is sent to the byte in every try.
CREATE TABLE deliveries (
    id TEXT COLLATE "C" PRIMARY KEY, -- the notificationId
    subscription TEXT COLLATE "C" NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    type TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    due BIGINT, -- when to try next, or when a claim lapses; NULL: no more
    owner TEXT COLLATE "C", -- the gateway that tries now
    delivered BIGINT,
    dead BIGINT, -- when it was given up
    rowid BIGINT GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX deliveries_due ON deliveries (subscription, due) WHERE due IS NOT NULL;
CREATE INDEX deliveries_dead ON deliveries (dead) WHERE dead IS NOT NULL;
CREATE INDEX deliveries_by_age ON deliveries (created);

-- Kept apart from the subscription, so that it tells of deleted ones too. Never a body, an address or a key.
CREATE TABLE delivery_attempts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    subscription TEXT COLLATE "C" NOT NULL,
    delivery TEXT COLLATE "C" NOT NULL,
    attempt BIGINT NOT NULL,
    status BIGINT, -- HTTP, if there was an answer
    error TEXT COLLATE "C", -- the class of the failure, if there was none
    millis BIGINT NOT NULL
);
CREATE INDEX delivery_attempts_by_age ON delivery_attempts (at);
CREATE INDEX delivery_attempts_by_subscription ON delivery_attempts (subscription, id);

-- Which keys the nodes on this database have, by their `kid`: a node with another key ring must not serve.
CREATE TABLE key_ids (
    purpose TEXT COLLATE "C" NOT NULL,
    kid TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (purpose, kid)
);

-- The oldest migration that a program must know to work on this database. Raised only when something is taken away.
CREATE TABLE oldest_program (
    migration BIGINT NOT NULL
);
INSERT INTO oldest_program (migration) VALUES (1);
