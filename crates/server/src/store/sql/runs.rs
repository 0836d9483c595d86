//! Runs: every message is taken once, in order, together with its reply and what it changes.

use repin_core::api::{CredentialKind, RunId, UnixMs};

use super::codes::spend_code;
use super::dialect::{Batch, Db};
use super::lock_events::take_back_lock;
use super::locks::{lock_person_of, lock_run_of};
use super::row::{int, seen};
use super::{Change, MessageKey, NewRun, Recorded, Reply, Result, Seen, SqlStore};
use crate::failpoint::failpoint;
use crate::store::Proved;
use crate::store::values::values;

impl SqlStore {
    pub(super) async fn insert_run(
        &self,
        key: &MessageKey<'_>,
        new: &NewRun<'_>,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Recorded> {
        let mut tx = self.writer.batch().await?;
        lock_person_of(&mut tx, new.user).await?;
        let (seq, until) = (i64::from(key.seq), new.registration_open_until.map(int));
        let inserted = tx
            .changed(
                "INSERT INTO runs (challenge, run, person, token_hash, opening, last_seq, registration_open_until, opened)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
                values![key.challenge, &key.run, new.user, &new.token_hash, &new.opening, seq, until, int(now)],
            )
            .await?;
        if inserted == 0 {
            // Opened before: by these bytes, or by others.
            let seen = select_seen(tx.connection().await?, key.challenge, key.run, key.seq).await?;
            return Ok(seen.map_or(Recorded::Conflict, |seen| before(seen, key)));
        }
        insert_seen(&mut tx, key, reply).await?;
        failpoint!("open.written");
        tx.commit().await?;
        failpoint!("open.committed");
        Ok(Recorded::Now)
    }

    pub(super) async fn advance_run(
        &self,
        key: &MessageKey<'_>,
        reply: &Reply,
        change: &Change,
        now: UnixMs,
    ) -> Result<Recorded> {
        let mut tx = self.writer.batch().await?;
        lock_run_of(&mut tx, key).await?;
        failpoint!("record.begun");
        let state = change.state.as_deref();
        let taken = Taken { state, proved: change.proved.as_ref(), ended: change.ends.then_some(now) };
        if !take(&mut tx, key, &taken).await? {
            return why_not_next(&mut tx, key).await;
        }
        failpoint!("record.taken");
        insert_seen(&mut tx, key, reply).await?;
        if let Some(proved) = &change.proved {
            if let Some(locked_at) = proved.locked_at {
                take_back_lock(tx.connection().await?, key.challenge, &proved.credential, locked_at).await?;
            }
            if proved.kind == CredentialKind::Code {
                spend_code(&mut tx, &proved.credential).await?;
            } else {
                let forgive = "UPDATE credentials SET failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL WHERE id = $1";
                tx.add(forgive, values![&proved.credential]).await?;
            }
        }
        failpoint!("record.written");
        tx.commit().await?;
        failpoint!("record.committed");
        Ok(Recorded::Now)
    }
}

/// What a message that is taken changes of its run.
#[derive(Default)]
pub(super) struct Taken<'a> {
    pub state: Option<&'a [u8]>,
    pub proved: Option<&'a Proved>,
    pub ended: Option<UnixMs>,
}

/// Makes this message the run's last, if it is its next: in one statement, so that of two one is. Whether it was; if not, nothing
/// has changed.
pub(super) async fn take(tx: &mut Batch, key: &MessageKey<'_>, taken: &Taken<'_>) -> Result<bool> {
    let Taken { state, proved, ended } = *taken;
    let updated = tx
        .changed(
            "UPDATE runs SET last_seq = $3, ended = $4, state = CASE WHEN $4 IS NULL THEN coalesce($5, state) END,
            proved = coalesce($6, proved), ratchet_seq = coalesce($7, ratchet_seq),
            registration_open_until = coalesce($8, registration_open_until)
         WHERE challenge = $1 AND run = $2 AND last_seq + 1 = $3 AND ended IS NULL",
            values![
                key.challenge,
                &key.run,
                i64::from(key.seq),
                ended.map(int),
                state,
                proved.map(|proved| &proved.credential[..]),
                proved.map(|_| i64::from(key.seq)),
                proved.and_then(|proved| proved.registration_open_until).map(int),
            ],
        )
        .await?;
    Ok(updated == 1)
}

/// Why this message is not the run's next one.
pub(super) async fn why_not_next(tx: &mut Batch, key: &MessageKey<'_>) -> Result<Recorded> {
    let tx = tx.connection().await?;
    if let Some(seen) = select_seen(&mut *tx, key.challenge, key.run, key.seq).await? {
        return Ok(before(seen, key));
    }
    let query = "SELECT ended FROM runs WHERE challenge = $1 AND run = $2";
    let ended: Option<Option<i64>> =
        sqlx::query_scalar(query).bind(key.challenge).bind(&key.run[..]).fetch_optional(tx).await?;
    Ok(if ended.flatten().is_some() { Recorded::Ended } else { Recorded::Conflict })
}

/// What to do about a message whose number was taken.
pub(super) fn before(seen: Seen, key: &MessageKey<'_>) -> Recorded {
    match seen.reply {
        Some(reply) if seen.hash == key.hash => Recorded::Before(reply),
        _ => Recorded::Conflict,
    }
}

/// Keeps the reply to a message.
pub(super) async fn insert_seen(tx: &mut Batch, key: &MessageKey<'_>, reply: &Reply) -> Result<()> {
    let code = reply.code.map_or(0, |code| i64::from(code.number()));
    tx.add(
        "INSERT INTO seen (challenge, run, seq, request_hash, code, reply) VALUES ($1, $2, $3, $4, $5, $6)",
        values![key.challenge, &key.run, i64::from(key.seq), &key.hash, code, &reply.sealed[..]],
    )
    .await
}

/// Replaces the run's sealed state.
pub(super) async fn set_state(tx: &mut Batch, key: &MessageKey<'_>, state: &[u8]) -> Result<()> {
    tx.add(
        "UPDATE runs SET state = $1 WHERE challenge = $2 AND run = $3 AND ended IS NULL AND last_seq = $4",
        values![state, key.challenge, &key.run, i64::from(key.seq)],
    )
    .await
}

pub(super) async fn select_seen(
    executor: impl sqlx::Executor<'_, Database = Db>,
    challenge: &str,
    run: RunId,
    seq: u32,
) -> Result<Option<Seen>> {
    let row = sqlx::query("SELECT request_hash, code, reply FROM seen WHERE challenge = $1 AND run = $2 AND seq = $3")
        .bind(challenge)
        .bind(&run[..])
        .bind(i64::from(seq))
        .fetch_optional(executor)
        .await?;
    row.map(|row| seen(&row)).transpose()
}
