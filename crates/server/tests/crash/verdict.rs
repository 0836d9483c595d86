//! What may be found after the program was killed at a message: the state before it or the state after it, whole, and the second
//! if the client was told.
#![allow(dead_code)] // each test binary uses a part of it

use super::facts::Facts;

/// Places that lie behind the transaction that matters at their message.
const DONE: [&str; 8] = [
    "open.committed",
    "charge.committed",
    "prove_1.evaluated",
    "answer.written",
    "answer.committed",
    "record.committed",
    "commit.committed",
    "wallet.committed",
];

/// One kill, and what was found after it.
pub struct Verdict {
    step: String,
    kind: i64,
    before: Facts,
    /// Whether the message had its effect.
    pub done: bool,
    /// Whether the client had its reply.
    pub told: bool,
    violations: Vec<String>,
}

impl Verdict {
    /// On a message of this step, in a flow that proves this kind of credential, ended at a known place or not.
    pub fn new(place: Option<&str>, kind: i64, step: &str, (before, told, after): (Facts, bool, Facts)) -> Self {
        let done = after.taken > before.taken;
        let mut verdict = Self { step: step.to_owned(), kind, before, done, told, violations: Vec::new() };
        if told && !done {
            verdict.add("the client was told, and it is forgotten");
        }
        if let Some(place) = place.filter(|place| done != DONE.contains(place)) {
            verdict.add(&format!("ended at {place}, and done is {done}"));
        }
        verdict.compare(&after, done);
        verdict
    }

    /// After the same bytes were sent again.
    pub fn retried(&mut self, last: &Facts, same_reply: bool) {
        self.compare(last, true);
        if !same_reply {
            self.add("another reply to the same bytes");
        }
    }

    /// What is wrong.
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    fn add(&mut self, what: &str) {
        self.violations.push(format!("{}: {what}", self.step));
    }

    /// Compares with what there must be, with the message's effect or without.
    fn compare(&mut self, found: &Facts, done: bool) {
        for violation in found.violations() {
            self.add(&violation);
        }
        let mut wanted = self.before.clone();
        if done {
            self.apply(&mut wanted, found);
        }
        if *found != wanted {
            self.add(&format!("{found:?} instead of {wanted:?}"));
        }
    }

    /// The one effect that the message has. Only names that the program makes are taken from what was found.
    fn apply(&self, facts: &mut Facts, found: &Facts) {
        facts.taken += 1;
        match self.step.as_str() {
            "PROVE_1" => {
                let counted = facts.credential(self.kind);
                (counted.failed, counted.consecutive) = (counted.failed + 1, counted.consecutive + 1);
            }
            "PROVE_2" => {
                let proved = facts.credential(self.kind);
                (proved.failed, proved.consecutive) = (0, 0);
            }
            "COMMIT" => {
                let new = found.credentials.iter().find(|credential| credential.kind == 1);
                let pin = facts.credential(1);
                let new = new.map(|new| new.id.clone()).filter(|id| *id != pin.id);
                (pin.id, pin.failed, pin.consecutive) = (new.unwrap_or_default(), 0, 0);
                // One of those that were open is complete, the others have failed.
                let complete = self.completed(found);
                for (id, challenge) in &mut facts.challenges {
                    if challenge.0 == "PENDING" {
                        let status = if complete.as_ref() == Some(id) { "COMPLETE" } else { "FAILED" };
                        *challenge = (status.to_owned(), 1, 1);
                    }
                }
                if complete.is_none() {
                    facts.challenges.insert("that is complete".to_owned(), Default::default());
                }
            }
            "CREATE_WALLET" | "EXPORT" => {
                if self.step == "CREATE_WALLET" {
                    facts.wallets = (facts.wallets.0 + 1, facts.wallets.1 + 2);
                }
                // One of those that were open is complete, the others stay.
                let complete = self.completed(found).unwrap_or_else(|| "that is complete".to_owned());
                facts.challenges.insert(complete, ("COMPLETE".to_owned(), 1, 1));
            }
            _ => {}
        }
    }

    /// One of the challenges that were open and are complete now.
    fn completed(&self, found: &Facts) -> Option<String> {
        let complete = found.challenges.iter().find(|(id, (status, ..))| {
            status == "COMPLETE" && self.before.challenges.get(*id).is_some_and(|old| old.0 == "PENDING")
        });
        complete.map(|(id, _)| id.clone())
    }
}
