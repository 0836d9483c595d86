//! [`Store`](super::Store) on PostgreSQL: one database for any number of gateways.
//!
//! Transactions run under READ COMMITTED. What decides by what a person has takes that person's row first (`sql/locks.rs`),
//! so two nodes never decide about one person at once; work for all of them (webhooks, the sweep) is picked with
//! `FOR UPDATE SKIP LOCKED`. What was answered is on the database's disk: `synchronous_commit` is never off here.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Executor};
use url::Url;

use self::dialect::{Probe, Readers, Turns};
use self::lender::{Lender, within};
use self::sql::writer::Writer;
use super::{Result, StoreError};

mod batch;
mod lender;
mod probe;
mod readers;
mod schema;
#[path = "sql/store.rs"]
mod sql;

pub use schema::{known, tables};
pub use sql::SqlStore as PostgresStore;

/// Connections of one gateway to its database, unless the operator says otherwise; one more asks whether it is there.
pub const DEFAULT_CONNECTIONS: u32 = 20;
/// How long the probe waits for an answer, with the making of a connection.
const LIMIT_OF_PROBE: Duration = Duration::from_secs(3);

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
    /// The same, for rows that others may read and lock this way, too, and change but for their keys: when a key was used is noted without
    /// waiting, and whoever retires one has locked the table, which waits for these.
    macro_rules! share_rows {
        () => {
            " FOR KEY SHARE"
        };
    }
    /// The same, for rows of this table that others may change, and not delete: they are referred to a moment later.
    macro_rules! keep_rows {
        ($table:ident) => {
            concat!(" FOR KEY SHARE OF ", stringify!($table))
        };
    }
    pub(super) use {keep_rows, lock_rows, share_rows, skip_locked};

    pub use super::batch::{Batch, Kept, Turns};
    pub use super::known;
    pub use super::lender::{Lender as Pool, Transaction};
    pub use super::probe::Probe;
    pub use super::readers::Readers;
    pub use DbRow as BatchRow;

    /// Closes what lies idle: the server was found to be away.
    pub fn forget_idle(pool: &Pool) {
        pool.forget_idle();
    }

    /// What sqlx reads out of a row.
    pub trait Field<'r> {}
    impl<T> Field<'_> for T {}
}

/// Parameters of an address that sqlx reads (sqlx-postgres 0.9, `options/parse.rs`), beside `options[NAME]`. It leaves any other out
/// with a warning, which is not in our log: with a mistyped `sslmode` nobody's certificate would be checked.
const PARAMETERS: &[&str] = &[
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// Not the address of a PostgreSQL database. Says no value that is in it: a password is.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Of another form, or a parameter's value is.
    #[error("the database's address looks like postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full")]
    Form,
    /// A parameter that nothing would heed, by its name.
    #[error("the database's address has a parameter that is not known: {0:?}")]
    Parameter(String),
    /// The same where its name may be the rest of a password.
    #[error(
        "the database's address has a parameter that is not known; in a password, ?, & and @ are written %3F, %26 and %40"
    )]
    HiddenParameter,
}

/// How long the database may take. Whoever waits longer is told that it is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A statement, and a lock that it waits for. The server ends it.
    pub statement: Duration,
    /// The wait for a connection, with the making of one: a burst queues rather than fails. An outage is found by the probe.
    pub acquire: Duration,
    /// The answer of a connection that is asked whether it is there, before it is used and when it comes back.
    pub answer: Duration,
    /// An operation of the store. The server ends what it can still hear of; this is for one that is gone without a word.
    pub operation: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let (acquire, statement) = (Duration::from_secs(60), Duration::from_secs(60));
        // Two statements that the server ends at the last moment: what takes longer is nowhere.
        let operation = acquire + 2 * statement;
        Self { statement, acquire, answer: Duration::from_secs(5), operation }
    }
}

/// Where the database is, and who asks. No `Debug`: a password is in it.
#[derive(Clone)]
pub struct Address {
    options: PgConnectOptions,
    limits: Limits,
}

impl Address {
    /// The same with other limits.
    #[must_use]
    pub fn limited(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// One connection.
    ///
    /// # Errors
    /// [`sqlx::Error`], which does not repeat the password.
    pub(crate) async fn connect(&self) -> sqlx::Result<PgConnection> {
        let options = self.options();
        within(self.limits.acquire, options.connect()).await
    }

    fn options(&self) -> PgConnectOptions {
        let limit = self.limits.statement.as_millis();
        // In milliseconds. A node that hangs, or whose network went, must not keep a person's row for ever.
        let limits =
            [("statement_timeout", limit), ("lock_timeout", limit), ("idle_in_transaction_session_timeout", 30_000)];
        self.options.clone().options(limits)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> std::result::Result<Self, AddressError> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(AddressError::Form);
        }
        check_parameters(&Url::parse(text).map_err(|_| AddressError::Form)?)?;
        let options = PgConnectOptions::from_str(text).map_err(|_| AddressError::Form)?;
        // Statements would come with their timing and text into the log, whose fields are an allow-list.
        let options = options.application_name("repin-server").disable_statement_logging();
        Ok(Self { options, limits: Limits::default() })
    }
}

