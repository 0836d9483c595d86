//! What a check has to say.

use std::fmt;

use serde_json::{Value, json};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and will not for ever or for everyone.
    Warning,
    /// A gateway does not start, or does not do its work.
    Fault,
}

impl Verdict {
    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: &'static str,
    /// How bad it is.
    pub verdict: Verdict,
    /// What was seen.
    pub what: String,
    /// What to do about it; empty where nothing is to be done.
    pub remedy: String,
}

impl Finding {
    pub(super) fn ok(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Ok, what: what.into(), remedy: String::new() }
    }

    pub(super) fn warning(check: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Warning, what: what.into(), remedy: remedy.into() }
    }

    pub(super) fn fault(check: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Fault, what: what.into(), remedy: remedy.into() }
    }

    /// For a program.
    pub fn json(&self) -> Value {
        json!({"check": self.check, "verdict": self.verdict.name(), "what": self.what, "remedy": self.remedy})
    }
}

impl fmt::Display for Finding {
    /// On one line, also where a file's name or a database's words have several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |text: &str| text.replace(|character: char| character.is_control(), " ");
        write!(f, "{:8} {:11} {}", self.verdict.name(), self.check, plain(&self.what))?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, ": {}", plain(&self.remedy)) }
    }
}

/// Whether nothing is a fault.
pub fn healthy(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.verdict != Verdict::Fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_whatever_it_repeats() {
        let fault = Finding::fault("disk", "two\nlines\u{1b}[31m", "free some");
        assert_eq!(fault.to_string(), "fault    disk        two lines [31m: free some");
        assert!(!healthy(&[Finding::ok("disk", ""), fault]));
        assert!(healthy(&[Finding::warning("disk", "", "")]));
    }
}
