//! The client half of `repin/1`: one session, its channel, its proof, and the secrets in between. They live and die
//! here. Every step is an exchange; a lost reply is asked for again with the same bytes, which is never a new guess.

mod code;
mod commit;
mod link;
mod prove;
mod rotate;
mod wallet;

use std::pin::Pin;
use std::rc::Rc;

use base64ct::{Base64, Encoding};
use rand_core::RngCore;
use repin_core::api::{
    self, Attempts, CancelReply, CancelRequest, ChallengeType, Envelope, ErrorDetail, KsfParams, OpenReply,
    OpenRequest, RunId, Step, UnixMs,
};
use repin_core::channel::{Channel, Place};
use repin_core::credential::{CredentialError, check_ksf, opening_hash};
use repin_core::error::Code;
use repin_core::secret::{Secret, SecretBytes};
use repin_core::stretching::KeyStretching;
use repin_core::wire::Wire;
use zeroize::{Zeroize, Zeroizing};

use crate::flow::SessionInput;
use crate::platform::{Platform, Request};
pub use commit::NewSecrets;
pub use link::Link;
pub use prove::Proved;
pub use wallet::Exported;

/// The most questions a person is asked.
const MAX_QUESTIONS: u8 = 10;

/// Why a step did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The gateway said no.
    #[error("the gateway refused: {code}")]
    Refused {
        /// Circle's code.
        code: Code,
        /// Set when it is about tries, and came sealed.
        attempts: Option<Attempts>,
        /// The gateway's clock, when it came sealed.
        server_time: Option<UnixMs>,
    },
    /// The guess was wrong and is charged.
    #[error("the secret is wrong")]
    WrongSecret {
        /// What is left.
        attempts: Attempts,
        /// The gateway's clock.
        server_time: UnixMs,
    },
    /// Not enough memory on this device. No guess was spent.
    #[error("not enough memory")]
    OutOfMemory,
    /// The other side does not speak the protocol, or somebody changes messages on the way.
    #[error("the reply is not valid")]
    Protocol,
    /// The shares of a wallet make other keys than those it was made with: a mistake of ours, or an attack. Nothing is given out.
    #[error("the keys are not those of the wallet's addresses")]
    OtherKeys,
    /// The host handed over something that is not a session.
    #[error("the session is not valid: {0}")]
    Input(Code),
}

impl SessionError {
    /// Whether what was proved counts no longer, and proving it once more in a new run may help. Only when the gateway itself said so,
    /// under seal: a code in clear must not make the vault spend another guess.
    fn asks_for_another_proof(&self) -> bool {
        matches!(self, Self::Refused { code: Code::InvalidApproveContent | Code::Conflict, server_time: Some(_), .. })
    }
}

impl From<CredentialError> for SessionError {
    fn from(error: CredentialError) -> Self {
        match error {
            CredentialError::OutOfMemory => Self::OutOfMemory,
            _ => Self::Protocol,
        }
    }
}

/// A session from OPEN to COMMIT.
pub struct Session {
    input: Input,
    channel: Channel,
    run: RunId,
    seq: u32,
    opened: OpenReply,
    /// Of OPEN's request and reply; a proof belongs to them.
    opening: [u8; 32],
    proof: Option<Held>,
    /// Cost of the code that was last sent.
    code_ksf: Option<KsfParams>,
    /// Whether a code was proved in this run. A code is used once, so another run cannot follow unseen.
    code_proved: bool,
    /// Whether COMMIT is done, which has ended the run.
    committed: bool,
}

/// The host's input, checked.
struct Input {
    user_token: SecretBytes,
    encryption_key: Secret<32>,
    challenge_id: String,
    app_id: Option<String>,
    api_base: String,
    origin: String,
}

/// What a proof leaves behind until COMMIT.
struct Held {
    data_key: Secret<32>,
    /// To prove again without asking when the session is renewed or the registration window has closed; nothing for a code.
    secret: Option<Rc<SecretBytes>>,
}

/// A sealed request.
struct Message {
    step: Step,
    seq: u32,
    sealed: Vec<u8>,
}

/// An opened reply, and the bytes it came in.
struct Delivered {
    plaintext: SecretBytes,
    sealed: Vec<u8>,
}

impl Delivered {
    fn read<A: Wire>(&self) -> Result<A, SessionError> {
        // Needed in clear: to be parsed.
        api::decode(self.plaintext.expose_secret()).map_err(|_| SessionError::Protocol)
    }
}

impl Session {
    /// OPEN: checks the host's input and asks the gateway what is to be done.
    ///
    /// # Errors
    /// [`SessionError::Input`] before anything is sent; [`SessionError::Refused`]; [`SessionError::Protocol`].
    pub async fn open(input: SessionInput, platform: &impl Platform, link: &Link) -> Result<Self, SessionError> {
        Self::open_input(check(input)?, platform, link).await
    }

