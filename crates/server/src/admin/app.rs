//! `admin app`: apps and the pages that may run the widget for them.

use clap::Subcommand;
use repin_server::date::date;
use repin_server::store::App;
use serde_json::{Value, json};

use super::table::table;
use super::{AdminError, Answer, Desk, parse_words};
use crate::cli::parse_origin;

#[derive(Subcommand)]
pub enum Command {
    /// Make an app. Prints its App ID.
    Create {
        /// A name for yourself.
        #[arg(value_parser = parse_words)]
        name: String,
        /// Its owner. Without it: the first entity.
        #[arg(long, value_name = "ENTITY")]
        entity: Option<String>,
    },
    /// Show all apps.
    List,
    /// Pages that may run the widget for an app, beside those that --allowed-origin names for the first app.
    #[command(subcommand)]
    Origins(Origins),
}

#[derive(Subcommand)]
pub enum Origins {
    /// Show an app's stored origins.
    List {
        /// The App ID. Without it: the first app.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
    },
    /// Let pages of an origin run the widget.
    Add {
        /// Such as https://wallet.example; no path, no wildcard.
        #[arg(value_parser = parse_origin)]
        origin: String,
        /// The App ID. Without it: the first app.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
    },
    /// Take that back.
    Remove {
        /// As it was added.
        #[arg(value_parser = parse_origin)]
        origin: String,
        /// The App ID. Without it: the first app.
        #[arg(long, value_name = "APP")]
        app: Option<String>,
    },
}

pub async fn run(desk: &Desk, command: Command) -> Result<Answer, AdminError> {
    match command {
        Command::Create { name, entity } => create(desk, &name, entity).await,
        Command::List => list(desk).await,
        Command::Origins(Origins::List { app }) => origins(desk, &desk.app(app.as_deref()).await?).await,
        Command::Origins(Origins::Add { origin, app }) => {
            let app = desk.app(app.as_deref()).await?;
            desk.store.add_origin(&app, &origin, desk.by()?).await?;
            origins(desk, &app).await
        }
        Command::Origins(Origins::Remove { origin, app }) => {
            let app = desk.app(app.as_deref()).await?;
            if !desk.store.remove_origin(&app, &origin, desk.by()?).await? {
                return Err(AdminError::Unknown(format!("app {app} has no stored origin {origin}")));
            }
            origins(desk, &app).await
        }
    }
}

async fn create(desk: &Desk, name: &str, entity: Option<String>) -> Result<Answer, AdminError> {
    let entity = match entity {
        Some(entity) => entity,
        None => desk.first_entity().await?,
    };
    let app = desk.store.create_app(&entity, name, desk.by()?).await?;
    let app = app.ok_or_else(|| AdminError::Unknown(format!("there is no entity {entity}")))?;
    Ok(Answer::new(&app.identity.id, shape(&app)))
}

async fn list(desk: &Desk) -> Result<Answer, AdminError> {
    let apps = desk.store.apps().await?;
    let row = |app: &App| {
        let name = if app.is_default { format!("{} (first)", app.name) } else { app.name.clone() };
        [app.identity.id.clone(), app.identity.entity_id.clone(), name, date(app.created), app.origins.join(" ")]
    };
    let rows: Vec<_> = apps.iter().map(row).collect();
    let text = table(["APP", "ENTITY", "NAME", "CREATED", "STORED ORIGINS"], &rows, "There is no app.");
    Ok(Answer::new(text, json!({"apps": apps.iter().map(shape).collect::<Vec<_>>()})))
}

async fn origins(desk: &Desk, app: &str) -> Result<Answer, AdminError> {
    let apps = desk.store.apps().await?;
    let origins = apps.into_iter().find(|found| found.identity.id == app).map(|app| app.origins).unwrap_or_default();
    let text = if origins.is_empty() { "No origin is stored.".to_owned() } else { origins.join("\n") };
    Ok(Answer::new(text, json!({"app": app, "origins": origins})))
}

fn shape(app: &App) -> Value {
    json!({
        "id": app.identity.id,
        "entity": app.identity.entity_id,
        "name": app.name,
        "first": app.is_default,
        "created": date(app.created),
        "origins": app.origins,
    })
}
