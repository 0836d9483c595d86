//! `cargo xtask evidence`: every row of the evidence list as a command that is run now, and `docs/evidence.md` of what it said.
//!
//! A check prints what it measured in a line of its own, `evidence 9: 3 of 1,000 … | control: …`, from values and not from
//! memory. A row is green when its commands succeeded and each said something for it; whoever edits the page by hand is
//! overruled by the next run.

mod lines;
mod page;
mod rows;
mod setting;

use std::collections::BTreeMap;

use crate::run::{Result, cargo, program, read, root, watch, write};
use crate::{conformance, postgres, tools, widget};
use lines::Line;
use rows::{Check, ROWS, Row, Tool};

/// What tells a check to count for long.
const LENGTH: &str = "REPIN_EVIDENCE";
const PAGE: &str = "docs/evidence.md";
const HELP: &str = "evidence takes --long, or --row N as often as you like, or `check`";

/// How a row came out.
enum Outcome {
    /// What its checks said.
    Green(Vec<Line>),
    /// Why not, and what was said all the same.
    Red(String, Vec<Line>),
}

pub fn evidence(args: &[&str]) -> Result {
    let (mut long, mut wanted) = (false, Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match *arg {
            "--long" => long = true,
            "--row" => wanted.push(args.next().and_then(|number| number.parse::<u32>().ok()).ok_or(HELP)?),
            "check" => return page::check(&read(&root().join(PAGE))?),
            _ => return Err(HELP.into()),
        }
    }
    let rows: Vec<&Row> = ROWS.iter().filter(|row| wanted.is_empty() || wanted.contains(&row.number)).collect();
    prepare()?;
    let outcomes = run_all(&rows, long)?;
    let red = outcomes.values().filter(|outcome| matches!(outcome, Outcome::Red(..))).count();
    let text = page::page(&rows, &outcomes, long)?;
    if wanted.is_empty() {
        write(&root().join(PAGE), &text)?;
        println!("\n{}", root().join(PAGE).display());
    } else {
        // A page of some rows would hide the others.
        println!("\n{text}");
    }
    println!("{} rows, {red} of them red", rows.len());
    if red == 0 { Ok(()) } else { Err(format!("{red} rows are red")) }
}

/// What the checks need, so that none of them is red for want of a file.
fn prepare() -> Result {
    tools::browsers()?;
    tools::node_packages()?;
    widget::build(widget::Mode::Release)?;
    widget::leaky()?;
    widget::gallery()?;
    conformance::prepare()
}

/// Each command once, whichever rows it speaks for.
fn run_all(rows: &[&Row], long: bool) -> Result<BTreeMap<u32, Outcome>> {
    let cluster = postgres::start()?;
    let mut said: BTreeMap<u32, Vec<Line>> = BTreeMap::new();
    let mut failed: BTreeMap<Check, String> = BTreeMap::new();
    let mut done: Vec<Check> = Vec::new();
    for check in rows.iter().flat_map(|row| row.checks).filter(|check| long || !check.long_only) {
        if done.contains(check) {
            continue;
        }
        done.push(*check);
        println!("\n=== {} ===\n", check.shown());
        let mut lines = Vec::new();
        let result = watch(&mut command(check, long, &cluster), |line| lines.extend(Line::read(line)));
        if let Err(reason) = result {
            failed.insert(*check, reason);
        }
        for line in lines {
            let of_row = said.entry(line.row).or_default();
            if !of_row.contains(&line) {
                of_row.push(line);
            }
        }
    }
    Ok(rows.iter().map(|row| (row.number, outcome(row, &said, &failed, long))).collect())
}

fn outcome(row: &Row, said: &BTreeMap<u32, Vec<Line>>, failed: &BTreeMap<Check, String>, long: bool) -> Outcome {
    let lines = said.get(&row.number).cloned().unwrap_or_default();
    if let Some(reason) = row.checks.iter().find_map(|check| failed.get(check)) {
        return Outcome::Red(reason.clone(), lines);
    }
    if row.checks.is_empty() {
        return Outcome::Red(row.open.unwrap_or("there is no check yet").into(), lines);
    }
    if lines.is_empty() {
        let all_long = row.checks.iter().all(|check| check.long_only);
        let reason =
            if all_long && !long { "takes long: run `cargo xtask evidence --long`" } else { "its checks said nothing" };
        return Outcome::Red(reason.into(), lines);
    }
    match row.open {
        Some(reason) => Outcome::Red(reason.into(), lines),
        None => Outcome::Green(lines),
    }
}

fn command(check: &Check, long: bool, cluster: &postgres::Cluster) -> std::process::Command {
    let mut command = match check.tool {
        Tool::Cargo | Tool::CargoOnPostgres => cargo(),
        Tool::Node => program("node"),
        Tool::Xtask => {
            let mut command = cargo();
            command.arg("xtask");
            command
        }
    };
    command.args(check.args);
    if check.tool == Tool::CargoOnPostgres {
        command.env("REPIN_TEST_DATABASE", cluster.server());
    }
    if long {
        command.env(LENGTH, "long");
    }
    command
}