    async fn open_input(input: Input, platform: &impl Platform, link: &Link) -> Result<Self, SessionError> {
        // Needed in clear: the salt of the channel's derivation.
        let channel = Channel::from_session(input.user_token.expose_secret(), &input.encryption_key);
        let mut session = Self {
            run: make_run(platform),
            channel,
            input,
            seq: 0,
            opened: blank(),
            opening: [0; 32],
            proof: None,
            code_ksf: None,
            code_proved: false,
            committed: false,
        };
        let request = OpenRequest {
            app_id: session.input.app_id.clone(),
            origin: session.input.origin.clone(),
            client: concat!("repin/", env!("CARGO_PKG_VERSION")).into(),
        };
        let message = session.seal(Step::Open, &api::encode(&request), platform);
        let reply = session.deliver(&message, &session.channel, platform, link).await?;
        session.opening = opening_hash(&message.sealed, &reply.sealed);
        session.opened = check_opened(reply.read()?)?;
        Ok(session)
    }

    /// What the gateway said at OPEN.
    pub fn opened(&self) -> &OpenReply {
        &self.opened
    }

    /// The same challenge under a fresh token; proves again with what is held, so that the person notices nothing.
    ///
    /// # Errors
    /// As [`Session::open`] and [`Session::prove`]; 155130 when a code was proved, for which another has to be sent. The session is left
    /// as it was.
    pub async fn renew(
        &mut self,
        input: SessionInput,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<(), SessionError> {
        let input = check(input)?;
        if input.challenge_id != self.input.challenge_id {
            return Err(SessionError::Input(Code::InvalidChallengeId));
        }
        if self.code_proved {
            let (attempts, server_time) = (None, None);
            return Err(SessionError::Refused { code: Code::UserOtpTokenExpired, attempts, server_time });
        }
        self.replace(input, platform, link).await
    }

    /// A new run of the same session, proved again if it was proved; where a code was, from the beginning, with nothing proved.
    ///
    /// # Errors
    /// As [`Session::open`] and [`Session::prove`]. The session is left as it was.
    pub async fn reopen(&mut self, platform: &impl Platform, link: &Link) -> Result<(), SessionError> {
        // Copies made to start over; the old ones are erased when the session is replaced.
        let input = Input {
            // Needed in clear: to open once more under the same session.
            user_token: SecretBytes::new(self.input.user_token.expose_secret().to_vec()),
            encryption_key: Secret::make_with(|key| key.copy_from_slice(self.input.encryption_key.expose_secret())),
            challenge_id: self.input.challenge_id.clone(),
            app_id: self.input.app_id.clone(),
            api_base: self.input.api_base.clone(),
            origin: self.input.origin.clone(),
        };
        self.replace(input, platform, link).await
    }

    /// A new run of the same session, from the beginning: nothing of what was proved goes along, for the person is asked again.
    ///
    /// # Errors
    /// As [`Session::open`]. The old run goes on, without its proof.
    pub async fn start_over(&mut self, platform: &impl Platform, link: &Link) -> Result<(), SessionError> {
        self.proof = None;
        self.reopen(platform, link).await
    }

    async fn replace(&mut self, input: Input, platform: &impl Platform, link: &Link) -> Result<(), SessionError> {
        let mut fresh = Self::open_input(input, platform, link).await?;
        let held = self.proof.as_ref().filter(|_| !self.code_proved);
        if let Some(secret) = held.and_then(|held| held.secret.clone()) {
            fresh.prove(secret, platform, link).await?;
        }
        *self = fresh;
        Ok(())
    }

    /// CANCEL: ends the run; the challenge stays. Failure is of no interest to anyone.
    pub async fn cancel(&mut self, platform: &impl Platform) {
        let link = Link::once();
        let _ = self.exchange::<_, CancelReply>(Step::Cancel, &CancelRequest {}, platform, &link).await;
    }

    /// One message and its reply, under the channel as it is now.
    async fn exchange<Q: Wire, A: Wire>(
        &mut self,
        step: Step,
        message: &Q,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<A, SessionError> {
        self.say(step, api::encode(message), platform, link).await?.read()
    }

    /// An exchange of bytes. In a box, and its input made outside of it: what waits for a reply is then compiled once, and not
    /// into each step that has one.
    fn say<'a>(
        &'a mut self,
        step: Step,
        plaintext: SecretBytes,
        platform: &'a impl Platform,
        link: &'a Link,
    ) -> Pin<Box<dyn Future<Output = Result<Delivered, SessionError>> + 'a>> {
        Box::pin(async move {
            let message = self.seal(step, &plaintext, platform);
            self.deliver(&message, &self.channel, platform, link).await
        })
    }

    /// Seals the next message. Its number is used up from here on, whatever becomes of it.
    #[inline(never)]
    fn seal(&mut self, step: Step, message: &SecretBytes, platform: &impl Platform) -> Message {
        let seq = self.seq;
        self.seq += 1;
        let sealed = self.channel.seal_request(&self.place(step, seq), message, &mut platform.rng());
        Message { step, seq, sealed }
    }

