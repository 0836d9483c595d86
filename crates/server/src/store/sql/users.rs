//! Users of an app, and what an operator does for them.

use std::collections::HashMap;

use repin_core::api::{CredentialKind, UnixMs};
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::codes::{self, Coded};
use super::dialect::{Db, DbRow};
use super::locks::lock_person;
use super::operator::{About, audit};
use super::row::{credential, int, kind_number, optional, time};
use super::statements::{Columns, Statements};
use super::{Listed, Page, Result, SqlStore, User, UserFilter, page};
use crate::attempts::MAX_CONSECUTIVE;
use crate::store::values::values;
use crate::store::{By, Credential, CredentialStatus, Cursor};

/// Columns of a user, by names that no other column of the same row has; of the table before the dot, if there are several.
macro_rules! person_columns {
    ($table:literal) => {
        concat!(
            $table,
            "id AS person_id, ",
            $table,
            "app AS person_app, ",
            $table,
            "user_id AS person_name, ",
            $table,
            "created AS person_created, ",
            $table,
            "status AS person_status, ",
            $table,
            "pin_unlocked_at, ",
            $table,
            "answers_unlocked_at"
        )
    };
}
pub(super) use person_columns;

/// Forgets the guesses that were counted.
macro_rules! clear {
    ($table:literal, $which:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL WHERE person = $1",
            $which
        )
    };
}

