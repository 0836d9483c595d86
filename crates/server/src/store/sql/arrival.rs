//! What a message is answered by, in one look into the database.

use repin_core::api::UnixMs;
use sqlx::{Row, ValueRef};

use super::codes::{coded, coded_columns};
use super::dialect::DbRow;
use super::row::{challenge, credential, int, run, seen};
use super::users::{person_columns, user};
use super::{AppIdentity, Arrival, Arrived, Member, Result, SqlStore};
use crate::store::Credential;

/// Columns of the user, their app and their credentials, by names that no other column of the same row has.
macro_rules! member {
    () => {
        concat!(
            "SELECT ",
            person_columns!("u."),
            ", a.entity, k.id AS credential, k.kind, k.setup_kid, k.record, k.wrap, k.ksf_m_kib, k.ksf_t, k.ksf_p,
         k.answer_rule, k.questions, k.failed, k.consecutive, k.locked_at, k.locked_until"
        )
    };
    (from) => {
        concat!(
            " FROM users u JOIN apps a ON a.id = u.app LEFT JOIN credentials k ON k.person = u.id",
            coded_columns!(join)
        )
    };
    (one) => {
        " WHERE u.app = $1 AND u.user_id = $2"
    };
}

impl SqlStore {
    pub(super) async fn select_member(&self, app: &str, user_id: &str) -> Result<Option<Member>> {
        let query = concat!(member!(), ", ", coded_columns!(), member!(from), member!(one));
        let rows = sqlx::query(query).bind(app).bind(user_id).fetch_all(&self.readers).await?;
        member(&rows)
    }

    pub(super) async fn select_arrival(
        &self,
        app: &str,
        user_id: &str,
        message: &Arrived<'_>,
        now: UnixMs,
    ) -> Result<Option<(Member, Option<Arrival>)>> {
        // A challenge is in progress while a run has proved and may still register.
        let rows = sqlx::query(concat!(
            member!(),
            ", ",
            coded_columns!(),
            ", c.id, c.type, c.status, c.error_code, c.correlation_id, c.expires_at,
             EXISTS (SELECT 1 FROM runs p WHERE p.challenge = c.id AND p.proved IS NOT NULL AND p.ended IS NULL
             AND p.registration_open_until > $3) AS proving,
             r.token_hash, r.opening, r.last_seq, r.ratchet_seq, r.registration_open_until, r.state, r.ended,
             s.request_hash, s.code, s.reply",
            member!(from),
            " LEFT JOIN challenges c ON c.id = $4 AND c.person = u.id
             LEFT JOIN runs r ON r.challenge = c.id AND r.run = $5
             LEFT JOIN seen s ON s.challenge = r.challenge AND s.run = r.run AND s.seq = $6",
            member!(one)
        ))
        .bind(app)
        .bind(user_id)
        .bind(int(now))
        .bind(message.challenge)
        .bind(&message.run[..])
        .bind(i64::from(message.seq))
        .fetch_all(&self.readers)
        .await?;
        let Some(member) = member(&rows)? else { return Ok(None) };
        let Some(row) = rows.first().filter(|row| has(row, "id")) else { return Ok(Some((member, None))) };
        let arrival = Arrival {
            challenge: challenge(row, now)?,
            run: has(row, "token_hash").then(|| run(row)).transpose()?,
            seen: has(row, "request_hash").then(|| seen(row)).transpose()?,
        };
        Ok(Some((member, Some(arrival))))
    }
}

/// A row for each credential, or one without.
fn member(rows: &[DbRow]) -> Result<Option<Member>> {
    let Some(row) = rows.first() else { return Ok(None) };
    let credentials = rows.iter().filter(|row| has(row, "credential")).map(|row| credential(row, "credential"));
    let credentials = Credential::by_kind(credentials.collect::<Result<Vec<_>>>()?);
    let user = user(row, credentials, coded(row)?)?;
    let app = AppIdentity { id: user.app.clone(), entity_id: row.try_get("entity")? };
    Ok(Some(Member { app, user }))
}

/// Whether what was joined is there: the column is never empty where it is.
fn has(row: &DbRow, column: &str) -> bool {
    row.try_get_raw(column).is_ok_and(|value| !value.is_null())
}
