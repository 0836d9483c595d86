//! Lists: pages, filters, and the links between pages.

use repin_server::attempts::LOCK_MS;
use serde_json::{Value, json};

use crate::client::Client;
use crate::common::{Gateway, send};
use crate::{PIN, USER, enrol};

const MINUTE: u64 = 60_000;

/// Status, ids in order, and the links by relation.
async fn page(gateway: &Gateway, path: &str) -> (u16, Vec<String>, Vec<(String, String)>) {
    let response = gateway.request("GET", path).header("Content-Type", "application/json").send().await.unwrap();
    let status = response.status().as_u16();
    let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned()).unwrap_or_default();
    let links = link.split(", ").filter_map(|link| {
        let (url, relation) = link.strip_prefix('<')?.split_once(">; rel=\"")?;
        Some((relation.trim_end_matches('"').to_owned(), url.strip_prefix("/v1/w3s")?.to_owned()))
    });
    let links = links.collect();
    let body: Value = response.json().await.unwrap();
    let users = body["data"]["users"].as_array().into_iter().flatten();
    (status, users.map(|user| user["id"].as_str().unwrap().to_owned()).collect(), links)
}

fn link<'a>(links: &'a [(String, String)], relation: &str) -> Option<&'a str> {
    links.iter().find(|(name, _)| name == relation).map(|(_, url)| url.as_str())
}

/// Users `user-0` to `user-{count - 1}`, a minute apart but for each second pair, which is of one millisecond.
async fn crowd(count: usize) -> Gateway {
    let gateway = Gateway::start().await;
    for user in 0..count {
        gateway.create_user(&format!("user-{user:02}")).await;
        if user % 2 == 1 {
            gateway.advance(MINUTE);
        }
    }
    gateway
}

#[tokio::test]
async fn following_the_links_meets_every_user_once_both_ways() {
    let gateway = crowd(25).await;
    for query in ["pageSize=4", "pageSize=4&order=ASC"] {
        let (mut forward, mut backward) = (Vec::new(), Vec::new());
        let mut at = format!("/users?{query}");
        let last = loop {
            let (status, ids, links) = page(&gateway, &at).await;
            assert_eq!(status, 200);
            assert_eq!(link(&links, "prev").is_some(), !forward.is_empty(), "{at}");
            forward.extend(ids);
            match link(&links, "next") {
                Some(next) => at = next.to_owned(),
                None => break at,
            }
        };
        at = last;
        loop {
            let (_, ids, links) = page(&gateway, &at).await;
            backward.splice(0..0, ids);
            match link(&links, "prev") {
                Some(previous) => at = previous.to_owned(),
                None => break,
            }
        }
        assert_eq!(forward.len(), 25);
        let newest = if query.ends_with("ASC") { forward.last() } else { forward.first() };
        assert_eq!(newest.unwrap(), "user-24");
        assert_eq!(forward, backward);
        let mut names = forward.clone();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 25, "nobody twice");
    }
}

#[tokio::test]
async fn a_page_has_ten_users_unless_asked_otherwise_and_fifty_at_most() {
    let gateway = crowd(51).await;
    assert_eq!(page(&gateway, "/users").await.1.len(), 10);
    assert_eq!(page(&gateway, "/users?pageSize=1").await.1.len(), 1);
    assert_eq!(page(&gateway, "/users?pageSize=1000").await.1.len(), 50);
}

#[tokio::test]
async fn dates_bound_a_list_inclusively_in_the_forms_both_sdks_send() {
    let gateway = crowd(6).await;
    for (query, expected) in [
        ("from=2027-01-15T08:01:00Z", 4),
        ("from=2027-01-15T08:01:00.001Z", 2),
        ("to=2027-01-15T08:01:00.000000%2B0000", 4),
        ("to=2027-01-15T08:01:00.000000", 4),
        ("from=2027-01-15T08:01:00Z&to=2027-01-15T08:01:00Z", 2),
        ("to=2026-01-01T00:00:00Z", 0),
    ] {
        assert_eq!(page(&gateway, &format!("/users?{query}")).await.1.len(), expected, "{query}");
    }
}

#[tokio::test]
async fn a_hosts_own_uuid_is_a_cursor_too_and_another_apps_is_none() {
    let gateway = Gateway::start().await;
    let (_, other) = gateway.another_app(repin_server::api_key::Environment::Test).await;
    let id = "c0ffee00-0000-4000-8000-000000000002";
    gateway.create_user("user-0001").await;
    gateway.advance(1);
    gateway.create_user(id).await;
    assert_eq!(page(&gateway, &format!("/users?pageAfter={id}")).await.1, ["user-0001"]);
    assert_eq!(page(&gateway, &format!("/users?order=ASC&pageBefore={id}")).await.1, ["user-0001"]);
    let (status, body) = send(other.request("GET", &format!("/users?pageAfter={id}"))).await;
    assert_eq!((status, body["code"].as_i64()), (404, Some(156012)));
}

