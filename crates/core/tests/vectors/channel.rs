//! `repin-1-channel.json`: every derivation, every kind of message, and whole runs, which the code of today must still
//! make, open and continue. The same file is replayed by `tests/independent/channel.test.mjs`.

use core::fmt::Debug;
use rand_core::OsRng;
use repin_core::api::{self, ChallengeType, CredentialKind, KsfParams, RunId, Step};
use repin_core::channel::{Channel, Place, derive_encryption_key, expand, length_prefixed, open_with};
use repin_core::credential::{
    ClientLogin, CredentialError, ServerSetup, credential_identifier, evaluate_guess, is_record, proof_context,
    unwrap_data_key, verify_proof, wrap_data_key,
};
use repin_core::wire::{Wire, to_bytes};
use serde_json::Value;

use crate::common::{Chosen, bytes, hex, number, secret, secret_bytes, text};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/repin-1-channel.json")).unwrap()
}

fn list<'a>(vector: &'a Value, field: &str) -> &'a [Value] {
    vector[field].as_array().unwrap_or_else(|| panic!("no list `{field}`"))
}

fn run_id(vector: &Value) -> RunId {
    bytes(vector, "run").try_into().unwrap()
}

fn kind(vector: &Value) -> CredentialKind {
    if number(vector, "kind") == 1 { CredentialKind::Pin } else { CredentialKind::Answers }
}

fn challenge_type(number: u64) -> Option<ChallengeType> {
    number.checked_sub(1).map(|at| ChallengeType::ALL[at as usize])
}

#[test]
fn the_code_of_today_still_makes_the_whole_file() {
    let mut differences = Vec::new();
    compare("", &vectors(), &super::make::make(), &mut differences);
    assert!(differences.is_empty(), "{differences:#?}");
}

/// The places where two values differ; the values themselves are long.
fn compare(at: &str, recorded: &Value, made: &Value, differences: &mut Vec<String>) {
    match (recorded, made) {
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            one.iter().for_each(|(key, value)| compare(&format!("{at}/{key}"), value, &other[key], differences));
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.for_each(|(i, (one, other))| compare(&format!("{at}/{i}"), one, other, differences));
        }
        (one, other) if one == other => {}
        _ => differences.push(at.into()),
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[ignore = "makes the vectors; formats are forever"]
fn make_the_file_if_there_is_none() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/repin-1-channel.json");
    // The tests include the file, so it is there; empty it is when there are no vectors yet.
    assert_eq!(std::fs::metadata(path).unwrap().len(), 0, "formats are forever");
    std::fs::write(path, serde_json::to_string_pretty(&super::make::make()).unwrap() + "\n").unwrap();
}

#[test]
fn encryption_keys_come_from_master_token_app_and_user() {
    let vectors = vectors();
    let keys = list(&vectors, "encryption_keys");
    for vector in keys {
        let (jti, app, subject) = (text(vector, "jti"), text(vector, "app"), text(vector, "sub"));
        let key = derive_encryption_key(&secret(&bytes(vector, "master")), jti, app, subject);
        assert_eq!(hex(key.expose_secret()), text(vector, "encryption_key"));
        assert_eq!(hex(&length_prefixed(app.as_bytes())), text(vector, "lp_app"));
        assert_eq!(hex(&length_prefixed(subject.as_bytes())), text(vector, "lp_sub"));
    }
    assert_ne!(keys[1]["encryption_key"], keys[2]["encryption_key"], "\"ab\", \"c\" is not \"a\", \"bc\"");
}

