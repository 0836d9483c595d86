//! The charge: a guess is counted and on the disk before anything is evaluated, and its reply is kept afterwards.

use repin_core::api::UnixMs;
use repin_core::credential::CredentialId;

use super::locks::lock_run;
use super::row::{charged, counter, int};
use super::runs::{before, not_next, select_seen, set_state, take};
use super::{Charge, MessageKey, Recorded, Reply, Result, SqlStore, Tx};
use crate::attempts::{Counter, LOCK_MS, MAX_ATTEMPTS, MAX_CONSECUTIVE};
use crate::failpoint::{commit, failpoint};

/// Where the guesses at a secret are counted.
#[derive(Clone, Copy)]
pub(super) enum Table {
    /// At a PIN, at answers.
    Credentials,
    /// At codes.
    Codes,
}

impl SqlStore {
    pub(super) async fn charge_guess(
        &self,
        key: &MessageKey<'_>,
        (table, credential): (Table, CredentialId),
        now: UnixMs,
    ) -> Result<Charge> {
        let mut tx = self.begin().await?;
        lock_run(&mut tx, key).await?;
        failpoint!("charge.begun");
        match select_seen(&mut *tx, key.challenge, key.run, key.seq).await? {
            // Charged, and then the process ended or the client went away before the reply was kept.
            Some(seen) if seen.hash == key.hash && seen.reply.is_none() => {
                let row = sqlx::query(
                    "SELECT tries_left, locked_until FROM seen WHERE challenge = $1 AND run = $2 AND seq = $3",
                )
                .bind(key.challenge)
                .bind(&key.run[..])
                .bind(i64::from(key.seq))
                .fetch_one(&mut *tx)
                .await?;
                return Ok(Charge::Charged(charged(&row)?));
            }
            Some(seen) => return Ok(Charge::Not(before(seen, key))),
            None => {}
        }
        if let Some(refusal) = not_next(&mut tx, key).await? {
            return Ok(Charge::Not(refusal));
        }
        let Some(charged) = charge(&mut tx, table, credential, now).await? else {
            return Ok(match select_counter(&mut tx, table, credential).await? {
                Some(counter) => Charge::Locked(counter),
                // Replaced by another run's commit, which ends this one.
                None => Charge::Not(Recorded::Ended),
            });
        };
        failpoint!("charge.counted");
        take(&mut tx, key).await?;
        let attempts = charged.attempts(now);
        sqlx::query(
            "INSERT INTO seen (challenge, run, seq, request_hash, tries_left, locked_until) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(key.challenge)
        .bind(&key.run[..])
        .bind(i64::from(key.seq))
        .bind(&key.hash[..])
        .bind(i64::from(attempts.left))
        .bind(attempts.locked_until.map(int))
        .execute(&mut *tx)
        .await?;
        failpoint!("charge.written");
        commit!(tx, "late charge");
        failpoint!("charge.committed");
        Ok(Charge::Charged(attempts))
    }

    pub(super) async fn store_guess_reply(
        &self,
        key: &MessageKey<'_>,
        reply: &Reply,
        state: &[u8],
    ) -> Result<Recorded> {
        let mut tx = self.begin().await?;
        lock_run(&mut tx, key).await?;
        let written = sqlx::query(
            "UPDATE seen SET code = 0, reply = $1
             WHERE challenge = $2 AND run = $3 AND seq = $4 AND request_hash = $5 AND code IS NULL",
        )
        .bind(&reply.sealed)
        .bind(key.challenge)
        .bind(&key.run[..])
        .bind(i64::from(key.seq))
        .bind(&key.hash[..])
        .execute(&mut *tx)
        .await?;
        if written.rows_affected() == 0 {
            let seen = select_seen(&mut *tx, key.challenge, key.run, key.seq).await?;
            return Ok(seen.map_or(Recorded::Ended, |seen| before(seen, key)));
        }
        set_state(&mut tx, key, state).await?;
        failpoint!("answer.written");
        tx.commit().await?;
        failpoint!("answer.committed");
        Ok(Recorded::Now)
    }
}

/// [`Counter::charged`] as one statement. Reading first and writing then would let parallel guesses through.
async fn charge(tx: &mut Tx, table: Table, credential: CredentialId, now: UnixMs) -> Result<Option<Counter>> {
    macro_rules! charge {
        ($table:literal) => {
            concat!(
                "UPDATE ",
                $table,
                " SET
            failed       = CASE WHEN locked_until IS NULL THEN failed + 1 ELSE 1 END,
            consecutive  = consecutive + 1,
            locked_at    = CASE WHEN locked_until IS NULL AND failed + 1 >= $2 THEN $3 END,
            locked_until = CASE WHEN locked_until IS NULL AND failed + 1 >= $2 THEN $3 + $4 END
         WHERE id = $1 AND (locked_until IS NULL OR locked_until <= $3) AND consecutive < $5
         RETURNING failed, consecutive, locked_at, locked_until"
            )
        };
    }
    let row = sqlx::query(match table {
        Table::Codes => charge!("codes"),
        Table::Credentials => charge!("credentials"),
    })
    .bind(&credential[..])
    .bind(i64::from(MAX_ATTEMPTS))
    .bind(int(now))
    .bind(int(LOCK_MS))
    .bind(i64::from(MAX_CONSECUTIVE))
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| counter(&row)).transpose()
}

async fn select_counter(tx: &mut Tx, table: Table, credential: CredentialId) -> Result<Option<Counter>> {
    let query = match table {
        Table::Codes => "SELECT failed, consecutive, locked_at, locked_until FROM codes WHERE id = $1",
        Table::Credentials => "SELECT failed, consecutive, locked_at, locked_until FROM credentials WHERE id = $1",
    };
    let row = sqlx::query(query).bind(&credential[..]).fetch_optional(&mut **tx).await?;
    row.map(|row| counter(&row)).transpose()
}
