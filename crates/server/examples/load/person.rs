//! One person at the widget, as far as the gateway can tell: the client's half of `repin/1`, with next to no stretching.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialResponse, RegistrationResponse,
};
use rand_core::{OsRng, RngCore};
use repin_core::answers;
use repin_core::api::*;
use repin_core::channel::{Channel, Place};
use repin_core::credential::{KeyStretching, Suite, opening_hash, proof_context};
use repin_core::secret::{Secret, SecretBytes};
use repin_core::wire::Wire;
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::database::{API_KEY, Gateway, ORIGIN};

/// What everybody answers.
pub const ANSWERS: &[u8] = b"answers";
/// Costs next to nothing. What the record says of its cost is what the gateway asks for; only a client ever uses it.
const CHEAP: KsfParams = KsfParams { m_kib: 8, t: 1, p: 1 };

/// How long each message took, from the request's first byte to the reply's last.
pub type Times = Vec<(Step, Duration)>;

/// Somebody with a session and a challenge, and the run they opened.
pub struct Person<'a> {
    gateway: &'a Gateway,
    token: String,
    channel: Channel,
    challenge: String,
    run: RunId,
    seq: u32,
    opening: [u8; 32],
    opened: Option<OpenReply>,
    /// The last refusal: step, status and body.
    refused: String,
    pub times: Times,
}

/// How often the same message is sent again that was answered 429 or 503, as the widget and backends do.
const AGAIN: usize = 10;

