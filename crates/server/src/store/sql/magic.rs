//! Wallets that Magic holds: registered, listed, and asked to be rotated. [`MagicStore`] in SQL.

use async_trait::async_trait;
use repin_core::api::{RotationState, UnixMs};
use repin_core::error::Code;
use sqlx::Row;

use super::dialect::lock_rows;
use super::locks::{lock_person, lock_run_of};
use super::operator::{About, audit};
use super::ring_keys::refuse_retired;
use super::row::{int, time, unsigned};
use super::runs::{Taken, insert_seen, take, why_not_next};
use super::statements::{Columns, Statements};
use super::{MessageKey, Result, SqlStore, Tx};
use crate::failpoint::failpoint;
use crate::store::values::values;
use crate::store::{
    BegunRotations, By, MagicStore, MagicWallet, NewKeys, NewMagicWallet, NewRotation, Paused, RegisteredWallet,
    Rotation, SealReply, StoreError,
};

/// Rows of `magic_wallets`, as [`wallet`] reads them.
macro_rules! select_wallets {
    ($rest:literal) => {
        concat!(
            "SELECT id, app, person, wallet, wallet_group, network, label, version, state, access_key, recovery_key, body_hash,
             created, updated FROM magic_wallets ",
            $rest
        )
    };
}
pub(super) use select_wallets;

#[async_trait]
impl MagicStore for SqlStore {
    async fn register_magic_wallet(&self, new: &NewMagicWallet<'_>, by: By<'_>) -> Result<RegisteredWallet> {
        let mut tx = self.begin().await?;
        lock_person(&mut tx, &new.wallet.user).await?;
        let before = sqlx::query(select_wallets!("WHERE person = $1 AND idempotency_key = $2"))
            .bind(&new.wallet.user)
            .bind(new.key)
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(before) = before {
            let same = before.try_get::<Vec<u8>, _>("body_hash")? == new.body_hash;
            return Ok(if same { RegisteredWallet::Before(wallet(&before)?) } else { RegisteredWallet::KeyReused });
        }
        let query = concat!(select_wallets!("WHERE app = $1 AND wallet = $2"), lock_rows!());
        let there = sqlx::query(query).bind(&new.wallet.app).bind(&new.wallet.wallet).fetch_optional(&mut *tx).await?;
        let id = match there.map(|row| wallet(&row)).transpose()? {
            None => {
                if !insert(&mut tx, new, by.now).await? {
                    return Ok(RegisteredWallet::Full);
                }
                new.wallet.id.clone()
            }
            Some(there) if there.user == new.wallet.user && replace(&mut tx, &there, new, by.now).await? => there.id,
            Some(_) => return Ok(RegisteredWallet::Taken),
        };
        refuse_retired(&mut tx, &[&new.wallet.access_key[..], &new.wallet.recovery_key[..]]).await?;
        let about = About { app: Some(&new.wallet.app), user: Some(&new.wallet.user), subject: Some(&id) };
        audit(&mut tx, by, "MAGIC_WALLET_REGISTERED", about).await?;
        let row = sqlx::query(select_wallets!("WHERE id = $1")).bind(&id).fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(RegisteredWallet::New(wallet(&row)?))
    }

    async fn magic_wallets(&self, user: &str) -> Result<Vec<MagicWallet>> {
        select(&mut *self.readers.acquire().await?, user).await
    }

    async fn magic_wallet(&self, app: &str, id: &str) -> Result<Option<MagicWallet>> {
        let query = sqlx::query(select_wallets!("WHERE app = $1 AND id = $2")).bind(app).bind(id);
        query.fetch_optional(&self.readers).await?.map(|row| wallet(&row)).transpose()
    }

