//! [`Store`](super::Store) on SQLite: one file in WAL mode; one writes at a time, several read.
//!
//! What every message does goes over connections of rusqlite's, which work where they are asked (`sqlite/direct.rs`); everything
//! else over sqlx's, which have threads of their own. Who writes over either takes a turn first (`sqlite/group.rs`).
//!
//! Every write takes the database's write lock at once (`BEGIN IMMEDIATE`), so a transaction sees nothing change under
//! it and never fails half-way for a lock. `synchronous = FULL`: what was answered survives a power cut.

use std::future::ready;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Sqlite};

use self::dialect::{Probe, Readers, Turns};
use self::direct::Opening;
use self::sql::writer::Writer;
use super::pool::unswept;
use super::{Result, StoreError};

mod batch;
mod direct;
mod fields;
mod group;
mod probe;
mod readers;
#[path = "sql/store.rs"]
mod sql;

pub use sql::SqlStore as SqliteStore;

/// How long a request waits for its turn. A burst queues rather than fails: a thousand guesses at once must all get their answer.
const ACQUIRE: Duration = Duration::from_secs(60);

/// How long a program that writes beside this one is waited for.
const BUSY: Duration = Duration::from_secs(10);

/// Connections of each kind that read.
const READERS: u32 = 4;

/// Connections that work on the threads of those who ask: that many may wait for a disk at once.
pub const DIRECT: usize = 1 + READERS as usize;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// What is SQLite's own.
mod dialect {
    pub use sqlx::Sqlite as Db;
    pub use sqlx::sqlite::{SqliteArguments as DbArguments, SqliteConnection as Connection, SqliteRow as DbRow};

    /// Several gateways on one database.
    pub const SHARED: bool = false;
    /// Whether the database can be written to (which here only trying tells), and the migration that a program must know.
    pub const READY: &str = "SELECT TRUE, (SELECT max(version) FROM _sqlx_migrations)";
    /// How a transaction that writes begins.
    pub const BEGIN: &str = "BEGIN IMMEDIATE";

    /// The end of a SELECT whose rows are to stay as they are: nobody else can write anyway.
    macro_rules! lock_rows {
        () => {
            ""
        };
    }
    /// The same, leaving out what another transaction has locked.
    macro_rules! skip_locked {
        ($($table:ident)?) => {
            ""
        };
    }
    /// The same, for rows that others may read and lock this way, too.
    macro_rules! share_rows {
        () => {
            ""
        };
    }
    /// The same, for rows of this table that others may change, and not delete: they are referred to a moment later.
    macro_rules! keep_rows {
        ($table:ident) => {
            ""
        };
    }
    pub(super) use {keep_rows, lock_rows, share_rows, skip_locked};

    pub use super::batch::Batch;
    pub use super::direct::Fields as BatchRow;
    pub use super::fields::Field;
    pub use super::group::{Kept, Turns};
    pub use super::known;
    pub use super::probe::Probe;
    pub use super::readers::Readers;

    /// Connections of sqlx's.
    pub type Pool = sqlx::Pool<Db>;
    /// A transaction on one of them.
    pub type Transaction = sqlx::Transaction<'static, Db>;

    /// A file does not go away.
    pub fn forget_idle(_pool: &Pool) {}
}

/// The newest migration that this program knows.
pub fn known() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// The file is not a whole database. In SQLite's words, which name pages and tables and hold no values.
#[derive(Debug, thiserror::Error)]
#[error("the database file is damaged, restore a backup: {0}")]
struct Damaged(String);

/// The tables are not those that this program knows, and it is not the one to change them.
#[derive(Debug, thiserror::Error)]
enum OtherTables {
    #[error("the file has no tables of a gateway's: start one on it first")]
    None,
    #[error(
        "the database is at migration {found}, and this program's is {known}: start the gateway of this version first, or use the program of \
         the one that runs"
    )]
    Older { found: i64, known: i64 },
    #[error("the database is at migration {found}, and this program knows {known} at most: use a newer one")]
    Newer { found: i64, known: i64 },
}

