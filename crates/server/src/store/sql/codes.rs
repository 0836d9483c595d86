//! Codes by e-mail in SQL: a code is counted before it is made, and kept with its reply once it was sent.

use repin_core::api::{CredentialKind, KsfParams, UnixMs};
use repin_core::credential::CredentialId;
use sqlx::Row;

use super::dialect::{DbRow, lock_rows};
use super::locks::{lock_person, lock_run};
use super::row::{array, counter, int, optional, time, unknown, unsigned};
use super::runs::{before, not_next, select_seen, set_state, take};
use super::{MessageKey, Recorded, Reply, Result, SqlStore, Tx};
use crate::limits::codes::{Sent, forgotten_at};
use crate::store::{CodeClaim, CodeClaimed, Credential, RecoveryEmail, SentCode, WayBack};

/// Of a record that was forgotten.
const EMPTY: &[u8] = &[];

/// What a user has of this.
#[derive(Default)]
pub(super) struct Coded {
    pub email: Option<RecoveryEmail>,
    pub code: Option<Credential>,
    pub code_expires_at: UnixMs,
    pub code_unlocked: Option<UnixMs>,
}

/// An address and a code by their user; each may be missing.
pub(super) const SELECT: &str = "SELECT e.address, e.data_key, c.* FROM users u
     LEFT JOIN recovery_emails e ON e.person = u.id LEFT JOIN codes c ON c.person = u.id WHERE u.id = $1";

/// Expects the columns of [`SELECT`].
pub(super) fn coded(row: &DbRow) -> Result<Coded> {
    let address: Option<Vec<u8>> = row.try_get("address")?;
    let data_key = row.try_get("data_key")?;
    let email = address.map(|address| RecoveryEmail { address, data_key });
    if row.try_get::<Option<Vec<u8>>, _>("id")?.is_none() {
        return Ok(Coded { email, ..Coded::default() });
    }
    let code = Credential {
        id: array(row, "id")?,
        kind: CredentialKind::Code,
        setup_kid: row.try_get("setup_kid")?,
        record: row.try_get("record")?,
        wrap: row.try_get("wrap")?,
        ksf: KsfParams { m_kib: unsigned(row, "ksf_m_kib")?, t: unsigned(row, "ksf_t")?, p: unsigned(row, "ksf_p")? },
        answer_rule: 0,
        questions: None,
        counter: counter(row)?,
    };
    let (expires, unlocked) = (time(row, "expires_at")?, optional(row, "unlocked_at")?);
    Ok(Coded { email, code: Some(code), code_expires_at: expires, code_unlocked: unlocked })
}

impl SqlStore {
    pub(super) async fn take_code_claim(
        &self,
        key: &MessageKey<'_>,
        claim: &CodeClaim<'_>,
        now: UnixMs,
    ) -> Result<CodeClaimed> {
        let mut tx = self.begin().await?;
        lock_run(&mut tx, key).await?;
        let [user, address] = [sent(&mut tx, &claim.tags[0]).await?, sent(&mut tx, &claim.tags[1]).await?];
        let next_at = user.next_at().max(address.next_at());
        let again = match select_seen(&mut *tx, key.challenge, key.run, key.seq).await? {
            // Taken, and then the process ended before there was a reply; or it is at work.
            Some(seen) if seen.hash == key.hash && seen.reply.is_none() => true,
            Some(seen) => return Ok(CodeClaimed::Not(before(seen, key))),
            None => false,
        };
        if again && next_at > now {
            return Ok(CodeClaimed::UnderWay);
        }
        if !again {
            if let Some(refusal) = not_next(&mut tx, key).await? {
                return Ok(CodeClaimed::Not(refusal));
            }
            if next_at > now {
                return Ok(CodeClaimed::TooEarly(next_at));
            }
            take(&mut tx, key).await?;
            sqlx::query("INSERT INTO seen (challenge, run, seq, request_hash) VALUES ($1, $2, $3, $4)")
                .bind(key.challenge)
                .bind(&key.run[..])
                .bind(i64::from(key.seq))
                .bind(&key.hash[..])
                .execute(&mut *tx)
                .await?;
        }
        let [user, address] = [user.with(now), address.with(now)];
        write_sent(&mut tx, &claim.tags[0], &user, now).await?;
        write_sent(&mut tx, &claim.tags[1], &address, now).await?;
        tx.commit().await?;
        Ok(CodeClaimed::Granted(user.next_at().max(address.next_at())))
    }

