//! The only loop: an event comes in, the flow moves, its effect is performed, the outcome moves it again, and after each
//! move the face is told what to show. While an effect runs, the person can still cancel and the connection can be tried
//! again; whatever else arrives waits its turn.

use std::collections::VecDeque;
use std::pin::pin;

use futures_util::future::{Either, select};
use futures_util::stream::{Stream, StreamExt};
use repin_core::answers::Unicode;
use repin_core::api::RotationReply;
use repin_core::credential::check_ksf;
use repin_core::error::Code;
use repin_core::secret::wipe_stack;

use crate::flow::{
    Effect, Event, Failure, Flow, Handed, Input, Outcome, Screen, SessionInput, SessionTimes, ViewModel,
};
use crate::platform::Platform;
use crate::session::{Link, Session, SessionError};

/// Performs the flow's effects. In the widget that is a [`Session`]; the mock brings a stand-in.
pub trait Performer {
    /// Unicode tables, which the flow compares answers by.
    fn unicode(&self) -> &impl Unicode;

    /// Lets the page breathe: resolves after everything that was posted has been sent on its way.
    fn yield_now(&self) -> impl Future<Output = ()>;

    /// Performs an effect. While the connection is lost it waits on `link`.
    fn perform(&mut self, effect: Effect, link: &Link) -> impl Future<Output = Outcome>;

    /// Tells the other side that the run is over.
    fn cancel(&mut self) -> impl Future<Output = ()>;

    /// Posts key material to the page, which has just asked for it.
    fn hand_over(&self, handed: &Handed);
}

/// Runs one flow to its end, or until no more events can come.
pub fn run<P: Platform>(
    platform: &P,
    events: impl Stream<Item = Event>,
    show: impl FnMut(ViewModel),
) -> impl Future<Output = ()> {
    run_with(Real { platform, session: None }, events, show)
}

/// As [`run`], with another performer in the session's place.
pub async fn run_with(performer: impl Performer, events: impl Stream<Item = Event>, show: impl FnMut(ViewModel)) {
    let events = pin!(events);
    Runner { performer, events, show, flow: Flow::default(), waiting: VecDeque::new() }.run().await;
}

struct Runner<P, E, S> {
    performer: P,
    events: E,
    show: S,
    flow: Flow,
    /// Events that came while an effect ran.
    waiting: VecDeque<Event>,
}

impl<P: Performer, E: Stream<Item = Event> + Unpin, S: FnMut(ViewModel)> Runner<P, E, S> {
    async fn run(mut self) {
        while !self.flow.is_over() {
            let event = match self.waiting.pop_front() {
                Some(event) => Some(event),
                None => self.events.next().await,
            };
            let Some(event) = event else { return };
            let mut effect = self.flow.update(Input::Event(event), self.performer.unicode());
            // What was typed was looked at, also where it leads to no effect: refused, or to be entered again.
            wipe_stack();
            (self.show)(self.flow.view());
            while let Some(next) = effect {
                let input = self.perform(next).await;
                wipe_stack();
                effect = input.and_then(|input| self.flow.update(input, self.performer.unicode()));
                (self.show)(self.flow.view());
            }
        }
    }

    /// Performs an effect, unless the person or the host ends the flow meanwhile.
    async fn perform(&mut self, effect: Effect) -> Option<Input> {
        if matches!(effect, Effect::Cancel) {
            self.performer.cancel().await;
            return None;
        }
        if let Effect::HandOver(handed) = effect {
            self.performer.hand_over(&handed);
            return None;
        }
        // What the person does while a fresh session is opened is not answered by it, and done afterwards.
        let is_behind = matches!(effect, Effect::Renew(_));
        // What was just submitted is on the screen before the work begins.
        self.performer.yield_now().await;
        let link = Link::default();
        let mut outcome = pin!(self.performer.perform(effect, &link));
        let mut went_offline = link.went_offline();
        loop {
            let interruption = pin!(select(self.events.next(), &mut went_offline));
            match select(outcome.as_mut(), interruption).await {
                Either::Left((outcome, _)) => return Some(Input::Outcome(outcome)),
                Either::Right((Either::Right(_), _)) => {
                    (self.show)(ViewModel { screen: Screen::Offline, busy: false, ..self.flow.view() });
                    went_offline = link.went_offline();
                }
                Either::Right((Either::Left((event, _)), _)) => match event {
                    None => return Some(Input::Event(Event::Cancel)),
                    Some(event @ (Event::Cancel | Event::SessionEnded)) => return Some(Input::Event(event)),
                    Some(Event::Retry) if link.is_waiting() => {
                        link.retry();
                        (self.show)(self.flow.view());
                    }
                    // A fresh session waits for the end of the step; anything else was meant for a screen that is gone.
                    Some(event @ Event::Renew(_)) => self.waiting.push_back(event),
                    Some(event) if is_behind => self.waiting.push_back(event),
                    Some(_) => {}
                },
            }
        }
    }
}

