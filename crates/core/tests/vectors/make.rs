//! Everything in `repin-1-channel.json`, computed once more. It was written with this code, before the first release;
//! since then the code is measured by the file and never the other way round. Randomness is a [`Tape`] for each use,
//! labelled `repin/1 vectors: <use>`, so that a change in one place shows in that place.

use repin_core::api::{
    self, Attempts, CancelReply, CancelRequest, ChallengeType, CommitReply, CommitRequest, CredentialKind, ErrorDetail,
    Evaluation, KsfParams, NewCredential, OpenReply, OpenRequest, Prove1Reply, Prove1Request, Prove2Reply,
    Prove2Request, Question, QuestionKind, RegisterReply, RegisterRequest, Registration, RunId, Step,
};
use repin_core::channel::{Channel, Place, derive_encryption_key, expand, length_prefixed};
use repin_core::credential::{
    ClientLogin, ClientRegistration, CredentialId, ServerSetup, credential_identifier, evaluate_guess,
    evaluate_registration, opening_hash, proof_context, unwrap_data_key, verify_proof, wrap_data_key,
};
use repin_core::secret::{Secret, SecretBytes};
use repin_core::wire::{Wire, to_bytes};
use repin_core::{answers, error::Code};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::common::native_unicode::NativeUnicode;
use crate::common::{Chosen, Tape, hex, secret, secret_bytes};

const APP: &str = "0f6f2c8e-6a3b-4f6e-9a55-6f0a8b1c7d21";
const USER: &str = "wallet-user-\u{fc}-7";
const CHALLENGE: &str = "c4d1da72-111e-4d52-bdbf-2e74a2d803d5";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJqdGkiOiJ2ZWN0b3JzIn0.c2lnbmF0dXJl";
/// The least cost that a client accepts, so that replaying the runs takes no time. The usual cost has its own vector.
const KSF: KsfParams = KsfParams { m_kib: 19 * 1024, t: 1, p: 1 };
const NOW: u64 = 1_763_640_000_000;

fn tape(name: &str) -> Tape {
    Tape::new(&format!("repin/1 vectors: {name}"))
}

fn run_id(name: &str) -> RunId {
    let mut run = tape(name).bytes::<16>();
    run[6] = run[6] & 0x0f | 0x40;
    run[8] = run[8] & 0x3f | 0x80;
    run
}

pub fn make() -> Value {
    json!({
        "provenance": "Made by crates/core/tests/vectors/make.rs before the first release and never again; see \
            README.md. Bytes are hexadecimal. Randomness is SHA-256(label || u64 big-endian counter), counter 0, 1, 2 \
            …, joined; the labels begin with \"repin/1 vectors: \".",
        "encryption_keys": encryption_keys(),
        "channels": channels(),
        "associated_data": associated_data(),
        "credentials": credentials(),
        "messages": messages(),
        "runs": [Story::restore_pin(), Story::wrong_answers()],
    })
}

fn encryption_keys() -> Value {
    let one = |name: &str, jti: &str, app: &str, subject: &str| {
        let master = tape(name).bytes::<32>();
        let key = derive_encryption_key(&secret(&master), jti, app, subject);
        json!({
            "master": hex(&master), "jti": jti, "app": app, "sub": subject,
            "lp_app": hex(&length_prefixed(app.as_bytes())), "lp_sub": hex(&length_prefixed(subject.as_bytes())),
            "encryption_key": hex(key.expose_secret()),
        })
    };
    json!([
        one("master 1", "2f9b7e0c-9c55-4a43-8f0e-1f4f9d7f6f10", APP, USER),
        // The same letters, divided otherwise: LP keeps them apart.
        one("master 1", "2f9b7e0c-9c55-4a43-8f0e-1f4f9d7f6f10", "ab", "c"),
        one("master 1", "2f9b7e0c-9c55-4a43-8f0e-1f4f9d7f6f10", "a", "bc"),
        one("master 2", "", "", ""),
        one("master 3", &"j".repeat(80), APP, &"\u{1f9ff}".repeat(200)),
    ])
}