    /// Sends a sealed request until it is answered, and opens the reply under `reply_channel`.
    async fn deliver(
        &self,
        message: &Message,
        reply_channel: &Channel,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<Delivered, SessionError> {
        let Message { step, seq, ref sealed } = *message;
        let mut request = Request {
            api_base: self.input.api_base.clone(),
            challenge_id: self.input.challenge_id.clone(),
            // Needed in clear: it goes into a header. Checked to be ASCII.
            user_token: str::from_utf8(self.input.user_token.expose_secret()).unwrap_or_default().to_owned(),
            envelope: Envelope { run: self.run, seq, step, sealed: sealed.clone() },
        };
        let reply = link.send(&request, platform).await;
        request.user_token.zeroize();
        let reply = reply?;
        let place = self.place(step, seq);
        if reply.status == 200 {
            let body = reply.sealed.ok_or(SessionError::Protocol)?;
            let plaintext = reply_channel.open_reply(&place, sealed, &body).map_err(|_| SessionError::Protocol)?;
            return Ok(Delivered { plaintext, sealed: body });
        }
        // Details count only when they came sealed; the code in clear is all that a refused session has.
        let detail = reply.sealed.and_then(|body| {
            let plaintext = self.channel.open_refusal(&place, sealed, &body).ok()?;
            api::decode::<ErrorDetail>(plaintext.expose_secret()).ok()
        });
        let number = detail.as_ref().map(|detail| detail.code).or(reply.code);
        Err(SessionError::Refused {
            code: number.and_then(Code::from_number).unwrap_or(Code::Unknown),
            attempts: detail.as_ref().and_then(|detail| detail.attempts),
            server_time: detail.map(|detail| detail.server_time),
        })
    }

    fn place(&self, step: Step, seq: u32) -> Place<'_> {
        Place {
            challenge_id: &self.input.challenge_id,
            challenge_type: (step != Step::Open).then_some(self.opened.challenge_type),
            step,
            run: self.run,
            seq,
        }
    }
}

/// Refuses what cannot be a session, before a byte of it is sent.
fn check(input: SessionInput) -> Result<Input, SessionError> {
    // Needed in clear: to be decoded into a key.
    let mut decoded = Zeroizing::new([0; 32]);
    let encryption_key = Base64::decode(input.encryption_key.expose_secret(), decoded.as_mut_slice())
        .map_err(|_| SessionError::Input(Code::InvalidEncryptionKey))?;
    let encryption_key = Secret::copy_from(encryption_key);
    let token = input.user_token.expose_secret();
    // A header value: visible ASCII; longer than any token of ours.
    if token.is_empty() || token.len() > 4096 || !token.iter().all(u8::is_ascii_graphic) {
        return Err(SessionError::Input(Code::InvalidUserToken));
    }
    if !is_uuid(&input.challenge_id) {
        return Err(SessionError::Input(Code::InvalidChallengeId));
    }
    Ok(Input {
        encryption_key: encryption_key.ok_or(SessionError::Input(Code::InvalidEncryptionKey))?,
        user_token: input.user_token,
        // The gateway's form, which every derivation uses.
        challenge_id: input.challenge_id.to_ascii_lowercase(),
        app_id: input.app_id,
        api_base: input.api_base,
        origin: input.origin,
    })
}

/// Refuses what no honest gateway says. Costs are checked where they are used.
fn check_opened(opened: OpenReply) -> Result<OpenReply, SessionError> {
    let sane = (4..=12).contains(&opened.pin_length)
        && opened.required_questions <= MAX_QUESTIONS
        && opened.questions.len() <= usize::from(MAX_QUESTIONS)
        && opened.catalogue.len() <= usize::from(u8::MAX);
    sane.then_some(opened).ok_or(SessionError::Protocol)
}

/// 8-4-4-4-12 lower or upper hexadecimal digits. It goes into a URL's path.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A random UUID, version 4 (RFC 9562).
fn make_run(platform: &impl Platform) -> RunId {
    let mut run = [0; 16];
    platform.rng().fill_bytes(&mut run);
    run[6] = run[6] & 0x0f | 0x40;
    run[8] = run[8] & 0x3f | 0x80;
    run
}

/// Stands in `opened` while OPEN is on its way; never read.
fn blank() -> OpenReply {
    OpenReply {
        challenge_type: ChallengeType::RestorePin,
        app_id: String::new(),
        user_id: String::new(),
        questions: Vec::new(),
        catalogue: Vec::new(),
        required_questions: 0,
        pin_length: 0,
        prove_ksf: None,
        register_ksf: repin_core::credential::DEFAULT_KSF,
        attempts: None,
        answer_rule: 0,
        session_expires_at: 0,
        challenge_expires_at: 0,
        server_time: 0,
        can_recover: false,
    }
}

/// Argon2id at a cost that this device has the memory for. Its module is waited for as one waits for the gateway: the person is
/// told, and tries again.
async fn ready_to_stretch(
    ksf: KsfParams,
    platform: &impl Platform,
    link: &Link,
) -> Result<KeyStretching, SessionError> {
    check_ksf(ksf)?;
    while platform.load_argon2id().await.is_err() {
        link.wait().await;
    }
    let stretching = platform.stretching(ksf);
    stretching.reserve_memory()?;
    Ok(stretching)
}
