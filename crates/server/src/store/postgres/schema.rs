//! The tables, and which programs can work on them.
//!
//! Migrations only ever add, so that an old program and a new one can work on one database while nodes are replaced one by
//! one: a column that is added has a default or may be NULL, nothing is renamed, and what is no longer used is taken away in a
//! later release, which then raises `oldest_program`. And statements name the columns that they read: the server ends one that was
//! prepared for `*` as soon as there is a column more.

use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, Postgres};

use super::Result;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// A migration takes as long as it takes, and so does the wait for another node's.
const NO_LIMIT: &str = "SET statement_timeout = 0; SET lock_timeout = 0";
/// But while a migration waits for a table, everybody else who needs it waits behind it. Half of what those wait at most: that is no outage, and
/// the node can be started again when nothing holds the table any more.
const LIMIT_OF_TABLES: &str = "SET lock_timeout = '30s'";

/// A newer program has taken away what this one needs.
#[derive(Debug, thiserror::Error)]
#[error(
    "the database is for programs that know migration {needed}, and this one knows {known} at most: use a newer one"
)]
pub struct TooNew {
    needed: i64,
    known: i64,
}

/// Brings the tables up to what this program knows. The migrations are run under a lock of the database's, so one node does it
/// and the others wait. What newer programs have added is left alone.
pub async fn migrate(mut connection: PgConnection) -> Result<()> {
    connection.execute(NO_LIMIT).await?;
    connection.lock().await?;
    connection.execute(LIMIT_OF_TABLES).await?;
    let mut migrator = Migrator::DEFAULT;
    migrator.migrations = MIGRATOR.migrations.clone();
    // The lock is ours by now; who migrates by `run` takes the same.
    migrator.set_ignore_missing(true).set_locking(false);
    migrator.run_direct(None, &mut connection, false).await?;
    check(&mut connection).await?;
    // With the connection the lock goes, as it does when something failed.
    Ok(connection.close().await?)
}

/// Whether this program can work on the tables that are there.
pub async fn check(database: impl Executor<'_, Database = Postgres>) -> Result<()> {
    let needed: i64 = sqlx::query_scalar("SELECT max(migration) FROM oldest_program").fetch_one(database).await?;
    let known = known();
    if needed > known {
        return Err(TooNew { needed, known }.into());
    }
    Ok(())
}

/// The newest migration that this program knows.
pub fn known() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// The tables that gateways write rows into, as the migrations make them.
pub fn tables() -> Vec<String> {
    // Their only row came with them.
    const FILLED: [&str; 2] = ["oldest_program", "audit_head"];
    let lines = MIGRATOR.iter().flat_map(|migration| migration.sql.as_str().lines());
    let made = lines.filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split(' ').next());
    made.filter(|table| !FILLED.contains(table)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    /// What would break a program of the level before, in a migration that does not say so.
    const TAKES_AWAY: [&str; 6] = ["DROP ", "RENAME ", "SET NOT NULL", "ALTER COLUMN", "TRUNCATE", "DELETE FROM"];

    fn breaks_the_rule(sql: &str) -> bool {
        let sql = sql.to_uppercase();
        let statements = sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join(" ");
        let needs_a_value = |statement: &str| {
            statement.contains("ADD COLUMN") && statement.contains("NOT NULL") && !statement.contains("DEFAULT")
        };
        let takes_away = |statement: &str| TAKES_AWAY.iter().any(|words| statement.contains(words));
        !statements.contains("UPDATE OLDEST_PROGRAM")
            && statements.split([';', ',']).any(|statement| takes_away(statement) || needs_a_value(statement))
    }

    fn reads_whatever_is_there(sql: &str) -> bool {
        ["SELECT *", "RETURNING *", ".*,", ".* ", ", *"].iter().any(|all| sql.contains(all))
    }

    #[test]
    fn statements_name_their_columns() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/sql");
        let mut statements = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            for line in std::fs::read_to_string(&path).unwrap().lines().filter(|line| line.contains('"')) {
                assert!(!reads_whatever_is_there(line), "{}: {line}", path.display());
                statements += usize::from(line.contains("SELECT "));
            }
        }
        assert!(statements > 50, "{statements}");
        assert!(reads_whatever_is_there("\"SELECT * FROM users\""));
        assert!(reads_whatever_is_there("\"SELECT c.*, EXISTS (SELECT 1\""));
        assert!(!reads_whatever_is_there("\"SELECT count(*) FROM users\""));
    }

    #[test]
    fn the_tables_that_rows_are_written_into_are_those_that_statements_name() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/sql");
        let tables: BTreeSet<_> = tables().into_iter().collect();
        let mut written = BTreeSet::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for rest in text.split("INSERT INTO ").skip(1) {
                let is_name = |character: char| character.is_ascii_lowercase() || character == '_';
                written.insert(rest.chars().take_while(|character| is_name(*character)).collect::<String>());
            }
        }
        assert_eq!(written, tables);
    }

    #[test]
    fn migrations_only_add_unless_they_say_which_programs_they_shut_out() {
        for migration in MIGRATOR.iter() {
            assert!(!breaks_the_rule(migration.sql.as_str()), "{}", migration.description);
        }
        assert!(breaks_the_rule("ALTER TABLE users DROP COLUMN status;"));
        assert!(breaks_the_rule("ALTER TABLE users ADD COLUMN a BIGINT, ADD COLUMN b TEXT NOT NULL;"));
        assert!(!breaks_the_rule("ALTER TABLE users ADD COLUMN b TEXT NOT NULL DEFAULT '';"));
        assert!(!breaks_the_rule("ALTER TABLE users DROP COLUMN b; UPDATE oldest_program SET migration = 4;"));
    }
}
