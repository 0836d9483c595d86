//! `admin key`: API keys. A key is printed when it is made and never again.

use clap::Subcommand;
use repin_server::ApiKey;
use repin_server::api_key::Environment;
use repin_server::date::date;
use repin_server::store::StoredKey;
use serde_json::{Value, json};

use super::table::table;
use super::{AdminError, Answer, Desk, parse_words};

#[derive(Subcommand)]
pub enum Command {
    /// Make a key and print it, this once: the database keeps a hash.
    Create {
        /// The App ID. Without it: the first app.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
        /// Make a LIVE key. Without it: a TEST key.
        #[arg(long)]
        live: bool,
        /// What it is for, in your own words.
        #[arg(long, value_name = "WORDS", default_value = "", value_parser = parse_label)]
        label: String,
    },
    /// Show the keys of one app or of all, without their secrets. Keys given by --api-key are not among them.
    List {
        /// The App ID. Without it: every app.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
    },
    /// Revoke a key. It is refused from the next request on.
    Revoke {
        /// The middle part of the key, as `list` shows it.
        #[arg(value_name = "KEY_ID")]
        id: String,
    },
}

pub async fn run(desk: &Desk, command: Command) -> Result<Answer, AdminError> {
    match command {
        Command::Create { app, live, label } => {
            let environment = if live { Environment::Live } else { Environment::Test };
            create(desk, desk.app(app.as_deref()).await?, environment, label).await
        }
        Command::List { app } => {
            let app = match app {
                Some(app) => Some(desk.app(Some(&app)).await?),
                None => None,
            };
            list(desk, app.as_deref()).await
        }
        Command::Revoke { id } => {
            if !desk.store.revoke_key(&id, desk.by()?).await? {
                return Err(AdminError::Unknown(format!("there is no key {id} that is not revoked already")));
            }
            Ok(Answer::new(format!("revoked {id}"), json!({"id": id, "revoked": date(desk.now)})))
        }
    }
}

async fn create(desk: &Desk, app: String, environment: Environment, label: String) -> Result<Answer, AdminError> {
    let by = desk.by()?;
    let new = ApiKey::make(environment)?;
    let key = StoredKey { id: new.id, app, environment, label, created: desk.now, revoked: None };
    desk.store.create_key(&key, new.key.hash(), by).await?;
    let mut json = shape(&key);
    json["key"] = json!(*new.text);
    Ok(Answer { text: new.text.to_string(), note: "Keep it now: it cannot be shown again.", json })
}

async fn list(desk: &Desk, app: Option<&str>) -> Result<Answer, AdminError> {
    let keys = desk.store.keys(app).await?;
    let row = |key: &StoredKey| {
        let revoked = key.revoked.map(date).unwrap_or_default();
        let (id, app, label) = (key.id.clone(), key.app.clone(), key.label.clone());
        [id, app, key.environment.name().to_owned(), date(key.created), revoked, label]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    let text = table(["KEY", "APP", "FOR", "CREATED", "REVOKED", "LABEL"], &rows, "No key is stored.");
    Ok(Answer::new(text, json!({"keys": keys.iter().map(shape).collect::<Vec<_>>()})))
}

fn shape(key: &StoredKey) -> Value {
    json!({
        "id": key.id,
        "app": key.app,
        "environment": key.environment.name(),
        "label": key.label,
        "created": date(key.created),
        "revoked": key.revoked.map(date),
    })
}

/// As a name, and may be empty.
fn parse_label(text: &str) -> Result<String, &'static str> {
    if text.is_empty() { Ok(String::new()) } else { parse_words(text) }
}
