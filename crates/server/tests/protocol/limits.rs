//! Limits on what comes without a key.

use rand_core::OsRng;
use repin_core::api::{CancelRequest, CredentialKind, Prove1Reply, Prove1Request, Step};
use repin_core::credential::ClientLogin;
use repin_core::secret::SecretBytes;
use repin_server::api_key::Environment;
use repin_server::limits::Limits;
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::json;

use crate::client::{Client, code};
use crate::common::{BY, Gateway, Host, metrics_url, send};
use crate::{ANSWERS, PIN, USER, enrolled};

async fn limited(limits: Limits) -> Gateway {
    let gateway = Gateway::start_with(|config| config.limits = limits).await;
    gateway.create_user(USER).await;
    gateway
}

#[tokio::test]
async fn a_message_too_many_is_no_guess_and_its_bytes_go_on_a_moment_later() {
    let gateway = limited(Limits { session: 2, ..Limits::NONE }).await;
    let mut enrol = Client::open(&gateway, "POST", "/user/initialize").await;
    gateway.advance(60_000);
    let commit = enrol.register(&[PIN, ANSWERS]).await.unwrap();
    enrol.say::<_, repin_core::api::CommitReply>(Step::Commit, &commit).await.unwrap();

    let mut change = Client::open(&gateway, "PUT", "/user/pin").await;
    change.guess("111111").await.unwrap();
    let (_, ke1) = ClientLogin::start(&SecretBytes::new(b"222222".to_vec()), &mut rand_core::OsRng).unwrap();
    let sealed = change.seal(Step::Prove1, &Prove1Request { kind: CredentialKind::Pin, ke1 });
    let (status, body) = change.send(Step::Prove1, change.seq, &sealed).await;
    assert_eq!((status, &body), (429, &json!({"code": 429, "message": "Too many requests"})));
    assert_eq!(gateway.user(USER).await["data"]["user"]["pinDetails"]["failedAttempts"], 1);
    // Another session of theirs is not limited by it.
    let mut other = Client::open(&gateway, "PUT", "/user/pin").await;
    other.say::<_, repin_core::api::CancelReply>(Step::Cancel, &CancelRequest {}).await.unwrap();

    gateway.advance(30_000);
    let (status, body) = change.send(Step::Prove1, change.seq, &sealed).await;
    let reply: Prove1Reply = change.read(Step::Prove1, &sealed, status, &body).unwrap();
    assert_eq!(reply.attempts.left, 1);
}

#[tokio::test]
async fn a_user_is_limited_over_all_sessions_and_so_are_the_sessions_asked_for() {
    let gateway = limited(Limits { user: 3, ..Limits::NONE }).await;
    gateway.create_user("user-0002").await;
    for _ in 0..3 {
        Client::open(&gateway, "POST", "/user/pin").await;
    }
    let ask = |user: &str| gateway.request("POST", "/users/token").json(&json!({"userId": user}));
    let response = ask(USER).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "20"));
    let (token, key) = gateway.token("user-0002").await;
    let challenge = gateway.challenge("POST", "/user/pin", &token).await;
    Client::on(&gateway, &token, &key, &challenge).say_open().await.unwrap();
    gateway.advance(20_000);
    let (token, key) = gateway.token(USER).await;
    let challenge = gateway.challenge("POST", "/user/pin", &token).await;
    let mut client = Client::on(&gateway, &token, &key, &challenge);
    client.say_open().await.unwrap();
    assert_eq!(code(client.register(&[PIN]).await), (429, 429), "three messages, and one came back");
}

/// How often an operation of the store was asked for.
pub async fn asked(gateway: &Gateway, operation: &str) -> Option<u64> {
    let page = gateway.http.get(metrics_url(&gateway.inner).await).send().await.unwrap().text().await.unwrap();
    let line = format!("repin_store_operation_seconds_count{{operation=\"{operation}\"}} ");
    page.lines().find_map(|found| found.strip_prefix(&line)?.parse().ok())
}

/// What a token that is none is answered.
const STRANGER: u16 = 403;

/// A message with a token that is none, from behind a header.
async fn stranger(gateway: &Gateway, forwarded: &str) -> u16 {
    let url = format!("{}/v1/repin/challenges/x/messages", gateway.url);
    let request = gateway.http.post(url).header("X-User-Token", "none").header("X-Forwarded-For", forwarded);
    send(request.json(&json!({}))).await.0
}

#[tokio::test]
async fn an_address_is_limited_and_a_header_changes_that_only_from_a_trusted_proxy() {
    let gateway = limited(Limits { address: 5, ..Limits::NONE }).await;
    for number in 0..5 {
        assert_eq!(stranger(&gateway, &format!("198.51.100.{number}")).await, STRANGER);
    }
    assert_eq!(stranger(&gateway, "198.51.100.99").await, 429, "spoofed: it is one address all the same");
    let unknown = gateway.with_key("TEST_API_KEY:unknown:unknown");
    assert_eq!(send(unknown.request("GET", "/config/entity")).await.0, 429, "and for a key that is not known");
    assert_eq!(send(gateway.request("GET", "/config/entity")).await.0, 200, "a backend is not limited by address");

    let gateway = gateway.restart_with(|config| config.proxies.trusted = vec!["127.0.0.0/8".parse().unwrap()]).await;
    for number in 0..20 {
        assert_eq!(stranger(&gateway, &format!("198.51.100.{number}")).await, STRANGER);
    }
    for _ in 0..4 {
        assert_eq!(stranger(&gateway, "6.6.6.6, 198.51.100.7").await, STRANGER);
    }
    assert_eq!(stranger(&gateway, "7.7.7.7, 198.51.100.7").await, 429, "what the client wrote itself is not believed");
    for number in 1..=5 {
        assert_eq!(stranger(&gateway, &format!("2001:db8::{number}")).await, STRANGER);
    }
    assert_eq!(stranger(&gateway, "2001:db8::6").await, 429, "one /64");
}

