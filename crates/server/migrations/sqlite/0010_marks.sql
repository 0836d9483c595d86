-- By which a key that was damaged is told from the one that the database was filled with.
ALTER TABLE key_ids ADD COLUMN mark TEXT; -- HMAC under it, in hex; NULL: no gateway has said so yet
