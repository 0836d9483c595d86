-- Who is locked is found without a look at everybody else. 100: `attempts::MAX_CONSECUTIVE`.
CREATE INDEX credentials_locked ON credentials (kind, locked_until) WHERE locked_until IS NOT NULL;
CREATE INDEX credentials_disabled ON credentials (kind) WHERE consecutive >= 100;
