//! One rotation, taken as far as it goes now. Before each call it is written down that there will be one, and after it what came, so
//! that whoever goes on knows what may have happened:
//!
//! | Stage | What is known | What is done |
//! |---|---|---|
//! | ASKED | no call left | the call |
//! | SENT | found by another than the caller: the answer is lost | UNKNOWN |
//! | RECEIVED | the answer is in the journal | it is read, the keys are tried, and become the wallet's |
//! | UNKNOWN | Magic may have rotated | one more call, the same as before, after a while |
//!
//! Once more and never again: a second lost answer waits for a person. A refusal of the wallet ends it, frozen.

use std::time::{Duration, Instant};

use repin_core::api::RotationState;
use repin_core::secret::SecretBytes;
use tokio_util::sync::CancellationToken;

use super::alarm::{Outcome, tell};
use super::client::{Called, MagicClient};
use super::reply::{self, Keys, NoKeys, Refusal};
use super::sealing::Sealed;
use super::worker::CLAIM_MS;
use crate::failpoint::failpoint;
use crate::gateway::Gateway;
use crate::keys::StorageError;
use crate::store::{NewKeys, Paused, Result, Rotation, Stage, StoreError};

/// What is signed to see that context and keys belong together: SHA-256 of "repin/1 probe", which is no transaction's.
const PROBE: &str = "0x8478d379d77c38a03eb8c43cfda55c8e8e51a2d39f7de9085f07cc9adf0879bf";
/// How long the journal is tried, a second apart, before the answer is given up.
const JOURNAL_FOR: Duration = Duration::from_secs(600);
/// The same when the gateway is being stopped.
const JOURNAL_FOR_AT_STOP: Duration = Duration::from_secs(10);

/// A claimed rotation, and what its steps need.
pub struct Step<'a> {
    /// The store, the keys and the clock.
    pub gateway: &'a Gateway,
    /// Who is called.
    pub magic: &'a MagicClient,
    /// What was claimed.
    pub rotation: Rotation,
    /// Under which name.
    pub owner: &'a str,
    /// Whether to begin no more calls.
    pub stop: &'a CancellationToken,
}

