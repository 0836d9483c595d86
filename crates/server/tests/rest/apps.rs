//! Several apps on one gateway: to each, the others' users, sessions and challenges are as if they never were.

use repin_core::api::{OpenReply, OpenRequest, Step};
use repin_server::api_key::Environment;
use reqwest::RequestBuilder;
use serde_json::json;
use uuid::Uuid;

use crate::client::{Client, code, open_request};
use crate::common::{API_KEY, BY, Gateway, Host, ORIGIN, send};
use crate::{USER, enrol};

const OTHER_ORIGIN: &str = "https://other.example";

/// Every `/user` route, as this backend calls it for a token.
fn user_routes(host: &Host, token: &str, challenge: &str) -> Vec<RequestBuilder> {
    let post = [
        ("POST", "/user/initialize"),
        ("POST", "/user/pin"),
        ("PUT", "/user/pin"),
        ("POST", "/user/pin/restore"),
        ("POST", "/user/securityQuestions"),
    ];
    let body = json!({"idempotencyKey": Uuid::new_v4().to_string(), "blockchains": ["ETH-SEPOLIA"]});
    let challenge = format!("/user/challenges/{challenge}");
    let get = ["/user", "/user/challenges", challenge.as_str()].map(|path| host.request("GET", path));
    let post = post.map(|(method, path)| host.request(method, path).json(&body));
    get.into_iter().chain(post).map(|request| request.header("X-User-Token", token)).collect()
}

async fn refused(request: RequestBuilder) -> (u16, i64) {
    let (status, body) = send(request).await;
    (status, body["code"].as_i64().unwrap())
}

#[tokio::test]
async fn each_key_has_its_own_app() {
    let gateway = Gateway::start().await;
    let (app, other) = gateway.another_app(Environment::Live).await;
    let app_id = async |host: &Host| send(host.request("GET", "/config/entity")).await.1["data"]["appId"].clone();
    assert_eq!(app_id(&other).await, json!(app));
    assert_eq!(app_id(&gateway).await, json!(gateway.inner.app.id));
}

