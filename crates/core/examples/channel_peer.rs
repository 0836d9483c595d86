//! The product's end of the channel for an implementation in another language to talk to: one JSON object on each line
//! of standard input, one on each line of standard output. Used by `tests/independent/peer.test.mjs`.
//!
//! `{"op":"seal"|"open", "direction":"c2s"|"s2c"|"refusal", session and place, "request", "plaintext"|"sealed"}` or
//! `{"op":"read", "type", "plaintext"}` or `{"op":"normalise", "text"}`; bytes are hexadecimal. The answer is
//! `{"bytes"}`, or `{"refused":true}`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test's other end: a bad line shall stop it

#[path = "../tests/common/native_unicode.rs"]
mod native_unicode;

use native_unicode::NativeUnicode;
use rand_core::OsRng;
use repin_core::answers;
use repin_core::api::{self, ChallengeType, QuestionKind, Step};
use repin_core::channel::{Channel, Place, derive_encryption_key};
use repin_core::secret::{Secret, SecretBytes};
use repin_core::wire::Wire;
use serde_json::{Value, json};
use std::io::{BufRead, Write};

fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let command: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let answer = match text(&command, "op") {
            "seal" => Some(seal(&command)),
            "open" => open(&command),
            "read" => read(&command),
            "normalise" => normalise(&command),
            other => panic!("no operation is called {other}"),
        };
        let answer = answer.map_or_else(|| json!({ "refused": true }), |bytes| json!({ "bytes": hex(&bytes) }));
        writeln!(out, "{answer}").expect("somebody listens");
        out.flush().expect("somebody listens");
    }
}

fn seal(command: &Value) -> Vec<u8> {
    let (channel, run) = session(command);
    let plaintext = SecretBytes::new(bytes(command, "plaintext"));
    match text(command, "direction") {
        "c2s" => channel.seal_request(&place(command, run), &plaintext, &mut OsRng),
        "s2c" => channel.seal_reply(&place(command, run), &bytes(command, "request"), &plaintext, &mut OsRng),
        "refusal" => channel.seal_refusal(&place(command, run), &bytes(command, "request"), &plaintext, &mut OsRng),
        other => panic!("no direction is called {other}"),
    }
}

fn open(command: &Value) -> Option<Vec<u8>> {
    let (channel, run) = session(command);
    let sealed = bytes(command, "sealed");
    let opened = match text(command, "direction") {
        "c2s" => channel.open_request(&place(command, run), &sealed),
        "s2c" => channel.open_reply(&place(command, run), &bytes(command, "request"), &sealed),
        "refusal" => channel.open_refusal(&place(command, run), &bytes(command, "request"), &sealed),
        other => panic!("no direction is called {other}"),
    };
    opened.ok().map(|plaintext| plaintext.expose_secret().to_vec())
}

/// The channel, from the gateway's master key on, after the ratchet when there is a session key.
fn session(command: &Value) -> (Channel, [u8; 16]) {
    let [jti, app, user] = ["jti", "app", "sub"].map(|field| text(command, field));
    let key = derive_encryption_key(&secret(&bytes(command, "master")), jti, app, user);
    let channel = Channel::from_session(text(command, "user_token").as_bytes(), &key);
    let channel = match command["session_key"].as_str() {
        Some(session_key) => channel.ratchet(&secret(&unhex(session_key))),
        None => channel,
    };
    (channel, bytes(command, "run").try_into().expect("16 bytes"))
}

fn place(command: &Value, run: [u8; 16]) -> Place<'_> {
    let number = |field: &str| command[field].as_u64().expect("a number");
    Place {
        challenge_id: text(command, "challenge_id"),
        challenge_type: number("challenge_type").checked_sub(1).map(|at| ChallengeType::ALL[at as usize]),
        step: Step::from_name(text(command, "step")).expect("a step"),
        run,
        seq: number("seq").try_into().expect("32 bits"),
    }
}

/// Reads a message of the named type and writes it again.
fn read(command: &Value) -> Option<Vec<u8>> {
    fn one<T: Wire>(plaintext: &[u8]) -> Option<Vec<u8>> {
        let message = api::decode::<T>(plaintext).ok()?;
        Some(api::encode(&message).expose_secret().to_vec())
    }
    let plaintext = bytes(command, "plaintext");
    match text(command, "type") {
        "open-request" => one::<api::OpenRequest>(&plaintext),
        "open-reply" => one::<api::OpenReply>(&plaintext),
        "prove-1-request" => one::<api::Prove1Request>(&plaintext),
        "prove-1-reply" => one::<api::Prove1Reply>(&plaintext),
        "prove-2-request" => one::<api::Prove2Request>(&plaintext),
        "prove-2-reply" => one::<api::Prove2Reply>(&plaintext),
        "register-request" => one::<api::RegisterRequest>(&plaintext),
        "register-reply" => one::<api::RegisterReply>(&plaintext),
        "commit-request" => one::<api::CommitRequest>(&plaintext),
        "commit-reply" => one::<api::CommitReply>(&plaintext),
        "cancel-request" => one::<api::CancelRequest>(&plaintext),
        "cancel-reply" => one::<api::CancelReply>(&plaintext),
        "error-detail" => one::<api::ErrorDetail>(&plaintext),
        other => panic!("no message is called {other}"),
    }
}

fn normalise(command: &Value) -> Option<Vec<u8>> {
    let typed = text(command, "text").as_bytes();
    let form = answers::normalise(answers::RULE, QuestionKind::Text, typed, &NativeUnicode);
    form.ok().map(|form| form.expose_secret().to_vec())
}

fn text<'a>(command: &'a Value, field: &str) -> &'a str {
    command[field].as_str().unwrap_or_else(|| panic!("no text `{field}`"))
}

fn bytes(command: &Value, field: &str) -> Vec<u8> {
    unhex(text(command, field))
}

fn secret<const N: usize>(bytes: &[u8]) -> Secret<N> {
    Secret::copy_from(bytes).expect("a key's length")
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(|at| digit(at).expect("hexadecimal")).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
