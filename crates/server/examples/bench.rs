//! How long the gateway works for one whole RESTORE_PIN, and how that compares to the bare OPAQUE arithmetic in it,
//! measured in the same run: `cargo xtask bench gateway`. The client's work (its Argon2id most of all) is not counted: the
//! clock runs only while the gateway has a message in hand, from the router's front to the sealed reply, on a real
//! database with every commit on disk. Beside each message: how often memory was asked for meanwhile, on whichever thread, how
//! much, and how often something was resized, which may be a copy.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::alloc::System;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request as HttpRequest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand_core::OsRng;
use repin_core::answers::Unicode;
use repin_core::api::{CredentialKind, KsfParams, QuestionKind};
use repin_core::credential::{self, ClientLogin, ClientRegistration, ServerSetup};
use repin_core::secret::{Secret, SecretBytes};
use repin_core::stretching::KeyStretching;
use repin_core::wallet::WalletKeys;
use repin_server::clock::SystemClock;
use repin_server::limits::Limits;
use repin_server::{ApiKey, Config, Gateway, app};
use repin_vault::flow::SessionInput;
use repin_vault::platform::{Platform, Reply, Request, Unreachable};
use repin_vault::session::{Link, NewSecrets, Session};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use tower::ServiceExt;

/// The system's, as the gateway has it, and counts.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const API_KEY: &str = "TEST_API_KEY:bench:bench";
const RUNS: usize = 200;
/// The least the client accepts: its time is not counted, but it is waited for.
const KSF: KsfParams = KsfParams { m_kib: 19 * 1024, t: 1, p: 1 };

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path());
    config.api_keys = vec![ApiKey::parse(API_KEY).unwrap()];
    config.register_ksf = KSF;
    config.limits = Limits::NONE;
    let gateway = Gateway::start(config, Arc::new(SystemClock::start())).await.unwrap();
    let host = Host::new(app(gateway));
    host.enrol().await;
    // The first run warms caches and connections.
    host.restore().await;
    host.spent.borrow_mut().clear();

    let runs: Vec<Duration> = host.restores().await;
    let bare = bare_arithmetic();
    let run = median(runs);
    println!("one RESTORE_PIN, time in the gateway   {run:>10.1?}  (median of {RUNS})");
    for (step, messages) in host.spent.take() {
        let of = |count: fn(&Stats) -> usize| median(messages.iter().map(|message| count(&message.memory)).collect());
        let time = median(messages.iter().map(|message| message.time).collect());
        let (asked, bytes, resized) =
            (of(|memory| memory.allocations), of(|memory| memory.bytes_allocated), of(|memory| memory.reallocations));
        println!("  {step:<37}{time:>10.1?} {asked:>6} allocations of {bytes:>7} bytes, {resized:>3} resized");
    }
    println!("bare OPAQUE arithmetic of the same     {bare:>10.1?}  (median of {RUNS})");
    println!("runs a second, one after the other     {:>10.0}", 1.0 / run.as_secs_f64());
    println!("ratio gateway : bare arithmetic        {:>10.2}", run.as_secs_f64() / bare.as_secs_f64());
}

/// Login start, login finish and registration start: what RFC 9807 has the server compute in a recovery.
fn bare_arithmetic() -> Duration {
    let setup = ServerSetup::new(&mut OsRng);
    let secret = SecretBytes::new(b"answers".to_vec());
    let (state, request) = ClientRegistration::start(&secret, &mut OsRng).unwrap();
    let response = credential::evaluate_registration(&setup, b"id", &request).unwrap();
    let (record, _) = state.finish(&secret, &response, KSF, &mut OsRng).unwrap();
    let one = || {
        let (client, ke1) = ClientLogin::start(&secret, &mut OsRng).unwrap();
        let started = Instant::now();
        let (ke2, state) = credential::evaluate_guess(&setup, b"id", &record, &ke1, b"run", &mut OsRng).unwrap();
        let first = started.elapsed();
        let proof = client.finish(&secret, &ke2, b"run", KSF, &mut OsRng).unwrap();
        let started = Instant::now();
        credential::verify_proof(&state, &proof.ke3).unwrap();
        credential::evaluate_registration(&setup, b"id", &request).unwrap();
        first + started.elapsed()
    };
    median((0..RUNS).map(|_| one()).collect())
}

fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort();
    values[values.len() / 2]
}

/// What one message cost.
struct Spent {
    time: Duration,
    memory: Stats,
}

/// The host's backend and the vault's world, both in this process.
struct Host {
    app: Router,
    started: Instant,
    /// Time in the gateway for the run at hand.
    run: Cell<Duration>,
    /// And for each step.
    spent: RefCell<BTreeMap<&'static str, Vec<Spent>>>,
}

