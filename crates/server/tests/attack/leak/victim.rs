//! A gateway that has been lived in: a person with a PIN and answers, guesses right and wrong, proofs half done, webhooks,
//! an operator. Whatever of it lies in the database, a thief has.

use std::collections::BTreeMap;
use std::path::PathBuf;

use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialResponse, RegistrationResponse,
};
use rand_core::OsRng;
use repin_core::answers;
use repin_core::api::*;
use repin_core::credential::{KeyStretching, Proof, Suite, credential_identifier, proof_context, wrap_data_key};
use repin_core::secret::Secret;
use repin_server::api_key::Environment;
use repin_server::store::{NewDelivery, Subscription};
use sha2::{Digest, Sha256};

use super::dump::Row;
use super::thief::{STRETCHING, sole_key};
use crate::USER;
use crate::client::{Client, questions};
use crate::common::{BY, Gateway, KSF, START};

/// The PIN that is sought.
pub const PIN: &str = "730562";
const OLD_PIN: &str = "493817";
const ANSWERS: &str = "the answers, joined as the vault joins them";

/// The gateway, and what the thief does not have.
pub struct Victim {
    pub gateway: Gateway,
    internal_id: String,
}

/// Lives a life.
pub async fn live() -> Victim {
    let gateway = Gateway::start().await;
    gateway.create_user(USER).await;
    subscribe(&gateway).await;
    let mut client = Client::open(&gateway, "POST", "/user/initialize").await;
    let internal_id = client.opened.as_ref().unwrap().user_id.clone();
    replace(&mut client, &[OLD_PIN, ANSWERS]).await;
    // Changed once, so that something has been deleted.
    let mut client = Client::open(&gateway, "PUT", "/user/pin").await;
    prove(&mut client, OLD_PIN).await;
    replace(&mut client, &[PIN]).await;
    // A proof in every state that a run can be in.
    let mut wrong = Client::open(&gateway, "PUT", "/user/pin").await;
    assert!(guess(&mut wrong, "111111").await.is_none());
    let mut guessed = Client::open(&gateway, "PUT", "/user/pin").await;
    assert!(guess(&mut guessed, PIN).await.is_some());
    let mut recovering = Client::open(&gateway, "POST", "/user/pin/restore").await;
    prove(&mut recovering, ANSWERS).await;
    let mut registered = Client::open(&gateway, "PUT", "/user/pin").await;
    prove(&mut registered, PIN).await;
    register(&mut registered, &[PIN]).await;
    gateway.new_key(&gateway.inner.app.id, Environment::Test).await;
    let (app, _) = gateway.another_app(Environment::Live).await;
    gateway.inner.store.add_origin(&app, "https://other.example", BY).await.unwrap();
    Victim { gateway, internal_id }
}

async fn subscribe(gateway: &Gateway) {
    let subscription = Subscription {
        id: "50000000-0000-4000-8000-000000000001".into(),
        app: gateway.inner.app.id.clone(),
        name: "hook".into(),
        // Nobody is there; the bodies wait.
        endpoint: "https://hook.invalid/".into(),
        enabled: true,
        types: vec!["*".into()],
        secret: None,
        created: START,
        updated: START,
    };
    let first = NewDelivery { id: "60000000-0000-4000-8000-000000000001", kind: "webhooks.test", body: "{}" };
    assert!(gateway.inner.store.create_subscription(&subscription, 10, &first, BY).await.unwrap());
}

/// REGISTER and COMMIT with real wraps, stretched as little as [`STRETCHING`].
async fn replace(client: &mut Client, secrets: &[&str]) {
    let commit = register(client, secrets).await;
    let _: CommitReply = client.say(Step::Commit, &commit).await.unwrap();
}

