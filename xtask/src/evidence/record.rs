//! What a step left behind when it was last run: how it ended, when, of which commit, and what its tests said.

use std::path::PathBuf;

use super::{is_long, setting};
use crate::run::{Result, root, write};

const PASSED: &str = "passed";
/// Behind how it ended.
const LONG_COUNTS: &str = ", long counts";

/// A step's last run.
pub struct Record {
    /// Whether all of it passed.
    pub passed: bool,
    /// Whether it counted for long.
    pub long: bool,
    /// The day and the commit, as the page has them.
    pub made: String,
    /// What its tests said for the list of evidence.
    pub lines: Vec<String>,
}

impl Record {
    /// Of a step that begins now. Tests run without git, too: then the record says that the commit is not known.
    pub fn begin() -> Self {
        let day = setting::today().unwrap_or_else(|_| "day not known".into());
        let commit = setting::commit().unwrap_or_else(|_| "commit not known".into());
        Self { passed: false, long: is_long(), made: format!("{day}, {commit}"), lines: Vec::new() }
    }

    /// Of a step's last run. `None`: it was not run, or by an xtask that did not write down when.
    pub fn of(step: &str) -> Option<Self> {
        Self::read(&std::fs::read_to_string(place(step)).ok()?)
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::to_owned);
        let ended = lines.next()?;
        let made = lines.next()?.strip_prefix(MADE)?.to_owned();
        let (passed, long) = (ended.starts_with(PASSED), ended.ends_with(LONG_COUNTS));
        Some(Self { passed, long, made, lines: lines.collect() })
    }

    /// Keeps it.
    ///
    /// # Errors
    /// Of the file.
    pub fn keep(&self, step: &str) -> Result {
        write(&place(step), &self.written())
    }

    fn written(&self) -> String {
        let ended = if self.passed { PASSED } else { "failed" };
        let counts = if self.long { LONG_COUNTS } else { "" };
        format!("{ended}{counts}\n{MADE}{}\n{}\n", self.made, self.lines.join("\n"))
    }
}

const MADE: &str = "made ";

fn place(step: &str) -> PathBuf {
    root().join("target/evidence").join(format!("{step}.txt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back() {
        for (passed, long) in [(true, true), (true, false), (false, true), (false, false)] {
            let lines = vec!["evidence 9: 3".to_owned(), "evidence 10: 4".to_owned()];
            let record = Record { passed, long, made: "2026-11-30, 0123456789ab".into(), lines: lines.clone() };
            let back = Record::read(&record.written()).unwrap();
            assert_eq!((back.passed, back.long, back.made, back.lines), (passed, long, record.made, lines));
        }
    }

    #[test]
    fn what_does_not_say_when_it_was_made_is_none() {
        for other in ["", "passed", "passed\nevidence 9: 3", "passed, long counts\n"] {
            assert!(Record::read(other).is_none(), "{other:?}");
        }
    }
}
