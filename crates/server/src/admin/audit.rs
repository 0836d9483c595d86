//! `admin audit`: what was done to credentials, and by operators, and whether it still says so.

use std::io::{self, Write};

use clap::Subcommand;
use repin_server::StartError;
use repin_server::audit::verify;
use repin_server::date::date;
use repin_server::keys::KeyRing;
use repin_server::store::{AuditEntry, AuditLink};
use serde_json::{Value, json};

use super::table::table;
use super::{AdminError, Answer, Desk};

/// Rows read at once.
const PAGE: u32 = 1000;

#[derive(Subcommand)]
pub enum Command {
    /// Show the newest lines, the newest first.
    List {
        /// How many.
        #[arg(long, value_name = "LINES", default_value_t = 50)]
        limit: u32,
    },
    /// Tell whether a row was altered, removed, reordered or inserted since it was sealed, and which is the first. Needs the key
    /// ring.
    Verify {
        /// An end of the chain that was noted before, NUMBER:HASH: it must be part of the chain.
        #[arg(long, value_name = "NUMBER:HASH")]
        anchor: Option<String>,
    },
    /// Print every row with its link, the oldest first, as JSON lines.
    Export,
}

pub async fn run(desk: &Desk, command: Command) -> Result<Answer, AdminError> {
    match command {
        Command::List { limit } => list(desk, limit).await,
        Command::Verify { anchor } => check(desk, anchor.as_deref()).await,
        Command::Export => export(desk).await,
    }
}

async fn list(desk: &Desk, limit: u32) -> Result<Answer, AdminError> {
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

async fn check(desk: &Desk, anchor: Option<&str>) -> Result<Answer, AdminError> {
    let keys = KeyRing::read(&desk.keys.load().map_err(StartError::from)?).map_err(StartError::from)?;
    let report = verify(&*desk.store, &keys, anchor).await?;
    if let Some(words) = report.words() {
        return Err(AdminError::Refused(words));
    }
    let text = format!(
        "{} rows are as they were sealed, {} are not sealed yet\nend {}",
        report.sealed, report.unsealed, report.end
    );
    let json = json!({"sealed": report.sealed, "unsealed": report.unsealed, "end": report.end});
    Ok(Answer { note: "Note the end somewhere else; `--anchor` compares.", ..Answer::new(text, json) })
}

async fn export(desk: &Desk) -> Result<Answer, AdminError> {
    let (mut after, mut rows) = (0, 0_u64);
    loop {
        let page = desk.store.audit_after(after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = last.id;
        let mut out = io::stdout().lock();
        for (entry, link) in &page {
            let mut line = shape(entry);
            line["link"] = link.as_ref().map_or(Value::Null, link_shape);
            writeln!(out, "{line}")?;
            rows += 1;
        }
    }
    Ok(Answer::printed(json!({"rows": rows})))
}

fn shape(entry: &AuditEntry) -> Value {
    json!({
        "id": entry.id,
        "at": date(entry.at),
        "operator": entry.operator,
        "event": entry.event,
        "app": entry.app,
        "user": entry.user,
        "challenge": entry.challenge,
        "subject": entry.subject,
    })
}

fn link_shape(link: &AuditLink) -> Value {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    json!({"seq": link.seq, "hash": hex(&link.hash), "kid": link.kid, "mac": hex(&link.mac)})
}
