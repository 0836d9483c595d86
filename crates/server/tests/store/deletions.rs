//! A subscription that is deleted while an event is written: another gateway has deleted it, and has not committed yet. The event is
//! true all the same, and told to whoever is left.

use std::sync::Arc;

use repin_core::api::{ChallengeType, CredentialKind};
use repin_server::store::{Charge, Commit, Committed, NewDelivery, Recorded, Store, Subscription, User};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::common::BY;
use crate::common::database::{Place, database_of, subscription};
use crate::{challenge, credential, key, open, reply, set_pin, store_with_user};

const GOES: &str = "50000000-0000-4000-8000-000000000001";
const STAYS: &str = "50000000-0000-4000-8000-000000000002";

const DELETE: &str = "DELETE FROM subscriptions WHERE id = $1";
/// Whether somebody waits for whoever asks.
const WAITED_FOR: &str =
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))";
const DELIVERIES: &str = "SELECT count(*) FROM deliveries";

/// Subscribes both to everything, each with the delivery that greets it; with a secret in Planbok's form.
async fn subscribe(store: &dyn Store, user: &User, secret: Option<Vec<u8>>) {
    for id in [GOES, STAYS] {
        let subscription = Subscription { secret: secret.clone(), ..subscription(id, &user.app, 1) };
        let first = NewDelivery { id, kind: "webhooks.test", body: "{}" };
        assert!(store.create_subscription(&subscription, 2, &first, BY).await.unwrap());
    }
}

/// Begins this work while a deletion is going on, and ends the deletion first: on PostgreSQL when the work has come to where it waits
/// for it, on SQLite, where nobody else writes meanwhile, at once. What the work gave, and how many deliveries there are then.
async fn amid_deletion<T: Send + 'static>(place: &Place, work: impl Future<Output = T> + Send + 'static) -> (T, i64) {
    match database_of(place.path()) {
        Some((_, url)) => {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            let mut deletion = connection.begin().await.unwrap();
            sqlx::query(DELETE).bind(GOES).execute(&mut *deletion).await.unwrap();
            let work = tokio::spawn(work);
            while !sqlx::query_scalar::<_, bool>(WAITED_FOR).fetch_one(&mut *deletion).await.unwrap() {
                assert!(!work.is_finished(), "it did not meet the deletion");
            }
            deletion.commit().await.unwrap();
            let done = work.await.unwrap();
            (done, sqlx::query_scalar(DELIVERIES).fetch_one(&mut connection).await.unwrap())
        }
        None => {
            let file = place.path().join("repin.db");
            let mut connection = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
            let mut deletion = connection.begin().await.unwrap();
            sqlx::query(DELETE).bind(GOES).execute(&mut *deletion).await.unwrap();
            let work = tokio::spawn(work);
            tokio::task::yield_now().await;
            deletion.commit().await.unwrap();
            let done = work.await.unwrap();
            (done, sqlx::query_scalar(DELIVERIES).fetch_one(&mut connection).await.unwrap())
        }
    }
}

#[tokio::test]
async fn a_commit_amid_a_deletion_succeeds_and_is_told_to_who_stays() {
    let (place, store, user) = store_with_user().await;
    subscribe(&*store, &user, None).await;
    let challenge = challenge(&*store, &user, ChallengeType::SetPin, "set").await;
    open(&*store, &user, &challenge, 1).await;
    let node: Arc<dyn Store> = store.into();
    let (store, person) = (node.clone(), user.id.clone());
    let work = async move {
        let credentials = vec![credential(CredentialKind::Pin, 7)];
        let commit = Commit { user: &person, kind: ChallengeType::SetPin, credentials };
        let done = node.commit(&key(&challenge, 1, 1), &commit, &reply(1), 1_000).await.unwrap();
        matches!(done, Committed::Recorded(Recorded::Now))
    };
    assert_eq!(amid_deletion(&place, work).await, (true, 2), "it counts; a greeting and the event are left");
    assert_eq!(store.user(&user.app, &user.user_id).await.unwrap().unwrap().pin.unwrap().id, [7; 16]);
    assert_eq!(store.due_deliveries().await.unwrap(), [(STAYS.to_owned(), 1)]);
}

#[tokio::test]
async fn an_expiry_amid_a_deletion_is_told_to_who_stays() {
    let (place, store, user) = store_with_user().await;
    subscribe(&*store, &user, None).await;
    challenge(&*store, &user, ChallengeType::SetPin, "set").await;
    let work = async move { store.sweep(1_000_000_001).await.unwrap() };
    assert_eq!(amid_deletion(&place, work).await, ((), 2), "a greeting and the event are left");
}

#[tokio::test]
async fn a_last_guess_amid_a_deletion_is_charged_and_its_lock_is_told_to_who_stays() {
    let (place, store, user) = store_with_user().await;
    set_pin(&*store, &user, 7).await;
    subscribe(&*store, &user, Some(vec![1])).await;
    let challenge = challenge(&*store, &user, ChallengeType::ChangePin, "change").await;
    open(&*store, &user, &challenge, 1).await;
    for seq in 1..=2 {
        assert!(matches!(store.charge(&key(&challenge, 1, seq), [7; 16], 1_000).await.unwrap(), Charge::Charged(_)));
    }
    let work = async move {
        let charge = store.charge(&key(&challenge, 1, 3), [7; 16], 1_000).await.unwrap();
        matches!(charge, Charge::Charged(attempts) if attempts.left == 0)
    };
    assert_eq!(amid_deletion(&place, work).await, (true, 2), "it counts; a greeting and the lock are left");
}