#[test]
fn channel_keys_come_from_the_session_and_the_proof() {
    for vector in list(&vectors(), "channels") {
        let key = secret(&bytes(vector, "encryption_key"));
        let before = Channel::from_session(text(vector, "user_token").as_bytes(), &key);
        let after = before.ratchet(&secret(&bytes(vector, "session_key")));
        let challenge_id = text(vector, "challenge_id");
        let place = Place { challenge_id, challenge_type: None, step: Step::Cancel, run: run_id(vector), seq: 0 };
        for (channel, name) in [(before, "k0"), (after, "k1")] {
            assert_eq!(hex(channel.root().expose_secret()), text(vector, name));
            // That these are the keys in use shows when they open what the channel sealed.
            let request = channel.seal_request(&place, &secret_bytes(b"request"), &mut OsRng);
            let reply = channel.seal_reply(&place, &request, &secret_bytes(b"reply"), &mut OsRng);
            for (sealed, direction, aad) in [
                (&request, "c2s", super::make::aad(&place, None)),
                (&reply, "s2c", super::make::aad(&place, Some(&request))),
            ] {
                let key = secret(&bytes(vector, &format!("{name}_{direction}")));
                assert!(open_with(&key, &aad, sealed).is_ok(), "{name}_{direction}");
            }
        }
    }
}

#[test]
fn a_message_is_bound_to_its_place_by_the_recorded_bytes() {
    let vectors = vectors();
    let session = &vectors["associated_data"];
    let key = secret(&bytes(session, "encryption_key"));
    let channel = Channel::from_session(text(session, "user_token").as_bytes(), &key);
    let (challenge_id, run) = (text(session, "challenge_id"), run_id(session));
    let [c2s, s2c] = ["repin/1 c2s", "repin/1 s2c"]
        .map(|info| expand(channel.root(), &[info.as_bytes(), challenge_id.as_bytes(), &run]));
    for vector in list(session, "places") {
        let place = Place {
            challenge_id,
            challenge_type: challenge_type(number(vector, "challenge_type")),
            step: Step::from_name(text(vector, "step")).unwrap(),
            run,
            seq: number(vector, "seq") as u32,
        };
        let plaintext = secret_bytes(&bytes(vector, "plaintext"));
        let (request, reply) = (bytes(vector, "request"), bytes(vector, "reply"));
        let mut chosen = Chosen::new(&[&bytes(vector, "request_nonce"), &bytes(vector, "reply_nonce")]);
        assert_eq!(channel.seal_request(&place, &plaintext, &mut chosen), request);
        assert_eq!(channel.seal_reply(&place, &request, &plaintext, &mut chosen), reply);
        assert_eq!(chosen.left(), 0, "a message takes one nonce and nothing else");
        for (key, aad, sealed) in [(&c2s, "request_aad", &request), (&s2c, "reply_aad", &reply)] {
            let opened = open_with(key, &bytes(vector, aad), sealed).unwrap();
            assert_eq!(opened.expose_secret(), plaintext.expose_secret());
        }
    }
}

#[test]
fn wraps_and_contexts_are_bound_to_their_record_and_run() {
    for vector in list(&vectors(), "credentials") {
        let id = bytes(vector, "credential_id").try_into().unwrap();
        let identifier = credential_identifier(text(vector, "app"), text(vector, "user"), kind(vector), &id);
        assert_eq!(hex(&identifier), text(vector, "credential_identifier"));
        assert_eq!(hex(&proof_context(text(vector, "challenge_id"), &run_id(vector))), text(vector, "proof_context"));
        let (export_key, data_key) = (secret(&bytes(vector, "export_key")), secret(&bytes(vector, "data_key")));
        let mut chosen = Chosen::new(&[&bytes(vector, "nonce")]);
        let wrap = wrap_data_key(&export_key, kind(vector), &identifier, &data_key, &mut chosen);
        assert_eq!(hex(&wrap), text(vector, "wrap"));
        // The recorded KEK is the one in use: it opens the wrap, bound to the identifier.
        let opened = open_with(&secret(&bytes(vector, "kek")), &identifier, &wrap).unwrap();
        assert_eq!(opened.expose_secret(), data_key.expose_secret());
    }
}

#[test]
fn every_kind_of_message_has_one_encoding() {
    for vector in list(&vectors(), "messages") {
        check_message(text(vector, "type"), vector);
    }
}

