//! People whose secrets an older gateway keeps: after the upgrade they are known as before, can change their PIN and recover it.
//!
//! The fixture is a database that the gateway wrote when the schema was the first, with the key ring of then, by its own code
//! of that time. The older schemas are SQLite's: PostgreSQL began with what is the third here.

use std::collections::BTreeMap;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use repin_server::store::pool::unswept;
use repin_vault::flow::Screen;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{AssertSqlSafe, Row};
use tempfile::TempDir;

use crate::common::Gateway;
use crate::common::evidence::{self, count, is_long};
use crate::{ANSWERS, PIN, Person, enrol, story};

const DATABASE: &str = include_str!("../fixtures/schema-1/database.sql");
/// File names, and hexadecimal.
const KEYS: &str = include_str!("../fixtures/schema-1/keys.json");
/// Everybody in it.
const PEOPLE: [&str; 5] = ["person-0001", "person-0002", "person-0003", "person-0004", "person-0005"];

/// A data folder as a gateway of then left it.
struct Left(TempDir);

impl Left {
    async fn at_schema(schema: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        std::fs::DirBuilder::new().mode(0o700).create(&keys).unwrap();
        let files: BTreeMap<String, String> = serde_json::from_str(KEYS).unwrap();
        for (name, hex) in files {
            let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
            std::fs::write(keys.join(&name), bytes.collect::<Vec<u8>>()).unwrap();
            std::fs::set_permissions(keys.join(name), std::fs::Permissions::from_mode(0o400)).unwrap();
        }
        let pool = open(folder.path()).await;
        sqlx::raw_sql(DATABASE).execute(&pool).await.unwrap();
        sqlx::migrate!("migrations/sqlite").run_to(schema, &pool).await.unwrap();
        pool.close().await;
        Self(folder)
    }

    /// A gateway of today on it, with everybody who was there.
    async fn upgraded(&self) -> Person {
        let from = self.0.path().to_owned();
        let gateway = Gateway::start_with(move |config| {
            config.database = None;
            std::fs::rename(from, &config.data).unwrap();
        });
        Person { gateway: gateway.await, user: String::new() }
    }
}

async fn open(data: &Path) -> SqlitePool {
    // What is copied in comes in any order.
    let options = SqliteConnectOptions::new().filename(data.join("repin.db")).create_if_missing(true);
    unswept(4).connect_with(options.foreign_keys(false)).await.unwrap()
}

async fn schema_of(data: &Path) -> i64 {
    let version = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations");
    version.fetch_one(&open(data).await).await.unwrap()
}

/// Changes the PIN, and asks whether the new one is known and the old one is not.
async fn can_change_their_pin(person: &Person) -> bool {
    const NEW_PIN: &str = "730562";
    let mut tab = person.open("PUT", "/user/pin").await;
    tab.pin(PIN).await;
    tab.pin(NEW_PIN).await;
    let done = matches!(tab.pin(NEW_PIN).await, Screen::Done { .. });
    done && person.knows_pin(NEW_PIN).await && !person.knows_pin(PIN).await
}

/// Restores the PIN by the answers of then.
async fn can_recover(person: &Person) -> bool {
    const NEW_PIN: &str = "284917";
    let mut tab = person.open("POST", "/user/pin/restore").await;
    tab.answers(&ANSWERS).await;
    tab.pin(NEW_PIN).await;
    matches!(tab.pin(NEW_PIN).await, Screen::Done { .. }) && person.knows_pin(NEW_PIN).await
}

