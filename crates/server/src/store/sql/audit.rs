//! [`AuditChain`] in SQL.

use async_trait::async_trait;
use sqlx::{Row, ValueRef};

use super::dialect::{self, DbRow, skip_locked};
use super::row::{int, time, unsigned};
use super::{Result, SqlStore, Tx};
use crate::store::{AuditChain, AuditEntry, AuditLink, Seal, Sealing, StoreError};

/// Columns of `audit a`, as [`entry`] reads them.
macro_rules! entry_columns {
    () => {
        "a.id, a.at, a.operator, a.event, a.app, a.person, a.challenge, a.subject"
    };
}

/// Rows of `audit a`.
macro_rules! entries {
    ($rest:literal) => {
        concat!("SELECT ", entry_columns!(), " FROM audit a ", $rest)
    };
}
pub(super) use {entries, entry_columns};

#[async_trait]
impl AuditChain for SqlStore {
    async fn audit_head(&self) -> Result<Option<AuditLink>> {
        let row =
            sqlx::query("SELECT seq, audit, hash, kid, mac FROM audit_head").fetch_optional(&self.readers).await?;
        row.as_ref().map(link).transpose()
    }

    async fn audit_rows_after(&self, id: u64) -> Result<u64> {
        let query = sqlx::query("SELECT count(*) AS rows_after FROM audit WHERE id > $1").bind(int(id));
        unsigned(&query.fetch_one(&self.readers).await?, "rows_after")
    }

    async fn seal_audit(&self, limit: u32, seal: Seal<'_>) -> Result<Sealing> {
        let Some(horizon) = self.horizon().await? else { return Ok(Sealing::Busy) };
        let mut tx = self.begin().await?;
        let query = concat!("SELECT seq, audit, hash, kid, mac FROM audit_head", skip_locked!());
        let Some(head) = sqlx::query(query).fetch_optional(&mut *tx).await? else { return Ok(Sealing::Busy) };
        let head = link(&head)?;
        let rows = sqlx::query(entries!("WHERE a.id > $1 AND a.id <= $2 ORDER BY a.id LIMIT $3"))
            .bind(int(head.audit))
            .bind(horizon)
            .bind(i64::from(limit))
            .fetch_all(&mut *tx)
            .await?;
        let rows: Vec<_> = rows.iter().map(entry).collect::<Result<_>>()?;
        let Some((links, head)) = seal(&head, &rows) else { return Ok(Sealing::Refused) };
        for link in &links {
            insert(&mut tx, link).await?;
        }
        sqlx::query("UPDATE audit_head SET seq = $1, audit = $2, hash = $3, kid = $4, mac = $5")
            .bind(int(head.seq))
            .bind(int(head.audit))
            .bind(&head.hash)
            .bind(&head.kid)
            .bind(&head.mac)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Sealing::Sealed(links.len()))
    }

    async fn audit_links(&self, after: u64, limit: u32) -> Result<Vec<(AuditLink, Option<AuditEntry>)>> {
        let rows = sqlx::query(concat!(
            "SELECT s.seq, s.audit, s.hash, s.kid, s.mac, ",
            entry_columns!(),
            " FROM audit_seals s LEFT JOIN audit a ON a.id = s.audit WHERE s.seq > $1 ORDER BY s.seq LIMIT $2",
        ))
        .bind(int(after))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        let read = |row: &DbRow| {
            let there = !row.try_get_raw("id")?.is_null();
            Ok((link(row)?, there.then(|| entry(row)).transpose()?))
        };
        rows.iter().map(read).collect()
    }

    async fn last_audit_link(&self) -> Result<u64> {
        let query = sqlx::query("SELECT coalesce(max(seq), 0) AS last_seq FROM audit_seals");
        unsigned(&query.fetch_one(&self.readers).await?, "last_seq")
    }

    async fn first_unlinked(&self, up_to: u64) -> Result<Option<AuditEntry>> {
        let row = sqlx::query(entries!(
            "WHERE a.id <= $1 AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.audit = a.id) ORDER BY a.id LIMIT 1"
        ))
        .bind(int(up_to))
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(entry).transpose()
    }

    async fn audit_after(&self, id: u64, limit: u32) -> Result<Vec<(AuditEntry, Option<AuditLink>)>> {
        let rows = sqlx::query(concat!(
            "SELECT s.seq, s.audit, s.hash, s.kid, s.mac, ",
            entry_columns!(),
            " FROM audit a LEFT JOIN audit_seals s ON s.audit = a.id WHERE a.id > $1 ORDER BY a.id LIMIT $2",
        ))
        .bind(int(id))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        let read = |row: &DbRow| {
            let there = !row.try_get_raw("seq")?.is_null();
            Ok((entry(row)?, there.then(|| link(row)).transpose()?))
        };
        rows.iter().map(read).collect()
    }
}

impl SqlStore {
    /// The id up to which every row is there that ever will be. Where one gateway writes, that is any; where several do, an id
    /// is given out before its row can be seen, so whoever is writing one now is waited for, and a moment only: those who come
    /// after wait behind. `None`: that moment was not enough.
    async fn horizon(&self) -> Result<Option<i64>> {
        if !dialect::SHARED {
            return Ok(Some(i64::MAX));
        }
        let mut tx = self.begin().await?;
        sqlx::query("SELECT set_config('lock_timeout', '100ms', true)").execute(&mut *tx).await?;
        match sqlx::query("LOCK TABLE audit IN SHARE MODE").execute(&mut *tx).await.map_err(StoreError::from) {
            Ok(_) => {}
            Err(StoreError::Away(_)) => return Ok(None),
            Err(error) => return Err(error),
        }
        let horizon = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM audit").fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(Some(horizon))
    }
}

async fn insert(tx: &mut Tx, link: &AuditLink) -> Result<()> {
    sqlx::query("INSERT INTO audit_seals (seq, audit, hash, kid, mac) VALUES ($1, $2, $3, $4, $5)")
        .bind(int(link.seq))
        .bind(int(link.audit))
        .bind(&link.hash)
        .bind(&link.kid)
        .bind(&link.mac)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn link(row: &DbRow) -> Result<AuditLink> {
    Ok(AuditLink {
        seq: unsigned(row, "seq")?,
        audit: unsigned(row, "audit")?,
        hash: row.try_get("hash")?,
        kid: row.try_get("kid")?,
        mac: row.try_get("mac")?,
    })
}

/// Expects what [`entries`] selects.
pub(super) fn entry(row: &DbRow) -> Result<AuditEntry> {
    Ok(AuditEntry {
        id: unsigned(row, "id")?,
        at: time(row, "at")?,
        operator: row.try_get("operator")?,
        event: row.try_get("event")?,
        app: row.try_get("app")?,
        user: row.try_get("person")?,
        challenge: row.try_get("challenge")?,
        subject: row.try_get("subject")?,
    })
}
