//! Subscriptions over REST: shapes, bounds, the probe, what disabling means.

use repin_server::api_key::Environment;
use serde_json::{Value, json};

use crate::common::{BY, Gateway, ORIGIN, send};
use crate::receiver::{Answer, Receiver};
use crate::{USER, enrol, gateway_for, request, subscribe, tries};

fn code((status, body): (u16, Value)) -> (u16, Option<i64>) {
    (status, body["code"].as_i64())
}

#[tokio::test]
async fn a_subscription_is_created_shown_changed_and_deleted() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let created = subscribe(&gateway, &receiver.url(), &[]).await;
    let id = created["id"].as_str().unwrap().to_owned();
    let expected = json!({
        "id": id,
        "name": "hook.test",
        "endpoint": receiver.url(),
        "enabled": true,
        "createDate": "2027-01-15T08:00:00Z",
        "updateDate": "2027-01-15T08:00:00Z",
        "notificationTypes": ["*"],
        "restricted": false,
    });
    assert_eq!(created, expected);
    assert_eq!(send(request(&gateway, "GET", "/subscriptions")).await, (200, json!({"data": [expected]})));
    let one = format!("/subscriptions/{id}");
    assert_eq!(send(request(&gateway, "GET", &one)).await, (200, json!({"data": expected})));

    gateway.advance(1000);
    let change = json!({"name": "n2", "enabled": false, "id": "ignored", "endpoint": "ignored"});
    let (status, body) = send(request(&gateway, "PATCH", &one).json(&change)).await;
    assert_eq!((status, &body["data"]["name"], &body["data"]["enabled"]), (200, &json!("n2"), &json!(false)));
    assert_eq!(body["data"]["updateDate"], "2027-01-15T08:00:01Z");
    assert_eq!(body["data"]["createDate"], expected["createDate"]);

    let response = request(&gateway, "DELETE", &one).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.bytes().await.unwrap().len()), (204, 0));
    assert_eq!(code(send(request(&gateway, "DELETE", &one)).await), (404, Some(404)));
    assert_eq!(code(send(request(&gateway, "GET", &one)).await), (404, Some(404)));
    assert_eq!(code(send(request(&gateway, "PATCH", &one).json(&json!({}))).await), (404, Some(404)));
    assert_eq!(code(send(request(&gateway, "GET", "/subscriptions/x")).await), (400, Some(156009)));
    assert_eq!(send(request(&gateway, "GET", "/subscriptions")).await, (200, json!({"data": []})));
}

#[tokio::test]
async fn every_change_of_a_subscription_is_on_record_with_the_key_that_made_it() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let id = subscribe(&gateway, &receiver.url(), &[]).await["id"].as_str().unwrap().to_owned();
    let one = format!("/subscriptions/{id}");
    for change in [json!({"name": "n2"}), json!({"enabled": false}), json!({"enabled": true})] {
        assert_eq!(send(request(&gateway, "PATCH", &one).json(&change)).await.0, 200);
    }
    assert_eq!(send(request(&gateway, "DELETE", &one)).await.0, 204);
    assert_eq!(send(request(&gateway, "DELETE", &one)).await.0, 404);
    let audit = gateway.inner.store.audit(10).await.unwrap();
    let events: Vec<_> = audit.iter().map(|entry| entry.event.as_str()).collect();
    let expected =
        ["DELETED", "ENABLED", "DISABLED", "RENAMED", "CREATED"].map(|change| format!("SUBSCRIPTION_{change}"));
    assert_eq!(events, expected);
    for entry in audit {
        assert_eq!((entry.operator.as_deref(), entry.subject.as_deref()), (Some("API key repin"), Some(id.as_str())));
        assert_eq!(entry.app.as_ref(), Some(&gateway.inner.app.id));
    }
}