#[tokio::test]
async fn everybody_in_a_database_of_an_older_schema_can_change_their_pin_and_recover_it() {
    story(async {
        for schema in [1, 2] {
            let left = Left::at_schema(schema).await;
            assert_eq!(schema_of(left.0.path()).await, schema, "it is as old as it says");
            let mut person = left.upgraded().await;
            let newest = schema_of(person.gateway.data()).await;
            assert!(newest > schema);
            let (mut changed, mut recovered) = (0, 0);
            for user in PEOPLE {
                person.user = user.to_owned();
                changed += usize::from(can_change_their_pin(&person).await);
                recovered += usize::from(can_recover(&person).await);
            }
            assert_eq!((changed, recovered), (PEOPLE.len(), PEOPLE.len()));

            // The control: the records are worth nothing without the key ring of then.
            let left = Left::at_schema(schema).await;
            std::fs::remove_dir_all(left.0.path().join("keys")).unwrap();
            let mut person = left.upgraded().await;
            let mut known = 0;
            for user in PEOPLE {
                person.user = user.to_owned();
                known += usize::from(person.knows_pin(PIN).await);
            }
            assert_eq!(known, 0);
            evidence::say(
                30,
                format_args!(
                    "of {} people of schema {schema} {changed} changed their PIN at schema {newest}, {recovered} recovered it",
                    PEOPLE.len()
                ),
                format_args!("with another key ring {known} are known"),
            );
        }
    })
    .await;
}

/// Copies everybody of a gateway of today into the first schema: what it had a place for, under the names of then.
async fn take_back(today: &Path) -> Left {
    let folder = tempfile::tempdir().unwrap();
    let copied = std::process::Command::new("cp").arg("-r").arg(today.join("keys")).arg(folder.path()).status();
    assert!(copied.unwrap().success());
    let pool = open(folder.path()).await;
    sqlx::migrate!("migrations/sqlite").run_to(1, &pool).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let file = today.join("repin.db");
    sqlx::query("ATTACH ? AS today").bind(file.to_str()).execute(&mut *connection).await.unwrap();
    let tables = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'";
    for table in sqlx::query(tables).fetch_all(&mut *connection).await.unwrap() {
        let table: String = table.get(0);
        let columns = sqlx::query("SELECT name FROM pragma_table_info(?)").bind(&table);
        let (mut then, mut now) = (Vec::new(), Vec::new());
        for column in columns.fetch_all(&mut *connection).await.unwrap() {
            let name: String = column.get(0);
            now.push(match (table.as_str(), name.as_str()) {
                (_, "user") => "person".into(),
                ("seen", "left") => "tries_left".into(),
                ("outbox", "delivered") => "NULL".into(),
                _ => format!("\"{name}\""),
            });
            then.push(format!("\"{name}\""));
        }
        let (then, now) = (then.join(", "), now.join(", "));
        let copy = format!("INSERT INTO main.{table} ({then}) SELECT {now} FROM today.{table}");
        sqlx::query(AssertSqlSafe(copy)).execute(&mut *connection).await.unwrap();
    }
    drop(connection);
    pool.close().await;
    Left(folder)
}

#[tokio::test]
async fn as_many_as_like_survive_the_way_from_the_first_schema() {
    story(async {
        let people = count(1, 100);
        let gateway = Gateway::start_with(|config| config.database = None).await;
        let mut person = Person { gateway, user: String::new() };
        let names: Vec<_> = (0..people).map(|number| format!("person-{number:04}")).collect();
        for name in &names {
            person.user.clone_from(name);
            person.gateway.create_user(name).await;
            let mut tab = person.open("POST", "/user/initialize").await;
            enrol::choose_everything(&mut tab).await;
        }
        let mut person = take_back(person.gateway.data()).await.upgraded().await;
        let (mut changed, mut mistaken) = (0, 0);
        for name in &names {
            person.user.clone_from(name);
            mistaken += usize::from(person.knows_pin("284917").await);
            changed += usize::from(can_change_their_pin(&person).await);
        }
        assert_eq!((changed, mistaken), (people, 0));
        if is_long() {
            let control = format_args!("with another PIN {mistaken} of them are known");
            evidence::say(30, format_args!("{changed} of {people} people changed their PIN after schema 1"), control);
        }
    })
    .await;
}
