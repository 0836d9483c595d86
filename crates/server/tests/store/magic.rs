//! Rotations of wallets that Magic holds, on the store alone: what an answer is worth that comes when its caller was given up, and what a
//! gateway writes no more whose key was retired.

use repin_core::api::{ChallengeType, RotationState};
use repin_server::store::{
    BegunRotations, MagicWallet, NewKeys, NewMagicWallet, NewRotation, Paused, RegisteredWallet, Retirement, Rotation,
    Stage, Store, StoreError, User,
};

use crate::common::BY;
use crate::{challenge, key, open, reply, store_with_user};

const RETIRED: &str = "0000000000000001";
const KEPT: &str = "0000000000000002";

/// What a gateway with this storage key seals.
fn sealed(kid: &str) -> Vec<u8> {
    [kid.as_bytes(), &[7_u8; 40][..]].concat()
}

/// Registers a wallet of theirs under a host's key, with an access and a recovery key that are sealed with these.
async fn register(
    store: &dyn Store,
    user: &User,
    idempotency: &str,
    [access, recovery]: [&str; 2],
) -> Result<RegisteredWallet, StoreError> {
    let wallet = MagicWallet {
        id: "30000000-0000-4000-8000-000000000001".into(),
        app: user.app.clone(),
        user: user.id.clone(),
        wallet: "wallet".into(),
        group: "group".into(),
        network: "mainnet".into(),
        label: "Ethereum".into(),
        version: 0,
        state: RotationState::Idle,
        access_key: sealed(access),
        recovery_key: sealed(recovery),
        created: 1,
        updated: 1,
    };
    let new = NewMagicWallet { wallet, key: idempotency, body_hash: [0; 32], max: 8 };
    store.register_magic_wallet(&new, BY).await
}

/// A challenge of theirs with an open run.
async fn run(store: &dyn Store, user: &User, name: &str) -> String {
    let challenge = challenge(store, user, ChallengeType::SetPin, name).await;
    open(store, user, &challenge, 1).await;
    challenge
}

/// The run's first message: a rotation to this version, with a context that is sealed with this key.
async fn rotate(
    store: &dyn Store,
    user: &User,
    challenge: &str,
    version: u32,
    kid: &str,
) -> Result<BegunRotations, StoreError> {
    let id = format!("40000000-0000-4000-8000-00000000000{version}");
    let new = [NewRotation { id, wallet: "wallet".into(), version, context: sealed(kid) }];
    store.begin_rotations(&key(challenge, 1, 1), &user.id, &new, &|_| reply(1), 1).await
}

/// A wallet of theirs, and a rotation of it that was begun.
async fn begin(store: &dyn Store, user: &User) {
    let registered = register(store, user, "key", [KEPT, KEPT]).await.unwrap();
    assert!(matches!(registered, RegisteredWallet::New(_)));
    let challenge = run(store, user, "set").await;
    let begun = rotate(store, user, &challenge, 1, KEPT).await.unwrap();
    assert!(matches!(begun, BegunRotations::Taken(_)));
}

async fn claim(store: &dyn Store, owner: &str, now: u64) -> Rotation {
    store.claim_rotations(owner, now + 100, 1, now).await.unwrap().remove(0)
}

fn unknown<'a>(rotation: &'a Rotation, owner: &'a str, answered: bool) -> Paused<'a> {
    let (stage, state) = (Stage::Unknown, RotationState::Unknown);
    Paused { rotation: &rotation.id, owner, answered, stage, state, lost: 1, waits: 0, due: Some(1), event: None }
}

/// Whether nothing was done, and the same may be asked of another gateway.
fn is_refused<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Away(_)))
}

