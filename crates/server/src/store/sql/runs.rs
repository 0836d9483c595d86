//! Runs: every message is taken once, in order, together with its reply and what it changes.

use repin_core::api::{RunId, UnixMs};

use super::dialect::Db;
use super::locks::{lock_person, lock_run_of};
use super::row::{int, seen};
use super::{Change, MessageKey, NewRun, Recorded, Reply, Result, Seen, SqlStore, Tx};
use crate::failpoint::failpoint;
use crate::store::Proved;

impl SqlStore {
    pub(super) async fn insert_run(
        &self,
        key: &MessageKey<'_>,
        new: &NewRun<'_>,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Recorded> {
        let mut tx = self.begin().await?;
        lock_person(&mut tx, new.user).await?;
        if let Some(seen) = select_seen(&mut *tx, key.challenge, key.run, key.seq).await? {
            return Ok(before(seen, key));
        }
        let inserted = sqlx::query(
            "INSERT INTO runs (challenge, run, person, token_hash, opening, last_seq, registration_open_until, opened)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .bind(key.challenge)
        .bind(&key.run[..])
        .bind(new.user)
        .bind(&new.token_hash[..])
        .bind(&new.opening[..])
        .bind(i64::from(key.seq))
        .bind(new.registration_open_until.map(int))
        .bind(int(now))
        .execute(&mut *tx)
        .await?;
        if inserted.rows_affected() == 0 {
            return Ok(Recorded::Conflict);
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
        let mut tx = self.begin().await?;
        lock_run_of(&mut tx, key).await?;
        failpoint!("record.begun");
        let taken =
            Taken { state: change.state.as_deref(), proved: change.proved.as_ref(), ended: change.ends.then_some(now) };
        if !take(&mut tx, key, &taken).await? {
            return why_not_next(&mut tx, key).await;
        }
        failpoint!("record.taken");
        insert_seen(&mut tx, key, reply).await?;
        if let Some(proved) = &change.proved {
            sqlx::query(
                "UPDATE credentials SET failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL WHERE id = $1",
            )
            .bind(&proved.credential[..])
            .execute(&mut *tx)
            .await?;
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
pub(super) async fn take(tx: &mut Tx, key: &MessageKey<'_>, taken: &Taken<'_>) -> Result<bool> {
    let proved = taken.proved;
    let updated = sqlx::query(
        "UPDATE runs SET last_seq = $3, ended = $4, state = CASE WHEN $4 IS NULL THEN coalesce($5, state) END,
            proved = coalesce($6, proved), ratchet_seq = coalesce($7, ratchet_seq),
            registration_open_until = coalesce($8, registration_open_until)
         WHERE challenge = $1 AND run = $2 AND last_seq + 1 = $3 AND ended IS NULL",
    )
    .bind(key.challenge)
    .bind(&key.run[..])
    .bind(i64::from(key.seq))
    .bind(taken.ended.map(int))
    .bind(taken.state)
    .bind(proved.map(|proved| &proved.credential[..]))
    .bind(proved.map(|_| i64::from(key.seq)))
    .bind(proved.map(|proved| int(proved.registration_open_until)))
    .execute(&mut **tx)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Why this message is not the run's next one.
pub(super) async fn why_not_next(tx: &mut Tx, key: &MessageKey<'_>) -> Result<Recorded> {
    if let Some(seen) = select_seen(&mut **tx, key.challenge, key.run, key.seq).await? {
        return Ok(before(seen, key));
    }
    let ended: Option<Option<i64>> = sqlx::query_scalar("SELECT ended FROM runs WHERE challenge = $1 AND run = $2")
        .bind(key.challenge)
        .bind(&key.run[..])
        .fetch_optional(&mut **tx)
        .await?;
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
pub(super) async fn insert_seen(tx: &mut Tx, key: &MessageKey<'_>, reply: &Reply) -> Result<()> {
    sqlx::query("INSERT INTO seen (challenge, run, seq, request_hash, code, reply) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(key.challenge)
        .bind(&key.run[..])
        .bind(i64::from(key.seq))
        .bind(&key.hash[..])
        .bind(reply.code.map_or(0, |code| i64::from(code.number())))
        .bind(&reply.sealed)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Replaces the run's sealed state.
pub(super) async fn set_state(tx: &mut Tx, key: &MessageKey<'_>, state: &[u8]) -> Result<()> {
    sqlx::query("UPDATE runs SET state = $1 WHERE challenge = $2 AND run = $3 AND ended IS NULL AND last_seq = $4")
        .bind(state)
        .bind(key.challenge)
        .bind(&key.run[..])
        .bind(i64::from(key.seq))
        .execute(&mut **tx)
        .await?;
    Ok(())
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
