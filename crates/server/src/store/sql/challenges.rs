//! Challenges: created once for each idempotency key, read with the status they have now.

use repin_core::api::UnixMs;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::dialect::{Batch, skip_locked};
use super::locks::lock_person;
use super::row::{challenge, int};
use super::statements::{Columns, Statements};
use super::sweep::forget;
use super::{Challenge, Created, Listed, NewChallenge, Page, Result, SqlStore, Status, User, page, users, wallets};
use crate::rules::refuse_creation;
use crate::store::Cursor;
use crate::store::values::values;

/// Columns of `challenges`, as [`challenge`] and lists read them.
macro_rules! columns {
    () => {
        "id, type, status, error_code, correlation_id, created, expires_at"
    };
}

/// A challenge is in progress while a run has proved and may still register.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            ", EXISTS (SELECT 1 FROM runs r WHERE r.challenge = c.id AND r.proved IS NOT NULL
             AND r.ended IS NULL AND r.registration_open_until > $1) AS proving FROM challenges c ",
            $rest
        )
    };
}

/// A run belongs to one session, and no session lives for longer than an hour and its leeway.
const RUN_KEPT_MS: u64 = 2 * 60 * 60 * 1000;

impl SqlStore {
    pub(super) async fn insert_challenge(&self, new: &NewChallenge<'_>, now: UnixMs) -> Result<Created> {
        let mut tx = self.writer.batch().await?;
        lock_person(&mut tx, new.user).await?;
        let query = "SELECT body_hash, challenge FROM idempotency WHERE person = $1 AND endpoint = $2 AND key = $3";
        if let Some(before) = tx.row(query, values![new.user, new.endpoint, new.key]).await? {
            if before.column::<Vec<u8>>("body_hash")? != new.body_hash {
                return Ok(Created::KeyReused);
            }
            return Ok(Created::Before(one(&mut tx, before.column("challenge")?, now).await?));
        }
        if let Some(code) = refuse_creation(new.kind, &user(&mut tx, new.user).await?, now) {
            return Ok(Created::Refused(code));
        }
        if let Some(code) = wallets::refusal(&mut tx, new.kind, new.user).await? {
            return Ok(Created::Refused(code));
        }
        let [id, correlation_id] = [Uuid::new_v4().to_string(), Uuid::new_v4().to_string()];
        tx.add(
            "INSERT INTO challenges (id, person, type, status, correlation_id, created, expires_at)
             VALUES ($1, $2, $3, 'PENDING', $4, $5, $6)",
            values![&*id, new.user, new.kind.name(), &*correlation_id, int(now), int(new.expires_at)],
        )
        .await?;
        tx.add(
            "INSERT INTO idempotency (person, endpoint, key, body_hash, challenge, created) VALUES ($1, $2, $3, $4, $5, $6)",
            values![new.user, new.endpoint, new.key, &new.body_hash[..], &*id, int(now)],
        )
        .await?;
        let created = one(&mut tx, &id, now).await?;
        tx.commit().await?;
        Ok(Created::New(created))
    }

    pub(super) async fn select_challenge(&self, user: &str, id: &str, now: UnixMs) -> Result<Option<Challenge>> {
        let row = sqlx::query(select!("WHERE c.id = $2 AND c.person = $3"))
            .bind(int(now))
            .bind(id)
            .bind(user)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| challenge(&row, now)).transpose()
    }

    pub(super) async fn select_challenges(
        &self,
        user: &str,
        wanted: Option<Status>,
        page: &Page,
        now: UnixMs,
    ) -> Result<Option<Listed<Challenge>>> {
        let mut cursor = None;
        if let Some(Cursor::After(item) | Cursor::Before(item)) = &page.cursor {
            let query = "SELECT created, id FROM challenges WHERE person = $1 AND id = $2";
            cursor = page::place(&self.readers, sqlx::query(query).bind(user).bind(&item.id)).await?;
            if cursor.is_none() {
                return Ok(None);
            }
        }
        // The status a challenge has now, from the one that is written down: as `row::challenge` tells it.
        let mut query = QueryBuilder::new(concat!(
            "SELECT ",
            columns!(),
            ", proving FROM (SELECT ",
            columns!(),
            ", proving, CASE WHEN status <> 'PENDING' THEN status"
        ));
        query.push(" WHEN expires_at <= ").push_bind(int(now)).push(" THEN 'EXPIRED' WHEN proving THEN 'IN_PROGRESS'");
        query.push(concat!(
            " ELSE status END AS current FROM (SELECT ",
            columns!(),
            ", EXISTS (SELECT 1 FROM runs r WHERE r.challenge = c.id"
        ));
        query
            .push(" AND r.proved IS NOT NULL AND r.ended IS NULL AND r.registration_open_until > ")
            .push_bind(int(now));
        query.push(") AS proving FROM challenges c WHERE c.person = ").push_bind(user.to_owned());
        query.push(") AS told) AS listed WHERE true");
        if let Some(status) = wanted {
            query.push(" AND current = ").push_bind(status.name());
        }
        page::fetch(&self.readers, query, page, cursor).await?.try_map(|row| challenge(&row, now)).map(Some)
    }

    pub(super) async fn sweep_expired(&self, now: UnixMs) -> Result<()> {
        self.expire_challenges(now).await?;
        self.forget(forget!("runs", "challenge, run", "opened <= $1"), now.saturating_sub(RUN_KEPT_MS)).await
    }
}

async fn one(tx: &mut Batch, id: &str, now: UnixMs) -> Result<Challenge> {
    let row = tx.row(select!("WHERE c.id = $2"), values![int(now), id]).await?;
    challenge(&row.ok_or(sqlx::Error::RowNotFound)?, now)
}

pub(super) async fn user(tx: &mut impl Statements, id: &str) -> Result<User> {
    let query = concat!("SELECT ", users::person_columns!(""), " FROM users WHERE id = $1");
    let row = tx.row(query, values![id]).await?.ok_or(sqlx::Error::RowNotFound)?;
    let credentials = users::credentials(tx, id).await?;
    let coded = users::select_coded(tx, id).await?;
    users::user(&row, credentials, coded)
}