#[tokio::test]
async fn an_answer_that_comes_when_its_caller_was_given_up_is_not_overwritten() {
    let (_place, store, user) = store_with_user().await;
    begin(&*store, &user).await;
    let called = claim(&*store, "a", 10).await;
    assert!(store.send_rotation(&called, "a", KEPT, 110, 10).await.unwrap());
    // Its claim lapses while the store takes no answer.
    let found = claim(&*store, "b", 200).await;
    assert_eq!(found.stage, Stage::Sent);
    store.keep_reply(&found.id, 200, b"keys", 201).await.unwrap();
    assert!(!store.pause_rotation(&unknown(&found, "b", false), 202).await.unwrap());
    let read = claim(&*store, "c", 400).await;
    assert_eq!(read.stage, Stage::Received);
    assert_eq!(store.kept_reply(&read.id).await.unwrap(), Some((200, b"keys".to_vec())));

    // Whoever has read it may find that it says nothing.
    assert!(store.pause_rotation(&unknown(&read, "c", true), 401).await.unwrap());
    let again = claim(&*store, "d", 500).await;
    assert_eq!(again.stage, Stage::Unknown);
    store.keep_reply(&again.id, 200, b"late", 501).await.unwrap();
    assert!(
        !store.send_rotation(&again, "d", KEPT, 600, 502).await.unwrap(),
        "Magic is not called with keys that are used up"
    );
    assert_eq!(claim(&*store, "e", 700).await.stage, Stage::Received);
}

#[tokio::test]
async fn with_a_retired_key_nothing_is_registered_begun_sent_or_adopted_and_an_answer_is_kept() {
    let (_place, store, user) = store_with_user().await;
    assert_eq!(store.retire_ring_key("storage", RETIRED, 1, BY).await.unwrap(), Retirement::Done);
    let store = &*store;

    for keys in [[RETIRED, KEPT], [KEPT, RETIRED]] {
        assert!(is_refused(&register(store, &user, "key", keys).await), "{keys:?}");
    }
    assert!(store.magic_wallets(&user.id).await.unwrap().is_empty());
    assert!(matches!(register(store, &user, "key", [KEPT, KEPT]).await, Ok(RegisteredWallet::New(_))));

    let challenge = run(store, &user, "first").await;
    assert!(is_refused(&rotate(store, &user, &challenge, 1, RETIRED).await));
    // The same message is the run's next one still.
    assert!(matches!(rotate(store, &user, &challenge, 1, KEPT).await, Ok(BegunRotations::Taken(_))));

    let rotation = claim(store, "a", 10).await;
    assert!(is_refused(&store.send_rotation(&rotation, "a", RETIRED, 110, 10).await));
    assert!(store.send_rotation(&rotation, "a", KEPT, 110, 10).await.unwrap(), "it was not sent before");
    // Retired while Magic was called: not written, the new keys would be nowhere.
    store.keep_reply(&rotation.id, 200, &sealed(RETIRED), 11).await.unwrap();
    assert_eq!(store.kept_reply(&rotation.id).await.unwrap(), Some((200, sealed(RETIRED))));
    for [access, recovery] in [[RETIRED, KEPT], [KEPT, RETIRED]] {
        let keys = NewKeys { access: sealed(access), recovery: sealed(recovery) };
        assert!(is_refused(&store.adopt_keys(&rotation, "a", &keys, 12).await), "{access} {recovery}");
    }
    let keys = NewKeys { access: sealed(KEPT), recovery: sealed(KEPT) };
    assert!(store.adopt_keys(&rotation, "a", &keys, 12).await.unwrap(), "it was not over");

    // New keys for a wallet that was given up.
    let challenge = run(store, &user, "second").await;
    assert!(matches!(rotate(store, &user, &challenge, 2, KEPT).await, Ok(BegunRotations::Taken(_))));
    let rotation = claim(store, "a", 20).await;
    assert!(store.freeze_rotation(&rotation, "a", "MAGIC_KEYS_LOST", 21).await.unwrap());
    assert!(is_refused(&register(store, &user, "another", [RETIRED, KEPT]).await));
    let frozen = store.magic_wallets(&user.id).await.unwrap().remove(0);
    assert_eq!((frozen.state, frozen.access_key), (RotationState::Frozen, sealed(KEPT)));
    assert!(matches!(register(store, &user, "another", [KEPT, KEPT]).await, Ok(RegisteredWallet::New(_))));
}
