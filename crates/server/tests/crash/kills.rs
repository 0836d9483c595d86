//! `kill -9` at any moment and at named places: nothing lost, nothing twice, no attempt gained.

use std::time::Duration;

use tokio::sync::OnceCell;

use crate::common::evidence::{Chance, count, say, store};
use crate::courier::{End, Kill};
use crate::person::{MESSAGES, Message, Person};

/// Every place, with the message at which it is met.
const PLACES: [(Message, &str); 23] = [
    (Message::Open, "open.written"),
    (Message::Open, "open.committed"),
    (Message::Prove1Wrong, "charge.begun"),
    (Message::Prove1Wrong, "charge.counted"),
    (Message::Prove1Wrong, "charge.written"),
    (Message::Prove1Wrong, "charge.committed"),
    (Message::Prove1Wrong, "prove_1.evaluated"),
    (Message::Prove1Wrong, "answer.written"),
    (Message::Prove1Wrong, "answer.committed"),
    (Message::Prove1, "charge.committed"),
    (Message::Prove2, "record.begun"),
    (Message::Prove2, "record.taken"),
    (Message::Prove2, "record.written"),
    (Message::Prove2, "record.committed"),
    (Message::Register, "record.begun"),
    (Message::Register, "record.taken"),
    (Message::Register, "record.written"),
    (Message::Register, "record.committed"),
    (Message::Commit, "commit.begun"),
    (Message::Commit, "commit.replaced"),
    (Message::Commit, "commit.finished"),
    (Message::Commit, "commit.written"),
    (Message::Commit, "commit.committed"),
];

/// What was found over many kills.
#[derive(Default)]
struct Tally {
    kills: usize,
    done: usize,
    told: usize,
    violations: Vec<String>,
}

impl Tally {
    async fn add(&mut self, person: &mut Person, by_answers: bool, at: Message, kill: Kill) {
        let result = person.change(by_answers, at, &kill).await;
        let found = match &result {
            Ok(verdict) => verdict.violations(),
            Err(violation) => std::slice::from_ref(violation),
        };
        self.violations.extend(found.iter().map(|found| format!("{at:?} {kill:?}: {found}")));
        self.kills += 1;
        self.done += usize::from(result.as_ref().is_ok_and(|verdict| verdict.done));
        self.told += usize::from(result.as_ref().is_ok_and(|verdict| verdict.told));
    }

    fn shown(&self) -> String {
        let Self { kills, done, told, violations } = self;
        let wrong = violations.len();
        format!("{wrong} wrong states after {kills} kills ({done} after the message's effect, {told} after its reply)")
    }
}

/// Any moment of a message: before all of it was sent, while it is worked on, after its reply.
fn any_end(chance: &mut Chance) -> End {
    match chance.below(4) {
        0 => End::AfterBytes(chance.below(1001)),
        1 => End::AfterReply,
        _ => End::AfterRequest(Duration::from_micros(chance.number() % 12_000)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_loses_nothing_and_gives_no_attempt() {
    let mut chance = Chance::new();
    let mut person = Person::enrolled().await;
    let mut tally = Tally::default();
    for _ in 0..count(20, 500) {
        let (by_answers, at) = (chance.below(2) == 1, MESSAGES[chance.below(MESSAGES.len())]);
        let end = any_end(&mut chance);
        tally.add(&mut person, by_answers, at, end.into()).await;
    }
    assert!(tally.violations.is_empty(), "{:#?}", tally.violations);
    let control = control().await;
    say(13, format_args!("{}: {}, seed {}", store(), tally.shown(), chance.seed), control);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_every_named_place_leaves_the_state_before_or_after() {
    let mut person = Person::enrolled().await;
    let mut tally = Tally::default();
    for round in 0..count(1, 10) {
        for (number, (at, place)) in PLACES.into_iter().enumerate() {
            tally.add(&mut person, (number + round) % 2 == 1, at, End::At(place).into()).await;
        }
    }
    assert!(tally.violations.is_empty(), "{:#?}", tally.violations);
    let control = control().await;
    say(13, format_args!("{}: at {} named places, {}", store(), PLACES.len(), tally.shown()), control);
}

/// PostgreSQL can end a connection under the program, as an operator or a fail-over does.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_the_database_ends_at_a_named_place_leaves_the_state_before_or_after() {
    if crate::common::database::server().is_none() {
        return;
    }
    let mut person = Person::enrolled().await;
    let mut tally = Tally::default();
    // In a quick run at every other place: a reconnection takes its time.
    for (number, (at, place)) in PLACES.into_iter().step_by(count(2, 1)).enumerate() {
        tally.add(&mut person, number % 2 == 1, at, End::DisconnectedAt(place).into()).await;
    }
    assert!(tally.violations.is_empty(), "{:#?}", tally.violations);
    say(13, format_args!("PostgreSQL, connections ended at named places: {}", tally.shown()), control().await);
}

/// What became of the control, which is run once for all tests.
async fn control() -> &'static str {
    static DONE: OnceCell<String> = OnceCell::const_new();
    DONE.get_or_init(run_control).await
}

/// The same checks on a program that does things in the wrong order, and on a database that lost an event. Each must be caught.
async fn run_control() -> String {
    let orders = [
        ("a charge after the evaluation", Message::Prove1Wrong, End::At("prove_1.evaluated"), "late charge"),
        ("a reply before the commit", Message::Commit, End::AfterReply, "late commit"),
    ];
    let mut caught = Vec::new();
    for (what, at, end, broken) in orders {
        let mut tally = Tally::default();
        let mut person = Person::enrolled().await;
        tally.add(&mut person, false, at, Kill { end, broken: Some(broken) }).await;
        assert!(!tally.violations.is_empty(), "{what} is not caught");
        caught.push(format!("{what} left {} wrong", tally.violations.len()));
    }
    let person = Person::enrolled().await;
    let mut courier = person.way.courier().await;
    courier.stage.execute("DELETE FROM outbox").await;
    let lost = courier.stage.facts().await.violations().len();
    assert!(lost > 0, "an event that is gone is not missed");
    caught.push(format!("an event that is gone left {lost}"));
    caught.join(", ")
}
