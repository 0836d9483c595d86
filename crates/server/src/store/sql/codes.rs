//! Codes by e-mail in SQL: a code is counted before it is made, and kept with its reply once it was sent.

use repin_core::api::{CredentialKind, KsfParams, UnixMs};
use repin_core::credential::CredentialId;

use super::dialect::{Batch, skip_locked};
use super::locks::{lock_person, lock_run_of};
use super::row::{array, int, optional, time, unknown, unsigned};
use super::runs::{Taken, before, select_seen, set_state, take, taken_now, why_not_next};
use super::statements::{Columns, Statements};
use super::sweep::{PART, PARTS, forget};
use super::{MessageKey, Recorded, Reply, Result, SqlStore};
use crate::attempts::Counter;
use crate::limits::codes::{Sent, forgotten_at};
use crate::store::values::values;
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

/// Columns of an address and of a code, by names that no other column of the same row has.
macro_rules! coded_columns {
    () => {
        "e.address AS email_address, e.data_key AS email_data_key, o.id AS code_id, o.setup_kid AS code_setup_kid,
         o.record AS code_record, o.wrap AS code_wrap, o.ksf_m_kib AS code_m_kib, o.ksf_t AS code_t, o.ksf_p AS code_p,
         o.failed AS code_failed, o.consecutive AS code_consecutive, o.locked_at AS code_locked_at,
         o.locked_until AS code_locked_until, o.expires_at AS code_expires_at, o.unlocked_at AS code_unlocked_at"
    };
    (join) => {
        " LEFT JOIN recovery_emails e ON e.person = u.id LEFT JOIN codes o ON o.person = u.id"
    };
}
pub(super) use coded_columns;

/// An address and a code by their user; each may be missing.
pub(super) const SELECT: &str =
    concat!("SELECT ", coded_columns!(), " FROM users u", coded_columns!(join), " WHERE u.id = $1");

/// Expects [`coded_columns`].
pub(super) fn coded(row: &impl Columns) -> Result<Coded> {
    let address: Option<Vec<u8>> = row.column("email_address")?;
    let data_key = row.column("email_data_key")?;
    let email = address.map(|address| RecoveryEmail { address, data_key });
    if row.column::<Option<Vec<u8>>>("code_id")?.is_none() {
        return Ok(Coded { email, ..Coded::default() });
    }
    let [m_kib, t, p] = [unsigned(row, "code_m_kib")?, unsigned(row, "code_t")?, unsigned(row, "code_p")?];
    let code = Credential {
        id: array(row, "code_id")?,
        kind: CredentialKind::Code,
        setup_kid: row.column("code_setup_kid")?,
        record: row.column("code_record")?,
        wrap: row.column("code_wrap")?,
        ksf: KsfParams { m_kib, t, p },
        answer_rule: 0,
        questions: None,
        counter: Counter {
            failed: unsigned(row, "code_failed")?,
            consecutive: unsigned(row, "code_consecutive")?,
            locked_at: optional(row, "code_locked_at")?,
            locked_until: optional(row, "code_locked_until")?,
        },
    };
    let (expires, unlocked) = (time(row, "code_expires_at")?, optional(row, "code_unlocked_at")?);
    Ok(Coded { email, code: Some(code), code_expires_at: expires, code_unlocked: unlocked })
}

impl SqlStore {
    pub(super) async fn take_code_claim(
        &self,
        key: &MessageKey<'_>,
        claim: &CodeClaim<'_>,
        now: UnixMs,
    ) -> Result<CodeClaimed> {
        let mut tx = self.writer.batch().await?;
        lock_run_of(&mut tx, key).await?;
        let [user, address] = [sent(&mut tx, &claim.tags[0]).await?, sent(&mut tx, &claim.tags[1]).await?];
        let next_of = |user: &Sent, address: &Sent| {
            let held = if claim.is_new_address { address.next_at() } else { 0 };
            user.next_at().max(held)
        };
        let next_at = next_of(&user, &address);
        let again = match select_seen(&mut tx, key.challenge, key.run, key.seq).await? {
            // Taken, and then the process ended before there was a reply; or it is at work.
            Some(seen) if seen.hash == key.hash && seen.reply.is_none() => true,
            Some(seen) => return Ok(CodeClaimed::Not(before(seen, key))),
            None => false,
        };
        if again && next_at > now {
            return Ok(CodeClaimed::UnderWay);
        }
        if !again {
            if !take(&mut tx, key, &Taken::default()).await? {
                return Ok(CodeClaimed::Not(why_not_next(&mut tx, key).await?));
            }
            if next_at > now {
                // What was taken is undone with the transaction: the refusal takes the number.
                return Ok(CodeClaimed::TooEarly(next_at));
            }
            let query = "INSERT INTO seen (challenge, run, seq, request_hash) VALUES ($1, $2, $3, $4)";
            tx.add(query, values![key.challenge, &key.run, i64::from(key.seq), &key.hash]).await?;
        }
        let [user, address] = [user.with(now), address.with(now)];
        write_sent(&mut tx, &claim.tags[0], &user, now).await?;
        write_sent(&mut tx, &claim.tags[1], &address, now).await?;
        tx.commit().await?;
        Ok(CodeClaimed::Granted(next_of(&user, &address)))
    }

