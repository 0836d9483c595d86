//! Genuine messages of every step, sealed and not yet sent, each in a run that waits for it.

use rand_core::OsRng;
use repin_core::api::*;
use repin_core::credential::{ClientLogin, ClientRegistration};
use repin_core::secret::{Secret, SecretBytes};
use serde_json::Value;

use crate::blind::request_key;
use crate::client::{Client, open_request};
use crate::common::Gateway;
use crate::{ANSWERS, PIN};

/// A message as it could be sent now.
pub struct Genuine {
    pub step: Step,
    pub seq: u32,
    pub sealed: Vec<u8>,
    /// The run it belongs to, with its token, challenge and channel.
    pub client: Client,
    /// What the channel seals its requests under.
    pub key: Secret<32>,
}

impl Genuine {
    fn new(client: Client, step: Step, sealed: Vec<u8>) -> Self {
        let key = request_key(&client.channel, &client.challenge, &client.run);
        Self { step, seq: client.seq, sealed, client, key }
    }

    pub fn envelope(&self) -> Value {
        self.client.envelope(self.step, self.seq, &self.sealed)
    }

    /// What a gateway would take of it that reads without a tag: whether these bytes are a message of this step.
    pub fn is_readable(&self, plaintext: &[u8]) -> bool {
        match self.step {
            Step::Open => decode::<OpenRequest>(plaintext).is_ok(),
            Step::Prove1 => decode::<Prove1Request>(plaintext).is_ok(),
            Step::Prove2 => decode::<Prove2Request>(plaintext).is_ok(),
            Step::Register => decode::<RegisterRequest>(plaintext).is_ok(),
            Step::Commit => decode::<CommitRequest>(plaintext).is_ok(),
            Step::Cancel => decode::<CancelRequest>(plaintext).is_ok(),
            step => panic!("no genuine {}", step.name()),
        }
    }
}

fn guess(client: Client, secret: &str) -> Genuine {
    let kind = client.kind.unwrap().proves().unwrap();
    let (_, ke1) = ClientLogin::start(&SecretBytes::new(secret.as_bytes().to_vec()), &mut OsRng).unwrap();
    let sealed = client.seal(Step::Prove1, &Prove1Request { kind, ke1 });
    Genuine::new(client, Step::Prove1, sealed)
}

/// One of each step, in an order in which all would be taken: the commit, which ends every other run, is the last.
pub async fn one_of_each(gateway: &Gateway) -> Vec<Genuine> {
    let mut proved = Vec::new();
    for _ in 0..2 {
        let mut client = Client::open(gateway, "PUT", "/user/pin").await;
        client.prove(PIN).await.unwrap();
        proved.push(client);
    }
    let mut committing = proved.pop().unwrap();
    let commit = committing.register(&["730562"]).await.unwrap();
    let sealed_commit = committing.seal(Step::Commit, &commit);
    let registering = proved.pop().unwrap();
    let pin = SecretBytes::new(PIN.as_bytes().to_vec());
    let (_, request) = ClientRegistration::start(&pin, &mut OsRng).unwrap();
    let registrations = vec![Registration { kind: CredentialKind::Pin, request }];
    let sealed_register = registering.seal(Step::Register, &RegisterRequest { registrations });

    let mut proving = Client::open(gateway, "PUT", "/user/pin").await;
    let proof = proving.guess(PIN).await.unwrap().1.unwrap();
    let sealed_proof = proving.seal(Step::Prove2, &Prove2Request { ke3: proof.ke3 });

    let opening = Client::new(gateway, "PUT", "/user/pin").await;
    let sealed_open = opening.seal(Step::Open, &open_request());
    let cancelling = Client::open(gateway, "POST", "/user/pin/restore").await;
    let sealed_cancel = cancelling.seal(Step::Cancel, &CancelRequest {});
    vec![
        Genuine::new(opening, Step::Open, sealed_open),
        guess(Client::open(gateway, "PUT", "/user/pin").await, PIN),
        guess(Client::open(gateway, "POST", "/user/pin/restore").await, ANSWERS),
        Genuine::new(proving, Step::Prove2, sealed_proof),
        Genuine::new(registering, Step::Register, sealed_register),
        Genuine::new(cancelling, Step::Cancel, sealed_cancel),
        Genuine::new(committing, Step::Commit, sealed_commit),
    ]
}