fn channels() -> Value {
    let one = |name: &str, token: &str, challenge: &str| {
        let encryption_key = tape(&format!("{name} encryption key")).bytes::<32>();
        let session_key = tape(&format!("{name} session key")).bytes::<64>();
        let run = run_id(&format!("{name} run"));
        let before = Channel::from_session(token.as_bytes(), &secret(&encryption_key));
        let after = before.ratchet(&secret(&session_key));
        let key = |channel: &Channel, info: &[u8]| hex(direction_key(channel, info, challenge, &run).expose_secret());
        json!({
            "user_token": token, "encryption_key": hex(&encryption_key), "session_key": hex(&session_key),
            "challenge_id": challenge, "run": hex(&run),
            "k0": hex(before.root().expose_secret()),
            "k0_c2s": key(&before, b"repin/1 c2s"), "k0_s2c": key(&before, b"repin/1 s2c"),
            "k1": hex(after.root().expose_secret()),
            "k1_c2s": key(&after, b"repin/1 c2s"), "k1_s2c": key(&after, b"repin/1 s2c"),
        })
    };
    json!([
        one("channel 1", TOKEN, CHALLENGE),
        one("channel 2", "a", "00000000-0000-4000-8000-000000000000"),
        one("channel 3", &"t".repeat(4096), "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF"),
    ])
}

fn direction_key(channel: &Channel, info: &[u8], challenge: &str, run: &RunId) -> Secret<32> {
    expand(channel.root(), &[info, challenge.as_bytes(), run])
}

/// Directions by their numbers in the associated data.
pub const C2S: u8 = 0;
pub const S2C: u8 = 1;
pub const REFUSAL: u8 = 2;

/// Associated data, put together from the text of the protocol and not by the code that is tested. `request` is what a
/// reply or a refusal answers.
pub fn aad(direction: u8, place: &Place, request: Option<&[u8]>) -> Vec<u8> {
    let kind = match place.challenge_type {
        None => 0,
        Some(ChallengeType::Initialize) => 1,
        Some(ChallengeType::SetPin) => 2,
        Some(ChallengeType::SetSecurityQuestions) => 3,
        Some(ChallengeType::ChangePin) => 4,
        Some(ChallengeType::RestorePin) => 5,
        Some(ChallengeType::CreateWallet) => 6,
        Some(ChallengeType::ExportKeys) => 7,
        Some(ChallengeType::SetRecovery) => 8,
        Some(ChallengeType::RestorePinByCode) => 9,
        Some(ChallengeType::RestorePinByBoth) => 10,
        Some(ChallengeType::RecoverWallets) => 11,
    };
    let step = match place.step {
        Step::Open => 1,
        Step::Prove1 => 2,
        Step::Prove2 => 3,
        Step::Register => 4,
        Step::Commit => 5,
        Step::Cancel => 6,
        Step::SendCode => 7,
        Step::SetEmail => 8,
        Step::CreateWallet => 9,
        Step::Export => 10,
        Step::Rotate => 11,
        Step::Rotation => 12,
    };
    let mut aad = b"repin/1\x01".to_vec();
    aad.extend([direction, kind, step]);
    aad.extend(place.seq.to_be_bytes());
    aad.extend(place.run);
    aad.extend([0, 36]);
    aad.extend(place.challenge_id.as_bytes());
    aad.extend(request.map(|request| Sha256::digest(request).to_vec()).unwrap_or_default());
    aad
}

