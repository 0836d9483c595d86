//! A wallet made, and taken away: what a PIN protects, against a real gateway.

use std::rc::Rc;

use ed25519_dalek::{Signer, SigningKey, Verifier, VerifyingKey};
use repin_core::api::{Address, Chain, ChallengeType};
use repin_core::error::Code;
use repin_core::secret::{Secret, SecretBytes};
use repin_core::wallet::{join_shares, wallet_identifier};
use repin_vault::flow::Screen;
use repin_vault::session::{Exported, Link, Session, SessionError};

use crate::native::{Fault, Native, secret};
use crate::{ANSWERS, PIN, Person, dump, story};

const NEW: &str = "730562";
const MINUTE: u64 = 60_000;

impl Person {
    /// A session of this type with the PIN proved.
    async fn proved(&self, kind: ChallengeType, pin: &str, network: &Native) -> Session {
        let input = self.ask(kind).await.unwrap();
        let mut session = Session::open(input, network, &Link::default()).await.unwrap();
        session.prove(Rc::new(secret(pin)), network, &Link::default()).await.unwrap();
        session
    }

    async fn create_wallet(&self, pin: &str) -> Vec<Address> {
        let network = Native::default();
        let mut session = self.proved(ChallengeType::CreateWallet, pin, &network).await;
        session.create_wallet(&network, &Link::default()).await.unwrap()
    }

    async fn try_export(&self, pin: &str) -> Result<Exported, SessionError> {
        let network = Native::default();
        let mut session = self.proved(ChallengeType::ExportKeys, pin, &network).await;
        session.export(&network, &Link::default()).await
    }
}

fn text(bytes: &SecretBytes) -> &str {
    std::str::from_utf8(bytes.expose_secret()).unwrap()
}

