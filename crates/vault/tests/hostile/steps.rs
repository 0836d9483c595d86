//! The steps of wallets and codes: a share, a wrap or a list that is not the honest one is refused by its type, nothing is given out, and
//! what the person has is still theirs when the gateway tells the truth.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::FutureExt;
use repin_core::api::*;
use repin_core::credential::{credential_identifier, wrap_data_key};
use repin_core::secret::{Secret, SecretBytes};
use repin_core::wallet::{seal_user_share, wallet_identifier};
use repin_vault::platform::Platform;
use repin_vault::session::{Link, Session, SessionError};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::common::gateway::{
    APP, CODE, CREDENTIAL, DATA_KEY, Enrolled, Gateway, KSF, PIN, USER, WALLET, session, wallets,
};
use crate::secret;

/// Everything in this process answers at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing is waited for")
}

fn open(gateway: &Gateway<'_>) -> Session {
    now(Session::open(session(), gateway, &Link::default())).unwrap()
}

fn proved(gateway: &Gateway<'_>) -> Session {
    let mut session = open(gateway);
    now(session.prove(Rc::new(secret(PIN)), gateway, &Link::default())).unwrap();
    session
}

/// A share as it is sealed for this app, user, wallet and data key.
fn share(app: &str, user: &str, wallet: &[u8; 16], data_key: u8, gateway: &Gateway<'_>) -> Vec<u8> {
    let key = Secret::make_with(|key| key.fill(data_key));
    let share = Secret::make_with(|share| share.fill(1));
    seal_user_share(&key, &wallet_identifier(app, user, wallet), &share, &mut gateway.rng())
}