    async fn begin_rotations(
        &self,
        key: &MessageKey<'_>,
        user: &str,
        new: &[NewRotation],
        seal: SealReply<'_>,
        now: UnixMs,
    ) -> Result<BegunRotations> {
        let mut tx = self.writer.batch().await?;
        lock_run_of(&mut tx, key).await?;
        if !take(&mut tx, key, &Taken::default()).await? {
            return Ok(BegunRotations::Not(why_not_next(&mut tx, key).await?));
        }
        let wallets = select(&mut tx, user).await?;
        let mut begun = false;
        for rotation in new {
            let there = wallets.iter().find(|wallet| wallet.wallet == rotation.wallet);
            let next = there.and_then(|wallet| wallet.version.checked_add(1));
            let Some((wallet, next)) = there.zip(next) else {
                return Ok(BegunRotations::Refused(Code::InvalidApproveContent));
            };
            if rotation.version > next {
                return Ok(BegunRotations::Refused(Code::InvalidApproveContent));
            }
            let free = matches!(wallet.state, RotationState::Idle | RotationState::Done);
            if free && rotation.version == next && !was_rotated(&mut tx, &wallet.id, key.challenge).await? {
                begin(&mut tx, wallet, rotation, key.challenge, now).await?;
                begun = true;
            }
        }
        let reply = seal(&select(&mut tx, user).await?);
        insert_seen(&mut tx, key, &reply).await?;
        failpoint!("rotate.written");
        tx.commit().await?;
        failpoint!("rotate.committed");
        if begun {
            self.rotation_added.notify_one();
        }
        Ok(BegunRotations::Taken(reply))
    }

    async fn rotations_changed(&self) {
        self.rotation_added.notified().await;
    }

    async fn claim_rotations(&self, owner: &str, until: UnixMs, limit: u32, now: UnixMs) -> Result<Vec<Rotation>> {
        self.claim_due_rotations(owner, until, limit, now).await
    }

    async fn next_rotation(&self) -> Result<Option<UnixMs>> {
        self.first_rotation_due().await
    }

    async fn send_rotation(
        &self,
        rotation: &Rotation,
        owner: &str,
        kid: &str,
        until: UnixMs,
        now: UnixMs,
    ) -> Result<bool> {
        self.mark_sent(rotation, owner, kid, until, now).await
    }

    async fn keep_reply(&self, rotation: &str, status: u16, body: &[u8], now: UnixMs) -> Result<()> {
        self.insert_reply(rotation, status, body, now).await
    }

    async fn kept_reply(&self, rotation: &str) -> Result<Option<(u16, Vec<u8>)>> {
        self.select_reply(rotation).await
    }

    async fn pause_rotation(&self, paused: &Paused<'_>, now: UnixMs) -> Result<bool> {
        self.pause(paused, now).await
    }

    async fn adopt_keys(&self, rotation: &Rotation, owner: &str, keys: &NewKeys, now: UnixMs) -> Result<bool> {
        self.adopt(rotation, owner, keys, now).await
    }

    async fn freeze_rotation(&self, rotation: &Rotation, owner: &str, event: &str, now: UnixMs) -> Result<bool> {
        self.freeze(rotation, owner, event, now).await
    }

    async fn retry_rotation(&self, wallet: &MagicWallet, by: By<'_>) -> Result<bool> {
        self.make_due_once_more(wallet, by).await
    }

    async fn end_orphaned_rotations(&self, now: UnixMs) -> Result<()> {
        self.end_rotation_claims(now).await
    }
}

