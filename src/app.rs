//! The widget as a component of a Leptos app, in the page's own tree. The face is compiled into the app; the vault is the
//! one that is shipped, in its worker, so the folder `dist/` is served by the app and of the same version.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::time::Duration;

use js_sys::{Object, Reflect, WebAssembly};
use leptos::prelude::*;
use leptos::{html, task::spawn_local};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{HtmlElement, Response, Worker, WorkerOptions, WorkerType};

use crate::language;
use crate::mount::{self, Mounted};

/// What the app's server was given for this person and this challenge. Belongs in no signal and no log.
pub struct Session {
    /// The session token.
    pub user_token: String,
    /// The session's key, base64.
    pub encryption_key: String,
    /// A `RESTORE_PIN` challenge, or any other.
    pub challenge_id: String,
}

/// Why a session is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// To begin.
    Start,
    /// For more time, in the middle of it: a new token and key for the same challenge. A session for another is refused, and
    /// the person reads that there is no more time.
    Expiring,
    /// The session has ended and the person begins again: with a new challenge, or with the same while it is open.
    Expired,
}

impl Reason {
    /// `start`, `expiring` or `expired`, as the npm package says it: for the endpoint of the app's server.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
        }
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// The challenge is complete; ask the gateway before you believe it.
    Completed,
    /// The person closed.
    Canceled,
    /// The person does not know the PIN and asks to recover it.
    Forgot,
    /// Too many wrong tries.
    Locked {
        /// When it ends, in milliseconds since 1970 on the gateway's clock.
        until: f64,
    },
    /// It could not go on.
    Failed {
        /// Circle's number, or -1.
        code: i32,
    },
}

/// Starts when it is mounted, ends when it is taken out, and shows nothing after its outcome.
#[component]
pub fn PinRecovery<G, F>(
    /// Asked at the start, for more time, and when a session has ended. For [`Reason::Expiring`] it renews the challenge that
    /// was given last. `None` when there is none.
    get_session: G,
    /// Told once, after the widget is gone.
    on_outcome: impl Fn(Outcome) + 'static,
    /// Where `dist/` is served, such as `/repin`.
    #[prop(into)]
    assets_url: String,
    /// The gateway, when it has an origin of its own.
    #[prop(optional, into)]
    api_base_url: String,
    /// A BCP 47 tag. Left out, or `auto`: the language of the page, and where it has none that of the browser. Followed when
    /// it changes; what was typed stays.
    #[prop(optional, into)]
    locale: Signal<String>,
) -> impl IntoView
where
    G: Fn(Reason) -> F + 'static,
    F: Future<Output = Option<Session>> + 'static,
{
    let assets = assets_url.trim_end_matches('/').to_owned();
    let recovery = Rc::new(Recovery {
        get_session: Box::new(move |reason| Box::pin(get_session(reason))),
        on_outcome: Rc::new(on_outcome),
        wasm: format!("{assets}/repin_widget_bg.wasm"),
        fetches: Cell::default(),
        coming: RefCell::default(),
        module: RefCell::default(),
        session: RefCell::default(),
        mounted: RefCell::default(),
        options: Object::new(),
        switches: Cell::default(),
        runs: Cell::default(),
    });
    let styles = html::link().rel("stylesheet").href(format!("{assets}/repin.css"));
    let place = NodeRef::<html::Section>::new();
    let (here, files) = (Rc::downgrade(&recovery), assets.clone());
    place.on_load(move |section| {
        if let Some(recovery) = here.upgrade() {
            recovery.begin(section, &files, &api_base_url, locale.get_untracked());
        }
    });
    let here = Rc::downgrade(&recovery);
    Effect::new(move |before: Option<()>| {
        let tag = locale.get();
        // The first is that of the beginning.
        if let (Some(()), Some(section), Some(recovery)) = (before, place.get_untracked(), here.upgrade()) {
            spawn_local(recovery.speak(section, tag, assets.clone()));
        }
    });
    // Goes with the component, and the vault with it.
    let _kept = StoredValue::new_local(recovery);
    (styles, html::section().class("repin").node_ref(place))
}

type Asked = Pin<Box<dyn Future<Output = Option<Session>>>>;

