//! [`RingKeys`] in SQL.

use async_trait::async_trait;
use repin_core::api::UnixMs;
use sqlx::Row;

use super::dialect::{self, Db, DbRow, share_rows};
use super::operator::{About, audit};
use super::row::{int, optional, time};
use super::statements::Statements;
use super::{Result, SqlStore, Tx};
use crate::keys::{KID_LEN, KeyMark, Purpose, of_another_ring};
use crate::store::values::values;
use crate::store::{By, Claimed, Retirement, RingKey, RingKeys, StoreError, WebhookPublicKey};

/// Whoever reads what is known in order to change it goes first, and a commit that names a key comes before or after.
async fn lock_keys(tx: &mut Tx) -> Result<()> {
    if dialect::SHARED {
        sqlx::query("LOCK TABLE key_ids IN EXCLUSIVE MODE").execute(&mut **tx).await?;
    }
    Ok(())
}

/// Whether a key is retired, which it stays while the transaction lasts.
async fn is_retired(tx: &mut impl Statements, purpose: Purpose, kid: &str) -> Result<bool> {
    let query = concat!("SELECT retired FROM key_ids WHERE purpose = $1 AND kid = $2", share_rows!());
    let Some(key) = tx.row(query, values![purpose.name(), kid]).await? else { return Ok(false) };
    Ok(optional::<u64>(&key, "retired")?.is_some())
}

/// Of what a gateway writes with a key that was retired since it started: it would be lost with that key. The same request succeeds at a
/// gateway that was restarted.
pub(super) fn retired_in_use() -> StoreError {
    StoreError::Away("a retired key is in use: restart this gateway".into())
}

/// Refuses a retired storage key, which it stays, or does not become, while the transaction lasts.
pub(super) async fn refuse_retired_storage(tx: &mut impl Statements, kid: &str) -> Result<()> {
    if is_retired(tx, Purpose::Storage, kid).await? { Err(retired_in_use()) } else { Ok(()) }
}

/// The same for what such a key has sealed, which begins with its `kid`.
pub(super) async fn refuse_retired(tx: &mut impl Statements, sealed: &[&[u8]]) -> Result<()> {
    for sealed in sealed {
        let kid = sealed.get(..KID_LEN).and_then(|kid| std::str::from_utf8(kid).ok()).unwrap_or_default();
        refuse_retired_storage(tx, kid).await?;
    }
    Ok(())
}