/// Every type and step that there was when the file was written, in all three directions, with one message sealed in
/// each place. Later ones have vectors of their own.
fn associated_data() -> Value {
    let encryption_key = tape("places encryption key").bytes::<32>();
    let channel = Channel::from_session(TOKEN.as_bytes(), &secret(&encryption_key));
    let run = run_id("places run");
    let types = [None].into_iter().chain(ChallengeType::ALL.map(Some).into_iter().take(5));
    let places = types.flat_map(|challenge_type| Step::ALL.into_iter().take(6).map(move |step| (challenge_type, step)));
    let places: Vec<Value> = places
        .enumerate()
        .map(|(at, (challenge_type, step))| {
            // Numbers of every length in bytes.
            let seq = 0x0101_0101_u32.wrapping_mul(at as u32) >> (8 * (at % 4));
            let place = Place { challenge_id: CHALLENGE, challenge_type, step, run, seq };
            let [request_nonce, reply_nonce, refusal_nonce] =
                ["request", "reply", "refusal"].map(|of| tape(&format!("place {at} {of}")).bytes::<24>());
            let plaintext = secret_bytes(format!("place {at}").as_bytes());
            let request = channel.seal_request(&place, &plaintext, &mut Chosen::new(&[&request_nonce]));
            let reply = channel.seal_reply(&place, &request, &plaintext, &mut Chosen::new(&[&reply_nonce]));
            let refusal = channel.seal_refusal(&place, &request, &plaintext, &mut Chosen::new(&[&refusal_nonce]));
            let aad = |direction, request| hex(&aad(direction, &place, request));
            json!({
                "challenge_type": challenge_type.map_or(0, |t| t as u8 + 1), "step": step.name(), "seq": seq,
                "plaintext": hex(plaintext.expose_secret()),
                "request_nonce": hex(&request_nonce), "request_aad": aad(C2S, None), "request": hex(&request),
                "reply_nonce": hex(&reply_nonce), "reply_aad": aad(S2C, Some(&request)), "reply": hex(&reply),
                "refusal_nonce": hex(&refusal_nonce), "refusal_aad": aad(REFUSAL, Some(&request)),
                "refusal": hex(&refusal),
            })
        })
        .collect();
    json!({
        "user_token": TOKEN, "encryption_key": hex(&encryption_key), "challenge_id": CHALLENGE, "run": hex(&run),
        "places": places,
    })
}

fn credentials() -> Value {
    let one = |name: &str, app: &str, user: &str, kind: CredentialKind| {
        let id: CredentialId = tape(&format!("{name} id")).bytes();
        let export_key = tape(&format!("{name} export key")).bytes::<64>();
        let data_key = tape(&format!("{name} data key")).bytes::<32>();
        let nonce = tape(&format!("{name} nonce")).bytes::<24>();
        let identifier = credential_identifier(app, user, kind, &id);
        let mut rng = Chosen::new(&[&nonce]);
        let wrap = wrap_data_key(&secret(&export_key), kind, &identifier, &secret(&data_key), &mut rng);
        let run = run_id(&format!("{name} run"));
        // In place of OPEN's messages.
        let request = tape(&format!("{name} open request")).bytes::<40>();
        let reply = tape(&format!("{name} open reply")).bytes::<41>();
        let opening = opening_hash(&request, &reply);
        json!({
            "app": app, "user": user, "kind": kind.tag(), "credential_id": hex(&id),
            "credential_identifier": hex(&identifier),
            "export_key": hex(&export_key), "kek": hex(&kek(&export_key, kind)),
            "data_key": hex(&data_key), "nonce": hex(&nonce), "wrap": hex(&wrap),
            "challenge_id": CHALLENGE, "run": hex(&run),
            "open_request": hex(&request), "open_reply": hex(&reply), "opening": hex(&opening),
            "proof_context": hex(&proof_context(CHALLENGE, &run, &opening)),
        })
    };
    json!([
        one("credential 1", APP, USER, CredentialKind::Pin),
        one("credential 2", APP, USER, CredentialKind::Answers),
        one("credential 3", "", "", CredentialKind::Pin),
    ])
}

/// The key that a wrap is sealed under, from the text of the protocol.
fn kek(export_key: &[u8; 64], kind: CredentialKind) -> [u8; 32] {
    let mut kek = [0; 32];
    let hkdf = hkdf::Hkdf::<Sha256>::from_prk(export_key).unwrap();
    hkdf.expand_multi_info(&[b"repin/1 kek", &[kind.tag()]], &mut kek).unwrap();
    kek
}

