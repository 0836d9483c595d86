//! `cargo xtask evidence`: every row of the evidence list from tests that are run now, and `docs/evidence.md` of what they said.
//!
//! A test that gives a figure prints it in a line of its own, `evidence 9: 3 of 1,000 … | control: …`, from what it measured. A row
//! is green when the steps of `cargo xtask test` that speak for it passed and said something for it; whoever edits the page by hand
//! is overruled by the next run.

mod lines;
mod page;
mod record;
mod rows;
mod setting;

pub use record::Record;
pub use setting::{processors, today};

use std::collections::BTreeMap;

use crate::run::{Result, cargo, read, root, run, write};
use crate::test;
use lines::Line;
use rows::{ROWS, Row};

/// What tells the tests to count for long.
const LENGTH: &str = "REPIN_EVIDENCE";
const PAGE: &str = "docs/evidence.md";
const HELP: &str = "evidence takes --long, or --row N as often as you like, or `page`, or `check`";

/// How a row came out.
enum Outcome {
    /// What its tests said.
    Green(Vec<Line>),
    /// Why not, and what was said all the same.
    Red(String, Vec<Line>),
}

pub fn evidence(args: &[&str]) -> Result {
    if let Some(place) = args.iter().position(|arg| *arg == "--long") {
        let rest = args.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, arg)| arg);
        return run(cargo().args(["xtask", "evidence"]).args(rest).env(LENGTH, "long"));
    }
    let mut wanted = Vec::new();
    let mut runs = true;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match *arg {
            "--row" => wanted.push(args.next().and_then(|number| number.parse::<u32>().ok()).ok_or(HELP)?),
            // From what the last run of each step said, as `cargo xtask test` leaves it.
            "page" => runs = false,
            "check" => return page::check(&read(&root().join(PAGE))?),
            _ => return Err(HELP.into()),
        }
    }
    let rows: Vec<&Row> = ROWS.iter().filter(|row| wanted.is_empty() || wanted.contains(&row.number)).collect();
    let steps: Vec<&str> = test::names().filter(|name| rows.iter().any(|row| row.steps.contains(name))).collect();
    let long = is_long();
    if runs {
        // All of them, whichever fails: the page says so.
        steps
            .iter()
            .filter(|step| long || !test::is_long(step))
            .filter_map(|step| test::run_step(step).err())
            .for_each(|reason| println!("{reason}"));
    }
    let outcomes = outcomes(&rows, &steps);
    let before = read(&root().join(PAGE)).unwrap_or_default();
    let text = page::page(&rows, &outcomes, &before)?;
    let red = text.lines().filter(|line| line.contains(page::RED)).count();
    if wanted.is_empty() {
        write(&root().join(PAGE), &text)?;
        println!("\n{}", root().join(PAGE).display());
    } else {
        // A page of some rows would hide the others.
        println!("\n{text}");
    }
    println!("{} rows, {red} of them red", rows.len());
    Ok(())
}

/// Whether everything is counted for long, and the long steps are run.
pub fn is_long() -> bool {
    std::env::var(LENGTH).is_ok_and(|length| length == "long")
}

/// How each row comes out of what these steps said last.
fn outcomes(rows: &[&Row], steps: &[&'static str]) -> BTreeMap<u32, Outcome> {
    let mut said: Vec<Line> = Vec::new();
    let mut missing = Vec::new();
    for name in steps {
        let record = Record::of(name);
        if !record.as_ref().is_some_and(|record| record.passed) {
            missing.push(*name);
        }
        let lines = record.map(|record| record.lines).unwrap_or_default();
        for line in lines.iter().filter_map(|line| Line::read(line)) {
            if !said.contains(&line) {
                said.push(line);
            }
        }
    }
    rows.iter().map(|row| (row.number, outcome(row, &said, &missing))).collect()
}

fn outcome(row: &Row, said: &[Line], failed: &[&str]) -> Outcome {
    let lines: Vec<Line> = said.iter().filter(|line| line.row == row.number).cloned().collect();
    if let Some(step) = row.steps.iter().find(|step| failed.contains(step)) {
        let reason = if Record::of(step).is_none() { "was not run" } else { "did not pass" };
        return Outcome::Red(format!("the step `{step}` {reason}"), lines);
    }
    if lines.is_empty() { Outcome::Red("its tests said nothing".into(), lines) } else { Outcome::Green(lines) }
}