async fn register(client: &mut Client, secrets: &[&str]) -> CommitRequest {
    let opened = client.opened.clone().unwrap();
    let kinds = opened.challenge_type.replaces();
    let started: Vec<_> = secrets
        .iter()
        .map(|secret| ClientRegistration::<Suite>::start(&mut OsRng, secret.as_bytes()).unwrap())
        .collect();
    let registrations = kinds.iter().zip(&started);
    let registrations = registrations
        .map(|(kind, started)| Registration { kind: *kind, request: started.message.serialize().to_vec() })
        .collect();
    let reply: RegisterReply = client.say(Step::Register, &RegisterRequest { registrations }).await.unwrap();
    let data_key = Secret::make_with(|key| key.fill(5));
    let stretching = KeyStretching::from(STRETCHING);
    let finished = started.into_iter().zip(secrets).zip(reply.evaluations).map(|((started, secret), evaluation)| {
        let Evaluation { kind, credential_id, response } = evaluation;
        let response = RegistrationResponse::deserialize(&response).unwrap();
        let params = ClientRegistrationFinishParameters::new(Default::default(), Some(&stretching));
        let finished = started.state.finish(&mut OsRng, secret.as_bytes(), response, params).unwrap();
        let id = credential_id.as_slice().try_into().unwrap();
        let identifier = credential_identifier(&opened.app_id, &opened.user_id, kind, &id);
        let export_key = Secret::copy_from(&finished.export_key).unwrap();
        let wrap = wrap_data_key(&export_key, kind, &identifier, &data_key, &mut OsRng);
        // The gateway cannot tell what a record was stretched with.
        NewCredential { kind, credential_id, record: finished.message.serialize().to_vec(), wrap, ksf: KSF }
    });
    let sets_answers = kinds.contains(&CredentialKind::Answers);
    CommitRequest {
        credentials: finished.collect(),
        questions: if sets_answers { questions() } else { Vec::new() },
        answer_rule: if sets_answers { answers::RULE } else { 0 },
    }
}

async fn guess(client: &mut Client, secret: &str) -> Option<Proof> {
    let started = ClientLogin::<Suite>::start(&mut OsRng, secret.as_bytes()).unwrap();
    let kind = client.kind.unwrap().proves().unwrap();
    let request = Prove1Request { kind, ke1: started.message.serialize().to_vec() };
    let reply: Prove1Reply = client.say(Step::Prove1, &request).await.unwrap();
    let context = proof_context(&client.challenge, &client.run, &client.opening);
    let stretching = KeyStretching::from(STRETCHING);
    let params = ClientLoginFinishParameters::new(Some(&context), Default::default(), Some(&stretching));
    let ke2 = CredentialResponse::deserialize(&reply.ke2).unwrap();
    let finished = started.state.finish(&mut OsRng, secret.as_bytes(), ke2, params).ok()?;
    Some(Proof {
        ke3: finished.message.serialize().to_vec(),
        session_key: Secret::copy_from(&finished.session_key).unwrap(),
        export_key: Secret::copy_from(&finished.export_key).unwrap(),
    })
}

async fn prove(client: &mut Client, secret: &str) {
    let proof = guess(client, secret).await.expect("the right secret");
    client.confirm(&proof).await.unwrap();
}

impl Victim {
    /// The OPAQUE setup, from the key ring.
    pub fn setup_file(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.gateway.data().join("keys")).unwrap();
        let mut files = files.map(|file| file.unwrap().path());
        let is_setup = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("opaque-setup-");
        std::fs::read(files.find(is_setup).unwrap()).unwrap()
    }

    /// What a careless database would keep beside the record: a salted hash of the PIN.
    pub fn plant_hash(&self) -> Row {
        let hash = Sha256::digest([self.internal_id.as_bytes(), PIN.as_bytes()].concat()).to_vec();
        Row { table: "planted".into(), columns: BTreeMap::from([("hash".into(), hash)]) }
    }

    /// Or a data key that is wrapped under the stretched PIN, without OPRF.
    pub fn plant_wrap(&self) -> Row {
        let data_key = Secret::make_with(|key| key.fill(5));
        let kind = CredentialKind::Pin;
        let wrap = wrap_data_key(&sole_key(PIN.as_bytes()), kind, b"", &data_key, &mut OsRng);
        Row { table: "planted".into(), columns: BTreeMap::from([("wrap".into(), wrap)]) }
    }
}
