//! What the database says, read beside the program that works on it.
#![allow(dead_code)] // each test binary uses a part of it

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

/// A credential's identity and its counter.
#[derive(Clone, Debug, PartialEq)]
pub struct Credential {
    pub kind: i64,
    pub id: Vec<u8>,
    pub failed: i64,
    pub consecutive: i64,
}

/// What matters of one person's rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub credentials: Vec<Credential>,
    /// Status of each challenge, its rows in the outbox, and those of them that tell this status.
    pub challenges: BTreeMap<String, (String, i64, i64)>,
    /// How many messages were taken.
    pub taken: i64,
    /// How many wallets there are, and their addresses.
    pub wallets: (i64, i64),
}

const CREDENTIALS: &str = "SELECT kind, id, failed, consecutive FROM credentials ORDER BY kind, id";
const CHALLENGES: &str = "SELECT id, status, (SELECT COUNT(*) FROM outbox o WHERE o.challenge = c.id),
    (SELECT COUNT(*) FROM outbox o WHERE o.challenge = c.id AND o.status = c.status) FROM challenges c";
const TAKEN: &str = "SELECT COUNT(*) FROM seen";
const WALLETS: &str = "SELECT (SELECT COUNT(*) FROM wallets), (SELECT COUNT(*) FROM wallet_addresses)";

macro_rules! read {
    ($connection:expr) => {{
        let mut connection = $connection;
        let credentials = sqlx::query(CREDENTIALS).fetch_all(&mut connection).await.unwrap();
        let challenges = sqlx::query(CHALLENGES).fetch_all(&mut connection).await.unwrap();
        let taken = sqlx::query_scalar(TAKEN).fetch_one(&mut connection).await.unwrap();
        let wallets = sqlx::query_as(WALLETS).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let credential = |row: &_| Credential {
            kind: Row::get(row, 0),
            id: Row::get(row, 1),
            failed: Row::get(row, 2),
            consecutive: Row::get(row, 3),
        };
        let challenge = |row: &_| (Row::get(row, 0), (Row::get(row, 1), Row::get(row, 2), Row::get(row, 3)));
        Facts {
            credentials: credentials.iter().map(credential).collect(),
            challenges: challenges.iter().map(challenge).collect(),
            taken,
            wallets,
        }
    }};
}

impl Facts {
    /// Reads the PostgreSQL database of this address, or the SQLite database in this data folder.
    pub async fn read(url: Option<String>, data: &Path) -> Self {
        match url {
            Some(url) => read!(PgConnection::connect(&url).await.unwrap()),
            None => read!(sqlite(data).await),
        }
    }

    /// The credential of this kind.
    pub fn credential(&mut self, kind: i64) -> &mut Credential {
        self.credentials.iter_mut().find(|credential| credential.kind == kind).expect("there is one")
    }

    /// What no crash may leave behind: a kind with two credentials or none, an end that nobody or two were told of, an event for
    /// what did not happen.
    pub fn violations(&self) -> Vec<String> {
        let mut found = Vec::new();
        for kind in [1, 2] {
            let count = self.credentials.iter().filter(|credential| credential.kind == kind).count();
            if count != 1 {
                found.push(format!("{count} credentials of kind {kind}"));
            }
        }
        for (id, (status, events, fitting)) in &self.challenges {
            let wanted = i64::from(status != "PENDING");
            if (*events, *fitting) != (wanted, wanted) {
                found.push(format!("challenge {id} is {status} and has {events} events, {fitting} of them for that"));
            }
        }
        found
    }
}

/// The database in a gateway's folder.
pub async fn sqlite(data: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(data.join("repin.db")).busy_timeout(Duration::from_secs(60));
    options.connect().await.unwrap()
}
