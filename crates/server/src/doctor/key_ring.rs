//! Whether the key ring is there, whole, and the owner's alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Finding;
use crate::config::Config;
use crate::keys::{KeyRing, KeySource, Purpose};

const NAME: &str = "key ring";

/// Looks.
pub fn check(config: &Config) -> Vec<Finding> {
    let source = config.keys();
    let names = match source.names() {
        Ok(names) => names,
        Err(error) => {
            let remedy = "put the ring back from its own backup; a new one opens nothing that is in the database";
            return vec![Finding::fault(NAME, error.to_string(), remedy)];
        }
    };
    let (mut findings, mut kept) = (Vec::new(), "from the environment");
    let open = |path: &Path| fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0);
    // Of a document there is no file that others could read.
    if let KeySource::Folder(folder) = &source {
        kept = "readable by their owner alone";
        if open(folder) {
            findings.push(Finding::fault(NAME, format!("{} is open to others", folder.display()), "chmod 0700 it"));
        }
        for name in names.iter().filter(|name| open(&name.place)) {
            let what = format!("{} is open to others", name.place.display());
            findings.push(Finding::fault(NAME, what, "chmod 0400 it"));
        }
    }
    // A ring that is older than the recovery key has it nonetheless: it follows from the storage key.
    let needed = Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::Recovery);
    for purpose in needed.filter(|purpose| !names.iter().any(|name| name.purpose == *purpose)) {
        let remedy = "put it back from the ring's backup; the next start would make a new one";
        findings.push(Finding::fault(NAME, format!("there is no {} key", purpose.name()), remedy));
    }
    if !findings.is_empty() {
        return findings;
    }
    match source.load().and_then(|material| KeyRing::read(&material)) {
        Ok(_) => vec![Finding::ok(NAME, format!("{} keys, {kept}", names.len()))],
        Err(error) => vec![Finding::fault(NAME, error.to_string(), "put the key back from the ring's backup")],
    }
}
