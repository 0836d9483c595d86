//! `repin-server admin`: what an operator does beside a running gateway, on the same database.
//!
//! It takes no lock that the gateway holds, and what it changes counts from the gateway's next request on, or for the key
//! ring from its next start. Every change names who made it and leaves an audit row.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use repin_server::StartError;
use repin_server::api_key::NoRandomness;
use repin_server::clock::{Clock, SystemClock};
use repin_server::keys::KeySource;
use repin_server::store::postgres::{Address, AddressError, PostgresStore};
use repin_server::store::sqlite::SqliteStore;
use repin_server::store::{By, Store, StoreError};
use serde_json::Value;

mod app;
mod audit;
mod entity;
mod key;
mod ring;
mod table;
mod user;
mod webhooks;

/// Settings of `admin`.
#[derive(Args)]
pub struct Admin {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    subject: Subject,
}

/// Settings of `keys`.
#[derive(Args)]
pub struct Keys {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    command: ring::Command,
}

/// Which gateway's, and who asks.
#[derive(Args)]
struct Access {
    /// The gateway's data folder. The gateway may be running.
    #[arg(long, env = "REPIN_DATA", value_name = "DIR", default_value = "./data", global = true)]
    data: PathBuf,

    /// The gateway's PostgreSQL database, if it has one: postgres://USER:PASSWORD@HOST/DATABASE.
    #[arg(long, env = "REPIN_DATABASE", value_name = "URL", hide_env_values = true, global = true)]
    database: Option<String>,

    /// Who does this, for the audit. Needed by every command that changes something.
    #[arg(long, env = "REPIN_OPERATOR", value_name = "NAME", value_parser = parse_words, global = true)]
    by: Option<String>,

    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Subject {
    /// Owners of apps.
    #[command(subcommand)]
    Entity(entity::Command),
    /// Apps: what keys, origins and users belong to.
    #[command(subcommand)]
    App(app::Command),
    /// API keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Users of an app.
    #[command(subcommand)]
    User(user::Command),
    /// What hosts are told: dead letters, the log of tries, the signing key.
    #[command(subcommand)]
    Webhooks(webhooks::Command),
    /// What was done, by whom.
    #[command(subcommand)]
    Audit(audit::Command),
}

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The folder is not a gateway's.
    #[error("{0} is not there; start a gateway on this folder first, or name another with --data")]
    NoDatabase(PathBuf),
    /// See there.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A change without a name.
    #[error("say who does this: --by NAME, or REPIN_OPERATOR in the environment")]
    NoOperator,
    /// What was named does not exist.
    #[error("{0}")]
    Unknown(String),
    /// What was asked would do harm.
    #[error("{0}")]
    Refused(String),
    /// See there.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See there.
    #[error(transparent)]
    Keys(#[from] StartError),
    /// See there.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The terminal or pipe is gone.
    #[error("the answer could not be written: {0}")]
    Output(#[from] io::Error),
}

/// What a command has to say: the same in both forms.
struct Answer {
    /// To standard output.
    text: String,
    /// To standard error: what a script does not want in its variable.
    note: &'static str,
    json: Value,
}

impl Answer {
    /// All was said while it was found.
    fn printed(json: Value) -> Self {
        Self { text: String::new(), note: "", json }
    }

    fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), note: "", json }
    }
}

/// The store, and who works on it.
struct Desk {
    store: Box<dyn Store>,
    /// Opened by what is about keys alone.
    keys: KeySource,
    by: Option<String>,
    now: u64,
}

impl Desk {
    /// Who makes the change.
    fn by(&self) -> Result<By<'_>, AdminError> {
        let operator = self.by.as_deref().ok_or(AdminError::NoOperator)?;
        Ok(By { operator, now: self.now })
    }

    /// The App ID that was named, or the first app's.
    async fn app(&self, named: Option<&str>) -> Result<String, AdminError> {
        let Some(id) = named else { return Ok(self.store.default_app(self.now).await?.id) };
        let app = self.store.app(id).await?.ok_or_else(|| AdminError::Unknown(format!("there is no app {id}")))?;
        Ok(app.id)
    }

    /// The entity that was made with the first app.
    async fn first_entity(&self) -> Result<String, AdminError> {
        Ok(self.store.default_app(self.now).await?.entity_id)
    }
}

/// Does what was asked, and prints the answer.
///
/// # Errors
/// [`AdminError`].
pub async fn run(admin: Admin) -> Result<(), AdminError> {
    let json = admin.access.json;
    let desk = desk(admin.access).await?;
    let answer = match admin.subject {
        Subject::Entity(command) => entity::run(&desk, command).await,
        Subject::App(command) => app::run(&desk, command).await,
        Subject::Key(command) => key::run(&desk, command).await,
        Subject::User(command) => user::run(&desk, command).await,
        Subject::Webhooks(command) => webhooks::run(&desk, command).await,
        Subject::Audit(command) => audit::run(&desk, command).await,
    };
    desk.store.close().await;
    print(answer?, json)
}

/// The same for `keys`.
///
/// # Errors
/// [`AdminError`].
pub async fn run_keys(keys: Keys) -> Result<(), AdminError> {
    let json = keys.access.json;
    if matches!(keys.command, ring::Command::Export) {
        return print(ring::export(&source(&keys.access)?)?, json);
    }
    let desk = desk(keys.access).await?;
    let answer = ring::run(&desk, keys.command).await;
    desk.store.close().await;
    print(answer?, json)
}

fn print(answer: Answer, json: bool) -> Result<(), AdminError> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{:#}", answer.json)?;
    } else {
        if !answer.text.is_empty() {
            writeln!(out, "{}", answer.text.trim_end())?;
        }
        if !answer.note.is_empty() {
            writeln!(io::stderr(), "{}", answer.note)?;
        }
    }
    Ok(out.flush()?)
}

async fn desk(access: Access) -> Result<Desk, AdminError> {
    let (store, keys) = (open(&access).await?, source(&access)?);
    Ok(Desk { store, keys, by: access.by, now: SystemClock::start().now() })
}

/// Where the key ring is: in the environment, or in the data folder.
fn source(access: &Access) -> Result<KeySource, AdminError> {
    let given = KeySource::from_environment().map_err(StartError::from)?;
    Ok(given.unwrap_or_else(|| KeySource::Folder(access.data.join("keys"))))
}

async fn open(admin: &Access) -> Result<Box<dyn Store>, AdminError> {
    if let Some(address) = &admin.database {
        let address: Address = address.parse()?;
        return Ok(Box::new(PostgresStore::open_existing(&address).await?));
    }
    let file = admin.data.join("repin.db");
    // Said in words of ours: SQLite's are that it is unable to open a file.
    if !file.is_file() {
        return Err(AdminError::NoDatabase(file));
    }
    Ok(Box::new(SqliteStore::open_existing(&file).await?))
}

/// A name or label: some words on one line. What is stored here is printed on terminals.
fn parse_words(text: &str) -> Result<String, &'static str> {
    let plain = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if plain && !text.trim().is_empty() { Ok(text.to_owned()) } else { Err("1 to 100 characters on one line") }
}
