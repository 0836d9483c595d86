//! A recovery of three wallets, and what two tabs, a closed one, and a second recovery make of it.

use repin_core::api::{RotationReply, RotationState};
use repin_core::error::Code;
use repin_magic_simulator::{Call, Fault};
use repin_vault::session::SessionError;

use crate::common::database;
use crate::held::{events, has_current_keys};
use crate::person::{Person, listed, world};
use crate::{secrets, story};

fn all(reply: &RotationReply, state: RotationState) -> bool {
    reply.wallets.iter().all(|wallet| wallet.state == state)
}

#[tokio::test]
async fn three_wallets_get_new_contexts_that_sign_and_the_person_a_new_pin() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 3).await;
        let mut recovery = person.recovery(&gateway).await;
        let known = recovery.look().await;
        assert!(all(&known, RotationState::Idle) && known.wallets.iter().all(|wallet| wallet.version == 0));
        let names: Vec<_> = known.wallets.iter().map(|wallet| wallet.wallet.clone()).collect();
        assert_eq!(names, person.wallets.iter().map(|wallet| wallet.id.clone()).collect::<Vec<_>>());
        recovery.rotate().await;
        let done = recovery.until(|reply| all(reply, RotationState::Done)).await;
        assert!(done.wallets.iter().all(|wallet| wallet.version == 1 && wallet.label == "Savings"));
        recovery.commit("730562").await;
        assert_eq!(gateway.challenge_status(&recovery.token, &recovery.challenge).await, "COMPLETE");

        let user = gateway.inner.store.user(&gateway.inner.app.id, &person.user).await.unwrap().unwrap();
        let held = gateway.inner.store.magic_wallets(&user.id).await.unwrap();
        let mut contexts = Vec::new();
        for (before, held) in person.wallets.iter().zip(&held) {
            let now = simulator.wallet(&before.id).unwrap();
            assert!(has_current_keys(&gateway.inner, held, &now));
            assert_eq!((now.recoveries, now.address.as_str()), (1, before.address.as_str()));
            assert_eq!(simulator.calls(&before.id, Call::Sign), 1, "tried once");
            contexts.push(now.context);
        }
        contexts.sort_unstable();
        contexts.dedup();
        assert_eq!(contexts.len(), 3, "each wallet has a context of its own");
        for wallet in listed(&gateway, &person.user).await {
            assert_eq!((wallet["state"].as_str(), wallet["contextVersion"].as_u64()), (Some("DONE"), Some(1)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_recovery_goes_on_from_the_first_and_the_same_one_rotates_nothing_twice() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        let id = &person.wallets[0].id;
        let mut recovery = person.recovery(&gateway).await;
        recovery.rotate().await;
        recovery.until(|reply| all(reply, RotationState::Done)).await;
        let again = recovery.rotate().await;
        assert!(all(&again, RotationState::Done) && again.wallets[0].version == 1);
        let mut back = person.recovery_on(&gateway, &recovery.challenge).await;
        assert!(all(&back.rotate().await, RotationState::Done));
        assert_eq!(simulator.wallet(id).unwrap().recoveries, 1);

        let mut second = person.recovery(&gateway).await;
        second.rotate().await;
        second.until(|reply| all(reply, RotationState::Done) && reply.wallets[0].version == 2).await;
        assert_eq!(simulator.wallet(id).unwrap().recoveries, 2);
    })
    .await;
}

#[tokio::test]
async fn the_keys_before_the_last_recovery_are_kept_on_sqlite() {
    story(async {
        let (gateway, simulator) = world().await;
        if gateway.database().is_some() {
            return; // the statements are SQLite's
        }
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        let mut recovery = person.recovery(&gateway).await;
        gateway.execute("UPDATE magic_wallets SET network = hex(access_key) || hex(recovery_key)").await;
        recovery.rotate().await;
        recovery.until(|reply| all(reply, RotationState::Done)).await;
        // Fails for the first row that it selects.
        let others = "INSERT INTO magic_rotations (id) SELECT id FROM magic_wallets
                      WHERE coalesce(hex(previous_access) || hex(previous_recovery), '') <> network";
        gateway.execute(others).await;
    })
    .await;
}

#[tokio::test]
async fn of_two_tabs_the_second_is_told_that_it_is_under_way_and_magic_is_called_once() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        let id = &person.wallets[0].id;
        simulator.plan(id, Call::Sign, [Fault::StallBefore]); // long enough for both tabs to ask
        let mut one = person.recovery(&gateway).await;
        let mut other = person.recovery(&gateway).await;
        let (first, second) = (one.look().await, other.look().await);
        let (first, second) = tokio::join!(
            one.session.rotate(&first, &one.network, &one.link),
            other.session.rotate(&second, &other.network, &other.link)
        );
        for reply in [first.unwrap(), second.unwrap()] {
            let state = reply.wallets[0].state;
            assert!(matches!(state, RotationState::Rotating | RotationState::Done), "{state:?}");
        }
        other.until(|reply| all(reply, RotationState::Done)).await;
        assert_eq!(simulator.calls(id, Call::Confirm), 1);
        assert_eq!(simulator.wallet(id).unwrap().recoveries, 1);
    })
    .await;
}

