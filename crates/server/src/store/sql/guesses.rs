//! The charge: a guess is counted and on the disk before anything is evaluated, and its reply is kept afterwards.

use repin_core::api::UnixMs;
use repin_core::credential::CredentialId;

use super::lock_events::write_lock;
use super::locks::lock_run_of;
use super::row::{charged, counter, int};
use super::runs::{TAKE, Taken, before, select_seen, taken_now};
use super::{Charge, MessageKey, Recorded, Reply, Result, SqlStore};
use crate::attempts::{Counter, LOCK_MS, MAX_ATTEMPTS, MAX_CONSECUTIVE};
use crate::failpoint::{commit, failpoint};
use crate::store::values::{Value, values};

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
        let mut tx = self.writer.joining().await?;
        lock_run_of(&mut tx, key).await?;
        failpoint!("charge.begun");
        let limits = [i64::from(MAX_ATTEMPTS), int(now), int(LOCK_MS), i64::from(MAX_CONSECUTIVE)];
        let [taken, counted] = tx
            .all([(TAKE, &Taken::default().values(key)), (table.charge(), &charge_values(key, &credential, limits))])
            .await?;
        if taken.changed == 0 {
            tx.leave().await?;
            return self.not_charged(key).await;
        }
        let Some(row) = counted.rows.first() else {
            tx.leave().await?;
            return Ok(match self.counter(table, credential).await? {
                Some(counter) => Charge::Locked(counter),
                // Replaced by another run's commit, which ends this one.
                None => Charge::Not(Recorded::Ended),
            });
        };
        let charged = counter(row)?;
        failpoint!("charge.counted");
        let attempts = charged.attempts(now);
        let (seq, left) = (i64::from(key.seq), i64::from(attempts.left));
        tx.add(
            "INSERT INTO seen (challenge, run, seq, request_hash, tries_left, locked_until) VALUES ($1, $2, $3, $4, $5, $6)",
            values![key.challenge, &key.run, seq, &key.hash, left, attempts.locked_until.map(int)],
        )
        .await?;
        let locks = attempts.left == 0;
        if locks {
            write_lock(&mut tx, key, &credential, charged.locked_at, now).await?;
        }
        failpoint!("charge.written");
        commit!(tx, "late charge");
        failpoint!("charge.committed");
        if locks {
            self.delivery_added.notify_one();
        }
        Ok(Charge::Charged(attempts))
    }

    /// On SQLite not waited for until it is on the disk: the one transaction of which an answer is given before that.
    ///
    /// The charge is there, with the number and the hash of these bytes. What a power cut can take is the reply and the state in which
    /// the guess waits for its proof, and both at once, for they are one transaction. The person's vault then either sends
    /// the same bytes again, which are evaluated again and not charged again, as after a crash before the reply was kept; or it goes on
    /// to PROVE 2, finds no guess waiting, and the guess is lost: an attempt fewer, never one more. Two evaluations of one KE1 tell no
    /// more than one does, for the OPRF is a function of the same blinded element. PROVE 2 waits for the disk,
    /// and with it all that was written before: nobody is told that a proof holds whose guess could be gone.
    pub(super) async fn store_guess_reply(
        &self,
        key: &MessageKey<'_>,
        reply: &Reply,
        state: &[u8],
    ) -> Result<Recorded> {
        let mut tx = self.writer.forgetful().await?;
        // Only if it still waits for its reply: else another evaluation was first.
        tx.add(
            "UPDATE seen SET code = 0, reply = $1
             WHERE challenge = $2 AND run = $3 AND seq = $4 AND request_hash = $5 AND code IS NULL",
            values![&reply.sealed[..], key.challenge, &key.run, i64::from(key.seq), &key.hash],
        )
        .await?;
        // Only with its own reply, by which it is known: an evaluation that waited for another one's transaction here, and asked whether
        // there is a reply yet, would still see that there is none, and the proof would meet a guess that nobody was told of.
        tx.add(
            "UPDATE runs SET state = $1 WHERE challenge = $2 AND run = $3 AND ended IS NULL AND last_seq = $4
             AND EXISTS (SELECT 1 FROM seen WHERE challenge = $2 AND run = $3 AND seq = $4 AND reply = $5)",
            values![state, key.challenge, &key.run, i64::from(key.seq), &reply.sealed[..]],
        )
        .await?;
        failpoint!("answer.written");
        let changed = tx.commit().await?;
        failpoint!("answer.committed");
        if changed.first() == Some(&1) {
            return Ok(Recorded::Now);
        }
        let seen = select_seen(&mut *self.readers.acquire().await?, key.challenge, key.run, key.seq).await?;
        Ok(seen.map_or(Recorded::Ended, |seen| before(seen, key)))
    }

    /// Why a message that is not the run's next one was not charged now, or what it was charged before.
    async fn not_charged(&self, key: &MessageKey<'_>) -> Result<Charge> {
        // By itself: a connection that is asked by in a `match` is held until its end, and those who each hold one and want another wait for
        // each other.
        let seen = select_seen(&mut *self.readers.acquire().await?, key.challenge, key.run, key.seq).await?;
        match seen {
            // Charged, and then the process ended or the client went away before the reply was kept.
            Some(seen) if seen.hash == key.hash && seen.reply.is_none() => {
                // Not when the run went on: another code may have taken the place of the one that was charged.
                let query = "SELECT tries_left, locked_until FROM seen WHERE challenge = $1 AND run = $2 AND seq = $3
                     AND EXISTS (SELECT 1 FROM runs WHERE challenge = $1 AND run = $2 AND last_seq = $3 AND ended IS NULL)";
                let query = sqlx::query(query).bind(key.challenge).bind(&key.run[..]).bind(i64::from(key.seq));
                match query.fetch_optional(&self.readers).await? {
                    Some(row) => Ok(Charge::Charged(charged(&row)?)),
                    None => Ok(Charge::Not(Recorded::Conflict)),
                }
            }
            Some(seen) => Ok(Charge::Not(before(seen, key))),
            None => Ok(Charge::Not(self.why_not_next(key).await?)),
        }
    }

    async fn counter(&self, table: Table, id: CredentialId) -> Result<Option<Counter>> {
        let query = match table {
            Table::Codes => "SELECT failed, consecutive, locked_at, locked_until FROM codes WHERE id = $1",
            Table::Credentials => "SELECT failed, consecutive, locked_at, locked_until FROM credentials WHERE id = $1",
        };
        let row = sqlx::query(query).bind(&id[..]).fetch_optional(&self.readers).await?;
        row.map(|row| counter(&row)).transpose()
    }
}

