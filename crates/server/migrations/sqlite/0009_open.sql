-- A COMMIT ends what its person has open: found without a look at all that they ever had.
CREATE INDEX runs_open ON runs (person) WHERE ended IS NULL;
CREATE INDEX challenges_open ON challenges (person) WHERE status = 'PENDING';
