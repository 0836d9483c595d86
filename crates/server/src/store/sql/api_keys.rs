//! API keys, kept by their hash.

use sqlx::Row;

use super::operator::{About, audit};
use super::row::{environment, int, optional, time};
use super::{Result, SqlStore};
use crate::store::{By, StoredKey};

impl SqlStore {
    pub(super) async fn insert_key(&self, key: &StoredKey, hash: &[u8; 32], by: By<'_>) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO api_keys (id, app, hash, environment, label, created) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&key.id)
        .bind(&key.app)
        .bind(&hash[..])
        .bind(key.environment.name())
        .bind(&key.label)
        .bind(int(key.created))
        .execute(&mut *tx)
        .await?;
        let about = About { app: Some(&key.app), subject: Some(&key.id), ..About::default() };
        audit(&mut tx, by, "KEY_CREATED", about).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn select_keys(&self, app: Option<&str>) -> Result<Vec<StoredKey>> {
        let rows = sqlx::query(
            "SELECT id, app, environment, label, created, revoked FROM api_keys
             WHERE $1 IS NULL OR app = $1 ORDER BY created, id",
        )
        .bind(app)
        .fetch_all(&self.readers)
        .await?;
        let mut keys = Vec::new();
        for row in rows {
            keys.push(StoredKey {
                id: row.try_get("id")?,
                app: row.try_get("app")?,
                environment: environment(&row)?,
                label: row.try_get("label")?,
                created: time(&row, "created")?,
                revoked: optional(&row, "revoked")?,
            });
        }
        Ok(keys)
    }

    pub(super) async fn mark_key_revoked(&self, id: &str, by: By<'_>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let app: Option<String> =
            sqlx::query_scalar("UPDATE api_keys SET revoked = $1 WHERE id = $2 AND revoked IS NULL RETURNING app")
                .bind(int(by.now))
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
        let Some(app) = app else { return Ok(false) };
        let about = About { app: Some(&app), subject: Some(id), ..About::default() };
        audit(&mut tx, by, "KEY_REVOKED", about).await?;
        tx.commit().await?;
        Ok(true)
    }
}
