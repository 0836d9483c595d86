//! The list: what each row shows, and the commands whose lines speak for it.

/// One row of the evidence.
pub struct Row {
    /// Its number, which stays the same for ever: tests say it.
    pub number: u32,
    /// What is shown, in words.
    pub what: &'static str,
    /// All of them must succeed, and one must say something.
    pub checks: &'static [Check],
    /// What of the row is not shown, which makes it red.
    pub open: Option<&'static str>,
}

/// A command from the root of a clean clone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Check {
    pub tool: Tool,
    pub args: &'static [&'static str],
    /// Left out of the quick run: it takes minutes whatever it counts.
    pub long_only: bool,
}

/// Who runs a check.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    Cargo,
    /// With a PostgreSQL server of its own in `REPIN_TEST_DATABASE`.
    CargoOnPostgres,
    Node,
    Xtask,
}

impl Check {
    /// As somebody types it.
    pub fn shown(&self) -> String {
        let before = match self.tool {
            Tool::Cargo => "cargo",
            Tool::CargoOnPostgres => "REPIN_TEST_DATABASE=… cargo",
            Tool::Node => "node",
            Tool::Xtask => "cargo xtask",
        };
        format!("{before} {}", self.args.join(" "))
    }
}

const fn cargo(args: &'static [&'static str]) -> Check {
    Check { tool: Tool::Cargo, args, long_only: false }
}

const fn row(number: u32, what: &'static str, checks: &'static [Check]) -> Row {
    Row { number, what, checks, open: None }
}

const fn open(number: u32, what: &'static str, reason: &'static str) -> Row {
    Row { number, what, checks: &[], open: Some(reason) }
}

/// All rows, in the order of the page.
pub const ROWS: &[Row] = &[
    row(26, "The rules for a PIN, on all 1,000,000, against an oracle of its own", &[cargo(&["test"])]),
    open(28, "Soak: memory flat, no error for the honest", "not run yet"),
];
