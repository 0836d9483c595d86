//! Rotations of wallets that Magic holds: claimed, and brought from stage to stage. Each step is one transaction, and counts only
//! while its claim holds; an answer of Magic's is kept in any case.

use repin_core::api::{RotationState, UnixMs};
use sqlx::Row;

use super::dialect::{self, DbRow, lock_rows, skip_locked};
use super::magic::{select_wallets, set_state, wallet};
use super::operator::{About, audit};
use super::ring_keys::{refuse_retired, refuse_retired_storage};
use super::row::{int, optional, unsigned};
use super::{Result, SqlStore, Tx};
use crate::failpoint::failpoint;
use crate::store::{By, MagicWallet, NewKeys, Paused, Rotation, Stage, StoreError};

/// Who does what no operator did.
const RELAY: &str = "the relay for Magic";

impl SqlStore {
    pub(super) async fn claim_due_rotations(
        &self,
        owner: &str,
        until: UnixMs,
        limit: u32,
        now: UnixMs,
    ) -> Result<Vec<Rotation>> {
        let mut tx = self.begin().await?;
        let claimed = sqlx::query(concat!(
            "WITH picked AS MATERIALIZED
             (SELECT r.id FROM magic_rotations r WHERE r.due <= $3 AND r.finished IS NULL ORDER BY r.due LIMIT $4",
            skip_locked!(r),
            ")
             UPDATE magic_rotations SET due = $1, owner = $2 WHERE id IN (SELECT id FROM picked)
             RETURNING id, wallet, version, context, stage, lost, waits"
        ))
        .bind(int(until))
        .bind(owner)
        .bind(int(now))
        .bind(i64::from(limit))
        .fetch_all(&mut *tx)
        .await?;
        let mut rotations = Vec::new();
        for row in &claimed {
            let query = sqlx::query(select_wallets!("WHERE id = $1")).bind(row.try_get::<String, _>("wallet")?);
            rotations.push(rotation(row, wallet(&query.fetch_one(&mut *tx).await?)?)?);
        }
        tx.commit().await?;
        Ok(rotations)
    }

    pub(super) async fn first_rotation_due(&self) -> Result<Option<UnixMs>> {
        let query = "SELECT min(due) AS due FROM magic_rotations WHERE due IS NOT NULL AND finished IS NULL";
        optional(&sqlx::query(query).fetch_one(&self.readers).await?, "due")
    }

    pub(super) async fn mark_sent(
        &self,
        rotation: &Rotation,
        owner: &str,
        kid: &str,
        until: UnixMs,
        now: UnixMs,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        let sent = sqlx::query(
            "UPDATE magic_rotations SET stage = 'SENT', due = $1
             WHERE id = $2 AND owner = $3 AND stage = $4 AND finished IS NULL",
        )
        .bind(int(until))
        .bind(&rotation.id)
        .bind(owner)
        .bind(rotation.stage.name())
        .execute(&mut *tx)
        .await?;
        if sent.rows_affected() == 0 {
            return Ok(false);
        }
        // Before the call: its answer is written whatever has become of the key.
        refuse_retired_storage(&mut tx, kid).await?;
        if rotation.lost > 0 {
            note(&mut tx, &rotation.wallet, "MAGIC_ROTATION_RETRIED", now).await?;
        }
        failpoint!("sent.written");
        tx.commit().await?;
        failpoint!("sent.committed");
        Ok(true)
    }

    /// Under whichever key, also one that was retired while Magic was called: what is not written is lost, and the key may still be found.
    pub(super) async fn insert_reply(&self, rotation: &str, status: u16, body: &[u8], now: UnixMs) -> Result<()> {
        let mut tx = self.begin().await?;
        let query = concat!("SELECT 1 FROM magic_rotations WHERE id = $1", lock_rows!());
        sqlx::query(query).bind(rotation).fetch_optional(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO magic_replies (rotation, number, at, status, body)
             SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4 FROM magic_replies WHERE rotation = $1",
        )
        .bind(rotation)
        .bind(int(now))
        .bind(i64::from(status))
        .bind(body)
        .execute(&mut *tx)
        .await?;
        // Nobody's when its caller was given up meanwhile: then it is due at once.
        sqlx::query(
            "UPDATE magic_rotations SET stage = 'RECEIVED', due = CASE WHEN owner IS NULL THEN $1 ELSE due END
             WHERE id = $2 AND finished IS NULL",
        )
        .bind(int(now))
        .bind(rotation)
        .execute(&mut *tx)
        .await?;
        failpoint!("reply.written");
        tx.commit().await?;
        failpoint!("reply.committed");
        Ok(())
    }

    pub(super) async fn select_reply(&self, rotation: &str) -> Result<Option<(u16, Vec<u8>)>> {
        let query = "SELECT status, body FROM magic_replies WHERE rotation = $1 ORDER BY number DESC LIMIT 1";
        let row = sqlx::query(query).bind(rotation).fetch_optional(&self.readers).await?;
        row.map(|row| Ok((unsigned(&row, "status")?, row.try_get("body")?))).transpose()
    }

    pub(super) async fn pause(&self, paused: &Paused<'_>, now: UnixMs) -> Result<bool> {
        let mut tx = self.begin().await?;
        let row = sqlx::query(
            "UPDATE magic_rotations SET stage = $1, lost = $2, waits = $3, due = $4, owner = NULL
             WHERE id = $5 AND owner = $6 AND finished IS NULL AND (stage <> 'RECEIVED' OR $7) RETURNING wallet",
        )
        .bind(paused.stage.name())
        .bind(i64::from(paused.lost))
        .bind(i64::from(paused.waits))
        .bind(paused.due.map(int))
        .bind(paused.rotation)
        .bind(paused.owner)
        .bind(paused.answered)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(false) };
        let id: String = row.try_get("wallet")?;
        set_state(&mut tx, &id, paused.state, now).await?;
        if let Some(event) = paused.event {
            let row = sqlx::query(select_wallets!("WHERE id = $1")).bind(&id).fetch_one(&mut *tx).await?;
            note(&mut tx, &wallet(&row)?, event, now).await?;
        }
        tx.commit().await?;
        failpoint!("pause.committed");
        Ok(true)
    }

