//! Takes what is due one step further. A rotation is nobody's before it is claimed, and a claim is a due time: what a gateway held
//! that died comes back by itself. Who asked for a rotation need not wait for it, or be there.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::saga::Step;
use crate::gateway::Gateway;
use crate::metrics::Task;
use crate::store::{Result, Rotation};
use crate::supervision::has_panicked;

/// How long a claim holds, in milliseconds: longer than a call and a probe can take.
pub const CLAIM_MS: u64 = 120_000;
/// Rotations at the same time.
const AT_ONCE: usize = 16;
/// How often the store is asked at least: another gateway may have died, or the clock been put forward.
const POLL: Duration = Duration::from_secs(1);

/// Steps that were begun. What a call brings is told once, so they go on when this is dropped: should the worker panic.
struct Steps(JoinSet<()>);

impl Drop for Steps {
    fn drop(&mut self) {
        self.0.detach_all();
    }
}

/// Ends the claims of this gateway's last run. Once, and not again with the worker, whose steps may be under way.
pub async fn end_orphans(gateway: &Gateway) {
    if gateway.magic.is_none() {
        return;
    }
    if let Err(error) = gateway.store.end_orphaned_rotations(gateway.clock.now()).await {
        tracing::warn!(%error, "magic: claims of the last run");
    }
}

/// Works until told to stop; then waits for the calls that were begun, and begins none.
pub async fn run(gateway: Arc<Gateway>, stop: CancellationToken) {
    if gateway.magic.is_none() {
        return;
    }
    let mut steps = Steps(JoinSet::new());
    while !stop.is_cancelled() {
        let wait = start_due(&gateway, &stop, &mut steps.0).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "magic: what is due");
            POLL
        });
        tokio::select! {
            () = stop.cancelled() => {}
            () = gateway.store.rotations_changed() => {}
            Some(ended) = steps.0.join_next() => {
                has_panicked(Task::Magic, &gateway.metrics, ended);
            }
            () = sleep(wait) => {}
        }
    }
    while let Some(ended) = steps.0.join_next().await {
        has_panicked(Task::Magic, &gateway.metrics, ended);
    }
}

/// Starts what is due and has room; how long to wait before looking again.
async fn start_due(gateway: &Arc<Gateway>, stop: &CancellationToken, steps: &mut JoinSet<()>) -> Result<Duration> {
    while let Some(ended) = steps.try_join_next() {
        has_panicked(Task::Magic, &gateway.metrics, ended);
    }
    let room = u32::try_from(AT_ONCE.saturating_sub(steps.len())).unwrap_or(0);
    let now = gateway.clock.now();
    if room > 0 {
        // A name for each claim: what is claimed again, by this gateway or another, is out of the hands that had it.
        let owner: Arc<str> = Uuid::new_v4().to_string().into();
        let until = now.saturating_add(CLAIM_MS);
        for rotation in gateway.store.claim_rotations(&owner, until, room, now).await? {
            steps.spawn(step(gateway.clone(), rotation, owner.clone(), stop.clone()));
        }
    }
    let next = gateway.store.next_rotation().await?;
    let wait = next.map_or(POLL, |due| Duration::from_millis(due.saturating_sub(now)));
    // Without room it is the end of a step that is waited for.
    Ok(if room == 0 { POLL } else { wait.min(POLL) })
}

async fn step(gateway: Arc<Gateway>, rotation: Rotation, owner: Arc<str>, stop: CancellationToken) {
    let Some(magic) = &gateway.magic else { return };
    let id = rotation.id.clone();
    let step = Step { gateway: &gateway, magic, rotation, owner: &owner, stop: &stop };
    if let Err(error) = step.work().await {
        // What is written stands; the claim lapses.
        tracing::error!(%error, rotation = id, "magic: a step cannot be written down");
    }
}
