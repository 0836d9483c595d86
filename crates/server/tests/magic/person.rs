//! A person with a PIN, answers, and wallets that Magic holds.

use std::rc::Rc;
use std::time::Duration;

use repin_core::api::{Question, QuestionKind, RotationReply};
use repin_core::secret::SecretBytes;
use repin_magic_simulator::{Known, SECRET_KEY, Simulator};
use repin_server::MagicConfig;
use repin_vault::flow::SessionInput;
use repin_vault::session::{Link, NewSecrets, Session, SessionError};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::{Gateway, Host, ORIGIN, send};
use crate::native::{Native, secret};

/// The answers, joined as the vault joins them.
const ANSWERS: &str = "the answers, joined as the vault joins them";
/// The first PIN.
pub const PIN: &str = "493817";

/// A gateway with a relay that loses no time, and the Magic that it relays to.
pub async fn world() -> (Gateway, Simulator) {
    let simulator = Simulator::start().await.unwrap();
    (gateway_on(simulator.url()).await, simulator)
}

/// The same on any address.
pub async fn gateway_on(url: &str) -> Gateway {
    let mut magic = MagicConfig::new(url, secret(SECRET_KEY)).unwrap();
    // The clock stands still: what is due later than now would never be.
    magic.look_again = Duration::ZERO;
    magic.waits = [Duration::ZERO; 5];
    // What hangs is waited for, and what only has no processor for a while has not hung.
    magic.timeout = Duration::from_secs(2);
    Gateway::start_with(|config| config.magic = Some(magic)).await
}

/// Somebody.
pub struct Person {
    pub user: String,
    /// As they were when they were registered.
    pub wallets: Vec<Known>,
}

impl Person {
    /// With a PIN, answers and so many wallets.
    pub async fn with_wallets(host: &Host, simulator: &Simulator, count: usize) -> Self {
        let user = format!("person-{}", Uuid::new_v4());
        host.create_user(&user).await;
        let (token, key) = host.token(&user).await;
        let challenge = host.challenge("POST", "/user/initialize", &token).await;
        let (network, link) = (Native::default(), Link::default());
        let mut session = Session::open(input(host, token, key, challenge), &network, &link).await.unwrap();
        let question =
            |id: &str| Question { id: id.into(), text: "Which?".into(), kind: QuestionKind::Text, hint: None };
        let new = NewSecrets {
            pin: Some(Rc::new(secret(PIN))),
            answers: Some(Rc::new(secret(ANSWERS))),
            questions: vec![question("first_school"), question("first_pet")],
        };
        session.commit(&new, &network, &link).await.unwrap();
        let mut person = Self { user, wallets: Vec::new() };
        for _ in 0..count {
            let wallet = simulator.create_wallet(&simulator.create_group(), "the first context");
            let (status, body) = register(host, &person.user, &wallet).await;
            assert_eq!(status, 201, "{body}");
            person.wallets.push(wallet);
        }
        person
    }

    /// A session in a new recovery, with the answers proved.
    pub async fn recovery(&self, host: &Host) -> Recovery {
        let body = json!({"idempotencyKey": Uuid::new_v4().to_string(), "userId": self.user});
        let (status, body) = send(call(host, "POST", "/recoveries").json(&body)).await;
        assert_eq!(status, 201, "{body}");
        self.recovery_on(host, body["data"]["challengeId"].as_str().unwrap()).await
    }

    /// The same in one that was begun.
    pub async fn recovery_on(&self, host: &Host, challenge: &str) -> Recovery {
        self.proved_on(host, challenge, ANSWERS).await
    }

    /// A session in a challenge, with this secret proved.
    pub async fn proved_on(&self, host: &Host, challenge: &str, proof: &str) -> Recovery {
        let mut recovery = self.opened_on(host, challenge).await;
        let Recovery { session, network, link, .. } = &mut recovery;
        session.prove(Rc::new(secret(proof)), network, link).await.unwrap();
        recovery
    }

    /// A session in a challenge, with nothing proved.
    pub async fn opened_on(&self, host: &Host, challenge: &str) -> Recovery {
        let (token, key) = host.token(&self.user).await;
        let (network, link) = (Native::default(), Link::default());
        let input = input(host, token.clone(), key, challenge.to_owned());
        let session = Session::open(input, &network, &link).await.unwrap();
        Recovery { session, network, link, challenge: challenge.to_owned(), token }
    }
}

/// A recovery under way.
pub struct Recovery {
    pub session: Session,
    pub network: Native,
    pub link: Link,
    pub challenge: String,
    pub token: String,
}

impl Recovery {
    /// ROTATION.
    pub async fn look(&mut self) -> RotationReply {
        self.session.rotation(&self.network, &self.link).await.unwrap()
    }

    /// ROTATION, then ROTATE.
    pub async fn rotate(&mut self) -> RotationReply {
        let known = self.look().await;
        self.session.rotate(&known, &self.network, &self.link).await.unwrap()
    }

    /// ROTATION, until it is as wanted.
    pub async fn until(&mut self, wanted: impl Fn(&RotationReply) -> bool) -> RotationReply {
        loop {
            let reply = self.look().await;
            if wanted(&reply) {
                return reply;
            }
            tokio::task::yield_now().await;
        }
    }

    /// COMMIT of a new PIN.
    pub async fn commit(&mut self, pin: &str) {
        self.try_commit(pin).await.unwrap();
    }

    /// The same, or why not.
    pub async fn try_commit(&mut self, pin: &str) -> Result<(), SessionError> {
        let new = NewSecrets { pin: Some(Rc::new(secret(pin))), ..NewSecrets::default() };
        self.session.commit(&new, &self.network, &self.link).await.map(drop)
    }
}

/// A request to the routes for wallets that Magic holds.
pub fn call(host: &Host, method: &str, path: &str) -> reqwest::RequestBuilder {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    host.http.request(method, format!("{}/v1/magic{path}", host.url)).bearer_auth(&host.api_key)
}

/// What a host says of a wallet.
pub fn body(user: &str, wallet: &Known) -> Value {
    json!({
        "idempotencyKey": Uuid::new_v4().to_string(), "userId": user, "walletId": wallet.id,
        "walletGroupId": wallet.group, "accessKey": wallet.access_key, "recoveryKey": wallet.recovery_key,
        "network": "ETH", "label": "Savings",
    })
}

/// Registers a wallet.
pub async fn register(host: &Host, user: &str, wallet: &Known) -> (u16, Value) {
    send(call(host, "POST", "/wallets").json(&body(user, wallet))).await
}

/// A user's wallets, as the host sees them.
pub async fn listed(host: &Host, user: &str) -> Vec<Value> {
    let (status, body) = send(call(host, "GET", &format!("/wallets?userId={user}"))).await;
    assert_eq!(status, 200, "{body}");
    body["data"]["wallets"].as_array().unwrap().clone()
}

fn input(host: &Host, token: String, key: String, challenge_id: String) -> SessionInput {
    let text = |text: &str| SecretBytes::new(text.as_bytes().to_vec());
    SessionInput {
        user_token: text(&token),
        encryption_key: text(&key),
        challenge_id,
        app_id: None,
        api_base: host.url.clone(),
        origin: ORIGIN.into(),
    }
}
