//! The client's half of `repin/1`, straight from the core crate, one message at a time.

use rand_core::{OsRng, RngCore};
use repin_core::answers;
use repin_core::api::*;
use repin_core::channel::{Channel, Place};
use repin_core::credential::*;
use repin_core::secret::{Secret, SecretBytes};
use repin_core::wallet::path;
use repin_core::wire::Wire;
use repin_server::store::Created;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::{Gateway, Host, KSF, ORIGIN, send};
use crate::{PIN, USER};

/// An error as it came: HTTP status, Circle's number, and what was sealed beside them.
#[derive(Debug, PartialEq)]
pub struct Refused {
    pub status: u16,
    pub code: i64,
    pub detail: Option<ErrorDetail>,
}

/// A secret whose registration was begun.
pub type Started = (ClientRegistration, SecretBytes);

/// A run of a challenge.
pub struct Client {
    http: reqwest::Client,
    url: String,
    pub token: String,
    pub channel: Channel,
    pub challenge: String,
    /// Learnt from OPEN.
    pub kind: Option<ChallengeType>,
    pub run: RunId,
    /// Number of the next message.
    pub seq: u32,
    /// The reply to OPEN.
    pub opened: Option<OpenReply>,
    /// Hash of OPEN and its reply.
    pub opening: [u8; 32],
}

impl Client {
    /// A new session and challenge, with the run opened.
    pub async fn open(gateway: &Host, method: &str, path: &str) -> Self {
        let mut client = Self::new(gateway, method, path).await;
        client.say_open().await.unwrap();
        client
    }

    /// A new session and challenge.
    pub async fn new(gateway: &Host, method: &str, path: &str) -> Self {
        let (token, key) = gateway.token(USER).await;
        let challenge = gateway.challenge(method, path, &token).await;
        Self::on(gateway, &token, &key, &challenge)
    }

    /// A new session for a challenge that exists, with the run opened.
    pub async fn reopen(gateway: &Host, challenge: &str) -> Self {
        let (token, key) = gateway.token(USER).await;
        let mut client = Self::on(gateway, &token, &key, challenge);
        client.say_open().await.unwrap();
        client
    }

    /// A run of a challenge that no route of Circle's creates, with the PIN proved.
    pub async fn proved(gateway: &Gateway, kind: ChallengeType) -> Self {
        let inner = &gateway.inner;
        let user = inner.store.user(&inner.app.id, USER).await.unwrap().unwrap();
        let key = Uuid::new_v4().to_string();
        let created =
            inner.create_challenge(&user.id, kind, ("tests", &key, [0; 32]), std::time::Duration::MAX).await.unwrap();
        let Created::New(challenge) = created else { panic!("no challenge") };
        let mut client = Self::reopen(gateway, &challenge.id).await;
        client.prove(PIN).await.unwrap();
        client
    }

    /// A run that has said nothing yet.
    pub fn on(gateway: &Host, token: &str, key: &str, challenge: &str) -> Self {
        let key = Secret::copy_from(&BASE64_STANDARD.decode(key).unwrap()).unwrap();
        Self {
            http: gateway.http.clone(),
            url: gateway.url.clone(),
            token: token.to_owned(),
            channel: Channel::from_session(token.as_bytes(), &key),
            challenge: challenge.to_owned(),
            kind: None,
            run: Uuid::new_v4().into_bytes(),
            seq: 0,
            opened: None,
            opening: [0; 32],
        }
    }

