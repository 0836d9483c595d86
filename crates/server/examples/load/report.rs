//! What is printed: tables in Markdown, for docs/load.md.

use std::fmt;
use std::time::Duration;

use repin_core::api::Step;

use crate::growth::{Grown, Growth};
use crate::limit::{Limit, median};
use crate::profile::{PROVE_AND_COMMIT, Profile, Ran, STEPS};

/// The goals: least ratio to the limit, most that the 99th percentile may be of the median, most growth of the median.
const RATIO: f64 = 0.7;
const SPREAD: f64 = 5.0;
const GROWTH: f64 = 0.2;

/// Of one database.
pub struct Report {
    database: String,
    rows: Vec<Row>,
    growth: Option<Growth>,
}

struct Row {
    users: u64,
    at_once: usize,
    profile: Profile,
    limit: Limit,
    recoveries: f64,
    guesses: f64,
    refused: f64,
    /// In the order of [`STEPS`].
    steps: Vec<Times>,
    /// For each step, in milliseconds: all of it, and its parts as [`crate::spent::Spent::of`] has them. Means, which add up.
    spent: Vec<(Duration, [Duration; 4])>,
    memory: u64,
}

/// Of one step: nothing where it did not happen.
#[derive(Default, Clone, Copy)]
struct Times {
    median: Duration,
    worst: Duration,
    inside: Duration,
}

impl Report {
    pub fn new(database: String) -> Self {
        Self { database, rows: Vec::new(), growth: None }
    }

    pub fn add(&mut self, users: u64, at_once: usize, limit: Limit, ran: &Ran) {
        let per_second = |count: u64| count as f64 / ran.lasted.as_secs_f64();
        let times = |step: &Step| {
            let inside = ran.inside.get(step.name()).cloned().map(median).unwrap_or_default();
            let Some(mut times) = ran.times.get(step.name()).cloned() else { return Times::default() };
            times.sort();
            Times { median: times[times.len() / 2], worst: times[times.len() * 99 / 100], inside }
        };
        let row = Row {
            users,
            at_once,
            profile: ran.profile,
            limit,
            recoveries: per_second(ran.recoveries),
            guesses: per_second(ran.guesses),
            refused: per_second(ran.refused),
            steps: STEPS.iter().map(times).collect(),
            spent: STEPS.iter().map(|step| (mean(ran.inside.get(step.name())), ran.spent.of(*step))).collect(),
            memory: ran.memory,
        };
        let prove = row.of(Step::Prove1);
        eprintln!(
            "{users} users, {at_once} at once: {:.0} recoveries a second, PROVE_1 {} / {} (inside {}), COMMIT {}, {:.2} of the limit",
            row.recoveries,
            ms(prove.median),
            ms(prove.worst),
            ms(prove.inside),
            ms(row.of(Step::Commit).median),
            row.ratio(&PROVE_AND_COMMIT),
        );
        self.rows.push(row);
    }

    pub fn add_growth(&mut self, growth: Growth) {
        self.growth = Some(growth);
    }

