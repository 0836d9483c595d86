//! Whether the database answers, which it is, and whether it takes writes.

use super::Finding;
use super::connection::Connection;

/// What the finding is about.
pub const NAME: &str = "database";

/// PostgreSQL's oldest version that the gateway's tests know.
const OLDEST_POSTGRES: i64 = 15;

/// Looks.
pub async fn check(database: &mut Connection) -> Finding {
    let looked = match database {
        Connection::Sqlite(_) => sqlite(database).await,
        Connection::Postgres(_) => postgres(database).await,
    };
    looked.unwrap_or_else(|error| Finding::fault(NAME, error.to_string(), "restore the last copy if it is damaged"))
}

async fn sqlite(database: &mut Connection) -> sqlx::Result<Finding> {
    // Reads every page there is of the schema, which a file that is something else does not have.
    database.number("SELECT count(*) FROM sqlite_schema").await?;
    Ok(Finding::ok(NAME, format!("SQLite {}", database.text("SELECT sqlite_version()").await?)))
}

async fn postgres(database: &mut Connection) -> sqlx::Result<Finding> {
    let read_only = database.text("SELECT current_setting('transaction_read_only')").await? == "on";
    database.only_read().await?;
    let version = database.number("SELECT current_setting('server_version_num')::bigint / 10000").await?;
    if read_only {
        let what = format!("PostgreSQL {version} is open for reading only");
        return Ok(Finding::fault(NAME, what, "name the primary, or end what made it read only"));
    }
    if version < OLDEST_POSTGRES {
        let what = format!("PostgreSQL {version}, which this program was not tested on");
        return Ok(Finding::warning(NAME, what, format!("use {OLDEST_POSTGRES} or newer")));
    }
    Ok(Finding::ok(NAME, format!("PostgreSQL {version}")))
}