struct Recovery {
    get_session: Box<dyn Fn(Reason) -> Asked>,
    on_outcome: Rc<dyn Fn(Outcome)>,
    /// Where the vault's WASM is.
    wasm: String,
    /// How often it was asked for.
    fetches: Cell<u32>,
    /// The same on its way, for the first start.
    coming: RefCell<Option<JsFuture>>,
    /// And once it is there.
    module: RefCell<Option<JsValue>>,
    /// To try again with after a lost connection.
    session: RefCell<Option<Session>>,
    mounted: RefCell<Option<Mounted>>,
    /// What the face reads when it is made.
    options: Object,
    /// How often a language was asked for: an earlier one that comes later is not spoken.
    switches: Cell<u32>,
    /// How often a session or a start was asked for: what comes after another was asked for comes too late.
    runs: Cell<u32>,
}

impl Recovery {
    fn begin(self: &Rc<Self>, section: HtmlElement, assets: &str, api_base: &str, tag: String) {
        *self.mounted.borrow_mut() = Some(Mounted::new(section.clone(), self.options(assets, api_base)));
        // On its way while the texts and the session come.
        *self.coming.borrow_mut() = Some(self.fetch());
        let (spoken, here) = (self.speak(section, tag, assets.to_owned()), Rc::downgrade(self));
        spawn_local(async move {
            spoken.await;
            if let Some(recovery) = here.upgrade() {
                recovery.provide(Reason::Start);
            }
        });
    }

    /// Goes on in a language once its texts are there, unless another was asked for meanwhile.
    fn speak(self: &Rc<Self>, section: HtmlElement, tag: String, assets: String) -> impl Future<Output = ()> + use<> {
        let call = self.switches.get() + 1;
        self.switches.set(call);
        let here = Rc::downgrade(self);
        async move {
            let spoken = language::speak(&tag, &assets).await;
            let Some(recovery) = here.upgrade().filter(|recovery| recovery.switches.get() == call) else { return };
            section.set_lang(&spoken.locale);
            section.set_dir(spoken.direction);
            set(&recovery.options, "locale", spoken.locale.as_str().into());
            set(&recovery.options, "messages", spoken.messages.clone());
            recovery.with(|mounted| mounted.speak(&spoken.locale, spoken.messages));
        }
    }

    /// The face cannot go on with what it has. It asks for no way around a PIN, for `handsOver` is false.
    fn need(self: &Rc<Self>, reason: &str) {
        match reason {
            "retry" => self.start(self.next_run()),
            "expiring" => self.provide(Reason::Expiring),
            _ => self.provide(Reason::Expired),
        }
    }

    /// A session for the face: to begin, to go on, or to begin again.
    fn provide(self: &Rc<Self>, reason: Reason) {
        let (asked, here, run) = ((self.get_session)(reason), Rc::downgrade(self), self.next_run());
        spawn_local(async move {
            let session = asked.await;
            let Some(recovery) = in_run(&here, run) else { return };
            match (reason, session) {
                (Reason::Expiring, fresh) => recovery.renew(fresh),
                (_, Some(session)) => {
                    *recovery.session.borrow_mut() = Some(session);
                    recovery.start(run);
                }
                (_, None) => recovery.end(Outcome::Failed { code: -1 }),
            }
        });
    }

    /// Goes on with a fresh session, or says that there is none. A later start has its token and key too; the challenge stays
    /// the one that was begun.
    fn renew(&self, fresh: Option<Session>) {
        let handed = fresh.as_ref().map(handed_over);
        self.with(|mounted| mounted.renew(handed.as_ref()));
        if let (Some(session), Some(fresh)) = (self.session.borrow_mut().as_mut(), fresh) {
            session.user_token = fresh.user_token;
            session.encryption_key = fresh.encryption_key;
        }
    }

    /// Starts with the last session once the vault's WASM is there; one that could not be had is fetched again. In a task of
    /// its own: the face that asks for it is in the middle of a call.
    fn start(self: &Rc<Self>, run: u32) {
        let (missing, here) = (self.missing(), Rc::downgrade(self));
        spawn_local(async move {
            let fetched = match missing {
                Some(module) => module.await.ok(),
                None => None,
            };
            let Some(recovery) = in_run(&here, run) else { return };
            if fetched.is_some() {
                *recovery.module.borrow_mut() = fetched;
            }
            if let Some(session) = recovery.session.borrow().as_ref().map(handed_over) {
                // Without the WASM no worker starts, and the face says so.
                recovery.with(|mounted| mounted.start(&session));
            }
        });
    }

