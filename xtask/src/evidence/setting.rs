//! On what the evidence was made: versions, machine, commit.

use crate::run::{Result, capture, program};

/// Name and version of each part that took part. A part that does not say its version is left out.
pub fn versions() -> Vec<(&'static str, String)> {
    [
        ("rustc", &["rustc", "--version"][..]),
        ("Node", &["node", "--version"]),
        ("Python", &["python3", "--version"]),
        ("Chromium", &["chromium", "--version"]),
        ("Firefox", &["firefox-esr", "--version"]),
        ("PostgreSQL", &["postgres", "--version"]),
    ]
    .into_iter()
    .filter_map(|(name, words)| Some((name, capture(program(words[0]).args(&words[1..])).ok()?)))
    .collect()
}

/// The day, in UTC.
pub fn today() -> Result<String> {
    capture(program("date").args(["-u", "+%Y-%m-%d"]))
}

/// The commit, and whether files differ from it.
pub fn commit() -> Result<String> {
    let commit = capture(program("git").args(["rev-parse", "--short=12", "HEAD"]))?;
    let changed = capture(program("git").args([
        "status",
        "--porcelain",
        "--untracked-files=no",
        "--",
        ".",
        ":!docs/evidence.md",
    ]))?;
    Ok(if changed.is_empty() { commit } else { format!("{commit}, with changes that are not committed") })
}

/// How many processors it may use.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
