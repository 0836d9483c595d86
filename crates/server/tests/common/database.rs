//! Which database a test runs on: a SQLite file of its own, or a database of its own on the PostgreSQL server that
//! `REPIN_TEST_DATABASE` names. The same tests run on both; `cargo xtask test` runs them on both.

use std::future::Future;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use repin_server::store::postgres::PostgresStore;
use repin_server::store::sqlite::SqliteStore;
use repin_server::store::{Store, Subscription};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor, Row};
use tempfile::TempDir;

/// Migrated once; a new database is a copy of it.
const TEMPLATE: &str = "repin_template";
/// Connections of each gateway: many tests run at once.
pub const CONNECTIONS: u32 = 8;

/// A database on the server; dropped with this.
pub struct PostgresDatabase {
    name: String,
}

/// The server's address without a database, when the tests are to run on PostgreSQL.
pub fn server() -> Option<String> {
    std::env::var("REPIN_TEST_DATABASE").ok()
}

impl PostgresDatabase {
    /// A new one, when the tests are to run on PostgreSQL.
    pub fn make() -> Option<Self> {
        server()?;
        static TEMPLATE_MADE: OnceLock<()> = OnceLock::new();
        TEMPLATE_MADE.get_or_init(|| wait(make_template()));
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        wait(administer(format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")));
        Some(Self { name })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("{}/{}", server().unwrap(), self.name)
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        wait(administer(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)));
    }
}

async fn make_template() {
    let mut connection = PgConnection::connect(&format!("{}/postgres", server().unwrap())).await.unwrap();
    // Another test program may be at it.
    connection.execute("SELECT pg_advisory_lock(1)").await.unwrap();
    let query = "SELECT 1 FROM pg_database WHERE datname = $1";
    if sqlx::query(query).bind(TEMPLATE).fetch_optional(&mut connection).await.unwrap().is_none() {
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {TEMPLATE}"))).await.unwrap();
        let address = format!("{}/{TEMPLATE}", server().unwrap()).parse().unwrap();
        PostgresStore::open(&address, 2).await.unwrap().close().await;
    }
}

async fn administer(statement: String) {
    let mut connection = PgConnection::connect(&format!("{}/postgres", server().unwrap())).await.unwrap();
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
}

/// Waits for something from anywhere, also from where a runtime is being left.
fn wait(work: impl Future<Output = ()> + Send + 'static) {
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
    std::thread::spawn(run).join().unwrap();
}

/// A folder for a program's data. What starts the program asks [`database_of`] which database belongs to it.
pub struct Place {
    folder: TempDir,
    _database: Option<PostgresDatabase>,
}

impl Place {
    /// With nothing in it.
    pub fn new() -> Self {
        let (folder, database) = (tempfile::tempdir().unwrap(), PostgresDatabase::make());
        if let Some(database) = &database {
            std::fs::write(folder.path().join("database"), database.url()).unwrap();
        }
        Self { folder, _database: database }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// The address of the database of a [`Place`], as the program's environment takes it. Nothing for SQLite.
pub fn database_of(folder: &Path) -> Option<(&'static str, String)> {
    Some(("REPIN_DATABASE", std::fs::read_to_string(folder.join("database")).ok()?))
}

/// A store with nothing in it, and what to keep for as long as it is used.
pub async fn empty_store() -> (Place, Box<dyn Store>) {
    let place = Place::new();
    let store: Box<dyn Store> = match database_of(place.path()) {
        Some((_, url)) => Box::new(PostgresStore::open(&url.parse().unwrap(), CONNECTIONS).await.unwrap()),
        None => Box::new(SqliteStore::open(&place.path().join("repin.db")).await.unwrap()),
    };
    (place, store)
}

/// A webhook subscription to everything, without a secret.
pub fn subscription(id: &str, app: &str, created: u64) -> Subscription {
    Subscription {
        id: id.to_owned(),
        app: app.to_owned(),
        name: "n".to_owned(),
        endpoint: "https://hook.test/".to_owned(),
        enabled: true,
        types: vec!["*".to_owned()],
        secret: None,
        created,
        updated: created,
    }
}

/// Changes a PostgreSQL database behind its gateways' backs.
pub async fn execute(url: &str, statement: &'static str) {
    PgConnection::connect(url).await.unwrap().execute(statement).await.unwrap();
}

/// Everything a PostgreSQL database holds, as text; bytes are in hex.
pub async fn dump(url: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let mut all = String::new();
    let tables = sqlx::query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    for table in tables.fetch_all(&mut connection).await.unwrap() {
        let statement = format!("SELECT t::text FROM {} AS t", table.get::<String, _>(0));
        for row in sqlx::query(AssertSqlSafe(statement)).fetch_all(&mut connection).await.unwrap() {
            all.push_str(&row.get::<String, _>(0));
            all.push('\n');
        }
    }
    all
}
