//! `repin-1-channel.json`: every derivation, every kind of message, and whole runs, which the code of today must still
//! make, open and continue. The same file is replayed by `tests/independent/channel.test.mjs`.

use core::fmt::Debug;
use rand_core::OsRng;
use repin_core::api::{self, ChallengeType, CredentialKind, KsfParams, RunId, Step};
use repin_core::channel::{Channel, Place, derive_encryption_key, expand, length_prefixed, open_with};
use repin_core::credential::{
    ClientLogin, ClientRegistration, CredentialError, ServerSetup, credential_identifier, evaluate_guess,
    evaluate_registration, is_ke1, is_record, opening_hash, proof_context, unwrap_data_key, verify_proof,
    wrap_data_key,
};
use repin_core::secret::SecretBytes;
use repin_core::wire::{Wire, to_bytes};
use serde_json::Value;

use super::make::{C2S, REFUSAL, S2C, aad};
use crate::common::{Chosen, Tape, bytes, hex, number, secret, secret_bytes, text};
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

fn ksf(given: &Value) -> KsfParams {
    let [m_kib, t, p] = ["m_kib", "t", "p"].map(|field| number(&given["ksf"], field) as u32);
    KsfParams { m_kib, t, p }
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
            let refusal = channel.seal_refusal(&place, &request, &secret_bytes(b"refusal"), &mut OsRng);
            for (sealed, direction, aad) in [
                (&request, "c2s", aad(C2S, &place, None)),
                (&reply, "s2c", aad(S2C, &place, Some(&request))),
                // A refusal has a number of its own, and the key of replies.
                (&refusal, "s2c", aad(REFUSAL, &place, Some(&request))),
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
        let [request, reply, refusal] = ["request", "reply", "refusal"].map(|field| bytes(vector, field));
        let nonces = ["request_nonce", "reply_nonce", "refusal_nonce"].map(|field| bytes(vector, field));
        let mut chosen = Chosen::new(&[&nonces.concat()]);
        assert_eq!(channel.seal_request(&place, &plaintext, &mut chosen), request);
        assert_eq!(channel.seal_reply(&place, &request, &plaintext, &mut chosen), reply);
        assert_eq!(channel.seal_refusal(&place, &request, &plaintext, &mut chosen), refusal);
        assert_eq!(chosen.left(), 0, "a message takes one nonce and nothing else");
        for (key, aad, sealed) in
            [(&c2s, "request_aad", &request), (&s2c, "reply_aad", &reply), (&s2c, "refusal_aad", &refusal)]
        {
            let opened = open_with(key, &bytes(vector, aad), sealed).unwrap();
            assert_eq!(opened.expose_secret(), plaintext.expose_secret());
        }
        assert!(channel.open_reply(&place, &request, &refusal).is_err(), "a refusal grants nothing");
        assert!(channel.open_refusal(&place, &request, &reply).is_err(), "a reply refuses nothing");
    }
}

