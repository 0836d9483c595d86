-- A subscription is deleted with what it was told: found without a look at what all the others were.
CREATE INDEX deliveries_by_subscription ON deliveries (subscription);