/// Hosts make UUIDs in capitals, and write them without hyphens.
#[tokio::test]
async fn a_hosts_own_uuid_is_a_cursor_as_the_host_writes_it_and_ours_in_any_spelling() {
    let gateway = Gateway::start().await;
    let (capitals, digits) = ("C0FFEE00-0000-4000-8000-00000000000A", "c0ffee0000004000800000000000000b");
    for user in ["user-0001", capitals, digits] {
        gateway.create_user(user).await;
        gateway.advance(1);
    }
    let list = async |query: String| {
        let (status, ids, _) = page(&gateway, &format!("/users?{query}")).await;
        assert_eq!(status, 200, "{query}");
        ids
    };
    assert_eq!(list(format!("pageAfter={capitals}")).await, ["user-0001"]);
    assert_eq!(list(format!("pageAfter={digits}")).await, [capitals, "user-0001"]);
    assert_eq!(list(format!("pageBefore={capitals}")).await, [digits]);
    let ours = gateway.inner.store.user(&gateway.inner.app.id, "user-0001").await.unwrap().unwrap().id;
    for spelling in [ours.clone(), ours.to_uppercase(), ours.replace('-', "")] {
        assert_eq!(list(format!("pageBefore={spelling}")).await, [digits, capitals]);
    }
}

#[tokio::test]
async fn filters_go_by_the_status_of_now() {
    let gateway = Gateway::start().await;
    gateway.create_user("user-0002").await;
    enrol(&gateway).await;
    let having = async |query: &str| page(&gateway, &format!("/users?{query}")).await.1;
    assert_eq!(having("pinStatus=ENABLED").await, [USER]);
    assert_eq!(having("pinStatus=UNSET").await, ["user-0002"]);
    assert_eq!(having("pinStatus=LOCKED").await, [""; 0]);
    assert_eq!(having("pinStatus=ENABLED&securityQuestionStatus=UNSET").await, [""; 0]);

    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    for _ in 0..3 {
        client.guess("111111").await.unwrap();
    }
    assert_eq!(having("pinStatus=LOCKED").await, [USER]);
    assert_eq!(having("pinStatus=LOCKED&securityQuestionStatus=ENABLED").await, [USER]);
    assert_eq!(having("securityQuestionStatus=LOCKED").await, [""; 0]);
    assert_eq!(having("pinStatus=ENABLED").await, [""; 0]);
    gateway.advance(LOCK_MS - 1);
    assert_eq!(having("pinStatus=LOCKED").await, [USER]);
    gateway.advance(1);
    assert_eq!(having("pinStatus=LOCKED").await, [""; 0], "a lock that has passed is none");
    assert_eq!(having("pinStatus=ENABLED").await, [USER]);
    assert_eq!(page(&gateway, "/users?pinStatus=locked").await.0, 400);
    let links = page(&gateway, "/users?pinStatus=UNSET&pageSize=1&from=2020-01-01T00:00:00Z").await.2;
    let first = "/users?pinStatus=UNSET&from=2020-01-01T00:00:00Z&order=DESC&pageSize=1";
    assert_eq!(links, [("first".to_owned(), first.to_owned())], "a link keeps what was asked for");
}

#[tokio::test]
async fn links_begin_with_the_public_url_where_there_is_one() {
    let gateway = Gateway::start_with(|config| config.public_url = Some("https://pin.example".into())).await;
    let response = gateway.request("GET", "/users").send().await.unwrap();
    let expected = "<https://pin.example/v1/w3s/users?order=DESC&pageSize=10>; rel=\"first\"";
    assert_eq!(response.headers()["link"], expected);
}

#[tokio::test]
async fn challenges_have_pages_and_the_status_of_now() {
    let gateway = Gateway::start().await;
    enrol(&gateway).await;
    // Challenges of one millisecond are in the order of their random ids.
    gateway.advance(1);
    let mut proving = Client::open(&gateway, "PUT", "/user/pin").await;
    proving.prove(PIN).await.unwrap();
    gateway.advance(1);
    let (token, _) = gateway.token(USER).await;
    let pending = gateway.challenge("POST", "/user/pin/restore", &token).await;
    let list = async |query: &str| {
        let (token, _) = gateway.token(USER).await;
        let request = gateway.request("GET", &format!("/user/challenges?{query}")).header("X-User-Token", token);
        let body = send(request).await.1;
        let ids = body["data"]["challenges"].as_array().unwrap_or_else(|| panic!("{query} {body}")).clone();
        ids.iter().map(|challenge| challenge["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("status=IN_PROGRESS").await, [proving.challenge.as_str()]);
    assert_eq!(list("status=PENDING").await, [pending.as_str()]);
    assert_eq!(list("status=COMPLETED").await, list("status=COMPLETE").await);
    assert_eq!(list("status=COMPLETE").await.len(), 1);
    let all = list("").await;
    assert_eq!(all[..2], [pending.clone(), proving.challenge.clone()]);
    assert_eq!(list(&format!("pageAfter={}&pageSize=1", all[0])).await, [all[1].as_str()]);
    assert_eq!(list(&format!("pageBefore={}", all[2])).await, all[..2]);
    gateway.advance(3 * 60 * MINUTE);
    assert_eq!(list("status=EXPIRED").await, all[..2]);
    assert_eq!(list("status=PENDING").await, [""; 0]);
    let unknown = gateway.request("GET", "/user/challenges?pageAfter=c0ffee00-0000-4000-8000-000000000002");
    let (token, _) = gateway.token(USER).await;
    assert_eq!(send(unknown.header("X-User-Token", token)).await.1["code"], json!(156012));
}
