//! The vault against a real gateway on a real socket, without a browser: each story as a person lives it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod native;

#[path = "../attack/leak/dump.rs"]
mod dump;

mod change;
mod drops;
mod enrol;
mod guesses;
mod loss;
mod recover;
mod upgrades;
mod wallets;

use common::Gateway;
use native::{Tab, secret};
use repin_core::api::ChallengeType;
use repin_core::error::Code;
use repin_server::store::Created;
use repin_vault::flow::{Event, Screen, SessionInput};

/// The PIN that `enrolled` sets.
pub const PIN: &str = "493817";
/// The answers that `enrolled` gives, as typed: the first text question and the first date question.
pub const ANSWERS: [&str; 2] = ["St. Mary’s School", "19880327"];

/// A person with a gateway to talk to.
pub struct Person {
    /// Real, on a real socket.
    pub gateway: Gateway,
    /// Their id at the host.
    pub user: String,
}

impl Person {
    /// A user who has set nothing.
    pub async fn new() -> Self {
        let gateway = Gateway::start().await;
        let user = "person-0001".to_owned();
        gateway.create_user(&user).await;
        Self { gateway, user }
    }

    /// A user with [`PIN`] and [`ANSWERS`].
    pub async fn enrolled() -> Self {
        let person = Self::new().await;
        let mut tab = person.open("POST", "/user/initialize").await;
        enrol::choose_everything(&mut tab).await;
        assert!(matches!(tab.view.screen, Screen::Done { .. }), "{:?}", tab.view.screen);
        person
    }

    /// A new challenge, and a widget open on it.
    pub async fn open(&self, method: &str, path: &str) -> Tab {
        Tab::open(self.session(method, path).await).await
    }

    /// A new token and challenge, as the host hands them over.
    pub async fn session(&self, method: &str, path: &str) -> SessionInput {
        let (token, key) = self.gateway.token(&self.user).await;
        let challenge = self.gateway.challenge(method, path, &token).await;
        self.input(token, key, challenge)
    }

    /// A challenge that no route of Circle's creates, or the code of the refusal.
    pub async fn ask(&self, kind: ChallengeType) -> Result<SessionInput, Code> {
        let inner = &self.gateway.inner;
        let user = inner.store.user(&inner.app.id, &self.user).await.unwrap().unwrap();
        let key = uuid::Uuid::new_v4().to_string();
        match inner.create_challenge(&user.id, kind, ("tests", &key, [0; 32]), std::time::Duration::MAX).await.unwrap()
        {
            Created::New(challenge) => Ok(self.renewed(&challenge.id).await),
            Created::Refused(code) => Err(code),
            Created::Before(_) | Created::KeyReused => panic!("the key is new"),
        }
    }

    /// A fresh token for a challenge that exists.
    pub async fn renewed(&self, challenge: &str) -> SessionInput {
        let (token, key) = self.gateway.token(&self.user).await;
        self.input(token, key, challenge.to_owned())
    }

    /// The status of a challenge, over REST.
    pub async fn status(&self, challenge: &str) -> String {
        let (token, _) = self.gateway.token(&self.user).await;
        self.gateway.challenge_status(&token, challenge).await
    }

    fn input(&self, token: String, key: String, challenge_id: String) -> SessionInput {
        SessionInput {
            user_token: secret(&token),
            encryption_key: secret(&key),
            challenge_id,
            app_id: None,
            api_base: self.gateway.url.clone(),
            origin: "https://wallet.example".into(),
        }
    }

    /// Whether a PIN is the user's, tried as a person would: by changing it. Costs no try when it is right.
    pub async fn knows_pin(&self, pin: &str) -> bool {
        let mut tab = self.open("PUT", "/user/pin").await;
        let right = matches!(tab.pin(pin).await, Screen::NewPin { .. });
        tab.act(Event::Cancel).await;
        right
    }
}

/// Runs a story where tabs can be spawned.
pub async fn story(story: impl Future<Output = ()>) {
    tokio::task::LocalSet::new().run_until(story).await;
}
