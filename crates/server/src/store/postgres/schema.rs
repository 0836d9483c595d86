//! The tables, and which programs can work on them.
//!
//! Migrations only ever add, so that an old program and a new one can work on one database while nodes are replaced one by
//! one: a column that is added has a default or may be NULL, nothing is renamed, and what is no longer used is taken away in a
//! later release, which then raises `oldest_program`.

use sqlx::PgPool;
use sqlx::migrate::Migrator;

use super::{Result, StoreError};

static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

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
pub async fn migrate(pool: &PgPool) -> Result<()> {
    let mut migrator = Migrator::DEFAULT;
    migrator.migrations = MIGRATOR.migrations.clone();
    migrator.set_ignore_missing(true);
    migrator.run(pool).await.map_err(|error| StoreError::Failed(Box::new(error)))?;
    check(pool).await
}

/// Whether this program can work on the tables that are there.
pub async fn check(pool: &PgPool) -> Result<()> {
    let needed: i64 = sqlx::query_scalar("SELECT max(migration) FROM oldest_program").fetch_one(pool).await?;
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

#[cfg(test)]
mod tests {
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