    pub(super) async fn adopt(&self, rotation: &Rotation, owner: &str, keys: &NewKeys, now: UnixMs) -> Result<bool> {
        let mut tx = self.begin().await?;
        if !finish(&mut tx, rotation, owner, Stage::Done, now).await? {
            return Ok(false);
        }
        // They are in the journal, too: a gateway that was restarted takes them from there.
        refuse_retired(&mut tx, &[&keys.access[..], &keys.recovery[..]]).await?;
        sqlx::query(
            "UPDATE magic_wallets SET previous_access = access_key, previous_recovery = recovery_key, access_key = $1,
             recovery_key = $2, version = $3, state = 3, updated = $4 WHERE id = $5",
        )
        .bind(&keys.access)
        .bind(&keys.recovery)
        .bind(i64::from(rotation.version))
        .bind(int(now))
        .bind(&rotation.wallet.id)
        .execute(&mut *tx)
        .await?;
        // Two generations are kept of answers, too: more would be keys that open nothing.
        sqlx::query(
            "DELETE FROM magic_replies WHERE rotation IN (SELECT id FROM magic_rotations WHERE wallet = $1 AND id <> $2)",
        )
        .bind(&rotation.wallet.id)
        .bind(&rotation.id)
        .execute(&mut *tx)
        .await?;
        note(&mut tx, &rotation.wallet, "MAGIC_WALLET_ROTATED", now).await?;
        failpoint!("adopt.written");
        tx.commit().await?;
        failpoint!("adopt.committed");
        Ok(true)
    }

    pub(super) async fn freeze(&self, rotation: &Rotation, owner: &str, event: &str, now: UnixMs) -> Result<bool> {
        let mut tx = self.begin().await?;
        if !finish(&mut tx, rotation, owner, Stage::Frozen, now).await? {
            return Ok(false);
        }
        set_state(&mut tx, &rotation.wallet.id, RotationState::Frozen, now).await?;
        note(&mut tx, &rotation.wallet, event, now).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(super) async fn make_due_once_more(&self, wallet: &MagicWallet, by: By<'_>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let again = sqlx::query(
            "UPDATE magic_rotations SET due = $1, lost = 1 WHERE wallet = $2 AND stage = 'UNKNOWN' AND due IS NULL
             AND finished IS NULL",
        )
        .bind(int(by.now))
        .bind(&wallet.id)
        .execute(&mut *tx)
        .await?;
        if again.rows_affected() == 0 {
            return Ok(false);
        }
        let about = About { app: Some(&wallet.app), user: Some(&wallet.user), subject: Some(&wallet.id) };
        audit(&mut tx, by, "MAGIC_RETRY_ASKED", about).await?;
        tx.commit().await?;
        self.rotation_added.notify_one();
        Ok(true)
    }

    /// Where the lock on the data folder says that no other gateway has this database.
    pub(super) async fn end_rotation_claims(&self, now: UnixMs) -> Result<()> {
        if dialect::SHARED {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE magic_rotations SET due = $1, owner = NULL WHERE owner IS NOT NULL AND finished IS NULL")
            .bind(int(now))
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}

/// Ends a rotation, and forgets its context. `false`: another has claimed it.
async fn finish(tx: &mut Tx, rotation: &Rotation, owner: &str, stage: Stage, now: UnixMs) -> Result<bool> {
    let finished = sqlx::query(
        "UPDATE magic_rotations SET stage = $1, context = NULL, due = NULL, owner = NULL, finished = $2
         WHERE id = $3 AND owner = $4 AND finished IS NULL",
    )
    .bind(stage.name())
    .bind(int(now))
    .bind(&rotation.id)
    .bind(owner)
    .execute(&mut **tx)
    .await?;
    Ok(finished.rows_affected() > 0)
}

async fn note(tx: &mut Tx, wallet: &MagicWallet, event: &str, now: UnixMs) -> Result<()> {
    let about = About { app: Some(&wallet.app), user: Some(&wallet.user), subject: Some(&wallet.id) };
    audit(tx, By { operator: RELAY, now }, event, about).await
}

fn rotation(row: &DbRow, wallet: MagicWallet) -> Result<Rotation> {
    let name: String = row.try_get("stage")?;
    let stage = Stage::ALL.into_iter().find(|stage| stage.name() == name);
    Ok(Rotation {
        id: row.try_get("id")?,
        wallet,
        version: unsigned(row, "version")?,
        context: row.try_get("context")?,
        stage: stage.ok_or_else(|| StoreError::Failed("column stage holds an unknown value".into()))?,
        lost: unsigned(row, "lost")?,
        waits: unsigned(row, "waits")?,
    })
}
