//! A database with a gateway on it, and people to fill it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Executor};
use tempfile::TempDir;

use crate::cluster::Cluster;

pub const API_KEY: &str = "TEST_API_KEY:load:load";
pub const ORIGIN: &str = "https://wallet.example";

/// Which database.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// What it is called as an argument.
    pub fn name(self) -> &'static str {
        if self == Self::Sqlite { "sqlite" } else { "postgres" }
    }
}

/// It, on a disk that is waited for.
pub struct Database {
    pub folder: TempDir,
    cluster: Option<Cluster>,
}

/// A gateway that runs; killed when dropped.
pub struct Gateway {
    child: Child,
    pub url: String,
    /// Where its counters are served.
    pub metrics: String,
    pub http: reqwest::Client,
    /// Messages and calls that were answered 429 or 503 and sent again.
    pub again: AtomicU64,
    database: Place,
    told: Arc<Mutex<Vec<Told>>>,
}

/// What a line of the gateway's log says of a message: the name that the client gave it, and how long it took inside.
pub struct Told {
    pub name: String,
    pub took: Duration,
}

/// Where a connection is made to.
#[derive(Clone)]
pub enum Place {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Database {
    /// An empty one.
    pub fn make(kind: Kind) -> Self {
        // Beside the build and not in /tmp, which is memory on many machines.
        let folder = tempfile::tempdir_in(std::env::current_exe().unwrap().parent().unwrap()).unwrap();
        let cluster = (kind == Kind::Postgres).then(|| Cluster::start_durable().unwrap());
        Self { folder, cluster }
    }

