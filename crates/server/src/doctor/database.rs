//! Whether the database answers, which it is, and whether it takes writes. Nothing is written to find that out: of SQLite's files the
//! system is asked what this user may do, and PostgreSQL what its role may.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use super::connection::Connection;
use super::{Finding, Subject};
use crate::store::postgres::tables;

/// What the finding is about.
pub const NAME: &str = "database";

/// PostgreSQL's oldest version that the gateway's tests know.
const OLDEST_POSTGRES: i64 = 15;

/// Which of these tables the role may add no row to. Nothing of those that are not there.
const CLOSED: &str = "SELECT title FROM unnest($1::text[]) AS ours (title)
     WHERE NOT has_table_privilege(to_regclass(title)::oid, 'INSERT') ORDER BY title";

/// Looks.
pub async fn check(subject: &Subject, database: &mut Connection) -> Finding {
    let looked = match database {
        Connection::Sqlite(_) => sqlite(subject, database).await,
        Connection::Postgres(_) => postgres(database).await,
    };
    looked.unwrap_or_else(|error| Finding::fault(NAME, error.to_string(), "restore the last copy if it is damaged"))
}

async fn sqlite(subject: &Subject, database: &mut Connection) -> sqlx::Result<Finding> {
    // Reads every page there is of the schema, which a file that is something else does not have.
    database.number("SELECT count(*) FROM sqlite_schema").await?;
    let version = database.text("SELECT sqlite_version()").await?;
    Ok(match closed_place(subject) {
        None => Finding::ok(NAME, format!("SQLite {version}")),
        Some((place, error)) => {
            let what = format!("{} cannot be written: {error}", place.display());
            Finding::fault(NAME, what, "is it this user's, and its disk not mounted for reading only?")
        }
    })
}

/// What of the database this user may not write, and why. The folder is a part of it, for SQLite makes two files beside the first.
fn closed_place(subject: &Subject) -> Option<(PathBuf, io::Error)> {
    let folder = &subject.config.data;
    let file = folder.join("repin.db");
    let beside = ["db-wal", "db-shm"].map(|extension| file.with_extension(extension));
    let places = [folder.clone(), file].into_iter().chain(beside);
    let closed = |place: PathBuf| (subject.may_write)(&place).err().map(|error| (place, error));
    // The two are there only while somebody has the database open.
    places.filter_map(closed).find(|(_, error)| error.kind() != ErrorKind::NotFound)
}

/// Whether this user may write there. Nothing is opened: to close a file is to give up the locks that this process has on it.
pub fn may_write(place: &Path) -> io::Result<()> {
    Ok(rustix::fs::access(place, Access::WRITE_OK)?)
}

async fn postgres(database: &mut Connection) -> sqlx::Result<Finding> {
    let read_only = database.text("SELECT current_setting('transaction_read_only')").await? == "on";
    database.only_read().await?;
    let version = database.number("SELECT current_setting('server_version_num')::bigint / 10000").await?;
    if read_only {
        let what = format!("PostgreSQL {version} is open for reading only");
        return Ok(Finding::fault(NAME, what, "name the primary, or end what made it read only"));
    }
    let closed = closed_tables(database).await?;
    if let Some(first) = closed.first() {
        let number = closed.len();
        let what = format!("PostgreSQL {version} lets this role add nothing to {number} tables, {first} among them");
        return Ok(Finding::fault(NAME, what, "name the role that owns the tables in --database"));
    }
    if version < OLDEST_POSTGRES {
        let what = format!("PostgreSQL {version}, which this program was not tested on");
        return Ok(Finding::warning(NAME, what, format!("use {OLDEST_POSTGRES} or newer")));
    }
    Ok(Finding::ok(NAME, format!("PostgreSQL {version}")))
}

async fn closed_tables(database: &mut Connection) -> sqlx::Result<Vec<String>> {
    let Connection::Postgres(connection) = database else { return Ok(Vec::new()) };
    sqlx::query_scalar(CLOSED).bind(tables()).fetch_all(connection).await
}
