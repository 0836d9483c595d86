//! `customer.locked_out`: told once for each lock, in Planbok's form alone. Whether the last try was right shows in its proof, so the
//! event waits for a moment, and is taken back by a proof that holds.

use repin_core::api::{RunId, UnixMs};
use repin_core::credential::CredentialId;
use sha2::{Digest, Sha256};

use super::deliveries::INSERT_DELIVERY;
use super::dialect::{Batch, keep_rows};
use super::outbox::customer;
use super::row::{int, optional};
use super::runs::taken_now;
use super::statements::{Columns, Statements};
use super::{MessageKey, Result};
use crate::store::values::values;
use crate::webhooks::{planbok, types};

/// How long a proof has: a minute, more than the slowest device needs.
const WAITS_MS: u64 = 60_000;

/// What a lock is known by.
#[derive(Clone, Copy)]
enum Lock {
    /// When it was set.
    At(UnixMs),
    /// The message that was charged: the hundredth guess in a row, after which nothing says when that was.
    ForGood(RunId, u32),
}

/// Writes down that the last try at a credential was charged, in the charge's transaction.
pub(super) async fn write_lock(
    tx: &mut Batch,
    key: &MessageKey<'_>,
    credential: &CredentialId,
    locked_at: Option<UnixMs>,
    now: UnixMs,
) -> Result<()> {
    let lock = locked_at.map_or(Lock::ForGood(key.run, key.seq), Lock::At);
    let subscriptions = tx
        .rows(
            concat!(
                "SELECT s.id, s.types, c.type, u.user_id, (SELECT ref_id FROM customers k WHERE k.person = u.id) AS ref_id
                 FROM challenges c JOIN users u ON u.id = c.person JOIN subscriptions s ON s.app = u.app
                 WHERE c.id = $1 AND s.enabled AND s.secret IS NOT NULL",
                keep_rows!(s)
            ),
            values![key.challenge],
        )
        .await?;
    for row in subscriptions {
        let (subscription, wanted): (String, String) = (row.column("id")?, row.column("types")?);
        if !types::wants(wanted.split(' '), planbok::LOCKED_OUT) {
            continue;
        }
        let (id, kind): (_, String) = (name(&subscription, credential, lock), row.column("type")?);
        let body = planbok::event(&id, planbok::LOCKED_OUT, &customer(&row, &kind)?.data(key.challenge), now);
        let due = int(now.saturating_add(WAITS_MS));
        let new = values![&*id, &*subscription, planbok::LOCKED_OUT, &*body, int(now), due];
        tx.add(INSERT_DELIVERY, new).await?;
    }
    Ok(())
}

/// Takes back what was written of the lock that was set at `locked_at`, or for good by this run's last charge, as far as nobody was told
/// yet. With the message that proved that it is none, and not without.
pub(super) async fn take_back_lock(
    tx: &mut Batch,
    key: &MessageKey<'_>,
    credential: &CredentialId,
    locked_at: Option<UnixMs>,
) -> Result<()> {
    let lock = match locked_at {
        Some(at) => Lock::At(at),
        None => {
            let query = "SELECT max(seq) AS seq FROM seen WHERE challenge = $1 AND run = $2 AND tries_left = 0";
            let charge = tx.row(query, values![key.challenge, &key.run]).await?;
            let seq: Option<u64> = charge.map(|charge| optional(&charge, "seq")).transpose()?.flatten();
            let Some(seq) = seq else { return Ok(()) };
            Lock::ForGood(key.run, u32::try_from(seq).unwrap_or(u32::MAX))
        }
    };
    let query = concat!(
        "SELECT s.id FROM challenges c JOIN users u ON u.id = c.person JOIN subscriptions s ON s.app = u.app
         WHERE c.id = $1 AND s.secret IS NOT NULL AND ",
        taken_now!()
    );
    for row in tx.rows(query, values![key.challenge, &key.run, i64::from(key.seq)]).await? {
        let id = name(&row.column::<String>("id")?, credential, lock);
        tx.add("DELETE FROM deliveries WHERE id = $1 AND attempts = 0", values![&*id]).await?;
    }
    Ok(())
}

/// The delivery's id, which the lock determines: so it is written once, and found again.
fn name(subscription: &str, credential: &CredentialId, lock: Lock) -> String {
    let hash = Sha256::new().chain_update(b"repin/1 lock").chain_update(credential);
    // Of different lengths, so that neither can be the other.
    let hash = match lock {
        Lock::At(at) => hash.chain_update(at.to_be_bytes()),
        Lock::ForGood(run, seq) => hash.chain_update(run).chain_update(seq.to_be_bytes()),
    };
    let hash = hash.chain_update(subscription).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
