//! A real gateway on a real socket with a clock that stands still, and what a host's backend asks of it over REST.
#![allow(dead_code)] // each test binary uses a part of it

pub mod database;
pub mod evidence;
#[path = "../../../core/tests/common/numbers.rs"]
pub mod numbers;
pub mod program;
pub mod wire;

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use repin_core::api::KsfParams;
use repin_server::api_key::Environment;
use repin_server::clock::ManualClock;
use repin_server::limits::Limits;
use repin_server::store::{By, StoredKey};
use repin_server::{ApiKey, Config};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use sqlx::Connection;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use database::PostgresDatabase;

/// The host's key.
pub const API_KEY: &str = "TEST_API_KEY:repin:a-secret-of-the-tests";
/// A page that may run the widget.
pub const ORIGIN: &str = "https://wallet.example";
/// The least cost the client accepts keeps the suite quick.
pub const KSF: KsfParams = KsfParams { m_kib: 19 * 1024, t: 1, p: 1 };
/// The operator of the tests.
pub const BY: By<'static> = By { operator: "Ada", now: START };
/// When the tests begin: 15 January 2027.
pub const START: u64 = 1_800_000_000_000;

/// A gateway as its host's backend reaches it.
pub struct Host {
    /// `http://127.0.0.1:<port>`.
    pub url: String,
    /// Connections to it.
    pub http: Client,
    /// The key it calls with.
    pub api_key: String,
}

/// A gateway that runs in this process. Stops when dropped.
pub struct Gateway {
    host: Host,
    /// What the handlers share.
    pub inner: Arc<repin_server::Gateway>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    folder: Arc<TempDir>,
    config: Config,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
    database: Option<Arc<PostgresDatabase>>,
}

/// Where the metrics of a gateway in this process are served, from now on.
pub async fn metrics_url(gateway: &Arc<repin_server::Gateway>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    tokio::spawn(repin_server::serve_metrics(listener, gateway.clone()));
    url
}

impl Deref for Gateway {
    type Target = Host;

    fn deref(&self) -> &Host {
        &self.host
    }
}

