//! COMMIT: new credentials for old, the challenge complete, the user's other challenges failed, all their runs ended,
//! the host's events and the audit row, in one transaction.

use repin_core::api::{CredentialKind, UnixMs};
use repin_core::error::Code;
use sqlx::Row;

use super::dialect::lock_rows;
use super::locks::lock_person;
use super::outbox::write_event;
use super::ring_keys::is_retired;
use super::row::{int, kind_number, time};
use super::runs::{Taken, insert_seen, take, why_not_next};
use super::{Commit, Committed, MessageKey, Recorded, Reply, Result, SqlStore, Tx};
use crate::failpoint::{commit, failpoint};
use crate::keys::{KID_LEN, Purpose};
use crate::rules::refuse_commit;
use crate::store::{Credential, Status, StoreError};

impl SqlStore {
    pub(super) async fn commit_challenge(
        &self,
        key: &MessageKey<'_>,
        commit: &Commit<'_>,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Committed> {
        let mut tx = self.begin().await?;
        lock_person(&mut tx, commit.user).await?;
        if !take(&mut tx, key, &Taken { ended: Some(now), ..Taken::default() }).await? {
            return Ok(Committed::Recorded(why_not_next(&mut tx, key).await?));
        }
        if let Some(code) = refusal(&mut tx, key, commit, now).await? {
            return Ok(Committed::Refused(code));
        }
        failpoint!("commit.begun");
        for credential in &commit.credentials {
            refuse_retired(&mut tx, credential).await?;
            replace(&mut tx, commit.user, credential, now).await?;
        }
        failpoint!("commit.replaced");
        finish_challenges(&mut tx, key, commit.user, now).await?;
        failpoint!("commit.finished");
        insert_seen(&mut tx, key, reply).await?;
        sqlx::query("UPDATE runs SET ended = $1, state = NULL WHERE person = $2 AND ended IS NULL")
            .bind(int(now))
            .bind(commit.user)
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO audit (at, person, challenge, event) VALUES ($1, $2, $3, $4)")
            .bind(int(now))
            .bind(commit.user)
            .bind(key.challenge)
            .bind(commit.kind.name())
            .execute(&mut *tx)
            .await?;
        failpoint!("commit.written");
        commit!(tx, "late commit");
        failpoint!("commit.committed");
        self.delivery_added.notify_one();
        Ok(Committed::Recorded(Recorded::Now))
    }
}

async fn refusal(tx: &mut Tx, key: &MessageKey<'_>, commit: &Commit<'_>, now: UnixMs) -> Result<Option<Code>> {
    // Held from here on: the sweep locks challenges without their person.
    let query = concat!(
        "SELECT status, expires_at, EXISTS (SELECT 1 FROM credentials WHERE person = $2 AND kind = 1) AS has_pin,
            EXISTS (SELECT 1 FROM credentials WHERE person = $2 AND kind = 2) AS has_answers
         FROM challenges WHERE id = $1 AND person = $2",
        lock_rows!()
    );
    let challenge = sqlx::query(query).bind(key.challenge).bind(commit.user).fetch_one(&mut **tx).await?;
    let status: String = challenge.try_get("status")?;
    if status == "EXPIRED" || (status == "PENDING" && time(&challenge, "expires_at")? <= now) {
        return Ok(Some(Code::ChallengeExpired));
    }
    if status != "PENDING" {
        return Ok(Some(Code::ChallengeInvalid));
    }
    Ok(refuse_commit(commit.kind, challenge.try_get("has_pin")?, challenge.try_get("has_answers")?))
}

/// A node that was not restarted since one of its keys was retired would lock people out.
async fn refuse_retired(tx: &mut Tx, new: &Credential) -> Result<()> {
    let mut retired = is_retired(tx, Purpose::OpaqueSetup, &new.setup_kid).await?;
    if let Some(kid) = new.questions.as_deref().and_then(|sealed| std::str::from_utf8(sealed.get(..KID_LEN)?).ok()) {
        retired |= is_retired(tx, Purpose::Storage, kid).await?;
    }
    if retired { Err(StoreError::Away("a retired key is in use: restart this gateway".into())) } else { Ok(()) }
}

async fn replace(tx: &mut Tx, user: &str, new: &Credential, now: UnixMs) -> Result<()> {
    sqlx::query("DELETE FROM credentials WHERE person = $1 AND kind = $2")
        .bind(user)
        .bind(kind_number(new.kind))
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO credentials
         (id, person, kind, setup_kid, record, wrap, ksf_m_kib, ksf_t, ksf_p, answer_rule, questions, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&new.id[..])
    .bind(user)
    .bind(kind_number(new.kind))
    .bind(&new.setup_kid)
    .bind(&new.record)
    .bind(&new.wrap)
    .bind(i64::from(new.ksf.m_kib))
    .bind(i64::from(new.ksf.t))
    .bind(i64::from(new.ksf.p))
    .bind(i64::from(new.answer_rule))
    .bind(new.questions.as_deref().filter(|_| new.kind == CredentialKind::Answers))
    .bind(int(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// This challenge is complete; whatever else the user had open was asked for before their secret changed, and fails.
async fn finish_challenges(tx: &mut Tx, key: &MessageKey<'_>, user: &str, now: UnixMs) -> Result<()> {
    let over = sqlx::query(
        "UPDATE challenges SET status = CASE WHEN id = $1 THEN 'COMPLETE' ELSE 'FAILED' END,
            error_code = CASE WHEN id <> $1 THEN $2 END
         WHERE person = $3 AND status = 'PENDING' AND expires_at > $4 RETURNING id",
    )
    .bind(key.challenge)
    .bind(i64::from(Code::ChallengeInvalid.number()))
    .bind(user)
    .bind(int(now))
    .fetch_all(&mut **tx)
    .await?;
    // What was asked for first.
    write_event(tx, key.challenge, Status::Complete, None, now).await?;
    for challenge in over {
        let id: &str = challenge.try_get("id")?;
        if id != key.challenge {
            write_event(tx, id, Status::Failed, Some(Code::ChallengeInvalid), now).await?;
        }
    }
    Ok(())
}
