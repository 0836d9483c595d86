//! Who comes, and what they do until the time is over.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use repin_core::api::{CredentialKind, Step};
use reqwest::Method;

use crate::database::Gateway;
use crate::person::{ANSWERS, Person, Times};
use crate::spent::{Spent, Sums};

/// Who comes.
#[derive(Clone, Copy, PartialEq)]
pub enum Profile {
    /// Everybody recovers their PIN, with the right answers, again and again.
    Honest,
    /// Every third is hostile.
    Mixed,
    /// Everybody guesses until they are locked out, and sends bytes that open to nothing.
    Hostile,
}

/// What came of it.
pub struct Ran {
    pub profile: Profile,
    /// Whole recoveries, and the time they took together from the first to the last.
    pub recoveries: u64,
    /// Guesses that the gateway took.
    pub guesses: u64,
    /// Messages that were refused.
    pub refused: u64,
    pub lasted: Duration,
    /// Of the honest, as they see it.
    pub times: BTreeMap<&'static str, Vec<Duration>>,
    /// Of everybody, from the router's front to the reply, as the gateway's log has it.
    pub inside: BTreeMap<String, Vec<Duration>>,
    /// Where it went in the gateway.
    pub spent: Spent,
    /// Resident memory of the gateway afterwards, in KiB.
    pub memory: u64,
}

#[derive(Default)]
struct Did {
    recoveries: u64,
    guesses: u64,
    refused: u64,
    times: Times,
}

/// So many at once, for so long.
pub async fn run(gateway: &Gateway, crowd: &[String], profile: Profile, at_once: usize, lasts: Duration) -> Ran {
    gateway.told();
    let before = Sums::read(gateway).await;
    let began = Instant::now();
    let until = began + lasts;
    // Each takes their turn in a part of the crowd: nobody has forgotten a PIN a thousand times.
    let everybody = crowd.chunks(crowd.len() / at_once).take(at_once).enumerate().map(|(n, users)| async move {
        let hostile = profile == Profile::Hostile || profile == Profile::Mixed && n % 3 == 2;
        if hostile { guess(gateway, users, until).await } else { recover(gateway, users, until).await }
    });
    let done = join_all(everybody).await;
    let lasted = began.elapsed();
    let mut ran = Ran {
        profile,
        recoveries: 0,
        guesses: 0,
        refused: 0,
        lasted,
        times: BTreeMap::new(),
        inside: BTreeMap::new(),
        spent: before.until(&Sums::read(gateway).await),
        memory: gateway.memory(),
    };
    for did in done {
        ran.recoveries += did.recoveries;
        ran.guesses += did.guesses;
        ran.refused += did.refused;
        for (step, time) in did.times {
            ran.times.entry(step.name()).or_default().push(time);
        }
    }
    for told in gateway.told() {
        ran.inside.entry(told.name).or_default().push(told.took);
    }
    // Whoever was locked out is let in again, for the next profile.
    gateway.unlock().await;
    ran
}

async fn recover(gateway: &Gateway, users: &[String], until: Instant) -> Did {
    let mut did = Did::default();
    for user in users.iter().cycle().take_while(|_| Instant::now() < until) {
        let person = Person::arrive(gateway, user, Method::POST, "/user/pin/restore").await;
        let mut person = person.expect("an honest person has a challenge");
        person.open().await;
        let proved = person.prove(ANSWERS).await;
        assert_eq!(proved, Some(true), "an honest person is let in: {}", person.refused());
        person.replace(&[CredentialKind::Pin]).await;
        did.recoveries += 1;
        did.times.append(&mut person.times);
    }
    did
}

async fn guess(gateway: &Gateway, users: &[String], until: Instant) -> Did {
    let mut did = Did::default();
    for user in users.iter().cycle().take_while(|_| Instant::now() < until) {
        let Some(mut person) = Person::arrive(gateway, user, Method::POST, "/user/pin/restore").await else {
            // Locked out, and so is their backend's call.
            did.refused += 1;
            continue;
        };
        person.open().await;
        for n in 0..8 {
            if n % 2 == 1 {
                assert_ne!(person.send_nonsense().await, 200, "nonsense is refused");
                did.refused += 1;
                continue;
            }
            match person.prove(format!("guess {n}").as_bytes()).await {
                Some(right) => {
                    assert!(!right);
                    did.guesses += 1;
                }
                None => did.refused += 1,
            }
        }
    }
    did
}

/// The steps of a recovery in their order, for the report.
pub const STEPS: [Step; 5] = [Step::Open, Step::Prove1, Step::Prove2, Step::Register, Step::Commit];
/// Those that the goals are about.
pub const PROVE_AND_COMMIT: [Step; 3] = [Step::Prove1, Step::Prove2, Step::Commit];
