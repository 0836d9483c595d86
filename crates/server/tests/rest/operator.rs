//! What an operator does, as hosts and people meet it.

use repin_core::api::CredentialKind;
use repin_server::attempts::LOCK_MS;
use repin_server::store::By;
use serde_json::{Value, json};

use crate::client::{Client, code};
use crate::common::{BY, Gateway, START, send};
use crate::{ANSWERS, PIN, USER, enrol};

async fn user(gateway: &Gateway) -> repin_server::store::User {
    gateway.inner.store.user(&gateway.inner.app.id, USER).await.unwrap().unwrap()
}

async fn shown(gateway: &Gateway) -> Value {
    gateway.user(USER).await["data"]["user"].take()
}

#[tokio::test]
async fn a_disabled_user_is_told_so_everywhere_until_they_are_let_in_again() {
    let gateway = Gateway::start().await;
    enrol(&gateway).await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let (token, _) = gateway.token(USER).await;
    assert!(gateway.inner.store.set_disabled(&user(&gateway).await, true, BY).await.unwrap());

    assert_eq!(shown(&gateway).await["status"], "DISABLED");
    let body = json!({"userId": USER});
    let body = send(gateway.request("POST", "/users/token").json(&body)).await;
    assert_eq!((body.0, body.1["code"].as_i64()), (409, Some(155109)));
    let own = send(gateway.request("GET", "/user").header("X-User-Token", &token)).await;
    assert_eq!((own.0, own.1["code"].as_i64()), (409, Some(155109)));
    assert_eq!(gateway.try_challenge("PUT", "/user/pin", &token).await, Err(155109));
    assert_eq!(code(client.guess(PIN).await), (409, 155109));

    assert!(!gateway.inner.store.set_disabled(&user(&gateway).await, true, BY).await.unwrap(), "once is enough");
    assert!(gateway.inner.store.set_disabled(&user(&gateway).await, false, BY).await.unwrap());
    client.prove(PIN).await.unwrap();
    assert_eq!(gateway.inner.store.audit(2).await.unwrap()[0].event, "USER_ENABLED");
}

#[tokio::test]
async fn an_unlock_opens_the_pin_at_once_and_is_on_record() {
    let gateway = Gateway::start().await;
    enrol(&gateway).await;
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    for _ in 0..3 {
        client.guess("111111").await.unwrap();
    }
    assert_eq!(code(client.guess(PIN).await), (400, 155119));
    assert_eq!(shown(&gateway).await["pinStatus"], "LOCKED");

    let by = By { operator: "Grace", now: START + 60_000 };
    assert!(gateway.inner.store.unlock(&user(&gateway).await, CredentialKind::Pin, by).await.unwrap());
    let after = shown(&gateway).await;
    assert_eq!(after["pinStatus"], "ENABLED");
    assert_eq!(after["pinDetails"], json!({"failedAttempts": 0, "lastLockOverrideDate": "2027-01-15T08:01:00Z"}));
    assert_eq!(after["securityQuestionDetails"], json!({"failedAttempts": 0}));
    client.prove(PIN).await.unwrap();
    client.replace(&["730562"]).await.unwrap();
    let after = shown(&gateway).await;
    assert_eq!(after["pinDetails"]["lastLockOverrideDate"], "2027-01-15T08:01:00Z", "a new PIN does not hide it");

    let audit = gateway.inner.store.audit(10).await.unwrap();
    let unlocked = audit.iter().find(|entry| entry.event == "PIN_UNLOCKED").unwrap();
    assert_eq!(unlocked.operator.as_deref(), Some("Grace"));
    assert_eq!(unlocked.user, Some(user(&gateway).await.id));
    let changed = audit.iter().find(|entry| entry.event == "CHANGE_PIN").unwrap();
    assert_eq!(changed.operator, None, "the person did that");
}

#[tokio::test]
async fn an_unlock_counts_against_the_cap_of_a_hundred_too() {
    let gateway = Gateway::start().await;
    enrol(&gateway).await;
    for guess in 1..=100 {
        let mut client = Client::open(&gateway, "POST", "/user/pin/restore").await;
        client.guess("wrong answers").await.unwrap();
        if guess % 3 == 0 {
            gateway.advance(LOCK_MS);
        }
    }
    gateway.advance(365 * 24 * 60 * 60 * 1000);
    let (token, _) = gateway.token(USER).await;
    assert_eq!(gateway.try_challenge("POST", "/user/pin/restore", &token).await, Err(155120), "no time heals it");
    assert_eq!(shown(&gateway).await["securityQuestionStatus"], "LOCKED");

    assert!(gateway.inner.store.unlock(&user(&gateway).await, CredentialKind::Answers, BY).await.unwrap());
    let mut client = Client::open(&gateway, "POST", "/user/pin/restore").await;
    for _ in 0..3 {
        client.guess("wrong answers").await.unwrap();
    }
    gateway.advance(LOCK_MS);
    let mut client = Client::open(&gateway, "POST", "/user/pin/restore").await;
    client.prove(ANSWERS).await.unwrap();
}

#[tokio::test]
async fn what_is_not_set_cannot_be_unlocked() {
    let gateway = Gateway::start().await;
    gateway.create_user(USER).await;
    assert!(!gateway.inner.store.unlock(&user(&gateway).await, CredentialKind::Pin, BY).await.unwrap());
    assert!(gateway.inner.store.audit(10).await.unwrap().is_empty());
}
