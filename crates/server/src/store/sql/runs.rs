//! Runs: every message is taken once, in order, together with its reply and what it changes.

use repin_core::api::{CredentialKind, RunId, UnixMs};

use super::codes::spend_code;
use super::dialect::Db;
use super::locks::{lock_person, lock_run};
use super::row::{int, run, seen};
use super::{Change, MessageKey, NewRun, Recorded, Reply, Result, Run, Seen, SqlStore, Tx};
use crate::failpoint::failpoint;

impl SqlStore {
    pub(super) async fn select_run(&self, challenge: &str, id: RunId) -> Result<Option<Run>> {
        select_run(&self.readers, challenge, id).await
    }

    pub(super) async fn select_seen(&self, challenge: &str, run: RunId, seq: u32) -> Result<Option<Seen>> {
        select_seen(&self.readers, challenge, run, seq).await
    }

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
        lock_run(&mut tx, key).await?;
        if let Some(refusal) = not_next(&mut tx, key).await? {
            return Ok(refusal);
        }
        failpoint!("record.begun");
        take(&mut tx, key).await?;
        insert_seen(&mut tx, key, reply).await?;
        failpoint!("record.taken");
        if let Some(state) = &change.state {
            set_state(&mut tx, key, state).await?;
        }
        if let Some(proved) = &change.proved {
            if proved.kind == CredentialKind::Code {
                spend_code(&mut tx, &proved.credential).await?;
            } else {
                let query = "UPDATE credentials SET failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL WHERE id = $1";
                sqlx::query(query).bind(&proved.credential[..]).execute(&mut *tx).await?;
            }
            sqlx::query(
                "UPDATE runs SET proved = $1, ratchet_seq = $2, registration_open_until = $3 WHERE challenge = $4 AND run = $5",
            )
            .bind(&proved.credential[..])
            .bind(i64::from(key.seq))
            .bind(proved.registration_open_until.map(int))
            .bind(key.challenge)
            .bind(&key.run[..])
            .execute(&mut *tx)
            .await?;
        }
        if change.ends {
            sqlx::query("UPDATE runs SET ended = $1, state = NULL WHERE challenge = $2 AND run = $3")
                .bind(int(now))
                .bind(key.challenge)
                .bind(&key.run[..])
                .execute(&mut *tx)
                .await?;
        }
        failpoint!("record.written");
        tx.commit().await?;
        failpoint!("record.committed");
        Ok(Recorded::Now)
    }
}

/// Why this message is not the run's next one, if it is not.
pub(super) async fn not_next(tx: &mut Tx, key: &MessageKey<'_>) -> Result<Option<Recorded>> {
    if let Some(seen) = select_seen(&mut **tx, key.challenge, key.run, key.seq).await? {
        return Ok(Some(before(seen, key)));
    }
    Ok(match select_run(&mut **tx, key.challenge, key.run).await? {
        None => Some(Recorded::Conflict),
        Some(run) if run.ended => Some(Recorded::Ended),
        Some(run) if run.last_seq.checked_add(1) != Some(key.seq) => Some(Recorded::Conflict),
        Some(_) => None,
    })
}

/// What to do about a message whose number was taken.
pub(super) fn before(seen: Seen, key: &MessageKey<'_>) -> Recorded {
    match seen.reply {
        Some(reply) if seen.hash == key.hash => Recorded::Before(reply),
        _ => Recorded::Conflict,
    }
}

/// Makes this message the run's last.
pub(super) async fn take(tx: &mut Tx, key: &MessageKey<'_>) -> Result<()> {
    sqlx::query("UPDATE runs SET last_seq = $1 WHERE challenge = $2 AND run = $3")
        .bind(i64::from(key.seq))
        .bind(key.challenge)
        .bind(&key.run[..])
        .execute(&mut **tx)
        .await?;
    Ok(())
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

async fn select_run(
    executor: impl sqlx::Executor<'_, Database = Db>,
    challenge: &str,
    id: RunId,
) -> Result<Option<Run>> {
    let row = sqlx::query(
        "SELECT token_hash, opening, last_seq, ratchet_seq, registration_open_until, state, ended FROM runs
         WHERE challenge = $1 AND run = $2",
    )
    .bind(challenge)
    .bind(&id[..])
    .fetch_optional(executor)
    .await?;
    row.map(|row| run(&row)).transpose()
}