/// Decodes as the named type, and as no other that could stand in its place.
fn check_message(name: &str, vector: &Value) {
    fn one<T: Wire + Debug>(padded: &[u8], cbor: &[u8]) {
        let message: T = api::decode(padded).unwrap();
        assert_eq!(to_bytes(&message), cbor);
        assert_eq!(api::encode(&message).expose_secret(), padded);
        assert!(padded.len().is_multiple_of(api::PADDING) && padded.starts_with(cbor));
    }
    let (padded, cbor) = (bytes(vector, "padded"), bytes(vector, "cbor"));
    match name {
        "open-request" => one::<api::OpenRequest>(&padded, &cbor),
        "open-reply" => one::<api::OpenReply>(&padded, &cbor),
        "prove-1-request" => one::<api::Prove1Request>(&padded, &cbor),
        "prove-1-reply" => one::<api::Prove1Reply>(&padded, &cbor),
        "prove-2-request" => one::<api::Prove2Request>(&padded, &cbor),
        "prove-2-reply" => one::<api::Prove2Reply>(&padded, &cbor),
        "register-request" => one::<api::RegisterRequest>(&padded, &cbor),
        "register-reply" => one::<api::RegisterReply>(&padded, &cbor),
        "commit-request" => one::<api::CommitRequest>(&padded, &cbor),
        "commit-reply" => one::<api::CommitReply>(&padded, &cbor),
        "cancel-request" => one::<api::CancelRequest>(&padded, &cbor),
        "cancel-reply" => one::<api::CancelReply>(&padded, &cbor),
        "error-detail" => one::<api::ErrorDetail>(&padded, &cbor),
        other => panic!("no message is called {other}"),
    }
}

/// A recorded run's session: its challenge, its run, and its channel before the ratchet.
struct Run<'a> {
    vector: &'a Value,
    given: &'a Value,
    k0: Channel,
}

impl<'a> Run<'a> {
    fn of(vector: &'a Value) -> Self {
        let given = &vector["given"];
        let master = secret(&bytes(given, "master"));
        let key = derive_encryption_key(&master, text(given, "jti"), text(given, "app"), text(given, "user"));
        assert_eq!(hex(key.expose_secret()), text(given, "encryption_key"));
        Self { vector, given, k0: Channel::from_session(text(given, "user_token").as_bytes(), &key) }
    }

    fn place(&self, step: &Value) -> Place<'a> {
        Place {
            challenge_id: text(self.given, "challenge_id"),
            challenge_type: challenge_type(number(step, "challenge_type")),
            step: Step::from_name(text(step, "step")).unwrap(),
            run: run_id(self.vector),
            seq: number(step, "seq") as u32,
        }
    }

    /// Opens both messages of a step, checks their bytes, and seals them again.
    fn check(&self, step: &Value, request_channel: &Channel, reply_channel: &Channel, types: [&str; 2]) {
        let place = self.place(step);
        let (request, reply) = (&step["request"], &step["reply"]);
        let sealed = bytes(request, "sealed");
        let plaintext = request_channel.open_request(&place, &sealed).unwrap();
        assert_eq!(hex(plaintext.expose_secret()), text(request, "padded"));
        let mut nonce = Chosen::new(&[&bytes(request, "nonce")]);
        assert_eq!(request_channel.seal_request(&place, &plaintext, &mut nonce), sealed);
        let plaintext = reply_channel.open_reply(&place, &sealed, &bytes(reply, "sealed")).unwrap();
        assert_eq!(hex(plaintext.expose_secret()), text(reply, "padded"));
        let mut nonce = Chosen::new(&[&bytes(reply, "nonce")]);
        assert_eq!(reply_channel.seal_reply(&place, &sealed, &plaintext, &mut nonce), bytes(reply, "sealed"));
        for (side, name) in [request, reply].into_iter().zip(types) {
            check_message(name, side);
            assert!(open_with(&secret(&bytes(side, "key")), &bytes(side, "aad"), &bytes(side, "sealed")).is_ok());
        }
    }
}

