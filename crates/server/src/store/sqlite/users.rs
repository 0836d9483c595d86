//! Users of an app, and what an operator does for them.

use repin_core::api::{CredentialKind, UnixMs};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite};
use uuid::Uuid;

use super::operator::{About, audit};
use super::row::{credential, int, kind_number, optional, time};
use super::{Result, SqliteStore, User};
use crate::store::By;
use crate::store::Credential;

impl SqliteStore {
    pub(super) async fn insert_user(&self, app: &str, user_id: &str, now: UnixMs) -> Result<Option<User>> {
        let id = Uuid::new_v4().to_string();
        let inserted = sqlx::query(
            "INSERT INTO users (id, app, user_id, status, created) VALUES (?, ?, ?, 'ENABLED', ?)
             ON CONFLICT (app, user_id) DO NOTHING",
        )
        .bind(&id)
        .bind(app)
        .bind(user_id)
        .bind(int(now))
        .execute(&self.writer)
        .await?;
        let user = User {
            id,
            app: app.to_owned(),
            user_id: user_id.to_owned(),
            created: now,
            disabled: false,
            pin: None,
            answers: None,
            pin_unlocked: None,
            answers_unlocked: None,
        };
        Ok((inserted.rows_affected() == 1).then_some(user))
    }

    pub(super) async fn select_user(&self, app: &str, user_id: &str) -> Result<Option<User>> {
        let row = sqlx::query("SELECT * FROM users WHERE app = ? AND user_id = ?")
            .bind(app)
            .bind(user_id)
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let credentials = credentials(&self.readers, row.try_get("id")?).await?;
        Ok(Some(user(&row, credentials)?))
    }

    pub(super) async fn update_user_status(&self, user: &User, disabled: bool, by: By<'_>) -> Result<bool> {
        let (status, event) = if disabled { ("DISABLED", "USER_DISABLED") } else { ("ENABLED", "USER_ENABLED") };
        let mut tx = self.begin().await?;
        let changed = sqlx::query("UPDATE users SET status = ?1 WHERE id = ?2 AND status <> ?1")
            .bind(status)
            .bind(&user.id)
            .execute(&mut *tx)
            .await?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        audit(&mut tx, by, event, About { app: Some(&user.app), user: Some(&user.id), subject: None }).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(super) async fn clear_counter(&self, user: &User, kind: CredentialKind, by: By<'_>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let cleared = sqlx::query(
            "UPDATE credentials SET failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL
             WHERE user = ? AND kind = ?",
        )
        .bind(&user.id)
        .bind(kind_number(kind))
        .execute(&mut *tx)
        .await?;
        if cleared.rows_affected() == 0 {
            return Ok(false);
        }
        let (column, event) = match kind {
            CredentialKind::Pin => ("UPDATE users SET pin_unlocked_at = ? WHERE id = ?", "PIN_UNLOCKED"),
            CredentialKind::Answers => ("UPDATE users SET answers_unlocked_at = ? WHERE id = ?", "ANSWERS_UNLOCKED"),
        };
        sqlx::query(column).bind(int(by.now)).bind(&user.id).execute(&mut *tx).await?;
        audit(&mut tx, by, event, About { app: Some(&user.app), user: Some(&user.id), subject: None }).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Expects all columns of `users`.
pub(super) fn user(row: &SqliteRow, [pin, answers]: [Option<Credential>; 2]) -> Result<User> {
    Ok(User {
        id: row.try_get("id")?,
        app: row.try_get("app")?,
        user_id: row.try_get("user_id")?,
        created: time(row, "created")?,
        disabled: row.try_get::<String, _>("status")? != "ENABLED",
        pin,
        answers,
        pin_unlocked: optional(row, "pin_unlocked_at")?,
        answers_unlocked: optional(row, "answers_unlocked_at")?,
    })
}

/// A user's PIN and answers.
pub(super) async fn credentials(
    executor: impl sqlx::Executor<'_, Database = Sqlite>,
    user: &str,
) -> Result<[Option<Credential>; 2]> {
    let rows = sqlx::query("SELECT * FROM credentials WHERE user = ?").bind(user).fetch_all(executor).await?;
    let [mut pin, mut answers] = [None, None];
    for row in &rows {
        let credential = credential(row)?;
        match credential.kind {
            CredentialKind::Pin => pin = Some(credential),
            CredentialKind::Answers => answers = Some(credential),
        }
    }
    Ok([pin, answers])
}
