//! Key-ring rotation: nobody is locked out, whichever key was the newest when they came, and whichever node they meet.

use repin_core::api::Step;
use repin_server::keys::{KeyRing, KeySource, Purpose};
use repin_server::rotation::{grace, settle};
use repin_server::store::{By, Retirement, Sealing};
use repin_server::{Config, Gateway as Inner, StartError};
use serde_json::{Value, json};

use crate::client::{Client, code};
use crate::common::evidence::{count, say};
use crate::common::{BY, Gateway, START, send};
use crate::{PIN, USER, enrolled};

/// The gateway's files.
fn files(gateway: &Gateway) -> KeySource {
    KeySource::Folder(gateway.data().join("keys"))
}

/// A new key for every purpose.
fn rotate(gateway: &Gateway) {
    Purpose::ALL.into_iter().for_each(|purpose| add(gateway, purpose));
}

/// A new key, as `keys rotate` adds it.
pub fn add(gateway: &Gateway, purpose: Purpose) {
    let source = files(gateway);
    source.add(&mut source.load().unwrap(), purpose).unwrap();
}

/// The ring as a document.
fn document(gateway: &Gateway) -> KeySource {
    KeySource::document(files(gateway).load().unwrap().export().to_string())
}

fn newest(gateway: &Gateway, purpose: Purpose) -> String {
    gateway.inner.keys.newest(purpose).to_owned()
}

async fn needs(gateway: &Inner, kid: &str) -> u64 {
    gateway.store.needs_of_key("opaque-setup", kid).await.unwrap()
}

/// A run for somebody of this name.
async fn open(gateway: &Gateway, user: &str, method: &str) -> Client {
    let (token, key) = gateway.token(user).await;
    let challenge = gateway.challenge(method, "/user/pin", &token).await;
    let mut client = Client::on(gateway, &token, &key, &challenge);
    client.say_open().await.unwrap();
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn users_of_every_ring_can_change_their_pin_after_two_rotations() {
    let users = count(30, 10_000);
    let mut gateway = Gateway::start().await;
    let first = newest(&gateway, Purpose::OpaqueSetup);
    for ring in 0..3 {
        for user in (ring..users).step_by(3) {
            let user = format!("user-{user:05}");
            gateway.create_user(&user).await;
            open(&gateway, &user, "POST").await.replace(&[PIN]).await.unwrap();
        }
        if ring < 2 {
            rotate(&gateway);
            gateway = gateway.restart().await;
        }
    }
    assert_eq!(needs(&gateway.inner, &first).await, users.div_ceil(3) as u64);

    // The control: somebody deletes the file.
    let mut material = files(&gateway).load().unwrap();
    KeySource::document(String::new()).remove(&mut material, Purpose::OpaqueSetup, &first).unwrap();
    let lost = settle(&*gateway.inner.store, &mut KeyRing::read(&material).unwrap(), true, START).await;
    let Err(StartError::LostKey { kid, needed, .. }) = lost else { panic!("it was not noticed") };
    assert_eq!((&kid, needed), (&first, users.div_ceil(3) as u64));

    let mut lost = 0;
    for user in 0..users {
        let mut change = open(&gateway, &format!("user-{user:05}"), "PUT").await;
        let proved = change.guess(PIN).await.ok().and_then(|(_, proof)| proof);
        let changed = match proved {
            Some(proof) => change.confirm(&proof).await.is_ok() && change.replace(&["730562"]).await.is_ok(),
            None => false,
        };
        lost += usize::from(!changed);
    }
    say(
        30,
        format_args!("key ring rotated twice under {users} users, {lost} lost"),
        format_args!("with the first setup's file deleted the start is refused for {needed} credentials"),
    );
    assert_eq!((lost, needs(&gateway.inner, &first).await), (0, 0));
}

#[tokio::test]
async fn a_key_is_retired_when_nothing_needs_it_and_no_gateway_uses_it() {
    let gateway = enrolled().await;
    let (setup, storage) = (newest(&gateway, Purpose::OpaqueSetup), newest(&gateway, Purpose::Storage));
    rotate(&gateway);
    let gateway = gateway.restart().await;
    let store = &gateway.inner.store;
    let later = START + 60 * 60_000;
    let retire = async |purpose: Purpose, kid: &str, now: u64| {
        let (unused, by) = (now - grace(purpose), By { operator: "Ada", now });
        store.retire_ring_key(purpose.name(), kid, unused, by).await.unwrap()
    };
    assert_eq!(retire(Purpose::OpaqueSetup, &setup, START + 1000).await, Retirement::InUse(START));
    assert_eq!(retire(Purpose::OpaqueSetup, &setup, later).await, Retirement::Needed(2), "PIN and answers");
    while gateway.inner.seal_audit().await.unwrap() == Sealing::Busy {}
    assert_eq!(retire(Purpose::Storage, &storage, later).await, Retirement::Needed(1), "the questions");

    // Answers are set once: as if whoever had these were gone.
    gateway.execute("DELETE FROM credentials WHERE kind = 2").await;
    assert_eq!(retire(Purpose::OpaqueSetup, &setup, later).await, Retirement::Needed(1), "the PIN");
    // A run that was open under the old key would be one more; none is.
    assert_eq!(retire(Purpose::Storage, &storage, later).await, Retirement::Done);
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    change.prove(PIN).await.unwrap();
    change.replace(&["730562"]).await.unwrap();
    assert_eq!(retire(Purpose::OpaqueSetup, &setup, later).await, Retirement::Done);

    // Its file may lie there still, on this node or another.
    let gateway = gateway.restart().await;
    assert!(gateway.inner.keys.opaque.get(&setup).is_none() && gateway.inner.keys.storage.get(&storage).is_none());
    Client::open(&gateway, "PUT", "/user/pin").await.prove("730562").await.unwrap();
}

#[tokio::test]
async fn a_gateway_that_still_uses_a_retired_key_writes_nothing_with_it() {
    let gateway = enrolled().await;
    let setup = newest(&gateway, Purpose::OpaqueSetup);
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    change.prove(PIN).await.unwrap();
    // As if nobody had said that it is in use, and nobody needed it.
    gateway.execute("UPDATE key_ids SET retired = 1 WHERE purpose = 'opaque-setup'").await;
    let commit = change.register(&["730562"]).await.unwrap();
    assert_eq!(code(change.say::<_, repin_core::api::CommitReply>(Step::Commit, &commit).await), (503, -1));
    gateway.execute("UPDATE key_ids SET retired = NULL").await;
    let user = gateway.inner.store.user(&gateway.inner.app.id, USER).await.unwrap().unwrap();
    assert_eq!(user.pin.unwrap().setup_kid, setup);
    change.say::<_, repin_core::api::CommitReply>(Step::Commit, &commit).await.unwrap();
}

#[tokio::test]
async fn a_node_without_the_new_keys_says_503_and_the_same_bytes_go_on_at_one_that_has_them() {
    let gateway = enrolled().await;
    let old = document(&gateway);
    rotate(&gateway);
    let new = document(&gateway);
    let gateway = gateway.restart().await;
    // Everything of this person is under the new keys now.
    let mut enrol = Client::open(&gateway, "PUT", "/user/pin").await;
    enrol.prove(PIN).await.unwrap();
    enrol.replace(&["730562"]).await.unwrap();
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    let (_, proof) = change.guess("730562").await.unwrap();
    let proof = proof.unwrap();
    let (token, webhook) = (change.token.clone(), gateway.inner.keys.webhook.newest().1.id());

    if gateway.database().is_none() {
        // There is no other node that could have them.
        let config = Config { key_ring: Some(old), ..gateway.inner.config.clone() };
        let gateway = gateway.restart().await;
        let lost = settle(&*gateway.inner.store, &mut KeyRing::of(&config.keys()).unwrap(), true, START).await;
        assert!(matches!(lost, Err(StartError::LostKey { .. })));
        return;
    }
    let before = gateway.restart_with(|config| config.key_ring = Some(old.clone())).await;
    let own = || before.request("GET", "/user").header("X-User-Token", &token);
    let response = own().send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (503, "2"));
    // With a token of its own, what it cannot evaluate is not charged.
    let mut other = Client::open(&before, "PUT", "/user/pin").await;
    assert_eq!(code(other.guess("111111").await), (503, -1));
    assert_eq!(
        before.user(USER).await["data"]["user"]["pinDetails"]["failedAttempts"],
        1,
        "the one that was not confirmed yet"
    );
    // So is the public key of what the other node signs, which lies sealed in the database.
    let key =
        before.http.get(format!("{}/v2/notifications/publicKey/{webhook}", before.url)).bearer_auth(&before.api_key);
    assert_eq!(send(key).await.0, 503);
    // The control: a kid that nobody has is no reason to wait.
    before.execute("UPDATE key_ids SET retired = 1 WHERE purpose = 'token-signing'").await;
    assert_eq!(send(own()).await.1["code"], 155105);
    before.execute("UPDATE key_ids SET retired = NULL").await;

    let url = |host: &Gateway| host.url.clone();
    let gateway = before.restart_with(|config| config.key_ring = Some(new)).await;
    let mut change = change.at(&url(&gateway));
    change.confirm(&proof).await.unwrap();
    change.replace(&["194673"]).await.unwrap();
}