    pub(super) async fn store_sent_code(
        &self,
        key: &MessageKey<'_>,
        code: &SentCode<'_>,
        reply: &Reply,
        state: &[u8],
        now: UnixMs,
    ) -> Result<Recorded> {
        let mut tx = self.begin().await?;
        lock_person(&mut tx, code.user).await?;
        // Ended by a commit while the letter was on its way: what this code would open is no way back any more.
        let query = "SELECT 1 FROM runs WHERE challenge = $1 AND run = $2 AND ended IS NULL";
        let run = sqlx::query(query).bind(key.challenge).bind(&key.run[..]).fetch_optional(&mut *tx).await?;
        if run.is_none() {
            return Ok(Recorded::Ended);
        }
        if let Some(recorded) = store_reply(&mut tx, key, reply).await? {
            return Ok(recorded);
        }
        set_state(&mut tx, key, state).await?;
        let new = &code.credential;
        // The counter stays: a new code is no new chance.
        sqlx::query(
            "INSERT INTO codes (person, id, setup_kid, record, wrap, ksf_m_kib, ksf_t, ksf_p, expires_at, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (person) DO UPDATE SET id = excluded.id, setup_kid = excluded.setup_kid,
                record = excluded.record, wrap = excluded.wrap, ksf_m_kib = excluded.ksf_m_kib, ksf_t = excluded.ksf_t,
                ksf_p = excluded.ksf_p, expires_at = excluded.expires_at, created = excluded.created",
        )
        .bind(code.user)
        .bind(&new.id[..])
        .bind(&new.setup_kid)
        .bind(&new.record)
        .bind(&new.wrap)
        .bind(i64::from(new.ksf.m_kib))
        .bind(i64::from(new.ksf.t))
        .bind(i64::from(new.ksf.p))
        .bind(int(code.expires_at))
        .bind(int(now))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Recorded::Now)
    }

    pub(super) async fn take_back_code(
        &self,
        key: &MessageKey<'_>,
        claim: &CodeClaim<'_>,
        reply: &Reply,
        at: UnixMs,
    ) -> Result<Recorded> {
        let mut tx = self.begin().await?;
        lock_person(&mut tx, claim.user).await?;
        if let Some(recorded) = store_reply(&mut tx, key, reply).await? {
            return Ok(recorded);
        }
        for tag in &claim.tags {
            let left = sent(&mut tx, tag).await?.without(at);
            write_sent(&mut tx, tag, &left, at).await?;
        }
        tx.commit().await?;
        Ok(Recorded::Now)
    }

    /// Forgets what can be used no more.
    pub(super) async fn sweep_codes(&self, now: UnixMs) -> Result<()> {
        let forgotten =
            "UPDATE codes SET record = $2, wrap = $2, expires_at = 0 WHERE expires_at > 0 AND expires_at <= $1";
        sqlx::query(forgotten).bind(int(now)).bind(EMPTY).execute(&self.writer).await?;
        let before = int(now.saturating_sub(forgotten_at(0)));
        sqlx::query("DELETE FROM codes_sent WHERE last <= $1").bind(before).execute(&self.writer).await?;
        Ok(())
    }
}

