//! Every request of a story to another gateway, and one of them killed in the middle.

use std::path::Path;
use std::sync::atomic::Ordering;

use rand_core::OsRng;
use repin_core::api::{Attempts, CommitReply, CredentialKind, Prove1Reply, Prove1Request, Step};
use repin_core::credential::ClientLogin;
use repin_core::secret::SecretBytes;

use crate::client::{Client, Refused, code};
use crate::common::Host;
use crate::common::evidence::say;
use crate::common::program::Program;
use crate::naive::{FORGET, let_through};
use crate::node::{Balancer, Site};
use crate::{ANSWERS, PIN, USER};

async fn three() -> (Site, Vec<Program>, Balancer) {
    let site = Site::new();
    let nodes: Vec<Program> = ["0", "1", "2"].iter().map(|name| site.start(name)).collect();
    let balancer = Balancer::before(&nodes).await;
    (site, nodes, balancer)
}

async fn enrol(host: &Host) {
    host.create_user(USER).await;
    Client::open(host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
}

async fn knows(host: &Host, pin: &str) -> bool {
    Client::open(host, "PUT", "/user/pin").await.guess(pin).await.unwrap().1.is_some()
}

fn ke1() -> Prove1Request {
    let (_, ke1) = ClientLogin::start(&SecretBytes::new(b"111111".to_vec()), &mut OsRng).unwrap();
    Prove1Request { kind: CredentialKind::Pin, ke1 }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_story_works_with_each_request_at_another_node() {
    let (_site, _nodes, Balancer { host, served }) = three().await;
    enrol(&host).await;
    let mut change = Client::open(&host, "PUT", "/user/pin").await;
    assert!(change.guess("111111").await.unwrap().1.is_none());
    change.prove(PIN).await.unwrap();
    change.replace(&["730562"]).await.unwrap();
    assert!(knows(&host, "730562").await);

    let mut restore = Client::open(&host, "POST", "/user/pin/restore").await;
    restore.prove(ANSWERS).await.unwrap();
    let commit = restore.register(&["194673"]).await.unwrap();
    // The same bytes again, at every node: one commit, and its reply to all.
    let sealed = restore.seal(Step::Commit, &commit);
    let first = restore.send(Step::Commit, restore.seq, &sealed).await;
    assert_eq!(first.0, 200);
    for _ in 0..3 {
        assert_eq!(restore.send(Step::Commit, restore.seq, &sealed).await, first);
    }
    let _: CommitReply = restore.read(Step::Commit, &sealed, first.0, &first.1).unwrap();
    assert_eq!(host.challenge_status(&restore.token, &restore.challenge).await, "COMPLETE");
    assert!(knows(&host, "194673").await && !knows(&host, "730562").await);

    let mut locked = Client::open(&host, "PUT", "/user/pin").await;
    let attempts = locked.opened.as_ref().unwrap().attempts;
    // Whether a PIN is known was asked twice, and no proof followed.
    assert_eq!(attempts, Some(Attempts { left: 1, locked_until: None }));
    for left in [0] {
        assert_eq!(locked.guess("111111").await.unwrap().0.attempts.left, left);
    }
    for _ in 0..3 {
        assert_eq!(code(locked.guess("194673").await), (400, 155119), "at every node");
    }
    let served: Vec<usize> = served.iter().map(|count| count.load(Ordering::SeqCst)).collect();
    assert!(served.iter().all(|count| *count >= 10), "{served:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_parallel_wrong_guesses_over_three_nodes_and_fifty_challenges_evaluate_exactly_three() {
    let (site, nodes, Balancer { host, .. }) = three().await;
    enrol(&host).await;
    let (mut sessions, mut challenges) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        sessions.push(host.token(USER).await);
    }
    for number in 0..50 {
        challenges.push(host.challenge("PUT", "/user/pin", &sessions[number % 20].0).await);
    }
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..1_000 {
        // Straight to the nodes, over connections that are kept.
        let (token, key) = &sessions[number % 20];
        let mut client = Client::on(&nodes[number % 3].host, token, key, &challenges[number % 50]);
        client.say_open().await.unwrap();
        guesses.spawn(async move { client.say::<_, Prove1Reply>(Step::Prove1, &ke1()).await });
    }
    let results = guesses.join_all().await;
    let refused = |result: &Result<Prove1Reply, Refused>| result.as_ref().is_err_and(|refused| refused.code == 155119);
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
    let others: Vec<_> = results.iter().filter(|result| result.is_err() && !refused(result)).collect();
    assert!(others.is_empty(), "{:?}", others.first().map(|other| other.as_ref().err()));
    // A guess that was evaluated has a reply; nothing else has.
    let evaluated = "SELECT count(*) FROM seen WHERE tries_left IS NOT NULL AND reply IS NOT NULL";
    let evaluated = site.number(evaluated).await;
    assert_eq!(evaluated, 3);
    assert_eq!(site.number("SELECT consecutive FROM credentials WHERE kind = 1").await, 3);
    site.execute(&[FORGET]).await;
    let naive = let_through(Some(site.url()), Path::new(""), 1_000).await;
    assert!(naive > 3, "{naive}");
    let figure = format!(
        "PostgreSQL: {evaluated} of 1,000 parallel wrong guesses evaluated, over {} processes, {} challenges and {} tokens",
        nodes.len(),
        challenges.len(),
        sessions.len()
    );
    say(10, figure, format_args!("with a counter that is read and then written, {naive}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_killed_in_mid_flow_is_missed_by_nobody() {
    let (_site, mut nodes, Balancer { host, served }) = three().await;
    enrol(&host).await;
    let mut restore = Client::open(&host, "POST", "/user/pin/restore").await;
    nodes[0].kill();
    restore.prove(ANSWERS).await.unwrap();
    nodes[1].kill();
    let before = served[2].load(Ordering::SeqCst);
    restore.replace(&["730562"]).await.unwrap();
    assert!(served[2].load(Ordering::SeqCst) >= before + 2, "the last one did it");
    assert_eq!(host.user(USER).await["data"]["user"]["pinDetails"]["failedAttempts"], 0);
    assert!(knows(&host, "730562").await);
}