#[tokio::test]
async fn tokens_of_a_retired_key_are_refused_and_its_webhooks_still_verify() {
    let gateway = enrolled().await;
    let (token, _) = gateway.token(USER).await;
    let webhook = gateway.inner.keys.webhook.newest().1.id();
    let kids = [Purpose::TokenSigning, Purpose::WebhookSigning].map(|purpose| (purpose, newest(&gateway, purpose)));
    let own = |gateway: &Gateway| gateway.request("GET", "/user").header("X-User-Token", &token);
    let key = |gateway: &Gateway| {
        let url = format!("{}/v2/notifications/publicKey/{webhook}", gateway.url);
        gateway.http.get(url).bearer_auth(&gateway.api_key)
    };
    let (_, public) = send(key(&gateway)).await;
    rotate(&gateway);
    let gateway = gateway.restart().await;
    assert_eq!(send(own(&gateway)).await.0, 200, "kept");
    for (purpose, kid) in &kids {
        let by = By { operator: "Ada", now: START + 60 * 60_000 };
        let done = gateway.inner.store.retire_ring_key(purpose.name(), kid, START, by).await.unwrap();
        assert_eq!(done, Retirement::Done);
        files(&gateway).remove(&mut files(&gateway).load().unwrap(), *purpose, kid).unwrap();
    }
    let gateway = gateway.restart().await;
    let (status, body) = send(own(&gateway)).await;
    assert_eq!(body["code"], json!(155105), "{status}");
    let (status, kept) = send(key(&gateway)).await;
    assert_eq!((status, &kept), (200, &public));
    assert_ne!(public, Value::Null);
    let audit = gateway.inner.store.audit(2).await.unwrap();
    assert!(
        audit.iter().all(|entry| entry.event == "RING_KEY_RETIRED" && entry.operator.as_deref() == Some(BY.operator))
    );
}