/// Refuses what sqlx would pass over in silence: a parameter that it does not know, and all that stands behind a `#`.
fn check_parameters(url: &Url) -> std::result::Result<(), AddressError> {
    if url.fragment().is_some() {
        return Err(AddressError::Form);
    }
    let is_option = |name: &str| name.strip_prefix("options[").is_some_and(|rest| rest.ends_with(']'));
    let is_known = |name: &str| PARAMETERS.contains(&name) || is_option(name);
    let Some((name, _)) = url.query_pairs().find(|(name, _)| !is_known(name)) else { return Ok(()) };
    // A password with a `?` or an `&` as it stands ends there, and the rest of it is read as a name.
    let may_be_secret =
        url.query().is_some_and(|query| query.contains('@')) || url.query_pairs().any(|(name, _)| name == "password");
    Err(if may_be_secret { AddressError::HiddenParameter } else { AddressError::Parameter(name.into_owned()) })
}

impl PostgresStore {
    /// Opens the database, migrating it first where needed. Nodes that start at once migrate once.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be reached, or is of a version that this program cannot work on.
    pub async fn open(address: &Address, connections: u32) -> Result<Self> {
        let lender = connect(address, connections).await?;
        schema::migrate(address.connect().await?).await?;
        Ok(Self::on(&lender, address))
    }

    /// Opens a database that a gateway has been started on, and changes no table.
    ///
    /// # Errors
    /// [`StoreError`], also when none has.
    pub async fn open_existing(address: &Address) -> Result<Self> {
        let lender = connect(address, 2).await?;
        schema::check(&lender).await?;
        Ok(Self::on(&lender, address))
    }

    fn on(lender: &Lender, address: &Address) -> Self {
        let writer = Writer::new(lender.clone(), Turns::of(lender.clone()));
        let probe = Probe::beside(lender, address);
        Self::new(writer, Readers::of(lender.clone()), lender.clone(), probe, Some(address.limits.operation))
    }
}

/// The first connection is made at once: a database that is just starting is waited for.
async fn connect(address: &Address, connections: u32) -> Result<Lender> {
    let lender = Lender::to(address, connections, address.limits.acquire);
    lender.acquire().await?;
    Ok(lender)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> Option<AddressError> {
        Address::from_str(&format!("postgres://repin:hush@db.internal/repin{query}")).err()
    }

    #[test]
    fn every_parameter_that_sqlx_reads_is_taken() {
        for name in PARAMETERS {
            let value = match *name {
                "sslmode" | "ssl-mode" => "verify-full",
                "hostaddr" => "127.0.0.1",
                "port" | "statement-cache-capacity" => "5432",
                _ => "words",
            };
            assert_eq!(refused(&format!("?{name}={value}")), None, "{name}");
        }
        for query in
            ["", "?", "?options[search_path]=repin", "?options%5Bsearch_path%5D=repin", "?sslmode=require&port=1"]
        {
            assert_eq!(refused(query), None, "{query}");
        }
    }

    #[test]
    fn a_parameter_that_sqlx_would_leave_out_is_refused_by_its_name_alone() {
        for (query, name) in [
            ("?sslmod=verify-full", "sslmod"),
            ("?SSLMODE=verify-full", "SSLMODE"),
            ("?sslmode=verify-full&channel_binding=require", "channel_binding"),
            ("?options[search_path=repin", "options[search_path"),
            ("?sslrootcert=/etc/ssl/ca.pem&ssl%20mode=verify-full", "ssl mode"),
        ] {
            let error = refused(query);
            assert_eq!(error, Some(AddressError::Parameter(name.into())), "{query}");
            let said = error.map(|error| error.to_string()).unwrap_or_default();
            assert!(said.contains(name), "{said}");
            for value in ["hush", "verify-full", "require", "repin", "ca.pem"] {
                assert!(!said.contains(value), "{said}");
            }
        }
        assert_eq!(refused("?sslmode=verify"), Some(AddressError::Form), "a value that sqlx refuses itself");
        assert_eq!(refused("?sslrootcert=/a#b&sslmode=verify-full"), Some(AddressError::Form), "behind a #");
    }

    #[test]
    fn the_rest_of_a_password_is_not_taken_for_a_name_and_repeated() {
        for text in [
            "postgres://repin:5?hush@db.internal/repin",
            "postgres://repin:5?hush&hush@db.internal/repin?sslmode=verify-full",
            "postgres://db.internal/repin?password=5&hush",
            "postgres://db.internal/repin?hush&password=5",
        ] {
            let error = Address::from_str(text).err();
            assert_eq!(error, Some(AddressError::HiddenParameter), "{text}");
            let said = error.map(|error| error.to_string()).unwrap_or_default();
            assert!(!said.contains("hush"), "{said}");
        }
    }
}