impl Host {
    fn new(app: Router) -> Self {
        Self { app, started: Instant::now(), run: Cell::default(), spent: RefCell::default() }
    }

    async fn enrol(&self) {
        self.rest("POST", "/users", None, json!({"userId": "bench-user"})).await;
        let mut session = self.open("POST", "/user/initialize").await;
        let mut questions = session.opened().catalogue.clone();
        questions.retain(|question| question.kind == QuestionKind::Text);
        questions.truncate(2);
        session.commit(&secrets(Some("493817"), Some("answers"), questions), self, &Link::default()).await.unwrap();
    }

    async fn restores(&self) -> Vec<Duration> {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            times.push(self.restore().await);
        }
        times
    }

    async fn restore(&self) -> Duration {
        self.run.set(Duration::ZERO);
        let mut session = self.open("POST", "/user/pin/restore").await;
        let link = Link::default();
        session.prove(SecretBytes::new(b"answers".to_vec()).into(), self, &link).await.unwrap();
        assert_eq!(session.opened().challenge_type.replaces(), [CredentialKind::Pin]);
        session.commit(&secrets(Some("730562"), None, Vec::new()), self, &link).await.unwrap();
        self.run.get()
    }

    async fn open(&self, method: &str, path: &str) -> Session {
        let token = self.rest("POST", "/users/token", None, json!({"userId": "bench-user"})).await;
        let text = |name: &str| token["data"][name].as_str().unwrap();
        let body = json!({"idempotencyKey": uuid::Uuid::new_v4().to_string(), "blockchains": ["ETH-SEPOLIA"]});
        let challenge = self.rest(method, path, Some(text("userToken")), body).await;
        let input = SessionInput {
            user_token: SecretBytes::new(text("userToken").as_bytes().to_vec()),
            encryption_key: SecretBytes::new(text("encryptionKey").as_bytes().to_vec()),
            challenge_id: challenge["data"]["challengeId"].as_str().unwrap().to_owned(),
            app_id: None,
            api_base: String::new(),
            origin: "http://localhost".into(),
        };
        Session::open(input, self, &Link::default()).await.unwrap()
    }

    async fn rest(&self, method: &str, path: &str, token: Option<&str>, body: Value) -> Value {
        let mut request = HttpRequest::builder()
            .method(method)
            .uri(format!("/v1/w3s{path}"))
            .header("Host", "localhost")
            .header("Authorization", format!("Bearer {API_KEY}"))
            .header("Content-Type", "application/json");
        if let Some(token) = token {
            request = request.header("X-User-Token", token);
        }
        self.call(request.body(Body::from(body.to_string())).unwrap()).await.1
    }

    async fn call(&self, request: HttpRequest<Body>) -> (u16, Value) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }
}

fn secrets(pin: Option<&str>, answers: Option<&str>, questions: Vec<repin_core::api::Question>) -> NewSecrets {
    let secret = |text: &str| SecretBytes::new(text.as_bytes().to_vec()).into();
    NewSecrets { pin: pin.map(secret), answers: answers.map(secret), questions }
}

impl Platform for Host {
    type Rng = OsRng;

    fn rng(&self) -> OsRng {
        OsRng
    }

    fn now_ms(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1000.0
    }

    async fn send(&self, request: &Request) -> Result<Reply, Unreachable> {
        let http = HttpRequest::builder()
            .method("POST")
            .uri(request.url())
            .header("Host", "localhost")
            .header("Content-Type", "application/json")
            .header("X-User-Token", &request.user_token)
            .body(Body::from(request.body()))
            .unwrap();
        let (started, memory) = (Instant::now(), Region::new(ALLOCATOR));
        let (status, body) = self.call(http).await;
        let (time, memory) = (started.elapsed(), memory.change());
        self.run.set(self.run.get() + time);
        let spent = Spent { time, memory };
        self.spent.borrow_mut().entry(request.envelope.step.name()).or_default().push(spent);
        assert_eq!(status, 200, "{body}");
        let sealed = body["sealed"].as_str().map(|text| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap());
        Ok(Reply { status, code: None, sealed })
    }

    fn stretching(&self, cost: KsfParams) -> KeyStretching {
        cost.into()
    }

    async fn load_wallet(&self) -> Result<(), Unreachable> {
        Ok(())
    }

    fn derive_wallet(&self, entropy: &Secret<32>) -> Option<WalletKeys> {
        repin_wallet::derive(entropy)
    }

    async fn yield_now(&self) {}
}

impl Unicode for Host {
    fn nfkc(&self, text: &str) -> String {
        text.to_owned()
    }

    fn is_ignored(&self, character: char) -> bool {
        !character.is_alphanumeric()
    }
}
