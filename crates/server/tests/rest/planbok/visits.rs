//! The page's calls: the ticket is good once, the cookie brings a reload back, the result is signed.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::common::{Gateway, START};
use crate::{ANSWERS, PIN};

/// What is in the URL back: challenge, status and the claims of the result, which verifies.
async fn read(gateway: &Gateway, url: &str) -> (String, String, Value) {
    let url = Url::parse(url).unwrap();
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let result = value("result");
    let header = decode_header(&result).unwrap();
    assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::ES256, Some("repin-result+jwt")));
    let jwks: JwkSet =
        gateway.http.get(format!("{}/.well-known/jwks.json", gateway.url)).send().await.unwrap().json().await.unwrap();
    let key = DecodingKey::from_jwk(jwks.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_audience(&[&gateway.inner.app.id]);
    rules.set_issuer(&["repin"]);
    rules.validate_exp = false; // the gateway's clock is the test's
    let claims = decode::<Value>(&result, &key, &rules).unwrap().claims;
    let mut forged = result.clone().into_bytes();
    let middle = result.find('.').unwrap() + 10;
    forged[middle] = if forged[middle] == b'A' { b'B' } else { b'A' };
    assert!(decode::<Value>(std::str::from_utf8(&forged).unwrap(), &key, &rules).is_err());
    (value("challengeId"), value("status"), claims)
}

#[tokio::test]
async fn a_ticket_is_good_once_and_only_for_its_challenge() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let (other, _) = asked(&gateway, &id, "initialize").await;
    let gone = json!({"success": false, "message": "The link was used, is unknown, or is over", "back": ORIGIN});
    for (challenge, ticket) in [(&other, &ticket[..]), (&challenge, ""), (&challenge, &ticket[1..])] {
        assert_eq!(send(open_visit(&gateway, challenge, Some(ticket), None)).await, (410, gone.clone()));
    }
    assert_eq!(send(open_visit(&gateway, &challenge, None, None)).await, (410, gone.clone()));
    for unknown in ["x", "00000000-0000-4000-8000-000000000000"] {
        let (status, body) = send(open_visit(&gateway, unknown, Some(&ticket), None)).await;
        assert_eq!((status, &body["back"]), (410, &Value::Null));
    }
    assert_eq!(send(open_visit(&gateway, &challenge, Some(&ticket), None)).await.0, 200);
    assert_eq!(send(open_visit(&gateway, &challenge, Some(&ticket), None)).await, (410, gone));
}

#[tokio::test]
async fn of_many_who_use_a_ticket_at_once_one_gets_a_session() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let tries = (0..20).map(|_| send(open_visit(&gateway, &challenge, Some(&ticket), None)));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1);
}

#[tokio::test]
async fn a_page_whose_answer_was_lost_asks_again_with_its_nonce_and_nobody_else_does() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let with = |nonce: &str| show(&gateway, &challenge, &json!({"ticket": ticket, "nonce": nonce}));
    let [mine, another] = ["0123456789abcdef", "0123456789abcdee"].map(|part| part.repeat(4));
    let (cookie, _, first) = cookie_of(with(&mine)).await;
    let (again, _, second) = cookie_of(with(&mine)).await;
    assert_eq!(cookie, again, "the one that it may have got");
    assert_ne!(first["userToken"], second["userToken"]);
    assert_eq!(send(open_visit(&gateway, &challenge, None, Some(&cookie))).await.0, 200);
    for nonce in [&another[..], &mine[1..], ""] {
        assert_eq!(send(with(nonce)).await.0, 410, "{nonce}");
    }
    assert_eq!(send(open_visit(&gateway, &challenge, Some(&ticket), None)).await.0, 410, "the link alone");
    let other = json!({"ticket": &ticket[1..], "nonce": mine});
    assert_eq!(send(show(&gateway, &challenge, &other)).await.0, 410, "no ticket");
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let short = json!({"ticket": ticket, "nonce": "guessed"});
    let send_short = async || send(show(&gateway, &challenge, &short)).await.0;
    assert_eq!((send_short().await, send_short().await), (200, 410), "a short one is none");
}

