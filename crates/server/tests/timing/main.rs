//! What the gateway's time tells: whether a guess was right, or how much of a secret was. A measurement and not a test: it
//! wants a quiet machine and takes minutes. It says what it found, and fails when that is more than chance.
//!
//!     REPIN_EVIDENCE=long cargo test --release -p repin-server --test timing -- --nocapture --test-threads 1
//!
//! Wrong and right guesses come in random order and are compared by a two-sample Kolmogorov–Smirnov test; comparisons of
//! secrets by Welch's t, as `dudect` does it (Reparaz, Balasch, Verbauwhede 2017). Each has a control that must be seen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../protocol/client.rs"]
#[allow(dead_code)] // the tests use all of it
mod client;
#[path = "../common/mod.rs"]
mod common;

mod statistics;

use std::hint::{black_box, spin_loop};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use rand_core::OsRng;
use repin_core::api::{CredentialKind, Prove1Request, Step};
use repin_core::credential::{
    ClientLogin, ClientRegistration, ServerSetup, evaluate_guess, evaluate_registration, verify_proof,
};
use repin_core::secret::SecretBytes;
use repin_server::ApiKey;
use tower::ServiceExt;

use client::Client;
use common::evidence::{self, count, grouped};
use common::numbers::Numbers;
use common::{Gateway, KSF};
use statistics::{ks, welch};

const USER: &str = "user-0001";
const PIN: &str = "493817";
/// What the control adds to a wrong guess: two hundredths of a guess.
const LEAK: Duration = Duration::from_micros(100);
/// Below it two samples are taken to be of two kinds; chance alone gets there once in a hundred runs.
const CHANCE: f64 = 0.01;
/// Beyond it `dudect` takes a comparison to leak.
const LEAKS: f64 = 4.5;

/// From the router's front to the sealed reply.
#[tokio::test]
async fn wrong_and_right_guesses_are_timed_after_the_charge() {
    let gateway = Gateway::start().await;
    gateway.create_user(USER).await;
    let mut client = Client::open(&gateway, "POST", "/user/initialize").await;
    client.replace(&[PIN, "answers"]).await.unwrap();
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    let app = repin_server::app(gateway.inner.clone());
    let requests = count(2_000, 20_000);
    let mut numbers = Numbers::new(27);
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..requests {
        let right = numbers.below(2);
        let secret = SecretBytes::new(if right == 1 { PIN } else { "493818" }.as_bytes().to_vec());
        let (_, ke1) = ClientLogin::start(&secret, &mut OsRng).unwrap();
        let sealed = client.seal(Step::Prove1, &Prove1Request { kind: CredentialKind::Pin, ke1 });
        let body = client.envelope(Step::Prove1, client.seq, &sealed).to_string();
        let path = format!("/v1/repin/challenges/{}/messages", client.challenge);
        let request = Request::post(path).header("X-User-Token", &client.token).body(Body::from(body)).unwrap();
        let started = Instant::now();
        let response = app.clone().oneshot(request).await.unwrap();
        times[right].push(started.elapsed().as_secs_f64());
        assert_eq!(response.status(), 200);
        client.seq += 1;
        // The next one shall be charged as this one was.
        gateway.execute("UPDATE credentials SET failed = 0, consecutive = 0, locked_until = NULL").await;
    }
    let [wrong, right] = &times;
    let p = ks(wrong, right);
    let leaking: Vec<f64> = wrong.iter().map(|time| time + LEAK.as_secs_f64()).collect();
    let control = ks(&leaking, right);
    evidence::say(
        27,
        format_args!("{} wrong and right guesses after the charge: Kolmogorov–Smirnov p = {p:.3}", grouped(requests)),
        format_args!("with {} µs more for a wrong one p = {control:.3}", LEAK.as_micros()),
    );
    assert!(p > CHANCE, "wrong and right guesses differ in time");
    assert!(control < CHANCE, "the machine is too busy to see {LEAK:?}");
}

/// Times of two kinds of call in random order, a batch each.
fn measure(measurements: usize, batch: usize, calls: [&dyn Fn(); 2]) -> f64 {
    let mut numbers = Numbers::new(4);
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..measurements {
        let which = numbers.below(2);
        let started = Instant::now();
        for _ in 0..batch {
            calls[which]();
        }
        times[which].push(started.elapsed().as_secs_f64());
    }
    welch(&times[0], &times[1])
}

/// API keys, and the proof of a guess: equal, or different from the first byte on, or in the last.
#[test]
fn comparisons_of_secrets_are_timed() {
    let key = |text: &str| ApiKey::parse(text).unwrap();
    let (known, same, other) = (key("TEST_API_KEY:a:b"), key("TEST_API_KEY:a:b"), key("TEST_API_KEY:a:c"));
    let keys = measure(
        count(20_000, 200_000),
        200,
        [&|| _ = black_box(known.matches(&same)), &|| _ = black_box(known.matches(&other))],
    );

    let (state, ke3) = proof();
    let flipped = |at: usize| {
        let mut ke3 = ke3.clone();
        ke3[at] ^= 1;
        ke3
    };
    let (first, last) = (flipped(0), flipped(63));
    let verify = |ke3: &[u8]| _ = black_box(verify_proof(&state, ke3).is_ok());
    let proofs = measure(count(10_000, 100_000), 1, [&|| verify(&first), &|| verify(&last)]);

    // The control: a comparison that stops at the first difference.
    let early = |one: &[u8; 32], other: &[u8; 32]| {
        for (a, b) in one.iter().zip(other) {
            if a != b {
                return false;
            }
            spin_loop();
        }
        true
    };
    let [one, unlike] = [known.hash(), other.hash()];
    let control = measure(
        20_000,
        200,
        [&|| _ = black_box(early(one, black_box(one))), &|| _ = black_box(early(one, black_box(unlike)))],
    );
    evidence::say(
        27,
        format_args!(
            "API keys, equal and different: |t| = {:.2}; KE3, wrong in its first and its last byte: |t| = {:.2}",
            keys.abs(),
            proofs.abs()
        ),
        format_args!("a comparison that stops at the first difference: |t| = {:.0}", control.abs()),
    );
    assert!(keys.abs() < LEAKS && proofs.abs() < LEAKS, "a comparison tells where it stopped");
    assert!(control.abs() > LEAKS, "the machine is too busy to see a comparison that stops");
}

/// The gateway's state between KE1 and KE3, and the right KE3.
fn proof() -> (SecretBytes, Vec<u8>) {
    let setup = ServerSetup::new(&mut OsRng);
    let pin = SecretBytes::new(PIN.as_bytes().to_vec());
    let (state, request) = ClientRegistration::start(&pin, &mut OsRng).unwrap();
    let response = evaluate_registration(&setup, b"id", &request).unwrap();
    let (record, _) = state.finish(&pin, &response, KSF, &mut OsRng).unwrap();
    let (login, ke1) = ClientLogin::start(&pin, &mut OsRng).unwrap();
    let (ke2, state) = evaluate_guess(&setup, b"id", &record, &ke1, b"run", &mut OsRng).unwrap();
    (state, login.finish(&pin, &ke2, b"run", KSF, &mut OsRng).unwrap().ke3)
}
