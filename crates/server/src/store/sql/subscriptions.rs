//! Subscriptions.

use sqlx::Row;

use super::deliveries::insert_delivery;
use super::dialect::{Db, DbRow};
use super::locks::lock_app;
use super::operator::{About, audit};
use super::ring_keys::refuse_retired;
use super::row::{int, time};
use super::{Result, SqlStore, Tx};
use crate::store::{By, NewDelivery, Subscription};

macro_rules! subscriptions {
    ($rest:literal) => {
        concat!("SELECT id, app, name, endpoint, enabled, types, secret, created, updated FROM subscriptions ", $rest)
    };
}

impl SqlStore {
    pub(super) async fn insert_subscription(
        &self,
        new: &Subscription,
        max: usize,
        first: &NewDelivery<'_>,
        by: By<'_>,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        lock_app(&mut tx, &new.app).await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM subscriptions WHERE app = $1")
            .bind(&new.app)
            .fetch_one(&mut *tx)
            .await?;
        if usize::try_from(count).unwrap_or(usize::MAX) >= max {
            return Ok(false);
        }
        if let Some(secret) = &new.secret {
            refuse_retired(&mut tx, &[&secret[..]]).await?;
        }
        sqlx::query(
            "INSERT INTO subscriptions (id, app, name, endpoint, enabled, types, created, updated, secret)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&new.id)
        .bind(&new.app)
        .bind(&new.name)
        .bind(&new.endpoint)
        .bind(new.enabled)
        .bind(new.types.join(" "))
        .bind(int(new.created))
        .bind(int(new.updated))
        .bind(&new.secret)
        .execute(&mut *tx)
        .await?;
        insert_delivery(&mut tx, &new.id, first, new.created).await?;
        note(&mut tx, by, "SUBSCRIPTION_CREATED", &new.app, &new.id).await?;
        tx.commit().await?;
        self.delivery_added.notify_one();
        Ok(true)
    }

    pub(super) async fn select_subscriptions(&self, app: &str) -> Result<Vec<Subscription>> {
        let rows = sqlx::query(subscriptions!("WHERE app = $1 ORDER BY created, rowid"))
            .bind(app)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(subscription).collect()
    }

    pub(super) async fn select_subscription(&self, app: &str, id: &str) -> Result<Option<Subscription>> {
        select(&self.readers, app, id).await
    }

    pub(super) async fn change_subscription(
        &self,
        app: &str,
        id: &str,
        name: Option<&str>,
        enabled: Option<bool>,
        by: By<'_>,
    ) -> Result<Option<Subscription>> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "UPDATE subscriptions SET name = COALESCE($1, name), enabled = COALESCE($2, enabled), updated = $3
             WHERE app = $4 AND id = $5",
        )
        .bind(name)
        .bind(enabled)
        .bind(int(by.now))
        .bind(app)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        let changed = select(&mut *tx, app, id).await?;
        if changed.is_some() {
            let event = match enabled {
                Some(true) => "SUBSCRIPTION_ENABLED",
                Some(false) => "SUBSCRIPTION_DISABLED",
                None => "SUBSCRIPTION_RENAMED",
            };
            note(&mut tx, by, event, app, id).await?;
        }
        tx.commit().await?;
        // What waited for it to be enabled can go.
        self.delivery_added.notify_one();
        Ok(changed)
    }

    pub(super) async fn remove_subscription(&self, app: &str, id: &str, by: By<'_>) -> Result<bool> {
        let mut tx = self.begin().await?;
        let removed = sqlx::query("DELETE FROM subscriptions WHERE app = $1 AND id = $2")
            .bind(app)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        if removed.rows_affected() == 0 {
            return Ok(false);
        }
        note(&mut tx, by, "SUBSCRIPTION_DELETED", app, id).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn note(tx: &mut Tx, by: By<'_>, event: &str, app: &str, id: &str) -> Result<()> {
    audit(tx, by, event, About { app: Some(app), subject: Some(id), ..About::default() }).await
}

async fn select(executor: impl sqlx::Executor<'_, Database = Db>, app: &str, id: &str) -> Result<Option<Subscription>> {
    let row =
        sqlx::query(subscriptions!("WHERE app = $1 AND id = $2")).bind(app).bind(id).fetch_optional(executor).await?;
    row.as_ref().map(subscription).transpose()
}

fn subscription(row: &DbRow) -> Result<Subscription> {
    let types: String = row.try_get("types")?;
    Ok(Subscription {
        id: row.try_get("id")?,
        app: row.try_get("app")?,
        name: row.try_get("name")?,
        endpoint: row.try_get("endpoint")?,
        enabled: row.try_get("enabled")?,
        types: types.split(' ').map(str::to_owned).collect(),
        secret: row.try_get("secret")?,
        created: time(row, "created")?,
        updated: time(row, "updated")?,
    })
}
