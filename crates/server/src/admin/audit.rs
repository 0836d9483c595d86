//! `admin audit`: what was done to credentials, and by operators.

use clap::Subcommand;
use repin_server::date::date;
use repin_server::store::AuditEntry;
use serde_json::{Value, json};

use super::table::table;
use super::{AdminError, Answer, Desk};

#[derive(Subcommand)]
pub enum Command {
    /// Show the newest lines, the newest first.
    List {
        /// How many.
        #[arg(long, value_name = "LINES", default_value_t = 50)]
        limit: u32,
    },
}

pub async fn run(desk: &Desk, command: Command) -> Result<Answer, AdminError> {
    let Command::List { limit } = command;
    let entries = desk.store.audit(limit).await?;
    let row = |entry: &AuditEntry| {
        let by = entry.operator.clone().unwrap_or_else(|| "(the person)".to_owned());
        let about = [&entry.user, &entry.challenge, &entry.subject];
        let about: Vec<_> = about.into_iter().flatten().map(String::as_str).collect();
        [date(entry.at), by, entry.event.clone(), entry.app.clone().unwrap_or_default(), about.join(" ")]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    let text = table(["AT", "BY", "EVENT", "APP", "ABOUT"], &rows, "Nothing was done yet.");
    Ok(Answer::new(text, json!({"entries": entries.iter().map(shape).collect::<Vec<_>>()})))
}

fn shape(entry: &AuditEntry) -> Value {
    json!({
        "at": date(entry.at),
        "operator": entry.operator,
        "event": entry.event,
        "app": entry.app,
        "user": entry.user,
        "challenge": entry.challenge,
        "subject": entry.subject,
    })
}