#[async_trait]
impl RingKeys for SqlStore {
    async fn claim_keys(&self, keys: &[KeyMark]) -> Result<Claimed> {
        let mut tx = self.begin().await?;
        lock_keys(&mut tx).await?;
        let query = "SELECT purpose, kid, mark FROM key_ids WHERE retired IS NULL";
        let known: Vec<(String, String, Option<String>)> = sqlx::query_as(query).fetch_all(&mut *tx).await?;
        let names = known.iter().map(|(purpose, kid, _)| (&**purpose, &**kid));
        let has = |purpose, kid: &str| keys.iter().any(|key| key.purpose == purpose && key.kid == kid);
        let mut foreign = of_another_ring(names, has);
        if let Some(purpose) = foreign.find(|purpose| keys.iter().any(|key| key.purpose == *purpose)) {
            return Ok(Claimed::Foreign(purpose));
        }
        for key in keys {
            let is_it = |(purpose, kid, _): &&(String, String, _)| purpose == key.purpose.name() && *kid == key.kid;
            let marked = known.iter().find(is_it).and_then(|(_, _, mark)| mark.as_ref());
            if marked.is_some_and(|mark| *mark != key.mark) {
                return Ok(Claimed::Changed(key.purpose, key.kid.clone()));
            }
        }
        for KeyMark { purpose, kid, mark } in keys {
            insert(&mut tx, purpose.name(), kid).await?;
            // Of a key that was made known by its name alone, the first gateway that has it says which it is.
            sqlx::query("UPDATE key_ids SET mark = $1 WHERE purpose = $2 AND kid = $3 AND mark IS NULL")
                .bind(mark)
                .bind(purpose.name())
                .bind(kid)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(Claimed::Done)
    }

    async fn use_keys(&self, newest: &[(&'static str, &str)], now: UnixMs) -> Result<()> {
        let mut tx = self.begin().await?;
        // In one order, so that two nodes do not wait for each other.
        for (purpose, kid) in newest {
            sqlx::query("UPDATE key_ids SET used = $1 WHERE purpose = $2 AND kid = $3 AND coalesce(used, 0) < $1")
                .bind(int(now))
                .bind(*purpose)
                .bind(*kid)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await
    }

    async fn ring_keys(&self) -> Result<Vec<RingKey>> {
        let rows = sqlx::query("SELECT purpose, kid, used, retired FROM key_ids ORDER BY purpose, kid")
            .fetch_all(&self.readers)
            .await?;
        let key = |row: &DbRow| {
            Ok(RingKey {
                purpose: row.try_get("purpose")?,
                kid: row.try_get("kid")?,
                used: optional(row, "used")?,
                retired: optional(row, "retired")?,
            })
        };
        rows.iter().map(key).collect()
    }

    async fn has_ring_key(&self, purpose: &str, kid: &str) -> Result<bool> {
        let query = "SELECT 1 FROM key_ids WHERE purpose = $1 AND kid = $2 AND retired IS NULL";
        Ok(sqlx::query(query).bind(purpose).bind(kid).fetch_optional(&self.readers).await?.is_some())
    }

    async fn needs_of_key(&self, purpose: &str, kid: &str) -> Result<u64> {
        let mut reader = self.readers.acquire().await?;
        needs(&mut reader, purpose, kid).await
    }

    async fn add_ring_key(&self, purpose: &str, kid: &str, by: By<'_>) -> Result<()> {
        let mut tx = self.begin().await?;
        lock_keys(&mut tx).await?;
        insert(&mut tx, purpose, kid).await?;
        note(&mut tx, "RING_KEY_ADDED", purpose, kid, by).await?;
        tx.commit().await
    }

    async fn retire_ring_key(&self, purpose: &str, kid: &str, unused_since: UnixMs, by: By<'_>) -> Result<Retirement> {
        let mut tx = self.begin().await?;
        lock_keys(&mut tx).await?;
        let query = "SELECT used FROM key_ids WHERE purpose = $1 AND kid = $2";
        let used: Option<Option<i64>> =
            sqlx::query_scalar(query).bind(purpose).bind(kid).fetch_optional(&mut *tx).await?;
        if let Some(used) = used.flatten().and_then(|used| UnixMs::try_from(used).ok())
            && used > unused_since
        {
            return Ok(Retirement::InUse(used));
        }
        let needed = needs(&mut tx, purpose, kid).await?;
        if needed > 0 {
            return Ok(Retirement::Needed(needed));
        }
        insert(&mut tx, purpose, kid).await?;
        sqlx::query("UPDATE key_ids SET retired = $1 WHERE purpose = $2 AND kid = $3 AND retired IS NULL")
            .bind(int(by.now))
            .bind(purpose)
            .bind(kid)
            .execute(&mut *tx)
            .await?;
        note(&mut tx, "RING_KEY_RETIRED", purpose, kid, by).await?;
        tx.commit().await?;
        Ok(Retirement::Done)
    }

    async fn keep_webhook_key(&self, key: &WebhookPublicKey) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO webhook_keys (id, created, public) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET public = excluded.public",
        )
        .bind(&key.id)
        .bind(int(key.created))
        .bind(&key.sealed)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    async fn webhook_keys(&self) -> Result<Vec<WebhookPublicKey>> {
        let rows = sqlx::query("SELECT id, created, public FROM webhook_keys ORDER BY created, id")
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(webhook_key).collect()
    }

    async fn webhook_key(&self, id: &str) -> Result<Option<WebhookPublicKey>> {
        let row = sqlx::query("SELECT id, created, public FROM webhook_keys WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(webhook_key).transpose()
    }
}

async fn insert(tx: &mut Tx, purpose: &str, kid: &str) -> Result<()> {
    sqlx::query("INSERT INTO key_ids (purpose, kid) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(purpose)
        .bind(kid)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn note(tx: &mut Tx, event: &str, purpose: &str, kid: &str, by: By<'_>) -> Result<()> {
    let subject = format!("{purpose}-{kid}");
    audit(tx, by, event, About { subject: Some(&subject), ..About::default() }).await
}

async fn needs(connection: &mut <Db as sqlx::Database>::Connection, purpose: &str, kid: &str) -> Result<u64> {
    let mut needed = 0;
    if purpose == Purpose::OpaqueSetup.name() {
        // A spent code's record is gone, and its setup with it.
        for query in [
            "SELECT count(*) FROM credentials WHERE setup_kid = $1",
            "SELECT count(*) FROM codes WHERE setup_kid = $1 AND expires_at > 0",
        ] {
            let count: i64 = sqlx::query_scalar(query).bind(kid).fetch_one(&mut *connection).await?;
            needed += count;
        }
    } else if purpose == Purpose::Storage.name() {
        // What is sealed begins with the kid. The audit's head is one, too: the chain is worth what its end is.
        for query in [
            "SELECT count(*) FROM credentials WHERE questions IS NOT NULL AND substr(questions, 1, 16) = $1",
            "SELECT count(*) FROM runs WHERE substr(state, 1, 16) = $1",
            "SELECT count(*) FROM subscriptions WHERE secret IS NOT NULL AND substr(secret, 1, 16) = $1",
            "SELECT count(*) FROM webhook_keys WHERE substr(public, 1, 16) = $1",
            "SELECT count(*) FROM magic_wallets WHERE $1 IN (substr(access_key, 1, 16), substr(recovery_key, 1, 16),
             substr(previous_access, 1, 16), substr(previous_recovery, 1, 16))",
            "SELECT count(*) FROM magic_rotations WHERE context IS NOT NULL AND substr(context, 1, 16) = $1",
            "SELECT count(*) FROM magic_replies WHERE substr(body, 1, 16) = $1",
            "SELECT count(*) FROM wallets WHERE substr(gateway_share, 1, 16) = $1",
            "SELECT count(*) FROM recovery_emails WHERE substr(address, 1, 16) = $1",
        ] {
            let count: i64 = sqlx::query_scalar(query).bind(kid.as_bytes()).fetch_one(&mut *connection).await?;
            needed += count;
        }
        let head = "SELECT count(*) FROM audit_head WHERE kid = $1";
        let count: i64 = sqlx::query_scalar(head).bind(kid).fetch_one(&mut *connection).await?;
        needed += count;
    } else if purpose == Purpose::Recovery.name() {
        let query = "SELECT count(*) FROM recovery_emails WHERE substr(data_key, 1, 16) = $1";
        let count: i64 = sqlx::query_scalar(query).bind(kid.as_bytes()).fetch_one(&mut *connection).await?;
        needed = count;
    }
    Ok(needed.unsigned_abs())
}

fn webhook_key(row: &DbRow) -> Result<WebhookPublicKey> {
    Ok(WebhookPublicKey { id: row.try_get("id")?, created: time(row, "created")?, sealed: row.try_get("public")? })
}
