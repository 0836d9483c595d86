//! The routes of the host's backend.

use repin_magic_simulator::Simulator;
use repin_server::api_key::Environment;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::{Gateway, send};
use crate::person::{Person, body, call, listed, register, world};
use crate::story;

#[tokio::test]
async fn a_wallet_is_registered_once_and_its_keys_are_told_to_nobody() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 0).await;
        let wallet = simulator.create_wallet(&simulator.create_group(), "the first context");
        let asked = body(&person.user, &wallet);
        let (status, first) = send(call(&gateway, "POST", "/wallets").json(&asked)).await;
        assert_eq!((status, first["data"]["wallet"]["state"].as_str()), (201, Some("IDLE")));
        let (status, again) = send(call(&gateway, "POST", "/wallets").json(&asked)).await;
        assert_eq!((status, &again), (200, &first));
        let mut other = asked.clone();
        other["label"] = json!("Spending");
        let (status, refused) = send(call(&gateway, "POST", "/wallets").json(&other)).await;
        assert_eq!((status, refused["code"].as_i64()), (403, Some(156020)));
        assert_eq!(register(&gateway, &person.user, &wallet).await.0, 409, "under another key it is there already");

        let id = first["data"]["wallet"]["id"].as_str().unwrap();
        let (status, one) = send(call(&gateway, "GET", &format!("/wallets/{id}"))).await;
        assert_eq!((status, &one), (200, &first));
        let all = format!("{first}{one}{:?}", listed(&gateway, &person.user).await);
        assert!(all.contains(&wallet.id) && !all.contains(&wallet.access_key) && !all.contains(&wallet.recovery_key));
    })
    .await;
}

#[tokio::test]
async fn another_app_sees_no_wallet_and_starts_no_recovery() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        let id = listed(&gateway, &person.user).await[0]["id"].as_str().unwrap().to_owned();
        let (_, other) = gateway.another_app(Environment::Test).await;
        assert_eq!(send(call(&other, "GET", &format!("/wallets/{id}"))).await.0, 404);
        assert_eq!(send(call(&other, "POST", &format!("/wallets/{id}/retry"))).await.0, 404);
        assert_eq!(send(call(&other, "GET", &format!("/wallets?userId={}", person.user))).await.1["code"], 155102);
        let ask = json!({"idempotencyKey": Uuid::new_v4().to_string(), "userId": person.user});
        assert_eq!(send(call(&other, "POST", "/recoveries").json(&ask)).await.1["code"], 155102);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_wallet_is_refused_by_its_field_and_no_value_is_repeated() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 0).await;
        let wallet = simulator.create_wallet(&simulator.create_group(), "the first context");
        for (field, value) in [
            ("walletId", json!("a b")),
            ("walletId", json!("")),
            ("walletGroupId", json!(7)),
            ("accessKey", json!("hush hush")),
            ("recoveryKey", json!("x".repeat(257))),
            ("recoveryKey", Value::Null),
            ("network", json!("SOLANA")),
            ("label", json!("x".repeat(65))),
        ] {
            let mut asked = body(&person.user, &wallet);
            asked[field] = value.clone();
            let (status, refused) = send(call(&gateway, "POST", "/wallets").json(&asked)).await;
            assert_eq!((status, refused["code"].as_i64()), (400, Some(2)), "{field}");
            assert_eq!(refused["errors"][0]["location"], field, "{refused}");
            assert!(!refused.to_string().contains("hush"), "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_gateway_without_the_relay_says_so() {
    let gateway = Gateway::start().await;
    let simulator = Simulator::start().await.unwrap();
    let wallet = simulator.create_wallet("group", "context");
    for request in [
        call(&gateway, "POST", "/wallets").json(&body("user-0001", &wallet)),
        call(&gateway, "GET", "/wallets?userId=user-0001"),
        call(&gateway, "POST", "/recoveries").json(&json!({})),
    ] {
        let (status, refused) = send(request).await;
        assert_eq!((status, refused["code"].as_i64()), (501, Some(155199)));
    }
}
