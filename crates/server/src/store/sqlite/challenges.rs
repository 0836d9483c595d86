//! Challenges: created once for each idempotency key, read with the status they have now.

use repin_core::api::UnixMs;
use sqlx::Row;
use uuid::Uuid;

use super::row::{challenge, int, time};
use super::users::credentials;
use super::{Challenge, Created, NewChallenge, Result, SqliteStore, Tx, User};
use crate::rules::refuse_creation;

/// A challenge is in progress while a run has proved and may still register.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.*, EXISTS (SELECT 1 FROM runs r WHERE r.challenge = c.id AND r.proved IS NOT NULL
             AND r.ended IS NULL AND r.registration_open_until > ?) AS proving FROM challenges c ",
            $rest
        )
    };
}

/// The most challenges that one list shows: the newest.
const LIST_LIMIT: i64 = 100;
/// A run belongs to one session, and no session lives for longer than an hour and its leeway.
const RUN_KEPT_MS: u64 = 2 * 60 * 60 * 1000;

impl SqliteStore {
    pub(super) async fn insert_challenge(&self, new: &NewChallenge<'_>, now: UnixMs) -> Result<Created> {
        let mut tx = self.begin().await?;
        let before =
            sqlx::query("SELECT body_hash, challenge FROM idempotency WHERE user = ? AND endpoint = ? AND key = ?")
                .bind(new.user)
                .bind(new.endpoint)
                .bind(new.key)
                .fetch_optional(&mut *tx)
                .await?;
        if let Some(before) = before {
            if before.try_get::<Vec<u8>, _>("body_hash")? != new.body_hash {
                return Ok(Created::KeyReused);
            }
            return Ok(Created::Before(one(&mut tx, before.try_get("challenge")?, now).await?));
        }
        if let Some(code) = refuse_creation(new.kind, &user(&mut tx, new.user).await?, now) {
            return Ok(Created::Refused(code));
        }
        let id = Uuid::new_v4().to_string();
        sqlx::query(
            "INSERT INTO challenges (id, user, type, status, correlation_id, created, expires_at)
             VALUES (?, ?, ?, 'PENDING', ?, ?, ?)",
        )
        .bind(&id)
        .bind(new.user)
        .bind(new.kind.name())
        .bind(Uuid::new_v4().to_string())
        .bind(int(now))
        .bind(int(new.expires_at))
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO idempotency (user, endpoint, key, body_hash, challenge, created) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(new.user)
        .bind(new.endpoint)
        .bind(new.key)
        .bind(&new.body_hash[..])
        .bind(&id)
        .bind(int(now))
        .execute(&mut *tx)
        .await?;
        let created = one(&mut tx, id, now).await?;
        tx.commit().await?;
        Ok(Created::New(created))
    }

    pub(super) async fn select_challenge(&self, user: &str, id: &str, now: UnixMs) -> Result<Option<Challenge>> {
        let row = sqlx::query(select!("WHERE c.id = ? AND c.user = ?"))
            .bind(int(now))
            .bind(id)
            .bind(user)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| challenge(&row, now)).transpose()
    }

    pub(super) async fn select_challenges(&self, user: &str, now: UnixMs) -> Result<Vec<Challenge>> {
        let rows = sqlx::query(select!("WHERE c.user = ? ORDER BY c.created DESC, c.id LIMIT ?"))
            .bind(int(now))
            .bind(user)
            .bind(LIST_LIMIT)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(|row| challenge(row, now)).collect()
    }

    pub(super) async fn sweep_expired(&self, now: UnixMs) -> Result<()> {
        self.expire_challenges(now).await?;
        sqlx::query("DELETE FROM runs WHERE opened <= ?")
            .bind(int(now.saturating_sub(RUN_KEPT_MS)))
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

async fn one(tx: &mut Tx, id: String, now: UnixMs) -> Result<Challenge> {
    let row = sqlx::query(select!("WHERE c.id = ?")).bind(int(now)).bind(id).fetch_one(&mut **tx).await?;
    challenge(&row, now)
}

async fn user(tx: &mut Tx, id: &str) -> Result<User> {
    let row =
        sqlx::query("SELECT user_id, status, created FROM users WHERE id = ?").bind(id).fetch_one(&mut **tx).await?;
    let [pin, answers] = credentials(&mut **tx, id).await?;
    Ok(User {
        id: id.to_owned(),
        user_id: row.try_get("user_id")?,
        created: time(&row, "created")?,
        disabled: row.try_get::<String, _>("status")? != "ENABLED",
        pin,
        answers,
    })
}
