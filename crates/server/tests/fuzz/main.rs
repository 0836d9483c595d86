//! Every parser that meets bytes from outside, by name, with a corpus in `tests/fuzz/corpus`: each input there is replayed, and
//! changed some thousand times more. `tests/fuzz/README.md` says how to go on for longer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../core/tests/common/every_message.rs"]
mod every_message;

mod mutate;
mod served;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use common::evidence::{self, count, grouped};
use common::numbers::Numbers;
use mutate::mutate;
use targets::{TARGETS, Target};

/// The inputs of a target, in the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Runs a target on its corpus and on changes of it: how often, and the first input that made it panic.
fn fuzz(target: &Target, corpus: &[Vec<u8>], changes: impl Iterator, seed: u64) -> (usize, Option<Vec<u8>>) {
    let mut numbers = Numbers::new(seed);
    let mut executions = 0;
    let mut crashes = |input: &[u8]| {
        executions += 1;
        catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_err()
    };
    if let Some(crash) = corpus.iter().find(|input| crashes(input)) {
        return (executions, Some(crash.clone()));
    }
    for _ in changes {
        let input = mutate(corpus, &mut numbers);
        if crashes(&input) {
            return (executions, Some(input));
        }
    }
    (executions, None)
}

#[test]
fn no_input_makes_a_parser_panic() {
    let (mut executions, mut inputs) = (0, 0);
    for target in TARGETS {
        let corpus = corpus(target.name);
        assert!(corpus.len() >= 3, "{} has hardly a corpus", target.name);
        let changes = count(target.quick, target.quick * 400);
        let (ran, crash) = fuzz(target, &corpus, 0..changes, 6);
        // The input, for a file of the corpus.
        assert!(crash.is_none(), "{} panics on {:?}", target.name, crash.map(|input| input.escape_ascii().to_string()));
        executions += ran;
        inputs += corpus.len();
    }
    // The control: a reader that believes what a length says is found out by the same hand.
    let careless = Target { name: "careless", quick: 0, run: targets::careless };
    let (found_after, crash) = fuzz(&careless, &corpus("wire"), 0..100_000, 6);
    assert!(crash.is_some());
    evidence::say(
        6,
        format_args!(
            "{} executions of {} parsers in Rust from a corpus of {inputs}: 0 crashes",
            grouped(executions),
            TARGETS.len()
        ),
        format_args!("a reader that believes a length crashes after {}", grouped(found_after)),
    );
}

/// One parser for as long as somebody likes, by hand: `REPIN_FUZZ=<parser>:<seconds>`.
#[test]
fn one_parser_can_be_fuzzed_for_as_long_as_one_likes() {
    let wanted = std::env::var("REPIN_FUZZ").unwrap_or_else(|_| "date:0".into());
    let (name, seconds) = wanted.split_once(':').expect("a parser, a colon, seconds");
    let target = TARGETS.iter().find(|target| target.name == name).expect("the name of a parser");
    let seconds = Duration::from_secs(seconds.parse().expect("seconds"));
    let started = Instant::now();
    let seed = if seconds.is_zero() { 6 } else { rand_core::RngCore::next_u64(&mut rand_core::OsRng) | 1 };
    let (ran, crash) =
        fuzz(target, &corpus(name), std::iter::from_fn(|| (started.elapsed() < seconds).then_some(())), seed);
    assert!(crash.is_none(), "{name} panics on {:?}", crash.map(|input| input.escape_ascii().to_string()));
    if !seconds.is_zero() {
        let control = "see the run over all parsers";
        evidence::say(6, format_args!("{} executions of {name} from seed {seed}: 0 crashes", grouped(ran)), control);
    }
}
