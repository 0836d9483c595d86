//! Answers the flow's effects by the script, in the session's place.

use repin_core::answers::Unicode;
use repin_core::api::{Attempts, CredentialKind, RotationReply, RotationState, UnixMs};
use repin_core::error::Code;
use repin_vault::flow::{Effect, Failure, Handed, Outcome, SessionInput, SessionTimes};
use repin_vault::runner::Performer;
use repin_vault::session::Link;

use crate::data::{addresses, exported, opened, sent, wallets};
use crate::{Scenario, Script};

/// Tries before a pause, as at a gateway.
const TRIES: u8 = 3;

/// Time and Unicode, handed in.
pub trait World: Unicode {
    /// Milliseconds since the Unix epoch.
    fn now(&self) -> UnixMs;
    /// Resolves after so many milliseconds.
    fn sleep(&self, ms: u32) -> impl Future<Output = ()>;
    /// Posts what the person asked to see or to save.
    fn hand_over(&self, handed: &Handed);
}

/// A session that is none.
pub struct StandIn<W> {
    world: W,
    script: Option<Script>,
    /// Guesses so far.
    guesses: u8,
    /// A lock's end.
    locked_until: Option<UnixMs>,
    /// What happens only once has happened.
    once: bool,
    /// Wallets that are held elsewhere and done; one more each time somebody asks.
    updated: usize,
}

impl<W: World> StandIn<W> {
    /// Waits for a session whose token is a script.
    pub fn new(world: W) -> Self {
        Self { world, script: None, guesses: 0, locked_until: None, once: false, updated: 0 }
    }

    fn open(&mut self, input: &SessionInput) -> Outcome {
        let Some(script) = Script::of(input) else { return failed(Code::InvalidUserToken, self.world.now()) };
        self.script = Some(script);
        if script.scenario == Scenario::Locked {
            self.lock(&script);
        }
        self.begin(&script)
    }

    /// What an OPEN comes to.
    fn begin(&mut self, script: &Script) -> Outcome {
        let now = self.world.now();
        let recovers = script.flow.proves() == Some(CredentialKind::Answers);
        match script.scenario {
            Scenario::Expired => return failed(Code::UserTokenExpired, now),
            Scenario::NoQuestions if recovers => return failed(Code::UserDoesNotSetSecurityQuestionYet, now),
            Scenario::Failed => return failed(script.code, now),
            _ => {}
        }
        let mut reply = opened(script, now);
        self.locked_until = self.locked_until.filter(|until| *until > now);
        reply.attempts = script.flow.proves().map(|_| self.attempts(script));
        Outcome::Opened(Box::new(reply))
    }

    fn attempts(&self, script: &Script) -> Attempts {
        match (script.scenario, self.locked_until) {
            (Scenario::Disabled, _) => Attempts { left: 0, locked_until: None },
            (_, Some(until)) => Attempts { left: 0, locked_until: Some(until) },
            (_, None) => Attempts { left: TRIES - self.guesses % TRIES, locked_until: None },
        }
    }

    fn send_code(&self, address: Option<&str>, script: &Script) -> Outcome {
        Outcome::CodeSent(Box::new(sent(address, self.attempts(script), self.world.now())))
    }

    fn rotation(&mut self, script: &Script) -> Outcome {
        let second = if script.scenario == Scenario::Unknown { RotationState::Unknown } else { RotationState::Done };
        let wallets = wallets(self.updated, second);
        self.updated += 1;
        Outcome::Rotation(RotationReply { wallets, server_time: self.world.now() })
    }

    fn prove(&mut self, script: &Script) -> Outcome {
        let server_time = self.world.now();
        if script.scenario != Scenario::Wrong || self.guesses >= script.wrong {
            return Outcome::Proved { stretching_ms: script.delay_ms };
        }
        self.guesses += 1;
        let left = (TRIES - self.guesses % TRIES) % TRIES;
        if left == 0 {
            self.lock(script);
        }
        Outcome::Wrong { attempts: Attempts { left, locked_until: self.locked_until }, server_time }
    }

    fn lock(&mut self, script: &Script) {
        self.locked_until = Some(self.world.now() + UnixMs::from(script.lock_ms));
    }

    /// The last step of a way.
    fn end_with(&mut self, outcome: Outcome, script: &Script) -> Outcome {
        if script.scenario == Scenario::Error && !self.again() {
            return failed(script.code, self.world.now());
        }
        outcome
    }

    fn renew(&mut self, input: &SessionInput) -> Outcome {
        let Some(script) = Script::of(input) else { return Outcome::NotRenewed };
        let now = self.world.now();
        Outcome::Renewed(SessionTimes { expires_at: now + UnixMs::from(script.session_ms), server_time: now })
    }

    /// False the first time, true from then on.
    fn again(&mut self) -> bool {
        std::mem::replace(&mut self.once, true)
    }
}

impl<W: World> Performer for StandIn<W> {
    fn unicode(&self) -> &impl Unicode {
        &self.world
    }

    async fn yield_now(&self) {
        self.world.sleep(0).await;
    }

    async fn perform(&mut self, effect: Effect, link: &Link) -> Outcome {
        if let Effect::Open(input) = &effect {
            let outcome = self.open(input);
            self.world.sleep(self.script.map_or(0, |script| script.delay_ms)).await;
            return outcome;
        }
        let Some(script) = self.script else { return failed(Code::Unknown, 0) };
        let submits = matches!(effect, Effect::Prove(_) | Effect::SendCode { .. } | Effect::Commit(_));
        if script.scenario == Scenario::Offline && submits && !self.again() {
            link.wait().await;
        }
        self.world.sleep(script.delay_ms).await;
        match effect {
            Effect::Prove(_) | Effect::ProveCode(_) => self.prove(&script),
            Effect::SendCode { address, .. } => self.send_code(address.as_deref(), &script),
            Effect::Rotate | Effect::Rotation => self.rotation(&script),
            Effect::CreateWallet => self.end_with(Outcome::WalletMade(addresses()), &script),
            Effect::Export => self.end_with(Outcome::Exported(exported()), &script),
            Effect::Commit(_) | Effect::SetEmail => self.end_with(Outcome::Committed, &script),
            Effect::Renew(input) => self.renew(&input),
            Effect::Reopen => self.begin(&script),
            Effect::Open(_) | Effect::Cancel | Effect::HandOver(_) => failed(Code::Unknown, 0),
        }
    }

    async fn cancel(&mut self) {}

    fn hand_over(&self, handed: &Handed) {
        self.world.hand_over(handed);
    }
}
fn failed(code: Code, server_time: UnixMs) -> Outcome {
    Outcome::Failed(Failure { code, attempts: None, server_time, unsure: false })
}
