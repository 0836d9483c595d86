//! `docs/evidence.md`, from the rows and what their checks said.

use std::collections::BTreeMap;

use super::rows::{ROWS, Row};
use super::{Outcome, setting};
use crate::run::Result;
use crate::test;

const HEAD: &str = "# Evidence

Written by `cargo xtask evidence`; not by hand. Each row is a check that was run for this page, with the figure that it printed and
its control: the same check on something that is broken on purpose, which it has to notice. A row that is red says why.
";

/// The page for these rows; of the steps, `long` counted for long.
pub fn page(rows: &[&Row], outcomes: &BTreeMap<u32, Outcome>, long: &[&str]) -> Result<String> {
    let mut page = format!(
        "{HEAD}\n{}, commit {}, {} processors; {}.\n\n{}.\n\n| | What | Figure | Control |\n|---|---|---|---|\n",
        setting::today()?,
        setting::commit()?,
        setting::processors(),
        counts(long),
        setting::versions().iter().map(|(name, version)| named(name, version)).collect::<Vec<_>>().join(", "),
    );
    for row in rows {
        page += &match outcomes.get(&row.number) {
            Some(Outcome::Green(lines)) => line(row, lines.iter().map(|line| (&*line.figure, &*line.control)), None),
            Some(Outcome::Red(reason, lines)) => {
                line(row, lines.iter().map(|line| (&*line.figure, &*line.control)), Some(reason))
            }
            None => line(row, std::iter::empty(), Some("was not run")),
        };
    }
    page += "\n## The commands\n\nFrom a clean clone. `cargo xtask evidence --row N` runs the steps of one row, and with `--long` the long counts: \
             a million messages, five hundred kills, in a build of their own.\n\n\
             | | Run by |\n|---|---|\n";
    for row in rows {
        page += &commands(row);
    }
    Ok(page)
}

/// Which counts the figures are of.
fn counts(long: &[&str]) -> String {
    if long.is_empty() {
        return "the quick counts, as in every `cargo xtask test`".into();
    }
    let names: Vec<_> = long.iter().map(|name| format!("`{name}`")).collect();
    format!("the long counts of {}, the quick ones of the other steps (which step is whose: below)", names.join(", "))
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
    let figures = red.map(|reason| format!("**red**: {reason}")).into_iter().chain(figures.into_iter().map(cell));
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