#[tokio::test]
async fn a_new_subscription_is_probed_and_greeted() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let subscription = subscribe(&gateway, &format!("{}?a=b%20c", receiver.url()), &["challenges.setPin"]).await;
    assert_eq!(subscription["restricted"], true);
    let hello = receiver.wait_for(1).await.remove(0);
    assert_eq!(receiver.count(), 2, "HEAD, then the test, whatever types were asked for");
    let event = hello.json();
    assert_eq!(event["notificationType"], "webhooks.test");
    assert_eq!(event["notification"], json!({"hello": "world"}));
    assert_eq!(event["subscriptionId"], subscription["id"]);
    assert_eq!((&event["version"], &event["timestamp"]), (&json!(2), &json!("2027-01-15T08:00:00.000000000Z")));
    assert_eq!(hello.target, "/hook?a=b%20c");
    assert_eq!(hello.header("content-type"), "application/json");
    assert_eq!(hello.header("host"), format!("hook.test:{}", receiver.address.port()));
    assert!(hello.header("user-agent").starts_with("Repin-Webhooks/"));
    assert_eq!(hello.header("content-length"), hello.body.len().to_string());
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_head_is_refused_always_in_the_same_words() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let create = || send(request(&gateway, "POST", "/subscriptions").json(&json!({"endpoint": receiver.url()})));
    let words = json!("endpoint must be reachable and answer HEAD with 2xx");
    for answer in [405, 404, 500, 301] {
        receiver.answer(move |_| Answer::Status(answer));
        let (status, body) = create().await;
        assert_eq!((status, &body["code"], &body["errors"][0]["message"]), (400, &json!(2), &words), "{answer}");
        assert_eq!(body["errors"][0]["location"], "endpoint");
    }
    // Nobody listens, and a name that is not in the certificate.
    for endpoint in ["https://hook.test:9/".to_owned(), format!("https://other.test:{}/", receiver.address.port())] {
        let (status, body) =
            send(request(&gateway, "POST", "/subscriptions").json(&json!({"endpoint": endpoint}))).await;
        assert_eq!(status, 400);
        let port = body["errors"][0]["message"] == "endpoint must use port 443 or one above 1023";
        assert!(port || body["errors"][0]["message"] == words, "{body}");
    }
    assert_eq!(send(request(&gateway, "GET", "/subscriptions")).await.1, json!({"data": []}));
    assert_eq!(receiver.posts().len(), 0);
}

#[tokio::test]
async fn a_receiver_that_hangs_is_not_waited_for() {
    let receiver = Receiver::start().await;
    receiver.answer(|_| Answer::Hang);
    let gateway = Gateway::start_with(|config| {
        config.webhooks = receiver.config();
        config.webhooks.timeout = std::time::Duration::from_millis(50);
    })
    .await;
    let create = request(&gateway, "POST", "/subscriptions").json(&json!({"endpoint": receiver.url()}));
    assert_eq!(code(send(create).await), (400, Some(2)));
}

#[tokio::test]
async fn bodies_are_checked_field_by_field() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let url = receiver.url();
    let long = format!("https://hook.test/{}", "x".repeat(2048));
    for (body, location) in [
        (json!({}), "endpoint"),
        (json!({"endpoint": 7}), "endpoint"),
        (json!({"endpoint": "hook.test"}), "endpoint"),
        (json!({"endpoint": "http://hook.test/"}), "endpoint"),
        (json!({"endpoint": long}), "endpoint"),
        (json!({"endpoint": url, "name": ""}), "name"),
        (json!({"endpoint": url, "name": "x".repeat(129)}), "name"),
        (json!({"endpoint": url, "name": 7}), "name"),
        (json!({"endpoint": url, "notificationTypes": "*"}), "notificationTypes"),
        (json!({"endpoint": url, "notificationTypes": ["challenges.nothing"]}), "notificationTypes"),
        (json!({"endpoint": url, "notificationTypes": [7]}), "notificationTypes"),
        (json!({"endpoint": url, "notificationTypes": vec!["*"; 51]}), "notificationTypes"),
    ] {
        let (status, answer) = send(request(&gateway, "POST", "/subscriptions").json(&body)).await;
        assert_eq!((status, answer["code"].as_i64()), (400, Some(2)), "{body}");
        assert_eq!(answer["errors"][0]["location"], location, "{body}");
    }
    assert_eq!(receiver.count(), 0, "refused before anything is sent");
    let named = json!({"endpoint": url, "name": "Späße", "notificationTypes": ["*", "*", "transactions.*"], "x": 1});
    let (status, body) = send(request(&gateway, "POST", "/subscriptions").json(&named)).await;
    assert_eq!((status, &body["data"]["name"]), (200, &json!("Späße")));
    assert_eq!(body["data"]["notificationTypes"], json!(["*", "transactions.*"]));
    let id = body["data"]["id"].as_str().unwrap();
    for change in [json!({"name": ""}), json!({"enabled": "yes"}), json!([])] {
        let change = request(&gateway, "PATCH", &format!("/subscriptions/{id}")).json(&change);
        assert_eq!(code(send(change).await), (400, Some(2)));
    }
}

