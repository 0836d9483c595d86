//! `admin webhooks`: deliveries that were given up, the log of tries, the key that signs.

use clap::{Args, Subcommand};
use repin_server::StartError;
use repin_server::date::date;
use repin_server::keys::{KeyRing, Purpose};
use repin_server::store::{DeadLetter, LoggedAttempt, Replay};
use serde_json::{Value, json};

use super::table::table;
use super::{AdminError, Answer, Desk, ring};

#[derive(Subcommand)]
pub enum Command {
    /// List deliveries that were given up, the newest first.
    DeadLetters(Limit),
    /// Try dead letters again, with the same notificationId and body. A running gateway does it within a second.
    Replay(Which),
    /// List tries, the newest first.
    Log {
        #[command(flatten)]
        limit: Limit,
        /// Only this subscription's.
        #[arg(long, value_name = "ID")]
        subscription: Option<String>,
    },
    /// Make a new signing key, as `keys rotate webhook` does, and print its id on the wire. It signs from the next start on; keys before it are still served.
    RotateKey,
}

#[derive(Args)]
pub struct Limit {
    /// How many.
    #[arg(long, value_name = "LINES", default_value_t = 100)]
    limit: usize,
}

/// Which dead letters.
#[derive(Args)]
#[group(id = "which", required = true, multiple = false, args = ["notification", "subscription", "all"])]
pub struct Which {
    /// The one with this notificationId.
    notification: Option<String>,
    /// A subscription's.
    #[arg(long, value_name = "ID")]
    subscription: Option<String>,
    /// All.
    #[arg(long)]
    all: bool,
}

pub async fn run(desk: &Desk, command: Command) -> Result<Answer, AdminError> {
    match command {
        Command::DeadLetters(Limit { limit }) => dead_letters(desk, limit).await,
        Command::Replay(which) => {
            let wanted = match (&which.notification, &which.subscription) {
                (Some(id), _) => Replay::One(id),
                (None, Some(id)) => Replay::Subscription(id),
                (None, None) => Replay::All,
            };
            let replayed = desk.store.replay(wanted, desk.by()?).await?;
            Ok(Answer::new(format!("{replayed} to be tried again"), json!({"replayed": replayed})))
        }
        Command::Log { limit: Limit { limit }, subscription } => log(desk, subscription.as_deref(), limit).await,
        Command::RotateKey => {
            let (_, material) = ring::rotate(desk, Purpose::WebhookSigning).await?;
            let id = KeyRing::read(&material).map_err(StartError::from)?.webhook.newest().1.id().to_string();
            desk.store.note("WEBHOOK_KEY_ADDED", &id, desk.by()?).await?;
            Ok(Answer { note: "It signs from the gateway's next start on.", ..Answer::new(&*id, json!({"id": id})) })
        }
    }
}

async fn dead_letters(desk: &Desk, limit: usize) -> Result<Answer, AdminError> {
    let letters = desk.store.dead_letters(limit).await?;
    let row = |letter: &DeadLetter| {
        let (id, subscription, kind) = (letter.id.clone(), letter.subscription.clone(), letter.kind.clone());
        [id, subscription, kind, date(letter.created), date(letter.dead), letter.attempts.to_string()]
    };
    let shape = |letter: &DeadLetter| {
        json!({
            "notificationId": letter.id,
            "subscription": letter.subscription,
            "type": letter.kind,
            "created": date(letter.created),
            "dead": date(letter.dead),
            "tries": letter.attempts,
        })
    };
    let rows: Vec<_> = letters.iter().map(row).collect();
    let columns = ["NOTIFICATION", "SUBSCRIPTION", "TYPE", "EVENT", "GIVEN UP", "TRIES"];
    let text = table(columns, &rows, "Nothing was given up.");
    Ok(Answer::new(text, json!({"deadLetters": letters.iter().map(shape).collect::<Vec<_>>()})))
}

async fn log(desk: &Desk, subscription: Option<&str>, limit: usize) -> Result<Answer, AdminError> {
    let tries = desk.store.delivery_log(subscription, limit).await?;
    let row = |line: &LoggedAttempt| {
        let result = line.status.map(|status| status.to_string()).or_else(|| line.error.clone()).unwrap_or_default();
        let (subscription, id) = (line.subscription.clone(), line.delivery.clone());
        [date(line.at), subscription, id, line.attempt.to_string(), result, line.millis.to_string()]
    };
    let shape = |line: &LoggedAttempt| -> Value {
        json!({
            "at": date(line.at),
            "subscription": line.subscription,
            "notificationId": line.delivery,
            "try": line.attempt,
            "status": line.status,
            "error": line.error,
            "milliseconds": line.millis,
        })
    };
    let rows: Vec<_> = tries.iter().map(row).collect();
    let text = table(["AT", "SUBSCRIPTION", "NOTIFICATION", "TRY", "RESULT", "MS"], &rows, "Nothing was tried yet.");
    Ok(Answer::new(text, json!({"tries": tries.iter().map(shape).collect::<Vec<_>>()})))
}
