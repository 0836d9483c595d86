//! Runs: every message is taken once, in order, together with its reply and what it changes.

use repin_core::api::{CredentialKind, RunId, UnixMs};

use super::codes::spend_code;
use super::dialect::Batch;
use super::lock_events::take_back_lock;
use super::locks::{lock_person, lock_run_of};
use super::row::{int, optional, seen};
use super::statements::Statements;
use super::{Change, MessageKey, NewRun, Recorded, Reply, Result, Seen, SqlStore};
use crate::failpoint::failpoint;
use crate::store::Proved;
use crate::store::values::{Value, values};

/// Whether the message of `$1`, `$2` and `$3` was made its run's last by this very transaction, for whatever was taken before has
/// left what was seen of it. So a statement can follow [`TAKE`] without waiting for what became of it.
macro_rules! taken_now {
    () => {
        "EXISTS (SELECT 1 FROM runs WHERE challenge = $1 AND run = $2 AND last_seq = $3)
         AND NOT EXISTS (SELECT 1 FROM seen WHERE challenge = $1 AND run = $2 AND seq = $3)"
    };
}
pub(super) use taken_now;

macro_rules! insert_seen {
    () => {
        "INSERT INTO seen (challenge, run, seq, request_hash, code, reply)"
    };
}

impl SqlStore {
    pub(super) async fn insert_run(
        &self,
        key: &MessageKey<'_>,
        new: &NewRun<'_>,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Recorded> {
        let mut tx = self.writer.joining().await?;
        lock_person(&mut tx, new.user).await?;
        let (seq, until) = (i64::from(key.seq), new.registration_open_until.map(int));
        tx.add(
            "INSERT INTO runs (challenge, run, person, token_hash, opening, last_seq, registration_open_until, opened)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            values![key.challenge, &key.run, new.user, &new.token_hash, &new.opening, seq, until, int(now)],
        )
        .await?;
        // A run and what was seen of its first message come together, so nothing conflicts here that did not there.
        tx.add(
            concat!(insert_seen!(), " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"),
            &seen_values(key, reply),
        )
        .await?;
        failpoint!("open.written");
        let inserted = tx.commit().await?;
        failpoint!("open.committed");
        if inserted.first() == Some(&1) {
            return Ok(Recorded::Now);
        }
        // Opened before: by these bytes, or by others.
        let seen = select_seen(&mut *self.readers.acquire().await?, key.challenge, key.run, key.seq).await?;
        Ok(seen.map_or(Recorded::Conflict, |seen| before(seen, key)))
    }

    pub(super) async fn advance_run(
        &self,
        key: &MessageKey<'_>,
        reply: &Reply,
        change: &Change,
        now: UnixMs,
    ) -> Result<Recorded> {
        let mut tx = self.writer.joining().await?;
        lock_run_of(&mut tx, key).await?;
        failpoint!("record.begun");
        let state = change.state.as_deref();
        let taken = Taken { state, proved: change.proved.as_ref(), ended: change.ends.then_some(now) };
        tx.add(TAKE, &taken.values(key)).await?;
        failpoint!("record.taken");
        if let Some(proved) = &change.proved {
            let (credential, seq) = (&proved.credential, i64::from(key.seq));
            if proved.locked_at.is_some() || proved.was_last {
                take_back_lock(&mut tx, key, credential, proved.locked_at).await?;
            }
            match proved.kind {
                CredentialKind::Code => spend_code(&mut tx, key, credential).await?,
                CredentialKind::Pin | CredentialKind::Answers => {
                    let forgive = concat!(
                        "UPDATE credentials SET failed = 0, consecutive = 0, locked_at = NULL, locked_until = NULL
                         WHERE id = $4 AND ",
                        taken_now!()
                    );
                    tx.add(forgive, values![key.challenge, &key.run, seq, credential]).await?;
                }
            }
        }
        // The last that asks whether it was taken now: from here on it was before.
        tx.add(
            concat!(insert_seen!(), " SELECT $1, $2, $3, $4, $5, $6 WHERE ", taken_now!()),
            &seen_values(key, reply),
        )
        .await?;
        failpoint!("record.written");
        let changed = tx.commit().await?;
        failpoint!("record.committed");
        if changed.last() == Some(&1) { Ok(Recorded::Now) } else { self.why_not_next(key).await }
    }

