//! [`Store`](super::Store) on PostgreSQL: one database for any number of gateways.
//!
//! Transactions run under READ COMMITTED. What decides by what a person has takes that person's row first (`sql/locks.rs`),
//! so two nodes never decide about one person at once; work for all of them (webhooks, the sweep) is picked with
//! `FOR UPDATE SKIP LOCKED`. What was answered is on the database's disk: `synchronous_commit` is never off here.

use std::future::ready;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Executor, PgPool, Postgres};

use self::dialect::{Readers, Turns};
use self::sql::writer::Writer;
use super::pool::{is_fresh, unswept};
use super::{Result, StoreError};

mod batch;
mod readers;
mod schema;
#[path = "sql/store.rs"]
mod sql;

pub use schema::known;
pub use sql::SqlStore as PostgresStore;

/// Connections of one gateway to its database, unless the operator says otherwise.
pub const DEFAULT_CONNECTIONS: u32 = 20;
/// How long a request waits for a connection: a burst queues rather than fails. An outage is found by the probe.
const ACQUIRE: Duration = Duration::from_secs(60);
/// How long the probe waits for its own.
const ACQUIRE_PROBE: Duration = Duration::from_secs(3);

/// What is PostgreSQL's own.
mod dialect {
    pub use sqlx::Postgres as Db;
    pub use sqlx::postgres::{PgArguments as DbArguments, PgConnection as Connection, PgRow as DbRow};

    /// Several gateways on one database.
    pub const SHARED: bool = true;
    /// Whether the database can be written to, and the migration that a program must know.
    pub const READY: &str =
        "SELECT current_setting('transaction_read_only') = 'off', max(migration) FROM oldest_program";
    /// How a transaction that writes begins. Whoever waited for a lock reads what its last holder wrote.
    pub const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

    /// The end of a SELECT whose rows are to stay as they are.
    macro_rules! lock_rows {
        () => {
            " FOR NO KEY UPDATE"
        };
    }
    /// The same, leaving out what another transaction has locked.
    macro_rules! skip_locked {
        () => {
            " FOR UPDATE SKIP LOCKED"
        };
        ($table:ident) => {
            concat!(" FOR UPDATE OF ", stringify!($table), " SKIP LOCKED")
        };
    }
    /// The same, for rows that others may read and lock this way, too.
    macro_rules! share_rows {
        () => {
            " FOR SHARE"
        };
    }
    pub(super) use {lock_rows, share_rows, skip_locked};

    pub use super::batch::{Batch, Kept, Turns};
    pub use super::known;
    pub use super::readers::Readers;
    pub use DbRow as BatchRow;

    /// What sqlx reads out of a row.
    pub trait Field<'r> {}
    impl<T> Field<'_> for T {}
}

/// Not the address of a PostgreSQL database. Says nothing of what it is: a password is in it.
#[derive(Debug, thiserror::Error)]
#[error("the database's address looks like postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full")]
pub struct AddressError;

/// Where the database is, and who asks. No `Debug`: a password is in it.
#[derive(Clone)]
pub struct Address(PgConnectOptions);

impl Address {
    /// One connection.
    ///
    /// # Errors
    /// [`sqlx::Error`], which does not repeat the password.
    pub(crate) async fn connect(&self) -> sqlx::Result<PgConnection> {
        self.0.connect().await
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> std::result::Result<Self, AddressError> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(AddressError);
        }
        let options = PgConnectOptions::from_str(text).map_err(|_| AddressError)?;
        // A node that hangs, or whose network went, must not keep a person's row for ever.
        let limits =
            [("statement_timeout", "60s"), ("lock_timeout", "60s"), ("idle_in_transaction_session_timeout", "30s")];
        // Statements would come with their timing and text into the log, whose fields are an allow-list.
        Ok(Self(options.application_name("repin-server").options(limits).disable_statement_logging()))
    }
}

impl PostgresStore {
    /// Opens the database, migrating it first where needed. Nodes that start at once migrate once.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be reached, or is of a version that this program cannot work on.
    pub async fn open(address: &Address, connections: u32) -> Result<Self> {
        let pool = connect(address, connections).await?;
        schema::migrate(&pool).await?;
        Ok(Self::on(&pool, probe(address)))
    }

    fn on(pool: &PgPool, probe: PgPool) -> Self {
        let writer = Writer::new(pool.clone(), Turns::of(pool.clone()));
        Self::new(writer, Readers::of(pool.clone()), pool.clone(), probe)
    }

    /// Opens a database that a gateway has been started on, and changes no table.
    ///
    /// # Errors
    /// [`StoreError`], also when none has.
    pub async fn open_existing(address: &Address) -> Result<Self> {
        let pool = connect(address, 2).await?;
        schema::check(&pool).await?;
        Ok(Self::on(&pool, probe(address)))
    }
}

async fn connect(address: &Address, connections: u32) -> Result<PgPool> {
    let pool = unswept::<Postgres>(connections)
        // Each is asked whether it is there before it is used (sqlx's own choice): a round trip that spares people an error after a
        // fail-over.
        .acquire_timeout(ACQUIRE)
        .before_acquire(|_, connection| Box::pin(ready(Ok(is_fresh(connection.age, connection.idle_for)))))
        .after_connect(|connection, _| Box::pin(make_durable(connection)));
    Ok(pool.connect_with(address.0.clone()).await?)
}

/// One connection beside the others, made when it is needed.
fn probe(address: &Address) -> PgPool {
    let pool = unswept(1).acquire_timeout(ACQUIRE_PROBE);
    pool.connect_lazy_with(address.0.clone())
}

/// A charge that is forgotten by a crash is a guess for nothing, so a server that is set up to forget is overruled.
async fn make_durable(connection: &mut PgConnection) -> sqlx::Result<()> {
    let query =
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
    connection.execute(query).await.map(drop)
}

impl From<schema::TooNew> for StoreError {
    fn from(error: schema::TooNew) -> Self {
        Self::Failed(Box::new(error))
    }
}
