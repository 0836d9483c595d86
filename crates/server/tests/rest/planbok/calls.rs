//! Every call over HTTP: what it needs, what it gives, how it is refused.

use repin_core::api::ChallengeType;
use repin_server::api_key::Environment;
use repin_server::limits::Limits;
use serde_json::{Value, json};

use super::*;
use crate::common::{Gateway, START};
use crate::{ANSWERS, PIN};

const CALLS: [&str; 6] = ["initialize", "recovery", "update-pin", "reset-pin", "export-private-keys", "wallet/create"];

fn refused(message: &str) -> Value {
    json!({"success": false, "message": message})
}

#[tokio::test]
async fn a_key_must_be_readable_and_known_and_refusals_have_planboks_shape() {
    let gateway = Gateway::start().await;
    let url = format!("{}/v2/customers/x", gateway.url);
    let ask = |key: Option<&str>| {
        let request = gateway.http.get(&url);
        send(match key {
            Some(key) => request.header("PLANBOK-X-API-KEY", key),
            None => request,
        })
    };
    for key in [None, Some(""), Some("pk_live_1"), Some("Bearer TEST_API_KEY:repin:a-secret-of-the-tests")] {
        let told = refused("Malformed authorization. Are the credentials properly encoded?");
        assert_eq!(ask(key).await, (401, told), "{key:?}");
    }
    let (status, body) = ask(Some("TEST_API_KEY:repin:another")).await;
    assert_eq!((status, &body["success"]), (401, &json!(false)));
    assert_eq!(ask(Some(&gateway.api_key)).await, (404, refused("Customer not found")));
    let long = gateway.http.post(format!("{}/v2/customers", gateway.url)).body(vec![b'x'; 70_000]);
    assert_eq!(send(long.header("PLANBOK-X-API-KEY", &gateway.api_key)).await.1["success"], false);
}