impl<'a> Person<'a> {
    /// Their backend's part: a session, and a challenge by this call. `None` when the call was refused, as for somebody locked out.
    pub async fn arrive(gateway: &'a Gateway, user: &str, method: reqwest::Method, path: &str) -> Option<Person<'a>> {
        let session = rest(gateway, reqwest::Method::POST, "/users/token", None, json!({ "userId": user })).await;
        let text = |name: &str| session["data"][name].as_str().expect("a session").to_owned();
        let body = json!({ "idempotencyKey": Uuid::new_v4().to_string(), "blockchains": ["ETH-SEPOLIA"] });
        let made = rest(gateway, method, path, Some(&text("userToken")), body).await;
        let key = Secret::copy_from(&BASE64_STANDARD.decode(text("encryptionKey")).unwrap()).unwrap();
        let challenge = made["data"]["challengeId"].as_str()?.to_owned();
        Some(Person {
            channel: Channel::from_session(text("userToken").as_bytes(), &key),
            token: text("userToken"),
            challenge,
            gateway,
            run: Uuid::new_v4().into_bytes(),
            seq: 0,
            opening: [0; 32],
            opened: None,
            refused: String::new(),
            times: Vec::new(),
        })
    }

    /// OPEN.
    pub async fn open(&mut self) {
        let request = OpenRequest { app_id: None, origin: ORIGIN.into(), client: "load".into() };
        let (sealed, reply) = self.send(Step::Open, &request).await;
        let reply = reply.unwrap_or_else(|| panic!("{}", self.refused));
        self.opening = opening_hash(&sealed, &reply);
        self.opened = Some(self.read(Step::Open, &sealed, &reply));
        self.seq += 1;
    }

    /// PROVE 1 with these answers, and PROVE 2 when they were right. Whether they were; `None` when the gateway refused.
    pub async fn prove(&mut self, answers: &[u8]) -> Option<bool> {
        let started = ClientLogin::<Suite>::start(&mut OsRng, answers).unwrap();
        let request = Prove1Request { kind: CredentialKind::Answers, ke1: started.message.serialize().to_vec() };
        let reply: Prove1Reply = self.say(Step::Prove1, &request).await?;
        let context = proof_context(&self.challenge, &self.run, &self.opening);
        let cost = KeyStretching::from(CHEAP);
        let parameters = ClientLoginFinishParameters::new(Some(&context), Default::default(), Some(&cost));
        let ke2 = CredentialResponse::deserialize(&reply.ke2).unwrap();
        let Ok(proof) = started.state.finish(&mut OsRng, answers, ke2, parameters) else { return Some(false) };
        let ratcheted = self.channel.ratchet(&Secret::copy_from(&proof.session_key).unwrap());
        let request = Prove2Request { ke3: proof.message.serialize().to_vec() };
        let (sealed, reply) = self.send(Step::Prove2, &request).await;
        self.channel = ratcheted;
        let _: Prove2Reply = self.read(Step::Prove2, &sealed, &reply?);
        self.seq += 1;
        Some(true)
    }

    /// REGISTER and COMMIT of a secret for each credential that the challenge replaces.
    pub async fn replace(&mut self, kinds: &[CredentialKind]) {
        let secret = |kind: &CredentialKind| if *kind == CredentialKind::Answers { ANSWERS } else { b"493817" };
        let started: Vec<_> =
            kinds.iter().map(|kind| ClientRegistration::<Suite>::start(&mut OsRng, secret(kind)).unwrap()).collect();
        let registrations = kinds
            .iter()
            .zip(&started)
            .map(|(kind, started)| Registration { kind: *kind, request: started.message.serialize().to_vec() });
        let request = RegisterRequest { registrations: registrations.collect() };
        let reply: RegisterReply = self.must(Step::Register, &request).await;
        let ksf = self.opened.as_ref().unwrap().register_ksf;
        let credentials = started.into_iter().zip(reply.evaluations).map(|(started, evaluation)| {
            let cost = KeyStretching::from(CHEAP);
            let response = RegistrationResponse::deserialize(&evaluation.response).unwrap();
            let parameters = ClientRegistrationFinishParameters::new(Default::default(), Some(&cost));
            let finished = started.state.finish(&mut OsRng, secret(&evaluation.kind), response, parameters).unwrap();
            let mut wrap = vec![0; 72];
            OsRng.fill_bytes(&mut wrap);
            let record = finished.message.serialize().to_vec();
            NewCredential { kind: evaluation.kind, credential_id: evaluation.credential_id, record, wrap, ksf }
        });
        let credentials: Vec<_> = credentials.collect();
        let answers = kinds.contains(&CredentialKind::Answers);
        let questions = if answers { self.questions() } else { Vec::new() };
        let answer_rule = if answers { answers::RULE } else { 0 };
        let request = CommitRequest { credentials, questions, answer_rule };
        let _: CommitReply = self.must(Step::Commit, &request).await;
    }

    /// Bytes that open to nothing, as the next message. The status they are answered with.
    pub async fn send_nonsense(&mut self) -> u16 {
        let mut bytes = vec![0; 512];
        OsRng.fill_bytes(&mut bytes);
        self.post(Step::Prove1, &bytes).await.0
    }

    fn questions(&self) -> Vec<Question> {
        let mut questions = self.opened.as_ref().unwrap().catalogue.clone();
        questions.retain(|question| question.kind == QuestionKind::Text);
        questions.truncate(2);
        questions
    }

    /// What the last refused message was, and its answer.
    pub fn refused(&self) -> &str {
        &self.refused
    }

    /// The next message, which nothing may refuse.
    async fn must<T: Wire, R: Wire>(&mut self, step: Step, message: &T) -> R {
        let reply = self.say(step, message).await;
        reply.unwrap_or_else(|| panic!("{}", self.refused))
    }

    /// The next message, and what it was answered with; `None` when it was refused.
    async fn say<T: Wire, R: Wire>(&mut self, step: Step, message: &T) -> Option<R> {
        let (sealed, reply) = self.send(step, message).await;
        let reply = reply.map(|reply| self.read(step, &sealed, &reply));
        self.seq += 1;
        reply
    }

    async fn send<T: Wire>(&mut self, step: Step, message: &T) -> (Vec<u8>, Option<Vec<u8>>) {
        let sealed = self.channel.seal_request(&self.place(step), &encode(message), &mut OsRng);
        let (status, body) = self.post(step, &sealed).await;
        let reply = body["sealed"].as_str().map(|text| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap());
        if status != 200 {
            self.refused = format!("{} was answered {status} {body}", step.name());
        }
        (sealed, reply.filter(|_| status == 200))
    }

    async fn post(&mut self, step: Step, sealed: &[u8]) -> (u16, Value) {
        let sealed = BASE64_URL_SAFE_NO_PAD.encode(sealed);
        let run = Uuid::from_bytes(self.run).to_string();
        let body = json!({ "v": 1, "run": run, "seq": self.seq, "step": step.name(), "sealed": sealed });
        let url = format!("{}/v1/repin/challenges/{}/messages", self.gateway.url, self.challenge);
        let request = self.gateway.http.post(url).header("X-User-Token", &self.token).header("Origin", ORIGIN);
        // The gateway's log then says of which step it speaks.
        let request = request.header("X-Request-Id", step.name()).json(&body);
        let started = Instant::now();
        let answer = send(self.gateway, request).await;
        let status = answer.status().as_u16();
        let body = answer.json().await.unwrap_or_default();
        self.times.push((step, started.elapsed()));
        (status, body)
    }

    fn read<R: Wire>(&self, step: Step, request: &[u8], reply: &[u8]) -> R {
        let opened: SecretBytes =
            self.channel.open_reply(&self.place(step), request, reply).expect("a reply that opens");
        decode(opened.expose_secret()).unwrap()
    }

    fn place(&self, step: Step) -> Place<'_> {
        let challenge_type = self.opened.as_ref().map(|opened| opened.challenge_type).filter(|_| step != Step::Open);
        Place { challenge_id: &self.challenge, challenge_type, step, run: self.run, seq: self.seq }
    }
}

/// A call of the host's backend.
pub async fn rest(gateway: &Gateway, method: reqwest::Method, path: &str, token: Option<&str>, body: Value) -> Value {
    let url = format!("{}/v1/w3s{path}", gateway.url);
    let mut request = gateway.http.request(method, url).bearer_auth(API_KEY).json(&body);
    if let Some(token) = token {
        request = request.header("X-User-Token", token);
    }
    send(gateway, request).await.json().await.expect("JSON")
}

/// Sends it, and again when the gateway asks for that.
async fn send(gateway: &Gateway, request: reqwest::RequestBuilder) -> reqwest::Response {
    for _ in 0..AGAIN {
        let same = request.try_clone().expect("a body that is there");
        let answer = same.send().await.expect("the gateway answers");
        if ![StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&answer.status()) {
            return answer;
        }
        gateway.again.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    request.send().await.expect("the gateway answers")
}
