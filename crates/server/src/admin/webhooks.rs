//! `repin-server admin webhooks`: one line for each thing, columns separated by tabs, for people and for `cut`.
#![allow(clippy::print_stdout)] // the answer to a command

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use repin_server::store::sqlite::SqliteStore;
use repin_server::store::{Replay, Store, WebhookStore};
use repin_server::webhooks::rotate_key;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What can be done about webhooks.
#[derive(Subcommand)]
pub enum WebhookCommand {
    /// List deliveries that were given up: notification, subscription, type, event, given up, tries.
    DeadLetters(List),
    /// Try dead letters again, with the same notificationId and body. A running gateway does it within a second.
    Replay(Which),
    /// List tries, newest first: time, subscription, notification, try, status or failure, milliseconds.
    Log(Log),
    /// Make a new signing key. It signs from the next start on; keys before it are still served.
    RotateKey(Data),
}

/// Where the gateway keeps its things.
#[derive(Args)]
pub struct Data {
    /// The gateway's data folder.
    #[arg(long, env = "REPIN_DATA", value_name = "DIR", default_value = "./data")]
    data: PathBuf,
}

/// How many to list.
#[derive(Args)]
pub struct List {
    #[command(flatten)]
    data: Data,
    /// How many at most, newest first.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

/// Which tries to list.
#[derive(Args)]
pub struct Log {
    #[command(flatten)]
    list: List,
    /// Only this subscription's.
    #[arg(long, value_name = "ID")]
    subscription: Option<String>,
}

/// Which dead letters.
#[derive(Args)]
#[group(id = "which", required = true, multiple = false, args = ["notification", "subscription", "all"])]
pub struct Which {
    #[command(flatten)]
    data: Data,
    /// The one with this notificationId.
    notification: Option<String>,
    /// A subscription's.
    #[arg(long, value_name = "ID")]
    subscription: Option<String>,
    /// All.
    #[arg(long)]
    all: bool,
}

/// Does it.
pub async fn run(command: WebhookCommand) -> Result<(), Box<dyn Error>> {
    match command {
        WebhookCommand::DeadLetters(list) => dead_letters(&list).await,
        WebhookCommand::Replay(which) => replay(&which).await,
        WebhookCommand::Log(log) => delivery_log(&log).await,
        WebhookCommand::RotateKey(Data { data }) => {
            open(&data).await?.close().await;
            println!("{}", rotate_key(&data)?);
            Ok(())
        }
    }
}

async fn dead_letters(list: &List) -> Result<(), Box<dyn Error>> {
    let store = open(&list.data.data).await?;
    for letter in store.dead_letters(list.limit).await? {
        let (created, dead) = (date(letter.created), date(letter.dead));
        let (id, subscription, kind) = (letter.id, letter.subscription, letter.kind);
        println!("{id}\t{subscription}\t{kind}\t{created}\t{dead}\t{}", letter.attempts);
    }
    store.close().await;
    Ok(())
}

async fn replay(which: &Which) -> Result<(), Box<dyn Error>> {
    let store = open(&which.data.data).await?;
    let wanted = match (&which.notification, &which.subscription) {
        (Some(id), _) => Replay::One(id),
        (None, Some(id)) => Replay::Subscription(id),
        (None, None) => Replay::All,
    };
    println!("{}", store.replay(wanted).await?);
    store.close().await;
    Ok(())
}

async fn delivery_log(log: &Log) -> Result<(), Box<dyn Error>> {
    let store = open(&log.list.data.data).await?;
    for line in store.delivery_log(log.subscription.as_deref(), log.list.limit).await? {
        let result = line.status.map(|status| status.to_string()).or(line.error).unwrap_or_default();
        let (at, subscription, id) = (date(line.at), line.subscription, line.delivery);
        println!("{at}\t{subscription}\t{id}\t{}\t{result}\t{}", line.attempt, line.millis);
    }
    store.close().await;
    Ok(())
}

/// The store of a gateway that exists: a mistyped folder must not become a new one.
async fn open(data: &Path) -> Result<SqliteStore, Box<dyn Error>> {
    let file = data.join("repin.db");
    if !file.is_file() {
        return Err(format!("{}: there is no gateway's data here", data.display()).into());
    }
    Ok(SqliteStore::open(&file).await?)
}

fn date(at: u64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000);
    at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}