impl Step<'_> {
    /// Goes on from where it stands.
    ///
    /// # Errors
    /// [`StoreError`]: what is written stands, and the claim lapses.
    pub async fn work(&self) -> Result<()> {
        match self.rotation.stage {
            Stage::Asked | Stage::Unknown => self.call().await,
            Stage::Sent => self.lost_by_another().await,
            Stage::Received => match self.gateway.store.kept_reply(&self.rotation.id).await? {
                Some((status, sealed)) => {
                    let body = self.opened(Sealed::Reply(&self.rotation.id), &sealed)?;
                    self.read(status, &body).await
                }
                None => self.lost("its answer is missing", true).await,
            },
            Stage::Done | Stage::Frozen => Ok(()),
        }
    }

    async fn call(&self) -> Result<()> {
        let wallet = &self.rotation.wallet;
        let context = self.opened(Sealed::Context(&self.rotation.id), &self.rotation.context)?;
        let recovery = self.opened(Sealed::recovery(wallet), &wallet.recovery_key)?;
        if self.stop.is_cancelled() {
            return self.give_back(self.rotation.stage, false).await;
        }
        let (kid, now) = (self.gateway.keys.storage.newest().0, self.gateway.clock.now());
        let until = now.saturating_add(CLAIM_MS);
        if !self.gateway.store.send_rotation(&self.rotation, self.owner, kid, until, now).await? {
            return Ok(());
        }
        match self.magic.confirm(&wallet.wallet, &context, &recovery).await {
            Called::NotSent(why) => self.wait(self.before_call(), why, false, false).await,
            Called::Lost(why) => self.lost(why, false).await,
            Called::Answered { status, body } => {
                failpoint!("answer.arrived");
                self.keep(status, &body).await?;
                self.read(status, &body).await
            }
        }
    }

    /// Writes an answer down before anything is made of it. It comes once, so this is not given up lightly.
    async fn keep(&self, status: u16, body: &SecretBytes) -> Result<()> {
        let id = &self.rotation.id;
        let sealed = Sealed::Reply(id).seal(&self.gateway.keys, body);
        let mut told = false;
        let began = Instant::now();
        loop {
            let kept = self.gateway.store.keep_reply(id, status, &sealed, self.gateway.clock.now()).await;
            let Err(error) = kept else { return Ok(()) };
            if !told {
                told = true;
                tell(self.gateway, &self.rotation, Outcome::Unwritten, "the store takes no answer");
            }
            let limit = if self.stop.is_cancelled() { JOURNAL_FOR_AT_STOP } else { JOURNAL_FOR };
            if began.elapsed() >= limit {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// What follows from an answer that is in the journal.
    async fn read(&self, status: u16, body: &SecretBytes) -> Result<()> {
        if (200..300).contains(&status) {
            return match reply::keys(body, &self.rotation.wallet) {
                Ok(keys) => self.probe(&keys).await,
                Err(NoKeys::Another) => self.freeze("MAGIC_ANOTHER_WALLET").await,
                Err(NoKeys::Unreadable) => self.lost("an answer that cannot be read", true).await,
            };
        }
        match reply::refusal(status, body) {
            Refusal::Wallet if self.rotation.lost > 0 => self.freeze("MAGIC_KEYS_LOST").await,
            Refusal::Wallet => self.freeze("MAGIC_RECOVERY_REFUSED").await,
            Refusal::Settings => self.wait(self.before_call(), "Magic refuses this gateway's key", true, true).await,
            Refusal::Unclear => self.lost("an answer that says nothing", true).await,
        }
    }

    /// Signs with the new keys and the new context before they count.
    async fn probe(&self, keys: &Keys) -> Result<()> {
        if self.stop.is_cancelled() {
            return self.give_back(Stage::Received, true).await;
        }
        let wallet = &self.rotation.wallet;
        let context = self.opened(Sealed::Context(&self.rotation.id), &self.rotation.context)?;
        match self.magic.sign_data(&wallet.wallet, &context, &keys.access, PROBE).await {
            Called::Answered { status: 200, body } if reply::is_signature(&body) => self.adopt(keys).await,
            Called::Answered { status, body } => match reply::refusal(status, &body) {
                Refusal::Wallet => self.freeze("MAGIC_PROBE_REFUSED").await,
                Refusal::Settings => self.wait(Stage::Received, "Magic refuses this gateway's key", true, true).await,
                Refusal::Unclear => self.wait(Stage::Received, "no signature", false, true).await,
            },
            Called::NotSent(why) | Called::Lost(why) => self.wait(Stage::Received, why, false, true).await,
        }
    }

    async fn adopt(&self, keys: &Keys) -> Result<()> {
        failpoint!("probe.done");
        let wallet = &self.rotation.wallet;
        let ring = &self.gateway.keys;
        let sealed = NewKeys {
            access: Sealed::access(wallet).seal(ring, &keys.access),
            recovery: Sealed::recovery(wallet).seal(ring, &keys.recovery),
        };
        if self.gateway.store.adopt_keys(&self.rotation, self.owner, &sealed, self.gateway.clock.now()).await? {
            tell(self.gateway, &self.rotation, Outcome::Done, "");
        }
        Ok(())
    }

    /// Its claim has lapsed, so its caller died, or has the answer in hand and cannot write it down: which then is not the time to use
    /// up the same recovery key once more.
    async fn lost_by_another(&self) -> Result<()> {
        let caller_gives_up = JOURNAL_FOR + self.gateway.store.longest().unwrap_or_default();
        self.lost_for("its caller died", false, self.magic.look_again.max(caller_gives_up)).await
    }

    async fn lost(&self, why: &str, answered: bool) -> Result<()> {
        self.lost_for(why, answered, self.magic.look_again).await
    }

    /// Nobody knows what Magic did. Once it is asked again, by itself; after that somebody has to look.
    async fn lost_for(&self, why: &str, answered: bool, look_again: Duration) -> Result<()> {
        let (outcome, event, due) = if self.rotation.lost == 0 {
            (Outcome::Unknown, "MAGIC_ROTATION_UNKNOWN", Some(look_again))
        } else {
            (Outcome::Stuck, "MAGIC_ROTATION_STUCK", None)
        };
        let lost = self.rotation.lost.saturating_add(1);
        let paused = self.pause(Stage::Unknown, answered, lost, 0, due, Some(event)).await?;
        if paused {
            tell(self.gateway, &self.rotation, outcome, why);
        }
        Ok(())
    }

    /// Nothing was done by a call, so it can be made again. Told when it lasts.
    async fn wait(&self, stage: Stage, why: &str, at_once: bool, answered: bool) -> Result<()> {
        let patience = u32::try_from(self.magic.waits.len()).unwrap_or(u32::MAX);
        let before = self.rotation.waits;
        let waits = if at_once { before.saturating_add(1).max(patience) } else { before.saturating_add(1) };
        let told = before < patience && waits >= patience;
        let delay = usize::try_from(waits).ok().and_then(|waits| self.magic.waits.get(waits.saturating_sub(1)));
        let delay = delay.or(self.magic.waits.last()).copied();
        let event = told.then_some("MAGIC_ROTATION_WAITING");
        if self.pause(stage, answered, self.rotation.lost, waits, delay, event).await? && told {
            tell(self.gateway, &self.rotation, Outcome::Waiting, why);
        }
        Ok(())
    }

    async fn freeze(&self, event: &str) -> Result<()> {
        let now = self.gateway.clock.now();
        if self.gateway.store.freeze_rotation(&self.rotation, self.owner, event, now).await? {
            tell(self.gateway, &self.rotation, Outcome::Frozen, event);
        }
        Ok(())
    }

    /// For another gateway, or this one's next run.
    async fn give_back(&self, stage: Stage, answered: bool) -> Result<()> {
        let Rotation { lost, waits, .. } = self.rotation;
        self.pause(stage, answered, lost, waits, Some(Duration::ZERO), None).await.map(drop)
    }

    async fn pause(
        &self,
        stage: Stage,
        answered: bool,
        lost: u32,
        waits: u32,
        delay: Option<Duration>,
        event: Option<&str>,
    ) -> Result<bool> {
        let now = self.gateway.clock.now();
        let millis = |delay: Duration| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        let paused = Paused {
            rotation: &self.rotation.id,
            owner: self.owner,
            answered,
            stage,
            state: if lost > 0 && stage != Stage::Received { RotationState::Unknown } else { RotationState::Rotating },
            lost,
            waits,
            due: delay.map(|delay| now.saturating_add(millis(delay))),
            event,
        };
        self.gateway.store.pause_rotation(&paused, now).await
    }

    /// The stage of a rotation whose call was not made after all.
    fn before_call(&self) -> Stage {
        if self.rotation.lost > 0 { Stage::Unknown } else { Stage::Asked }
    }

    /// What is sealed under a key that another node has waits for that node, as its claim lapses.
    fn opened(&self, what: Sealed<'_>, sealed: &[u8]) -> Result<SecretBytes> {
        what.open(&self.gateway.keys, sealed).map_err(|error| {
            tracing::error!(%error, rotation = self.rotation.id, "magic: what is sealed does not open");
            match error {
                StorageError::MissingKey => StoreError::Away(error.into()),
                StorageError::Damaged => StoreError::Failed(error.into()),
            }
        })
    }
}