#[tokio::test]
async fn a_customer_is_created_once_for_each_reference_and_shown_with_what_was_said() {
    let gateway = Gateway::start().await;
    let create = |body: Value| send(request(&gateway, "POST", "/customers").json(&body));
    let (status, created) = create(json!({"name": "Ada", "refId": "user-0001", "metadata": {"any": 1}})).await;
    assert_eq!((status, &created["success"]), (201, &json!(true)));
    let id = created["id"].as_str().unwrap();
    let expected = json!({
        "id": id, "name": "Ada", "refId": "user-0001", "status": "ACTIVE", "custodyType": "CUSTOMER",
        "hasPin": false, "hasRecovery": false, "createdAt": repin_server::date::date(START),
    });
    assert_eq!(created["data"], expected);
    let shown = look(&gateway, id).await;
    assert_eq!(shown, created, "the fields are also at the top, as Planbok's guides show them");
    let again = create(json!({"name": "Eve", "refId": "user-0001"})).await;
    assert_eq!(again, (400, refused("A customer with this refId already exists")));
    let (_, nameless) = create(json!({"name": "Ada"})).await;
    let (_, another) = create(json!({"name": "Ada"})).await;
    assert_ne!(nameless["id"], another["id"], "without a reference nobody is the same");
    assert_eq!(another["refId"], Value::Null);
    // The same person on Circle's face.
    assert_eq!(gateway.user(id).await["data"]["user"]["pinStatus"], "UNSET");
    for bad in [
        json!([]),
        json!({}),
        json!({"name": ""}),
        json!({"name": 1}),
        json!({"name": "a\nb"}),
        json!({"name": "x".repeat(129)}),
        json!({"name": "Ada", "refId": ""}),
    ] {
        assert_eq!(create(bad.clone()).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn anothers_customer_is_nobody() {
    let gateway = Gateway::start().await;
    let id = enrolled(&gateway).await;
    let (_, other) = gateway.another_app(Environment::Test).await;
    let unknown = (404, refused("Customer not found"));
    assert_eq!(send(request(&other, "GET", &format!("/customers/{id}"))).await, unknown);
    assert_eq!(send(request(&other, "GET", &format!("/customers/{id}/challenges"))).await, unknown);
    for what in CALLS.into_iter().chain(["sign/message", "transactions/transfer"]) {
        assert_eq!(ask(&other, &id, what).await, unknown, "{what}");
        assert_eq!(ask(&gateway, "nobody", what).await, unknown, "{what}");
    }
    // The reference is the app's own.
    let same = json!({"name": "Ada", "refId": "r"});
    for host in [&*gateway, &other] {
        assert_eq!(send(request(host, "POST", "/customers").json(&same)).await.0, 201);
    }
}

#[tokio::test]
async fn nothing_is_put_behind_a_pin_that_nobody_could_get_back() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let needed = "The customer has to set up recovery first: POST /v2/customers/{id}/recovery";
    let gated = ["wallet/create", "export-private-keys", "sign/message", "transactions/transfer"];
    for with_pin in [false, true] {
        for what in gated {
            assert_eq!(ask(&gateway, &id, what).await, (403, refused(needed)), "{what} {with_pin}");
        }
        if !with_pin {
            // A PIN alone, set over Circle's face.
            let (token, key) = gateway.token(&id).await;
            let challenge = gateway.challenge("POST", "/user/pin", &token).await;
            let mut client = Client::on(&gateway, &token, &key, &challenge);
            client.say_open().await.unwrap();
            client.replace(&[PIN]).await.unwrap();
            assert_eq!(
                (&look(&gateway, &id).await["hasPin"], &look(&gateway, &id).await["hasRecovery"]),
                (&json!(true), &json!(false))
            );
        }
    }
    assert_eq!(ask(&gateway, &id, "reset-pin").await.0, 400);
    let left_before_a_pin = customer(&gateway).await;
    let (challenge, _) = asked(&gateway, &left_before_a_pin, "recovery").await;
    assert_eq!(poll(&gateway, &left_before_a_pin, &challenge).await["type"], "INITIALIZE");
    let (challenge, ticket) = asked(&gateway, &id, "recovery").await;
    let mut client = run(&gateway, &challenge, &ticket).await;
    client.prove(PIN).await.unwrap();
    client.replace(&[ANSWERS]).await.unwrap();
    assert_eq!(look(&gateway, &id).await["hasRecovery"], true);
    assert_eq!(ask(&gateway, &id, "wallet/create").await.0, 200);
    for what in ["sign/message", "transactions/transfer"] {
        let (status, body) = ask(&gateway, &id, what).await;
        assert_eq!((status, &body["success"]), (501, &json!(false)), "{what}");
    }
}

#[tokio::test]
async fn each_call_asks_for_its_challenge() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let kind = async |what: &str| {
        let (challenge, _) = asked(&gateway, &id, what).await;
        let shown = poll(&gateway, &id, &challenge).await;
        assert_eq!(
            (&shown["status"], &shown["result"], &shown["challengeId"]),
            (&json!("pending"), &Value::Null, &json!(challenge))
        );
        shown["type"].as_str().unwrap().to_owned()
    };
    assert_eq!(kind("initialize").await, ChallengeType::Initialize.name());
    assert_eq!(ask(&gateway, &id, "update-pin").await.0, 400, "there is no PIN yet");
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    run(&gateway, &challenge, &ticket).await.replace(&[PIN, ANSWERS]).await.unwrap();
    assert_eq!(ask(&gateway, &id, "initialize").await.0, 400, "there is a PIN");
    assert_eq!(kind("update-pin").await, "CHANGE_PIN");
    assert_eq!(kind("reset-pin").await, "RESTORE_PIN");
    assert_eq!(kind("recovery").await, "SET_RECOVERY");
    assert_eq!(ask(&gateway, &id, "export-private-keys").await.0, 404, "there is no wallet yet");
    assert_eq!(kind("wallet/create").await, "CREATE_WALLET");
    let (_, listed) = send(request(&gateway, "GET", &format!("/customers/{id}/challenges"))).await;
    assert_eq!(listed["challenges"].as_array().unwrap().len(), 6);
    assert_eq!(listed["challenges"], listed["data"]["challenges"]);
    let statuses: Vec<_> = listed["challenges"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses.iter().filter(|status| **status == "verified").count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == "failed").count(), 1, "the first link, by the commit");
    for unknown in ["x", "00000000-0000-4000-8000-000000000000"] {
        let path = format!("/customers/{id}/challenges/{unknown}");
        assert_eq!(send(request(&gateway, "GET", &path)).await, (404, refused("Challenge not found")));
    }
}

