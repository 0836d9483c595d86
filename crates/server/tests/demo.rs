//! The demo: there only when asked for, real underneath, and honest about what is stored.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "stories/native.rs"]
#[allow(dead_code)] // the stories use all of it
mod native;

use std::future::pending;
use std::sync::Arc;

use native::{Tab, secret};
use repin_core::api::{KsfParams, QuestionKind};
use repin_server::clock::AdjustableClock;
use repin_server::{ApiKey, Config, Gateway, serve};
use repin_vault::flow::{Event, Screen, SessionInput};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

const API_KEY: &str = "TEST_API_KEY:host:not-the-demo's";
const PIN: &str = "493817";
const ANSWERS: [&str; 2] = ["St. Mary’s School", "19880327"];
const HINT: &str = "the one with the red gate";
const MINUTE: u64 = 60_000;

struct Stage {
    url: String,
    http: Client,
    _folder: TempDir,
}

impl Stage {
    async fn start() -> Self {
        Self::start_with(Config::with_demo).await
    }

    async fn start_with(change: impl FnOnce(Config) -> Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path());
        config.api_keys = vec![ApiKey::parse(API_KEY).unwrap()];
        config.register_ksf = KsfParams { m_kib: 19 * 1024, t: 1, p: 1 };
        let gateway = Gateway::start(change(config), Arc::new(AdjustableClock::start())).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, gateway, pending()));
        Self { url, http: Client::new(), _folder: folder }
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        send(self.http.get(format!("{}/demo/api/{path}", self.url))).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        send(self.http.post(format!("{}/demo/api/{path}", self.url)).json(&body)).await
    }

    /// A GET of the host's own, past the demo.
    async fn rest(&self, path: &str, token: &str) -> (u16, Value) {
        let request = self.http.get(format!("{}/v1/w3s{path}", self.url)).bearer_auth(API_KEY);
        send(request.header("X-User-Token", token)).await
    }

    async fn create_user(&self) -> String {
        let (status, body) = self.post("users", json!({})).await;
        assert_eq!(status, 200, "{body}");
        body["userId"].as_str().unwrap().to_owned()
    }

    async fn session(&self, user: &str, flow: &str) -> Value {
        let (status, session) = self.post("session", json!({"userId": user, "flow": flow})).await;
        assert_eq!(status, 200, "{session}");
        session
    }

    /// The widget, on a session of the demo and from its page.
    async fn open(&self, session: &Value) -> Tab {
        let text = |name: &str| session[name].as_str().unwrap().to_owned();
        Tab::open(SessionInput {
            user_token: secret(&text("userToken")),
            encryption_key: secret(&text("encryptionKey")),
            challenge_id: text("challengeId"),
            app_id: Some(text("appId")),
            api_base: self.url.clone(),
            origin: self.url.clone(),
        })
        .await
    }

    /// A person with [`PIN`], [`ANSWERS`] and [`HINT`]; the text of their first question, and their session.
    async fn enrol(&self, user: &str) -> (String, Value) {
        let session = self.session(user, "INITIALIZE").await;
        let mut tab = self.open(&session).await;
        tab.pin(PIN).await;
        tab.pin(PIN).await;
        tab.act(Event::Continue).await;
        let mut asked = String::new();
        for (kind, answer, hint) in [(QuestionKind::Text, ANSWERS[0], HINT), (QuestionKind::Date, ANSWERS[1], "")] {
            let Screen::ChooseQuestion { catalogue, .. } = &tab.view.screen else { panic!("{:?}", tab.view.screen) };
            let index = catalogue.iter().position(|question| question.kind == kind).unwrap();
            if kind == QuestionKind::Text {
                asked.clone_from(&catalogue[index].text);
            }
            let event = Event::SubmitQuestion { index: index as u8, answer: secret(answer), hint: hint.into() };
            tab.act(event).await;
        }
        tab.act(Event::Continue).await;
        tab.act(Event::Agree).await;
        assert!(matches!(tab.view.screen, Screen::Done { .. }), "{:?}", tab.view.screen);
        (asked, session)
    }

    /// How often a text is found in all that is stored and was sent.
    async fn count(&self, text: &str) -> u64 {
        let (status, found) = self.post("store/search", json!({"text": text})).await;
        assert_eq!(status, 200, "{found}");
        found["places"].as_array().unwrap().iter().map(|place| place["count"].as_u64().unwrap()).sum()
    }
}

async fn send(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}

async fn story(story: impl Future<Output = ()>) {
    tokio::task::LocalSet::new().run_until(story).await;
}

