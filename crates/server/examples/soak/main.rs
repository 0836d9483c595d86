//! An hour of people on a released gateway, on both databases at once: whether every honest one is let in, and whether the memory of
//! the process stays. `cargo xtask evidence --long --row 28`.
//!
//! Four in six recover their PIN, again and again; two guess, are locked out and come back, and send bytes that open to nothing. They
//! pause, so that an hour is many visits and not one long burst.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

#[path = "../../tests/common/cluster.rs"]
mod cluster;
#[path = "../load/crowd.rs"]
mod crowd;
#[path = "../load/database.rs"]
#[allow(dead_code)] // the load fills it
mod database;
#[path = "../../../core/tests/common/evidence.rs"]
mod evidence;
#[path = "../load/person.rs"]
#[allow(dead_code)] // the load asks for times
mod person;

mod memory;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use repin_core::api::CredentialKind;
use reqwest::Method;

use database::{Database, Gateway, Kind};
use evidence::grouped;
use memory::{Memory, leaking};
use person::{ANSWERS, Person};

/// People at once on each database.
const PEOPLE: usize = 6;
/// Between two visits of one person.
const PAUSE: Duration = Duration::from_secs(1);
/// Between two looks at the memory.
const LOOK: Duration = Duration::from_secs(10);
/// What the control keeps of each message, in bytes.
const KEPT: u64 = 200;

/// What came of it.
#[derive(Default)]
struct Did {
    recoveries: u64,
    refused: u64,
    messages: u64,
    again: u64,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let minutes: u64 = std::env::args().nth(1).map_or(60, |minutes| minutes.parse().expect("soak takes minutes"));
    let lasts = Duration::from_secs(minutes * 60);
    let [sqlite, postgres] = [Kind::Sqlite, Kind::Postgres].map(|kind| soak(kind, lasts));
    let mut verdicts = Vec::new();
    for (name, (did, memory)) in ["SQLite", "PostgreSQL"].into_iter().zip(<[_; 2]>::from(join(sqlite, postgres).await))
    {
        let leaky = leaking(&memory, KEPT * did.messages / 1024);
        evidence::say(
            28,
            format_args!(
                "{name}, {minutes} minutes: {} recoveries, {} hostile messages refused, 0 errors for the honest, {} messages sent again \
                 after a 429 or 503; memory {memory}",
                grouped(did.recoveries as usize),
                grouped(did.refused as usize),
                grouped(did.again as usize),
            ),
            format_args!("with {KEPT} bytes kept of each of {} messages {leaky}", grouped(did.messages as usize)),
        );
        verdicts.push((name, memory.is_flat(), leaky.is_flat()));
    }
    // Afterwards, so that one database does not hide what was seen of the other.
    for (name, flat, leaky_flat) in verdicts {
        assert!(flat, "{name}: memory grows");
        assert!(!leaky_flat, "{name}: too short to see {KEPT} bytes a message");
    }
}

async fn soak(kind: Kind, lasts: Duration) -> (Did, Memory) {
    let database = Database::make(kind);
    let gateway = database.serve().await;
    let users = crowd::enrol(&gateway, "active", PEOPLE).await;
    let until = Instant::now() + lasts;
    let people = users.iter().enumerate().map(|(n, user)| visits(&gateway, user, n % 3 == 2, until));
    let looks = async {
        let mut memory = Memory::default();
        while Instant::now() < until {
            memory.look(gateway.memory());
            // What was listened to for times is let go of.
            gateway.told();
            tokio::time::sleep(LOOK).await;
        }
        memory
    };
    let (all, memory) = join(join_all(people), looks).await;
    let sum = all.into_iter().fold(Did::default(), |sum, did| Did {
        recoveries: sum.recoveries + did.recoveries,
        refused: sum.refused + did.refused,
        messages: sum.messages + did.messages,
        again: 0,
    });
    let again = gateway.again.load(Ordering::Relaxed);
    (Did { again, ..sum }, memory)
}

/// Comes again and again. An honest person who is not let in ends it all.
async fn visits(gateway: &Gateway, user: &str, hostile: bool, until: Instant) -> Did {
    let mut did = Did::default();
    while Instant::now() < until {
        tokio::time::sleep(PAUSE).await;
        let person = Person::arrive(gateway, user, Method::POST, "/user/pin/restore").await;
        if hostile {
            let Some(mut person) = person else {
                // Locked out, and so is their backend's call.
                did.refused += 1;
                continue;
            };
            person.open().await;
            assert_ne!(person.send_nonsense().await, 200, "nonsense is refused");
            assert_ne!(person.prove(b"a guess").await, Some(true), "a guess is not let in");
            did.refused += 2;
            did.messages += 3;
        } else {
            let mut person = person.expect("an honest person has a challenge");
            person.open().await;
            let proved = person.prove(ANSWERS).await;
            assert_eq!(proved, Some(true), "an honest person is let in: {}", person.refused());
            person.replace(&[CredentialKind::Pin]).await;
            did.recoveries += 1;
            did.messages += 5;
        }
    }
    did
}
