//! Whether this program can work on the tables that are there.

use super::Finding;
use super::connection::Connection;
use crate::store::{postgres, sqlite};

const NAME: &str = "tables";

/// Looks.
pub async fn check(database: &mut Connection) -> Finding {
    let (known, needed) = match database {
        Connection::Sqlite(_) => (sqlite::known(), "SELECT max(version) FROM _sqlx_migrations"),
        Connection::Postgres(_) => (postgres::known(), "SELECT max(migration) FROM oldest_program"),
    };
    let Ok((applied, broken, needed)) = read(database, needed).await else {
        return Finding::fault(NAME, "the tables are not a gateway's", "start a gateway on this database first");
    };
    if needed > known {
        let what = format!("the tables need a program that knows migration {needed}; this one knows {known}");
        return Finding::fault(NAME, what, "use a newer program");
    }
    if broken > 0 {
        return Finding::fault(
            NAME,
            "a migration did not come to its end",
            "restore the copy from before, and report it",
        );
    }
    if applied < known {
        let what = format!("migration {applied} of {known}");
        return Finding::warning(NAME, what, "the next start of this version brings them up to date; back up before");
    }
    Finding::ok(NAME, format!("migration {applied}"))
}

/// The newest migration that was run, how many failed, and the one that programs must know.
async fn read(database: &mut Connection, needed: &'static str) -> sqlx::Result<(i64, i64, i64)> {
    let applied = database.number("SELECT max(version) FROM _sqlx_migrations").await?;
    let broken = database.number("SELECT count(*) FROM _sqlx_migrations WHERE NOT success").await?;
    Ok((applied, broken, database.number(needed).await?))
}
