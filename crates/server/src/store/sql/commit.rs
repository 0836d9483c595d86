//! COMMIT: new credentials for old, the challenge complete, the user's other challenges failed, all their runs ended,
//! the host's events and the audit row, in one transaction.

use repin_core::api::{CredentialKind, UnixMs};
use repin_core::error::Code;

use super::codes::replace_way_back;
use super::dialect::{Batch, BatchRow, lock_rows, share_rows};
use super::locks::lock_person;
use super::outbox::{AUDIENCE, Ended, add_event};
use super::ring_keys::retired_in_use;
use super::row::{int, kind_number, optional, time};
use super::runs::{TAKE, Taken, insert_seen};
use super::statements::{Columns, Statements};
use super::{Commit, Committed, MessageKey, Recorded, Reply, Result, SqlStore};
use crate::failpoint::{commit, failpoint};
use crate::keys::{KID_LEN, Purpose};
use crate::rules::refuse_commit;
use crate::store::values::{Value, values};
use crate::store::{Credential, RecoveryEmail, Status, WayBack};

impl SqlStore {
    pub(super) async fn commit_challenge(
        &self,
        key: &MessageKey<'_>,
        commit: &Commit<'_>,
        way: Option<&WayBack>,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Committed> {
        let mut tx = self.writer.joining().await?;
        lock_person(&mut tx, commit.user).await?;
        let taken = Taken { ended: Some(now), ..Taken::default() };
        let keys = keys(commit, way);
        let [taken, found, known] = tx
            .all([(TAKE, &taken.values(key)), (CHALLENGE, values![key.challenge, commit.user]), (KEYS, &keys)])
            .await?;
        if taken.changed == 0 {
            tx.leave().await?;
            return Ok(Committed::Recorded(self.why_not_next(key).await?));
        }
        if let Some(code) = refusal(found.rows.first(), commit, now)? {
            tx.leave().await?;
            return Ok(Committed::Refused(code));
        }
        refuse_retired(&known.rows)?;
        failpoint!("commit.begun");
        for credential in &commit.credentials {
            replace(&mut tx, commit.user, credential, now).await?;
        }
        if let Some(way) = way {
            replace_way_back(&mut tx, commit.user, way, now).await?;
        }
        failpoint!("commit.replaced");
        finish_challenges(&mut tx, key, commit.user, now).await?;
        failpoint!("commit.finished");
        insert_seen(&mut tx, key, reply).await?;
        tx.add(END_RUNS, values![int(now), commit.user]).await?;
        let audit = "INSERT INTO audit (at, person, challenge, event) VALUES ($1, $2, $3, $4)";
        tx.add(audit, values![int(now), commit.user, key.challenge, commit.kind.name()]).await?;
        failpoint!("commit.written");
        commit!(tx, "late commit");
        failpoint!("commit.committed");
        self.delivery_added.notify_one();
        Ok(Committed::Recorded(Recorded::Now))
    }
}

/// All runs of a person.
pub(in crate::store) const END_RUNS: &str =
    "UPDATE runs SET ended = $1, state = NULL WHERE person = $2 AND ended IS NULL";

/// One challenge of a person with success, and what else is open without.
pub(in crate::store) const END_CHALLENGES: &str =
    "UPDATE challenges SET status = CASE WHEN id = $1 THEN 'COMPLETE' ELSE 'FAILED' END,
     error_code = CASE WHEN id <> $1 THEN $2 END
     WHERE person = $3 AND status = 'PENDING' AND expires_at > $4 RETURNING id, type, correlation_id";

/// The challenge, held from here on (the sweep locks challenges without their person), and what its user has.
const CHALLENGE: &str = concat!(
    "SELECT c.status, c.expires_at, EXISTS (SELECT 1 FROM credentials WHERE person = $2 AND kind = 1) AS has_pin,
     EXISTS (SELECT 1 FROM credentials WHERE person = $2 AND kind = 2)
     OR EXISTS (SELECT 1 FROM recovery_emails WHERE person = $2) AS has_way_back
     FROM challenges c WHERE c.id = $1 AND c.person = $2",
    lock_rows!()
);

fn refusal(found: Option<&impl Columns>, commit: &Commit<'_>, now: UnixMs) -> Result<Option<Code>> {
    let found = found.ok_or(sqlx::Error::RowNotFound)?;
    if let Some(code) = over(found, now)? {
        return Ok(Some(code));
    }
    Ok(refuse_commit(commit.kind, found.column("has_pin")?, found.column("has_way_back")?))
}

/// Why the challenge takes no end any more, if so.
pub(super) async fn refuse_over(tx: &mut Batch, key: &MessageKey<'_>, user: &str, now: UnixMs) -> Result<Option<Code>> {
    let found = tx.row(CHALLENGE, values![key.challenge, user]).await?;
    over(&found.ok_or(sqlx::Error::RowNotFound)?, now)
}

/// Expects the columns of [`CHALLENGE`].
fn over(challenge: &impl Columns, now: UnixMs) -> Result<Option<Code>> {
    let status: String = challenge.column("status")?;
    if status == "EXPIRED" || (status == "PENDING" && time(challenge, "expires_at")? <= now) {
        return Ok(Some(Code::ChallengeExpired));
    }
    Ok((status != "PENDING").then_some(Code::ChallengeInvalid))
}

/// Which of these keys are retired; they stay as they are while the transaction lasts.
const KEYS: &str = concat!(
    "SELECT retired FROM key_ids WHERE (purpose, kid) IN (VALUES ($1, $2), ($3, $4), ($5, $6), ($7, $8), ($9, $10))",
    share_rows!()
);

/// What is sealed with what, in what is to be written: for [`KEYS`].
fn keys<'a>(commit: &'a Commit<'_>, way: Option<&'a WayBack>) -> [Value<'a>; 10] {
    let kid = |sealed: &'a [u8]| std::str::from_utf8(sealed.get(..KID_LEN)?).ok();
    let of_credential = |new: &'a Credential| {
        let questions = new.questions.as_deref().and_then(kid).map(|kid| (Purpose::Storage, kid));
        [Some((Purpose::OpaqueSetup, &*new.setup_kid)), questions]
    };
    let of_email = |email: &'a RecoveryEmail| {
        let data_key = email.data_key.as_deref().and_then(kid).map(|kid| (Purpose::Recovery, kid));
        [kid(&email.address).map(|kid| (Purpose::Storage, kid)), data_key]
    };
    let credentials = commit.credentials.iter().flat_map(of_credential);
    let used = credentials.chain(way.and_then(WayBack::email).into_iter().flat_map(of_email)).flatten();
    let mut keys = [Value::Text(""); 10];
    for (place, (purpose, kid)) in keys.chunks_exact_mut(2).zip(used) {
        place.copy_from_slice(&[Value::Text(purpose.name()), Value::Text(kid)]);
    }
    keys
}

/// A node that was not restarted since one of its keys was retired would lock people out.
fn refuse_retired(keys: &[impl Columns]) -> Result<()> {
    for key in keys {
        if optional::<u64>(key, "retired")?.is_some() {
            return Err(retired_in_use());
        }
    }
    Ok(())
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
    let invalid = i64::from(Code::ChallengeInvalid.number());
    let [over, audience] =
        tx.all([(END_CHALLENGES, values![key.challenge, invalid, user, int(now)]), (AUDIENCE, values![user])]).await?;
    let mut over = over.rows;
    // What was asked for first.
    let is_other = |row: &BatchRow| row.column::<&str>("id").map(|id| id != key.challenge);
    over.sort_by_cached_key(|row| is_other(row).unwrap_or(true));
    for row in &over {
        let (status, error) = match is_other(row)? {
            true => (Status::Failed, Some(Code::ChallengeInvalid)),
            false => (Status::Complete, None),
        };
        let (challenge, kind, correlation_id) = (row.column("id")?, row.column("type")?, row.column("correlation_id")?);
        let ended = Ended { challenge, kind, correlation_id, status, error };
        add_event(tx, &audience.rows, &ended, now).await?;
    }
    Ok(())
}
