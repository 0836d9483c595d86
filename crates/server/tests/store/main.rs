//! The store's own rules, on the store alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod charges;
mod commits;
mod deletions;
mod full;
mod keys;
mod lists;
mod magic;
mod model;
mod races;
mod replay;
mod sweeps;
mod wal;

use common::database::{Place, empty_store};
use repin_core::api::{ChallengeType, KsfParams, RunId};
use repin_server::store::{
    Commit, Committed, Created, Credential, MessageKey, NewChallenge, NewRun, Reply, Store, User,
};

/// What nobody looks into here.
pub fn reply(byte: u8) -> Reply {
    Reply { code: None, sealed: vec![byte] }
}

/// A message of a run.
pub fn key(challenge: &str, run: u8, seq: u32) -> MessageKey<'_> {
    MessageKey { challenge, run: run_id(run), seq, hash: [seq as u8; 32] }
}

/// A run's name.
pub fn run_id(run: u8) -> RunId {
    [run; 16]
}

/// A store with one user.
pub async fn store_with_user() -> (Place, Box<dyn Store>, User) {
    let (place, store) = empty_store().await;
    let app = store.default_app(0).await.unwrap();
    let user = store.create_user(&app.id, "user-0001", 0).await.unwrap().unwrap();
    (place, store, user)
}

/// A new challenge of theirs, which expires at 1,000,000,000.
pub async fn challenge(store: &dyn Store, user: &User, kind: ChallengeType, name: &str) -> String {
    let expires_at = 1_000_000_000;
    let new = NewChallenge { user: &user.id, kind, endpoint: "", key: name, body_hash: [0; 32], expires_at };
    let Created::New(challenge) = store.create_challenge(&new, 1).await.unwrap() else { panic!("not new") };
    challenge.id
}

/// Opens a run of a challenge, in which nothing needs to be proved.
pub async fn open(store: &dyn Store, user: &User, challenge: &str, run: u8) {
    let registration_open_until = Some(1_000_000_000);
    let new = NewRun { user: &user.id, token_hash: [0; 32], opening: [0; 32], registration_open_until };
    store.open_run(&key(challenge, run, 0), &new, &reply(0), 1).await.unwrap();
}

/// A credential that opens nothing.
pub fn credential(kind: repin_core::api::CredentialKind, id: u8) -> Credential {
    Credential {
        id: [id; 16],
        kind,
        setup_kid: "0000000000000000".into(),
        record: vec![id; 192],
        wrap: vec![id; 72],
        ksf: KsfParams { m_kib: 19 * 1024, t: 1, p: 1 },
        answer_rule: 0,
        questions: None,
        counter: Default::default(),
    }
}

/// Gives the user a PIN, the credential of this id.
pub async fn set_pin(store: &dyn Store, user: &User, id: u8) {
    let challenge = challenge(store, user, ChallengeType::SetPin, "set").await;
    open(store, user, &challenge, 0).await;
    let credentials = vec![credential(repin_core::api::CredentialKind::Pin, id)];
    let commit = Commit { user: &user.id, kind: ChallengeType::SetPin, credentials };
    let done = store.commit(&key(&challenge, 0, 1), &commit, &reply(1), 1).await.unwrap();
    assert!(matches!(done, Committed::Recorded(repin_server::store::Recorded::Now)));
}
