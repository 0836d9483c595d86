//! Every way in which a call can fail: no wallet is left without its keys in silence, and no key that came is lost.

use std::time::Duration;

use repin_core::api::RotationState::{self, Done, Frozen, Rotating, Unknown};
use repin_magic_simulator::{Call, Fault, SECRET_KEY, Simulator};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::common::evidence::{count, say, store};
use crate::common::{Gateway, send};
use crate::held::{events, has_current_keys};
use crate::person::{Person, call, gateway_on, listed, register, world};
use crate::story;

const MINUTE: u64 = 60_000;

/// What goes wrong, in which call, where it ends, and what the audit then says last.
const CASES: [(Call, &[Fault], RotationState, &str); 18] = [
    (Call::Confirm, &[Fault::DropBefore], Done, "MAGIC_WALLET_ROTATED"),
    (Call::Confirm, &[Fault::StallBefore], Done, "MAGIC_WALLET_ROTATED"),
    (Call::Confirm, &[Fault::FailBefore], Done, "MAGIC_WALLET_ROTATED"),
    (Call::Confirm, &[Fault::TimeoutBefore], Done, "MAGIC_WALLET_ROTATED"),
    (Call::Confirm, &[Fault::DropAfter], Frozen, "MAGIC_KEYS_LOST"),
    (Call::Confirm, &[Fault::StallAfter], Frozen, "MAGIC_KEYS_LOST"),
    (Call::Confirm, &[Fault::CutAfter], Frozen, "MAGIC_KEYS_LOST"),
    (Call::Confirm, &[Fault::TimeoutAfter], Frozen, "MAGIC_KEYS_LOST"),
    (Call::Confirm, &[Fault::GarbageAfter], Frozen, "MAGIC_KEYS_LOST"),
    (Call::Confirm, &[Fault::FailBefore, Fault::DropAfter], Unknown, "MAGIC_ROTATION_STUCK"),
    (Call::Confirm, &[Fault::DropBefore, Fault::DropBefore], Unknown, "MAGIC_ROTATION_STUCK"),
    (Call::Confirm, &[Fault::AnotherWalletAfter], Frozen, "MAGIC_ANOTHER_WALLET"),
    (Call::Confirm, &[Fault::AnotherGroupAfter], Frozen, "MAGIC_ANOTHER_WALLET"),
    (Call::Confirm, &[Fault::AnotherShapeAfter], Done, "MAGIC_WALLET_ROTATED"),
    (Call::Sign, &[Fault::DropBefore], Done, "MAGIC_WALLET_ROTATED"),
    (Call::Sign, &[Fault::StallBefore], Done, "MAGIC_WALLET_ROTATED"),
    (Call::Sign, &[Fault::FailBefore, Fault::GarbageAfter], Done, "MAGIC_WALLET_ROTATED"),
    (Call::Sign, &[Fault::CutAfter], Done, "MAGIC_WALLET_ROTATED"),
];

/// Waits until nothing about a user's wallets goes on by itself; our ids of them.
async fn settled(gateway: &Gateway, user: &str) -> Vec<String> {
    loop {
        let wallets = listed(gateway, user).await;
        let ids: Vec<_> = wallets.iter().map(|wallet| wallet["id"].as_str().unwrap().to_owned()).collect();
        if gateway.inner.store.next_rotation().await.unwrap().is_none() {
            return ids;
        }
        tokio::task::yield_now().await;
    }
}

/// A person whose second of three wallets meets the faults. Returns whether Magic has keys that nobody has.
async fn round(
    gateway: &Gateway,
    simulator: &Simulator,
    (of, faults, ends, event): (Call, &[Fault], RotationState, &str),
) -> bool {
    let person = Person::with_wallets(gateway, simulator, 3).await;
    simulator.plan(&person.wallets[1].id, of, faults.iter().copied());
    let mut recovery = person.recovery(gateway).await;
    recovery.rotate().await;
    let ids = settled(gateway, &person.user).await;
    let states: Vec<_> = recovery.look().await.wallets.iter().map(|wallet| wallet.state).collect();
    assert_eq!(states, [Done, ends, Done], "{of:?} {faults:?}");
    let told = events(&gateway.inner, &ids[1]).await;
    assert_eq!(told[0], event, "{of:?} {faults:?}: {told:?}");
    let user = gateway.inner.store.user(&gateway.inner.app.id, &person.user).await.unwrap().unwrap();
    let held = gateway.inner.store.magic_wallets(&user.id).await.unwrap();
    let known = simulator.wallet(&held[1].wallet).unwrap();
    let current = has_current_keys(&gateway.inner, &held[1], &known);
    assert!(ends != Done || current, "{of:?} {faults:?}: other keys than Magic's");
    // The same call twice at most, whatever happens.
    assert!(simulator.calls(&held[1].wallet, Call::Confirm) <= 2, "{of:?} {faults:?}");
    for at in [0, 2] {
        let known = simulator.wallet(&held[at].wallet).unwrap();
        assert!(has_current_keys(&gateway.inner, &held[at], &known), "a neighbour's keys");
    }
    !current
}