/// Encodings at their edges: options that are absent at the end, in the middle and not at all; numbers of each length;
/// a plaintext that fills its block and one that is a byte too long.
fn messages() -> Value {
    fn one(kind: &str, message: &impl Wire) -> Value {
        let padded = api::encode(message);
        let cbor = to_bytes(message);
        json!({ "type": kind, "message": readable(&cbor), "cbor": hex(&cbor), "padded": hex(padded.expose_secret()) })
    }
    let open =
        |client: &str| OpenRequest { app_id: None, origin: "https://wallet.example".into(), client: client.into() };
    let detail = |code: Code, attempts| ErrorDetail { code: code.number(), attempts, server_time: NOW };
    let question = |hint: Option<&str>| Question {
        id: "q-1".into(),
        text: "\u{bf}D\u{f3}nde? \u{1f9ff}".into(),
        kind: QuestionKind::Text,
        hint: hint.map(Into::into),
    };
    let commit = |questions| CommitRequest { credentials: Vec::new(), questions, answer_rule: 1 };
    json!([
        one("open-request", &open("repin/0.1.0")),
        one("open-request", &OpenRequest { app_id: Some(APP.into()), ..open("") }),
        // 255 bytes of CBOR fill one block with their 0x80; 256 need a second.
        one("open-request", &open(&"c".repeat(228))),
        one("open-request", &open(&"c".repeat(229))),
        one("error-detail", &detail(Code::Unknown, None)),
        one(
            "error-detail",
            &detail(Code::UserPinLocked, Some(Attempts { left: 0, locked_until: Some(NOW + 1_800_000) }))
        ),
        one("error-detail", &detail(Code::IncorrectUserPin, Some(Attempts { left: 2, locked_until: None }))),
        one("commit-request", &commit(vec![question(None), question(Some("hint"))])),
        one("commit-request", &commit(vec![question(Some("")); 24])),
        one("commit-reply", &CommitReply { committed_at: 23 }),
        one("commit-reply", &CommitReply { committed_at: 24 }),
        one("commit-reply", &CommitReply { committed_at: 256 }),
        one("commit-reply", &CommitReply { committed_at: 65_536 }),
        one("commit-reply", &CommitReply { committed_at: u64::from(u32::MAX) + 1 }),
        one("cancel-request", &CancelRequest {}),
        one("cancel-reply", &CancelReply {}),
    ])
}

/// CBOR as JSON that a person can read: bytes are `{"h": "hexadecimal"}`.
fn readable(cbor: &[u8]) -> Value {
    use minicbor::Decoder;
    use minicbor::data::Type;
    fn item(d: &mut Decoder) -> Value {
        match d.datatype().unwrap() {
            Type::Array => {
                let length = d.array().unwrap().unwrap();
                (0..length).map(|_| item(d)).collect()
            }
            Type::Bytes => json!({ "h": hex(d.bytes().unwrap()) }),
            Type::String => json!(d.str().unwrap()),
            Type::Bool => json!(d.bool().unwrap()),
            Type::Null => d.null().map(|()| Value::Null).unwrap(),
            _ => json!(i64::try_from(d.int().unwrap()).unwrap()),
        }
    }
    item(&mut Decoder::new(cbor))
}

/// A run as it is written down.
struct Story {
    name: &'static str,
    run: RunId,
    steps: Vec<Value>,
    /// Of OPEN's two messages.
    opening: [u8; 32],
}

impl Story {
    fn new(name: &'static str) -> Self {
        Self { name, run: run_id(&format!("{name} run")), steps: Vec::new(), opening: [0; 32] }
    }

    fn tape(&self, of: &str) -> Tape {
        tape(&format!("{} {of}", self.name))
    }

    /// One message and its reply.
    fn exchange(&mut self, step: Step, request: (&Channel, &impl Wire), reply: (&Channel, &impl Wire)) {
        self.say(step, request, S2C, reply);
    }

    /// One message and the details of its refusal.
    fn refuse(&mut self, step: Step, request: (&Channel, &impl Wire), detail: (&Channel, &ErrorDetail)) {
        self.say(step, request, REFUSAL, detail);
    }

