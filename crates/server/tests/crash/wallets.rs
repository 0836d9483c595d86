//! `kill -9` while a wallet is made or given out: all of it, or nothing.

use repin_core::api::{CreateWalletReply, ExportReply, ExportRequest, Step};

use crate::PIN;
use crate::client::{Client, wallet};
use crate::courier::End;
use crate::person::Person;

/// Every place, with the message at which it is met.
const PLACES: [(Step, &str); 6] = [
    (Step::CreateWallet, "wallet.begun"),
    (Step::CreateWallet, "wallet.inserted"),
    (Step::CreateWallet, "wallet.written"),
    (Step::CreateWallet, "wallet.committed"),
    (Step::Export, "wallet.written"),
    (Step::Export, "wallet.committed"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_every_place_of_a_wallet_leaves_all_of_it_or_nothing() {
    let person = Person::enrolled().await;
    let host = person.way.host.clone();
    for (step, place) in PLACES {
        let mut client = Client::new(&host, "PUT", "/user/pin").await;
        // No route of Circle's asks for these, so the program is deceived.
        let deceive: &[&'static str] = match step {
            Step::CreateWallet => &[
                "DELETE FROM wallet_addresses",
                "DELETE FROM wallets",
                "UPDATE challenges SET type = 'CREATE_WALLET' WHERE status = 'PENDING'",
            ],
            _ => &["UPDATE challenges SET type = 'EXPORT_PRIVATE_KEYS' WHERE status = 'PENDING'"],
        };
        for statement in deceive {
            person.way.courier().await.stage.execute(statement).await;
        }
        client.say_open().await.unwrap();
        client.prove(PIN).await.unwrap();
        person.way.plan(End::At(place).into(), 1).await;
        let told = match step {
            Step::CreateWallet => client.say::<_, CreateWalletReply>(step, &wallet()).await.is_ok(),
            _ => client.say::<_, ExportReply>(step, &ExportRequest {}).await.is_ok(),
        };
        let verdict = person.way.verdict().await;
        assert!(told && verdict.violations().is_empty(), "{place}: {:#?}", verdict.violations());
        assert_eq!(verdict.done, place == "wallet.committed");
        assert_eq!(host.challenge_status(&client.token, &client.challenge).await, "COMPLETE");
    }
}
