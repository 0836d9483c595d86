//! Clients that go away at every point at which the gateway waits for something. A request is polled a number of times and dropped,
//! which is what becomes of a handler whose connection is closed.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use axum::body::Body;
use axum::http::Request;
use repin_core::api::Step;
use serde_json::Value;
use tower::ServiceExt;

use crate::client::Client;
use crate::common::Gateway;
use crate::common::evidence::{count, say, store};
use crate::facts::Facts;
use crate::journey::{Road, STEPS, change_pin};
use crate::verdict::Verdict;
use crate::{PIN, USER, enrolled};

/// The client leaves at one message of the six, when it has been polled so many times.
struct LeavesAt<'a> {
    gateway: &'a Gateway,
    message: usize,
    polls: usize,
    carried: usize,
    /// Whether the answer was there before.
    answered: bool,
    /// As a handler would whose work ends with its request: told apart to see that the checks find it.
    half: bool,
    violations: Vec<String>,
}

impl LeavesAt<'_> {
    async fn facts(&self) -> Facts {
        Facts::read(self.gateway.database(), self.gateway.data()).await
    }

    /// Polls a request, and drops it; whether it was answered.
    async fn leave(&self, client: &Client, step: Step, sealed: &[u8]) -> bool {
        let body = client.envelope(step, client.seq, sealed).to_string();
        let request = Request::post(format!("/v1/repin/challenges/{}/messages", client.challenge))
            .header("Host", "127.0.0.1")
            .header("X-User-Token", &client.token)
            .header("Content-Type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let mut answer = pin!(repin_server::app(self.gateway.inner.clone()).oneshot(request));
        let mut polled = 0;
        let answered = poll_fn(|context| {
            polled += 1;
            match answer.as_mut().poll(context) {
                Poll::Ready(_) => Poll::Ready(true),
                Poll::Pending if polled == self.polls => Poll::Ready(false),
                Poll::Pending => Poll::Pending,
            }
        });
        answered.await
    }
}

impl Road for LeavesAt<'_> {
    async fn carry(&mut self, client: &Client, step: Step, sealed: &[u8]) -> (u16, Value) {
        self.carried += 1;
        if self.carried != self.message {
            return client.send(step, client.seq, sealed).await;
        }
        let before = self.facts().await;
        self.answered = self.leave(client, step, sealed).await;
        // What was begun goes on without the client.
        while !self.gateway.inner.tasks.is_empty() {
            tokio::task::yield_now().await;
        }
        if self.half {
            self.gateway.execute("UPDATE credentials SET consecutive = consecutive + 1").await;
        }
        let after = self.facts().await;
        let mut verdict = Verdict::new(None, 1, step.name(), (before, self.answered, after));
        let reply = client.send(step, client.seq, sealed).await;
        verdict.retried(&self.facts().await, true);
        self.violations.extend_from_slice(verdict.violations());
        reply
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_at_any_await_point_leaves_nothing_half_applied() {
    let gateway = enrolled().await;
    let (mut pin, mut clients, mut points) = (PIN.to_owned(), 0, 0);
    let mut leave = async |message, polls, half| {
        clients += 1;
        let new = format!("{:06}", 200_000 + clients);
        let mut road =
            LeavesAt { gateway: &gateway, message, polls, carried: 0, answered: false, half, violations: Vec::new() };
        change_pin(&gateway, &pin, &new, &mut road).await;
        pin = new;
        (road.answered, road.violations)
    };
    let wanted = count(1, 300);
    let mut left = 0;
    while left < wanted {
        for message in 1..=STEPS.len() {
            for polls in 1.. {
                let (answered, violations) = leave(message, polls, false).await;
                assert!(violations.is_empty(), "message {message}, {polls} polls: {violations:#?}");
                left += 1;
                if answered {
                    break;
                }
                points += 1;
            }
        }
    }
    let caught = leave(2, 1, true).await.1.len();
    assert!(caught > 0, "a state that is half applied is not found");
    Client::open(&gateway, "PUT", "/user/pin").await.prove(&pin).await.unwrap();
    let events = gateway.user(USER).await["data"]["user"]["pinDetails"]["failedAttempts"].clone();
    assert_eq!(events, 0);
    let figure = format!(
        "{}: {left} clients left, {points} of them at an await point of one of {} messages, 0 states half applied",
        store(),
        STEPS.len()
    );
    say(17, figure, format_args!("a charge without its message left {caught} wrong"));
}