#[tokio::test]
async fn what_a_stranger_has_the_store_asked_is_counted_and_what_it_knows_is_not() {
    let gateway = limited(Limits { address: 5, ..Limits::NONE }).await;
    let (_, key) = gateway.new_key(&gateway.inner.app.id, Environment::Test).await;
    let backend = gateway.with_key(&key);
    let page = "https://shop.example";
    assert!(gateway.inner.store.add_origin(&gateway.inner.app.id, page, BY).await.unwrap());
    let at = |path: &str| format!("{}{path}", gateway.url);
    let message = at("/v1/repin/challenges/c0ffee00-0000-4000-8000-000000000002/messages");
    let preflight =
        async |origin: &str| send(gateway.http.request(Method::OPTIONS, &message).header(ORIGIN, origin)).await.0;
    let frame = async |origin: &str| send(gateway.http.get(at(&format!("/frame?origin={origin}")))).await.0;
    let jwks = async || send(gateway.http.get(at("/.well-known/jwks.json"))).await.0;
    let entity = async |host: &Host| send(host.request("GET", "/config/entity")).await.0;

    // Known, and counted once: whether they are is found by asking.
    assert_eq!((preflight(page).await, entity(&backend).await), (204, 200));
    let stranger = gateway.with_key("TEST_API_KEY:unknown:unknown");
    assert_eq!((preflight("https://evil.example").await, frame("https://odd.example").await), (403, 403));
    assert_eq!(jwks().await, 200);
    let asked = async |operation: &str| asked(&gateway, operation).await;
    let before = (asked("is_origin_of_any").await, asked("api_key").await, asked("webhook_keys").await);
    for _ in 0..3 {
        assert_eq!((preflight("https://evil.example").await, frame("https://odd.example").await), (429, 429));
        assert_eq!((jwks().await, entity(&stranger).await), (429, 429));
    }
    let after = (asked("is_origin_of_any").await, asked("api_key").await, asked("webhook_keys").await);
    assert_eq!(after, before, "the store was not asked");
    // Whom it knows is not held off by them, and neither is our own page.
    assert_eq!((preflight(page).await, preflight(&gateway.url).await), (204, 204));
    assert_ne!(frame(page).await, 429);
    assert_eq!(entity(&backend).await, 200);

    // That it was known lets nobody in.
    assert!(gateway.inner.store.remove_origin(&gateway.inner.app.id, page, BY).await.unwrap());
    assert_eq!((preflight(page).await, preflight(page).await), (403, 429));
}

#[tokio::test]
async fn a_token_without_its_key_uses_up_nothing_of_its_users() {
    let gateway = limited(Limits { session: 2, user: 2, ..Limits::NONE }).await;
    let (token, key) = gateway.token(USER).await;
    let challenge = gateway.challenge("POST", "/user/initialize", &token).await;
    let (_, other_key) = gateway.token(USER).await;
    let mut thief = Client::on(&gateway, &token, &other_key, &challenge);
    for _ in 0..10 {
        assert_eq!(code(thief.say_open().await), (400, 155118), "it does not open");
    }
    let url = format!("{}/v1/repin/challenges/{challenge}/messages", gateway.url);
    for _ in 0..10 {
        assert_eq!(send(gateway.http.post(&url).header("X-User-Token", &token).body("{}")).await.0, 400);
    }
    let mut client = Client::on(&gateway, &token, &key, &challenge);
    client.say_open().await.unwrap();
    assert!(client.register(&[PIN, ANSWERS]).await.is_ok());
    assert_eq!(code(client.register(&[PIN, ANSWERS]).await), (429, 429), "the control: what opens is counted");
}

#[tokio::test]
async fn what_finds_no_place_to_be_computed_is_no_guess_and_its_bytes_go_on_when_there_is_one() {
    let gateway = enrolled().await;
    let change = Client::open(&gateway, "PUT", "/user/pin").await;
    let failed =
        async |gateway: &Gateway| gateway.user(USER).await["data"]["user"]["pinDetails"]["failedAttempts"].clone();
    let (_, ke1) = ClientLogin::start(&SecretBytes::new(b"111111".to_vec()), &mut OsRng).unwrap();
    let guess = change.seal(Step::Prove1, &Prove1Request { kind: CredentialKind::Pin, ke1 });

    let full = gateway.restart_with(|config| config.arithmetic_places = 0).await;
    let change = change.at(&full.url);
    for _ in 0..5 {
        // Not 503, for which a balancer leaves a gateway alone that can answer everybody else.
        assert_eq!(change.send(Step::Prove1, change.seq, &guess).await.0, 429);
    }
    assert_eq!(failed(&full).await, 0);

    let gateway = full.restart_with(|config| config.arithmetic_places = 1).await;
    let mut change = change.at(&gateway.url);
    let answer = change.send(Step::Prove1, change.seq, &guess).await;
    assert_eq!((answer.0, failed(&gateway).await), (200, 1.into()));
    assert_eq!(change.send(Step::Prove1, change.seq, &guess).await, answer, "the same once more");
    assert_eq!(failed(&gateway).await, 1);
    change.seq += 1;
    change.prove(PIN).await.unwrap();

    let full = gateway.restart_with(|config| config.arithmetic_places = 0).await;
    let mut change = change.at(&full.url);
    assert_eq!(code(change.register(&["730562"]).await), (429, 429));
    let gateway = full.restart_with(|config| config.arithmetic_places = 1).await;
    change.at(&gateway.url).replace(&["730562"]).await.unwrap();
    Client::open(&gateway, "PUT", "/user/pin").await.prove("730562").await.unwrap();
}