    fn say(
        &mut self,
        step: Step,
        (request_channel, request): (&Channel, &impl Wire),
        direction: u8,
        (reply_channel, reply): (&Channel, &impl Wire),
    ) {
        let seq = self.steps.len() as u32;
        let challenge_type = (step != Step::Open).then_some(ChallengeType::RestorePin);
        let place = Place { challenge_id: CHALLENGE, challenge_type, step, run: self.run, seq };
        let mut nonces = self.tape(&format!("nonces {seq}"));
        let (request_plain, reply_plain) = (api::encode(request), api::encode(reply));
        let sealed_request = request_channel.seal_request(&place, &request_plain, &mut nonces);
        let sealed_reply = match direction {
            REFUSAL => reply_channel.seal_refusal(&place, &sealed_request, &reply_plain, &mut nonces),
            _ => reply_channel.seal_reply(&place, &sealed_request, &reply_plain, &mut nonces),
        };
        if step == Step::Open {
            self.opening = opening_hash(&sealed_request, &sealed_reply);
        }
        let side =
            |direction: u8, channel: &Channel, cbor: Vec<u8>, plain: &SecretBytes, sealed: &[u8], aad: Vec<u8>| {
                // A refusal is under the key of replies.
                let info: &[u8] = if direction == C2S { b"repin/1 c2s" } else { b"repin/1 s2c" };
                json!({
                    "direction": direction,
                    "message": readable(&cbor), "cbor": hex(&cbor), "padded": hex(plain.expose_secret()),
                    "key": hex(direction_key(channel, info, CHALLENGE, &self.run).expose_secret()),
                    "aad": hex(&aad), "nonce": hex(&sealed[..24]), "sealed": hex(sealed),
                })
            };
        let (request_cbor, reply_cbor) = (to_bytes(request), to_bytes(reply));
        let request_aad = aad(C2S, &place, None);
        let reply_aad = aad(direction, &place, Some(&sealed_request));
        let step = json!({
            "step": step.name(), "seq": seq, "challenge_type": challenge_type.map_or(0, |t| t as u8 + 1),
            "request": side(C2S, request_channel, request_cbor, &request_plain, &sealed_request, request_aad),
            "reply": side(direction, reply_channel, reply_cbor, &reply_plain, &sealed_reply, reply_aad),
        });
        self.steps.push(step);
    }

    /// Someone who forgot the PIN answers the questions and chooses a new one.
    fn restore_pin() -> Value {
        let mut story = Self::new("restore");
        let given = Given::new(story.name);
        story.open(&given, 3);
        let k0 = given.channel();

        let (login, ke1) = ClientLogin::start(&given.password, &mut story.tape("login start")).unwrap();
        let identifier = given.identifier();
        let context = proof_context(CHALLENGE, &story.run, &story.opening);
        let mut rng = story.tape("guess");
        let (ke2, state) = evaluate_guess(&given.setup, &identifier, &given.record, &ke1, &context, &mut rng).unwrap();
        let attempts = Attempts { left: 2, locked_until: None };
        let reply = Prove1Reply { ke2: ke2.clone(), attempts, server_time: NOW + 1 };
        story.exchange(Step::Prove1, (&k0, &Prove1Request { kind: CredentialKind::Answers, ke1 }), (&k0, &reply));

        let mut rng = story.tape("login finish");
        let proof = login.finish(&given.password, &ke2, &context, KSF, &mut rng).unwrap();
        let session_key = verify_proof(&state, &proof.ke3).unwrap();
        let k1 = k0.ratchet(&session_key);
        let reply = Prove2Reply {
            credential_id: given.credential_id.to_vec(),
            wrap: given.wrap.clone(),
            registration_open_until: NOW + 600_000,
            server_time: NOW + 2,
        };
        story.exchange(Step::Prove2, (&k0, &Prove2Request { ke3: proof.ke3.clone() }), (&k1, &reply));
        let kind = CredentialKind::Answers;
        let data_key = unwrap_data_key(&proof.export_key, kind, &identifier, &given.wrap).unwrap();

        let pin = secret_bytes(b"493817");
        let (registration, request) = ClientRegistration::start(&pin, &mut story.tape("registration start")).unwrap();
        let id: CredentialId = story.tape("new credential id").bytes();
        let identifier = credential_identifier(APP, USER, CredentialKind::Pin, &id);
        let response = evaluate_registration(&given.setup, &identifier, &request).unwrap();
        let kind = CredentialKind::Pin;
        let request = RegisterRequest { registrations: vec![Registration { kind, request }] };
        let evaluation = Evaluation { kind, credential_id: id.to_vec(), response: response.clone() };
        story.exchange(Step::Register, (&k1, &request), (&k1, &RegisterReply { evaluations: vec![evaluation] }));

        let mut rng = story.tape("registration finish");
        let (record, export_key) = registration.finish(&pin, &response, KSF, &mut rng).unwrap();
        let wrap = wrap_data_key(&export_key, kind, &identifier, &data_key, &mut story.tape("new wrap"));
        let credential =
            NewCredential { kind, credential_id: id.to_vec(), record: record.clone(), wrap: wrap.clone(), ksf: KSF };
        let request = CommitRequest { credentials: vec![credential], questions: Vec::new(), answer_rule: 0 };
        story.exchange(Step::Commit, (&k1, &request), (&k1, &CommitReply { committed_at: NOW + 4 }));

        json!({
            "about": "RESTORE_PIN to its end", "given": given.written(), "run": hex(&story.run),
            "opening": hex(&story.opening), "context": hex(&context),
            "proof": {
                "state": hex(state.expose_secret()),
                "session_key": hex(session_key.expose_secret()), "export_key": hex(proof.export_key.expose_secret()),
                "k0": hex(k0.root().expose_secret()), "k1": hex(k1.root().expose_secret()),
            },
            "after": {
                "pin": "493817", "kind": 1, "credential_id": hex(&id), "credential_identifier": hex(&identifier),
                "record": hex(&record), "export_key": hex(export_key.expose_secret()), "wrap": hex(&wrap),
            },
            "steps": story.steps,
        })
    }