impl Table {
    /// [`Counter::charged`] as one statement, for a message that was just taken. Reading first and writing then would let parallel
    /// guesses through.
    const fn charge(self) -> &'static str {
        macro_rules! charge {
            ($table:literal) => {
                concat!(
                    "UPDATE ",
                    $table,
                    " SET
            failed       = CASE WHEN locked_until IS NULL THEN failed + 1 ELSE 1 END,
            consecutive  = consecutive + 1,
            locked_at    = CASE WHEN locked_until IS NULL AND failed + 1 >= $5 THEN $6 END,
            locked_until = CASE WHEN locked_until IS NULL AND failed + 1 >= $5 THEN $6 + $7 END
         WHERE id = $4 AND (locked_until IS NULL OR locked_until <= $6) AND consecutive < $8
         AND ",
                    taken_now!(),
                    " RETURNING failed, consecutive, locked_at, locked_until"
                )
            };
        }
        match self {
            Self::Codes => charge!("codes"),
            Self::Credentials => charge!("credentials"),
        }
    }
}

/// Its parameters.
fn charge_values<'a>(key: &'a MessageKey<'_>, id: &'a CredentialId, limits: [i64; 4]) -> [Value<'a>; 8] {
    let [attempts, now, lock, consecutive] = limits;
    *values![key.challenge, &key.run, i64::from(key.seq), id, attempts, now, lock, consecutive]
}
