//! The vault's world without a browser: a real socket, real tables, and a network that loses what a story asks it to.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use base64::Engine;
use futures_channel::mpsc;
use futures_util::StreamExt;
use repin_core::answers::Unicode;
use repin_core::api::KsfParams;
use repin_core::secret::{Secret, SecretBytes};
use repin_core::stretching::KeyStretching;
use repin_core::wallet::WalletKeys;
use repin_vault::flow::{Event, Screen, SessionInput, ViewModel};
use repin_vault::platform::{Platform, Reply, Request, Unreachable};

#[path = "../../../core/tests/common/native_unicode.rs"]
mod native_unicode;
use native_unicode::NativeUnicode;

/// What the network does to the next requests, in order; then it works.
#[derive(Clone, Copy, PartialEq)]
pub enum Fault {
    /// The request passes.
    None,
    /// The request never arrives.
    LoseRequest,
    /// The gateway does its work and the reply is lost.
    LoseReply,
}

/// The platform, shared between a story and the tab it drives.
#[derive(Clone, Default)]
pub struct Native {
    client: reqwest::Client,
    faults: Rc<RefCell<VecDeque<Fault>>>,
    sent: Rc<Cell<usize>>,
    seed: Rc<RefCell<Vec<u8>>>,
}

impl Native {
    /// A browser whose reader prefers these languages, as `Accept-Language` says it.
    #[allow(dead_code)] // letters are in the person's language, and nothing else of the gateway's
    pub fn speaking(languages: &'static str) -> Self {
        let headers = [(reqwest::header::ACCEPT_LANGUAGE, reqwest::header::HeaderValue::from_static(languages))];
        let client = reqwest::Client::builder().default_headers(headers.into_iter().collect()).build().unwrap();
        Self { client, ..Self::default() }
    }

    /// Plans what happens to the next requests.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.faults.borrow_mut().extend(faults);
    }

    /// The entropy that keys were last derived from.
    pub fn seed(&self) -> Vec<u8> {
        self.seed.borrow().clone()
    }

    /// How many requests reached the network.
    pub fn sent(&self) -> usize {
        self.sent.get()
    }
}

impl Platform for Native {
    type Rng = rand_core::OsRng;

    fn rng(&self) -> rand_core::OsRng {
        rand_core::OsRng
    }

    fn now_ms(&self) -> f64 {
        0.0
    }

    async fn send(&self, request: &Request) -> Result<Reply, Unreachable> {
        let fault = self.faults.borrow_mut().pop_front().unwrap_or(Fault::None);
        self.sent.set(self.sent.get() + 1);
        if fault == Fault::LoseRequest {
            return Err(Unreachable);
        }
        let response = self
            .client
            .post(request.url())
            .header("Content-Type", "application/json")
            .header("X-User-Token", &request.user_token)
            .body(request.body())
            .send()
            .await
            .map_err(|_| Unreachable)?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(|_| Unreachable)?;
        if fault == Fault::LoseReply {
            return Err(Unreachable);
        }
        let json: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| Unreachable)?;
        let sealed = json["sealed"].as_str();
        Ok(Reply {
            status,
            code: json["code"].as_i64().map(|code| code as i32),
            sealed: sealed.map(|text| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()),
        })
    }

    fn stretching(&self, cost: KsfParams) -> KeyStretching {
        cost.into()
    }

    async fn load_wallet(&self) -> Result<(), Unreachable> {
        self.sent.set(self.sent.get() + 1);
        match self.faults.borrow_mut().pop_front() {
            None | Some(Fault::None) => Ok(()),
            Some(Fault::LoseRequest | Fault::LoseReply) => Err(Unreachable),
        }
    }

    fn derive_wallet(&self, entropy: &Secret<32>) -> Option<WalletKeys> {
        *self.seed.borrow_mut() = entropy.expose_secret().to_vec();
        repin_wallet::derive(entropy)
    }

    async fn yield_now(&self) {
        tokio::task::yield_now().await;
    }
}

impl Unicode for Native {
    fn nfkc(&self, text: &str) -> String {
        NativeUnicode.nfkc(text)
    }

