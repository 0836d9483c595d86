//! Planbok's form: events by its names, signed with a secret of the subscription's own, and the documentation's snippets.

use std::process::Command;

use serde_json::{Value, json};

use crate::client::Client;
use crate::common::{Gateway, Host, START, send};
use crate::receiver::{Answer, Received, Receiver};
use crate::{ANSWERS, PIN, USER, enrol, gateway_for, subscribe, tries};

const DOCUMENT: &str = include_str!("../../../../docs/planbok.md");

/// Subscribes to some events: the subscription, its secret included.
async fn subscribe_to(host: &Host, endpoint: &str, events: &[&str]) -> Value {
    let request = host.http.post(format!("{}/v2/webhooks", host.url)).header("PLANBOK-X-API-KEY", &host.api_key);
    let (status, body) = send(request.json(&json!({"url": endpoint, "events": events}))).await;
    assert_eq!(status, 201, "{body}");
    body
}

fn call(host: &Host, method: &str, path: &str) -> reqwest::RequestBuilder {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    host.http.request(method, format!("{}/v2/webhooks{path}", host.url)).header("PLANBOK-X-API-KEY", &host.api_key)
}

/// The events that came, by name, without the test.
fn events(posts: &[Received]) -> Vec<String> {
    let mut names: Vec<_> = posts.iter().map(|post| post.json()["event"].as_str().unwrap().to_owned()).collect();
    names.retain(|name| name != "webhook.test");
    names.sort();
    names
}

/// What a snippet's function says: the snippet that has it, with `driver` behind it.
fn run(function: &str, driver: &str) -> String {
    let snippet = DOCUMENT.split("```js\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let snippet = snippet.into_iter().find(|text| text.contains(&format!("function {function}("))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("run.mjs"), format!("{snippet}\n{driver}")).unwrap();
    let output = Command::new("node").arg("run.mjs").current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What the documented verifier says of a post at this second.
fn verdict(post: &Received, body: &[u8], secret: &str, now: u64) -> bool {
    let headers: serde_json::Map<String, Value> =
        post.headers.iter().map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap()))).collect();
    let (body, headers) = (json!(body), Value::Object(headers));
    let driver = format!("console.log(isGenuine(Buffer.from({body}), {headers}, {secret:?}, {now}));");
    run("isGenuine", &driver) == "true"
}

#[tokio::test]
async fn each_event_is_told_by_planboks_names_to_those_who_ask_for_it() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    subscribe_to(&gateway, &receiver.url(), &["customer.*"]).await;
    subscribe_to(&gateway, &receiver.url(), &["customer.pin_updated"]).await;
    enrol(&gateway).await;
    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    change.prove(PIN).await.unwrap();
    change.replace(&["730562"]).await.unwrap();
    let mut restore = Client::open(&gateway, "POST", "/user/pin/restore").await;
    restore.prove(ANSWERS).await.unwrap();
    restore.replace(&["815937"]).await.unwrap();
    tries(&gateway, 2 + 5 + 2).await;
    let told = receiver.posts();
    let expected = [
        "customer.pin_setup",
        "customer.pin_updated",
        "customer.pin_updated",
        "customer.pin_updated",
        "customer.pin_updated",
        "customer.recovery_completed",
        "customer.recovery_setup",
    ];
    assert_eq!(events(&told), expected);
    assert!(gateway.inner.store.due_deliveries().await.unwrap().is_empty(), "and nothing else");
    let restored = told.iter().find(|post| post.json()["event"] == "customer.recovery_completed").unwrap();
    let body = restored.json();
    let expected = json!({
        "event": "customer.recovery_completed",
        "timestamp": repin_server::date::date(START),
        "idempotencyKey": restored.header("x-webhook-id"),
        "data": {"customerId": USER, "refId": null, "challengeId": restore.challenge, "type": "RESTORE_PIN"},
    });
    assert_eq!(body, expected);
    assert_eq!(restored.header("x-webhook-event"), "customer.recovery_completed");
    assert!(!restored.headers.contains_key("x-circle-signature"));
    let ids: std::collections::BTreeSet<_> = told.iter().map(|post| post.header("x-webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), told.len());
}

#[tokio::test]
async fn a_lock_is_told_once_a_minute_later_and_a_right_third_try_is_none() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    subscribe_to(&gateway, &receiver.url(), &["customer.locked_out"]).await;
    subscribe_to(&gateway, &receiver.url(), &["customer.pin_updated"]).await;
    enrol(&gateway).await;
    tries(&gateway, 2).await;
    let due = async || gateway.inner.store.due_deliveries().await.unwrap();

    let mut right = Client::open(&gateway, "PUT", "/user/pin").await;
    right.guess("111111").await.unwrap();
    right.guess("222222").await.unwrap();
    let (_, proof) = right.guess(PIN).await.unwrap();
    assert_eq!(due().await.len(), 1, "for all the gateway knows, it was wrong");
    right.confirm(&proof.unwrap()).await.unwrap();
    assert!(due().await.is_empty(), "it was right");

    for lock in 1..=2_usize {
        let mut wrong = Client::open(&gateway, "PUT", "/user/pin").await;
        for guess in ["111111", "222222", "333333"] {
            wrong.guess(guess).await.unwrap();
        }
        assert!(wrong.guess(PIN).await.is_err(), "what is refused is no second lock");
        let at = gateway.inner.clock.now();
        assert_eq!(due().await.iter().map(|(_, due)| *due).collect::<Vec<_>>(), [at + 60_000]);
        gateway.advance(60_000);
        gateway.inner.store.announce_deliveries();
        tries(&gateway, 2 + lock as u64).await;
        let told: Vec<_> = receiver.posts().into_iter().filter(|post| post.json()["event"] != "webhook.test").collect();
        assert_eq!(told.len(), lock);
        let expected = json!({
            "event": "customer.locked_out",
            "timestamp": repin_server::date::date(at),
            "idempotencyKey": told[lock - 1].header("x-webhook-id"),
            "data": {"customerId": USER, "refId": null, "challengeId": wrong.challenge, "type": "CHANGE_PIN"},
        });
        assert_eq!(told[lock - 1].json(), expected);
        gateway.advance(30 * 60 * 1000);
    }
}

