//! Changed messages against the real gateway half, in this process: none is taken, none is charged, none makes it panic.

use std::sync::Arc;

use crate::blind;
use crate::common::evidence::{self, count, grouped};
use crate::common::numbers::Numbers;
use crate::direct::Direct;
use crate::genuine::{Genuine, one_of_each};
use crate::mutate::{KINDS, mutated};
use crate::{USER, enrolled};

/// At once, so that both cores have something to do.
const TASKS: usize = 4;

#[derive(Default)]
struct Tally {
    sent: usize,
    opened: usize,
    failed: usize,
    read_blindly: usize,
    kinds: [usize; KINDS],
}

/// Sends changed messages of a pool.
async fn attack(direct: Direct, pool: Arc<Vec<Genuine>>, messages: usize, seed: u64) -> Tally {
    let mut numbers = Numbers::new(seed);
    let mut tally = Tally::default();
    while tally.sent < messages {
        let message = &pool[numbers.below(pool.len())];
        let kind = numbers.below(KINDS);
        let Some(mutated) = mutated(kind, message, &pool, &mut numbers) else { continue };
        tally.sent += 1;
        tally.kinds[kind] += 1;
        // The control: what would be read by a gateway whose channel asks for no tag.
        let read = mutated.sealed.and_then(|sealed| blind::open(&message.key, &sealed));
        tally.read_blindly += usize::from(read.is_some_and(|plaintext| message.is_readable(&plaintext)));
        let answer = direct.message(&mutated.challenge, &mutated.token, mutated.body).await;
        tally.opened += usize::from(answer.was_opened());
        // A panic in a handler or in the task of a message is answered with 500.
        tally.failed += usize::from(answer.status >= 500);
    }
    tally
}

#[tokio::test(flavor = "multi_thread")]
async fn no_changed_message_is_taken_or_charged_and_none_makes_the_gateway_panic() {
    let gateway = enrolled().await;
    let direct = Direct::to(&gateway.inner);
    let pool = Arc::new(one_of_each(&gateway).await);
    let evaluated = gateway.inner.evaluations();
    let before = gateway.user(USER).await;

    let messages = count(4_000, 1_000_000);
    let attacks = (0..TASKS).map(|task| attack(direct.clone(), pool.clone(), messages / TASKS, 1 + task as u64));
    let attacks: tokio::task::JoinSet<Tally> = attacks.collect();
    let tallies = attacks.join_all().await;
    let sum = |of: fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
    let [sent, opened, failed, read_blindly] =
        [sum(|t| t.sent), sum(|t| t.opened), sum(|t| t.failed), sum(|t| t.read_blindly)];
    let charged = gateway.inner.evaluations() - evaluated;
    assert_eq!((opened, failed, charged), (0, 0, 0));
    assert_eq!(gateway.user(USER).await, before, "no counter has moved");
    assert!((0..KINDS).all(|kind| tallies.iter().any(|tally| tally.kinds[kind] > messages / TASKS / KINDS / 4)));
    assert!(read_blindly > messages / 100, "{read_blindly}");

    // The control: unchanged, each is taken, and the two guesses among them are charged.
    let mut taken = 0;
    for message in pool.iter() {
        let body = message.envelope().to_string().into_bytes();
        let answer = direct.message(&message.client.challenge, &message.client.token, body).await;
        assert_eq!(answer.status, 200, "{:?}: {}", message.step, answer.body);
        taken += 1;
    }
    assert_eq!(gateway.inner.evaluations() - evaluated, 2);
    evidence::say(
        3,
        format_args!(
            "{} changed, cut, spliced or moved messages: {opened} opened, {failed} panics, {charged} attempts charged",
            grouped(sent)
        ),
        format_args!(
            "unchanged {taken} of {} are taken; a channel that asks for no tag would have read {}",
            pool.len(),
            grouped(read_blindly)
        ),
    );
}

#[tokio::test]
async fn a_message_before_its_turn_is_a_conflict_and_charges_nothing() {
    let gateway = enrolled().await;
    let direct = Direct::to(&gateway.inner);
    let mut pool = one_of_each(&gateway).await;
    let evaluated = gateway.inner.evaluations();
    // OPEN has no turn but the first, and PROVE 2 of a later number is not under the ratchet.
    for message in pool.iter_mut().filter(|message| message.seq > 0) {
        for ahead in [1, 2, 1000, u32::MAX - message.seq] {
            let plaintext = blind::open(&message.key, &message.sealed).unwrap();
            message.client.seq = message.seq + ahead;
            let plaintext = repin_core::secret::SecretBytes::new(plaintext);
            let sealed = message.client.seal_bytes(message.step, &plaintext);
            let body = message.client.envelope(message.step, message.client.seq, &sealed).to_string();
            let answer = direct.message(&message.client.challenge, &message.client.token, body.into_bytes()).await;
            assert_eq!((answer.status, answer.code()), (409, 409), "{:?} {ahead} too early", message.step);
        }
    }
    assert_eq!(gateway.inner.evaluations(), evaluated);
}
