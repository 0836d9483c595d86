//! `customer.locked_out`: told once for each lock, in Planbok's form alone. Whether the last try was right shows in its proof, so the
//! event waits for a moment, and is taken back by a proof that holds.

use repin_core::api::UnixMs;
use repin_core::credential::CredentialId;
use sha2::{Digest, Sha256};
use sqlx::Row;

use super::deliveries::insert_delivery_for;
use super::outbox::customer;
use super::{Connection, Result};
use crate::store::NewDelivery;
use crate::webhooks::{planbok, types};

/// How long a proof has: a minute, more than the slowest device needs.
const WAITS_MS: u64 = 60_000;

/// Writes down that the last try at a credential was charged, in the charge's transaction.
pub(super) async fn write_lock(
    tx: &mut Connection,
    challenge: &str,
    credential: &CredentialId,
    now: UnixMs,
) -> Result<()> {
    let subscriptions = sqlx::query(
        "SELECT s.id, s.types, c.type, u.user_id, (SELECT ref_id FROM customers k WHERE k.person = u.id) AS ref_id
         FROM challenges c JOIN users u ON u.id = c.person JOIN subscriptions s ON s.app = u.app
         WHERE c.id = $1 AND s.enabled AND s.secret IS NOT NULL",
    )
    .bind(challenge)
    .fetch_all(&mut *tx)
    .await?;
    for row in subscriptions {
        let (subscription, wanted): (String, String) = (row.try_get("id")?, row.try_get("types")?);
        if !types::wants(wanted.split(' '), planbok::LOCKED_OUT) {
            continue;
        }
        let id = name(&subscription, credential, now);
        let body = planbok::event(&id, planbok::LOCKED_OUT, &customer(&row)?.data(challenge), now);
        let new = NewDelivery { id: &id, kind: planbok::LOCKED_OUT, body: &body };
        insert_delivery_for(tx, &subscription, &new, now.saturating_add(WAITS_MS), now).await?;
    }
    Ok(())
}

/// Takes back what was written of the lock that was set at `locked_at`, as far as nobody was told yet.
pub(super) async fn take_back_lock(
    tx: &mut Connection,
    challenge: &str,
    credential: &CredentialId,
    locked_at: UnixMs,
) -> Result<()> {
    let subscriptions: Vec<String> = sqlx::query_scalar(
        "SELECT s.id FROM challenges c JOIN users u ON u.id = c.person JOIN subscriptions s ON s.app = u.app
         WHERE c.id = $1 AND s.secret IS NOT NULL",
    )
    .bind(challenge)
    .fetch_all(&mut *tx)
    .await?;
    for subscription in subscriptions {
        sqlx::query("DELETE FROM deliveries WHERE id = $1 AND attempts = 0")
            .bind(name(&subscription, credential, locked_at))
            .execute(&mut *tx)
            .await?;
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