    fn alone(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.at_once == 1)
    }

    fn messages(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            let Row { users, at_once, recoveries, guesses, refused, .. } = row;
            write!(out, "| {users} | {at_once} | {who} | {recoveries:.0} | {guesses:.0} | {refused:.0} |")?;
            for step in &row.steps {
                if step.median.is_zero() {
                    write!(out, " |")?;
                } else {
                    write!(out, " {} / {} |", ms(step.median), ms(step.worst))?;
                }
            }
            writeln!(out, " {:.0} MiB |", row.memory as f64 / 1024.0)?;
        }
        writeln!(out, "\nMedian / 99th percentile in milliseconds, as a client on the same machine sees them.\n")
    }

    fn spent(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "| Users | At once | Message | In the gateway | Reading | Writing | Keeping the reply | Arithmetic | The rest |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
        for row in self.rows.iter().filter(|row| row.profile == Profile::Honest) {
            for (step, (all, parts)) in STEPS.iter().zip(&row.spent) {
                let rest = all.saturating_sub(parts.iter().sum());
                let [reading, writing, keeping, arithmetic] = parts.map(ms);
                let (users, at_once, name, all, rest) = (row.users, row.at_once, step.name(), ms(*all), ms(rest));
                writeln!(
                    out,
                    "| {users} | {at_once} | {name} | {all} | {reading} | {writing} | {keeping} | {arithmetic} | {rest} |"
                )?;
            }
        }
        writeln!(
            out,
            "\nWhere the time goes in the gateway: means in milliseconds, which add up; each with its waiting. Only a guess's arithmetic is \
             timed by itself. The rest is HTTP, the token, seals, and waiting for a processor.\n"
        )
    }

    fn limits(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "| Users | A durable write, hurried | One at this pace | Message | Limit | Statements alone | In the gateway | Ratio | As the client sees it |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
        for row in self.alone() {
            for step in STEPS.into_iter().filter(|step| *step != Step::Open) {
                let (limit, times) = (row.limit(step), row.of(step));
                let ratio = row.ratio(&[step]);
                let Limit { write, hurried, .. } = row.limit;
                write!(out, "| {} | {} | {} | {} |", row.users, ms(hurried), ms(write), step.name())?;
                let alone = row.statements(step).map(ms).unwrap_or_default();
                writeln!(out, " {} | {alone} | {} | {ratio:.2} | {} |", ms(limit), ms(times.inside), ms(times.median))?;
            }
            writeln!(
                out,
                "| {} | | | **PROVE and COMMIT** | | | | **{:.2}** | |",
                row.users,
                row.ratio(&PROVE_AND_COMMIT)
            )?;
        }
        writeln!(
            out,
            "\nOne person at a time, medians in milliseconds. The limit of a message is its arithmetic and one durable write at the pace of \
             messages: a millisecond after the last. Hurried is one after the other. Its statements alone: in the gateway's own tables, \
             those of a transaction as one that is waited for once, at the same pace, by somebody who has nothing else to do."
        )
    }

    fn goals(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |met: bool| if met { "met" } else { "**missed**" };
        let ratios: Vec<f64> = self.alone().map(|row| row.ratio(&PROVE_AND_COMMIT)).collect();
        let (least, most) = ends(&ratios);
        writeln!(out, "\n* PROVE and COMMIT at 70 % of the limit: {least:.2} to {most:.2}, {}.", said(least >= RATIO))?;
        let (least, most) = ends(&self.alone().map(Row::hurried).collect::<Vec<f64>>());
        writeln!(out, "* Were the one durable write of the limit a hurried one: {least:.2} to {most:.2}.")?;
        let (least, most) = ends(&self.alone().map(Row::within_reach).collect::<Vec<f64>>());
        writeln!(
            out,
            "* Of that, within reach with these tables: {least:.2} to {most:.2}, were a message its statements alone and its arithmetic."
        )?;
        let crowded = self.rows.iter().filter(|row| row.at_once > 1 && row.profile == Profile::Honest);
        let spreads: Vec<f64> = crowded.flat_map(|row| PROVE_AND_COMMIT.map(|step| row.of(step).spread())).collect();
        let (least, most) = ends(&spreads);
        writeln!(
            out,
            "* Under load the 99th percentile is at most 5 times the median: {least:.1} to {most:.1} times, {}.",
            said(most <= SPREAD)
        )?;
        if let Some(Growth { few, many, steps }) = &self.growth {
            write!(out, "* From {few} to {many} users the medians of one person alone grow by at most 20 %:")?;
            for Grown { step, few, many, growth, .. } in steps {
                write!(out, " {} {} to {} ms ({:+.0} %),", step.name(), ms(*few), ms(*many), growth * 100.0)?;
            }
            let met = steps.iter().all(|grown| grown.growth <= GROWTH);
            let controls: Vec<f64> = steps.iter().map(|grown| grown.control * 100.0).collect();
            let (least, most) = ends(&controls);
            writeln!(
                out,
                " {}. Medians of turns that the two databases took; between two that both have {few} it is {least:+.0} to {most:+.0} %.",
                said(met)
            )?;
        }
        let memory: Vec<f64> = self.rows.iter().map(|row| row.memory as f64 / 1024.0).collect();
        let (least, most) = ends(&memory);
        writeln!(out, "* Memory of the gateway, over all of these: {least:.0} to {most:.0} MiB.")
    }
}

impl Row {
    fn of(&self, step: Step) -> Times {
        STEPS.iter().position(|one| *one == step).map(|place| self.steps[place]).unwrap_or_default()
    }

    fn limit(&self, step: Step) -> Duration {
        self.arithmetic(step) + self.limit.write
    }

    fn arithmetic(&self, step: Step) -> Duration {
        match step {
            Step::Prove1 => self.limit.login,
            Step::Prove2 => self.limit.proof,
            Step::Register => self.limit.registration,
            _ => Duration::ZERO,
        }
    }

    /// Its statements alone.
    fn statements(&self, step: Step) -> Option<Duration> {
        let alone = self.limit.alone.as_ref()?;
        match step {
            Step::Prove1 => Some(alone.prove_1),
            Step::Prove2 => Some(alone.prove_2),
            Step::Commit => Some(alone.commit),
            _ => None,
        }
    }

    /// The ratio of PROVE and COMMIT, if they were nothing but their statements and their arithmetic.
    fn within_reach(&self) -> f64 {
        let sum = |of: &dyn Fn(Step) -> Duration| PROVE_AND_COMMIT.iter().map(|step| of(*step)).sum::<Duration>();
        let alone = sum(&|step| self.statements(step).unwrap_or_default() + self.arithmetic(step));
        sum(&|step| self.limit(step)).as_secs_f64() / alone.as_secs_f64()
    }

    fn ratio(&self, steps: &[Step]) -> f64 {
        self.ratio_to(steps, |step| self.limit(step))
    }

    /// The ratio of PROVE and COMMIT to a limit whose writes come one after the other.
    fn hurried(&self) -> f64 {
        self.ratio_to(&PROVE_AND_COMMIT, |step| self.arithmetic(step) + self.limit.hurried)
    }

    fn ratio_to(&self, steps: &[Step], limit: impl Fn(Step) -> Duration) -> f64 {
        let sum = |of: &dyn Fn(Step) -> Duration| steps.iter().map(|step| of(*step).as_secs_f64()).sum::<f64>();
        sum(&limit) / sum(&|step| self.of(step).inside)
    }
}

impl Times {
    fn spread(&self) -> f64 {
        self.worst.as_secs_f64() / self.median.as_secs_f64()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n## {}\n", self.database)?;
        self.messages(out)?;
        self.spent(out)?;
        self.limits(out)?;
        self.goals(out)
    }
}

fn mean(times: Option<&Vec<Duration>>) -> Duration {
    times
        .filter(|times| !times.is_empty())
        .map_or(Duration::ZERO, |times| times.iter().sum::<Duration>() / u32::try_from(times.len()).unwrap_or(u32::MAX))
}

fn ends(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(*value), most.max(*value)))
}

fn ms(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}