/// A code that was proved is spent, and the guesses before it are forgiven.
pub(super) async fn spend_code(tx: &mut Tx, id: &CredentialId) -> Result<()> {
    let query = "UPDATE codes SET record = $2, wrap = $2, expires_at = 0,
        failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL WHERE id = $1";
    sqlx::query(query).bind(&id[..]).bind(EMPTY).execute(&mut **tx).await?;
    Ok(())
}

/// Writes the new way back where the one before was. The answers of a commit are written by it.
pub(super) async fn replace_way_back(tx: &mut Tx, user: &str, way: &WayBack, now: UnixMs) -> Result<()> {
    // One that is still on its way may open what it no longer should.
    let forget = "UPDATE codes SET record = $2, wrap = $2, expires_at = 0 WHERE person = $1";
    sqlx::query(forget).bind(user).bind(EMPTY).execute(&mut **tx).await?;
    sqlx::query("DELETE FROM recovery_emails WHERE person = $1").bind(user).execute(&mut **tx).await?;
    if let Some(email) = way.email() {
        sqlx::query("INSERT INTO recovery_emails (person, address, data_key, created) VALUES ($1, $2, $3, $4)")
            .bind(user)
            .bind(&email.address)
            .bind(email.data_key.as_deref())
            .bind(int(now))
            .execute(&mut **tx)
            .await?;
    }
    if matches!(way, WayBack::Code(_)) {
        let answers = i64::from(CredentialKind::Answers.tag());
        let query = "DELETE FROM credentials WHERE person = $1 AND kind = $2";
        sqlx::query(query).bind(user).bind(answers).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Whether an address is (a part of) a person's way back.
pub(super) async fn has_email(tx: &mut Tx, user: &str) -> Result<bool> {
    let row = sqlx::query("SELECT 1 FROM recovery_emails WHERE person = $1").bind(user).fetch_optional(&mut **tx);
    Ok(row.await?.is_some())
}

/// Keeps the reply to a message that was taken before. What counts instead, if another was first.
async fn store_reply(tx: &mut Tx, key: &MessageKey<'_>, reply: &Reply) -> Result<Option<Recorded>> {
    let written = sqlx::query(
        "UPDATE seen SET code = $6, reply = $1
         WHERE challenge = $2 AND run = $3 AND seq = $4 AND request_hash = $5 AND code IS NULL",
    )
    .bind(&reply.sealed)
    .bind(key.challenge)
    .bind(&key.run[..])
    .bind(i64::from(key.seq))
    .bind(&key.hash[..])
    .bind(reply.code.map_or(0, |code| i64::from(code.number())))
    .execute(&mut **tx)
    .await?;
    if written.rows_affected() > 0 {
        return Ok(None);
    }
    let seen = select_seen(&mut **tx, key.challenge, key.run, key.seq).await?;
    Ok(Some(seen.map_or(Recorded::Ended, |seen| before(seen, key))))
}

/// When codes were sent by this tag, which nobody else changes until the transaction ends.
async fn sent(tx: &mut Tx, tag: &[u8; 32]) -> Result<Sent> {
    // There to be locked: two users may ask for one address at once.
    sqlx::query("INSERT INTO codes_sent (tag, times, last) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING")
        .bind(&tag[..])
        .bind(EMPTY)
        .execute(&mut **tx)
        .await?;
    let query = concat!("SELECT times FROM codes_sent WHERE tag = $1", lock_rows!());
    let times: Vec<u8> = sqlx::query_scalar(query).bind(&tag[..]).fetch_one(&mut **tx).await?;
    Sent::read(&times).ok_or_else(|| unknown("times"))
}

async fn write_sent(tx: &mut Tx, tag: &[u8; 32], sent: &Sent, now: UnixMs) -> Result<()> {
    sqlx::query("UPDATE codes_sent SET times = $1, last = $2 WHERE tag = $3")
        .bind(sent.bytes())
        .bind(int(now))
        .bind(&tag[..])
        .execute(&mut **tx)
        .await?;
    Ok(())
}
