//! [`Apps`] in SQL.

use async_trait::async_trait;
use repin_core::api::UnixMs;
use sqlx::Row;
use uuid::Uuid;

use super::dialect::DbRow;
use super::row::{environment, int};
use super::{AppIdentity, Apps, KnownKey, Result, SqlStore};

/// What the first entity and the first app are called.
const DEFAULT_NAME: &str = "default";

#[async_trait]
impl Apps for SqlStore {
    async fn default_app(&self, now: UnixMs) -> Result<AppIdentity> {
        if let Some(found) = self.first_app().await? {
            return Ok(found);
        }
        let mut tx = self.begin().await?;
        let app = AppIdentity { id: Uuid::new_v4().to_string(), entity_id: Uuid::new_v4().to_string() };
        sqlx::query("INSERT INTO entities (id, name, created) VALUES ($1, $2, $3)")
            .bind(&app.entity_id)
            .bind(DEFAULT_NAME)
            .bind(int(now))
            .execute(&mut *tx)
            .await?;
        let made = sqlx::query(
            "INSERT INTO apps (id, entity, name, is_default, created) VALUES ($1, $2, $3, 1, $4)
             ON CONFLICT (is_default) WHERE is_default = 1 DO NOTHING",
        )
        .bind(&app.id)
        .bind(&app.entity_id)
        .bind(DEFAULT_NAME)
        .bind(int(now))
        .execute(&mut *tx)
        .await?;
        if made.rows_affected() == 0 {
            // Another node was first, at the same time.
            tx.rollback().await?;
            return Ok(self.first_app().await?.ok_or(sqlx::Error::RowNotFound)?);
        }
        tx.commit().await?;
        Ok(app)
    }

    async fn app(&self, id: &str) -> Result<Option<AppIdentity>> {
        let row =
            sqlx::query("SELECT id, entity FROM apps WHERE id = $1").bind(id).fetch_optional(&self.readers).await?;
        row.map(|row| identity(&row)).transpose()
    }

    async fn api_key(&self, hash: &[u8; 32]) -> Result<Option<KnownKey>> {
        let row = sqlx::query(
            "SELECT a.id, a.entity, k.environment FROM api_keys k JOIN apps a ON a.id = k.app
             WHERE k.hash = $1 AND k.revoked IS NULL",
        )
        .bind(&hash[..])
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| Ok(KnownKey { app: identity(&row)?, environment: environment(&row)? })).transpose()
    }

    async fn has_origin(&self, app: &str, origin: &str) -> Result<bool> {
        let found = sqlx::query("SELECT 1 FROM app_origins WHERE app = $1 AND origin = $2")
            .bind(app)
            .bind(origin)
            .fetch_optional(&self.readers)
            .await?;
        Ok(found.is_some())
    }

    async fn is_origin_of_any(&self, origin: &str) -> Result<bool> {
        let found = sqlx::query("SELECT 1 FROM app_origins WHERE origin = $1 LIMIT 1").bind(origin);
        Ok(found.fetch_optional(&self.readers).await?.is_some())
    }
}

impl SqlStore {
    async fn first_app(&self) -> Result<Option<AppIdentity>> {
        let row = sqlx::query("SELECT id, entity FROM apps WHERE is_default = 1").fetch_optional(&self.readers).await?;
        row.map(|row| identity(&row)).transpose()
    }
}

/// Expects the columns `id` and `entity` of `apps`.
pub(super) fn identity(row: &DbRow) -> Result<AppIdentity> {
    Ok(AppIdentity { id: row.try_get("id")?, entity_id: row.try_get("entity")? })
}