impl SqliteStore {
    /// Opens the file, creating and migrating it first where needed. All of it is read and checked.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be used, is damaged, or was made by a newer version.
    pub async fn open(file: &Path) -> Result<Self> {
        let options = options(file).create_if_missing(true);
        let writer = writer(&options).await?;
        // Before anything is served of it: a page that a bad disk tore would otherwise be found in somebody's recovery.
        let found: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&writer).await?;
        if found != "ok" {
            return Err(StoreError::Failed(Box::new(Damaged(found))));
        }
        MIGRATOR.run(&writer).await?;
        Self::on(file, options, writer).await
    }

    /// Opens a file that a gateway has been started on, and changes no table: the gateway may be running.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be used, or its tables are not of this program's version.
    pub async fn open_existing(file: &Path) -> Result<Self> {
        let options = options(file);
        let writer = writer(&options).await?;
        check(&writer).await?;
        Self::on(file, options, writer).await
    }

    async fn on(file: &Path, options: SqliteConnectOptions, writer: SqlitePool) -> Result<Self> {
        let readers = pool(READERS).connect_with(options.read_only(true)).await?;
        let opening = |read_only| Opening { file: file.to_owned(), read_only };
        let turns = Turns::of(opening(false));
        let arrivals = Readers::of(opening(true), turns.clone());
        Ok(Self::new(Writer::new(writer, turns), arrivals, readers.clone(), Probe(readers), None))
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // A replaced PIN's record must not linger in a free page.
        .pragma("secure_delete", "ON")
        .busy_timeout(BUSY)
        // Statements would come with their timing and text into the log, whose fields are an allow-list.
        .disable_statement_logging()
}

/// One: writes queue for their turn, in order, and not at SQLite's lock, where waiters poll.
async fn writer(options: &SqliteConnectOptions) -> Result<SqlitePool> {
    Ok(pool(1).connect_with(options.clone()).await?)
}

/// Whether the tables are those that this program knows: its statements are made for no others.
async fn check(pool: &SqlitePool) -> Result<()> {
    let known = known();
    let migrated = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')";
    let found: Option<i64> = if sqlx::query_scalar::<_, bool>(migrated).fetch_one(pool).await? {
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(pool).await?
    } else {
        None
    };
    let other = match found {
        None => OtherTables::None,
        Some(found) if found < known => OtherTables::Older { found, known },
        Some(found) if found > known => OtherTables::Newer { found, known },
        Some(_) => return Ok(()),
    };
    Err(StoreError::Failed(Box::new(other)))
}

fn pool(connections: u32) -> SqlitePoolOptions {
    unswept::<Sqlite>(connections)
        // A file does not go away.
        .test_before_acquire(false)
        .acquire_timeout(ACQUIRE)
        // On a full disk SQLite rolls back by itself, and sqlx goes on counting a transaction that it cannot roll back: of that
        // connection no other would ever begin.
        .before_acquire(|connection, _| Box::pin(ready(Ok(!connection.is_in_transaction()))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sqlx::{AssertSqlSafe, ConnectOptions, Row};

    use super::sql::commit::{END_CHALLENGES, END_RUNS};
    use super::sql::users::listing;
    use super::*;
    use crate::store::{CredentialStatus, UserFilter};

    /// How a statement would find its rows, what follows from it by references included.
    async fn plan(statement: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("repin.db");
        SqliteStore::open(&file).await.unwrap();
        let options = SqliteConnectOptions::new().filename(&file).foreign_keys(true);
        let mut connection = options.connect().await.unwrap();
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")));
        let steps = plan.fetch_all(&mut connection).await.unwrap();
        steps.iter().map(|step| step.get("detail")).collect()
    }

    /// Of somebody who recovered a thousand times, a COMMIT would read all that before it ends what is open.
    #[tokio::test]
    async fn what_is_open_is_found_without_a_look_at_all_there_ever_was() {
        for (statement, index) in [(END_RUNS, "runs_open"), (END_CHALLENGES, "challenges_open")] {
            let found = plan(statement).await;
            assert!(found.iter().any(|step| step.contains(&format!("USING INDEX {index} (person=?)"))), "{found:?}");
        }
    }

    #[tokio::test]
    async fn who_is_locked_is_found_without_a_look_at_an_apps_other_users() {
        let locked = Some(CredentialStatus::Locked);
        for wanted in [
            UserFilter { pin: locked, ..UserFilter::default() },
            UserFilter { answers: locked, ..UserFilter::default() },
            UserFilter { pin: locked, answers: locked },
        ] {
            let found = plan(listing("app", &wanted, 0).sql().as_str()).await;
            for index in ["INDEX credentials_locked (kind=? AND locked_until>?)", "INDEX credentials_disabled (kind=?)"]
            {
                assert!(found.iter().any(|step| step.contains(index)), "{found:?}");
            }
            assert!(found.iter().all(|step| !step.contains("users_by_app")), "{found:?}");
            let users: Vec<_> = found.iter().filter(|step| step.contains(" users ")).collect();
            assert!(users.len() == 1 && users[0].contains("(id=?)"), "{found:?}");
        }
    }

    /// What was delivered lies there for a while, of all subscriptions together.
    #[tokio::test]
    async fn what_a_deleted_subscription_was_told_is_found_without_a_look_at_what_others_were() {
        let found = plan("DELETE FROM subscriptions WHERE app = $1 AND id = $2").await;
        let index = "INDEX deliveries_by_subscription (subscription=?)";
        assert!(found.iter().any(|step| step.contains(index)), "{found:?}");
    }
}