    fn is_ignored(&self, character: char) -> bool {
        NativeUnicode.is_ignored(character)
    }
}

/// One widget, open on one session: what a person does goes in, what they see comes out.
pub struct Tab {
    events: mpsc::UnboundedSender<Event>,
    views: mpsc::UnboundedReceiver<ViewModel>,
    /// The last view.
    pub view: ViewModel,
    /// Its network.
    pub network: Native,
    task: tokio::task::JoinHandle<()>,
}

impl Tab {
    /// Opens the widget. Call inside a `LocalSet`.
    pub async fn open(session: SessionInput) -> Self {
        Self::open_on(Native::default(), session).await
    }

    /// Opens the widget on a network with plans.
    pub async fn open_on(network: Native, session: SessionInput) -> Self {
        Self::open_with(network, None, session).await
    }

    /// Opens the widget for a host that has an offer to make first.
    pub async fn open_with(network: Native, offer: Option<Event>, session: SessionInput) -> Self {
        let (events, incoming) = mpsc::unbounded();
        let (outgoing, views) = mpsc::unbounded();
        let platform = network.clone();
        let task = tokio::task::spawn_local(async move {
            repin_vault::runner::run(&platform, incoming, |view| {
                let _ = outgoing.unbounded_send(view);
            })
            .await;
        });
        let view = ViewModel {
            screen: Screen::Loading,
            progress: None,
            can_go_back: false,
            busy: false,
            challenge_type: None,
            session: None,
            not_renewed: 0,
        };
        let mut tab = Self { events, views, view, network, task };
        offer.into_iter().for_each(|offer| tab.say(offer));
        tab.say(Event::Start(session));
        tab.settle().await;
        tab
    }

    /// The person does something.
    pub fn say(&self, event: Event) {
        let _ = self.events.unbounded_send(event);
    }

    /// The person does something and waits for what comes of it.
    pub async fn act(&mut self, event: Event) -> &Screen {
        self.say(event);
        self.settle().await
    }

    /// Types a PIN and submits it.
    pub async fn pin(&mut self, pin: &str) -> &Screen {
        self.act(Event::SubmitPin(secret(pin))).await
    }

    /// Types answers and submits them.
    pub async fn answers(&mut self, answers: &[&str]) -> &Screen {
        self.act(Event::SubmitAnswers(answers.iter().map(|answer| secret(answer)).collect())).await
    }

    /// Waits for a view that is as wanted.
    pub async fn until(&mut self, wanted: impl Fn(&ViewModel) -> bool) -> &Screen {
        while !wanted(&self.view) {
            self.view = self.views.next().await.expect("the widget shows something");
        }
        &self.view.screen
    }

    /// Waits until the widget waits for the person again.
    pub async fn settle(&mut self) -> &Screen {
        loop {
            self.view = self.views.next().await.expect("the widget shows something");
            let at_work = matches!(self.view.screen, Screen::Loading | Screen::Working { .. }) || self.view.busy;
            // Views that were already on their way are older than the one that counts.
            if !at_work && !self.has_more() {
                return &self.view.screen;
            }
        }
    }

    /// Tries the waiting request again and waits for what comes of it.
    pub async fn retry(&mut self) -> &Screen {
        self.say(Event::Retry);
        // The first view is the screen under the offline notice, while the request is on its way again.
        self.view = self.views.next().await.expect("the widget shows something");
        self.settle().await
    }

    /// Waits until the vault has said goodbye to the gateway.
    pub async fn finish(self) {
        let _ = self.task.await;
    }

    fn has_more(&mut self) -> bool {
        match self.views.try_recv() {
            Ok(view) => {
                self.view = view;
                let at_work = matches!(self.view.screen, Screen::Loading | Screen::Working { .. }) || self.view.busy;
                at_work || self.has_more()
            }
            _ => false,
        }
    }

    /// The browser tab is closed in the middle of whatever happens.
    pub fn kill(self) {
        self.task.abort();
    }
}

/// What a person types.
pub fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes().to_vec())
}