    /// What it is and of which version.
    pub async fn version(&self) -> String {
        match self.place() {
            Place::Sqlite(file) => {
                let mut connection = sqlite(&file).await;
                let query = "SELECT 'SQLite ' || sqlite_version()";
                sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
            }
            Place::Postgres(url) => {
                let mut connection = PgConnection::connect(&url).await.unwrap();
                let query = "SELECT 'PostgreSQL ' || current_setting('server_version')";
                sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    /// Where it is.
    pub fn place(&self) -> Place {
        match &self.cluster {
            Some(cluster) => Place::Postgres(cluster.url("postgres")),
            None => Place::Sqlite(self.folder.path().join("repin.db")),
        }
    }

    /// Starts the program on it.
    pub async fn serve(&self) -> Gateway {
        let program = std::env::current_exe().unwrap().parent().unwrap().join("../repin-server");
        let mut command = Command::new(program);
        command.env_clear().args(["serve", "--listen", "127.0.0.1:0", "--allowed-origin", ORIGIN]);
        command.args(["--metrics-listen", "127.0.0.1:0"]);
        // A few people from one address do here what a city does.
        command.args(["--session-limit", "0", "--user-limit", "0", "--address-limit", "0", "--data"]);
        command.arg(self.folder.path()).env("REPIN_API_KEY", API_KEY).stderr(Stdio::piped());
        if let Place::Postgres(url) = self.place() {
            command.env("REPIN_DATABASE", url);
        }
        let mut child = command.spawn().expect("repin-server is built in the same profile");
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut metrics = String::new();
        let url = loop {
            let line = log.next().expect("the gateway listens").unwrap();
            let event: Value = serde_json::from_str(&line).unwrap();
            if let Some(address) = event["metrics"].as_str() {
                metrics = format!("http://{address}/metrics");
            }
            if let Some(address) = event["address"].as_str() {
                break format!("http://{address}");
            }
        };
        let told = Arc::default();
        let listener = Arc::clone(&told);
        std::thread::spawn(move || log.map_while(Result::ok).for_each(|line| listen(&line, &listener)));
        let (http, again) = (reqwest::Client::new(), AtomicU64::new(0));
        Gateway { child, url, metrics, http, again, database: self.place(), told }
    }

    /// Fills it up to so many people who come no more, each with a PIN, answers, and a challenge that is done and told of.
    pub async fn fill(&self, users: u64) {
        match self.place() {
            Place::Sqlite(file) => {
                let mut connection = sqlite(&file).await;
                for statement in statements(SQLITE) {
                    sqlx::query(sqlx::AssertSqlSafe(statement))
                        .bind(users as i64)
                        .execute(&mut connection)
                        .await
                        .unwrap();
                }
            }
            Place::Postgres(url) => {
                let mut connection = PgConnection::connect(&url).await.unwrap();
                for statement in statements(POSTGRES) {
                    sqlx::query(sqlx::AssertSqlSafe(statement))
                        .bind(users as i64)
                        .execute(&mut connection)
                        .await
                        .unwrap();
                    // Or the next is planned for as few as there were.
                    connection.execute("ANALYZE").await.unwrap();
                }
                // As its own housekeeping would have done by then.
                connection.execute("VACUUM ANALYZE").await.unwrap();
            }
        }
    }
}

impl Gateway {
    /// Its resident memory, in KiB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }

    /// What its log has said since the last time it was asked.
    pub fn told(&self) -> Vec<Told> {
        std::mem::take(&mut self.told.lock().unwrap())
    }

    /// Lifts every lock.
    pub async fn unlock(&self) {
        const LIFT: &str = "UPDATE credentials SET failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL WHERE failed > 0";
        match &self.database {
            Place::Sqlite(file) => drop(sqlite(file).await.execute(LIFT).await.unwrap()),
            Place::Postgres(url) => drop(PgConnection::connect(url).await.unwrap().execute(LIFT).await.unwrap()),
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(line: &str, told: &Mutex<Vec<Told>>) {
    let Ok(event) = serde_json::from_str::<Value>(line) else { return };
    if let (Some(name), Some(micros)) = (event["request_id"].as_str(), event["micros"].as_u64()) {
        told.lock().unwrap().push(Told { name: name.to_owned(), took: Duration::from_micros(micros) });
    }
}

/// A connection as the gateway's own.
pub async fn sqlite(file: &std::path::Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    options
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        .connect()
        .await
        .unwrap()
}

/// What a dialect says for: the n-th of so many, an id, a record and a wrap.
struct Words {
    numbers: &'static str,
    id: &'static str,
    record: &'static str,
    wrap: &'static str,
}

const SQLITE: Words = Words {
    numbers: "WITH RECURSIVE numbers (n) AS (SELECT (SELECT count(*) FROM users WHERE user_id LIKE 'once-%') UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < $1)",
    id: "lower(hex(randomblob(16)))",
    record: "randomblob(192)",
    wrap: "randomblob(72)",
};

const POSTGRES: Words = Words {
    numbers: "WITH numbers (n) AS (SELECT generate_series((SELECT count(*) FROM users WHERE user_id LIKE 'once-%'), $1 - 1))",
    id: "gen_random_uuid()::text",
    record: "decode(repeat(md5(random()::text), 12), 'hex')",
    wrap: "decode(repeat(md5(random()::text), 4) || md5(random()::text), 'hex')",
};

/// Users first, then what hangs on those who have nothing yet.
fn statements(Words { numbers, id, record, wrap }: Words) -> Vec<String> {
    let bytes = if id.starts_with("lower") { "randomblob(16)" } else { "decode(md5(random()::text), 'hex')" };
    let credential = |kind: u32| {
        format!(
            "INSERT INTO credentials (id, person, kind, setup_kid, record, wrap, ksf_m_kib, ksf_t, ksf_p, answer_rule, created)
             SELECT {bytes}, id, {kind}, '0000000000000000', {record}, {wrap}, 65536, 3, 4, 0, $1 FROM users
             WHERE user_id LIKE 'once-%' AND NOT EXISTS (SELECT 1 FROM credentials c WHERE c.person = users.id AND c.kind = {kind})"
        )
    };
    vec![
        format!(
            "{numbers} INSERT INTO users (id, app, user_id, status, created)
             SELECT {id}, (SELECT id FROM apps WHERE is_default = 1), 'once-' || n, 'ENABLED', n FROM numbers"
        ),
        credential(1),
        credential(2),
        format!(
            "INSERT INTO challenges (id, person, type, status, correlation_id, created, expires_at)
             SELECT {id}, id, 'INITIALIZE', 'COMPLETE', id, $1, $1 FROM users
             WHERE user_id LIKE 'once-%' AND NOT EXISTS (SELECT 1 FROM challenges c WHERE c.person = users.id)"
        ),
    ]
}