fn code(error: SessionError) -> Code {
    match error {
        SessionError::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

/// Signs with the exported key of each chain; whether the addresses say that it was theirs to sign.
fn signs_for(exported: &Exported, addresses: &[Address]) -> bool {
    let [ethereum, solana] = &exported.keys[..] else { panic!("two keys") };
    assert_eq!([ethereum.address.chain, solana.address.chain], [Chain::Ethereum, Chain::Solana]);
    let pair = bs58::decode(text(&solana.private_key)).into_vec().unwrap();
    let key = SigningKey::from_keypair_bytes(&pair.try_into().unwrap()).unwrap();
    let public: [u8; 32] = bs58::decode(&addresses[1].address).into_vec().unwrap().try_into().unwrap();
    let by_solana = VerifyingKey::from_bytes(&public).unwrap().verify(b"mine", &key.sign(b"mine")).is_ok();

    let digits = text(&ethereum.private_key).strip_prefix("0x").unwrap();
    let bytes: Vec<u8> = (0..32).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap()).collect();
    let key = bip32::secp256k1::ecdsa::SigningKey::from_slice(&bytes).unwrap();
    let (signature, recovery) = key.sign_recoverable(b"mine").unwrap();
    let signer = bip32::secp256k1::ecdsa::VerifyingKey::recover_from_msg(b"mine", &signature, recovery).unwrap();
    let hash = <sha3::Keccak256 as sha3::Digest>::digest(&signer.to_encoded_point(false).as_bytes()[1..]);
    let address: String = hash[12..].iter().map(|byte| format!("{byte:02x}")).collect();
    by_solana && addresses[0].address.to_lowercase() == format!("0x{address}")
}

#[tokio::test]
async fn a_changed_and_a_restored_pin_open_the_same_wallet() {
    story(async {
        let person = Person::enrolled().await;
        let made = person.create_wallet(PIN).await;
        let first = person.try_export(PIN).await.unwrap();
        assert!(signs_for(&first, &made));

        let mut tab = person.open("PUT", "/user/pin").await;
        tab.pin(PIN).await;
        tab.pin(NEW).await;
        assert!(matches!(tab.pin(NEW).await, Screen::Done { .. }));
        let changed = person.try_export(NEW).await.unwrap();

        let mut tab = person.open("POST", "/user/pin/restore").await;
        tab.answers(&ANSWERS).await;
        tab.pin("908172").await;
        assert!(matches!(tab.pin("908172").await, Screen::Done { .. }));
        let restored = person.try_export("908172").await.unwrap();

        for exported in [first, changed, restored] {
            assert_eq!(exported.addresses, made);
            assert!(signs_for(&exported, &made));
            let lines: Vec<&str> = text(&exported.csv).split("\r\n").collect();
            for (line, key) in lines[1..3].iter().zip(&exported.keys) {
                let cells: Vec<&str> = line.split(',').collect();
                assert_eq!(cells[1..3], [key.address.address.as_str(), text(&key.private_key)]);
            }
        }
        // The control: another person's keys sign for another's addresses, and not for these.
        let other = Person::enrolled().await;
        other.create_wallet(PIN).await;
        assert!(!signs_for(&other.try_export(PIN).await.unwrap(), &made));
    })
    .await;
}

#[tokio::test]
async fn a_wallet_needs_a_pin_and_a_way_back_and_is_made_once() {
    story(async {
        let person = Person::new().await;
        let refusal = async |kind| person.ask(kind).await.err();
        let [create, export] = [ChallengeType::CreateWallet, ChallengeType::ExportKeys];
        assert_eq!(refusal(create).await, Some(Code::UserDoesNotSetPinYet));
        assert_eq!(refusal(export).await, Some(Code::UserDoesNotSetPinYet));

        let mut tab = person.open("POST", "/user/pin").await;
        tab.pin(PIN).await;
        tab.pin(PIN).await;
        assert_eq!(refusal(create).await, Some(Code::UserDoesNotSetSecurityQuestionYet));
        assert_eq!(refusal(export).await, Some(Code::WalletNotFound));

        let person = Person::enrolled().await;
        person.create_wallet(PIN).await;
        assert_eq!(person.ask(create).await.err(), Some(Code::WalletExists));
        assert!(person.ask(export).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn of_many_at_once_one_makes_the_wallet() {
    story(async {
        let person = Person::enrolled().await;
        let network = Native::default();
        let mut sessions = Vec::new();
        for _ in 0..6 {
            sessions.push(person.proved(ChallengeType::CreateWallet, PIN, &network).await);
        }
        let link = Link::default();
        let all = sessions.iter_mut().map(|session| session.create_wallet(&network, &link));
        let results = futures_util::future::join_all(all).await;
        let (made, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(made.len(), 1);
        assert!(refused.into_iter().all(|result| code(result.unwrap_err()) == Code::WalletExists));
        let made = made.into_iter().next().unwrap().unwrap();
        assert_eq!(person.try_export(PIN).await.unwrap().addresses, made);
    })
    .await;
}

#[tokio::test]
async fn a_lost_reply_is_given_again_and_nothing_happens_twice() {
    story(async {
        let person = Person::enrolled().await;
        let network = Native::default();
        let mut session = person.proved(ChallengeType::CreateWallet, PIN, &network).await;
        // The module comes; the message is lost, and then its reply.
        network.plan([Fault::None, Fault::LoseRequest, Fault::LoseReply]);
        let link = Link::default();
        let went_offline = link.went_offline();
        let create = session.create_wallet(&network, &link);
        let retry = async {
            went_offline.await.unwrap();
            link.retry();
        };
        let (made, ()) = futures_util::future::join(create, retry).await;
        let made = made.unwrap();

        let network = Native::default();
        let mut session = person.proved(ChallengeType::ExportKeys, PIN, &network).await;
        network.plan([Fault::None, Fault::LoseReply]);
        let before = network.sent();
        let exported = session.export(&network, &Link::default()).await.unwrap();
        assert_eq!(network.sent() - before, 3, "the module, the message, and the same bytes again");
        assert_eq!(exported.addresses, made);
        let audit = person.gateway.inner.store.audit(100).await.unwrap();
        let count = |event: &str| audit.iter().filter(|entry| entry.event == event).count();
        assert_eq!([count("CREATE_WALLET"), count("EXPORT_PRIVATE_KEYS")], [1, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_module_that_cannot_be_had_uses_no_challenge_up() {
    story(async {
        let person = Person::enrolled().await;
        person.create_wallet(PIN).await;
        let network = Native::default();
        let input = person.ask(ChallengeType::ExportKeys).await.unwrap();
        let challenge = input.challenge_id.clone();
        let mut session = Session::open(input, &network, &Link::default()).await.unwrap();
        session.prove(Rc::new(secret(PIN)), &network, &Link::default()).await.unwrap();
        network.plan([Fault::LoseRequest]);
        let link = Link::default();
        let went_offline = link.went_offline();
        let meanwhile = async {
            went_offline.await.unwrap();
            let status = person.status(&challenge).await;
            link.retry();
            status
        };
        let (exported, status) = futures_util::future::join(session.export(&network, &link), meanwhile).await;
        assert!(exported.is_ok());
        assert_eq!(status, "IN_PROGRESS");
        assert_eq!(person.status(&challenge).await, "COMPLETE");
    })
    .await;
}

#[tokio::test]
async fn a_proof_that_has_become_too_old_is_made_again_quietly() {
    story(async {
        let person = Person::enrolled().await;
        let network = Native::default();
        let mut session = person.proved(ChallengeType::CreateWallet, PIN, &network).await;
        person.gateway.advance(11 * MINUTE);
        let made = session.create_wallet(&network, &Link::default()).await.unwrap();
        let mut session = person.proved(ChallengeType::ExportKeys, PIN, &network).await;
        person.gateway.advance(11 * MINUTE);
        assert_eq!(session.export(&network, &Link::default()).await.unwrap().addresses, made);
    })
    .await;
}

#[tokio::test]
async fn what_was_moved_in_the_database_is_not_given_out() {
    story(async {
        // Two people of one gateway.
        let person = Person::enrolled().await;
        let Person { gateway, .. } = person;
        let other = Person { gateway, user: "person-0002".to_owned() };
        other.gateway.create_user(&other.user).await;
        let mut tab = other.open("POST", "/user/initialize").await;
        crate::enrol::choose_everything(&mut tab).await;
        let theirs = other.create_wallet(PIN).await;
        let person = Person { gateway: other.gateway, user: "person-0001".to_owned() };
        let mine = person.create_wallet(PIN).await;
        assert_ne!(mine, theirs);

        let gateway = &person.gateway;
        gateway.execute("CREATE TABLE kept AS SELECT * FROM wallets").await;
        let restore = "UPDATE wallets SET id = (SELECT id FROM kept k WHERE k.person = wallets.person),
            user_share = (SELECT user_share FROM kept k WHERE k.person = wallets.person),
            gateway_share = (SELECT gateway_share FROM kept k WHERE k.person = wallets.person)";
        let swap_user_shares =
            "UPDATE wallets SET user_share = (SELECT user_share FROM kept k WHERE k.person <> wallets.person)";
        let cut_user_shares = "UPDATE wallets SET user_share = substr(user_share, 1, 71)";
        for change in [swap_user_shares, cut_user_shares] {
            gateway.execute(change).await;
            assert_eq!(person.try_export(PIN).await.err(), Some(SessionError::Protocol), "{change}");
            gateway.execute(restore).await;
        }
        // Shares that the gateway itself cannot open: its own trouble, so the challenge is not used up.
        let swap_gateway_shares =
            "UPDATE wallets SET gateway_share = (SELECT gateway_share FROM kept k WHERE k.person <> wallets.person)";
        let cut_gateway_shares = "UPDATE wallets SET gateway_share = substr(gateway_share, 1, 40)";
        for change in [swap_gateway_shares, cut_gateway_shares] {
            let network = Native::default();
            let mut session = person.proved(ChallengeType::ExportKeys, PIN, &network).await;
            gateway.execute(change).await;
            let link = Link::default();
            let went_offline = link.went_offline();
            let put_back = async {
                went_offline.await.unwrap();
                gateway.execute(restore).await;
                link.retry();
            };
            let (exported, ()) = futures_util::future::join(session.export(&network, &link), put_back).await;
            assert_eq!(exported.unwrap().addresses, mine, "{change}");
        }
        // Addresses that are not the seed's.
        gateway
            .execute(
                "UPDATE wallet_addresses SET address = '0x0000000000000000000000000000000000000000' WHERE chain = 1",
            )
            .await;
        assert_eq!(person.try_export(PIN).await.err(), Some(SessionError::OtherKeys));
    })
    .await;
}

#[tokio::test]
async fn the_database_holds_neither_seed_nor_share_nor_key() {
    story(async {
        let person = Person::enrolled().await;
        let network = Native::default();
        let mut session = person.proved(ChallengeType::CreateWallet, PIN, &network).await;
        session.create_wallet(&network, &Link::default()).await.unwrap();
        let exported = person.try_export(PIN).await.unwrap();

        let inner = &person.gateway.inner;
        let user = inner.store.user(&inner.app.id, &person.user).await.unwrap().unwrap();
        let wallet = inner.store.wallet(&user.id).await.unwrap().unwrap();
        let identifier = wallet_identifier(&inner.app.id, &user.id, &wallet.id);
        // Whoever has the key ring, too, has the gateway's share, and nothing more.
        let gateway_share = inner.keys.open_from_storage(&identifier, &wallet.gateway_share).unwrap();
        let seed = network.seed();
        let user_share =
            join_shares(&Secret::copy_from(&seed).unwrap(), &Secret::copy_from(gateway_share.expose_secret()).unwrap());
        let derived = repin_wallet::derive(&Secret::copy_from(&seed).unwrap()).unwrap();
        assert_eq!(derived.csv.expose_secret(), exported.csv.expose_secret(), "the seed is the one");

        let mut secrets = vec![seed, user_share.expose_secret().to_vec(), gateway_share.expose_secret().to_vec()];
        secrets.extend(exported.keys.iter().map(|key| key.private_key.expose_secret().to_vec()));
        let rows = dump::of(&person.gateway).await;
        let holds = |wanted: &[u8]| {
            dump::encodings(wanted)
                .iter()
                .any(|form| rows.iter().flat_map(|row| row.columns.values()).any(|value| contains(value, form)))
        };
        for (number, secret) in secrets.iter().enumerate() {
            assert!(!holds(secret), "secret {number} is in the database");
        }
        // The control: what is there is found.
        assert!(holds(&wallet.user_share) && holds(exported.addresses[1].address.as_bytes()));
    })
    .await;
}

fn contains(value: &[u8], wanted: &[u8]) -> bool {
    value.windows(wanted.len()).any(|window| window == wanted)
}
