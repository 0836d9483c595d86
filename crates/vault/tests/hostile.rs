//! A gateway that lies, or somebody on the way who knows `encryptionKey`: whatever OPEN and the later replies say, the vault
//! stretches nothing outside the bounds, hangs nowhere and does not panic. Natively, and the same in a browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in the helpers of tests, as in tests

mod common;
#[path = "hostile/steps.rs"]
mod steps;

use std::cell::RefCell;

use common::Numbers;
use common::evidence::{self, count, grouped};
use common::gateway::{Enrolled, Gateway, KSF, PIN, open_reply, session};
use futures_util::{FutureExt, stream};
use opaque_ke::generic_array::GenericArray;
use opaque_ke::generic_array::typenum::U64;
use opaque_ke::ksf::Ksf;
use repin_core::api::*;
use repin_core::credential::KeyStretching;
use repin_core::secret::SecretBytes;
use repin_core::wire;
use repin_vault::flow::{Event, Screen, ViewModel};
use repin_vault::runner;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// A browser's debug build is many times slower; what is tested there is that it behaves the same.
const SHARE: usize = if cfg!(target_arch = "wasm32") { 10 } else { 1 };

/// Edges of the bounds, what makes Argon2id cheap, and what would take a device down.
const M_KIB: [u32; 12] =
    [0, 1, 7, 8, 1024, 19 * 1024 - 1, 19 * 1024, 256 * 1024, 256 * 1024 + 1, 1 << 20, 4 << 20, u32::MAX];
const T: [u32; 6] = [0, 1, 3, 10, 11, u32::MAX];
const P: [u32; 6] = [0, 1, 4, 5, 255, u32::MAX];

/// Heads of CBOR that lead a reader astray: every length, indefinite ones, tags, floats, null, break.
const HEADS: [u8; 24] = [
    0x00, 0x17, 0x18, 0x19, 0x1b, 0x20, 0x3b, 0x40, 0x58, 0x5b, 0x5f, 0x60, 0x7b, 0x7f, 0x80, 0x9b, 0x9f, 0xa0, 0xbb,
    0xc0, 0xf6, 0xf9, 0xfb, 0xff,
];

fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}

/// What a person does who is asked for everything: those events count that fit the screen.
fn person(kind: ChallengeType) -> Vec<Event> {
    let pins = ["730562"; 2].map(|pin| Event::SubmitPin(secret(pin)));
    let proof = match kind.proves() {
        Some(CredentialKind::Pin) => vec![Event::SubmitPin(secret(PIN))],
        Some(CredentialKind::Answers) => vec![Event::SubmitAnswers(vec![secret("springfield"), secret("19880327")])],
        Some(CredentialKind::Code) => vec![Event::SubmitPin(secret("40629174"))],
        None => Vec::new(),
    };
    let choose = |index, answer| Event::SubmitQuestion { index, answer: secret(answer), hint: String::new() };
    let questions = [Event::Continue, choose(0, "springfield"), choose(1, "19880327"), Event::Continue, Event::Agree];
    let mut events = vec![Event::Start(session())];
    events.extend(proof.into_iter().chain(pins).chain(questions));
    // A person gives up in the end; a flow that is over does not hear it.
    events.push(Event::Cancel);
    events
}

/// Lives one flow through: every screen it showed, or `None` if it waits for something that never comes.
fn live(gateway: &Gateway, kind: ChallengeType) -> Option<Vec<ViewModel>> {
    let seen = RefCell::new(Vec::new());
    let show = |view: ViewModel| {
        // As it crosses the worker's boundary.
        assert_eq!(wire::from_bytes::<ViewModel>(&wire::to_bytes(&view)), Ok(view.clone()));
        seen.borrow_mut().push(view);
    };
    // Everything in this process answers at once: what is not over after the first poll never will be.
    runner::run(gateway, stream::iter(person(kind)), show).now_or_never()?;
    Some(seen.into_inner())
}

fn is_done(views: &[ViewModel]) -> bool {
    views.last().is_some_and(|view| matches!(view.screen, Screen::Done { .. }))
}

/// The bounds of `docs/protocol.md`, section 3, once more.
fn is_inside(KsfParams { m_kib, t, p }: KsfParams) -> bool {
    (19_456..=262_144).contains(&m_kib) && (1..=10).contains(&t) && (1..=4).contains(&p)
}

/// Whether a vault that asked no one would have stretched with this cost: only small ones are tried.
fn would_be_stretched(ksf: KsfParams) -> bool {
    let small = ksf.m_kib <= 1024 && ksf.t <= 3 && ksf.p <= 255;
    small && KeyStretching::from(ksf).hash(GenericArray::<u8, U64>::default()).is_ok()
}