#[tokio::test]
async fn a_challenge_lives_for_fifteen_minutes() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let (challenge, _) = asked(&gateway, &id, "initialize").await;
    gateway.advance(15 * 60 * 1000 - 1);
    assert_eq!(poll(&gateway, &id, &challenge).await["status"], "pending");
    gateway.advance(1);
    let shown = poll(&gateway, &id, &challenge).await;
    assert_eq!(shown["status"], "failed");
    assert_eq!(shown["result"]["errorCode"], 155121);
}

#[tokio::test]
async fn a_repeated_call_gives_the_same_challenge_and_other_parameters_are_refused() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let body = json!({"redirectUrl": BACK, "idempotencyKey": "k"});
    let (_, first) = ask_with(&gateway, &id, "initialize", body.clone()).await;
    let (_, second) = ask_with(&gateway, &id, "initialize", body).await;
    assert_eq!(first["challengeId"], second["challengeId"]);
    let ((challenge, old), (_, new)) = (ticket_of(&first), ticket_of(&second));
    assert_eq!(send(open_visit(&gateway, &challenge, Some(&old), None)).await.0, 410, "the newest link counts");
    assert_eq!(send(open_visit(&gateway, &challenge, Some(&new), None)).await.0, 200);
    let other = json!({"redirectUrl": "https://wallet.example/else", "idempotencyKey": "k"});
    let told = refused("idempotencyKey was used with other parameters");
    assert_eq!(ask_with(&gateway, &id, "initialize", other).await, (400, told));
    let elsewhere = json!({"redirectUrl": BACK, "idempotencyKey": "k"});
    assert_eq!(ask_with(&gateway, &customer(&gateway).await, "initialize", elsewhere).await.0, 200, "another's key");
    let (_, third) = ask(&gateway, &id, "initialize").await;
    assert_ne!(third["challengeId"], first["challengeId"], "without a key each call is its own");
    for bad in [json!(""), json!(1), json!("x".repeat(129))] {
        let body = json!({"redirectUrl": BACK, "idempotencyKey": bad});
        assert_eq!(ask_with(&gateway, &id, "initialize", body).await.0, 400);
    }
}

#[tokio::test]
async fn five_challenges_in_five_minutes_for_a_customer_and_no_other_waits_for_it() {
    let gateway = Gateway::start_with(|config| config.limits = Limits::DEFAULT).await;
    let id = customer(&gateway).await;
    for _ in 0..5 {
        assert_eq!(ask(&gateway, &id, "initialize").await.0, 200);
    }
    let request = request(&gateway, "POST", &format!("/customers/{id}/recovery")).json(&json!({"redirectUrl": BACK}));
    let response = request.send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "60"));
    assert_eq!(response.json::<Value>().await.unwrap()["success"], false);
    assert_eq!(ask(&gateway, &customer(&gateway).await, "initialize").await.0, 200, "another customer");
    gateway.advance(60_000);
    assert_eq!(ask(&gateway, &id, "initialize").await.0, 200);
    assert_eq!(ask(&gateway, &id, "initialize").await.0, 429);
}

#[tokio::test]
async fn a_disabled_customer_is_asked_nothing() {
    let gateway = Gateway::start().await;
    let id = enrolled(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "update-pin").await;
    let app = gateway.inner.app.id.clone();
    let user = gateway.inner.store.user(&app, &id).await.unwrap().unwrap();
    gateway.inner.store.set_disabled(&user, true, crate::common::BY).await.unwrap();
    assert_eq!(look(&gateway, &id).await["status"], "DISABLED");
    let (status, body) = ask(&gateway, &id, "update-pin").await;
    assert_eq!((status, &body["success"]), (403, &json!(false)));
    assert_eq!(send(open_visit(&gateway, &challenge, Some(&ticket), None)).await.0, 410);
}
