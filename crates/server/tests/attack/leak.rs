//! A thief has the database and nothing else. Every way that is known from its tables to a PIN is tried with every PIN: none
//! says of any PIN that it is the one. With the key ring the same thief finds it, as SECURITY.md says.
//!
//! Stretching is Argon2id with 8 KiB here: what is asked is whether a PIN can be confirmed at all, not what it would cost.

mod dump;
mod thief;
mod victim;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use thief::{Route, Thief};

use crate::common::evidence::{self, count, grouped};
use crate::common::numbers::Numbers;

/// PINs of a quick run, and of the controls in any: what is found is found among few.
const FEW: usize = 500;

/// Tries PINs on all cores until one is confirmed: how many were tried, and what was confirmed in which way.
fn attack(thief: &Thief, pins: &[String]) -> (usize, Option<(String, Route)>) {
    let (next, stop, found) = (AtomicUsize::new(0), AtomicBool::new(false), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(pin) = pins.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    if let Some(route) = thief.confirm(pin) {
                        *found.lock().unwrap() = Some((pin.clone(), route));
                        stop.store(true, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    (next.load(Ordering::SeqCst).min(pins.len()), found.into_inner().unwrap())
}

/// All PINs in a random order, or some of them; the right one is always among them.
fn pins(right: &str, how_many: usize) -> Vec<String> {
    let mut numbers = Numbers::new(15);
    let mut all: Vec<u32> = (0..1_000_000).collect();
    for at in (1..all.len()).rev() {
        all.swap(at, numbers.below(at + 1));
    }
    let mut some: Vec<String> = all.iter().take(how_many).map(|pin| format!("{pin:06}")).collect();
    if !some.iter().any(|pin| pin == right) {
        let at = numbers.below(some.len());
        some[at] = right.to_owned();
    }
    some
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_alone_confirms_no_pin_and_with_the_key_ring_it_is_found() {
    let victim = victim::live().await;
    let rows = dump::of(&victim.gateway).await;
    let thief = Thief::new(&rows);
    let pins = pins(victim::PIN, count(FEW, 1_000_000));
    let (tried, confirmed) = tokio::task::block_in_place(|| attack(&thief, &pins));
    assert_eq!(confirmed, None);
    assert_eq!(tried, pins.len());
    assert!(thief.values() > 100 && thief.seals() >= 10, "{} {}", thief.values(), thief.seals());

    // The controls. The key ring opens the way that the record is; a database that kept a little more would open others.
    let few = self::pins(victim::PIN, FEW);
    let with_keys = thief.clone().with_setup(&victim.setup_file());
    let (guesses, found) = tokio::task::block_in_place(|| attack(&with_keys, &few));
    assert_eq!(found, Some((victim::PIN.to_owned(), Route::Record)));
    for (planted, route) in [(victim.plant_hash(), Route::Digest), (victim.plant_wrap(), Route::Seal)] {
        let careless = thief.clone().with(&planted);
        let found = tokio::task::block_in_place(|| attack(&careless, &few)).1;
        assert_eq!(found, Some((victim::PIN.to_owned(), route)));
    }
    evidence::say(
        15,
        format_args!(
            "the database alone, {}, confirms {} of {} PINs: {} values, {} records under {} guessed setups, {} seals",
            if victim.gateway.database().is_some() { "on PostgreSQL" } else { "a SQLite file" },
            confirmed.iter().count(),
            grouped(tried),
            grouped(thief.values()),
            thief.records(),
            thief.setups(),
            thief.seals()
        ),
        format_args!(
            "with the key ring the PIN is found after {} guesses; found too where its hash, or a wrap under it alone, is kept",
            grouped(guesses)
        ),
    );
}