/// An OPEN reply that says something it should not.
fn lie_about_open(numbers: &mut Numbers, honest: &[u8], cost: KsfParams) -> Vec<u8> {
    let mut reply: OpenReply = decode(honest).unwrap();
    let odd_number = [0, 1, 3, 4, 12, 13, 127, 128, 255];
    let odd_time = [0, 1, u64::from(u32::MAX), i64::MAX as u64, u64::MAX];
    let question = |text: &str| Question { id: "q".into(), text: text.into(), kind: QuestionKind::Text, hint: None };
    match numbers.below(16) {
        // The costs of what is proved and of what is registered.
        0..=3 => reply.prove_ksf = Some(cost),
        4..=6 => reply.register_ksf = cost,
        7 => (reply.prove_ksf, reply.register_ksf) = (reply.prove_ksf.map(|_| cost), cost),
        8 => reply.questions = vec![question(""); numbers.below(2_500)],
        9 => reply.catalogue = vec![question(""); numbers.below(2_500)],
        10 => reply.questions = vec![question(&"\u{202e}x".repeat(numbers.below(3_000))); 1 + numbers.below(2)],
        11 => (reply.pin_length, reply.required_questions) = (numbers.any(&odd_number), numbers.any(&odd_number)),
        12 => {
            let locked_until = Some(numbers.any(&odd_time)).filter(|time| time % 2 == 1);
            reply.attempts = Some(Attempts { left: numbers.any(&odd_number), locked_until });
        }
        13 => {
            (reply.session_expires_at, reply.server_time) = (numbers.any(&odd_time), numbers.any(&odd_time));
            reply.challenge_expires_at = numbers.any(&odd_time);
        }
        14 => (reply.answer_rule, reply.prove_ksf) = (numbers.any(&odd_number), None),
        _ => reply.challenge_type = numbers.any(&ChallengeType::ALL),
    }
    encode(&reply).expose_secret().to_vec()
}

/// Bytes that are hardly a message at all: wrong types, lengths that lie, deep nesting, noise, another size.
fn spoil(numbers: &mut Numbers, honest: &[u8]) -> Vec<u8> {
    let mut bytes = honest.to_vec();
    let end = bytes.iter().rposition(|byte| *byte == 0x80).unwrap_or_default() + 1;
    match numbers.below(6) {
        0 => bytes = vec![numbers.any(&HEADS); numbers.below(MAX_PLAINTEXT + 2)],
        1 => {
            // Nested as deep as it goes, with the padding's end where it belongs.
            bytes = vec![numbers.any(&[0x81, 0x9f, 0xa1, 0xc1, 0xd8]); MAX_PLAINTEXT];
            *bytes.last_mut().unwrap() = 0x80;
        }
        2 => bytes.truncate(numbers.below(bytes.len())),
        3 => bytes.iter_mut().for_each(|byte| *byte = numbers.next() as u8),
        _ => {
            for _ in 0..1 + numbers.below(4) {
                let at = numbers.below(end);
                match numbers.below(3) {
                    0 => bytes[at] = numbers.any(&HEADS),
                    1 => bytes[at] ^= 1 << numbers.below(8),
                    _ => bytes[at..end].rotate_left(1),
                }
            }
        }
    }
    bytes
}

/// A reply to a later step with other content than was asked for.
fn lie_later(numbers: &mut Numbers, step: Step, honest: Vec<u8>) -> Vec<u8> {
    let garbage = |numbers: &mut Numbers, length: usize| -> Vec<u8> {
        let length = numbers.any(&[length, length, length, 0, length - 1, length + 1, 4_000]);
        let zeros = numbers.below(3) == 0;
        (0..length).map(|_| if zeros { 0 } else { numbers.next() as u8 }).collect()
    };
    let kinds = [CredentialKind::Pin, CredentialKind::Answers];
    let told = match step {
        Step::Prove1 => {
            let attempts = Attempts { left: numbers.any(&[0, 1, 255]), locked_until: None };
            encode(&Prove1Reply { ke2: garbage(numbers, 320), attempts, server_time: u64::MAX })
        }
        Step::Register => {
            let evaluations = (0..numbers.below(5)).map(|_| Evaluation {
                kind: numbers.any(&kinds),
                credential_id: garbage(numbers, 16),
                response: garbage(numbers, 64),
            });
            encode(&RegisterReply { evaluations: evaluations.collect() })
        }
        _ => return honest,
    };
    told.expose_secret().to_vec()
}

/// What the flows of a kind of lie came to.
#[derive(Default)]
struct Tally {
    replies: usize,
    hung: usize,
    panicked: usize,
    /// Secrets that were staked on a cost outside the bounds.
    outside: usize,
    /// And those that were on one inside.
    inside: usize,
    /// Costs outside the bounds that the device was to get warm for.
    warmed: usize,
    /// Lies about costs that Argon2id would have taken, had nobody looked.
    would_be_stretched: usize,
}

impl Tally {
    /// One flow with a gateway that lies at OPEN; within the bounds it goes on only to the guess, to spare the minutes.
    fn open(&mut self, enrolled: &Enrolled, kind: ChallengeType, told: &[u8]) {
        self.replies += 1;
        let gateway = enrolled.lying(kind, |step, honest| match step {
            Step::Open => told.to_vec(),
            Step::Prove1 | Step::Register => Vec::new(),
            _ => honest,
        });
        self.judge(&gateway, kind, decode::<OpenReply>(told).ok());
    }

