//! A connection to the gateway's database that reads, on either database.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection as _, Executor};
use tokio::time::timeout;

use super::Finding;
use super::database::NAME;
use crate::config::Config;

/// How long the database may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection.
pub enum Connection {
    /// To the file.
    Sqlite(SqliteConnection),
    /// To the server.
    Postgres(PgConnection),
}

impl Connection {
    /// Connects to the database of these settings.
    ///
    /// # Errors
    /// The finding that it cannot be reached.
    pub async fn open(config: &Config) -> Result<Self, Finding> {
        let Some(address) = &config.database else { return open_file(&config.data.join("repin.db")).await };
        let fault = |why: String| {
            Finding::fault(NAME, why, "is it running, and is --database what the gateway is started with?")
        };
        match timeout(CONNECT_TIMEOUT, address.connect()).await {
            Ok(Ok(connection)) => Ok(Self::Postgres(connection)),
            Ok(Err(error)) => Err(fault(error.to_string())),
            Err(_) => Err(fault("no answer in time".into())),
        }
    }

    /// A number.
    pub async fn number(&mut self, query: &'static str) -> sqlx::Result<i64> {
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(query).fetch_one(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(query).fetch_one(connection).await,
        }
    }

    /// A text.
    pub async fn text(&mut self, query: &'static str) -> sqlx::Result<String> {
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(query).fetch_one(connection).await,
            Self::Postgres(connection) => sqlx::query_scalar(query).fetch_one(connection).await,
        }
    }

    /// Rows of two texts.
    pub async fn pairs(&mut self, query: &'static str) -> sqlx::Result<Vec<(String, String)>> {
        match self {
            Self::Sqlite(connection) => sqlx::query_as(query).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_as(query).fetch_all(connection).await,
        }
    }

    /// Rows of bytes and a number.
    pub async fn counts(&mut self, query: &'static str) -> sqlx::Result<Vec<(Vec<u8>, i64)>> {
        match self {
            Self::Sqlite(connection) => sqlx::query_as(query).fetch_all(connection).await,
            Self::Postgres(connection) => sqlx::query_as(query).fetch_all(connection).await,
        }
    }

    /// From here on the server, too, refuses whatever would write.
    pub async fn only_read(&mut self) -> sqlx::Result<()> {
        if let Self::Postgres(connection) = self {
            connection.execute("SET default_transaction_read_only = on").await?;
        }
        Ok(())
    }

    /// Says goodbye.
    pub async fn close(self) {
        let _ = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
    }
}

/// Without making a file: neither a database nor, beside one that nobody has open, the two that SQLite keeps while it is.
async fn open_file(file: &Path) -> Result<Connection, Finding> {
    if !file.is_file() {
        let what = format!("{} is not there", file.display());
        return Err(Finding::fault(NAME, what, "start a gateway on this folder, or name the right one with --data"));
    }
    let in_use = file.with_extension("db-wal").exists();
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(!in_use);
    let options = options.busy_timeout(CONNECT_TIMEOUT).disable_statement_logging();
    options.connect().await.map(Connection::Sqlite).map_err(|error| {
        Finding::fault(NAME, format!("{}: {error}", file.display()), "may this user read it? Is it the gateway's?")
    })
}
