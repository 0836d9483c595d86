//! `docs/evidence.md`, from the rows and what their checks said.

use std::collections::BTreeMap;

use super::rows::{ROWS, Row};
use super::{Outcome, Record, setting};
use crate::run::Result;
use crate::test;

const HEAD: &str = "# Evidence

Written by `cargo xtask evidence`; not by hand. Each row is a check that was run, at the commit that the last table names, with the figure
that it printed and its control: the same check on something that is broken on purpose, which it has to notice. A row that is red says why.
";

/// Before the reason of a row that is red.
pub const RED: &str = "**red**";

/// The page for these rows. What is a long step's alone and was not run here stays as it stands in the page `before`: it takes an hour
/// or a machine of its own, and says when it was run.
pub fn page(rows: &[&Row], outcomes: &BTreeMap<u32, Outcome>, before: &str) -> Result<String> {
    let mut page = format!(
        "{HEAD}\n{}, {} processors. {}.\n\n| | What | Figure | Control |\n|---|---|---|---|\n",
        setting::today()?,
        setting::processors(),
        setting::versions().iter().map(|(name, version)| named(name, version)).collect::<Vec<_>>().join(", "),
    );
    for row in rows {
        page += &match outcomes.get(&row.number) {
            Some(Outcome::Green(lines)) => line(row, lines.iter().map(|line| (&*line.figure, &*line.control)), None),
            Some(Outcome::Red(reason, lines)) => kept(row, before)
                .unwrap_or_else(|| line(row, lines.iter().map(|line| (&*line.figure, &*line.control)), Some(reason))),
            None => line(row, std::iter::empty(), Some("was not run")),
        };
    }
    page += "\n## The commands\n\nFrom a clean clone. `cargo xtask evidence --row N` runs the steps of one row, and with `--long` the long counts: \
             a million messages, five hundred kills, in a build of their own.\n\n\
             | | Run by |\n|---|---|\n";
    for row in rows {
        page += &commands(row);
    }
    page += "\n## The runs\n\nThe quick counts are those of every `cargo xtask test`.\n\n| Step | Counts | Day and commit |\n|---|---|---|\n";
    for step in test::names().filter(|name| rows.iter().any(|row| row.steps.contains(name))) {
        page += &match Record::of(step) {
            Some(record) => {
                let counts = if record.long { "long" } else { "quick" };
                format!("{}{counts} | {} |\n", run_of(step), record.made)
            }
            None => line_that_begins(before, &run_of(step)).unwrap_or_default(),
        };
    }
    Ok(page)
}

/// A row of the page `before`, where nothing of it was run here and nothing of it can be in `cargo xtask test`.
fn kept(row: &Row, before: &str) -> Option<String> {
    let apart = |step: &&str| test::is_long(step) && Record::of(step).is_none();
    let dated = |step: &&str| line_that_begins(before, &run_of(step)).is_some();
    let stays = row.steps.iter().all(|step| apart(step) && dated(step));
    stays.then(|| line_that_begins(before, &format!("| {} | {} |", row.number, row.what)))?
}

fn line_that_begins(page: &str, with: &str) -> Option<String> {
    page.lines().find(|line| line.starts_with(with)).map(|line| format!("{line}\n"))
}

/// The beginning of a step's line in the table of runs.
fn run_of(step: &str) -> String {
    format!("| `{step}` | ")
}

/// Fails when the page is not of these rows and commands: what it says of figures only a run can tell.
pub fn check(page: &str) -> Result {
    let missing: Vec<_> = ROWS
        .iter()
        .filter(|row| !page.contains(&format!("| {} | {}", row.number, row.what)) || !page.contains(&commands(row)))
        .collect();
    match missing.first() {
        None => Ok(()),
        Some(row) => {
            Err(format!("docs/evidence.md does not have row {} as it is now: run `cargo xtask evidence`", row.number))
        }
    }
}

fn line<'a>(row: &Row, said: impl Iterator<Item = (&'a str, &'a str)>, red: Option<&str>) -> String {
    let (figures, controls): (Vec<_>, Vec<_>) = said.unzip();
    let figures = red.map(|reason| format!("{RED}: {reason}")).into_iter().chain(figures.into_iter().map(cell));
    let controls = controls.into_iter().filter(|control| !control.is_empty()).map(cell);
    format!(
        "| {} | {} | {} | {} |\n",
        row.number,
        row.what,
        figures.collect::<Vec<_>>().join("<br>"),
        controls.collect::<Vec<_>>().join("<br>")
    )
}

fn commands(row: &Row) -> String {
    let shown = row.steps.iter().map(|step| {
        if test::is_long(step) {
            format!("`cargo xtask evidence --long --row {}`", row.number)
        } else {
            format!("`cargo xtask test --only {step}`")
        }
    });
    format!("| {} | {} |\n", row.number, shown.collect::<Vec<_>>().join("<br>"))
}

/// Text that ends no cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

/// `rustc 1.95.0 (…)` names itself; `v20.20.2` does not.
fn named(name: &str, version: &str) -> String {
    if version.starts_with('v') { format!("{name} {version}") } else { version.to_owned() }
}