    fn judge(&mut self, gateway: &Gateway, kind: ChallengeType, told: Option<OpenReply>) {
        let lived = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| live(gateway, kind)));
        match lived {
            Err(_) => self.panicked += 1,
            Ok(None) => self.hung += 1,
            Ok(Some(_)) => {}
        }
        self.warmed += gateway.warmed.borrow().iter().filter(|cost| !is_inside(**cost)).count();
        // A guess is staked by PROVE 1, a new secret by REGISTER; what follows them is stretched.
        let cost = |step| match (step, &told) {
            (Step::Prove1, Some(reply)) => reply.prove_ksf,
            (Step::Register, Some(reply)) => Some(reply.register_ksf),
            _ => None,
        };
        for step in [Step::Prove1, Step::Register] {
            let is_inside = cost(step).is_some_and(is_inside);
            match (gateway.was_asked(step), is_inside) {
                (true, true) => self.inside += 1,
                (true, false) => self.outside += 1,
                (false, _) => self.would_be_stretched += usize::from(cost(step).is_some_and(would_be_stretched)),
            }
        }
    }
}

#[test]
fn whatever_open_says_nothing_is_stretched_outside_the_bounds_and_nothing_hangs_or_panics() {
    let enrolled = Enrolled::make();
    let mut numbers = Numbers::new(20_261_129);
    let mut tally = Tally::default();
    // Every cost there is at the edges, for each of the two secrets.
    for kind in [ChallengeType::ChangePin, ChallengeType::SetPin] {
        for m_kib in M_KIB {
            for (t, p) in T.into_iter().flat_map(|t| P.map(|p| (t, p))) {
                let mut reply = open_reply(kind);
                let ksf = KsfParams { m_kib, t, p };
                match reply.prove_ksf {
                    Some(_) => reply.prove_ksf = Some(ksf),
                    None => reply.register_ksf = ksf,
                }
                tally.open(&enrolled, kind, encode(&reply).expose_secret());
            }
        }
    }
    let edges = tally.replies;
    let wanted = count(1_200, 10_000) / SHARE;
    while tally.replies < wanted {
        let kind = numbers.any(&ChallengeType::ALL);
        let honest = encode(&open_reply(kind));
        let told = match numbers.below(2) {
            0 => {
                let cost = KsfParams { m_kib: numbers.any(&M_KIB), t: numbers.any(&T), p: numbers.any(&P) };
                lie_about_open(&mut numbers, honest.expose_secret(), cost)
            }
            _ => spoil(&mut numbers, honest.expose_secret()),
        };
        tally.open(&enrolled, kind, &told);
    }
    let Tally { replies, hung, panicked, outside, inside, warmed, would_be_stretched } = tally;
    assert_eq!((outside, warmed, hung, panicked), (0, 0, 0, 0));
    assert!(edges == 2 * 12 * 36 && inside > 20 && would_be_stretched > 5, "{edges} {inside} {would_be_stretched}");
    evidence::say(
        7,
        format_args!(
            "{} hostile OPEN replies: {outside} stretched outside the bounds, {hung} hangs, {panicked} panics",
            grouped(replies)
        ),
        format_args!(
            "{} within the bounds went on; Argon2id itself takes {would_be_stretched} of the costs refused",
            grouped(inside)
        ),
    );
}

/// Past OPEN: whatever KE2 and evaluations are. What is committed in the end is so at the cost that OPEN told.
#[test]
fn whatever_later_replies_say_no_other_cost_is_committed_and_nothing_hangs_or_panics() {
    let enrolled = Enrolled::make();
    let mut numbers = Numbers::new(7);
    let mut tally = Tally::default();
    for _ in 0..count(150, 10_000) / SHARE {
        let kind = numbers.any(&[ChallengeType::ChangePin, ChallengeType::SetPin, ChallengeType::Initialize]);
        let numbers = RefCell::new(&mut numbers);
        let gateway = enrolled.lying(kind, |step, honest| {
            let numbers = &mut **numbers.borrow_mut();
            match step {
                Step::Prove1 | Step::Register if numbers.below(2) == 0 => spoil(numbers, &honest),
                Step::Prove1 | Step::Register => lie_later(numbers, step, honest),
                _ => honest,
            }
        });
        tally.replies += 1;
        tally.judge(&gateway, kind, Some(open_reply(kind)));
        assert!(gateway.committed.borrow().iter().all(|cost| *cost == KSF));
    }
    assert_eq!((tally.hung, tally.panicked, tally.outside, tally.warmed), (0, 0, 0, 0));
}

/// The control: told the truth, the same person comes to the end, at the cost that was agreed on.
#[test]
fn an_honest_gateway_is_believed() {
    let enrolled = Enrolled::make();
    for kind in [ChallengeType::ChangePin, ChallengeType::SetPin, ChallengeType::Initialize] {
        let gateway = enrolled.honest(kind);
        let views = live(&gateway, kind).expect("the flow ends");
        assert!(is_done(&views), "{kind:?}: {:?}", views.last());
        assert_eq!(*gateway.committed.borrow(), vec![KSF; kind.replaces().len()]);
        assert_eq!(*gateway.warmed.borrow(), [KSF], "it got warm for that cost, once");
    }
}