    /// Someone whose last try is wrong, who is refused the next, and gives up.
    fn wrong_answers() -> Value {
        let mut story = Self::new("wrong");
        let given = Given::new(story.name);
        story.open(&given, 1);
        let k0 = given.channel();

        let kind = CredentialKind::Answers;
        let wrong = answers::join([("q-city", &secret_bytes(b"atlantis"))].into_iter());
        let (_, ke1) = ClientLogin::start(&wrong, &mut story.tape("login start")).unwrap();
        let context = proof_context(CHALLENGE, &story.run, &story.opening);
        let mut rng = story.tape("guess");
        let guess = evaluate_guess(&given.setup, &given.identifier(), &given.record, &ke1, &context, &mut rng);
        let attempts = Attempts { left: 0, locked_until: Some(NOW + 1_800_000) };
        let reply = Prove1Reply { ke2: guess.unwrap().0, attempts, server_time: NOW + 1 };
        story.exchange(Step::Prove1, (&k0, &Prove1Request { kind, ke1 }), (&k0, &reply));

        let (_, ke1) = ClientLogin::start(&wrong, &mut story.tape("second login start")).unwrap();
        let code = Code::SecurityAnswersLocked.number();
        let refusal = ErrorDetail { code, attempts: Some(attempts), server_time: NOW + 2 };
        story.refuse(Step::Prove1, (&k0, &Prove1Request { kind, ke1 }), (&k0, &refusal));
        story.exchange(Step::Cancel, (&k0, &CancelRequest {}), (&k0, &CancelReply {}));
        json!({
            "about": "RESTORE_PIN with a wrong last try, a refusal and CANCEL", "given": given.written(),
            "run": hex(&story.run), "opening": hex(&story.opening), "context": hex(&context),
            "wrong_password": hex(wrong.expose_secret()), "steps": story.steps,
        })
    }

    fn open(&mut self, given: &Given, left: u8) {
        let request = OpenRequest {
            app_id: Some(APP.into()),
            origin: "https://wallet.example".into(),
            client: "repin/0.1.0".into(),
        };
        let reply = OpenReply {
            challenge_type: ChallengeType::RestorePin,
            app_id: APP.into(),
            user_id: USER.into(),
            questions: given.questions.clone(),
            catalogue: Vec::new(),
            required_questions: 0,
            pin_length: 6,
            prove_ksf: Some(KSF),
            register_ksf: KSF,
            attempts: Some(Attempts { left, locked_until: None }),
            answer_rule: answers::RULE,
            session_expires_at: NOW + 3_600_000,
            challenge_expires_at: NOW + 86_400_000,
            server_time: NOW,
            can_recover: true,
        };
        let k0 = given.channel();
        self.exchange(Step::Open, (&k0, &request), (&k0, &reply));
    }
}