#[tokio::test]
async fn the_hundredth_guess_in_a_row_is_told_when_it_was_wrong_and_not_when_it_was_right() {
    const NINETY_NINE: &str = "UPDATE credentials SET failed = 0, consecutive = 99";
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    subscribe_to(&gateway, &receiver.url(), &["customer.locked_out"]).await;
    enrol(&gateway).await;
    tries(&gateway, 1).await;
    let due = async || gateway.inner.store.due_deliveries().await.unwrap().len();

    for _ in 0..2 {
        gateway.execute(NINETY_NINE).await;
        let mut right = Client::open(&gateway, "PUT", "/user/pin").await;
        let (reply, proof) = right.guess(PIN).await.unwrap();
        assert_eq!((reply.attempts.left, reply.attempts.locked_until), (0, None), "the last there is");
        assert_eq!(due().await, 1, "for all the gateway knows, it was wrong");
        right.confirm(&proof.unwrap()).await.unwrap();
        assert_eq!(due().await, 0, "it was right");
    }
    // Twice: an operator may unlock it, and it may be locked so again.
    for lock in 1..=2_u64 {
        gateway.execute(NINETY_NINE).await;
        let mut wrong = Client::open(&gateway, "PUT", "/user/pin").await;
        assert!(wrong.guess("111111").await.unwrap().1.is_none());
        assert_eq!(due().await, 1);
        gateway.advance(60_000);
        gateway.inner.store.announce_deliveries();
        tries(&gateway, 1 + lock).await;
        let told = receiver.posts().into_iter().filter(|post| post.json()["event"] == "customer.locked_out").count();
        assert_eq!(told as u64, lock);
    }
}