#[tokio::test]
async fn an_app_has_at_most_ten_even_when_they_race() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let create = || send(request(&gateway, "POST", "/subscriptions").json(&json!({"endpoint": receiver.url()})));
    let answers = futures_util::future::join_all((0..13).map(|_| create())).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 10);
    assert!(answers.into_iter().filter(|(status, _)| *status != 200).all(|refused| code(refused) == (400, Some(2))));
    let listed = send(request(&gateway, "GET", "/subscriptions")).await.1;
    assert_eq!(listed["data"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn only_a_known_key_may_ask() {
    let gateway = Gateway::start().await;
    let id = "50000000-0000-4000-8000-000000000001";
    for (method, path) in [
        ("POST", "/subscriptions".to_owned()),
        ("GET", "/subscriptions".to_owned()),
        ("GET", format!("/subscriptions/{id}")),
        ("PATCH", format!("/subscriptions/{id}")),
        ("DELETE", format!("/subscriptions/{id}")),
        ("GET", format!("/publicKey/{id}")),
    ] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let nobody = gateway.http.request(method, format!("{}/v2/notifications{path}", gateway.url)).body("{}");
        assert_eq!(code(send(nobody).await), (401, Some(401)), "{path}");
    }
}

#[tokio::test]
async fn a_disabled_subscription_gets_no_new_events_and_those_it_has_wait() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let id = subscribe(&gateway, &receiver.url(), &[]).await["id"].as_str().unwrap().to_owned();
    tries(&gateway, 1).await;
    receiver.answer_posts(|_| Answer::Status(503));
    enrol(&gateway).await;
    tries(&gateway, 2).await;
    let one = format!("/subscriptions/{id}");
    let set = |enabled: bool| send(request(&gateway, "PATCH", &one).json(&json!({"enabled": enabled})));
    assert_eq!(set(false).await.0, 200);
    crate::Client::open(&gateway, "PUT", "/user/pin").await.prove(crate::PIN).await.unwrap();
    let token = gateway.token(crate::USER).await.0;
    gateway.challenge("PUT", "/user/pin", &token).await;
    gateway.advance(3 * 60 * 60 * 1000);
    gateway.inner.store.sweep(crate::common::START + 3 * 60 * 60 * 1000).await.unwrap();
    assert!(gateway.inner.store.due_deliveries().await.unwrap().is_empty(), "it waits");

    receiver.answer(|_| Answer::Status(500));
    assert_eq!(code(set(true).await), (400, Some(2)), "enabling probes");
    receiver.answer(|_| Answer::Status(200));
    assert_eq!(set(true).await.0, 200);
    let posts = receiver.wait_for(3).await;
    tries(&gateway, 3).await;
    assert_eq!(receiver.posts().len(), 3, "the test, the event's first try, and the one that waited");
    assert_eq!(posts[1].body, posts[2].body);
    assert!(gateway.inner.store.due_deliveries().await.unwrap().is_empty());
}

#[tokio::test]
async fn another_apps_subscriptions_do_not_exist_and_its_events_are_not_told() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let (app, other) = gateway.another_app(Environment::Test).await;
    gateway.inner.store.add_origin(&app, ORIGIN, BY).await.unwrap();
    let id = subscribe(&gateway, &receiver.url(), &[]).await["id"].as_str().unwrap().to_owned();
    receiver.wait_for(1).await;
    let one = format!("/subscriptions/{id}");
    assert_eq!(send(request(&other, "GET", "/subscriptions")).await, (200, json!({"data": []})));
    for (method, body) in [("GET", json!(null)), ("PATCH", json!({"enabled": false})), ("DELETE", json!(null))] {
        assert_eq!(code(send(request(&other, method, &one).json(&body)).await), (404, Some(404)), "{method}");
    }
    other.create_user(USER).await;
    // First, so that a wrong event would come before the right one.
    enrol(&other).await;
    let own = enrol(&gateway).await.challenge;
    let told = receiver.wait_for(2).await;
    assert_eq!(told[1].json()["notification"]["id"], own.as_str());
}
