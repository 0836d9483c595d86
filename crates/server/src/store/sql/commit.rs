//! COMMIT: new credentials for old, the challenge complete, the user's other challenges failed, all their runs ended,
//! the host's events and the audit row, in one transaction.

use repin_core::api::{CredentialKind, UnixMs};
use repin_core::error::Code;
use sqlx::Row;

use super::codes::{has_email, replace_way_back};
use super::dialect::lock_rows;
use super::locks::lock_person;
use super::outbox::write_event;
use super::ring_keys::is_retired;
use super::row::{int, kind_number, time};
use super::runs::{insert_seen, not_next, take};
use super::users::credentials;
use super::{Commit, Committed, MessageKey, Recorded, Reply, Result, SqlStore, Tx};
use crate::failpoint::{commit, failpoint};
use crate::keys::{KID_LEN, Purpose};
use crate::rules::refuse_commit;
use crate::store::{Credential, Status, StoreError, WayBack};

impl SqlStore {
    pub(super) async fn commit_challenge(
        &self,
        key: &MessageKey<'_>,
        commit: &Commit<'_>,
        way: Option<&WayBack>,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Committed> {
        let mut tx = self.begin().await?;
        lock_person(&mut tx, commit.user).await?;
        if let Some(refusal) = not_next(&mut tx, key).await? {
            return Ok(Committed::Recorded(refusal));
        }
        if let Some(code) = refusal(&mut tx, key, commit, now).await? {
            return Ok(Committed::Refused(code));
        }
        failpoint!("commit.begun");
        for credential in &commit.credentials {
            refuse_retired(&mut tx, credential).await?;
            replace(&mut tx, commit.user, credential, now).await?;
        }
        if let Some(way) = way {
            refuse_retired_of(&mut tx, way).await?;
            replace_way_back(&mut tx, commit.user, way, now).await?;
        }
        failpoint!("commit.replaced");
        finish_challenges(&mut tx, key, commit.user, now).await?;
        failpoint!("commit.finished");
        take(&mut tx, key).await?;
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
    if let Some(code) = refuse_over(tx, key, commit.user, now).await? {
        return Ok(Some(code));
    }
    let [pin, answers] = credentials(&mut **tx, commit.user).await?;
    let way_back = answers.is_some() || has_email(tx, commit.user).await?;
    Ok(refuse_commit(commit.kind, pin.is_some(), way_back))
}

/// Why the challenge takes no end any more, if so.
pub(super) async fn refuse_over(tx: &mut Tx, key: &MessageKey<'_>, user: &str, now: UnixMs) -> Result<Option<Code>> {
    // Held from here on: the sweep locks challenges without their person.
    let query = concat!("SELECT status, expires_at FROM challenges WHERE id = $1 AND person = $2", lock_rows!());
    let challenge = sqlx::query(query).bind(key.challenge).bind(user).fetch_one(&mut **tx).await?;
    let status: String = challenge.try_get("status")?;
    if status == "EXPIRED" || (status == "PENDING" && time(&challenge, "expires_at")? <= now) {
        return Ok(Some(Code::ChallengeExpired));
    }
    if status != "PENDING" {
        return Ok(Some(Code::ChallengeInvalid));
    }
    Ok(None)
}

/// A node that was not restarted since one of its keys was retired would lock people out.
async fn refuse_retired(tx: &mut Tx, new: &Credential) -> Result<()> {
    let mut retired = is_retired(tx, Purpose::OpaqueSetup, &new.setup_kid).await?;
    if let Some(kid) = new.questions.as_deref().and_then(|sealed| std::str::from_utf8(sealed.get(..KID_LEN)?).ok()) {
        retired |= is_retired(tx, Purpose::Storage, kid).await?;
    }
    if retired { Err(StoreError::Away("a retired key is in use: restart this gateway".into())) } else { Ok(()) }
}

/// The same for what a new way back is sealed with.
async fn refuse_retired_of(tx: &mut Tx, way: &WayBack) -> Result<()> {
    let Some(email) = way.email() else { return Ok(()) };
    let mut retired = false;
    for (purpose, sealed) in [(Purpose::Storage, Some(&email.address)), (Purpose::Recovery, email.data_key.as_ref())] {
        if let Some(kid) = sealed.and_then(|sealed| std::str::from_utf8(sealed.get(..KID_LEN)?).ok()) {
            retired |= is_retired(tx, purpose, kid).await?;
        }
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
    sqlx::query("UPDATE challenges SET status = 'COMPLETE' WHERE id = $1")
        .bind(key.challenge)
        .execute(&mut **tx)
        .await?;
    write_event(tx, key.challenge, Status::Complete, None, now).await?;
    let failed = sqlx::query(
        "UPDATE challenges SET status = 'FAILED', error_code = $1
         WHERE person = $2 AND status = 'PENDING' AND expires_at > $3 RETURNING id",
    )
    .bind(i64::from(Code::ChallengeInvalid.number()))
    .bind(user)
    .bind(int(now))
    .fetch_all(&mut **tx)
    .await?;
    for challenge in failed {
        write_event(tx, challenge.try_get("id")?, Status::Failed, Some(Code::ChallengeInvalid), now).await?;
    }
    Ok(())
}
