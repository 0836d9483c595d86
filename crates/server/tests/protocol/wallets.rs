//! CREATE_WALLET and EXPORT, message by message, with a client that can also misbehave.

use repin_core::api::*;
use repin_core::secret::SecretBytes;

use crate::client::{Client, code, wallet};
use crate::common::Gateway;
use crate::enrolled;

async fn create(gateway: &Gateway) -> CreateWalletRequest {
    let request = wallet();
    let mut client = Client::proved(gateway, ChallengeType::CreateWallet).await;
    client.say::<_, CreateWalletReply>(Step::CreateWallet, &request).await.unwrap();
    assert_eq!(gateway.challenge_status(&client.token, &client.challenge).await, "COMPLETE");
    request
}

#[tokio::test]
async fn what_was_kept_is_given_out_and_the_challenge_is_done() {
    let gateway = enrolled().await;
    let kept = create(&gateway).await;
    let mut client = Client::proved(&gateway, ChallengeType::ExportKeys).await;
    assert_eq!(gateway.challenge_status(&client.token, &client.challenge).await, "IN_PROGRESS");
    let reply: ExportReply = client.say(Step::Export, &ExportRequest {}).await.unwrap();
    assert_eq!((&reply.wallet_id, &reply.user_share), (&kept.wallet_id, &kept.user_share));
    assert_eq!(reply.gateway_share.expose_secret(), kept.gateway_share.expose_secret());
    assert_eq!(reply.addresses, kept.addresses);
    assert_eq!(gateway.challenge_status(&client.token, &client.challenge).await, "COMPLETE");
    // A second time wants another challenge and another proof.
    let again = client.say::<_, ExportReply>(Step::Export, &ExportRequest {}).await;
    assert_eq!(code(again), (403, 155_122));
}

#[tokio::test]
async fn the_same_bytes_get_the_same_reply_and_other_bytes_none() {
    let gateway = enrolled().await;
    create(&gateway).await;
    let client = Client::proved(&gateway, ChallengeType::ExportKeys).await;
    let sealed = client.seal(Step::Export, &ExportRequest {});
    let first = client.send(Step::Export, client.seq, &sealed).await;
    assert_eq!(first.0, 200);
    gateway.advance(1000);
    assert_eq!(client.send(Step::Export, client.seq, &sealed).await, first);
    // After a restart, too: it is kept, sealed under a key that the gateway has forgotten.
    let gateway = gateway.restart().await;
    let url = gateway.url.clone();
    let client = client.at(&url);
    assert_eq!(client.send(Step::Export, client.seq, &sealed).await, first);
    let other = client.seal(Step::Export, &ExportRequest {});
    assert_ne!(client.send(Step::Export, client.seq, &other).await.0, 200);
    let audit = gateway.inner.store.audit(100).await.unwrap();
    assert_eq!(audit.iter().filter(|entry| entry.event == "EXPORT_PRIVATE_KEYS").count(), 1);
}

#[tokio::test]
async fn nothing_is_given_or_taken_before_the_proof_or_long_after_it() {
    let gateway = enrolled().await;
    create(&gateway).await;
    let proved = Client::proved(&gateway, ChallengeType::ExportKeys).await;
    let mut unproved = Client::reopen(&gateway, &proved.challenge).await;
    assert_eq!(code(unproved.say::<_, ExportReply>(Step::Export, &ExportRequest {}).await), (400, 155_117));
    let mut late = Client::proved(&gateway, ChallengeType::ExportKeys).await;
    gateway.advance(10 * 60 * 1000);
    assert_eq!(code(late.say::<_, ExportReply>(Step::Export, &ExportRequest {}).await), (400, 155_117));

    let gateway = enrolled().await;
    let mut late = Client::proved(&gateway, ChallengeType::CreateWallet).await;
    let mut unproved = Client::reopen(&gateway, &late.challenge).await;
    assert_eq!(code(unproved.say::<_, CreateWalletReply>(Step::CreateWallet, &wallet()).await), (400, 155_117));
    gateway.advance(10 * 60 * 1000);
    assert_eq!(code(late.say::<_, CreateWalletReply>(Step::CreateWallet, &wallet()).await), (400, 155_117));
}

#[tokio::test]
async fn each_step_belongs_to_its_type_of_challenge() {
    let gateway = enrolled().await;
    create(&gateway).await;
    for kind in [ChallengeType::ExportKeys, ChallengeType::ChangePin] {
        let mut client = Client::proved(&gateway, kind).await;
        assert_eq!(code(client.say::<_, CreateWalletReply>(Step::CreateWallet, &wallet()).await), (400, 155_117));
    }
    let mut client = Client::proved(&gateway, ChallengeType::ChangePin).await;
    assert_eq!(code(client.say::<_, ExportReply>(Step::Export, &ExportRequest {}).await), (400, 155_117));
    // COMMIT has nothing to write in them, and must not end them.
    let mut client = Client::proved(&gateway, ChallengeType::ExportKeys).await;
    let reply: RegisterReply =
        client.say(Step::Register, &RegisterRequest { registrations: Vec::new() }).await.unwrap();
    assert!(reply.evaluations.is_empty());
    let commit = CommitRequest { credentials: Vec::new(), questions: Vec::new(), answer_rule: 0 };
    assert_eq!(code(client.say::<_, CommitReply>(Step::Commit, &commit).await), (400, 155_117));
    assert_eq!(gateway.challenge_status(&client.token, &client.challenge).await, "IN_PROGRESS");
}

#[tokio::test]
async fn what_is_no_wallet_is_refused_and_the_run_goes_on() {
    let gateway = enrolled().await;
    let mut client = Client::proved(&gateway, ChallengeType::CreateWallet).await;
    let broken: [fn(&mut CreateWalletRequest); 9] = [
        |wallet| wallet.wallet_id.truncate(15),
        |wallet| wallet.user_share.truncate(71),
        |wallet| wallet.user_share.push(0),
        |wallet| wallet.gateway_share = SecretBytes::new(vec![1; 31]),
        |wallet| wallet.gateway_share = SecretBytes::default(),
        |wallet| wallet.addresses.truncate(1),
        |wallet| wallet.addresses.reverse(),
        |wallet| wallet.addresses[0].address = "=1+1".into(),
        |wallet| wallet.addresses[1].path = "m/44'/501'/1'/0'".into(),
    ];
    for change in broken {
        let mut request = wallet();
        change(&mut request);
        assert_eq!(code(client.say::<_, CreateWalletReply>(Step::CreateWallet, &request).await), (400, 155_117));
    }
    client.say::<_, CreateWalletReply>(Step::CreateWallet, &wallet()).await.unwrap();
}

#[tokio::test]
async fn a_wallet_leaves_other_challenges_and_their_proofs_alone() {
    let gateway = enrolled().await;
    let mut change = Client::proved(&gateway, ChallengeType::ChangePin).await;
    create(&gateway).await;
    let mut export = Client::proved(&gateway, ChallengeType::ExportKeys).await;
    export.say::<_, ExportReply>(Step::Export, &ExportRequest {}).await.unwrap();
    change.replace(&["730562"]).await.unwrap();
}