    /// Why this message is not the run's next one, when the transaction that found so is over.
    pub(super) async fn why_not_next(&self, key: &MessageKey<'_>) -> Result<Recorded> {
        why_not_next(&mut *self.readers.acquire().await?, key).await
    }
}

/// What a message that is taken changes of its run.
#[derive(Default)]
pub(super) struct Taken<'a> {
    pub state: Option<&'a [u8]>,
    pub proved: Option<&'a Proved>,
    pub ended: Option<UnixMs>,
}

/// Makes a message the run's last, if it is its next: in one statement, so that of two one is.
pub(super) const TAKE: &str =
    "UPDATE runs SET last_seq = $3, ended = $4, state = CASE WHEN $4 IS NULL THEN coalesce($5, state) END,
            proved = coalesce($6, proved), ratchet_seq = coalesce($7, ratchet_seq),
            registration_open_until = coalesce($8, registration_open_until)
         WHERE challenge = $1 AND run = $2 AND last_seq + 1 = $3 AND ended IS NULL";

impl Taken<'_> {
    /// The parameters of [`TAKE`].
    pub fn values<'a>(&'a self, key: &'a MessageKey<'_>) -> [Value<'a>; 8] {
        let Self { state, proved, ended } = *self;
        *values![
            key.challenge,
            &key.run,
            i64::from(key.seq),
            ended.map(int),
            state,
            proved.map(|proved| &proved.credential[..]),
            proved.map(|_| i64::from(key.seq)),
            proved.and_then(|proved| proved.registration_open_until).map(int),
        ]
    }
}

/// Takes a message. Whether it was the run's next; if not, nothing has changed.
pub(super) async fn take(tx: &mut Batch, key: &MessageKey<'_>, taken: &Taken<'_>) -> Result<bool> {
    Ok(tx.changed(TAKE, &taken.values(key)).await? == 1)
}

/// Why this message is not the run's next one.
pub(super) async fn why_not_next(tx: &mut impl Statements, key: &MessageKey<'_>) -> Result<Recorded> {
    if let Some(seen) = select_seen(tx, key.challenge, key.run, key.seq).await? {
        return Ok(before(seen, key));
    }
    let query = "SELECT ended FROM runs WHERE challenge = $1 AND run = $2";
    let run = tx.row(query, values![key.challenge, &key.run]).await?;
    let ended: Option<u64> = run.map(|run| optional(&run, "ended")).transpose()?.flatten();
    Ok(if ended.is_some() { Recorded::Ended } else { Recorded::Conflict })
}

/// What to do about a message whose number was taken.
pub(super) fn before(seen: Seen, key: &MessageKey<'_>) -> Recorded {
    match seen.reply {
        Some(reply) if seen.hash == key.hash => Recorded::Before(reply),
        _ => Recorded::Conflict,
    }
}

/// Its parameters.
fn seen_values<'a>(key: &'a MessageKey<'_>, reply: &'a Reply) -> [Value<'a>; 6] {
    let code = reply.code.map_or(0, |code| i64::from(code.number()));
    *values![key.challenge, &key.run, i64::from(key.seq), &key.hash, code, &reply.sealed[..]]
}

/// Keeps the reply to a message.
pub(super) async fn insert_seen(tx: &mut Batch, key: &MessageKey<'_>, reply: &Reply) -> Result<()> {
    tx.add(concat!(insert_seen!(), " VALUES ($1, $2, $3, $4, $5, $6)"), &seen_values(key, reply)).await
}

/// Replaces the run's sealed state.
pub(super) async fn set_state(tx: &mut Batch, key: &MessageKey<'_>, state: &[u8]) -> Result<()> {
    tx.add(
        "UPDATE runs SET state = $1 WHERE challenge = $2 AND run = $3 AND ended IS NULL AND last_seq = $4",
        values![state, key.challenge, &key.run, i64::from(key.seq)],
    )
    .await
}

pub(super) async fn select_seen(
    from: &mut impl Statements,
    challenge: &str,
    run: RunId,
    seq: u32,
) -> Result<Option<Seen>> {
    let query = "SELECT request_hash, code, reply FROM seen WHERE challenge = $1 AND run = $2 AND seq = $3";
    let row = from.row(query, values![challenge, &run, i64::from(seq)]).await?;
    row.map(|row| seen(&row)).transpose()
}
