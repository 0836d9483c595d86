//! A person who changes or recovers their PIN, and whose program is killed at one of the six messages.

use repin_core::api::{CommitReply, Step};

use crate::client::Client;
use crate::courier::{KILLED, Kill, Way};
use crate::verdict::Verdict;
use crate::{ANSWERS, PIN, USER};

/// A wrong secret, whatever is asked for.
const WRONG: &str = "000001";

/// The messages of a flow, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Message {
    Open,
    Prove1Wrong,
    Prove1,
    Prove2,
    Register,
    Commit,
}

/// All of them.
pub const MESSAGES: [Message; 6] =
    [Message::Open, Message::Prove1Wrong, Message::Prove1, Message::Prove2, Message::Register, Message::Commit];

/// Somebody with a PIN, and their gateway.
pub struct Person {
    pub way: Way,
    pin: String,
    changes: u32,
}

impl Person {
    /// With a PIN and answers.
    pub async fn enrolled() -> Self {
        let way = Way::new().await;
        way.host.create_user(USER).await;
        Client::open(&way.host, "POST", "/user/initialize").await.replace(&[PIN, ANSWERS]).await.unwrap();
        Self { way, pin: PIN.to_owned(), changes: 0 }
    }

    /// A new PIN, by the old one or by the answers, with the kill at this message; what it left. That exactly one of the two PINs
    /// opens, and which, is asked of the gateway itself.
    pub async fn change(&mut self, by_answers: bool, at: Message, kill: &Kill) -> Result<Verdict, String> {
        let host = self.way.host.clone();
        self.changes += 1;
        let new = format!("{:06}", 200_000 + self.changes);
        let (method, path, secret) =
            if by_answers { ("POST", "/user/pin/restore", ANSWERS) } else { ("PUT", "/user/pin", self.pin.as_str()) };
        let kind = if by_answers { 2 } else { 1 };
        let plan = async |message| {
            if message == at {
                self.way.plan(kill.clone(), kind).await;
            }
        };
        let mut client = Client::new(&host, method, path).await;
        plan(Message::Open).await;
        client.say_open().await.unwrap();
        plan(Message::Prove1Wrong).await;
        assert!(client.guess(WRONG).await.unwrap().1.is_none());
        plan(Message::Prove1).await;
        let (_, proof) = client.guess(secret).await.unwrap();
        plan(Message::Prove2).await;
        client.confirm(&proof.expect("the right secret")).await.unwrap();
        plan(Message::Register).await;
        let commit = client.register(&[&new]).await.unwrap();
        plan(Message::Commit).await;
        let sealed = client.seal(Step::Commit, &commit);
        let mut answer = client.send(Step::Commit, client.seq, &sealed).await;
        let verdict = self.way.verdict().await;
        if answer.0 == KILLED {
            let (opens, other) = if verdict.done { (&new, &self.pin) } else { (&self.pin, &new) };
            self.check_opens(opens, other).await?;
            answer = client.send(Step::Commit, client.seq, &sealed).await;
        }
        if verdict.violations().is_empty() {
            client.read::<CommitReply>(Step::Commit, &sealed, answer.0, &answer.1).unwrap();
            self.check_opens(&new, &self.pin).await?;
            let status = host.challenge_status(&client.token, &client.challenge).await;
            if status != "COMPLETE" {
                return Err(format!("the challenge is {status}"));
            }
        }
        self.pin = new;
        Ok(verdict)
    }

    /// Whether this PIN opens and the other does not.
    async fn check_opens(&self, opens: &str, other: &str) -> Result<(), String> {
        let mut client = Client::open(&self.way.host, "PUT", "/user/pin").await;
        if client.guess(other).await.unwrap().1.is_some() {
            return Err(format!("{other} opens, and {opens} should"));
        }
        let Some(proof) = client.guess(opens).await.unwrap().1 else {
            return Err(format!("{opens} does not open"));
        };
        client.confirm(&proof).await.unwrap();
        Ok(())
    }
}
