//! The same moment, many times: what a reader who writes later would get wrong. On PostgreSQL half of the racers are another
//! gateway.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use repin_core::api::{ChallengeType, CredentialKind};
use repin_server::store::postgres::PostgresStore;
use repin_server::store::{
    Arrival, Arrived, Change, Charge, Claim, Commit, Committed, Created, NewChallenge, NewDelivery, NewRun, Proved,
    Recorded, Status, Store,
};

use crate::common::BY;
use crate::common::database::{Place, database_of, subscription};
use crate::{challenge, credential, key, open, reply, run_id, set_pin, store_with_user};

const RACERS: u8 = 40;
/// How often a moment that is shorter than most is tried.
const RUNS: u8 = 10;

/// The same database as several gateways have it. One, where it cannot be shared.
async fn nodes(place: &Place, store: Box<dyn Store>) -> Vec<Arc<dyn Store>> {
    let mut nodes: Vec<Arc<dyn Store>> = vec![store.into()];
    if let Some((_, url)) = database_of(place.path()) {
        for _ in 0..2 {
            nodes.push(Arc::new(PostgresStore::open(&url.parse().unwrap(), 8).await.unwrap()));
        }
    }
    nodes
}

/// Lets every racer run at once, in turn on another node.
async fn race<T: Send + 'static, F>(nodes: &[Arc<dyn Store>], racer: impl Fn(Arc<dyn Store>, u8) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
{
    let tasks = (0..RACERS).map(|number| {
        let node = nodes[usize::from(number) % nodes.len()].clone();
        tokio::spawn(racer(node, number))
    });
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_guesses_in_different_runs_exactly_three_are_charged() {
    let (place, store, user) = store_with_user().await;
    set_pin(&*store, &user, 7).await;
    let challenge = challenge(&*store, &user, ChallengeType::ChangePin, "change").await;
    for run in 0..RACERS {
        open(&*store, &user, &challenge, run).await;
    }
    let nodes = nodes(&place, store).await;
    let charges = race(&nodes, |node, run| {
        let challenge = challenge.clone();
        async move { node.charge(&key(&challenge, run, 1), [7; 16], 1_000).await.unwrap() }
    });
    let charges = charges.await;
    assert_eq!(charges.iter().filter(|charge| matches!(charge, Charge::Charged(_))).count(), 3);
    assert_eq!(charges.iter().filter(|charge| matches!(charge, Charge::Locked(_))).count(), usize::from(RACERS) - 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_told_of_a_charge_is_charged_in_everybodys_eyes() {
    let (place, store, user) = store_with_user().await;
    let mut people = Vec::new();
    for number in 0..RACERS {
        let name = format!("person {number}");
        let user = store.create_user(&user.app, &name, 1).await.unwrap().unwrap();
        set_pin(&*store, &user, number).await;
        let challenge = challenge(&*store, &user, ChallengeType::ChangePin, "change").await;
        open(&*store, &user, &challenge, 1).await;
        people.push((user, challenge));
    }
    let nodes = nodes(&place, store).await;
    let people = Arc::new(people);
    for seq in 1..=2 {
        let counted = race(&nodes, |node, number| {
            let people = people.clone();
            async move {
                let (user, challenge) = &people[usize::from(number)];
                let charge = node.charge(&key(challenge, 1, seq), [number; 16], 1_000).await.unwrap();
                assert!(matches!(charge, Charge::Charged(_)));
                // Over a connection that sees what is committed, and nothing else.
                u32::from(node.user(&user.app, &user.user_id).await.unwrap().unwrap().pin.unwrap().counter.failed)
            }
        });
        assert_eq!(counted.await, [seq; RACERS as usize]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_guess_many_times_one_is_charged_and_all_go_on() {
    let (place, store, user) = store_with_user().await;
    set_pin(&*store, &user, 7).await;
    let challenge = challenge(&*store, &user, ChallengeType::ChangePin, "change").await;
    open(&*store, &user, &challenge, 1).await;
    let nodes = nodes(&place, store).await;
    let answers = race(&nodes, |node, racer| {
        let challenge = challenge.clone();
        async move {
            let key = key(&challenge, 1, 1);
            let recorded = match node.charge(&key, [7; 16], 1_000).await.unwrap() {
                Charge::Charged(_) => node.answer_guess(&key, &reply(racer), &[racer]).await.unwrap(),
                Charge::Not(recorded) => recorded,
                Charge::Locked(_) => panic!("charged more than once"),
            };
            match recorded {
                Recorded::Now => racer,
                Recorded::Before(reply) => reply.sealed[0],
                _ => panic!("neither"),
            }
        }
    });
    let answers: BTreeSet<_> = answers.await.into_iter().collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let user = nodes[0].user(&user.app, &user.user_id).await.unwrap().unwrap();
    assert_eq!(user.pin.unwrap().counter.failed, 1);
}

/// Whoever is not charged is told why, over a connection that they do not hold while they ask for another.
#[tokio::test(flavor = "multi_thread")]
async fn messages_out_of_turn_are_answered_however_few_connections_there_are() {
    let (place, store, user) = store_with_user().await;
    set_pin(&*store, &user, 7).await;
    let challenge = challenge(&*store, &user, ChallengeType::ChangePin, "change").await;
    open(&*store, &user, &challenge, 1).await;
    assert!(matches!(store.charge(&key(&challenge, 1, 1), [7; 16], 1_000).await.unwrap(), Charge::Charged(_)));
    let store: Arc<dyn Store> = match database_of(place.path()) {
        Some((_, url)) => Arc::new(PostgresStore::open(&url.parse().unwrap(), 4).await.unwrap()),
        None => store.into(),
    };
    // The same guess, which waits for its reply, and one that is not its run's next.
    let nodes = [store];
    let charges = race(&nodes, |node, racer| {
        let key_of = challenge.clone();
        async move { node.charge(&key(&key_of, 1, if racer % 2 == 0 { 1 } else { 9 }), [7; 16], 1_000).await.unwrap() }
    });
    let charges =
        tokio::time::timeout(std::time::Duration::from_secs(20), charges).await.expect("nobody waits for ever");
    let charged = charges.iter().filter(|charge| matches!(charge, Charge::Charged(_))).count();
    let conflicts = charges.iter().filter(|charge| matches!(charge, Charge::Not(Recorded::Conflict))).count();
    assert_eq!((charged, conflicts), (usize::from(RACERS) / 2, usize::from(RACERS) / 2));
}

/// Its reply was lost with the process, and then the run went on: by another code, which nobody was charged for.
#[tokio::test]
async fn a_guess_without_a_reply_is_not_evaluated_any_more_once_its_run_has_gone_on() {
    let (_place, store, user) = store_with_user().await;
    set_pin(&*store, &user, 7).await;
    let challenge = challenge(&*store, &user, ChallengeType::ChangePin, "change").await;
    open(&*store, &user, &challenge, 1).await;
    let charge = async || store.charge(&key(&challenge, 1, 1), [7; 16], 1_000).await.unwrap();
    assert!(matches!(charge().await, Charge::Charged(_)));
    assert!(matches!(charge().await, Charge::Charged(_)), "the same bytes, and not charged again");
    let next = store.record(&key(&challenge, 1, 2), &reply(2), &Change::default(), 1_000).await.unwrap();
    assert!(matches!(next, Recorded::Now));
    assert!(matches!(charge().await, Charge::Not(Recorded::Conflict)));
}

/// The evaluations of one guess differ, and its proof fits one of them: the reply that went out and the state that is kept are of the same.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_guess_that_is_evaluated_many_times_the_reply_and_the_state_are_of_one_evaluation() {
    let (place, store, user) = store_with_user().await;
    set_pin(&*store, &user, 7).await;
    let challenge = challenge(&*store, &user, ChallengeType::ChangePin, "change").await;
    let nodes = nodes(&place, store).await;
    for run in 0..RUNS {
        open(&*nodes[0], &user, &challenge, run).await;
        let charge = nodes[0].charge(&key(&challenge, run, 1), [7; 16], u64::from(run) * 10_000_000).await.unwrap();
        assert!(matches!(charge, Charge::Charged(_)));
        let told = race(&nodes, |node, racer| {
            let challenge = challenge.clone();
            async move {
                match node.answer_guess(&key(&challenge, run, 1), &reply(racer), &[racer]).await.unwrap() {
                    Recorded::Now => racer,
                    Recorded::Before(reply) => reply.sealed[0],
                    _ => panic!("neither"),
                }
            }
        });
        let told: BTreeSet<_> = told.await.into_iter().collect();
        let next = Arrived { challenge: &challenge, run: run_id(run), seq: 2 };
        let arrival = nodes[0].arrival(&user.app, &user.user_id, &next, 1_000).await.unwrap();
        let Some((_, Some(Arrival { run: Some(kept), .. }))) = arrival else { panic!("a run") };
        assert_eq!(told.into_iter().collect::<Vec<_>>(), kept.state.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_proof_many_times_one_counts_and_a_guess_after_it_stays_counted() {
    let (place, store, user) = store_with_user().await;
    set_pin(&*store, &user, 7).await;
    let challenge = challenge(&*store, &user, ChallengeType::ChangePin, "change").await;
    open(&*store, &user, &challenge, 1).await;
    open(&*store, &user, &challenge, 2).await;
    store.charge(&key(&challenge, 1, 1), [7; 16], 1_000).await.unwrap();
    let nodes = nodes(&place, store).await;
    let prove = async || {
        let told = race(&nodes, |node, racer| {
            let challenge = challenge.clone();
            async move {
                let proved = Proved {
                    credential: [7; 16],
                    kind: CredentialKind::Pin,
                    registration_open_until: Some(2_000),
                    locked_at: None,
                    was_last: false,
                };
                let proof = Change { state: Some(vec![racer]), proved: Some(proved), ends: false };
                match node.record(&key(&challenge, 1, 2), &reply(racer), &proof, 1_000).await.unwrap() {
                    Recorded::Now => racer,
                    Recorded::Before(reply) => reply.sealed[0],
                    _ => panic!("neither"),
                }
            }
        });
        told.await.into_iter().collect::<BTreeSet<_>>()
    };
    let first = prove().await;
    assert_eq!(first.len(), 1, "{first:?}");
    let failed = async || nodes[0].user(&user.app, &user.user_id).await.unwrap().unwrap().pin.unwrap().counter.failed;
    assert_eq!(failed().await, 0);
    nodes[0].charge(&key(&challenge, 2, 1), [7; 16], 1_000).await.unwrap();
    assert_eq!(prove().await, first);
    assert_eq!(failed().await, 1, "a proof forgives what was before it, and that once");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_commits_in_different_runs_and_challenges_one_counts_whole() {
    let (place, store, user) = store_with_user().await;
    set_pin(&*store, &user, 200).await;
    let mut challenges = Vec::new();
    for number in 0..RACERS {
        let name = format!("change {number}");
        challenges.push(challenge(&*store, &user, ChallengeType::ChangePin, &name).await);
        open(&*store, &user, &challenges[usize::from(number)], number).await;
    }
    let nodes = nodes(&place, store).await;
    let all = Arc::new(challenges);
    let commits = race(&nodes, |node, racer| {
        let (all, user) = (all.clone(), user.id.clone());
        async move {
            let credentials = vec![credential(CredentialKind::Pin, racer)];
            let commit = Commit { user: &user, kind: ChallengeType::ChangePin, credentials };
            let done = node.commit(&key(&all[usize::from(racer)], racer, 1), &commit, &reply(1), 1_000).await.unwrap();
            matches!(done, Committed::Recorded(Recorded::Now))
        }
    });
    let won: Vec<_> = (0..RACERS).zip(commits.await).filter(|(_, won)| *won).map(|(racer, _)| racer).collect();
    assert_eq!(won.len(), 1, "{won:?}");
    let stored = nodes[0].user(&user.app, &user.user_id).await.unwrap().unwrap().pin.unwrap();
    assert_eq!(stored.id, [won[0]; 16]);
    for (racer, challenge) in all.iter().enumerate() {
        let status = nodes[0].challenge(&user.id, challenge, 1_000).await.unwrap().unwrap().status;
        assert_eq!(status, if racer == usize::from(won[0]) { Status::Complete } else { Status::Failed });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_commit_many_times_one_counts_and_all_get_its_reply() {
    let (place, store, user) = store_with_user().await;
    let challenge = challenge(&*store, &user, ChallengeType::SetPin, "set").await;
    open(&*store, &user, &challenge, 1).await;
    let nodes = nodes(&place, store).await;
    let commits = race(&nodes, |node, racer| {
        let (challenge, user) = (challenge.clone(), user.id.clone());
        async move {
            let credentials = vec![credential(CredentialKind::Pin, racer)];
            let commit = Commit { user: &user, kind: ChallengeType::SetPin, credentials };
            match node.commit(&key(&challenge, 1, 1), &commit, &reply(racer), 1_000).await.unwrap() {
                Committed::Recorded(Recorded::Now) => racer,
                Committed::Recorded(Recorded::Before(reply)) => reply.sealed[0],
                _ => panic!("neither"),
            }
        }
    });
    let told: BTreeSet<_> = commits.await.into_iter().collect();
    let stored = nodes[0].user(&user.app, &user.user_id).await.unwrap().unwrap().pin.unwrap();
    assert_eq!(told.into_iter().collect::<Vec<_>>(), [stored.id[0]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_idempotency_key_makes_one_challenge() {
    let (place, store, user) = store_with_user().await;
    let nodes = nodes(&place, store).await;
    let made = race(&nodes, |node, _| {
        let user = user.id.clone();
        async move {
            let new = NewChallenge {
                user: &user,
                kind: ChallengeType::SetPin,
                endpoint: "POST /user/pin",
                key: "key",
                body_hash: [0; 32],
                expires_at: 100,
            };
            match node.create_challenge(&new, 1).await.unwrap() {
                Created::New(challenge) => (true, challenge.id),
                Created::Before(challenge) => (false, challenge.id),
                _ => panic!("neither"),
            }
        }
    });
    let made = made.await;
    assert_eq!(made.iter().filter(|(new, _)| *new).count(), 1);
    assert_eq!(made.iter().map(|(_, id)| id).collect::<BTreeSet<_>>().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_opening_opens_one_run_and_a_name_makes_one_user() {
    let (place, store, user) = store_with_user().await;
    let challenge = challenge(&*store, &user, ChallengeType::SetPin, "set").await;
    let nodes = nodes(&place, store).await;
    let opened = race(&nodes, |node, racer| {
        let (challenge, user) = (challenge.clone(), user.clone());
        async move {
            let made = node.create_user(&user.app, "user-0002", 1).await.unwrap().is_some();
            let until = Some(1_000);
            let new = NewRun { user: &user.id, token_hash: [0; 32], opening: [0; 32], registration_open_until: until };
            let recorded = node.open_run(&key(&challenge, 1, 0), &new, &reply(racer), 1).await.unwrap();
            (
                made,
                match recorded {
                    Recorded::Now => racer,
                    Recorded::Before(reply) => reply.sealed[0],
                    _ => panic!("neither"),
                },
            )
        }
    });
    let opened = opened.await;
    assert_eq!(opened.iter().filter(|(made, _)| *made).count(), 1);
    assert_eq!(opened.iter().map(|(_, told)| told).collect::<BTreeSet<_>>().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_at_once_make_one_app() {
    let (place, store) = crate::empty_store().await;
    let nodes = nodes(&place, store).await;
    let apps = race(&nodes, |node, _| async move { node.default_app(1).await.unwrap().id }).await;
    assert_eq!(apps.into_iter().collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(nodes[0].apps().await.unwrap().len(), 1);
    assert_eq!(nodes[0].entities().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_delivery_is_claimed_by_one_and_each_expiry_told_once() {
    let (place, store, user) = store_with_user().await;
    let id = "50000000-0000-4000-8000-000000000001";
    let subscription = subscription(id, &user.app, 1);
    let first = NewDelivery { id: "n-1", kind: "webhooks.test", body: "{}" };
    assert!(store.create_subscription(&subscription, 1, &first, BY).await.unwrap());
    for number in 0..150 {
        challenge(&*store, &user, ChallengeType::SetPin, &number.to_string()).await;
    }
    let nodes = nodes(&place, store).await;
    race(&nodes, |node, _| async move { node.sweep(1_000_000_001).await.unwrap() }).await;
    let claimed = race(&nodes, |node, racer| async move {
        let owner = racer.to_string();
        let claim = Claim { subscription: id, owner: &owner, until: u64::MAX / 4, limit: 4 };
        let claimed = node.claim_deliveries(&claim, 1_000_000_001).await.unwrap();
        claimed.into_iter().map(|delivery| delivery.id).collect::<Vec<_>>()
    });
    let claimed: Vec<String> = claimed.await.into_iter().inspect(|some| assert!(some.len() <= 4)).flatten().collect();
    let distinct: BTreeSet<_> = claimed.iter().collect();
    assert_eq!(claimed.len(), distinct.len(), "one was claimed twice");
    let mut rest = 0;
    loop {
        let claim = Claim { subscription: id, owner: "rest", until: u64::MAX / 4, limit: 50 };
        match nodes[0].claim_deliveries(&claim, 1_000_000_001).await.unwrap().len() {
            0 => break,
            some => rest += some,
        }
    }
    assert_eq!(claimed.len() + rest, 151, "150 expiries and the test on subscribing");
}
