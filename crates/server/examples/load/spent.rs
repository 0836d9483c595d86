//! Where a message's time goes, from the gateway's own histograms: reading, writing, arithmetic, and the rest.

use std::collections::BTreeMap;
use std::time::Duration;

use repin_core::api::Step;

use crate::database::Gateway;

/// How often something was done, and for how many seconds altogether.
type Sum = (f64, f64);

/// Sums of a gateway's histograms since its start, by operation.
#[derive(Default)]
pub struct Sums(BTreeMap<String, Sum>);

/// Means of one profile, in the gateway, by operation of the store; OPAQUE's arithmetic is one, too.
#[derive(Default)]
pub struct Spent(BTreeMap<String, Duration>);

/// OPAQUE's arithmetic of a guess.
const EVALUATION: &str = "evaluation";

impl Sums {
    /// As they are now.
    pub async fn read(gateway: &Gateway) -> Self {
        let page = gateway.http.get(&gateway.metrics).send().await.unwrap().text().await.unwrap();
        let mut sums = BTreeMap::<String, Sum>::new();
        for (name, value) in page.lines().filter_map(|line| line.rsplit_once(' ')) {
            let Some((operation, part)) = read_name(name) else { continue };
            let sum = sums.entry(operation.to_owned()).or_default();
            *(if part == "count" { &mut sum.0 } else { &mut sum.1 }) = value.parse().unwrap();
        }
        Self(sums)
    }

    /// What was spent between then and now.
    pub fn until(&self, now: &Self) -> Spent {
        let mean = |(name, (count, sum)): (&String, &Sum)| {
            let (before, spent) = self.0.get(name).copied().unwrap_or_default();
            let often = count - before;
            (often > 0.0).then(|| (name.clone(), Duration::from_secs_f64((sum - spent) / often)))
        };
        Spent(now.0.iter().filter_map(mean).collect())
    }
}

/// The operation and the part (`count`, `sum`) that a line of the page is about, if it is one of ours.
fn read_name(name: &str) -> Option<(&str, &str)> {
    if let Some(part) = name.strip_prefix("repin_opaque_evaluation_seconds_") {
        return ["count", "sum"].contains(&part).then_some((EVALUATION, part));
    }
    let (part, labels) = name.strip_prefix("repin_store_operation_seconds_")?.split_once('{')?;
    let operation = labels.strip_prefix("operation=\"")?.strip_suffix("\"}")?;
    ["count", "sum"].contains(&part).then_some((operation, part))
}

impl Spent {
    /// What this message reads, is charged or recorded by, what its reply is kept by, and its arithmetic.
    pub fn of(&self, step: Step) -> [Duration; 4] {
        let mean = |name: &str| self.0.get(name).copied().unwrap_or_default();
        let [written, kept, computed] = match step {
            Step::Open => ["open_run", "", ""],
            Step::Prove1 => ["charge", "answer_guess", EVALUATION],
            Step::Commit => ["commit", "", ""],
            _ => ["record", "", ""],
        };
        [mean("arrival"), mean(written), mean(kept), mean(computed)]
    }
}