/// `false`: the user has as many as a user can have.
async fn insert(tx: &mut Tx, new: &NewMagicWallet<'_>, now: UnixMs) -> Result<bool> {
    let NewMagicWallet { wallet, key, body_hash, max } = new;
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM magic_wallets WHERE person = $1")
        .bind(&wallet.user)
        .fetch_one(&mut **tx)
        .await?;
    if usize::try_from(count).unwrap_or(usize::MAX) >= *max {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO magic_wallets (id, app, person, wallet, wallet_group, network, label, access_key, recovery_key,
         idempotency_key, body_hash, place, created, updated)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
    )
    .bind(&wallet.id)
    .bind(&wallet.app)
    .bind(&wallet.user)
    .bind(&wallet.wallet)
    .bind(&wallet.group)
    .bind(&wallet.network)
    .bind(&wallet.label)
    .bind(&wallet.access_key)
    .bind(&wallet.recovery_key)
    .bind(*key)
    .bind(&body_hash[..])
    .bind(count)
    .bind(int(now))
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

/// New keys for a wallet that waits for somebody to bring them. `false`: it does not. What was under way is over.
async fn replace(tx: &mut Tx, there: &MagicWallet, new: &NewMagicWallet<'_>, now: UnixMs) -> Result<bool> {
    let waits = match there.state {
        RotationState::Frozen => true,
        RotationState::Unknown => {
            // Nobody is at it, and nobody will be.
            let query = "UPDATE magic_rotations SET stage = 'FROZEN', context = NULL, finished = $1
                         WHERE wallet = $2 AND finished IS NULL AND due IS NULL";
            sqlx::query(query).bind(int(now)).bind(&there.id).execute(&mut **tx).await?.rows_affected() > 0
        }
        _ => false,
    };
    if waits {
        let NewMagicWallet { wallet, key, body_hash, .. } = new;
        sqlx::query(
            "UPDATE magic_wallets SET previous_access = access_key, previous_recovery = recovery_key, access_key = $1,
             recovery_key = $2, wallet_group = $3, network = $4, label = $5, state = $6, idempotency_key = $7,
             body_hash = $8, updated = $9 WHERE id = $10",
        )
        .bind(&wallet.access_key)
        .bind(&wallet.recovery_key)
        .bind(&wallet.group)
        .bind(&wallet.network)
        .bind(&wallet.label)
        .bind(state_number(RotationState::Idle))
        .bind(*key)
        .bind(&body_hash[..])
        .bind(int(now))
        .bind(&there.id)
        .execute(&mut **tx)
        .await?;
    }
    Ok(waits)
}

/// Whether this challenge has had its rotation: somebody who comes back to it goes on where they were.
async fn was_rotated(tx: &mut impl Statements, wallet: &str, challenge: &str) -> Result<bool> {
    let query = "SELECT 1 FROM magic_rotations WHERE wallet = $1 AND challenge = $2 AND stage = 'DONE'";
    Ok(tx.row(query, values![wallet, challenge]).await?.is_some())
}

async fn begin(
    tx: &mut impl Statements,
    wallet: &MagicWallet,
    new: &NewRotation,
    challenge: &str,
    now: UnixMs,
) -> Result<()> {
    refuse_retired(tx, &[&new.context[..]]).await?;
    tx.rows(
        "INSERT INTO magic_rotations (id, wallet, challenge, version, context, stage, due, created)
         VALUES ($1, $2, $3, $4, $5, 'ASKED', $6, $6)",
        values![&*new.id, &*wallet.id, challenge, i64::from(new.version), &new.context[..], int(now)],
    )
    .await?;
    set_state(tx, &wallet.id, RotationState::Rotating, now).await
}

pub(super) async fn set_state(tx: &mut impl Statements, wallet: &str, state: RotationState, now: UnixMs) -> Result<()> {
    let query = "UPDATE magic_wallets SET state = $1, updated = $2 WHERE id = $3";
    tx.rows(query, values![state_number(state), int(now), wallet]).await.map(drop)
}

async fn select(from: &mut impl Statements, user: &str) -> Result<Vec<MagicWallet>> {
    let rows = from.rows(select_wallets!("WHERE person = $1 ORDER BY place"), values![user]).await?;
    rows.iter().map(wallet).collect()
}

/// The number in the table: that of the protocol.
pub(super) const fn state_number(state: RotationState) -> i64 {
    match state {
        RotationState::Idle => 1,
        RotationState::Rotating => 2,
        RotationState::Done => 3,
        RotationState::Unknown => 4,
        RotationState::Frozen => 5,
    }
}

/// Expects what [`select_wallets`] selects.
pub(super) fn wallet(row: &impl Columns) -> Result<MagicWallet> {
    use RotationState::{Done, Frozen, Idle, Rotating, Unknown};
    let number: i64 = row.column("state")?;
    let state = [Idle, Rotating, Done, Unknown, Frozen].into_iter().find(|state| state_number(*state) == number);
    Ok(MagicWallet {
        id: row.column("id")?,
        app: row.column("app")?,
        user: row.column("person")?,
        wallet: row.column("wallet")?,
        group: row.column("wallet_group")?,
        network: row.column("network")?,
        label: row.column("label")?,
        version: unsigned(row, "version")?,
        state: state.ok_or_else(|| StoreError::Failed("column state holds an unknown value".into()))?,
        access_key: row.column("access_key")?,
        recovery_key: row.column("recovery_key")?,
        created: time(row, "created")?,
        updated: time(row, "updated")?,
    })
}
