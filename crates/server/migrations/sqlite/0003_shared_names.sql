-- `user` and `left` are reserved words of PostgreSQL, where a bare `user` even means the database's own; the statements are
-- the same for both.
ALTER TABLE credentials RENAME COLUMN user TO person;
ALTER TABLE challenges RENAME COLUMN user TO person;
ALTER TABLE runs RENAME COLUMN user TO person;
ALTER TABLE idempotency RENAME COLUMN user TO person;
ALTER TABLE audit RENAME COLUMN user TO person;
ALTER TABLE seen RENAME COLUMN left TO tries_left;

-- Which keys the gateway on this database has, by their `kid`: one with another key ring must not serve.
CREATE TABLE key_ids (
    purpose TEXT NOT NULL,
    kid     TEXT NOT NULL,
    PRIMARY KEY (purpose, kid)
) STRICT;