#[tokio::test]
async fn the_documented_verifier_takes_what_is_sent_and_nothing_else() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let secret =
        subscribe_to(&gateway, &receiver.url(), &["customer.pin_setup"]).await["secret"].as_str().unwrap().to_owned();
    let another = subscribe_to(&gateway, &receiver.url(), &["transaction.confirmed"]).await["secret"].clone();
    assert_ne!(json!(secret), another);
    enrol(&gateway).await;
    let posts = receiver.wait_for(3).await;
    let post = posts.into_iter().find(|post| post.json()["event"] == "customer.pin_setup").unwrap();
    let now = START / 1000;
    tokio::task::spawn_blocking(move || {
        assert!(verdict(&post, &post.body, &secret, now));
        assert!(verdict(&post, &post.body, &secret, now + 300));
        assert!(!verdict(&post, &post.body, &secret, now + 301), "too old");
        assert!(!verdict(&post, &post.body, &secret, now - 301), "from the future");
        assert!(!verdict(&post, &post.body, another.as_str().unwrap(), now), "another's secret");
        let mut other = post.body.clone();
        other[20] ^= 1;
        assert!(!verdict(&post, &other, &secret, now), "another body");
        let spaced = String::from_utf8(post.body.clone()).unwrap().replacen(':', ": ", 1);
        assert!(!verdict(&post, spaced.as_bytes(), &secret, now), "the same JSON in other bytes");
        let mut later = post.clone();
        later.headers.insert("x-webhook-timestamp", (now + 1).to_string().parse().unwrap());
        assert!(!verdict(&later, &post.body, &secret, now), "another time");
        for signature in ["", "sha256=", "sha256=00", &"0".repeat(64)] {
            let mut forged = post.clone();
            forged.headers.insert("x-webhook-signature", signature.parse().unwrap());
            assert!(!verdict(&forged, &post.body, &secret, now), "{signature}");
        }
        let told = run("isGenuine", "try { isGenuine(Buffer.from('x'), {}, ''); } catch { console.log('refused'); }");
        assert_eq!(told, "refused", "no secret is no reason to believe");
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_later_try_has_its_own_time_and_the_same_body_and_id() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let secret =
        subscribe_to(&gateway, &receiver.url(), &["customer.pin_setup"]).await["secret"].as_str().unwrap().to_owned();
    tries(&gateway, 1).await;
    receiver.answer_posts(|_| Answer::Status(500));
    enrol(&gateway).await;
    tries(&gateway, 2).await;
    receiver.answer(|_| Answer::Status(200));
    // Over a restart: the secret comes from the store.
    let gateway: Gateway = gateway.restart().await;
    gateway.advance(10 * 60 * 1000);
    gateway.inner.store.announce_deliveries();
    let posts = receiver.wait_for(3).await;
    assert_eq!((&posts[1].body, posts[1].header("x-webhook-id")), (&posts[2].body, posts[2].header("x-webhook-id")));
    let late = posts[2].clone();
    let good = tokio::task::spawn_blocking(move || verdict(&late, &late.body, &secret, START / 1000 + 600));
    assert!(good.await.unwrap());
}

#[tokio::test]
async fn a_secret_is_shown_once_and_sealed() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let made = subscribe_to(&gateway, &receiver.url(), &[]).await;
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert!(secret.starts_with("whsec_") && secret.len() == 49, "256 bits");
    let (_, listed) = send(call(&gateway, "GET", "")).await;
    assert_eq!(listed["webhooks"][0]["id"], id);
    assert!(!listed.to_string().contains(secret));
    let kept = gateway.inner.store.subscription(&gateway.inner.app.id, id).await.unwrap().unwrap();
    let sealed = kept.secret.unwrap();
    assert!(!sealed.windows(secret.len()).any(|window| window == secret.as_bytes()));
    let storage = gateway.inner.keys.storage.newest().0;
    let needed = gateway.inner.store.needs_of_key("storage", storage).await.unwrap();
    assert!(needed >= 1, "the key that seals it is not retired");
    // Each face has its own.
    let circles = subscribe(&gateway, &receiver.url(), &[]).await;
    let (_, of_circle) = send(crate::request(&gateway, "GET", "/subscriptions")).await;
    assert_eq!(of_circle["data"].as_array().unwrap().len(), 1);
    assert_eq!(send(crate::request(&gateway, "DELETE", &format!("/subscriptions/{id}"))).await.0, 404);
    let other = format!("/{}", circles["id"].as_str().unwrap());
    assert_eq!(send(call(&gateway, "DELETE", &other)).await.0, 404);
    assert_eq!(send(call(&gateway, "DELETE", &format!("/{id}"))).await.0, 204);
    assert_eq!(send(call(&gateway, "DELETE", &format!("/{id}"))).await.0, 404);
}

#[tokio::test]
async fn a_gateway_that_still_uses_a_retired_key_seals_no_secret_with_it() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    // As if nobody had said that it is in use, and nobody needed it.
    gateway.execute("UPDATE key_ids SET retired = 1 WHERE purpose = 'storage'").await;
    let asked = json!({"url": receiver.url(), "events": ["customer.pin_setup"]});
    let (status, told) = send(call(&gateway, "POST", "").json(&asked)).await;
    assert_eq!((status, &told["success"]), (503, &json!(false)), "{told}");
    assert!(gateway.inner.store.subscriptions(&gateway.inner.app.id).await.unwrap().is_empty());
    assert!(gateway.inner.store.due_deliveries().await.unwrap().is_empty());
    // Circle's form has no secret.
    subscribe(&gateway, &receiver.url(), &[]).await;
    gateway.execute("UPDATE key_ids SET retired = NULL").await;
    subscribe_to(&gateway, &receiver.url(), &["customer.pin_setup"]).await;
}