#[tokio::test]
async fn a_page_of_another_origin_gets_no_session() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let url = format!("{}/v1/repin/visits/{challenge}/session", gateway.url);
    for origin in [None, Some("null"), Some(ORIGIN), Some("http://127.0.0.1")] {
        let request = gateway.http.post(&url).json(&json!({"ticket": ticket}));
        let request = match origin {
            Some(origin) => request.header("Origin", origin),
            None => request,
        };
        assert_eq!(send(request).await.0, 403, "{origin:?}");
    }
    assert_eq!(send(open_visit(&gateway, &challenge, Some(&ticket), None)).await.0, 200, "and nothing was used up");
}

#[tokio::test]
async fn a_reload_goes_on_by_a_cookie_that_no_script_reads() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let (cookie, whole, first) = cookie_of(open_visit(&gateway, &challenge, Some(&ticket), None)).await;
    let path = format!("Path=/v1/repin/visits/{challenge}/;");
    // The challenge's quarter of an hour, and the hour of a session that begins at its end.
    for part in [&path[..], "HttpOnly", "SameSite=Strict", "Max-Age=4500"] {
        assert!(whole.contains(part), "{whole}");
    }
    assert!(!whole.contains("Secure"), "on a loopback address there is no TLS");
    let (status, again) = send(open_visit(&gateway, &challenge, None, Some(&cookie))).await;
    assert_eq!(status, 200);
    assert_ne!(again["userToken"], first["userToken"]);
    // The link from the browser's history, in the same browser.
    assert_eq!(send(open_visit(&gateway, &challenge, Some(&ticket), Some(&cookie))).await.0, 200);
    for wrong in ["repin-visit=", "repin-visit=x", "other=1", &cookie.replace("repin-visit", "else")] {
        assert_eq!(send(open_visit(&gateway, &challenge, None, Some(wrong))).await.0, 410, "{wrong}");
    }
    let (other, _) = asked(&gateway, &id, "initialize").await;
    assert_eq!(send(open_visit(&gateway, &other, None, Some(&cookie))).await.0, 410, "another challenge's");
    gateway.advance(15 * 60 * 1000);
    let (status, over) = send(open_visit(&gateway, &challenge, None, Some(&cookie))).await;
    assert_eq!((status, &over["status"]), (200, &json!("failed")), "its time is over: no session, and a way back");
    assert_eq!(over["userToken"], Value::Null);
    let (_, _, claims) = read(&gateway, over["returnTo"].as_str().unwrap()).await;
    assert_eq!(claims["errorCode"], 155121);
}

#[tokio::test]
async fn with_tls_the_cookie_is_for_tls_alone() {
    let gateway = Gateway::start_with(|config| config.public_url = Some("https://pin.wallet.example".into())).await;
    let id = customer(&gateway).await;
    let (_, body) = ask(&gateway, &id, "initialize").await;
    let (challenge, ticket) = ticket_of(&body);
    assert!(body["redirectUrl"].as_str().unwrap().starts_with("https://pin.wallet.example/recover/"));
    let url = format!("{}/v1/repin/visits/{challenge}/session", gateway.url);
    let request =
        gateway.http.post(url).header("Origin", "https://pin.wallet.example").json(&json!({"ticket": ticket}));
    assert!(cookie_of(request).await.1.ends_with("; Secure"));
}

#[tokio::test]
async fn the_way_back_carries_a_signed_result() {
    let gateway = Gateway::start().await;
    let id = enrolled(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "reset-pin").await;
    let (cookie, _, visit) = cookie_of(open_visit(&gateway, &challenge, Some(&ticket), None)).await;
    let text = |name: &str| visit[name].as_str().unwrap().to_owned();
    let (status, _) = end_visit(&gateway, &challenge, &text("userToken"), &cookie, "completed").await;
    assert_eq!(status, 409, "the page's word does not make it so");
    assert_eq!(poll(&gateway, &id, &challenge).await["status"], "pending");
    let mut client = Client::on(&gateway, &text("userToken"), &text("encryptionKey"), &challenge);
    client.say_open().await.unwrap();
    client.prove(ANSWERS).await.unwrap();
    client.replace(&["730562"]).await.unwrap();
    for word in ["completed", "failed", "cancelled"] {
        let (status, over) = end_visit(&gateway, &challenge, &text("userToken"), &cookie, word).await;
        assert_eq!((status, &over["status"]), (200, &json!("verified")), "what is done is done: {word}");
        let back = over["returnTo"].as_str().unwrap();
        assert!(back.starts_with(&format!("{BACK}&challengeId={challenge}&status=verified&result=")), "{back}");
        let (of, status, claims) = read(&gateway, back).await;
        assert_eq!((&of, &status[..]), (&challenge, "verified"));
        let expected = json!({
            "iss": "repin", "aud": gateway.inner.app.id, "sub": id, "jti": claims["jti"], "iat": START / 1000,
            "exp": START / 1000 + 300, "challengeId": challenge, "type": "RESTORE_PIN", "status": "verified",
        });
        assert_eq!(claims, expected);
    }
    let shown = poll(&gateway, &id, &challenge).await;
    assert_eq!((&shown["status"], &shown["result"]), (&json!("verified"), &json!({"outcome": "verified"})));
    // A reload after the end goes back, and gets no session.
    let (_, over) = send(open_visit(&gateway, &challenge, None, Some(&cookie))).await;
    assert_eq!((&over["status"], &over["userToken"]), (&json!("verified"), &Value::Null));
}