#[tokio::test]
async fn how_far_it_is_can_be_read_to_its_end_after_the_commit_and_after_a_reload_and_nothing_else_can() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        simulator.plan(&person.wallets[0].id, Call::Sign, [Fault::StallBefore]);
        let mut recovery = person.recovery(&gateway).await;
        recovery.rotate().await;
        recovery.commit("730562").await;
        assert_eq!(gateway.challenge_status(&recovery.token, &recovery.challenge).await, "COMPLETE");
        recovery.until(|reply| all(reply, RotationState::Done)).await;

        // A page that is loaded anew.
        let mut reloaded = person.opened_on(&gateway, &recovery.challenge).await;
        assert!(reloaded.session.opened().prove_ksf.is_none() && reloaded.session.opened().questions.is_empty());
        let told = reloaded.look().await;
        assert!(all(&told, RotationState::Done));
        // Without a proof there is nothing to make a context of; and the gateway takes no other PIN.
        let begun = reloaded.session.rotate(&told, &reloaded.network, &reloaded.link).await;
        assert_eq!(begun.err(), Some(SessionError::Protocol));
        let late = reloaded.try_commit("815937").await;
        assert!(matches!(late, Err(SessionError::Refused { code: Code::ChallengeInvalid, .. })), "{late:?}");

        // Of another challenge that is complete nothing is told.
        let (token, _) = gateway.token(&person.user).await;
        let change = gateway.challenge("PUT", "/user/pin", &token).await;
        let mut session = person.proved_on(&gateway, &change, "730562").await;
        session.commit("815937").await;
        let refused = session.session.rotation(&session.network, &session.link).await;
        assert!(matches!(refused, Err(SessionError::Refused { code: Code::ChallengeInvalid, .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_under_way_goes_on_when_the_person_has_left() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 2).await;
        let mut recovery = person.recovery(&gateway).await;
        recovery.rotate().await;
        drop(recovery);
        while !listed(&gateway, &person.user).await.iter().all(|wallet| wallet["state"] == "DONE") {
            tokio::task::yield_now().await;
        }
        assert!(person.wallets.iter().all(|wallet| simulator.wallet(&wallet.id).unwrap().recoveries == 1));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_told_or_begun_before_the_proof_or_in_another_challenge() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        let (token, _) = gateway.token(&person.user).await;
        let challenge = gateway.challenge("POST", "/user/pin/restore", &token).await;
        let mut restore = person.recovery_on(&gateway, &challenge).await;
        let refused = restore.session.rotation(&restore.network, &restore.link).await;
        assert!(matches!(refused, Err(SessionError::Refused { code: Code::InvalidApproveContent, .. })), "{refused:?}");
        let mut late = person.recovery(&gateway).await;
        gateway.advance(11 * 60_000);
        let refused = late.session.rotation(&late.network, &late.link).await;
        assert!(matches!(refused, Err(SessionError::Refused { code: Code::InvalidApproveContent, .. })));
    })
    .await;
}

#[tokio::test]
async fn keys_and_contexts_lie_in_no_database_in_clear_and_the_context_is_gone_afterwards() {
    story(async {
        let (gateway, simulator) = world().await;
        let person = Person::with_wallets(&gateway, &simulator, 1).await;
        let before = &person.wallets[0];
        let mut recovery = person.recovery(&gateway).await;
        recovery.rotate().await;
        recovery.until(|reply| all(reply, RotationState::Done)).await;
        let after = simulator.wallet(&before.id).unwrap();
        let mut all: String = match gateway.database() {
            Some(url) => database::dump(&url).await,
            None => String::new(),
        };
        for file in std::fs::read_dir(gateway.data()).unwrap().map(|file| file.unwrap().path()) {
            if file.is_file() {
                all.push_str(&String::from_utf8_lossy(&std::fs::read(file).unwrap()));
            }
        }
        assert!(all.contains(&before.id), "the search finds what is there");
        let hidden = [&before.access_key, &before.recovery_key, &after.access_key, &after.recovery_key, &after.context];
        assert_eq!(secrets::found(&all, &hidden.map(Clone::clone)), Vec::<String>::new());
        // Fails for the first row that it selects.
        let open = "INSERT INTO magic_rotations (id) SELECT id FROM magic_rotations WHERE context IS NOT NULL";
        gateway.execute(open).await;
        let ours = listed(&gateway, &person.user).await[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(events(&gateway.inner, &ours).await, ["MAGIC_WALLET_ROTATED", "MAGIC_WALLET_REGISTERED"]);
    })
    .await;
}