/// The session, opened by the flow's first effect.
struct Real<'a, P> {
    platform: &'a P,
    session: Option<Session>,
}

impl<P: Platform> Performer for Real<'_, P> {
    fn unicode(&self) -> &impl Unicode {
        self.platform
    }

    fn yield_now(&self) -> impl Future<Output = ()> {
        self.platform.yield_now()
    }

    async fn perform(&mut self, effect: Effect, link: &Link) -> Outcome {
        let Self { platform, session } = self;
        let result = match (effect, session.as_mut()) {
            (Effect::Open(input), _) => open(input, session, *platform, link).await,
            (Effect::Renew(input), Some(open)) => {
                let result = open.renew(input, *platform, link).await;
                Ok(result.map_or(Outcome::NotRenewed, |()| renewed(open)))
            }
            (Effect::Reopen, Some(open)) => {
                open.start_over(*platform, link).await.map(|()| Outcome::Opened(Box::new(open.opened().clone())))
            }
            (Effect::Prove(secret), Some(open)) => {
                let proved = open.prove(secret, *platform, link).await;
                proved.map(|proved| Outcome::Proved { stretching_ms: proved.stretching_ms })
            }
            (Effect::SendCode { address, with_answers }, Some(open)) => {
                let sent = open.send_code(address.as_deref(), with_answers, *platform, link).await;
                sent.map(|sent| Outcome::CodeSent(Box::new(sent)))
            }
            (Effect::ProveCode(code), Some(open)) => {
                let proved = open.prove_code(code, *platform, link).await;
                proved.map(|proved| Outcome::Proved { stretching_ms: proved.stretching_ms })
            }
            (Effect::SetEmail, Some(open)) => open.set_email(*platform, link).await.map(|_| Outcome::Committed),
            (Effect::CreateWallet, Some(open)) => open.create_wallet(*platform, link).await.map(Outcome::WalletMade),
            (Effect::Export, Some(open)) => match open.export(*platform, link).await {
                Err(SessionError::Protocol | SessionError::OtherKeys) => Ok(Outcome::NoKeys),
                result => result.map(|keys| Outcome::Exported(keys.into())),
            },
            (Effect::Rotate, Some(open)) => rotate(open, *platform, link).await.map(Outcome::Rotation),
            (Effect::Rotation, Some(open)) => open.rotation(*platform, link).await.map(Outcome::Rotation),
            (Effect::Commit(new), Some(open)) => open.commit(&new, *platform, link).await.map(|_| Outcome::Committed),
            // Not reached: the flow asks for these after an OPEN only, and the last two are performed apart.
            _ => Err(SessionError::Protocol),
        };
        result.unwrap_or_else(|error| failed(error, link.is_unsure()))
    }

    async fn cancel(&mut self) {
        if let Some(session) = &mut self.session {
            session.cancel(self.platform).await;
        }
    }

    fn hand_over(&self, handed: &Handed) {
        self.platform.hand_over(handed);
    }
}

async fn open(
    input: SessionInput,
    session: &mut Option<Session>,
    platform: &impl Platform,
    link: &Link,
) -> Result<Outcome, SessionError> {
    let open = Session::open(input, platform, link).await?;
    let opened = open.opened().clone();
    let cost = opened.prove_ksf.unwrap_or(opened.register_ksf);
    // Any other is refused where it would be used, and is given no memory or time before that either.
    if check_ksf(cost).is_ok() {
        platform.warm_up(cost);
    }
    *session = Some(open);
    Ok(Outcome::Opened(Box::new(opened)))
}

/// Asks which wallets there are, and starts what is to be started.
async fn rotate(session: &mut Session, platform: &impl Platform, link: &Link) -> Result<RotationReply, SessionError> {
    let known = session.rotation(platform, link).await?;
    session.rotate(&known, platform, link).await
}

fn renewed(session: &Session) -> Outcome {
    let opened = session.opened();
    Outcome::Renewed(SessionTimes { expires_at: opened.session_expires_at, server_time: opened.server_time })
}

fn failed(error: SessionError, unsure: bool) -> Outcome {
    let failure = |code| Outcome::Failed(Failure { code, attempts: None, server_time: 0, unsure });
    match error {
        SessionError::WrongSecret { attempts, server_time } => Outcome::Wrong { attempts, server_time },
        SessionError::Refused { code, attempts, server_time } => {
            Outcome::Failed(Failure { code, attempts, server_time: server_time.unwrap_or_default(), unsure })
        }
        SessionError::OutOfMemory => failure(Code::EncryptionFailed),
        SessionError::Input(code) => failure(code),
        SessionError::Protocol | SessionError::OtherKeys => failure(Code::Unknown),
    }
}
