//! Whether the key ring is there, whole, and the owner's alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Finding;
use crate::config::Config;
use crate::keys::KeyRing;

const NAME: &str = "key ring";

/// What a ring has keys for.
const PURPOSES: [&str; 5] = ["opaque-setup", "token-signing", "session-master", "storage", "webhook-signing"];

/// Looks.
pub fn check(config: &Config) -> Vec<Finding> {
    let folder = config.data.join("keys");
    let mut findings = Vec::new();
    let files = match kids(&folder) {
        Ok(files) => files,
        Err(error) => {
            let what = format!("{}: {error}", folder.display());
            let remedy = "put the ring back from its own backup; a new one opens nothing that is in the database";
            return vec![Finding::fault(NAME, what, remedy)];
        }
    };
    let open = |path: &Path| fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0);
    if open(&folder) {
        findings.push(Finding::fault(NAME, format!("{} is open to others", folder.display()), "chmod 0700 it"));
    }
    for (purpose, kid) in &files {
        let file = folder.join(format!("{purpose}-{kid}.key"));
        if open(&file) {
            findings.push(Finding::fault(NAME, format!("{} is open to others", file.display()), "chmod 0400 it"));
        }
    }
    for purpose in PURPOSES {
        if !files.iter().any(|(found, _)| found == purpose) {
            let remedy = "put it back from the ring's backup; the next start would make a new one";
            findings.push(Finding::fault(NAME, format!("there is no {purpose} key"), remedy));
        }
    }
    if !findings.is_empty() {
        return findings;
    }
    // Nothing is missing, so nothing is made.
    match KeyRing::load_or_make(&folder) {
        Ok(_) => vec![Finding::ok(NAME, format!("{} keys, readable by their owner alone", files.len()))],
        Err(error) => vec![Finding::fault(NAME, error.to_string(), "put the file back from the ring's backup")],
    }
}

/// The keys that are there, by their files' names: purpose and `kid`.
///
/// # Errors
/// [`std::io::Error`] when the folder cannot be read.
pub fn kids(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let parts = name.to_str().and_then(|name| name.strip_suffix(".key")?.rsplit_once('-'));
        if let Some((purpose, kid)) = parts {
            found.push((purpose.to_owned(), kid.to_owned()));
        }
    }
    found.sort();
    Ok(found)
}