impl SqlStore {
    pub(super) async fn insert_user(&self, app: &str, user_id: &str, now: UnixMs) -> Result<Option<User>> {
        let id = Uuid::new_v4().to_string();
        let mut tx = self.begin().await?;
        let inserted = sqlx::query(
            "INSERT INTO users (id, app, user_id, status, created) VALUES ($1, $2, $3, 'ENABLED', $4)
             ON CONFLICT (app, user_id) DO NOTHING",
        )
        .bind(&id)
        .bind(app)
        .bind(user_id)
        .bind(int(now))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
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
            code: None,
            code_expires_at: 0,
            code_unlocked: None,
            email: None,
        };
        Ok((inserted.rows_affected() == 1).then_some(user))
    }

    pub(super) async fn select_user(&self, app: &str, user_id: &str) -> Result<Option<User>> {
        let row = sqlx::query(concat!("SELECT ", person_columns!(""), " FROM users WHERE app = $1 AND user_id = $2"))
            .bind(app)
            .bind(user_id)
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let id = row.try_get("person_id")?;
        let mut reader = self.readers.acquire().await?;
        let credentials = credentials(&mut *reader, id).await?;
        let coded = select_coded(&mut *reader, id).await?;
        Ok(Some(user(&row, credentials, coded)?))
    }

    pub(super) async fn select_users(
        &self,
        app: &str,
        wanted: &UserFilter,
        page: &Page,
        now: UnixMs,
    ) -> Result<Option<Listed<User>>> {
        let mut cursor = None;
        if let Some(Cursor::After(item) | Cursor::Before(item)) = &page.cursor {
            // Hosts know their own name for a user; the Link header has ours, which is always a UUID.
            let query = "SELECT created, id FROM users WHERE app = $1 AND (user_id = $2 OR id = $3) LIMIT 1";
            let query = sqlx::query(query).bind(app).bind(&item.written).bind(&item.id);
            cursor = page::place(&self.readers, query).await?;
            if cursor.is_none() {
                return Ok(None);
            }
        }
        let rows = page::fetch(&self.readers, listing(app, wanted, now), page, cursor).await?;
        let mut found = HashMap::new();
        let mut reader = self.readers.acquire().await?;
        for row in &rows.items {
            let id: String = row.try_get("id")?;
            let of_user = (credentials(&mut *reader, &id).await?, select_coded(&mut *reader, &id).await?);
            found.insert(id, of_user);
        }
        let read = |row: DbRow| {
            let (credentials, coded) = found.remove(row.try_get::<&str, _>("id")?).unwrap_or_default();
            user(&row, credentials, coded)
        };
        rows.try_map(read).map(Some)
    }

    pub(super) async fn update_user_status(&self, user: &User, disabled: bool, by: By<'_>) -> Result<bool> {
        let (status, event) = if disabled { ("DISABLED", "USER_DISABLED") } else { ("ENABLED", "USER_ENABLED") };
        let mut tx = self.begin().await?;
        let changed = sqlx::query("UPDATE users SET status = $1 WHERE id = $2 AND status <> $1")
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
        lock_person(&mut tx, &user.id).await?;
        let cleared = match kind {
            CredentialKind::Code => sqlx::query(clear!("codes", "")).bind(&user.id),
            _ => sqlx::query(clear!("credentials", " AND kind = $2")).bind(&user.id).bind(kind_number(kind)),
        };
        let cleared = cleared.execute(&mut *tx).await?;
        if cleared.rows_affected() == 0 {
            return Ok(false);
        }
        let (column, event) = match kind {
            CredentialKind::Pin => ("UPDATE users SET pin_unlocked_at = $1 WHERE id = $2", "PIN_UNLOCKED"),
            CredentialKind::Answers => ("UPDATE users SET answers_unlocked_at = $1 WHERE id = $2", "ANSWERS_UNLOCKED"),
            CredentialKind::Code => ("UPDATE codes SET unlocked_at = $1 WHERE person = $2", "CODES_UNLOCKED"),
        };
        sqlx::query(column).bind(int(by.now)).bind(&user.id).execute(&mut *tx).await?;
        audit(&mut tx, by, event, About { app: Some(&user.app), user: Some(&user.id), subject: None }).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// The users of an app of whom this is wanted, of all of its pages.
pub(in crate::store) fn listing(app: &str, wanted: &UserFilter, now: UnixMs) -> QueryBuilder<Db> {
    let mut query = QueryBuilder::new(concat!("SELECT id, created, ", person_columns!(""), " FROM "));
    let filters = [(CredentialKind::Pin, wanted.pin), (CredentialKind::Answers, wanted.answers)];
    let few = filters.iter().find(|(_, status)| *status == Some(CredentialStatus::Locked));
    if let Some((kind, _)) = few {
        push_locked(&mut query, *kind, now);
    }
    query.push("users WHERE app = ").push_bind(app.to_owned());
    if few.is_some() {
        query.push(" AND id = locked.person");
    }
    for (kind, status) in filters.iter().filter(|filter| Some(*filter) != few) {
        push_status(&mut query, *kind, *status, now);
    }
    query
}

/// Begins at those who are locked: they are few, and have indexes of their own. What each of these is for stands here as it does there; a
/// bound number would not be taken for the index's.
fn push_locked(query: &mut QueryBuilder<Db>, kind: CredentialKind, now: UnixMs) {
    query.push("(SELECT person FROM credentials WHERE kind = ").push_bind(kind_number(kind));
    query.push(" AND locked_until > ").push_bind(int(now));
    query.push(" UNION SELECT person FROM credentials WHERE kind = ").push_bind(kind_number(kind));
    // SQLite takes the tables of a CROSS JOIN in their order.
    query.push(" AND consecutive >= ").push(MAX_CONSECUTIVE).push(") AS locked CROSS JOIN ");
}

/// Only users whose credential of this kind has this status now: the rule of `Counter::is_locked` as a condition.
fn push_status(query: &mut QueryBuilder<Db>, kind: CredentialKind, status: Option<CredentialStatus>, now: UnixMs) {
    let Some(status) = status else { return };
    query.push(if status == CredentialStatus::Unset { " AND NOT EXISTS (" } else { " AND EXISTS (" });
    query.push("SELECT 1 FROM credentials c WHERE c.person = users.id AND c.kind = ").push_bind(kind_number(kind));
    if status != CredentialStatus::Unset {
        query.push(if status == CredentialStatus::Locked { " AND (" } else { " AND NOT (" });
        query.push("c.consecutive >= ").push_bind(i64::from(MAX_CONSECUTIVE));
        query.push(" OR coalesce(c.locked_until, 0) > ").push_bind(int(now)).push(")");
    }
    query.push(")");
}

/// Expects [`person_columns`].
pub(super) fn user(row: &impl Columns, [pin, answers]: [Option<Credential>; 2], coded: Coded) -> Result<User> {
    Ok(User {
        id: row.column("person_id")?,
        app: row.column("person_app")?,
        user_id: row.column("person_name")?,
        created: time(row, "person_created")?,
        disabled: row.column::<&str>("person_status")? != "ENABLED",
        pin,
        answers,
        pin_unlocked: optional(row, "pin_unlocked_at")?,
        answers_unlocked: optional(row, "answers_unlocked_at")?,
        code: coded.code,
        code_expires_at: coded.code_expires_at,
        code_unlocked: coded.code_unlocked,
        email: coded.email,
    })
}

/// A user's address and code.
pub(super) async fn select_coded(from: &mut impl Statements, user: &str) -> Result<Coded> {
    let row = from.row(codes::SELECT, values![user]).await?;
    row.map_or(Ok(Coded::default()), |row| codes::coded(&row))
}

/// A user's PIN and answers.
pub(super) async fn credentials(from: &mut impl Statements, user: &str) -> Result<[Option<Credential>; 2]> {
    let query = "SELECT id, kind, setup_kid, record, wrap, ksf_m_kib, ksf_t, ksf_p, answer_rule, questions, failed, consecutive,
         locked_at, locked_until FROM credentials WHERE person = $1";
    let rows = from.rows(query, values![user]).await?;
    Ok(Credential::by_kind(rows.iter().map(|row| credential(row, "id")).collect::<Result<Vec<_>>>()?))
}