    pub(super) async fn store_sent_code(
        &self,
        key: &MessageKey<'_>,
        code: &SentCode<'_>,
        reply: &Reply,
        state: &[u8],
        now: UnixMs,
    ) -> Result<Recorded> {
        let mut tx = self.writer.batch().await?;
        lock_person(&mut tx, code.user).await?;
        // Ended by a commit while the letter was on its way: what this code would open is no way back any more.
        let query = "SELECT 1 FROM runs WHERE challenge = $1 AND run = $2 AND ended IS NULL";
        if tx.row(query, values![key.challenge, &key.run]).await?.is_none() {
            return Ok(Recorded::Ended);
        }
        if let Some(recorded) = store_reply(&mut tx, key, reply).await? {
            return Ok(recorded);
        }
        set_state(&mut tx, key, state).await?;
        let new = &code.credential;
        // The counter stays: a new code is no new chance.
        tx.add(
            "INSERT INTO codes (person, id, setup_kid, record, wrap, ksf_m_kib, ksf_t, ksf_p, expires_at, created)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (person) DO UPDATE SET id = excluded.id, setup_kid = excluded.setup_kid,
                record = excluded.record, wrap = excluded.wrap, ksf_m_kib = excluded.ksf_m_kib, ksf_t = excluded.ksf_t,
                ksf_p = excluded.ksf_p, expires_at = excluded.expires_at, created = excluded.created",
            values![
                code.user,
                &new.id,
                &new.setup_kid[..],
                &new.record[..],
                &new.wrap[..],
                i64::from(new.ksf.m_kib),
                i64::from(new.ksf.t),
                i64::from(new.ksf.p),
                int(code.expires_at),
                int(now),
            ],
        )
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
        let mut tx = self.writer.batch().await?;
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
        let empty = concat!(
            "WITH old AS MATERIALIZED (SELECT person FROM codes WHERE expires_at > 0 AND expires_at <= $1 LIMIT $2",
            skip_locked!(),
            ") UPDATE codes SET record = $3, wrap = $3, expires_at = 0 WHERE person IN (SELECT person FROM old)"
        );
        for _ in 0..PARTS {
            let mut tx = self.writer.batch().await?;
            let emptied = tx.changed(empty, values![int(now), i64::from(PART), EMPTY]).await?;
            tx.commit().await?;
            if emptied < u64::from(PART) {
                break;
            }
        }
        self.forget(forget!("codes_sent", "tag", "last <= $1"), now.saturating_sub(forgotten_at(0))).await
    }
}

/// A code that was proved is spent, and the guesses before it are forgiven. With the message that proved it, and not without.
pub(super) async fn spend_code(tx: &mut Batch, key: &MessageKey<'_>, id: &CredentialId) -> Result<()> {
    let query = concat!(
        "UPDATE codes SET record = $5, wrap = $5, expires_at = 0,
        failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL WHERE id = $4 AND ",
        taken_now!()
    );
    tx.add(query, values![key.challenge, &key.run, i64::from(key.seq), id, EMPTY]).await
}

/// Writes the new way back where the one before was. The answers of a commit are written by it.
pub(super) async fn replace_way_back(tx: &mut Batch, user: &str, way: &WayBack, now: UnixMs) -> Result<()> {
    // One that is still on its way may open what it no longer should.
    let forget = "UPDATE codes SET record = $2, wrap = $2, expires_at = 0 WHERE person = $1";
    tx.add(forget, values![user, EMPTY]).await?;
    tx.add("DELETE FROM recovery_emails WHERE person = $1", values![user]).await?;
    if let Some(email) = way.email() {
        let query = "INSERT INTO recovery_emails (person, address, data_key, created) VALUES ($1, $2, $3, $4)";
        tx.add(query, values![user, &email.address[..], email.data_key.as_deref(), int(now)]).await?;
    }
    if matches!(way, WayBack::Code(_)) {
        let answers = i64::from(CredentialKind::Answers.tag());
        tx.add("DELETE FROM credentials WHERE person = $1 AND kind = $2", values![user, answers]).await?;
    }
    Ok(())
}

/// Keeps the reply to a message that was taken before. What counts instead, if another was first.
async fn store_reply(tx: &mut Batch, key: &MessageKey<'_>, reply: &Reply) -> Result<Option<Recorded>> {
    let code = reply.code.map_or(0, |code| i64::from(code.number()));
    let written = tx
        .changed(
            "UPDATE seen SET code = $6, reply = $1
             WHERE challenge = $2 AND run = $3 AND seq = $4 AND request_hash = $5 AND code IS NULL",
            values![&reply.sealed[..], key.challenge, &key.run, i64::from(key.seq), &key.hash, code],
        )
        .await?;
    if written > 0 {
        return Ok(None);
    }
    let seen = select_seen(tx, key.challenge, key.run, key.seq).await?;
    Ok(Some(seen.map_or(Recorded::Ended, |seen| before(seen, key))))
}

/// When codes were sent by this tag, which nobody else changes until the transaction ends.
async fn sent(tx: &mut Batch, tag: &[u8; 32]) -> Result<Sent> {
    // There to be locked: two users may ask for one address at once. In one statement, or the sweep could take it in between.
    let query = "INSERT INTO codes_sent (tag, times, last) VALUES ($1, $2, 0)
        ON CONFLICT (tag) DO UPDATE SET last = codes_sent.last RETURNING times";
    let row = tx.row(query, values![tag, EMPTY]).await?.ok_or(sqlx::Error::RowNotFound)?;
    let times: Vec<u8> = row.column("times")?;
    Sent::read(&times).ok_or_else(|| unknown("times"))
}

async fn write_sent(tx: &mut Batch, tag: &[u8; 32], sent: &Sent, now: UnixMs) -> Result<()> {
    let times = sent.bytes();
    tx.add("UPDATE codes_sent SET times = $1, last = $2 WHERE tag = $3", values![&times[..], int(now), tag]).await
}
