//! The app and its users.

use repin_core::api::{CredentialKind, UnixMs};
use sqlx::{Row, Sqlite};
use uuid::Uuid;

use super::row::{credential, int, time};
use super::{AppIdentity, Result, SqliteStore, User};
use crate::store::Credential;

impl SqliteStore {
    pub(super) async fn app_or_new(&self, now: UnixMs) -> Result<AppIdentity> {
        let mut tx = self.begin().await?;
        if let Some(row) = sqlx::query("SELECT id, entity_id FROM apps").fetch_optional(&mut *tx).await? {
            return Ok(AppIdentity { id: row.try_get("id")?, entity_id: row.try_get("entity_id")? });
        }
        let app = AppIdentity { id: Uuid::new_v4().to_string(), entity_id: Uuid::new_v4().to_string() };
        sqlx::query("INSERT INTO apps (id, entity_id, created) VALUES (?, ?, ?)")
            .bind(&app.id)
            .bind(&app.entity_id)
            .bind(int(now))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(app)
    }

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
        let user = User { id, user_id: user_id.to_owned(), created: now, disabled: false, pin: None, answers: None };
        Ok((inserted.rows_affected() == 1).then_some(user))
    }

    pub(super) async fn select_user(&self, app: &str, user_id: &str) -> Result<Option<User>> {
        let row = sqlx::query("SELECT id, user_id, status, created FROM users WHERE app = ? AND user_id = ?")
            .bind(app)
            .bind(user_id)
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let id: String = row.try_get("id")?;
        let [pin, answers] = credentials(&self.readers, &id).await?;
        Ok(Some(User {
            id,
            user_id: row.try_get("user_id")?,
            created: time(&row, "created")?,
            disabled: row.try_get::<String, _>("status")? != "ENABLED",
            pin,
            answers,
        }))
    }
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
