//! The charge: a guess is counted and on the disk before anything is evaluated, and its reply is kept afterwards.

use repin_core::api::UnixMs;
use repin_core::credential::CredentialId;

use super::row::{charged, counter, int};
use super::runs::{before, not_next, select_seen, set_state, take};
use super::{Charge, MessageKey, Recorded, Reply, Result, SqliteStore, Tx};
use crate::attempts::{Counter, LOCK_MS, MAX_ATTEMPTS, MAX_CONSECUTIVE};

impl SqliteStore {
    pub(super) async fn charge_guess(
        &self,
        key: &MessageKey<'_>,
        credential: CredentialId,
        now: UnixMs,
    ) -> Result<Charge> {
        let mut tx = self.begin().await?;
        match select_seen(&mut *tx, key.challenge, key.run, key.seq).await? {
            // Charged, and then the process ended or the client went away before the reply was kept.
            Some(seen) if seen.hash == key.hash && seen.reply.is_none() => {
                let row =
                    sqlx::query("SELECT left, locked_until FROM seen WHERE challenge = ? AND run = ? AND seq = ?")
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
        let Some(charged) = charge(&mut tx, credential, now).await? else {
            return Ok(match select_counter(&mut tx, credential).await? {
                Some(counter) => Charge::Locked(counter),
                // Replaced by another run's commit, which ends this one.
                None => Charge::Not(Recorded::Ended),
            });
        };
        take(&mut tx, key).await?;
        let attempts = charged.attempts(now);
        sqlx::query(
            "INSERT INTO seen (challenge, run, seq, request_hash, left, locked_until) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(key.challenge)
        .bind(&key.run[..])
        .bind(i64::from(key.seq))
        .bind(&key.hash[..])
        .bind(i64::from(attempts.left))
        .bind(attempts.locked_until.map(int))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Charge::Charged(attempts))
    }

    pub(super) async fn store_guess_reply(
        &self,
        key: &MessageKey<'_>,
        reply: &Reply,
        state: &[u8],
    ) -> Result<Recorded> {
        let mut tx = self.begin().await?;
        let written = sqlx::query(
            "UPDATE seen SET code = 0, reply = ?
             WHERE challenge = ? AND run = ? AND seq = ? AND request_hash = ? AND code IS NULL",
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
        tx.commit().await?;
        Ok(Recorded::Now)
    }
}

/// [`Counter::charged`] as one statement. Reading first and writing then would let parallel guesses through.
async fn charge(tx: &mut Tx, credential: CredentialId, now: UnixMs) -> Result<Option<Counter>> {
    let row = sqlx::query(
        "UPDATE credentials SET
            failed       = CASE WHEN locked_until IS NULL THEN failed + 1 ELSE 1 END,
            consecutive  = consecutive + 1,
            locked_at    = CASE WHEN locked_until IS NULL AND failed + 1 >= ?2 THEN ?3 END,
            locked_until = CASE WHEN locked_until IS NULL AND failed + 1 >= ?2 THEN ?3 + ?4 END
         WHERE id = ?1 AND (locked_until IS NULL OR locked_until <= ?3) AND consecutive < ?5
         RETURNING failed, consecutive, locked_at, locked_until",
    )
    .bind(&credential[..])
    .bind(i64::from(MAX_ATTEMPTS))
    .bind(int(now))
    .bind(int(LOCK_MS))
    .bind(i64::from(MAX_CONSECUTIVE))
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| counter(&row)).transpose()
}

async fn select_counter(tx: &mut Tx, credential: CredentialId) -> Result<Option<Counter>> {
    let row = sqlx::query("SELECT failed, consecutive, locked_at, locked_until FROM credentials WHERE id = ?")
        .bind(&credential[..])
        .fetch_optional(&mut **tx)
        .await?;
    row.map(|row| counter(&row)).transpose()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::{Apps, Store};

    #[tokio::test]
    async fn the_statement_and_the_rule_agree_over_a_long_history() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("db")).await.unwrap();
        let app = store.default_app(0).await.unwrap();
        let user = store.create_user(&app.id, "user-0001", 0).await.unwrap().unwrap();
        sqlx::query(
            "INSERT INTO credentials (id, user, kind, setup_kid, record, wrap, ksf_m_kib, ksf_t, ksf_p, answer_rule, created)
             VALUES (?, ?, 1, '', x'', x'', 0, 0, 0, 0, 0)",
        )
        .bind(&[7_u8; 16][..])
        .bind(user.id)
        .execute(&store.writer)
        .await
        .unwrap();
        let mut rule = Counter::default();
        let mut now = 1_000;
        // Steps around the lock's length, so that its edge is met again and again.
        for step in [0, 1, 5, LOCK_MS - 1, 1, 0, 0, LOCK_MS, 0, 0, 0].iter().cycle().take(700) {
            now += step;
            let mut tx = store.begin().await.unwrap();
            let statement = charge(&mut tx, [7; 16], now).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(statement, rule.charged(now), "at {now}");
            rule = statement.unwrap_or(rule);
        }
        assert!(rule.is_disabled(), "the history was long enough to reach the last rule");
    }
}
