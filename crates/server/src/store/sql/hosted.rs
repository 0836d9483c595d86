//! [`Hosted`] in SQL.

use std::collections::HashMap;

use async_trait::async_trait;
use repin_core::api::UnixMs;
use repin_core::error::Code;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::dialect::DbRow;
use super::row::{environment, hash, int, optional};
use super::{Result, SqlStore, User};
use crate::store::{Customer, Ended, Hosted, Link, NewLink};

const CANCELLED: &str = "cancelled";
const FAILED: &str = "failed";

#[async_trait]
impl Hosted for SqlStore {
    async fn create_customer(&self, app: &str, new: &Customer, now: UnixMs) -> Result<Option<User>> {
        let mut tx = self.begin().await?;
        let id = Uuid::new_v4().to_string();
        // Their name on Circle's face is their id on this one: a host may use both.
        sqlx::query("INSERT INTO users (id, app, user_id, status, created) VALUES ($1, $2, $1, 'ENABLED', $3)")
            .bind(&id)
            .bind(app)
            .bind(int(now))
            .execute(&mut *tx)
            .await?;
        let inserted = sqlx::query(
            "INSERT INTO customers (person, app, name, ref_id) VALUES ($1, $2, $3, $4)
             ON CONFLICT (app, ref_id) DO NOTHING",
        )
        .bind(&id)
        .bind(app)
        .bind(&new.name)
        .bind(&new.ref_id)
        .execute(&mut *tx)
        .await?;
        if inserted.rows_affected() == 0 {
            tx.rollback().await?;
            return Ok(None);
        }
        tx.commit().await?;
        self.select_user(app, &id).await
    }

    async fn customer(&self, user: &str) -> Result<Option<Customer>> {
        let row = sqlx::query("SELECT name, ref_id FROM customers WHERE person = $1").bind(user);
        let row = row.fetch_optional(&self.readers).await?;
        row.map(|row| Ok(Customer { name: row.try_get("name")?, ref_id: row.try_get("ref_id")? })).transpose()
    }

    async fn keep_link(&self, new: &NewLink<'_>) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "INSERT INTO redirects (challenge, url, environment, ticket) VALUES ($1, $2, $3, $4)
             ON CONFLICT (challenge) DO UPDATE SET url = excluded.url, environment = excluded.environment,
             ticket = excluded.ticket, used = NULL, resume = NULL, ended = NULL, error_code = NULL",
        )
        .bind(new.challenge)
        .bind(new.url)
        .bind(new.environment.name())
        .bind(&new.ticket[..])
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    async fn link(&self, challenge: &str) -> Result<Option<Link>> {
        Ok(self.links(&[challenge]).await?.remove(challenge))
    }

    async fn links(&self, challenges: &[&str]) -> Result<HashMap<String, Link>> {
        if challenges.is_empty() {
            return Ok(HashMap::new());
        }
        let mut query = QueryBuilder::new(
            "SELECT r.challenge, r.url, r.environment, r.resume, r.ended, r.error_code, u.app, u.user_id
             FROM redirects r JOIN challenges c ON c.id = r.challenge JOIN users u ON u.id = c.person WHERE r.challenge IN (",
        );
        let mut list = query.separated(", ");
        for challenge in challenges {
            list.push_bind((*challenge).to_owned());
        }
        query.push(")");
        let rows = query.build().fetch_all(&self.readers).await?;
        rows.iter().map(|row| Ok((row.try_get("challenge")?, link(row)?))).collect()
    }

    async fn use_ticket(&self, challenge: &str, ticket: &[u8; 32], resume: &[u8; 32], now: UnixMs) -> Result<bool> {
        let mut tx = self.begin().await?;
        let used = sqlx::query(
            "UPDATE redirects SET used = $1, resume = $2 WHERE challenge = $3 AND ticket = $4 AND used IS NULL",
        )
        .bind(int(now))
        .bind(&resume[..])
        .bind(challenge)
        .bind(&ticket[..])
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(used.rows_affected() == 1)
    }

    async fn end_visit(&self, challenge: &str, ended: Ended) -> Result<()> {
        let (word, code) = match ended {
            Ended::Cancelled => (CANCELLED, None),
            Ended::Failed(code) => (FAILED, code),
        };
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE redirects SET ended = $1, error_code = $2 WHERE challenge = $3")
            .bind(word)
            .bind(code.map(|code| i64::from(code.number())))
            .bind(challenge)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}

fn link(row: &DbRow) -> Result<Link> {
    let ended: Option<String> = row.try_get("ended")?;
    let code = optional::<i32>(row, "error_code")?.and_then(Code::from_number);
    Ok(Link {
        app: row.try_get("app")?,
        user_id: row.try_get("user_id")?,
        url: row.try_get("url")?,
        environment: environment(row)?,
        resume: hash(row, "resume")?,
        ended: ended.map(|ended| if ended == CANCELLED { Ended::Cancelled } else { Ended::Failed(code) }),
    })
}
