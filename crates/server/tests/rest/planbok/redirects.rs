//! Where a person may be sent back to.

use serde_json::json;

use super::*;
use crate::common::{BY, Gateway};

/// Whether this is taken as a redirectUrl of an app with `https://wallet.example`.
async fn taken(gateway: &Gateway, customer: &str, url: &str) -> bool {
    let (status, body) = ask_with(gateway, customer, "initialize", json!({"redirectUrl": url})).await;
    assert!(status == 200 || status == 400, "{url} {status}");
    assert!(status == 200 || body["message"].as_str().unwrap().starts_with("redirectUrl "), "{url}: {body}");
    status == 200
}

#[tokio::test]
async fn only_pages_of_registered_origins_are_gone_back_to() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    for good in [
        "https://wallet.example",
        "https://wallet.example/",
        "https://wallet.example/a/../b?step=verify",
        "HTTPS://WALLET.example/Done",
        "https://wallet.example:443/",
        "https://wallet.example//evil.example/",
    ] {
        assert!(taken(&gateway, &id, good).await, "{good}");
    }
    for bad in [
        "",
        "https://evil.example/",
        "https://evil.example/?https://wallet.example/",
        "https://wallet.example.evil.example/",
        "https://evilwallet.example/",
        "https://sub.wallet.example/",
        "https://wallet.example./",
        "https://wallet.example:444/",
        "https://wallet.example@evil.example/",
        "https://wallet.example:x@evil.example/",
        "https://evil.example\\@wallet.example/",
        "https://evil.example\\.wallet.example/",
        "\\\\wallet.example/",
        "//wallet.example/",
        "/done",
        "javascript:location='https://wallet.example/'",
        "javascript://wallet.example/%0aalert(1)",
        "data:text/html,https://wallet.example/",
        "http://wallet.example/",
        "ws://wallet.example/",
        "https://wаllet.example/", // the a is Cyrillic
        "https://wallet.example/#x",
        "https://wallet.example/\n",
        "https://wallet.example/?result=x",
        " https://wallet.example/",
    ] {
        assert!(!taken(&gateway, &id, bad).await, "{bad}");
    }
    for body in [json!({}), json!({"redirectUrl": null}), json!({"redirectUrl": ["https://wallet.example/"]})] {
        assert_eq!(ask_with(&gateway, &id, "initialize", body).await.0, 400);
    }
}

#[tokio::test]
async fn another_apps_origin_is_none_of_this_one() {
    let gateway = Gateway::start().await;
    let (app, other) = gateway.another_app(repin_server::api_key::Environment::Test).await;
    gateway.inner.store.add_origin(&app, "https://other.example", BY).await.unwrap();
    let (id, others) = (customer(&gateway).await, customer(&other).await);
    let url = json!({"redirectUrl": "https://other.example/"});
    assert_eq!(ask_with(&gateway, &id, "initialize", url.clone()).await.0, 400);
    assert_eq!(ask_with(&other, &others, "initialize", url).await.0, 200);
    assert_eq!(ask(&other, &others, "initialize").await.0, 400);
}

#[tokio::test]
async fn an_origin_that_is_taken_away_is_not_gone_back_to_by_links_under_way_either() {
    let gateway = Gateway::start().await;
    gateway.inner.store.add_origin(&gateway.inner.app.id, "http://localhost:3000", BY).await.unwrap();
    let id = customer(&gateway).await;
    let url = json!({"redirectUrl": "http://localhost:3000/done"});
    let (status, body) = ask_with(&gateway, &id, "initialize", url).await;
    assert_eq!(status, 200, "{body}");
    let (challenge, ticket) = ticket_of(&body);
    gateway.inner.store.remove_origin(&gateway.inner.app.id, "http://localhost:3000", BY).await.unwrap();
    let (cookie, _, visit) = cookie_of(open_visit(&gateway, &challenge, Some(&ticket), None)).await;
    assert_eq!(visit["back"], Value::Null);
    let token = visit["userToken"].as_str().unwrap();
    let (_, over) = end_visit(&gateway, &challenge, token, &cookie, "cancelled").await;
    assert_eq!((&over["status"], &over["returnTo"]), (&json!("cancelled"), &Value::Null));
}