type LieOfExport = fn(&mut ExportReply, &Gateway<'_>);

/// What is exported in the place of the wallet, and why that is refused.
const EXPORTS: [(&str, LieOfExport, SessionError); 14] = [
    ("a share cut short", |reply, _| reply.user_share.truncate(71), SessionError::Protocol),
    ("a share that is longer", |reply, _| reply.user_share.push(0), SessionError::Protocol),
    ("no share", |reply, _| reply.user_share.clear(), SessionError::Protocol),
    ("a share with a bit turned", |reply, _| reply.user_share[30] ^= 1, SessionError::Protocol),
    ("another app's share", |r, g| r.user_share = share("other", USER, &WALLET, DATA_KEY, g), SessionError::Protocol),
    ("another user's share", |r, g| r.user_share = share(APP, "other", &WALLET, DATA_KEY, g), SessionError::Protocol),
    ("another wallet's share", |r, g| r.user_share = share(APP, USER, &[8; 16], DATA_KEY, g), SessionError::Protocol),
    ("a share under another data key", |r, g| r.user_share = share(APP, USER, &WALLET, 6, g), SessionError::Protocol),
    ("another wallet's name", |reply, _| reply.wallet_id = vec![8; 16], SessionError::Protocol),
    ("a gateway's share cut short", |r, _| r.gateway_share = SecretBytes::new(vec![9; 31]), SessionError::Protocol),
    ("another gateway's share", |r, _| r.gateway_share = SecretBytes::new(vec![9; 32]), SessionError::OtherKeys),
    (
        "another person's share that opens",
        |r, g| r.user_share = share(APP, USER, &WALLET, DATA_KEY, g),
        SessionError::OtherKeys,
    ),
    (
        "the addresses of somebody else",
        |reply, _| reply.addresses[0].address = format!("0x{:040}", 0),
        SessionError::OtherKeys,
    ),
    ("an address fewer", |reply, _| reply.addresses.truncate(1), SessionError::OtherKeys),
];

#[test]
fn shares_and_addresses_that_are_not_the_wallets_are_refused_and_the_wallet_is_still_there() {
    let enrolled = Enrolled::make();
    let teller = enrolled.honest(ChallengeType::ExportKeys);
    for (what, lie, refused) in EXPORTS {
        let lies = Cell::new(true);
        let gateway = enrolled.lying(ChallengeType::ExportKeys, |step, honest| {
            if step != Step::Export || !lies.get() {
                return honest;
            }
            let mut reply: ExportReply = decode(&honest).unwrap();
            lie(&mut reply, &teller);
            encode(&reply).expose_secret().to_vec()
        });
        let mut session = proved(&gateway);
        let told = now(session.export(&gateway, &Link::default()));
        assert_eq!(told.err(), Some(refused), "{what}");
        lies.set(false);
        let exported = now(session.export(&gateway, &Link::default())).expect(what);
        assert_eq!(exported.addresses, enrolled.addresses(), "{what}: nothing was lost");
    }
}

#[test]
fn an_answer_from_before_is_no_export() {
    let enrolled = Enrolled::make();
    let before = Cell::new(Vec::new());
    let gateway = enrolled.lying(ChallengeType::ExportKeys, |step, honest| match step {
        Step::Prove2 => {
            before.set(honest.clone());
            honest
        }
        Step::Export => before.take(),
        _ => honest,
    });
    let mut session = proved(&gateway);
    assert_eq!(now(session.export(&gateway, &Link::default())).err(), Some(SessionError::Protocol));
    // Sealed as it was: what was said to one message opens as an answer to no other.
    let replaying = enrolled.replaying(ChallengeType::ExportKeys, Step::Prove2, Step::Export);
    let mut session = proved(&replaying);
    assert_eq!(now(session.export(&replaying, &Link::default())).err(), Some(SessionError::Protocol));
}

/// A wrap under another key than the proof's: what a gateway has of somebody or something else.
fn wrap(user: &str, kind: CredentialKind, credential: &[u8; 16], gateway: &Gateway<'_>) -> Vec<u8> {
    let export_key = Secret::make_with(|key| key.fill(3));
    let data_key = Secret::make_with(|key| key.fill(DATA_KEY));
    let identifier = credential_identifier(APP, user, kind, credential);
    wrap_data_key(&export_key, kind, &identifier, &data_key, &mut gateway.rng())
}

type LieOfWrap = fn(&mut Prove2Reply, &Enrolled, &Gateway<'_>);

const WRAPS: [(&str, LieOfWrap); 7] = [
    ("cut short", |reply, _, _| reply.wrap.truncate(71)),
    ("none", |reply, _, _| reply.wrap.clear()),
    ("a bit turned", |reply, _, _| reply.wrap[40] ^= 1),
    ("another credential's name", |reply, _, _| reply.credential_id = vec![2; 16]),
    ("no credential's name", |reply, _, _| reply.credential_id = Vec::new()),
    ("another user's", |reply, _, g| reply.wrap = wrap("other", CredentialKind::Pin, &CREDENTIAL, g)),
    ("the code's", |reply, enrolled, _| reply.wrap = enrolled.wrap_of(CredentialKind::Code).to_vec()),
];

#[test]
fn a_wrap_that_is_not_this_credentials_proves_nothing() {
    let enrolled = Enrolled::make();
    let teller = enrolled.honest(ChallengeType::CreateWallet);
    for (what, lie) in WRAPS {
        let gateway = enrolled.lying(ChallengeType::CreateWallet, |step, honest| {
            if step != Step::Prove2 {
                return honest;
            }
            let mut reply: Prove2Reply = decode(&honest).unwrap();
            lie(&mut reply, &enrolled, &teller);
            encode(&reply).expose_secret().to_vec()
        });
        let mut session = open(&gateway);
        let told = now(session.prove(Rc::new(secret(PIN)), &gateway, &Link::default()));
        assert_eq!(told.err(), Some(SessionError::Protocol), "{what}");
        let made = now(session.create_wallet(&gateway, &Link::default()));
        assert_eq!(made.err(), Some(SessionError::Protocol), "{what}");
        assert!(!gateway.was_asked(Step::CreateWallet), "{what}: no share leaves the device");
    }
}

#[test]
fn a_code_opens_where_it_shall_and_nowhere_else() {
    let enrolled = Enrolled::make();
    // The wrap of a code that is enough is there, and of one beside answers it is not; the other way round is a lie.
    for (kind, has_wrap) in [(ChallengeType::RestorePinByCode, true), (ChallengeType::RestorePinByBoth, false)] {
        for lies in [false, true] {
            let gateway = enrolled.lying(kind, |step, honest| {
                if step != Step::Prove2 {
                    return honest;
                }
                let mut reply: Prove2Reply = decode(&honest).unwrap();
                reply.wrap =
                    if has_wrap == lies { Vec::new() } else { enrolled.wrap_of(CredentialKind::Code).to_vec() };
                encode(&reply).expose_secret().to_vec()
            });
            let mut session = open(&gateway);
            now(session.send_code(None, false, &gateway, &Link::default())).unwrap();
            let told = now(session.prove_code(Rc::new(secret(CODE)), &gateway, &Link::default()));
            assert_eq!(told.err(), lies.then_some(SessionError::Protocol), "{kind:?}, lies: {lies}");
        }
    }
}

#[test]
fn a_cost_of_a_code_outside_the_bounds_is_not_stretched() {
    let enrolled = Enrolled::make();
    for ksf in [KsfParams { m_kib: 8, ..KSF }, KsfParams { m_kib: 4 << 20, ..KSF }, KsfParams { t: 0, ..KSF }] {
        let gateway = enrolled.lying(ChallengeType::RestorePinByCode, |step, honest| {
            if step != Step::SendCode {
                return honest;
            }
            let mut reply: SendCodeReply = decode(&honest).unwrap();
            reply.ksf = ksf;
            encode(&reply).expose_secret().to_vec()
        });
        let mut session = open(&gateway);
        let told = now(session.send_code(None, false, &gateway, &Link::default()));
        assert_eq!(told.err(), Some(SessionError::Protocol), "{ksf:?}");
        assert_eq!(
            now(session.prove_code(Rc::new(secret(CODE)), &gateway, &Link::default())).err(),
            Some(SessionError::Protocol)
        );
        assert!(!gateway.was_asked(Step::Prove1), "{ksf:?}: no guess is staked");
    }
}

#[test]
fn a_list_of_wallets_that_makes_no_sense_is_refused_and_no_context_is_made_for_it() {
    let enrolled = Enrolled::make();
    let wallet = |name: &str, version, state| WalletRotation {
        wallet: name.into(),
        label: "\u{202e}".repeat(3),
        version,
        state,
    };
    let told = |wallets: Vec<WalletRotation>| {
        let reply = encode(&RotationReply { wallets, server_time: 0 }).expose_secret().to_vec();
        enrolled.lying(ChallengeType::RecoverWallets, move |step, honest| match step {
            Step::Rotation => reply.clone(),
            _ => honest,
        })
    };
    let rotation = |gateway: &Gateway<'_>| {
        let mut session = open(gateway);
        now(session.prove(Rc::new(secret(PIN)), gateway, &Link::default())).unwrap();
        let known = now(session.rotation(gateway, &Link::default()))?;
        now(session.rotate(&known, gateway, &Link::default()))
    };
    let many = told((0..65).map(|n| wallet(&format!("w{n}"), 0, RotationState::Idle)).collect());
    assert_eq!(rotation(&many).err(), Some(SessionError::Protocol));
    assert!(!many.was_asked(Step::Rotate));
    // There is no version after the last one, and nothing to be done for what is under way.
    let last = told(vec![wallet("w", u32::MAX, RotationState::Done), wallet("x", 0, RotationState::Unknown)]);
    assert!(rotation(&last).is_ok());
    assert!(!last.was_asked(Step::Rotate));
    for garbage in [vec![], vec![0x80; 64], vec![0xff; 900]] {
        let gateway = enrolled.lying(ChallengeType::RecoverWallets, move |step, honest| match step {
            Step::Rotation => garbage.clone(),
            _ => honest,
        });
        assert_eq!(rotation(&gateway).err(), Some(SessionError::Protocol));
    }
    // The control: an honest list is begun, each wallet under its own name.
    let honest = enrolled.honest(ChallengeType::RecoverWallets);
    rotation(&honest).unwrap();
    let names: Vec<_> = wallets().into_iter().map(|wallet| wallet.wallet).collect();
    assert_eq!(*honest.rotated.borrow(), names);
}

#[test]
fn a_guess_that_was_charged_is_unsure_until_its_end_is_known() {
    let enrolled = Enrolled::make();
    for is_lost in [false, true] {
        let gateway = enrolled.lying(ChallengeType::ChangePin, |step, honest| {
            // What cannot be read tells nothing.
            if is_lost && step == Step::Prove2 { Vec::new() } else { honest }
        });
        let (mut session, link) = (open(&gateway), Link::default());
        assert!(!link.is_unsure());
        let told = now(session.prove(Rc::new(secret(PIN)), &gateway, &link));
        assert_eq!((told.is_err(), link.is_unsure()), (is_lost, is_lost));
    }
}
