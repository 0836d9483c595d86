//! Whether there is room where the data are.

use std::io;
use std::path::Path;

use super::{Finding, Subject};

const NAME: &str = "disk";

const MIB: u64 = 1024 * 1024;
/// The write-ahead log alone can grow to this while a copy is made.
const FAULT_BELOW: u64 = 64 * MIB;
/// Time to act.
const WARN_BELOW: u64 = 1024 * MIB;

/// Looks, where there is a folder.
pub fn check(subject: &Subject) -> Option<Finding> {
    let folder = &subject.config.data;
    if !subject.config.needs_folder() {
        return None;
    }
    Some(match (subject.free_space)(folder) {
        Ok(free) => judge(free),
        Err(error) => {
            Finding::fault(NAME, format!("{}: {error}", folder.display()), "name the right folder with --data")
        }
    })
}

fn judge(free: u64) -> Finding {
    let what = format!("{} MiB free", free / MIB);
    match free {
        ..FAULT_BELOW => Finding::fault(NAME, what, "free some: without room nothing is charged and nothing answered"),
        FAULT_BELOW..WARN_BELOW => Finding::warning(NAME, what, "free some"),
        WARN_BELOW.. => Finding::ok(NAME, what),
    }
}

/// The bytes that this user can still write where a folder is.
pub fn free_space(folder: &Path) -> io::Result<u64> {
    let space = rustix::fs::statvfs(folder)?;
    Ok(space.f_bavail.saturating_mul(space.f_frsize))
}