#[tokio::test]
async fn who_leaves_is_told_to_have_left_and_a_repeated_call_brings_them_back() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let body = json!({"redirectUrl": BACK, "idempotencyKey": "k"});
    let (challenge, ticket) = ticket_of(&ask_with(&gateway, &id, "initialize", body.clone()).await.1);
    let (cookie, _, visit) = cookie_of(open_visit(&gateway, &challenge, Some(&ticket), None)).await;
    let token = visit["userToken"].as_str().unwrap();
    let (_, over) = end_visit(&gateway, &challenge, token, &cookie, "cancelled").await;
    let (_, status, claims) = read(&gateway, over["returnTo"].as_str().unwrap()).await;
    assert_eq!((&status[..], &claims["status"]), ("cancelled", &json!("cancelled")));
    let shown = poll(&gateway, &id, &challenge).await;
    assert_eq!((&shown["status"], &shown["result"]["outcome"]), (&json!("failed"), &json!("cancelled")));
    let (_, over) = send(open_visit(&gateway, &challenge, None, Some(&cookie))).await;
    assert_eq!(over["status"], "cancelled");
    let (same, fresh) = ticket_of(&ask_with(&gateway, &id, "initialize", body).await.1);
    assert_eq!(same, challenge);
    assert_eq!(send(open_visit(&gateway, &challenge, None, Some(&cookie))).await.0, 410, "the older link's cookie");
    run(&gateway, &challenge, &fresh).await.replace(&[PIN, ANSWERS]).await.unwrap();
    assert_eq!(poll(&gateway, &id, &challenge).await["status"], "verified");
}

#[tokio::test]
async fn what_another_tab_completes_after_somebody_left_is_verified() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let (mut client, cookie) = visit(&gateway, &challenge, &ticket).await;
    assert_eq!(end_visit(&gateway, &challenge, &client.token, &cookie, "cancelled").await.0, 200);
    assert_eq!(poll(&gateway, &id, &challenge).await["status"], "failed");
    client.replace(&[PIN, ANSWERS]).await.unwrap();
    assert_eq!(poll(&gateway, &id, &challenge).await["status"], "verified", "the new PIN is in force");
    let (_, over) = end_visit(&gateway, &challenge, &client.token, &cookie, "cancelled").await;
    assert_eq!(read(&gateway, over["returnTo"].as_str().unwrap()).await.1, "verified");
}

#[tokio::test]
async fn a_lock_is_told_by_its_number() {
    let gateway = Gateway::start().await;
    let id = enrolled(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "update-pin").await;
    let (mut client, cookie) = visit(&gateway, &challenge, &ticket).await;
    for _ in 0..3 {
        assert!(client.guess("111222").await.unwrap().1.is_none());
    }
    let (_, over) = end_visit(&gateway, &challenge, &client.token, &cookie, "failed").await;
    let (_, status, claims) = read(&gateway, over["returnTo"].as_str().unwrap()).await;
    assert_eq!((&status[..], &claims["errorCode"]), ("failed", &json!(155119)));
    let shown = poll(&gateway, &id, &challenge).await;
    assert_eq!((&shown["status"], &shown["result"]["errorCode"]), (&json!("failed"), &json!(155119)));
}