    /// The same run at another gateway.
    pub fn at(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    /// OPEN.
    pub async fn say_open(&mut self) -> Result<(), Refused> {
        let sealed = self.seal(Step::Open, &open_request());
        let (status, body) = self.send(Step::Open, self.seq, &sealed).await;
        self.take_open(&sealed, status, &body)
    }

    /// What the answer to OPEN says, and the hash that binds a proof to it.
    pub fn take_open(&mut self, sealed: &[u8], status: u16, body: &Value) -> Result<(), Refused> {
        let opened: OpenReply = self.read(Step::Open, sealed, status, body)?;
        let reply = BASE64_URL_SAFE_NO_PAD.decode(body["sealed"].as_str().unwrap()).unwrap();
        self.opening = opening_hash(sealed, &reply);
        self.kind = Some(opened.challenge_type);
        self.opened = Some(opened);
        self.seq += 1;
        Ok(())
    }

    /// Says the next message. An answer under seal uses up its number.
    pub async fn say<T: Wire, R: Wire>(&mut self, step: Step, message: &T) -> Result<R, Refused> {
        let sealed = self.seal(step, message);
        let (status, body) = self.send(step, self.seq, &sealed).await;
        let result = self.read(step, &sealed, status, &body);
        if body["sealed"].is_string() {
            self.seq += 1;
        }
        result
    }

    /// PROVE 1 and what the client learns from it: the proof, or `None` when the guess was wrong.
    pub async fn guess(&mut self, secret: &str) -> Result<(Prove1Reply, Option<Proof>), Refused> {
        let secret = SecretBytes::new(secret.as_bytes().to_vec());
        let (login, ke1) = ClientLogin::start(&secret, &mut OsRng).unwrap();
        let kind = self.kind.unwrap().proves().unwrap();
        let reply: Prove1Reply = self.say(Step::Prove1, &Prove1Request { kind, ke1 }).await?;
        let context = proof_context(&self.challenge, &self.run, &self.opening);
        let ksf = self.opened.as_ref().and_then(|opened| opened.prove_ksf).unwrap_or(KSF);
        let proof = login.finish(&secret, &reply.ke2, &context, ksf, &mut OsRng);
        Ok((reply, proof.ok()))
    }

    /// PROVE 2, and the ratchet.
    pub async fn confirm(&mut self, proof: &Proof) -> Result<Prove2Reply, Refused> {
        let request = Prove2Request { ke3: proof.ke3.clone() };
        let ratcheted = self.channel.ratchet(&proof.session_key);
        let sealed = self.seal(Step::Prove2, &request);
        let (status, body) = self.send(Step::Prove2, self.seq, &sealed).await;
        if status == 200 {
            self.channel = ratcheted;
        }
        let result = self.read(Step::Prove2, &sealed, status, &body);
        self.seq += 1;
        result
    }

    /// PROVE, from the secret to the ratchet.
    pub async fn prove(&mut self, secret: &str) -> Result<Prove2Reply, Refused> {
        let (_, proof) = self.guess(secret).await?;
        self.confirm(&proof.expect("the right secret")).await
    }

    /// REGISTER, and the COMMIT that follows from it: one secret for each credential that is replaced.
    pub async fn register(&mut self, secrets: &[&str]) -> Result<CommitRequest, Refused> {
        let (started, request) = self.start_registration(secrets);
        let reply = self.say(Step::Register, &request).await?;
        Ok(self.finish_registration(started, reply))
    }

    /// What REGISTER says, and what is kept until its reply.
    pub fn start_registration(&self, secrets: &[&str]) -> (Vec<Started>, RegisterRequest) {
        let start = |(kind, secret): (&CredentialKind, &&str)| {
            let secret = SecretBytes::new(secret.as_bytes().to_vec());
            let (state, request) = ClientRegistration::start(&secret, &mut OsRng).unwrap();
            ((state, secret), Registration { kind: *kind, request })
        };
        let (started, registrations) = self.kind.unwrap().replaces().iter().zip(secrets).map(start).unzip();
        (started, RegisterRequest { registrations })
    }

    /// The COMMIT that follows from REGISTER's reply.
    pub fn finish_registration(&self, started: Vec<Started>, reply: RegisterReply) -> CommitRequest {
        let ksf = self.opened.as_ref().map_or(KSF, |opened| opened.register_ksf);
        let credentials = started.into_iter().zip(reply.evaluations).map(|((state, secret), evaluation)| {
            let (record, _export_key) = state.finish(&secret, &evaluation.response, ksf, &mut OsRng).unwrap();
            let mut wrap = vec![0; 72];
            OsRng.fill_bytes(&mut wrap);
            NewCredential { kind: evaluation.kind, credential_id: evaluation.credential_id, record, wrap, ksf }
        });
        let sets_answers = self.kind.unwrap().replaces().contains(&CredentialKind::Answers);
        CommitRequest {
            credentials: credentials.collect(),
            questions: if sets_answers { questions() } else { Vec::new() },
            answer_rule: if sets_answers { answers::RULE } else { 0 },
        }
    }

    /// REGISTER and COMMIT.
    pub async fn replace(&mut self, secrets: &[&str]) -> Result<CommitReply, Refused> {
        let commit = self.register(secrets).await?;
        self.say(Step::Commit, &commit).await
    }

    /// A message in its place, sealed.
    pub fn seal<T: Wire>(&self, step: Step, message: &T) -> Vec<u8> {
        self.seal_bytes(step, &encode(message))
    }

    /// Any plaintext in its place, sealed.
    pub fn seal_bytes(&self, step: Step, plaintext: &SecretBytes) -> Vec<u8> {
        self.channel.seal_request(&self.place(step, self.seq), plaintext, &mut OsRng)
    }

    /// Sends sealed bytes as they are.
    pub async fn send(&self, step: Step, seq: u32, sealed: &[u8]) -> (u16, Value) {
        self.send_body(self.envelope(step, seq, sealed).to_string()).await
    }

    /// Sends any body.
    pub async fn send_body(&self, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let url = format!("{}/v1/repin/challenges/{}/messages", self.url, self.challenge);
        let request = self.http.post(url).header("X-User-Token", &self.token);
        send(request.header("Content-Type", "application/json").body(body)).await
    }

    /// The envelope around sealed bytes.
    pub fn envelope(&self, step: Step, seq: u32, sealed: &[u8]) -> Value {
        let sealed = BASE64_URL_SAFE_NO_PAD.encode(sealed);
        json!({"v": 1, "run": Uuid::from_bytes(self.run).to_string(), "seq": seq, "step": step.name(), "sealed": sealed})
    }

    /// Reads the answer to a sealed request that was the run's next.
    pub fn read<R: Wire>(&self, step: Step, request: &[u8], status: u16, body: &Value) -> Result<R, Refused> {
        let opened = body["sealed"].as_str().map(|sealed| {
            let sealed = BASE64_URL_SAFE_NO_PAD.decode(sealed).unwrap();
            let place = self.place(step, self.seq);
            let opened = match status {
                200 => self.channel.open_reply(&place, request, &sealed),
                _ => self.channel.open_refusal(&place, request, &sealed),
            };
            opened.expect("a reply that opens")
        });
        if status == 200 {
            assert_eq!(body["step"], step.name());
            return Ok(decode(opened.unwrap().expose_secret()).unwrap());
        }
        let detail: Option<ErrorDetail> = opened.map(|plaintext| decode(plaintext.expose_secret()).unwrap());
        let code = body["code"].as_i64().unwrap();
        assert!(detail.as_ref().is_none_or(|detail| i64::from(detail.code) == code), "{detail:?} {code}");
        Err(Refused { status, code, detail })
    }

    fn place(&self, step: Step, seq: u32) -> Place<'_> {
        let challenge_type = if step == Step::Open { None } else { self.kind };
        Place { challenge_id: &self.challenge, challenge_type, step, run: self.run, seq }
    }
}