/// What stands before a run begins: a session, and a user with answers.
struct Given {
    master: [u8; 32],
    setup: ServerSetup,
    questions: Vec<Question>,
    typed: Vec<&'static str>,
    normal: Vec<SecretBytes>,
    password: SecretBytes,
    data_key: [u8; 32],
    credential_id: CredentialId,
    registration: [Vec<u8>; 2],
    record: Vec<u8>,
    export_key: Secret<64>,
    wrap: Vec<u8>,
}

const JTI: &str = "5f0c3f3e-3a53-4a5c-9d8e-0b6c1f2d7a90";

impl Given {
    fn new(name: &str) -> Self {
        let tape = |of: &str| tape(&format!("{name} {of}"));
        let question = |id: &str, text: &str, kind, hint: Option<&str>| Question {
            id: id.into(),
            text: text.into(),
            kind,
            hint: hint.map(Into::into),
        };
        let questions = vec![
            question("q-city", "In which city were your parents married?", QuestionKind::Text, Some("by the sea")),
            question("q-school", "What was your first school called?", QuestionKind::Text, None),
            question("q-date", "When did you first fly?", QuestionKind::Date, None),
        ];
        let typed = vec!["\u{130}zmir \u{2764}\u{fe0f}", "St. Mary\u{2019}s", "19880327"];
        let normal: Vec<SecretBytes> = questions
            .iter()
            .zip(&typed)
            .map(|(q, typed)| answers::normalise(answers::RULE, q.kind, typed.as_bytes(), &NativeUnicode).unwrap())
            .collect();
        let password = answers::join(questions.iter().map(|q| q.id.as_str()).zip(&normal));

        let setup = ServerSetup::new(&mut tape("setup"));
        let data_key = tape("data key").bytes::<32>();
        let credential_id: CredentialId = tape("credential id").bytes();
        let identifier = credential_identifier(APP, USER, CredentialKind::Answers, &credential_id);
        let (state, request) = ClientRegistration::start(&password, &mut tape("enrolment start")).unwrap();
        let response = evaluate_registration(&setup, &identifier, &request).unwrap();
        let (record, export_key) = state.finish(&password, &response, KSF, &mut tape("enrolment finish")).unwrap();
        let kind = CredentialKind::Answers;
        let wrap = wrap_data_key(&export_key, kind, &identifier, &secret(&data_key), &mut tape("wrap"));
        Self {
            master: tape("master").bytes(),
            setup,
            questions,
            typed,
            normal,
            password,
            data_key,
            credential_id,
            registration: [request, response],
            record,
            export_key,
            wrap,
        }
    }

    fn encryption_key(&self) -> Secret<32> {
        derive_encryption_key(&secret(&self.master), JTI, APP, USER)
    }

    fn channel(&self) -> Channel {
        Channel::from_session(TOKEN.as_bytes(), &self.encryption_key())
    }

    fn identifier(&self) -> Vec<u8> {
        credential_identifier(APP, USER, CredentialKind::Answers, &self.credential_id)
    }

    fn written(&self) -> Value {
        let answers: Vec<Value> = self
            .questions
            .iter()
            .zip(&self.typed)
            .zip(&self.normal)
            .map(|((question, typed), normal)| {
                let kind = question.kind as u8 + 1;
                json!({ "id": question.id, "kind": kind, "typed": typed, "normal": hex(normal.expose_secret()) })
            })
            .collect();
        json!({
            "master": hex(&self.master), "jti": JTI, "app": APP, "user": USER, "user_token": TOKEN,
            "challenge_id": CHALLENGE, "encryption_key": hex(self.encryption_key().expose_secret()),
            "server_setup": hex(&self.setup.serialize()), "ksf": { "m_kib": KSF.m_kib, "t": KSF.t, "p": KSF.p },
            "answers": answers, "password": hex(self.password.expose_secret()),
            "kind": 2, "credential_id": hex(&self.credential_id), "credential_identifier": hex(&self.identifier()),
            "registration_request": hex(&self.registration[0]), "registration_response": hex(&self.registration[1]),
            "record": hex(&self.record), "export_key": hex(self.export_key.expose_secret()),
            "data_key": hex(&self.data_key), "wrap": hex(&self.wrap),
        })
    }
}