#[tokio::test]
async fn a_session_ends_no_visit_of_another_user() {
    let gateway = Gateway::start().await;
    let (id, other) = (customer(&gateway).await, customer(&gateway).await);
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let (_, cookie) = visit(&gateway, &challenge, &ticket).await;
    let (token, _) = gateway.token(&other).await;
    assert_eq!(end_visit(&gateway, &challenge, &token, &cookie, "cancelled").await.0, 410);
    let (status, body) = end_visit(&gateway, &challenge, "x.y.z", &cookie, "cancelled").await;
    assert_eq!((status, &body["success"]), (403, &json!(false)));
    assert_eq!(poll(&gateway, &id, &challenge).await["status"], "pending");
}

/// A session and a challenge's id are the app's, too: with them nobody ends a visit, or learns where exactly its link goes back to.
#[tokio::test]
async fn only_the_browser_that_came_with_the_link_ends_a_visit() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let (token, _) = gateway.token(&id).await;
    let end = async |cookie: &str, word: &str| end_visit(&gateway, &challenge, &token, cookie, word).await;
    let gone = (410, json!({"success": false, "message": "There is no such visit", "back": ORIGIN}));
    for word in ["completed", "failed", "cancelled"] {
        assert_eq!(end("", word).await, gone, "before anybody came: {word}");
    }
    let (mut client, cookie) = visit(&gateway, &challenge, &ticket).await;
    let (other, ticket) = asked(&gateway, &id, "initialize").await;
    let (_, others) = visit(&gateway, &other, &ticket).await;
    for wrong in ["", "repin-visit=", "repin-visit=x", &others, &cookie.replace("repin-visit", "else")] {
        for word in ["completed", "failed", "cancelled"] {
            assert_eq!(end(wrong, word).await, gone, "{wrong} {word}");
        }
    }
    assert_eq!(poll(&gateway, &id, &challenge).await["status"], "pending");
    client.replace(&[PIN, ANSWERS]).await.unwrap();
    assert_eq!(end("", "completed").await, gone, "nor is the result of what is complete for anybody else");
    let (status, over) = end(&cookie, "completed").await;
    assert_eq!((status, &over["status"]), (200, &json!("verified")));
    assert_eq!(read(&gateway, over["returnTo"].as_str().unwrap()).await.1, "verified");
}

#[tokio::test]
async fn a_result_is_no_session_and_a_session_no_result() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let (cookie, _, visit) = cookie_of(open_visit(&gateway, &challenge, Some(&ticket), None)).await;
    let token = visit["userToken"].as_str().unwrap();
    let (_, over) = end_visit(&gateway, &challenge, token, &cookie, "cancelled").await;
    let url = Url::parse(over["returnTo"].as_str().unwrap()).unwrap();
    let result = url.query_pairs().find(|(name, _)| name == "result").unwrap().1.into_owned();
    let (status, body) = send(gateway.request("GET", "/user").header("X-User-Token", &result)).await;
    assert_eq!((status, &body["code"]), (403, &json!(155105)));
    let jwks: JwkSet =
        gateway.http.get(format!("{}/.well-known/jwks.json", gateway.url)).send().await.unwrap().json().await.unwrap();
    assert!(jwks.find(&decode_header(token).unwrap().kid.unwrap()).is_none());
}

#[tokio::test]
async fn the_store_holds_no_ticket_and_no_cookie() {
    let gateway = Gateway::start().await;
    let id = customer(&gateway).await;
    let (challenge, ticket) = asked(&gateway, &id, "initialize").await;
    let (cookie, _, _) = cookie_of(open_visit(&gateway, &challenge, Some(&ticket), None)).await;
    let link = gateway.inner.store.link(&challenge).await.unwrap().unwrap();
    let cookie = cookie.split_once('=').unwrap().1;
    assert!(link.resume.is_some());
    let shown = format!("{link:?}");
    assert!(!shown.contains(&ticket) && !shown.contains(cookie), "{shown}");
    if gateway.database().is_none() {
        for file in ["repin.db", "repin.db-wal"] {
            let bytes = std::fs::read(gateway.data().join(file)).unwrap();
            for secret in [ticket.as_bytes(), cookie.as_bytes()] {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{file}");
            }
            assert!(
                file == "repin.db" || bytes.windows(36).any(|window| window == challenge.as_bytes()),
                "the control"
            );
        }
    }
}