/// The control: a caller that reads an answer before it writes it down, and takes an error for a failure. Whether it has other keys than
/// Magic then, and nobody knows.
async fn naive(simulator: &Simulator, (of, faults, ..): (Call, &[Fault], RotationState, &str)) -> bool {
    let before = simulator.create_wallet(&simulator.create_group(), "the first context");
    simulator.plan(&before.id, of, faults.iter().copied());
    let mut held = (before.access_key.clone(), before.recovery_key.clone());
    for _ in faults {
        let asked = json!({"wallet_id": before.id, "encryption_context": "another", "recovery_key": held.1});
        let request = reqwest::Client::new()
            .post(format!("{}/v1/api/wallet/recovery/confirm", simulator.url()))
            .header("x-magic-secret-key", SECRET_KEY)
            .timeout(Duration::from_millis(200))
            .json(&asked);
        let Ok(Ok(body)) = async { Ok::<_, reqwest::Error>(request.send().await?.json::<Value>().await) }.await else {
            continue;
        };
        if let (Some(access), Some(recovery)) =
            (body["data"]["access_key"].as_str(), body["data"]["recovery_key"].as_str())
        {
            held = (access.to_owned(), recovery.to_owned());
            break;
        }
    }
    let now = simulator.wallet(&before.id).unwrap();
    held != (now.access_key, now.recovery_key)
}

#[tokio::test]
async fn whatever_fails_no_key_that_came_is_lost_and_no_wallet_is_stranded_in_silence() {
    story(async {
        let (gateway, simulator) = world().await;
        let rounds = count(2, 25);
        let (mut wallets, mut lost) = (0, 0);
        for case in CASES {
            for _ in 0..rounds {
                lost += usize::from(round(&gateway, &simulator, case).await);
                wallets += 1;
            }
        }
        let mut stranded = 0;
        for case in CASES {
            stranded += usize::from(naive(&simulator, case).await);
        }
        say(
            34,
            format_args!(
                "{}: {wallets} wallets met {} faults, {rounds} rounds each: 0 stranded without an alarm, 0 keys lost that came; \
                 {lost} without the keys in force (a lost answer, or one that names another), each frozen or unknown with an alarm",
                store(),
                CASES.len()
            ),
            format_args!("a caller that takes an error for a failure strands {stranded} of {} in silence", CASES.len()),
        );
        assert!(lost > 0 && stranded > 0, "the simulator's faults are none");
    })
    .await;
}

#[tokio::test]
async fn keys_that_belong_to_another_wallet_are_in_the_journal_and_not_in_use() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        let id = &person.wallets[0].id;
        simulator.plan(id, Call::Confirm, [Fault::AnotherWalletAfter]);
        let mut recovery = person.recovery(&gateway).await;
        recovery.rotate().await;
        recovery.until(|reply| reply.wallets[0].state == Frozen).await;
        let user = gateway.inner.store.user(&gateway.inner.app.id, &person.user).await.unwrap().unwrap();
        let held = gateway.inner.store.magic_wallets(&user.id).await.unwrap();
        assert!(has_current_keys(&gateway.inner, &held[0], &person.wallets[0]), "the keys from before are kept");
        assert_eq!(simulator.calls(id, Call::Sign), 0, "keys of another wallet are not tried");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_recovery_key_freezes_the_wallet_at_once_and_new_keys_thaw_it() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        let other = simulator.create_wallet(&simulator.create_group(), "the first context");
        let mut mixed = simulator.create_wallet(&simulator.create_group(), "the first context");
        mixed.recovery_key = other.recovery_key.clone();
        assert_eq!(register(&gateway, &person.user, &mixed).await.0, 201);
        let mut recovery = person.recovery(&gateway).await;
        recovery.rotate().await;
        let ids = settled(&gateway, &person.user).await;
        assert_eq!(events(&gateway.inner, &ids[1]).await[0], "MAGIC_RECOVERY_REFUSED");
        assert_eq!(simulator.calls(&mixed.id, Call::Confirm), 1, "a refusal is not asked again");
        assert_eq!(simulator.wallet(&other.id).unwrap().recoveries, 0);

        let right = simulator.wallet(&mixed.id).unwrap();
        assert_eq!(register(&gateway, &person.user, &right).await.0, 201);
        let reply = recovery.rotate().await;
        assert_eq!(reply.wallets[1].state, Rotating);
        recovery.until(|reply| reply.wallets[1].state == Done).await;
        assert_eq!(simulator.wallet(&mixed.id).unwrap().recoveries, 1);
    })
    .await;
}

