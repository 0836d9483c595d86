//! Codes by e-mail: the vault against a real gateway, whose letters a real mail server takes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../protocol/client.rs"]
#[allow(dead_code)]
mod client;
#[path = "../common/mod.rs"]
mod common;
#[path = "../stories/native.rs"]
#[allow(dead_code)]
mod native;
mod post;
mod tls;

mod claims;
mod exported;
mod guesses;
mod letters;
mod ways;

use std::rc::Rc;

use common::{Gateway, ORIGIN};
use native::{Native, secret};
use post::PostOffice;
use repin_core::api::{Attempts, ChallengeType, Question, QuestionKind, SendCodeReply};
use repin_core::error::Code;
use repin_core::secret::SecretBytes;
use repin_server::store::{Created, NewChallenge, User};
use repin_vault::flow::SessionInput;
use repin_vault::session::{Link, NewSecrets, Session, SessionError};
use uuid::Uuid;

/// The user of every test.
pub const USER: &str = "user-0001";
/// Their PIN.
pub const PIN: &str = "493817";
/// Their answers, joined.
pub const ANSWERS: &str = "the answers, joined as the vault joins them";
/// Their address.
pub const ADDRESS: &str = "maria.muster@mail.example";

/// A gateway with a mail server, and a person's device.
#[allow(missing_docs)] // the types say it
pub struct World {
    pub gateway: Gateway,
    pub post: PostOffice,
    pub device: Native,
    pub link: Link,
}

impl World {
    /// A user with [`PIN`] and [`ANSWERS`].
    pub async fn new() -> Self {
        let post = PostOffice::open();
        let mail = post.config();
        let gateway = Gateway::start_with(|config| config.mail = Some(mail)).await;
        let world = Self { gateway, post, device: Native::default(), link: Link::default() };
        world.enrol(USER).await;
        world
    }

    /// Makes a user with [`PIN`] and [`ANSWERS`].
    pub async fn enrol(&self, user: &str) {
        self.gateway.create_user(user).await;
        let mut session = self.open(user, ChallengeType::Initialize).await;
        let new = NewSecrets { pin: Some(typed(PIN)), ..answers() };
        session.commit(&new, &self.device, &self.link).await.unwrap();
    }

    /// A user whose way back is a code alone, or a code and the answers.
    pub async fn with_email(with_answers: bool) -> Self {
        let world = Self::new().await;
        world.set_email(USER, with_answers).await;
        // Nothing that was sent for it limits what a test sends.
        world.gateway.advance(60 * 60 * 1000);
        world
    }

    /// Makes [`ADDRESS`] a user's way back, by whole messages.
    pub async fn set_email(&self, user: &str, with_answers: bool) {
        let mut session = self.open(user, ChallengeType::SetRecovery).await;
        session.prove(typed(PIN), &self.device, &self.link).await.unwrap();
        session.send_code(Some(ADDRESS), with_answers, &self.device, &self.link).await.unwrap();
        session.prove_code(typed(&self.post.take().code()), &self.device, &self.link).await.unwrap();
        if with_answers {
            session.commit(&answers(), &self.device, &self.link).await.unwrap();
        } else {
            session.set_email(&self.device, &self.link).await.unwrap();
        }
    }

    /// A user as the store has them.
    pub async fn user(&self, user: &str) -> User {
        let inner = &self.gateway.inner;
        inner.store.user(&inner.app.id, user).await.unwrap().unwrap()
    }

    /// A challenge, or why there is none.
    pub async fn challenge(&self, user: &str, kind: ChallengeType) -> Result<String, Code> {
        let (user, inner) = (self.user(user).await, &self.gateway.inner);
        let (now, key) = (inner.clock.now(), Uuid::new_v4().to_string());
        let new = NewChallenge {
            user: &user.id,
            kind,
            endpoint: "tests",
            key: &key,
            body_hash: [0; 32],
            expires_at: now + 7_200_000,
        };
        match inner.store.create_challenge(&new, now).await.unwrap() {
            Created::New(challenge) => Ok(challenge.id),
            Created::Refused(code) => Err(code),
            _ => panic!("a key that was never used"),
        }
    }

    /// A run of a new challenge.
    pub async fn open(&self, user: &str, kind: ChallengeType) -> Session {
        let challenge = self.challenge(user, kind).await.unwrap();
        self.open_on(user, challenge).await
    }

    /// A run of a challenge.
    pub async fn open_on(&self, user: &str, challenge_id: String) -> Session {
        let (token, key) = self.gateway.token(user).await;
        let input = SessionInput {
            user_token: secret(&token),
            encryption_key: secret(&key),
            challenge_id,
            app_id: None,
            api_base: self.gateway.url.clone(),
            origin: ORIGIN.into(),
        };
        Session::open(input, &self.device, &self.link).await.unwrap()
    }

    /// Has a code sent to the address that is known.
    pub async fn send(&self, session: &mut Session) -> Result<SendCodeReply, SessionError> {
        session.send_code(None, false, &self.device, &self.link).await
    }

    /// Types a code.
    pub async fn prove_code(&self, session: &mut Session, code: &str) -> Result<(), SessionError> {
        session.prove_code(typed(code), &self.device, &self.link).await.map(drop)
    }

    /// Whether a PIN is the user's.
    pub async fn knows_pin(&self, user: &str, pin: &str) -> bool {
        let mut session = self.open(user, ChallengeType::ChangePin).await;
        session.prove(typed(pin), &self.device, &self.link).await.is_ok()
    }
}

/// What a person types.
pub fn typed(text: &str) -> Rc<SecretBytes> {
    Rc::new(secret(text))
}

/// [`ANSWERS`] to two questions.
pub fn answers() -> NewSecrets {
    let question = |id: &str| Question { id: id.into(), text: "Which?".into(), kind: QuestionKind::Text, hint: None };
    let questions = vec![question("first_school"), question("first_pet")];
    NewSecrets { pin: None, answers: Some(typed(ANSWERS)), questions }
}

/// The code of a refusal and what it says of tries.
pub fn refused<T>(result: Result<T, SessionError>) -> (Code, Option<Attempts>) {
    match result.err().expect("a refusal") {
        SessionError::Refused { code, attempts, .. } => (code, attempts),
        other => panic!("{other:?}"),
    }
}
