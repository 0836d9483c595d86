//! A network that loses every reply once. It stands between the vault and the gateway, as a socket of its own.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use repin_core::pin_policy::weakness;
use repin_vault::flow::Screen;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use crate::common::database::server;
use crate::common::evidence::{count, say, store};
use crate::common::wire::{HttpMessage, exchange};
use crate::native::{Native, Tab};
use crate::{ANSWERS, PIN, Person, story};

const WRONG: &str = "111112";

/// A network before a gateway.
struct Network {
    url: String,
    /// Replies that the gateway gave and nobody got.
    lost: Arc<AtomicUsize>,
}

impl Network {
    /// Loses the first reply to each different request.
    async fn losing_each_once(gateway: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (lost, address) = (Arc::new(AtomicUsize::new(0)), gateway.replace("http://", ""));
        tokio::spawn(carry(listener, address, lost.clone()));
        Self { url, lost }
    }
}

/// One request a connection.
async fn carry(listener: TcpListener, gateway: String, lost: Arc<AtomicUsize>) {
    let mut seen = HashSet::new();
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let Some(request) = HttpMessage::read(&mut client).await else { continue };
        let reply = exchange(&gateway, &request.bytes).await.expect("the gateway answers");
        if seen.insert(request.body().to_vec()) {
            lost.fetch_add(1, Ordering::SeqCst);
        } else {
            client.write_all(&reply.last()).await.unwrap();
        }
    }
}

/// How many guesses the gateway has charged and evaluated for one change of a PIN, beyond those that were made: a wrong one and the
/// right one.
async fn change(person: &Person, network: &Network, pin: &str, new: &str, by_answers: bool) -> u64 {
    let before = person.gateway.inner.evaluations();
    let (method, path) = if by_answers { ("POST", "/user/pin/restore") } else { ("PUT", "/user/pin") };
    let mut session = person.session(method, path).await;
    let challenge = session.challenge_id.clone();
    session.api_base.clone_from(&network.url);
    let mut tab = Tab::open_on(Native::default(), session).await;
    if by_answers {
        tab.answers(&["somewhere else", ANSWERS[1]]).await;
    } else {
        tab.pin(WRONG).await;
    }
    let credential = if by_answers { "securityQuestionDetails" } else { "pinDetails" };
    let details = person.gateway.user(&person.user).await;
    assert_eq!(details["data"]["user"][credential]["failedAttempts"], 1, "charged once");
    if by_answers {
        tab.answers(&ANSWERS).await;
    } else {
        tab.pin(pin).await;
    }
    tab.pin(new).await;
    assert!(matches!(tab.pin(new).await, Screen::Done { .. }), "{:?}", tab.view.screen);
    assert_eq!(person.status(&challenge).await, "COMPLETE");
    person.gateway.inner.evaluations() - before - 2
}

#[tokio::test]
async fn flows_whose_every_reply_is_lost_once_all_end_well_and_charge_nothing_more() {
    story(async {
        let person = Person::enrolled().await;
        let network = Network::losing_each_once(&person.gateway.url).await;
        // On SQLite most of them: the network is the same.
        let flows = if server().is_some() { count(10, 1_000) } else { count(40, 1_000) };
        let (mut extra, mut pin) = (0, PIN.to_owned());
        let pins = (730_000..).map(|pin: u32| pin.to_string()).filter(|pin| weakness(pin.as_bytes()).is_none());
        for (flow, new) in pins.take(flows).enumerate() {
            extra += change(&person, &network, &pin, &new, flow % 2 == 1).await;
            pin = new;
        }
        assert!(person.knows_pin(&pin).await);
        assert_eq!(extra, 0);
        let lost = network.lost.load(Ordering::SeqCst);

        // Whoever begins anew after a lost reply, instead of sending the same bytes again, pays for it.
        let before = person.gateway.inner.evaluations();
        let begins_anew = 3;
        for _ in 0..begins_anew {
            let mut session = person.session("PUT", "/user/pin").await;
            let challenge = session.challenge_id.clone();
            session.api_base.clone_from(&network.url);
            let mut tab = Tab::open_on(Native::default(), session).await;
            tab.pin(&pin).await;
            tab.kill();
            let mut tab = Tab::open(person.renewed(&challenge).await).await;
            tab.pin(&pin).await;
        }
        let anew = person.gateway.inner.evaluations() - before - begins_anew;
        assert_eq!(anew, begins_anew);
        let figure = format!(
            "{}: {flows} flows ended well with every reply lost once ({lost} of them), {extra} extra charges",
            store()
        );
        say(16, figure, format_args!("begun anew after a lost reply, {anew} in {begins_anew} flows"));
    })
    .await;
}
