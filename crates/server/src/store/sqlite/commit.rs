//! COMMIT: new credentials for old, the challenge complete, the user's other challenges failed, all their runs ended,
//! the host's events and the audit row, in one transaction.

use repin_core::api::{CredentialKind, UnixMs};
use repin_core::error::Code;
use sqlx::Row;

use super::outbox::write_event;
use super::row::{int, kind_number, time};
use super::runs::{insert_seen, not_next, take};
use super::users::credentials;
use super::{Commit, Committed, MessageKey, Recorded, Reply, Result, SqliteStore, Tx};
use crate::rules::refuse_commit;
use crate::store::{Credential, Status};

impl SqliteStore {
    pub(super) async fn commit_challenge(
        &self,
        key: &MessageKey<'_>,
        commit: &Commit<'_>,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Committed> {
        let mut tx = self.begin().await?;
        if let Some(refusal) = not_next(&mut tx, key).await? {
            return Ok(Committed::Recorded(refusal));
        }
        if let Some(code) = refusal(&mut tx, key, commit, now).await? {
            return Ok(Committed::Refused(code));
        }
        for credential in &commit.credentials {
            replace(&mut tx, commit.user, credential, now).await?;
        }
        finish_challenges(&mut tx, key, commit.user, now).await?;
        take(&mut tx, key).await?;
        insert_seen(&mut tx, key, reply).await?;
        sqlx::query("UPDATE runs SET ended = ?, state = NULL WHERE user = ? AND ended IS NULL")
            .bind(int(now))
            .bind(commit.user)
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO audit (at, user, challenge, event) VALUES (?, ?, ?, ?)")
            .bind(int(now))
            .bind(commit.user)
            .bind(key.challenge)
            .bind(commit.kind.name())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.delivery_added.notify_one();
        Ok(Committed::Recorded(Recorded::Now))
    }
}

async fn refusal(tx: &mut Tx, key: &MessageKey<'_>, commit: &Commit<'_>, now: UnixMs) -> Result<Option<Code>> {
    let challenge = sqlx::query("SELECT status, expires_at FROM challenges WHERE id = ? AND user = ?")
        .bind(key.challenge)
        .bind(commit.user)
        .fetch_one(&mut **tx)
        .await?;
    let status: String = challenge.try_get("status")?;
    if status == "EXPIRED" || (status == "PENDING" && time(&challenge, "expires_at")? <= now) {
        return Ok(Some(Code::ChallengeExpired));
    }
    if status != "PENDING" {
        return Ok(Some(Code::ChallengeInvalid));
    }
    let [pin, answers] = credentials(&mut **tx, commit.user).await?;
    Ok(refuse_commit(commit.kind, pin.is_some(), answers.is_some()))
}

async fn replace(tx: &mut Tx, user: &str, new: &Credential, now: UnixMs) -> Result<()> {
    sqlx::query("DELETE FROM credentials WHERE user = ? AND kind = ?")
        .bind(user)
        .bind(kind_number(new.kind))
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO credentials
         (id, user, kind, setup_kid, record, wrap, ksf_m_kib, ksf_t, ksf_p, answer_rule, questions, created)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
    sqlx::query("UPDATE challenges SET status = 'COMPLETE' WHERE id = ?")
        .bind(key.challenge)
        .execute(&mut **tx)
        .await?;
    write_event(tx, key.challenge, Status::Complete, None, now).await?;
    let failed = sqlx::query(
        "UPDATE challenges SET status = 'FAILED', error_code = ?
         WHERE user = ? AND status = 'PENDING' AND expires_at > ? RETURNING id",
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::{Apps, Created, NewChallenge, NewRun, Store};
    use repin_core::api::ChallengeType;

    // The gateway asks for the status first; whoever uses the store as a library may not.
    #[tokio::test]
    async fn nothing_is_written_for_a_challenge_that_has_expired() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("db")).await.unwrap();
        let app = store.default_app(0).await.unwrap();
        let user = store.create_user(&app.id, "user-0001", 0).await.unwrap().unwrap();
        let new = NewChallenge {
            user: &user.id,
            kind: ChallengeType::SetPin,
            endpoint: "POST /user/pin",
            key: "key",
            body_hash: [0; 32],
            expires_at: 100,
        };
        let Created::New(challenge) = store.create_challenge(&new, 1).await.unwrap() else { unreachable!() };
        let reply = Reply { code: None, sealed: vec![1] };
        let key = |seq| MessageKey { challenge: &challenge.id, run: [1; 16], seq, hash: [seq as u8; 32] };
        let run =
            NewRun { user: &user.id, token_hash: [0; 32], opening: [0; 32], registration_open_until: Some(1_000) };
        store.open_run(&key(0), &run, &reply, 1).await.unwrap();
        let commit = Commit { user: &user.id, kind: ChallengeType::SetPin, credentials: vec![] };
        for now in [100, 101] {
            let refused = store.commit(&key(1), &commit, &reply, now).await.unwrap();
            assert!(matches!(refused, Committed::Refused(Code::ChallengeExpired)), "at {now}");
        }
        let done = store.commit(&key(1), &commit, &reply, 99).await.unwrap();
        assert!(matches!(done, Committed::Recorded(Recorded::Now)), "the control");
    }
}
