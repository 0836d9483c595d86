-- `migrations/sqlite/0006_email.sql` tells what the columns are.

CREATE TABLE recovery_emails (
    person TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id),
    address BYTEA NOT NULL,
    data_key BYTEA,
    created BIGINT NOT NULL
);
CREATE INDEX recovery_emails_by_sealing_key ON recovery_emails (substr(address, 1, 16));
CREATE INDEX recovery_emails_by_recovery_key ON recovery_emails (substr(data_key, 1, 16)) WHERE data_key IS NOT NULL;

CREATE TABLE codes (
    person TEXT COLLATE "C" PRIMARY KEY REFERENCES users (id),
    id BYTEA NOT NULL UNIQUE,
    setup_kid TEXT COLLATE "C" NOT NULL,
    record BYTEA NOT NULL,
    wrap BYTEA NOT NULL,
    ksf_m_kib BIGINT NOT NULL,
    ksf_t BIGINT NOT NULL,
    ksf_p BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    failed BIGINT NOT NULL DEFAULT 0,
    consecutive BIGINT NOT NULL DEFAULT 0,
    locked_at BIGINT,
    locked_until BIGINT,
    unlocked_at BIGINT,
    created BIGINT NOT NULL
);
CREATE INDEX codes_by_setup ON codes (setup_kid);
CREATE INDEX codes_by_age ON codes (expires_at) WHERE expires_at > 0;

CREATE TABLE codes_sent (
    tag BYTEA PRIMARY KEY,
    times BYTEA NOT NULL,
    last BIGINT NOT NULL
);
CREATE INDEX codes_sent_by_age ON codes_sent (last);
