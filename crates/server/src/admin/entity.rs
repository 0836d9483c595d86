//! `admin entity`: owners of apps.

use clap::Subcommand;
use repin_server::date::date;
use repin_server::store::Entity;
use serde_json::{Value, json};

use super::table::table;
use super::{AdminError, Answer, Desk, parse_words};

#[derive(Subcommand)]
pub enum Command {
    /// Make an entity. Prints its id.
    Create {
        /// A name for yourself.
        #[arg(value_parser = parse_words)]
        name: String,
    },
    /// Show all entities.
    List,
}

pub async fn run(desk: &Desk, command: Command) -> Result<Answer, AdminError> {
    match command {
        Command::Create { name } => {
            let entity = desk.store.create_entity(&name, desk.by()?).await?;
            Ok(Answer::new(&entity.id, shape(&entity)))
        }
        Command::List => {
            let entities = desk.store.entities().await?;
            let rows: Vec<_> =
                entities.iter().map(|entity| [entity.id.clone(), entity.name.clone(), date(entity.created)]).collect();
            let text = table(["ENTITY", "NAME", "CREATED"], &rows, "There is no entity.");
            Ok(Answer::new(text, json!({"entities": entities.iter().map(shape).collect::<Vec<_>>()})))
        }
    }
}

fn shape(entity: &Entity) -> Value {
    json!({"id": entity.id, "name": entity.name, "created": date(entity.created)})
}
