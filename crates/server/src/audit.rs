//! The audit's chain: whoever has the database and not the key ring cannot change what is written, or leave some of it out,
//! without being found out.
//!
//! Rows are written in the transaction that makes them true, as ever, and know nothing of each other: people would otherwise
//! wait for one another. Once a second some gateway, one at a time, adds a link for each row that has none yet, in the order
//! of their ids and never past one that may still come: SHA-256 over the hash before it and the row, under a MAC whose key
//! comes from the storage key. A crash between a row and its link costs nothing; the next one to look adds it.
//!
//! What it does not show: a row that somebody with the database adds at the end is sealed like any other, and a database that
//! is set back to an earlier state is whole. For that, note the end of the chain somewhere else; `verify` compares.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

mod chain;
mod verify;

pub use verify::{Fault, Found, Report, verify};

use chain::End;

use crate::failpoint::failpoint;
use crate::gateway::Gateway;
use crate::keys::{KeyRing, Purpose};
use crate::store::{AuditLink, Result, Sealing, Store};

/// Rows that one transaction seals.
const BATCH: u32 = 500;
/// How often is looked.
const EVERY: Duration = Duration::from_secs(1);
/// And after an end of the chain that cannot be gone on from.
const EVERY_REFUSED: Duration = Duration::from_secs(60);

/// What became of a look at the chain.
enum Looked {
    /// What the store says.
    At(Sealing),
    /// The end is under this key, which another gateway has and this one not yet. Nothing is wrong: whoever has it seals.
    KeyMissing(String),
}

impl Gateway {
    /// Seals what there is to seal; how many rows. [`Sealing::Busy`], too, while only another gateway has the key that the end is under.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn seal_audit(&self) -> Result<Sealing> {
        Ok(match self.look_at_audit().await? {
            Looked::At(sealing) => sealing,
            Looked::KeyMissing(_) => Sealing::Busy,
        })
    }

    async fn look_at_audit(&self) -> Result<Looked> {
        let mut sealed = 0;
        loop {
            let Some(head) = self.store.audit_head().await? else { return Ok(Looked::At(Sealing::Refused)) };
            match whose_end(&*self.store, &self.keys, &head).await? {
                End::Ours => {}
                End::KeyMissing => return Ok(Looked::KeyMissing(head.kid)),
                End::Foreign => return Ok(Looked::At(Sealing::Refused)),
            }
            // After a rotation the end is sealed anew, so that the old key can go.
            let rotated = head.seq > 0 && head.kid != self.keys.storage.newest().0;
            if !rotated && self.store.audit_rows_after(head.audit).await? == 0 {
                return Ok(Looked::At(Sealing::Sealed(sealed)));
            }
            match self.store.seal_audit(BATCH, &|head, rows| chain::extend(&self.keys, head, rows)).await? {
                Sealing::Sealed(0) if !rotated => return Ok(Looked::At(Sealing::Sealed(sealed))),
                Sealing::Sealed(rows) => sealed += rows,
                Sealing::Busy => return Ok(Looked::At(Sealing::Busy)),
                // The end was moved in between, by another gateway perhaps, under a key that is not here: it is looked at anew.
                Sealing::Refused => {}
            }
        }
    }
}

/// Whose the end is, as far as ring and database know. A key that is in neither is an invention, to get round the MAC.
async fn whose_end(store: &dyn Store, keys: &KeyRing, head: &AuditLink) -> Result<End> {
    let end = chain::whose(keys, head);
    let is_invented = end == End::KeyMissing && !store.has_ring_key(Purpose::Storage.name(), &head.kid).await?;
    Ok(if is_invented { End::Foreign } else { end })
}

/// Seals until told to stop, and then once more.
pub(crate) async fn run(gateway: Arc<Gateway>, stop: CancellationToken) {
    loop {
        failpoint!("audit.looked");
        let stopping = stop.is_cancelled();
        let mut wait = EVERY;
        match gateway.look_at_audit().await {
            Ok(Looked::At(Sealing::Refused)) => {
                tracing::error!(
                    "the audit's chain was changed by somebody else; see `repin-server admin audit verify`"
                );
                wait = EVERY_REFUSED;
            }
            Ok(Looked::KeyMissing(kid)) => {
                tracing::info!(
                    kid,
                    "the audit is sealed by whoever has this key, which is not in this gateway's ring yet"
                );
                wait = EVERY_REFUSED;
            }
            Ok(Looked::At(Sealing::Sealed(_) | Sealing::Busy)) => {}
            Err(error) => tracing::warn!(%error, "the audit is not sealed"),
        }
        if stopping {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
