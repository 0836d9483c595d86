//! What a message is answered by, in one look into the database.

use repin_core::api::UnixMs;

use super::codes::{coded, coded_columns};
use super::row::{challenge, credential, int, run, seen};
use super::statements::Columns;
use super::users::{person_columns, user};
use super::{AppIdentity, Arrival, Arrived, Member, Result, SqlStore};
use crate::store::Credential;
use crate::store::values::values;

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
        let query = concat!(
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
        );
        let (now_at, seq) = (int(now), i64::from(message.seq));
        let values = values![app, user_id, now_at, message.challenge, &message.run, seq];
        let rows = self.arrivals.rows(query, values).await?;
        let Some(member) = member(&rows)? else { return Ok(None) };
        let Some(row) = rows.first().filter(|row| row.has("id")) else { return Ok(Some((member, None))) };
        let arrival = Arrival {
            challenge: challenge(row, now)?,
            run: row.has("token_hash").then(|| run(row)).transpose()?,
            seen: row.has("request_hash").then(|| seen(row)).transpose()?,
        };
        Ok(Some((member, Some(arrival))))
    }
}

/// A row for each credential, or one without.
fn member(rows: &[impl Columns]) -> Result<Option<Member>> {
    let Some(row) = rows.first() else { return Ok(None) };
    let credentials = rows.iter().filter(|row| row.has("credential")).map(|row| credential(row, "credential"));
    let credentials = Credential::by_kind(credentials.collect::<Result<Vec<_>>>()?);
    let user = user(row, credentials, coded(row)?)?;
    let app = AppIdentity { id: user.app.clone(), entity_id: row.column("entity")? };
    Ok(Some(Member { app, user }))
}
