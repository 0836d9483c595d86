//! Which events there are, who gets them, and that they are written when they become true.

use serde_json::{Value, json};

use crate::client::Client;
use crate::common::{Gateway, START};
use crate::receiver::{Answer, Receiver};
use crate::{ANSWERS, PIN, USER, enrol, gateway_for, subscribe, tries};

const HOURS: u64 = 60 * 60 * 1000;

/// The events of challenges, in the order of their status and type.
fn challenges(receiver: &Receiver) -> Vec<Value> {
    let mut events: Vec<_> = receiver.posts().iter().map(crate::receiver::Received::json).collect();
    events.retain(|event| event["notificationType"] != "webhooks.test");
    events.sort_by_key(|event| event["notification"].to_string());
    events
}

#[tokio::test]
async fn a_commit_tells_that_one_is_complete_and_the_others_failed() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    subscribe(&gateway, &receiver.url(), &[]).await;
    let token = gateway.token(USER).await.0;
    let other = gateway.challenge("POST", "/user/pin", &token).await;
    let client = enrol(&gateway).await;
    receiver.wait_for(3).await;
    let correlated = |shape: Value| shape["correlationIds"].clone();
    let complete = json!({
        "id": client.challenge,
        "userId": USER,
        "type": "INITIALIZE",
        "status": "COMPLETE",
        "correlationIds": correlated(gateway.challenge_shape(&token, &client.challenge).await),
        "errorCode": 0,
        "errorMessage": "",
    });
    let failed = json!({
        "id": other,
        "userId": USER,
        "type": "SET_PIN",
        "status": "FAILED",
        "correlationIds": correlated(gateway.challenge_shape(&token, &other).await),
        "errorCode": 155122,
        "errorMessage": "The provided challengeId is invalid",
    });
    let mut told = challenges(&receiver);
    told.sort_by_key(|event| event["notification"]["status"].to_string());
    assert_eq!(told.iter().map(|event| &event["notification"]).collect::<Vec<_>>(), [&complete, &failed]);
    assert_eq!(told[0]["notificationType"], "challenges.initialize");
    assert_eq!(told[1]["notificationType"], "challenges.setPin");
    assert_ne!(told[0]["notificationId"], told[1]["notificationId"]);
}

#[tokio::test]
async fn every_type_is_told_by_its_name() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    subscribe(&gateway, &receiver.url(), &["challenges.*"]).await;
    let mut pin_alone = Client::open(&gateway, "POST", "/user/pin").await;
    pin_alone.replace(&[PIN]).await.unwrap();
    let mut answers = Client::open(&gateway, "POST", "/user/securityQuestions").await;
    answers.prove(PIN).await.unwrap();
    answers.replace(&[ANSWERS]).await.unwrap();
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    change.prove(PIN).await.unwrap();
    change.replace(&["730562"]).await.unwrap();
    let mut restore = Client::open(&gateway, "POST", "/user/pin/restore").await;
    restore.prove(ANSWERS).await.unwrap();
    restore.replace(&["815937"]).await.unwrap();
    receiver.wait_for(5).await;
    let mut told: Vec<_> = challenges(&receiver)
        .iter()
        .map(|event| (event["notificationType"].clone(), event["notification"]["type"].clone()))
        .collect();
    told.sort_by_key(|(kind, _)| kind.to_string());
    let expected = [
        ("challenges.changePin", "CHANGE_PIN"),
        ("challenges.restorePin", "RESTORE_PIN"),
        ("challenges.setPin", "SET_PIN"),
        ("challenges.setSecurityQuestions", "SET_SECURITY_QUESTIONS"),
    ];
    assert_eq!(told, expected.map(|(kind, name)| (json!(kind), json!(name))));
}

#[tokio::test]
async fn a_swept_challenge_is_told_to_have_expired_once() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    subscribe(&gateway, &receiver.url(), &[]).await;
    let token = gateway.token(USER).await.0;
    let mut expected = Vec::new();
    for _ in 0..150 {
        expected.push(gateway.challenge("POST", "/user/pin", &token).await);
    }
    gateway.advance(2 * HOURS);
    for _ in 0..2 {
        gateway.inner.store.sweep(START + 2 * HOURS).await.unwrap();
    }
    tries(&gateway, 151).await;
    let told = challenges(&receiver);
    assert_eq!(told[0]["notification"]["status"], "EXPIRED");
    assert_eq!(told[0]["notification"]["errorCode"], 155121);
    assert_eq!(told[0]["notification"]["errorMessage"], "The provided challengeId has expired.");
    let mut ids: Vec<_> = told.iter().map(|event| event["notification"]["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
    assert!(gateway.inner.store.due_deliveries().await.unwrap().is_empty());
}

#[tokio::test]
async fn each_subscription_gets_what_it_asked_for() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let mut subscriptions = Vec::new();
    for types in
        [&["*"][..], &["challenges.initialize", "challenges.setPin"], &["challenges.changePin"], &["contracts.*"]]
    {
        subscriptions.push(subscribe(&gateway, &receiver.url(), types).await["id"].clone());
    }
    enrol(&gateway).await;
    tries(&gateway, 6).await;
    let told = challenges(&receiver);
    let mut to: Vec<_> = told.iter().map(|event| event["subscriptionId"].to_string()).collect();
    let mut expected: Vec<_> = subscriptions[..2].iter().map(Value::to_string).collect();
    to.sort();
    expected.sort();
    assert_eq!(to, expected);
    assert_ne!(told[0]["notificationId"], told[1]["notificationId"], "one delivery each");
    assert!(gateway.inner.store.due_deliveries().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_did_not_happen_is_not_told() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    subscribe(&gateway, &receiver.url(), &[]).await;
    tries(&gateway, 1).await;
    let mut client = Client::open(&gateway, "POST", "/user/pin").await;
    let mut commit = client.register(&[PIN]).await.unwrap();
    commit.credentials[0].record.pop();
    let refused = client.say::<_, repin_core::api::CommitReply>(repin_core::api::Step::Commit, &commit).await;
    assert!(refused.is_err());
    assert!(gateway.inner.store.due_deliveries().await.unwrap().is_empty());
    assert_eq!(receiver.posts().len(), 1);
}

#[tokio::test]
async fn an_event_survives_a_restart_before_it_could_be_delivered() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    subscribe(&gateway, &receiver.url(), &["challenges.*"]).await;
    tries(&gateway, 1).await;
    receiver.answer_posts(|_| Answer::Status(500));
    enrol(&gateway).await;
    tries(&gateway, 2).await;
    receiver.answer(|_| Answer::Status(200));
    let gateway: Gateway = gateway.restart().await;
    assert_eq!(receiver.posts().len(), 2, "it is not due yet");
    gateway.advance(1000);
    gateway.inner.store.announce_deliveries();
    let posts = receiver.wait_for(3).await;
    assert_eq!(posts[1].body, posts[2].body);
}
