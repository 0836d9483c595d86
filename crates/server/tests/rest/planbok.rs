//! Planbok's face, as a host's backend and our own page meet it.

mod calls;
mod redirects;
mod visits;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::client::Client;
use crate::common::{Host, ORIGIN, send};

/// Where the person goes back to.
pub const BACK: &str = "https://wallet.example/done?step=verify";

/// A request of Planbok's own client; `path` begins after `/v2`.
pub fn request(host: &Host, method: &str, path: &str) -> RequestBuilder {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    host.http.request(method, format!("{}/v2{path}", host.url)).header("PLANBOK-X-API-KEY", &host.api_key)
}

/// A new customer's id.
pub async fn customer(host: &Host) -> String {
    let (status, body) = send(request(host, "POST", "/customers").json(&json!({"name": "Ada"}))).await;
    assert_eq!(status, 201, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

/// Status and body of a call that asks for a challenge.
pub async fn ask(host: &Host, customer: &str, what: &str) -> (u16, Value) {
    ask_with(host, customer, what, json!({"redirectUrl": BACK})).await
}

/// The same with another body.
pub async fn ask_with(host: &Host, customer: &str, what: &str, body: Value) -> (u16, Value) {
    send(request(host, "POST", &format!("/customers/{customer}/{what}")).json(&body)).await
}

/// A challenge and its link's ticket.
pub async fn asked(host: &Host, customer: &str, what: &str) -> (String, String) {
    let (status, body) = ask(host, customer, what).await;
    assert_eq!(status, 200, "{body}");
    ticket_of(&body)
}

/// What is in an answer: the challenge and the link's ticket.
pub fn ticket_of(body: &Value) -> (String, String) {
    let (page, ticket) = body["redirectUrl"].as_str().unwrap().split_once('#').unwrap();
    let challenge = body["challengeId"].as_str().unwrap().to_owned();
    assert!(page.ends_with(&format!("/recover/{challenge}")), "{page}");
    (challenge, ticket.to_owned())
}

/// What the page asks: by a ticket, by a cookie, or by neither.
pub fn open_visit(host: &Host, challenge: &str, ticket: Option<&str>, cookie: Option<&str>) -> RequestBuilder {
    let request = show(host, challenge, &json!({"ticket": ticket}));
    match cookie {
        Some(cookie) => request.header("Cookie", cookie),
        None => request,
    }
}

/// The page's request with what it shows.
pub fn show(host: &Host, challenge: &str, shown: &Value) -> RequestBuilder {
    let url = format!("{}/v1/repin/visits/{challenge}/session", host.url);
    host.http.post(url).header("Origin", &host.url).json(shown)
}

/// The cookie that an answer sets, as it is sent back, and the whole of it.
pub async fn cookie_of(request: RequestBuilder) -> (String, String, Value) {
    let response = request.send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let whole = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    let pair = whole.split(';').next().unwrap().to_owned();
    (pair, whole, response.json().await.unwrap())
}

/// What the page says at its end, in the browser that has this cookie.
pub async fn end_visit(host: &Host, challenge: &str, token: &str, cookie: &str, outcome: &str) -> (u16, Value) {
    let url = format!("{}/v1/repin/visits/{challenge}/result", host.url);
    let request = host.http.post(url).header("Origin", &host.url).header("X-User-Token", token);
    send(request.header("Cookie", cookie).json(&json!({"outcome": outcome}))).await
}

/// The widget's run of a visit, up to OPEN, and the browser's cookie.
pub async fn visit(host: &Host, challenge: &str, ticket: &str) -> (Client, String) {
    let (cookie, _, visit) = cookie_of(open_visit(host, challenge, Some(ticket), None)).await;
    assert_eq!(visit["back"].as_str(), Some(ORIGIN), "{visit}");
    let text = |name: &str| visit[name].as_str().unwrap().to_owned();
    let mut client = Client::on(host, &text("userToken"), &text("encryptionKey"), challenge);
    client.say_open().await.unwrap();
    (client, cookie)
}

/// The run alone.
pub async fn run(host: &Host, challenge: &str, ticket: &str) -> Client {
    visit(host, challenge, ticket).await.0
}

/// A customer with PIN and answers.
pub async fn enrolled(host: &Host) -> String {
    let customer = customer(host).await;
    let (challenge, ticket) = asked(host, &customer, "initialize").await;
    run(host, &challenge, &ticket).await.replace(&[crate::PIN, crate::ANSWERS]).await.unwrap();
    customer
}

/// A customer as the face shows them.
pub async fn look(host: &Host, customer: &str) -> Value {
    send(request(host, "GET", &format!("/customers/{customer}"))).await.1
}

/// A challenge as the face shows it.
pub async fn poll(host: &Host, customer: &str, challenge: &str) -> Value {
    send(request(host, "GET", &format!("/customers/{customer}/challenges/{challenge}"))).await.1
}
