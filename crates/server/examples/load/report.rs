//! What is printed: tables in Markdown, for docs/load.md.

use std::fmt;
use std::time::Duration;

use repin_core::api::Step;

use crate::database::Kind;
use crate::limit::{Limit, median};
use crate::profile::{Profile, Ran, STEPS};

/// Of one database.
pub struct Report {
    kind: Kind,
    limit: Limit,
    rows: Vec<Row>,
}

struct Row {
    users: u64,
    at_once: usize,
    profile: Profile,
    recoveries: f64,
    guesses: f64,
    refused: f64,
    /// Median and 99th percentile of each step, in the order of [`STEPS`].
    steps: Vec<Option<(Duration, Duration)>>,
    memory: u64,
}

/// What stands above both.
pub fn head() -> &'static str {
    "# The gateway under load\n\nWritten by `cargo xtask bench load`; not by hand."
}

impl Report {
    pub fn new(kind: Kind, limit: Limit) -> Self {
        Self { kind, limit, rows: Vec::new() }
    }

    pub fn add(&mut self, users: u64, at_once: usize, ran: &Ran) {
        let per_second = |count: u64| count as f64 / ran.lasted.as_secs_f64();
        let steps =
            STEPS.iter().map(|step| ran.times.get(step.name()).map(|times| percentiles(times.clone()))).collect();
        eprintln!("{users} users, {at_once} at once: {:.0} recoveries a second", per_second(ran.recoveries));
        self.rows.push(Row {
            users,
            at_once,
            profile: ran.profile,
            recoveries: per_second(ran.recoveries),
            guesses: per_second(ran.guesses),
            refused: per_second(ran.refused),
            steps,
            memory: ran.memory,
        });
    }

    /// The median of a step with one person at a time.
    fn alone(&self, users: u64, step: Step) -> Option<Duration> {
        let row = self.rows.iter().find(|row| row.users == users && row.at_once == 1)?;
        let place = STEPS.iter().position(|one| *one == step)?;
        row.steps[place].map(|(median, _)| median)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.kind == Kind::Sqlite { "SQLite" } else { "PostgreSQL" };
        let Limit { login, registration, write } = self.limit;
        writeln!(out, "\n## {name}\n")?;
        writeln!(
            out,
            "| Users | At once | Who | Recoveries a second | Guesses | Refused | OPEN | PROVE 1 | PROVE 2 | REGISTER | COMMIT | Memory |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|---|---|---|---|---|")?;
        for row in &self.rows {
            let who = match row.profile {
                Profile::Honest => "honest",
                Profile::Mixed => "a third hostile",
                Profile::Hostile => "hostile",
            };
            write!(
                out,
                "| {} | {} | {who} | {:.0} | {:.0} | {:.0} |",
                row.users, row.at_once, row.recoveries, row.guesses, row.refused
            )?;
            for step in &row.steps {
                match step {
                    Some((median, worst)) => write!(out, " {} / {} |", ms(*median), ms(*worst))?,
                    None => write!(out, " |")?,
                }
            }
            writeln!(out, " {:.0} MiB |", row.memory as f64 / 1024.0)?;
        }
        writeln!(out, "\nMedian / 99th percentile in milliseconds, as a client on the same machine sees them.\n")?;
        writeln!(out, "| Message, one person at a time | Limit | Ratio of the limit to what it took |\n|---|---|---|")?;
        let least = self.rows.first().map_or(0, |row| row.users);
        for (step, arithmetic) in
            [(Step::Prove1, login), (Step::Register, registration), (Step::Commit, Duration::ZERO)]
        {
            let limit = arithmetic + write;
            let took = self.alone(least, step).unwrap_or_default();
            writeln!(out, "| {} | {} | {:.2} |", step.name(), ms(limit), limit.as_secs_f64() / took.as_secs_f64())?;
        }
        writeln!(
            out,
            "\nThe limit is the arithmetic (GenerateKE2 {}, CreateRegistrationResponse {}) and one durable write ({}).",
            ms(login),
            ms(registration),
            ms(write)
        )?;
        let most = self.rows.last().map_or(0, |row| row.users);
        for step in STEPS {
            if let (Some(few), Some(many)) = (self.alone(least, step), self.alone(most, step)) {
                let growth = (many.as_secs_f64() / few.as_secs_f64() - 1.0) * 100.0;
                writeln!(out, "\n{} from {least} to {most} users: {growth:+.0} %.", step.name())?;
            }
        }
        Ok(())
    }
}

fn percentiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort();
    (median(times.clone()), times[times.len() * 99 / 100])
}

fn ms(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}
