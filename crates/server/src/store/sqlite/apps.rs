//! [`Apps`] on SQLite.

use async_trait::async_trait;
use repin_core::api::UnixMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::row::{environment, int};
use super::{AppIdentity, Apps, KnownKey, Result, SqliteStore};

/// What the first entity and the first app are called.
const DEFAULT_NAME: &str = "default";

#[async_trait]
impl Apps for SqliteStore {
    async fn default_app(&self, now: UnixMs) -> Result<AppIdentity> {
        let mut tx = self.begin().await?;
        let found = sqlx::query("SELECT id, entity FROM apps WHERE is_default = 1").fetch_optional(&mut *tx).await?;
        if let Some(row) = found {
            return identity(&row);
        }
        let app = AppIdentity { id: Uuid::new_v4().to_string(), entity_id: Uuid::new_v4().to_string() };
        sqlx::query("INSERT INTO entities (id, name, created) VALUES (?, ?, ?)")
            .bind(&app.entity_id)
            .bind(DEFAULT_NAME)
            .bind(int(now))
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO apps (id, entity, name, is_default, created) VALUES (?, ?, ?, 1, ?)")
            .bind(&app.id)
            .bind(&app.entity_id)
            .bind(DEFAULT_NAME)
            .bind(int(now))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(app)
    }

    async fn app(&self, id: &str) -> Result<Option<AppIdentity>> {
        let row =
            sqlx::query("SELECT id, entity FROM apps WHERE id = ?").bind(id).fetch_optional(&self.readers).await?;
        row.map(|row| identity(&row)).transpose()
    }

    async fn api_key(&self, hash: &[u8; 32]) -> Result<Option<KnownKey>> {
        let row = sqlx::query(
            "SELECT a.id, a.entity, k.environment FROM api_keys k JOIN apps a ON a.id = k.app
             WHERE k.hash = ? AND k.revoked IS NULL",
        )
        .bind(&hash[..])
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| Ok(KnownKey { app: identity(&row)?, environment: environment(&row)? })).transpose()
    }

    async fn has_origin(&self, app: &str, origin: &str) -> Result<bool> {
        let found = sqlx::query("SELECT 1 FROM app_origins WHERE app = ? AND origin = ?")
            .bind(app)
            .bind(origin)
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.is_some())
    }

    async fn is_origin_of_any(&self, origin: &str) -> Result<bool> {
        let found = sqlx::query("SELECT 1 FROM app_origins WHERE origin = ? LIMIT 1").bind(origin);
        Ok(found.fetch_optional(&self.readers).await?.is_some())
    }
}

/// Expects the columns `id` and `entity` of `apps`.
pub(super) fn identity(row: &SqliteRow) -> Result<AppIdentity> {
    Ok(AppIdentity { id: row.try_get("id")?, entity_id: row.try_get("entity")? })
}