    /// The vault's WASM to wait for, unless it is there.
    fn missing(&self) -> Option<JsFuture> {
        let is_missing = self.module.borrow().is_none();
        is_missing.then(|| self.coming.take().unwrap_or_else(|| self.fetch()))
    }

    /// Asks for it. Another try has another name: it comes from the server, and waits for no request that hangs.
    fn fetch(&self) -> JsFuture {
        let tries = self.fetches.replace(self.fetches.get() + 1);
        let url = if tries == 0 { self.wasm.clone() } else { format!("{}?{tries}", self.wasm) };
        JsFuture::from(future_to_promise(async move { compiled(&url).await }))
    }

    fn next_run(&self) -> u32 {
        let run = self.runs.get() + 1;
        self.runs.set(run);
        run
    }

    fn with(&self, act: impl FnOnce(&Mounted)) {
        if let Some(mounted) = self.mounted.borrow().as_ref() {
            act(mounted);
        }
    }

    /// In a task of its own: the face cannot be taken down while it speaks.
    fn end(self: &Rc<Self>, outcome: Outcome) {
        // What is still on its way comes too late.
        self.next_run();
        let recovery = self.clone();
        let end = move || {
            if recovery.mounted.take().is_some() {
                (recovery.on_outcome)(outcome);
            }
        };
        set_timeout(end, Duration::ZERO);
    }

    /// What the npm package's loader hands over.
    fn options(self: &Rc<Self>, assets: &str, api_base: &str) -> mount::Options {
        let set = |name: &str, value: JsValue| set(&self.options, name, value);
        set("locale", "en".into());
        set("apiBase", api_base.into());
        set("origin", window().location().origin().unwrap_or_default().into());
        set("canRenew", true.into());
        set("handsOver", false.into());
        let (here, script) = (Rc::downgrade(self), format!("{assets}/repin-worker.js"));
        let start = move || start_worker(&here, &script);
        set("startWorker", Closure::<dyn Fn() -> Result<Worker, JsValue>>::new(start).into_js_value());
        set("step", Closure::<dyn Fn()>::new(|| {}).into_js_value());
        let here = Rc::downgrade(self);
        let ended = move |status: String, _: String, number: f64| {
            if let Some(recovery) = here.upgrade() {
                recovery.end(outcome(&status, number));
            }
        };
        set("ended", Closure::<dyn Fn(String, String, f64)>::new(ended).into_js_value());
        let here = Rc::downgrade(self);
        let needs = move |reason: String| {
            if let Some(recovery) = here.upgrade() {
                recovery.need(&reason);
            }
        };
        set("needsSession", Closure::<dyn Fn(String)>::new(needs).into_js_value());
        self.options.clone().unchecked_into()
    }
}

/// The component, while it is there and nothing else was asked for since.
fn in_run(recovery: &Weak<Recovery>, run: u32) -> Option<Rc<Recovery>> {
    recovery.upgrade().filter(|recovery| recovery.runs.get() == run)
}

/// Setting a member of a plain object cannot fail.
fn set(object: &Object, name: &str, value: JsValue) {
    let _ = Reflect::set(object, &name.into(), &value);
}

fn outcome(status: &str, number: f64) -> Outcome {
    match status {
        "completed" => Outcome::Completed,
        "canceled" => Outcome::Canceled,
        "forgot" => Outcome::Forgot,
        "locked" => Outcome::Locked { until: number },
        _ => Outcome::Failed { code: number as i32 },
    }
}

fn handed_over(session: &Session) -> mount::Session {
    let object = Object::new();
    let set = |name: &str, value: &str| set(&object, name, value.into());
    set("userToken", &session.user_token);
    set("encryptionKey", &session.encryption_key);
    set("challengeId", &session.challenge_id);
    object.unchecked_into()
}

async fn compiled(url: &str) -> Result<JsValue, JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(url)).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::UNDEFINED);
    }
    let bytes = JsFuture::from(response.array_buffer()?).await?;
    JsFuture::from(WebAssembly::compile(&bytes)).await
}

fn start_worker(recovery: &Weak<Recovery>, script: &str) -> Result<Worker, JsValue> {
    let recovery = recovery.upgrade().ok_or(JsValue::UNDEFINED)?;
    let module = recovery.module.borrow().clone().ok_or(JsValue::UNDEFINED)?;
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name("repin");
    let worker = Worker::new_with_options(script, &options)?;
    let first = Object::new();
    Reflect::set(&first, &"module".into(), &module)?;
    worker.post_message(&first)?;
    Ok(worker)
}
