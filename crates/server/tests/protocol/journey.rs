//! A change of a PIN, message by message, over a road on which something happens to each of them.
#![allow(dead_code)] // each test binary uses a part of it

use rand_core::OsRng;
use repin_core::api::{
    CommitReply, CredentialKind, Prove1Reply, Prove1Request, Prove2Reply, Prove2Request, RegisterReply, Step,
};
use repin_core::credential::{ClientLogin, proof_context};
use repin_core::secret::SecretBytes;
use serde_json::Value;

use crate::client::{Client, open_request};
use crate::common::Host;

/// What carries sealed messages. It may lose them as it likes, so long as it brings back the reply to these bytes in the end.
pub trait Road {
    /// Status and body of the reply.
    async fn carry(&mut self, client: &Client, step: Step, sealed: &[u8]) -> (u16, Value);
}

/// The messages of [`change_pin`]: the second PROVE 1 is the right guess.
pub const STEPS: [Step; 6] = [Step::Open, Step::Prove1, Step::Prove1, Step::Prove2, Step::Register, Step::Commit];

/// A wrong guess, the right one, and a new PIN.
pub async fn change_pin(host: &Host, pin: &str, new: &str, road: &mut impl Road) {
    let mut client = Client::new(host, "PUT", "/user/pin").await;
    let sealed = client.seal(Step::Open, &open_request());
    let (status, body) = road.carry(&client, Step::Open, &sealed).await;
    client.take_open(&sealed, status, &body).unwrap();

    let mut proof = None;
    for guess in ["000001", pin] {
        assert!(proof.is_none(), "the wrong guess is wrong");
        let secret = SecretBytes::new(guess.as_bytes().to_vec());
        let (login, ke1) = ClientLogin::start(&secret, &mut OsRng).unwrap();
        let sealed = client.seal(Step::Prove1, &Prove1Request { kind: CredentialKind::Pin, ke1 });
        let (status, body) = road.carry(&client, Step::Prove1, &sealed).await;
        let reply: Prove1Reply = client.read(Step::Prove1, &sealed, status, &body).unwrap();
        client.seq += 1;
        let ksf = client.opened.as_ref().unwrap().prove_ksf.unwrap();
        let context = proof_context(&client.challenge, &client.run, &client.opening);
        proof = login.finish(&secret, &reply.ke2, &context, ksf, &mut OsRng).ok();
    }

    let proof = proof.expect("the right secret");
    let ratcheted = client.channel.ratchet(&proof.session_key);
    let sealed = client.seal(Step::Prove2, &Prove2Request { ke3: proof.ke3 });
    let (status, body) = road.carry(&client, Step::Prove2, &sealed).await;
    client.channel = ratcheted;
    client.read::<Prove2Reply>(Step::Prove2, &sealed, status, &body).unwrap();
    client.seq += 1;

    let (started, request) = client.start_registration(&[new]);
    let sealed = client.seal(Step::Register, &request);
    let (status, body) = road.carry(&client, Step::Register, &sealed).await;
    let reply: RegisterReply = client.read(Step::Register, &sealed, status, &body).unwrap();
    client.seq += 1;
    let commit = client.finish_registration(started, reply);
    let sealed = client.seal(Step::Commit, &commit);
    let (status, body) = road.carry(&client, Step::Commit, &sealed).await;
    client.read::<CommitReply>(Step::Commit, &sealed, status, &body).unwrap();
    assert_eq!(host.challenge_status(&client.token, &client.challenge).await, "COMPLETE");
}
