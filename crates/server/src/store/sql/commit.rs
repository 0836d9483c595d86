//! COMMIT: new credentials for old, the challenge complete, the user's other challenges failed, all their runs ended,
//! the host's events and the audit row, in one transaction.

use repin_core::api::{CredentialKind, UnixMs};
use repin_core::error::Code;
use sqlx::Row;

use super::dialect::{Batch, lock_rows};
use super::locks::lock_person_of;
use super::outbox::write_event;
use super::ring_keys::is_retired;
use super::row::{int, kind_number, time};
use super::runs::{Taken, insert_seen, take, why_not_next};
use super::{Commit, Committed, Connection, MessageKey, Recorded, Reply, Result, SqlStore};
use crate::failpoint::{commit, failpoint};
use crate::keys::{KID_LEN, Purpose};
use crate::rules::refuse_commit;
use crate::store::values::values;
use crate::store::{Credential, Status, StoreError};

impl SqlStore {
    pub(super) async fn commit_challenge(
        &self,
        key: &MessageKey<'_>,
        commit: &Commit<'_>,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Committed> {
        let mut tx = self.writer.batch().await?;
        lock_person_of(&mut tx, commit.user).await?;
        if !take(&mut tx, key, &Taken { ended: Some(now), ..Taken::default() }).await? {
            return Ok(Committed::Recorded(why_not_next(&mut tx, key).await?));
        }
        if let Some(code) = refusal(&mut tx, key, commit, now).await? {
            return Ok(Committed::Refused(code));
        }
        failpoint!("commit.begun");
        for credential in &commit.credentials {
            refuse_retired(tx.connection().await?, credential).await?;
            replace(&mut tx, commit.user, credential, now).await?;
        }
        failpoint!("commit.replaced");
        finish_challenges(&mut tx, key, commit.user, now).await?;
        failpoint!("commit.finished");
        insert_seen(&mut tx, key, reply).await?;
        let ended = "UPDATE runs SET ended = $1, state = NULL WHERE person = $2 AND ended IS NULL";
        tx.add(ended, values![int(now), commit.user]).await?;
        let audit = "INSERT INTO audit (at, person, challenge, event) VALUES ($1, $2, $3, $4)";
        tx.add(audit, values![int(now), commit.user, key.challenge, commit.kind.name()]).await?;
        failpoint!("commit.written");
        commit!(tx, "late commit");
        failpoint!("commit.committed");
        self.delivery_added.notify_one();
        Ok(Committed::Recorded(Recorded::Now))
    }
}

async fn refusal(tx: &mut Batch, key: &MessageKey<'_>, commit: &Commit<'_>, now: UnixMs) -> Result<Option<Code>> {
    // Held from here on: the sweep locks challenges without their person.
    let query = concat!(
        "SELECT status, expires_at, EXISTS (SELECT 1 FROM credentials WHERE person = $2 AND kind = 1) AS has_pin,
            EXISTS (SELECT 1 FROM credentials WHERE person = $2 AND kind = 2) AS has_answers
         FROM challenges WHERE id = $1 AND person = $2",
        lock_rows!()
    );
    let challenge = tx.row(query, values![key.challenge, commit.user]).await?.ok_or(sqlx::Error::RowNotFound)?;
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
async fn refuse_retired(tx: &mut Connection, new: &Credential) -> Result<()> {
    let mut retired = is_retired(tx, Purpose::OpaqueSetup, &new.setup_kid).await?;
    if let Some(kid) = new.questions.as_deref().and_then(|sealed| std::str::from_utf8(sealed.get(..KID_LEN)?).ok()) {
        retired |= is_retired(tx, Purpose::Storage, kid).await?;
    }
    if retired { Err(StoreError::Away("a retired key is in use: restart this gateway".into())) } else { Ok(()) }
}

async fn replace(tx: &mut Batch, user: &str, new: &Credential, now: UnixMs) -> Result<()> {
    let kind = kind_number(new.kind);
    tx.add("DELETE FROM credentials WHERE person = $1 AND kind = $2", values![user, kind]).await?;
    tx.add(
        "INSERT INTO credentials
         (id, person, kind, setup_kid, record, wrap, ksf_m_kib, ksf_t, ksf_p, answer_rule, questions, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        values![
            &new.id,
            user,
            kind,
            &new.setup_kid[..],
            &new.record[..],
            &new.wrap[..],
            i64::from(new.ksf.m_kib),
            i64::from(new.ksf.t),
            i64::from(new.ksf.p),
            i64::from(new.answer_rule),
            new.questions.as_deref().filter(|_| new.kind == CredentialKind::Answers),
            int(now),
        ],
    )
    .await
}

/// This challenge is complete; whatever else the user had open was asked for before their secret changed, and fails.
async fn finish_challenges(tx: &mut Batch, key: &MessageKey<'_>, user: &str, now: UnixMs) -> Result<()> {
    let over = tx
        .rows(
            "UPDATE challenges SET status = CASE WHEN id = $1 THEN 'COMPLETE' ELSE 'FAILED' END,
            error_code = CASE WHEN id <> $1 THEN $2 END
         WHERE person = $3 AND status = 'PENDING' AND expires_at > $4 RETURNING id",
            values![key.challenge, i64::from(Code::ChallengeInvalid.number()), user, int(now)],
        )
        .await?;
    let tx = tx.connection().await?;
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