#[tokio::test]
async fn another_apps_users_are_unknown_and_their_names_are_free() {
    let gateway = Gateway::start().await;
    let (_, other) = gateway.another_app(Environment::Test).await;
    gateway.create_user(USER).await;
    assert_eq!(refused(other.request("GET", &format!("/users/{USER}"))).await, (404, 155102));
    let token = other.request("POST", "/users/token").json(&json!({"userId": USER}));
    assert_eq!(refused(token).await, (404, 155102));
    assert_eq!(send(other.request("GET", "/users")).await.1, json!({"data": {"users": []}}));
    other.create_user(USER).await;
    assert_eq!(send(gateway.request("GET", "/users")).await.1["data"]["users"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_apps_sessions_are_invalid_on_every_route_even_expired_ones() {
    let gateway = Gateway::start().await;
    let (_, other) = gateway.another_app(Environment::Test).await;
    enrol(&gateway).await;
    other.create_user(USER).await;
    let (token, _) = gateway.token(USER).await;
    let challenge = gateway.challenge("PUT", "/user/pin", &token).await;
    for request in user_routes(&other, &token, &challenge) {
        assert_eq!(refused(request).await, (403, 155105));
    }
    gateway.advance(2 * 60 * 60 * 1000);
    for request in user_routes(&other, &token, &challenge) {
        assert_eq!(refused(request).await, (403, 155105), "not even that it has expired");
    }
    for request in user_routes(&gateway, &token, &challenge) {
        assert_eq!(refused(request).await, (403, 155104));
    }
}

#[tokio::test]
async fn another_apps_challenges_are_unknown_over_rest_and_in_the_protocol() {
    let gateway = Gateway::start().await;
    let (app, other) = gateway.another_app(Environment::Test).await;
    enrol(&gateway).await;
    gateway.inner.store.add_origin(&app, ORIGIN, BY).await.unwrap();
    enrol(&other).await;
    let (token, _) = gateway.token(USER).await;
    let theirs = gateway.challenge("PUT", "/user/pin", &token).await;
    let (token, key) = other.token(USER).await;
    let get = other.request("GET", &format!("/user/challenges/{theirs}")).header("X-User-Token", &token);
    assert_eq!(refused(get).await, (404, 155116));
    let listed = send(other.request("GET", "/user/challenges").header("X-User-Token", &token)).await.1;
    assert!(!listed.to_string().contains(&theirs), "{listed}");
    let mut client = Client::on(&other, &token, &key, &theirs);
    assert_eq!(client.say_open().await.unwrap_err().code, 155116);
}

#[tokio::test]
async fn a_session_belongs_to_the_environment_it_was_made_under() {
    let gateway = Gateway::start().await;
    enrol(&gateway).await;
    let live = gateway.with_key(&gateway.new_key(&gateway.inner.app.id, Environment::Live).await.1);
    let (test_token, _) = gateway.token(USER).await;
    let (live_token, _) = live.token(USER).await;
    let challenge = gateway.challenge("PUT", "/user/pin", &test_token).await;
    for (host, token) in [(&live, &test_token), (&*gateway, &live_token)] {
        for request in user_routes(host, token, &challenge) {
            assert_eq!(refused(request).await, (403, 155105));
        }
    }
    assert_eq!(send(live.request("GET", "/user").header("X-User-Token", live_token)).await.0, 200, "the same people");
}

#[tokio::test]
async fn a_revoked_key_is_refused_from_the_next_request_on() {
    let gateway = Gateway::start().await;
    let (id, key) = gateway.new_key(&gateway.inner.app.id, Environment::Test).await;
    let host = gateway.with_key(&key);
    assert_eq!(send(host.request("GET", "/config/entity")).await.0, 200);
    assert!(gateway.inner.store.revoke_key(&id, BY).await.unwrap());
    assert_eq!(refused(host.request("GET", "/config/entity")).await, (401, 156007));
    assert!(!gateway.inner.store.revoke_key(&id, BY).await.unwrap(), "once is enough");
    assert_eq!(send(gateway.with_key(API_KEY).request("GET", "/config/entity")).await.0, 200);
}

async fn preflight(gateway: &Gateway, origin: &str) -> u16 {
    let url = format!("{}/v1/repin/challenges/c0ffee00-0000-4000-8000-000000000002/messages", gateway.url);
    gateway.http.request(reqwest::Method::OPTIONS, url).header("Origin", origin).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_page_may_run_the_widget_for_the_app_that_allows_it_and_no_other() {
    let gateway = Gateway::start().await;
    let (app, other) = gateway.another_app(Environment::Test).await;
    enrol(&gateway).await;
    gateway.inner.store.add_origin(&app, OTHER_ORIGIN, BY).await.unwrap();
    other.create_user(USER).await;
    let open = async |host: &Host, method: &str, path: &str, origin: &str| {
        let mut client = Client::new(host, method, path).await;
        let request = OpenRequest { origin: origin.into(), ..open_request() };
        client.say::<_, OpenReply>(Step::Open, &request).await
    };
    for origin in [ORIGIN, OTHER_ORIGIN] {
        assert_eq!(preflight(&gateway, origin).await, 204, "whose page it is cannot be known yet");
    }
    assert!(open(&gateway, "PUT", "/user/pin", ORIGIN).await.is_ok());
    assert!(open(&other, "POST", "/user/pin", OTHER_ORIGIN).await.is_ok());
    assert_eq!(code(open(&gateway, "PUT", "/user/pin", OTHER_ORIGIN).await), (403, 3));
    assert_eq!(code(open(&other, "POST", "/user/pin", ORIGIN).await), (403, 3), "an origin of the settings");

    assert!(gateway.inner.store.remove_origin(&app, OTHER_ORIGIN, BY).await.unwrap());
    assert_eq!(preflight(&gateway, OTHER_ORIGIN).await, 403);
    assert_eq!(code(open(&other, "POST", "/user/pin", OTHER_ORIGIN).await), (403, 3));
}

#[tokio::test]
async fn open_refuses_the_app_id_of_another_app() {
    let gateway = Gateway::start().await;
    let (app, _) = gateway.another_app(Environment::Test).await;
    enrol(&gateway).await;
    let mut client = Client::new(&gateway, "PUT", "/user/pin").await;
    let mut open = async |app: &str| {
        client.seq = 0;
        let request = OpenRequest { app_id: Some(app.to_owned()), ..open_request() };
        client.say::<_, OpenReply>(Step::Open, &request).await
    };
    assert_eq!(code(open(&app).await), (400, 155114));
    assert!(open(&gateway.inner.app.id).await.is_ok());
}
