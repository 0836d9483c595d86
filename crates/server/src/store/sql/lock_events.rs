//! `customer.locked_out`: told once for each lock, in Planbok's form alone. Whether the last try was right shows in its proof, so the
//! event waits for a moment, and is taken back by a proof that holds.

use repin_core::api::UnixMs;
use repin_core::credential::CredentialId;
use sha2::{Digest, Sha256};

use super::deliveries::INSERT_DELIVERY;
use super::dialect::{Batch, keep_rows};
use super::outbox::customer;
use super::row::int;
use super::runs::taken_now;
use super::statements::Columns;
use super::{MessageKey, Result};
use crate::store::values::values;
use crate::webhooks::{planbok, types};

/// How long a proof has: a minute, more than the slowest device needs.
const WAITS_MS: u64 = 60_000;

/// Writes down that the last try at a credential was charged, in the charge's transaction.
pub(super) async fn write_lock(tx: &mut Batch, challenge: &str, credential: &CredentialId, now: UnixMs) -> Result<()> {
    let subscriptions = tx
        .rows(
            concat!(
                "SELECT s.id, s.types, c.type, u.user_id, (SELECT ref_id FROM customers k WHERE k.person = u.id) AS ref_id
                 FROM challenges c JOIN users u ON u.id = c.person JOIN subscriptions s ON s.app = u.app
                 WHERE c.id = $1 AND s.enabled AND s.secret IS NOT NULL",
                keep_rows!(s)
            ),
            values![challenge],
        )
        .await?;
    for row in subscriptions {
        let (subscription, wanted): (String, String) = (row.column("id")?, row.column("types")?);
        if !types::wants(wanted.split(' '), planbok::LOCKED_OUT) {
            continue;
        }
        let (id, kind): (_, String) = (name(&subscription, credential, now), row.column("type")?);
        let body = planbok::event(&id, planbok::LOCKED_OUT, &customer(&row, &kind)?.data(challenge), now);
        let due = int(now.saturating_add(WAITS_MS));
        let new = values![&*id, &*subscription, planbok::LOCKED_OUT, &*body, int(now), due];
        tx.add(INSERT_DELIVERY, new).await?;
    }
    Ok(())
}

/// Takes back what was written of the lock that was set at `locked_at`, as far as nobody was told yet. With the message that proved
/// that it is none, and not without.
pub(super) async fn take_back_lock(
    tx: &mut Batch,
    key: &MessageKey<'_>,
    credential: &CredentialId,
    locked_at: UnixMs,
) -> Result<()> {
    let query = concat!(
        "SELECT s.id FROM challenges c JOIN users u ON u.id = c.person JOIN subscriptions s ON s.app = u.app
         WHERE c.id = $1 AND s.secret IS NOT NULL AND ",
        taken_now!()
    );
    for row in tx.rows(query, values![key.challenge, &key.run, i64::from(key.seq)]).await? {
        let id = name(&row.column::<String>("id")?, credential, locked_at);
        tx.add("DELETE FROM deliveries WHERE id = $1 AND attempts = 0", values![&*id]).await?;
    }
    Ok(())
}

/// The delivery's id, which the lock determines: so it is written once, and found again.
fn name(subscription: &str, credential: &CredentialId, locked_at: UnixMs) -> String {
    let hash = Sha256::new()
        .chain_update(b"repin/1 lock")
        .chain_update(credential)
        .chain_update(locked_at.to_be_bytes())
        .chain_update(subscription)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