#[test]
fn a_whole_recovery_opens_message_by_message() {
    let vectors = vectors();
    let run = Run::of(&vectors["runs"][0]);
    let proof = &run.vector["proof"];
    let k1 = run.k0.ratchet(&secret(&bytes(proof, "session_key")));
    assert_eq!(hex(k1.root().expose_secret()), text(proof, "k1"));
    let [open, prove1, prove2, register, commit] = list(run.vector, "steps") else { panic!("five steps") };
    run.check(open, &run.k0, &run.k0, ["open-request", "open-reply"]);
    run.check(prove1, &run.k0, &run.k0, ["prove-1-request", "prove-1-reply"]);
    run.check(prove2, &run.k0, &k1, ["prove-2-request", "prove-2-reply"]);
    run.check(register, &k1, &k1, ["register-request", "register-reply"]);
    run.check(commit, &k1, &k1, ["commit-request", "commit-reply"]);
}

#[test]
fn a_refused_run_opens_message_by_message() {
    let vectors = vectors();
    let run = Run::of(&vectors["runs"][1]);
    let [open, prove1, refused, cancel] = list(run.vector, "steps") else { panic!("four steps") };
    run.check(open, &run.k0, &run.k0, ["open-request", "open-reply"]);
    run.check(prove1, &run.k0, &run.k0, ["prove-1-request", "prove-1-reply"]);
    run.check(refused, &run.k0, &run.k0, ["prove-1-request", "error-detail"]);
    run.check(cancel, &run.k0, &run.k0, ["cancel-request", "cancel-reply"]);
}

/// What makes a record last: other randomness, the code of today, and the secret of then.
#[test]
fn records_of_then_still_let_their_owners_in_and_nobody_else() {
    let vectors = vectors();
    let given = &vectors["runs"][0]["given"];
    let setup = ServerSetup::deserialize(&bytes(given, "server_setup")).unwrap();
    let ksf = &given["ksf"];
    let ksf = ["m_kib", "t", "p"].map(|field| number(ksf, field) as u32);
    let ksf = KsfParams { m_kib: ksf[0], t: ksf[1], p: ksf[2] };
    let prove = |credential: &Value, password: &[u8]| {
        let (identifier, record) = (bytes(credential, "credential_identifier"), bytes(credential, "record"));
        assert!(is_record(&record));
        let password = secret_bytes(password);
        let (login, ke1) = ClientLogin::start(&password, &mut OsRng).unwrap();
        let (ke2, state) = evaluate_guess(&setup, &identifier, &record, &ke1, b"context", &mut OsRng).unwrap();
        let proof = login.finish(&password, &ke2, b"context", ksf, &mut OsRng)?;
        assert_eq!(verify_proof(&state, &proof.ke3).unwrap().expose_secret(), proof.session_key.expose_secret());
        assert_eq!(hex(proof.export_key.expose_secret()), text(credential, "export_key"));
        let wrap = bytes(credential, "wrap");
        Ok(unwrap_data_key(&proof.export_key, kind(credential), &identifier, &wrap).unwrap())
    };
    let after = &vectors["runs"][0]["after"];
    let (answers, pin) = (bytes(given, "password"), text(after, "pin").as_bytes());
    for (credential, password) in [(given, answers.as_slice()), (after, pin)] {
        let data_key = prove(credential, password).unwrap();
        assert_eq!(hex(data_key.expose_secret()), text(given, "data_key"));
    }
    assert_eq!(prove(after, b"493818").err(), Some(CredentialError::WrongSecret));
    assert_eq!(prove(given, pin).err(), Some(CredentialError::WrongSecret));
}

/// The gateway's state between KE1 and KE3, as a node of then sealed it, is finished by a node of now.
#[test]
fn a_proof_that_was_begun_then_is_verified_now() {
    let vectors = vectors();
    let run = &vectors["runs"][0];
    let state = secret_bytes(&bytes(&run["proof"], "state"));
    let ke3 = bytes(&run["steps"][2]["request"]["message"][0], "h");
    let session_key = verify_proof(&state, &ke3).unwrap();
    assert_eq!(hex(session_key.expose_secret()), text(&run["proof"], "session_key"));
    let other = bytes(&run["proof"], "export_key");
    assert_eq!(verify_proof(&state, &other).err(), Some(CredentialError::WrongSecret));
}