#[test]
fn wraps_and_contexts_are_bound_to_their_record_and_run() {
    for vector in list(&vectors(), "credentials") {
        let id = bytes(vector, "credential_id").try_into().unwrap();
        let identifier = credential_identifier(text(vector, "app"), text(vector, "user"), kind(vector), &id);
        assert_eq!(hex(&identifier), text(vector, "credential_identifier"));
        let opening = opening_hash(&bytes(vector, "open_request"), &bytes(vector, "open_reply"));
        assert_eq!(hex(&opening), text(vector, "opening"));
        let context = proof_context(text(vector, "challenge_id"), &run_id(vector), &opening);
        assert_eq!(hex(&context), text(vector, "proof_context"));
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

    /// OPEN's hash and OPAQUE's context, from the messages as they are recorded.
    fn check_context(&self, open: &Value) {
        let opening = opening_hash(&bytes(&open["request"], "sealed"), &bytes(&open["reply"], "sealed"));
        assert_eq!(hex(&opening), text(self.vector, "opening"));
        let context = proof_context(text(self.given, "challenge_id"), &run_id(self.vector), &opening);
        assert_eq!(hex(&context), text(self.vector, "context"));
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
        let direction = if types[1] == "error-detail" { REFUSAL } else { S2C };
        assert_eq!([request, reply].map(|side| number(side, "direction")), [C2S, direction].map(u64::from));
        let answer = bytes(reply, "sealed");
        let granted = reply_channel.open_reply(&place, &sealed, &answer);
        let refused = reply_channel.open_refusal(&place, &sealed, &answer);
        assert_eq!([granted.is_ok(), refused.is_ok()], [direction == S2C, direction == REFUSAL]);
        let plaintext = granted.or(refused).unwrap();
        assert_eq!(hex(plaintext.expose_secret()), text(reply, "padded"));
        let mut nonce = Chosen::new(&[&bytes(reply, "nonce")]);
        let again = match direction {
            REFUSAL => reply_channel.seal_refusal(&place, &sealed, &plaintext, &mut nonce),
            _ => reply_channel.seal_reply(&place, &sealed, &plaintext, &mut nonce),
        };
        assert_eq!(again, answer);
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
    run.check_context(open);
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
    run.check_context(open);
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
    let ksf = ksf(given);
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

/// The recorded person again, between KE1 and KE2: the secret, and the client's state from its recorded draws.
fn login_of_then(given: &Value) -> (SecretBytes, ClientLogin, Vec<u8>) {
    let answers = secret_bytes(&bytes(given, "password"));
    let (login, ke1) = ClientLogin::start(&answers, &mut Tape::new("repin/1 vectors: restore login start")).unwrap();
    (answers, login, ke1)
}

/// Whoever knows `encryptionKey` can change what OPEN said, but gets no proof from a client that heard it.
#[test]
fn a_proof_holds_for_what_both_ends_said_at_open_and_for_nothing_else() {
    let vectors = vectors();
    let run = &vectors["runs"][0];
    let (given, steps) = (&run["given"], list(run, "steps"));
    let ke2 = bytes(&steps[1]["reply"]["message"][0], "h");
    let [request, reply] = ["request", "reply"].map(|side| bytes(&steps[0][side], "sealed"));
    let prove = |request: &[u8], reply: &[u8]| {
        let (answers, login, ke1) = login_of_then(given);
        assert_eq!(ke1, bytes(&steps[1]["request"]["message"][1], "h"));
        let opening = opening_hash(request, reply);
        let context = proof_context(text(given, "challenge_id"), &run_id(run), &opening);
        login.finish(&answers, &ke2, &context, ksf(given), &mut OsRng)
    };
    assert_eq!(prove(&request, &reply).unwrap().ke3, bytes(&steps[2]["request"]["message"][0], "h"), "the control");
    let flipped = |sealed: &[u8]| {
        let mut sealed = sealed.to_vec();
        sealed[40] ^= 1;
        sealed
    };
    for (name, request, reply) in [
        ("another request", flipped(&request), reply.clone()),
        ("another reply", request.clone(), flipped(&reply)),
        ("the two exchanged", reply.clone(), request.clone()),
        ("a byte of the reply counted to the request", [&request, &reply[..1]].concat(), reply[1..].to_vec()),
    ] {
        assert!(prove(&request, &reply).is_err(), "{name}");
    }
}

/// The lengths are the protocol's. opaque-ke alone would let bytes at the end pass unread.
#[test]
fn a_byte_more_or_less_is_refused_in_every_message_of_opaque() {
    /// One byte less, the message itself, one and 32 bytes more; whether it is taken, and if not, with which error.
    fn check(name: &str, message: &[u8], take: impl Fn(&[u8]) -> Result<(), CredentialError>) {
        let more = |count| [message, &vec![0; count]].concat();
        assert_eq!(take(message), Ok(()), "the control: {name}");
        for bad in [&message[..message.len() - 1], &more(1), &more(32)] {
            assert_eq!(take(bad), Err(CredentialError::InvalidMessage), "{name} of {} bytes", bad.len());
        }
    }
    let vectors = vectors();
    let run = &vectors["runs"][0];
    let (given, after, steps) = (&run["given"], &run["after"], list(run, "steps"));
    let setup = ServerSetup::deserialize(&bytes(given, "server_setup")).unwrap();
    let [identifier, record] = ["credential_identifier", "record"].map(|field| bytes(given, field));
    let context = bytes(run, "context");
    let ke1 = bytes(&steps[1]["request"]["message"][1], "h");
    let ke2 = bytes(&steps[1]["reply"]["message"][0], "h");
    let ke3 = bytes(&steps[2]["request"]["message"][0], "h");
    let request = bytes(&steps[3]["request"]["message"][0][0][1], "h");
    let response = bytes(&steps[3]["reply"]["message"][0][0][2], "h");

    let guess =
        |record: &[u8], ke1: &[u8]| evaluate_guess(&setup, &identifier, record, ke1, &context, &mut OsRng).map(|_| ());
    let is = |yes: bool| yes.then_some(()).ok_or(CredentialError::InvalidMessage);
    check("KE1", &ke1, |ke1| guess(&record, ke1));
    check("KE1, looked at", &ke1, |ke1| is(is_ke1(ke1)));
    check("KE2", &ke2, |ke2| {
        let (answers, login, _) = login_of_then(given);
        login.finish(&answers, ke2, &context, ksf(given), &mut OsRng).map(|_| ())
    });
    let state = secret_bytes(&bytes(&run["proof"], "state"));
    check("KE3", &ke3, |ke3| verify_proof(&state, ke3).map(|_| ()));
    check("a registration's request", &request, |request| {
        evaluate_registration(&setup, &identifier, request).map(|_| ())
    });
    check("a registration's response", &response, |response| {
        let pin = secret_bytes(text(after, "pin").as_bytes());
        let (registration, _) = ClientRegistration::start(&pin, &mut OsRng).unwrap();
        registration.finish(&pin, response, ksf(given), &mut OsRng).map(|_| ())
    });
    check("a record", &record, |record| guess(record, &ke1));
    check("a record, looked at", &record, |record| is(is_record(record)));
}
