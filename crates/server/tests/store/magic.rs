//! Rotations of wallets that Magic holds, on the store alone: what an answer is worth that comes when its caller was given up.

use repin_core::api::{ChallengeType, RotationState};
use repin_server::store::{
    BegunRotations, MagicWallet, NewMagicWallet, NewRotation, Paused, RegisteredWallet, Rotation, Stage, Store, User,
};

use crate::common::BY;
use crate::{challenge, key, open, reply, store_with_user};

/// A wallet of theirs, and a rotation of it that was begun.
async fn begin(store: &dyn Store, user: &User) {
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
        access_key: vec![1],
        recovery_key: vec![2],
        created: 1,
        updated: 1,
    };
    let new = NewMagicWallet { wallet, key: "key", body_hash: [0; 32], max: 8 };
    let registered = store.register_magic_wallet(&new, BY).await.unwrap();
    assert!(matches!(registered, RegisteredWallet::New(_)));
    let challenge = challenge(store, user, ChallengeType::SetPin, "set").await;
    open(store, user, &challenge, 1).await;
    let id = "40000000-0000-4000-8000-000000000001".to_owned();
    let new = [NewRotation { id, wallet: "wallet".into(), version: 1, context: vec![3] }];
    let begun = store.begin_rotations(&key(&challenge, 1, 1), &user.id, &new, &|_| reply(1), 1).await.unwrap();
    assert!(matches!(begun, BegunRotations::Taken(_)));
}

async fn claim(store: &dyn Store, owner: &str, now: u64) -> Rotation {
    store.claim_rotations(owner, now + 100, 1, now).await.unwrap().remove(0)
}

fn unknown<'a>(rotation: &'a Rotation, owner: &'a str, answered: bool) -> Paused<'a> {
    let (stage, state) = (Stage::Unknown, RotationState::Unknown);
    Paused { rotation: &rotation.id, owner, answered, stage, state, lost: 1, waits: 0, due: Some(1), event: None }
}

#[tokio::test]
async fn an_answer_that_comes_when_its_caller_was_given_up_is_not_overwritten() {
    let (_place, store, user) = store_with_user().await;
    begin(&*store, &user).await;
    let called = claim(&*store, "a", 10).await;
    assert!(store.send_rotation(&called, "a", 110, 10).await.unwrap());
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
        !store.send_rotation(&again, "d", 600, 502).await.unwrap(),
        "Magic is not called with keys that are used up"
    );
    assert_eq!(claim(&*store, "e", 700).await.stage, Stage::Received);
}
