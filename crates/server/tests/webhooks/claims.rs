//! Claims, on the store alone.

use repin_server::store::{Attempt, Claim, Delivery, NewDelivery, Outcome, Replay, Store};

use crate::common::database::{Place, empty_store, server, subscription};
use crate::common::{BY, START};

const ID: &str = "50000000-0000-4000-8000-000000000001";

/// A store with one subscription and one delivery.
async fn store() -> (Place, Box<dyn Store>) {
    let (place, store) = empty_store().await;
    let subscription = subscription(ID, &store.default_app(START).await.unwrap().id, START);
    let first = NewDelivery { id: "n-1", kind: "webhooks.test", body: "{}" };
    assert!(store.create_subscription(&subscription, 1, &first, BY).await.unwrap());
    (place, store)
}

async fn claim(store: &dyn Store, owner: &str, now: u64) -> Vec<Delivery> {
    let claim = Claim { subscription: ID, owner, until: now + 60_000, limit: 10 };
    store.claim_deliveries(&claim, now).await.unwrap()
}

async fn finish(store: &dyn Store, owner: &str, delivery: &Delivery, outcome: Outcome) {
    let (status, error) = if outcome == Outcome::Delivered { (Some(200), None) } else { (None, Some("timeout")) };
    let attempt = Attempt { delivery, owner, status, error, millis: 1, at: START, outcome };
    store.finish_attempt(&attempt).await.unwrap();
}

#[tokio::test]
async fn a_failure_told_after_its_claim_lapsed_changes_nothing() {
    let (_place, store) = store().await;
    let slow = claim(&*store, "slow", START).await.remove(0);
    let other = claim(&*store, "other", START + 60_000).await.remove(0);
    assert_eq!((slow.attempt, other.attempt), (1, 2));
    for outcome in [Outcome::Retry(START), Outcome::Dead] {
        finish(&*store, "slow", &slow, outcome).await;
        assert_eq!(store.due_deliveries().await.unwrap(), [(ID.to_owned(), START + 120_000)], "still the other's");
    }
    assert!(store.dead_letters(1).await.unwrap().is_empty());
    // The same owner again is another claim, too.
    let again = claim(&*store, "other", START + 120_000).await.remove(0);
    finish(&*store, "other", &other, Outcome::Retry(START)).await;
    assert_eq!(store.due_deliveries().await.unwrap(), [(ID.to_owned(), START + 180_000)]);
    finish(&*store, "other", &again, Outcome::Retry(START + 7)).await;
    assert_eq!(store.due_deliveries().await.unwrap(), [(ID.to_owned(), START + 7)]);
}

#[tokio::test]
async fn a_success_counts_however_late_it_is_told() {
    let (_place, store) = store().await;
    let slow = claim(&*store, "slow", START).await.remove(0);
    let other = claim(&*store, "other", START + 60_000).await.remove(0);
    finish(&*store, "slow", &slow, Outcome::Delivered).await;
    assert!(store.due_deliveries().await.unwrap().is_empty());
    finish(&*store, "other", &other, Outcome::Dead).await;
    assert!(store.dead_letters(1).await.unwrap().is_empty(), "it was delivered");
    assert_eq!(store.delivery_log(None, 10).await.unwrap().len(), 2, "both are in the log");
}

#[tokio::test]
async fn what_is_released_was_not_tried() {
    let (_place, store) = store().await;
    assert_eq!(claim(&*store, "one", START).await.len(), 1);
    store.release_deliveries("another", START).await.unwrap();
    assert!(claim(&*store, "two", START).await.is_empty(), "that was not one's");
    store.release_deliveries("one", START).await.unwrap();
    assert_eq!(claim(&*store, "two", START).await[0].attempt, 1);
    store.end_orphaned_claims(START).await.unwrap();
    // On a shared database another gateway may be alive: only time tells.
    let lapsed = if server().is_some() { START + 60_000 } else { START };
    assert!(server().is_none() || claim(&*store, "three", START + 59_999).await.is_empty(), "two may be alive");
    assert_eq!(claim(&*store, "three", lapsed).await[0].attempt, 2, "an orphan may have been sent");
}

#[tokio::test]
async fn a_letter_that_was_replayed_is_not_swept_for_its_age_before_it_is_told() {
    // For what was given up at the start.
    const TOO_OLD: u64 = START + 90 * 24 * 60 * 60 * 1000;
    for replayed in [true, false] {
        let (_place, store) = store().await;
        let letter = claim(&*store, "one", START).await.remove(0);
        finish(&*store, "one", &letter, Outcome::Dead).await;
        store.sweep(TOO_OLD - 1).await.unwrap();
        assert_eq!(store.dead_letters(10).await.unwrap().len(), 1);
        if replayed {
            assert_eq!(store.replay(Replay::One(&letter.id), BY).await.unwrap(), 1);
        }
        store.sweep(TOO_OLD).await.unwrap();
        if !replayed {
            assert_eq!(store.replay(Replay::All, BY).await.unwrap(), 0, "the control: it is gone");
            continue;
        }
        assert_eq!(store.due_deliveries().await.unwrap(), [(ID.to_owned(), START)], "it waits to be told");
        // Neither while it is tried, nor between two tries.
        let again = claim(&*store, "one", TOO_OLD).await.remove(0);
        store.sweep(TOO_OLD + 1).await.unwrap();
        finish(&*store, "one", &again, Outcome::Retry(TOO_OLD + 2)).await;
        store.sweep(TOO_OLD + 2).await.unwrap();
        let last = claim(&*store, "one", TOO_OLD + 2).await.remove(0);
        assert_eq!((&last.id, &last.body, last.attempt), (&letter.id, &letter.body, 2), "with its tries before it");
        finish(&*store, "one", &last, Outcome::Delivered).await;
        assert!(store.due_deliveries().await.unwrap().is_empty());
    }
}