#[tokio::test]
async fn what_two_calls_left_unknown_waits_for_somebody_who_has_looked() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        let id = &person.wallets[0].id;
        simulator.plan(id, Call::Confirm, [Fault::FailBefore, Fault::FailBefore]);
        let mut recovery = person.recovery(&gateway).await;
        recovery.rotate().await;
        let ids = settled(&gateway, &person.user).await;
        assert_eq!(simulator.calls(id, Call::Confirm), 2);
        assert_eq!(recovery.rotate().await.wallets[0].state, Unknown, "a person cannot make it be asked again");
        assert_eq!(simulator.calls(id, Call::Confirm), 2);
        let path = format!("/wallets/{}/retry", ids[0]);
        let (status, body) = send(call(&gateway, "POST", &path)).await;
        assert_eq!(status, 200, "{body}");
        recovery.until(|reply| reply.wallets[0].state == Done).await;
        assert_eq!(send(call(&gateway, "POST", &path)).await.0, 409);
        assert_eq!(simulator.wallet(id).unwrap().recoveries, 1);
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_asked_again_until_it_can_and_an_operator_is_told() {
    story(async {
        // Ours, and nobody listens: whoever comes is turned away, and nobody else is given it.
        let closed = TcpSocket::new_v4().unwrap();
        closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = closed.local_addr().unwrap();
        let gateway = gateway_on(&format!("http://{address}")).await;
        let elsewhere = Simulator::start().await.unwrap();
        let person = Person::with_wallets(&gateway, &elsewhere, 1).await;
        let mut recovery = person.recovery(&gateway).await;
        recovery.rotate().await;
        let ours = listed(&gateway, &person.user).await[0]["id"].as_str().unwrap().to_owned();
        while events(&gateway.inner, &ours).await[0] != "MAGIC_ROTATION_WAITING" {
            tokio::task::yield_now().await;
        }
        assert_eq!(recovery.look().await.wallets[0].state, Rotating);
        let listener = closed.listen(64).unwrap();
        let (simulator, serving) = Simulator::on(listener, repin_magic_simulator::SECRET_KEY).unwrap();
        tokio::spawn(serving);
        // It has never heard of the wallet, which it says: the wallet is frozen, and not lost.
        recovery.until(|reply| reply.wallets[0].state == Frozen).await;
        assert_eq!(simulator.calls(&person.wallets[0].id, Call::Confirm), 1);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_the_database_does_not_take_is_kept_until_it_does() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        let (take_none, take_again) = match gateway.database() {
            Some(_) => (
                "ALTER TABLE magic_replies ADD CONSTRAINT fails CHECK (FALSE) NOT VALID",
                "ALTER TABLE magic_replies DROP CONSTRAINT fails",
            ),
            None => (
                "CREATE TRIGGER fails BEFORE INSERT ON magic_replies BEGIN SELECT RAISE(ABORT, 'in a test'); END",
                "DROP TRIGGER fails",
            ),
        };
        gateway.execute(take_none).await;
        let mut recovery = person.recovery(&gateway).await;
        recovery.rotate().await;
        while simulator.wallet(&person.wallets[0].id).unwrap().recoveries == 0 {
            tokio::task::yield_now().await;
        }
        // Time enough for one that was taken to be told of.
        for _ in 0..100 {
            assert_eq!(recovery.look().await.wallets[0].state, Rotating);
        }
        // Its claim lapses, and whoever finds it takes the answer for lost; but not for long enough to use up the same key once more.
        let state = async || listed(&gateway, &person.user).await[0]["state"].as_str().unwrap().to_owned();
        gateway.advance(2 * MINUTE);
        loop {
            match &*state().await {
                "UNKNOWN" => break,
                state => assert_eq!(state, "ROTATING"),
            }
            tokio::task::yield_now().await;
        }
        gateway.advance(9 * MINUTE);
        for _ in 0..100 {
            assert_eq!(state().await, "UNKNOWN");
        }
        assert_eq!(simulator.calls(&person.wallets[0].id, Call::Confirm), 1, "the key is not used once more");
        gateway.execute(take_again).await;
        loop {
            match &*state().await {
                "DONE" => break,
                state => assert_ne!(state, "FROZEN"),
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(simulator.calls(&person.wallets[0].id, Call::Confirm), 1);
    })
    .await;
}
