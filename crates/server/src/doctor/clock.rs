//! Whether the machine's clock is right, as far as the database's server and the files that are there can tell. A running gateway's is
//! not asked for: its metrics and its log tell when the two have parted.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use repin_core::api::UnixMs;

use super::connection::Connection;
use super::{Finding, Subject};
use crate::clock::APART_MS;
use crate::keys::made_at;

const NAME: &str = "clock";

/// How far from the database server's it may be before a person notices.
const TOO_FAR_MS: u64 = 30_000;
/// What the times of files may be ahead: file systems round, and other machines write to some.
const FILES_AHEAD_MS: u64 = 5_000;

/// The gateway reads the clock when it starts, and follows none after that.
const SET_IT: &str = "set it by NTP, keep it so, and then restart the gateway, which reads it at its start";

/// Looks.
pub async fn check(subject: &Subject, database: Option<&mut Connection>) -> Finding {
    let now = subject.clock.now();
    // Keys tell by their names when they were made, wherever they are.
    let made = subject.config.keys().names().unwrap_or_default().iter().map(|name| made_at(&name.kid)).max();
    let written = newest(&subject.config.data).max(newest(&subject.config.data.join("keys")));
    let newest = written.max(made.unwrap_or_default());
    if newest > now.saturating_add(FILES_AHEAD_MS) {
        let what = format!("files of the gateway's are {} s in the future", (newest - now) / 1000);
        return Finding::fault(
            NAME,
            what,
            format!("the clock was put back, or stood ahead when they were written; {SET_IT}"),
        );
    }
    let Some(database @ Connection::Postgres(_)) = database else {
        return Finding::ok(NAME, "no file is in the future");
    };
    let theirs = database.number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").await;
    let Some(theirs) = theirs.ok().and_then(|theirs| UnixMs::try_from(theirs).ok()) else {
        return Finding::fault(NAME, "the database does not tell the time", "see above");
    };
    // Asked again, for the answer took its time.
    let apart = theirs.abs_diff(now).min(theirs.abs_diff(subject.clock.now()));
    let what = format!("{}.{:03} s from the database server's", apart / 1000, apart % 1000);
    match apart {
        TOO_FAR_MS.. => Finding::fault(NAME, what, SET_IT),
        APART_MS.. => Finding::warning(NAME, what, SET_IT),
        _ => Finding::ok(NAME, what),
    }
}

/// The time of a folder's newest file. 0 for a folder that cannot be read.
fn newest(folder: &Path) -> UnixMs {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let written = files.filter_map(|file| {
        let written = file.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        UnixMs::try_from(written.as_millis()).ok()
    });
    written.max().unwrap_or_default()
}