/// What OPEN says.
pub fn open_request() -> OpenRequest {
    OpenRequest { app_id: None, origin: ORIGIN.into(), client: "tests".into() }
}

/// A wallet of random shares, with addresses that have the form of some.
pub fn wallet() -> CreateWalletRequest {
    let random = |length| {
        let mut bytes = vec![0; length];
        OsRng.fill_bytes(&mut bytes);
        bytes
    };
    let address = |chain, address: &str| Address { chain, address: address.into(), path: path(chain).into() };
    CreateWalletRequest {
        wallet_id: random(16),
        user_share: random(72),
        gateway_share: SecretBytes::new(random(32)),
        addresses: vec![
            address(Chain::Ethereum, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
            address(Chain::Solana, "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"),
        ],
    }
}

/// Questions that a leak of the database must not show.
pub fn questions() -> Vec<Question> {
    let question = |id: &str, text: &str, kind, hint: Option<&str>| Question {
        id: id.into(),
        text: text.into(),
        kind,
        hint: hint.map(Into::into),
    };
    vec![
        question(
            "first_school",
            "Which school did you go to first?",
            QuestionKind::Text,
            Some("the one with a red gate"),
        ),
        question("father_birthday", "When is your father's birthday?", QuestionKind::Date, None),
    ]
}

/// The status and code of a refusal.
pub fn code<T>(result: Result<T, Refused>) -> (u16, i64) {
    let refused = result.err().expect("a refusal");
    (refused.status, refused.code)
}
