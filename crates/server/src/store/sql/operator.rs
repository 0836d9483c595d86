//! [`Operator`] in SQL: entities, apps, origins and the audit. Keys and users have files of their own.

use async_trait::async_trait;
use repin_core::api::CredentialKind;
use sqlx::Row;
use uuid::Uuid;

use super::apps::identity;
use super::audit::{entries, entry, entry_columns};
use super::dialect::DbRow;
use super::row::{int, time};
use super::{Result, SqlStore, Tx};
use crate::store::{App, AuditEntry, By, Entity, Operator, StoredKey};
use crate::store::{AppIdentity, User};

/// What an audit row is about. Absent parts are empty in the table.
#[derive(Default)]
pub(super) struct About<'a> {
    pub app: Option<&'a str>,
    pub user: Option<&'a str>,
    pub subject: Option<&'a str>,
}

/// Writes down what an operator did.
pub(super) async fn audit(tx: &mut Tx, by: By<'_>, event: &str, about: About<'_>) -> Result<()> {
    sqlx::query("INSERT INTO audit (at, operator, event, app, person, subject) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(int(by.now))
        .bind(by.operator)
        .bind(event)
        .bind(about.app)
        .bind(about.user)
        .bind(about.subject)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

#[async_trait]
impl Operator for SqlStore {
    async fn create_entity(&self, name: &str, by: By<'_>) -> Result<Entity> {
        let entity = Entity { id: Uuid::new_v4().to_string(), name: name.to_owned(), created: by.now };
        let mut tx = self.begin().await?;
        sqlx::query("INSERT INTO entities (id, name, created) VALUES ($1, $2, $3)")
            .bind(&entity.id)
            .bind(name)
            .bind(int(by.now))
            .execute(&mut *tx)
            .await?;
        audit(&mut tx, by, "ENTITY_CREATED", About { subject: Some(&entity.id), ..About::default() }).await?;
        tx.commit().await?;
        Ok(entity)
    }

    async fn entities(&self) -> Result<Vec<Entity>> {
        let rows = sqlx::query("SELECT id, name, created FROM entities ORDER BY created, id").fetch_all(&self.readers);
        let rows = rows.await?;
        let entity = |row: &DbRow| {
            Ok(Entity { id: row.try_get("id")?, name: row.try_get("name")?, created: time(row, "created")? })
        };
        rows.iter().map(entity).collect()
    }

    async fn create_app(&self, entity: &str, name: &str, by: By<'_>) -> Result<Option<App>> {
        let mut tx = self.begin().await?;
        if sqlx::query("SELECT 1 FROM entities WHERE id = $1").bind(entity).fetch_optional(&mut *tx).await?.is_none() {
            return Ok(None);
        }
        let id = Uuid::new_v4().to_string();
        sqlx::query("INSERT INTO apps (id, entity, name, is_default, created) VALUES ($1, $2, $3, 0, $4)")
            .bind(&id)
            .bind(entity)
            .bind(name)
            .bind(int(by.now))
            .execute(&mut *tx)
            .await?;
        audit(&mut tx, by, "APP_CREATED", About { app: Some(&id), ..About::default() }).await?;
        tx.commit().await?;
        let identity = AppIdentity { id, entity_id: entity.to_owned() };
        Ok(Some(App { identity, name: name.to_owned(), is_default: false, created: by.now, origins: Vec::new() }))
    }

    async fn apps(&self) -> Result<Vec<App>> {
        let mut apps = Vec::new();
        for row in sqlx::query("SELECT id, entity, name, is_default, created FROM apps ORDER BY created, id")
            .fetch_all(&self.readers)
            .await?
        {
            let identity = identity(&row)?;
            let origins = sqlx::query_scalar("SELECT origin FROM app_origins WHERE app = $1 ORDER BY origin")
                .bind(&identity.id)
                .fetch_all(&self.readers)
                .await?;
            let is_default = row.try_get::<i64, _>("is_default")? == 1;
            apps.push(App {
                identity,
                name: row.try_get("name")?,
                is_default,
                created: time(&row, "created")?,
                origins,
            });
        }
        Ok(apps)
    }

    async fn add_origin(&self, app: &str, origin: &str, by: By<'_>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let added =
            sqlx::query("INSERT INTO app_origins (app, origin, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                .bind(app)
                .bind(origin)
                .bind(int(by.now))
                .execute(&mut *tx)
                .await?;
        if added.rows_affected() == 0 {
            return Ok(false);
        }
        let about = About { app: Some(app), subject: Some(origin), ..About::default() };
        audit(&mut tx, by, "ORIGIN_ADDED", about).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn remove_origin(&self, app: &str, origin: &str, by: By<'_>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let removed = sqlx::query("DELETE FROM app_origins WHERE app = $1 AND origin = $2")
            .bind(app)
            .bind(origin)
            .execute(&mut *tx)
            .await?;
        if removed.rows_affected() == 0 {
            return Ok(false);
        }
        let about = About { app: Some(app), subject: Some(origin), ..About::default() };
        audit(&mut tx, by, "ORIGIN_REMOVED", about).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn create_key(&self, key: &StoredKey, hash: &[u8; 32], by: By<'_>) -> Result<()> {
        self.insert_key(key, hash, by).await
    }

    async fn keys(&self, app: Option<&str>) -> Result<Vec<StoredKey>> {
        self.select_keys(app).await
    }

    async fn revoke_key(&self, id: &str, by: By<'_>) -> Result<bool> {
        self.mark_key_revoked(id, by).await
    }

    async fn set_disabled(&self, user: &User, disabled: bool, by: By<'_>) -> Result<bool> {
        self.update_user_status(user, disabled, by).await
    }

    async fn unlock(&self, user: &User, kind: CredentialKind, by: By<'_>) -> Result<bool> {
        self.clear_counter(user, kind, by).await
    }

    async fn note(&self, event: &str, subject: &str, by: By<'_>) -> Result<()> {
        let mut tx = self.begin().await?;
        audit(&mut tx, by, event, About { subject: Some(subject), ..About::default() }).await?;
        tx.commit().await
    }

    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>> {
        let rows = sqlx::query(entries!("ORDER BY a.id DESC LIMIT $1")).bind(i64::from(limit)).fetch_all(&self.readers);
        rows.await?.iter().map(entry).collect()
    }
}