impl Gateway {
    /// A gateway with nothing in it.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// A gateway with other settings than the tests' defaults.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let mut config = Config::new(folder.path().join("data"));
        let database = PostgresDatabase::make().map(Arc::new);
        config.database = database.as_ref().map(|database| database.url().parse().unwrap());
        config.database_connections = database::CONNECTIONS;
        config.api_keys = vec![ApiKey::parse(API_KEY).unwrap()];
        config.allowed_origins = vec![ORIGIN.to_owned()];
        config.register_ksf = KSF;
        // A thousand guesses at once are a test here.
        config.limits = Limits::NONE;
        change(&mut config);
        Self::run(folder, config, Arc::new(ManualClock::at(START)), database).await
    }

    async fn run(
        folder: Arc<TempDir>,
        config: Config,
        clock: Arc<ManualClock>,
        database: Option<Arc<PostgresDatabase>>,
    ) -> Self {
        let inner = repin_server::Gateway::start(config.clone(), clock.clone()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let gateway = inner.clone();
        let served = tokio::spawn(async move {
            let stopped = async { _ = stopped.await };
            repin_server::serve(listener, gateway, stopped).await;
        });
        Self { host: Host::new(url), inner, clock, folder, config, stop, served, database }
    }

    /// Another gateway on the same key ring; on the same database where that can be shared. `None` on SQLite.
    pub async fn another_node(&self) -> Option<Self> {
        self.database.as_ref()?;
        let (folder, config) = (self.folder.clone(), self.config.clone());
        Some(Self::run(folder, config, self.clock.clone(), self.database.clone()).await)
    }

    /// Stops gracefully and starts again on the same data.
    pub async fn restart(self) -> Self {
        self.restart_with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn restart_with(self, change: impl FnOnce(&mut Config)) -> Self {
        self.restart_between(change, |_| {}).await
    }

    /// The same after something was done to its data folder.
    pub async fn restart_after(self, between: impl FnOnce(&Path)) -> Self {
        self.restart_between(|_| {}, between).await
    }

    async fn restart_between(self, change: impl FnOnce(&mut Config), between: impl FnOnce(&Path)) -> Self {
        let Self { folder, mut config, clock, stop, served, inner, host, database } = self;
        change(&mut config);
        // Idle connections of the pool would otherwise be waited for.
        drop((inner, host));
        stop.send(()).unwrap();
        served.await.unwrap();
        between(&config.data);
        Self::run(folder, config, clock, database).await
    }

    /// Stops gracefully.
    pub async fn stop(self) {
        let Self { stop, served, inner, host, .. } = self;
        // Idle connections of the pool would otherwise be waited for.
        drop((inner, host));
        stop.send(()).unwrap();
        served.await.unwrap();
    }

    /// Puts the clock forward, in milliseconds.
    pub fn advance(&self, ms: u64) {
        self.clock.advance(Duration::from_millis(ms));
    }

    /// Another app of another entity: its App ID, and its backend with a key of this environment.
    pub async fn another_app(&self, environment: Environment) -> (String, Host) {
        let entity = self.inner.store.create_entity("another", BY).await.unwrap();
        let app = self.inner.store.create_app(&entity.id, "another", BY).await.unwrap().unwrap().identity.id;
        let host = self.with_key(&self.new_key(&app, environment).await.1);
        (app, host)
    }

    /// A new key of an app: its id and the whole of it.
    pub async fn new_key(&self, app: &str, environment: Environment) -> (String, String) {
        let new = ApiKey::make(environment).unwrap();
        let key = StoredKey {
            id: new.id.clone(),
            app: app.to_owned(),
            environment,
            label: String::new(),
            created: START,
            revoked: None,
        };
        self.inner.store.create_key(&key, new.key.hash(), BY).await.unwrap();
        (new.id, new.text.to_string())
    }

    /// The address of its database, on PostgreSQL.
    pub fn database(&self) -> Option<String> {
        self.database.as_ref().map(|database| database.url())
    }

    /// Changes its database behind its back.
    pub async fn execute(&self, statement: &'static str) {
        match self.database() {
            Some(url) => {
                database::execute(&url, statement).await;
            }
            None => {
                let file = self.data().join("repin.db");
                let mut connection = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
                sqlx::query(statement).execute(&mut connection).await.unwrap();
            }
        }
    }

    /// Keeps others from writing users, for as long as what is returned lives.
    pub async fn hold_users(&self) -> Box<dyn std::any::Any> {
        match self.database() {
            Some(url) => {
                let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
                sqlx::raw_sql("BEGIN; LOCK TABLE users").execute(&mut connection).await.unwrap();
                Box::new(connection)
            }
            None => {
                let file = self.data().join("repin.db");
                let mut connection = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
                sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
                Box::new(connection)
            }
        }
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.config.data
    }
}

impl Host {
    /// A backend with the key of the settings.
    pub fn new(url: String) -> Self {
        Self { url, http: Client::new(), api_key: API_KEY.to_owned() }
    }

    /// The same gateway as another key's holder meets it.
    pub fn with_key(&self, api_key: &str) -> Self {
        Self { url: self.url.clone(), http: self.http.clone(), api_key: api_key.to_owned() }
    }

    /// A request of the host's backend; `path` begins after `/v1/w3s`.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, format!("{}/v1/w3s{path}", self.url)).bearer_auth(&self.api_key)
    }

    /// Creates a user.
    pub async fn create_user(&self, user: &str) {
        let (status, body) = send(self.request("POST", "/users").json(&json!({"userId": user}))).await;
        assert_eq!(status, 201, "{body}");
    }

    /// A user as the API shows them: the whole body.
    pub async fn user(&self, user: &str) -> Value {
        send(self.request("GET", &format!("/users/{user}"))).await.1
    }

    /// A session: userToken and encryptionKey.
    pub async fn token(&self, user: &str) -> (String, String) {
        let (status, body) = send(self.request("POST", "/users/token").json(&json!({"userId": user}))).await;
        assert_eq!(status, 200, "{body}");
        let text = |name: &str| body["data"][name].as_str().unwrap().to_owned();
        (text("userToken"), text("encryptionKey"))
    }

    /// A new challenge, by the route that creates it.
    pub async fn challenge(&self, method: &str, path: &str, token: &str) -> String {
        self.try_challenge(method, path, token).await.unwrap()
    }

    /// A new challenge, or the code of the refusal.
    pub async fn try_challenge(&self, method: &str, path: &str, token: &str) -> Result<String, i64> {
        let body = json!({"idempotencyKey": Uuid::new_v4().to_string(), "blockchains": ["ETH-SEPOLIA"]});
        let (_, body) = send(self.request(method, path).header("X-User-Token", token).json(&body)).await;
        match body["data"]["challengeId"].as_str() {
            Some(id) => Ok(id.to_owned()),
            None => Err(body["code"].as_i64().unwrap()),
        }
    }

    /// A challenge as the API shows it.
    pub async fn challenge_shape(&self, token: &str, id: &str) -> Value {
        let path = format!("/user/challenges/{id}");
        send(self.request("GET", &path).header("X-User-Token", token)).await.1["data"]["challenge"].take()
    }

    /// A challenge's status.
    pub async fn challenge_status(&self, token: &str, id: &str) -> String {
        self.challenge_shape(token, id).await["status"].as_str().unwrap().to_owned()
    }
}

/// Sends a request; its status and its JSON (null when it is none).
pub async fn send(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}