#[tokio::test]
async fn what_cannot_be_subscribed_is_refused_in_words() {
    let receiver = Receiver::start().await;
    let gateway = gateway_for(&receiver).await;
    let url = receiver.url();
    for body in [
        json!({}),
        json!({"url": 1}),
        json!({"url": "https://127.0.0.2/"}),
        json!({"url": "http://hook.test/"}),
        json!({"url": url, "events": "customer.pin_updated"}),
        json!({"url": url, "events": ["customer.invented"]}),
        json!({"url": url, "events": ["challenges.restorePin"]}),
    ] {
        let (status, told) = send(call(&gateway, "POST", "").json(&body)).await;
        assert_eq!((status, &told["success"]), (400, &json!(false)), "{body}");
    }
    receiver.answer(|_| Answer::Status(404));
    let told = send(call(&gateway, "POST", "").json(&json!({"url": url}))).await;
    assert_eq!(told, (400, json!({"success": false, "message": "url must be reachable and answer HEAD with 2xx"})));
}

#[tokio::test]
async fn the_documented_reader_takes_a_signed_result_and_nothing_else() {
    let gateway = Gateway::start().await;
    let made = gateway.http.post(format!("{}/v2/customers", gateway.url)).header("PLANBOK-X-API-KEY", &gateway.api_key);
    let id = send(made.json(&json!({"name": "Ada"}))).await.1["id"].as_str().unwrap().to_owned();
    let asked = gateway.http.post(format!("{}/v2/customers/{id}/initialize", gateway.url));
    let asked =
        asked.header("PLANBOK-X-API-KEY", &gateway.api_key).json(&json!({"redirectUrl": "https://wallet.example/"}));
    let asked = send(asked).await.1;
    let challenge = asked["challengeId"].as_str().unwrap().to_owned();
    let ticket = asked["redirectUrl"].as_str().unwrap().split_once('#').unwrap().1;
    let page = |what: &str| {
        let url = format!("{}/v1/repin/visits/{challenge}/{what}", gateway.url);
        gateway.http.post(url).header("Origin", &gateway.url)
    };
    let opened = page("session").json(&json!({"ticket": ticket})).send().await.unwrap();
    let cookie = opened.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let token = opened.json::<Value>().await.unwrap()["userToken"].as_str().unwrap().to_owned();
    let ended = page("result").header("Cookie", cookie).header("X-User-Token", &token);
    let ended = send(ended.json(&json!({"outcome": "cancelled"}))).await.1;
    let back = ended["returnTo"].as_str().unwrap().to_owned();
    let result = back.split_once("&result=").unwrap().1.to_owned();
    let jwks = send(gateway.http.get(format!("{}/.well-known/jwks.json", gateway.url))).await.1;
    let app = gateway.inner.app.id.clone();
    let now = START / 1000;
    tokio::task::spawn_blocking(move || {
        let read = |result: &str, app: &str, challenge: &str, now: u64| {
            let about = json!({"jwks": jwks, "appId": app, "challengeId": challenge, "now": now});
            run("readResult", &format!("console.log(readResult({result:?}, {about})?.status);"))
        };
        assert_eq!(read(&result, &app, &challenge, now), "cancelled");
        assert_eq!(read(&result, &app, &challenge, now + 299), "cancelled");
        assert_eq!(read(&result, &app, &challenge, now + 300), "undefined", "its time is over");
        assert_eq!(read(&result, &app, &challenge, now - 31), "undefined", "from the future");
        assert_eq!(read(&result, "another", &challenge, now), "undefined", "another app's");
        assert_eq!(read(&result, &app, "another", now), "undefined", "another challenge's");
        assert_eq!(read(&token, &app, &challenge, now), "undefined", "a session token");
        let [head, body, signature] = result.split('.').collect::<Vec<_>>().try_into().unwrap();
        let encode = |text: &str| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text);
        let none = encode(r#"{"alg":"none","typ":"repin-result+jwt"}"#);
        for forged in [
            format!("{none}.{body}."),
            format!("{head}.{}.{signature}", encode(r#"{"status":"verified"}"#)),
            format!("{head}.{body}"),
            String::new(),
        ] {
            assert_eq!(read(&forged, &app, &challenge, now), "undefined", "{forged}");
        }
    })
    .await
    .unwrap();
}