#[tokio::test]
async fn without_the_option_there_is_no_demo() {
    let stage = Stage::start_with(|config| config).await;
    for path in ["users/nobody", "clock", "store", "wire", "challenges/nobody/1"] {
        assert_eq!(stage.get(path).await.0, 404, "GET {path}");
    }
    for path in ["users", "session", "session/renew", "clock", "store/search"] {
        assert_eq!(stage.post(path, json!({})).await.0, 404, "POST {path}");
    }
    for path in ["/demo", "/demo/demo.js"] {
        let answer = stage.http.get(format!("{}{path}", stage.url)).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_page_runs_its_own_scripts_and_nothing_inline() {
    let stage = Stage::start().await;
    let answer = stage.http.get(format!("{}/demo", stage.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    let page = answer.text().await.unwrap();
    assert!(!page.contains("style=") && !page.contains("<script>") && !page.contains("onclick"));
    for name in ["demo.js", "demo.css", "icon.svg"] {
        assert!(page.contains(&format!("/demo/{name}")), "{name}");
        let answer = stage.http.get(format!("{}/demo/{name}", stage.url)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{name}");
    }
}

#[tokio::test]
async fn a_session_comes_from_the_real_rest_routes_and_so_does_its_refusal() {
    let stage = Stage::start().await;
    let user = stage.create_user().await;
    let (status, refusal) = stage.post("session", json!({"userId": user, "flow": "CHANGE_PIN"})).await;
    assert_eq!((status, refusal["code"].as_i64()), (400, Some(155_110)), "{refusal}");
    let (status, refusal) = stage.post("session", json!({"userId": "nobody-here", "flow": "SET_PIN"})).await;
    assert_eq!((status, refusal["code"].as_i64()), (404, Some(155_102)), "{refusal}");

    let session = stage.session(&user, "INITIALIZE").await;
    let (token, id) = (session["userToken"].as_str().unwrap(), session["challengeId"].as_str().unwrap());
    let (_, seen) = stage.rest(&format!("/user/challenges/{id}"), token).await;
    assert_eq!(seen["data"]["challenge"]["type"], "INITIALIZE");
    assert_eq!(stage.get(&format!("challenges/{user}/{id}")).await.1, seen["data"]["challenge"]);
    let (_, mut seen) = stage.rest(&format!("/users/{user}"), token).await;
    // What an app keeps itself: nobody has a wallet yet.
    seen["data"]["user"]["addresses"] = json!([]);
    assert_eq!(stage.get(&format!("users/{user}")).await.1, seen["data"]["user"]);
}

#[tokio::test]
async fn the_search_finds_who_enrolled_and_nothing_they_typed() {
    story(async {
        let stage = Stage::start().await;
        let user = stage.create_user().await;
        let (question, session) = stage.enrol(&user).await;
        assert!(stage.count(&user).await > 0);
        assert!(stage.count(session["challengeId"].as_str().unwrap()).await > 0);
        for typed in [PIN, ANSWERS[0], ANSWERS[1], "stmarysschool", HINT, &question] {
            assert_eq!(stage.count(typed).await, 0, "{typed}");
        }
        let (_, short) = stage.post("store/search", json!({"text": "493"})).await;
        assert_eq!(short["too_short"], true);

        let (_, store) = stage.get("store").await;
        let rows = |name: &str| {
            let table = store["tables"].as_array().unwrap().iter().find(|table| table["name"] == name).unwrap();
            table["total"].as_u64().unwrap()
        };
        assert_eq!((rows("users"), rows("credentials"), rows("outbox")), (1, 2, 1));
    })
    .await;
}

#[tokio::test]
async fn the_wire_shows_each_step_and_never_a_token() {
    story(async {
        let stage = Stage::start().await;
        let user = stage.create_user().await;
        let (_, session) = stage.enrol(&user).await;
        let (_, wire) = stage.get("wire").await;
        let exchanges = wire["exchanges"].as_array().unwrap();
        let steps: Vec<_> = exchanges.iter().map(|exchange| exchange["step"].as_str().unwrap()).collect();
        assert_eq!(steps, ["OPEN", "REGISTER", "COMMIT"]);
        assert!(exchanges.iter().all(|exchange| exchange["reply"]["status"] == 200));
        assert!(exchanges.iter().all(|exchange| exchange["challenge_id"] == session["challengeId"]));
        for secret in ["userToken", "encryptionKey"] {
            assert!(!wire.to_string().contains(session[secret].as_str().unwrap()), "{secret}");
        }
        let (_, later) = stage.get("wire?after=2").await;
        assert_eq!(later["exchanges"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_clock_can_be_put_past_a_lock_and_past_a_session() {
    story(async {
        let stage = Stage::start().await;
        let user = stage.create_user().await;
        stage.enrol(&user).await;
        let session = stage.session(&user, "CHANGE_PIN").await;
        let mut tab = stage.open(&session).await;
        for _ in 0..3 {
            tab.pin("271828").await;
        }
        assert!(matches!(tab.view.screen, Screen::Locked { .. }), "{:?}", tab.view.screen);
        let (status, refusal) = stage.post("session", json!({"userId": user, "flow": "CHANGE_PIN"})).await;
        assert_eq!((status, refusal["code"].as_i64()), (400, Some(155_119)), "{refusal}");

        let (_, clock) = stage.post("clock", json!({"advance_ms": 30 * MINUTE})).await;
        assert_eq!(clock["ahead_ms"], 30 * MINUTE);
        let session = stage.session(&user, "CHANGE_PIN").await;
        let mut tab = stage.open(&session).await;
        assert!(matches!(tab.pin(PIN).await, Screen::NewPin { .. }));

        stage.post("clock", json!({"advance_ms": 65 * MINUTE})).await;
        let (status, refusal) = stage.rest("/user", session["userToken"].as_str().unwrap()).await;
        assert_eq!((status, refusal["code"].as_i64()), (403, Some(155_104)), "{refusal}");
        let renewal = json!({"userId": user, "challengeId": session["challengeId"]});
        let (_, renewed) = stage.post("session/renew", renewal).await;
        assert_eq!(renewed["challengeId"], session["challengeId"]);
        assert_eq!(stage.rest("/user", renewed["userToken"].as_str().unwrap()).await.0, 200);

        let (status, _) = stage.post("clock", json!({"advance_ms": u64::MAX})).await;
        assert_eq!(status, 400);
        assert_eq!(stage.get("clock").await.1["ahead_ms"], 95 * MINUTE);
    })
    .await;
}
