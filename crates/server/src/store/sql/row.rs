//! Rows into values. A row that holds what this version never wrote is an error, not a guess.

use repin_core::api::{Attempts, ChallengeType, CredentialKind, KsfParams, UnixMs};
use repin_core::error::Code;

use super::statements::Columns;
use crate::api_key::Environment;
use crate::attempts::Counter;
use crate::store::{Challenge, Credential, Reply, Result, Run, Seen, Status, StoreError};

/// A column that holds what this version never wrote.
#[derive(Debug, thiserror::Error)]
#[error("column {0} holds an unknown value")]
struct UnknownValue(&'static str);

pub fn unknown(column: &'static str) -> StoreError {
    StoreError::Failed(Box::new(UnknownValue(column)))
}

/// A database's integers are signed; a time beyond the year 292 million is not one of ours.
pub fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub fn unsigned<T: TryFrom<i64>>(row: &impl Columns, column: &'static str) -> Result<T> {
    T::try_from(row.column::<i64>(column)?).map_err(|_| unknown(column))
}

pub fn optional<T: TryFrom<i64>>(row: &impl Columns, column: &'static str) -> Result<Option<T>> {
    let value: Option<i64> = row.column(column)?;
    value.map(|value| T::try_from(value).map_err(|_| unknown(column))).transpose()
}

pub fn array<const N: usize>(row: &impl Columns, column: &'static str) -> Result<[u8; N]> {
    let bytes: Vec<u8> = row.column(column)?;
    bytes.try_into().map_err(|_| unknown(column))
}

/// A hash, if there is one.
pub fn hash(row: &impl Columns, column: &'static str) -> Result<Option<[u8; 32]>> {
    let bytes: Option<Vec<u8>> = row.column(column)?;
    bytes.map(|bytes| bytes.try_into().map_err(|_| unknown(column))).transpose()
}

pub fn kind_number(kind: CredentialKind) -> i64 {
    i64::from(kind.tag())
}

pub fn time(row: &impl Columns, column: &'static str) -> Result<UnixMs> {
    unsigned(row, column)
}

pub fn environment(row: &impl Columns) -> Result<Environment> {
    Environment::from_name(row.column("environment")?).ok_or_else(|| unknown("environment"))
}

pub fn counter(row: &impl Columns) -> Result<Counter> {
    Ok(Counter {
        failed: unsigned(row, "failed")?,
        consecutive: unsigned(row, "consecutive")?,
        locked_at: optional(row, "locked_at")?,
        locked_until: optional(row, "locked_until")?,
    })
}

/// Expects the columns of `credentials`, with the id under the name of `id`.
pub fn credential(row: &impl Columns, id: &'static str) -> Result<Credential> {
    let kind = match row.column::<i64>("kind")? {
        1 => CredentialKind::Pin,
        2 => CredentialKind::Answers,
        _ => return Err(unknown("kind")),
    };
    Ok(Credential {
        id: array(row, id)?,
        kind,
        setup_kid: row.column("setup_kid")?,
        record: row.column("record")?,
        wrap: row.column("wrap")?,
        ksf: KsfParams { m_kib: unsigned(row, "ksf_m_kib")?, t: unsigned(row, "ksf_t")?, p: unsigned(row, "ksf_p")? },
        answer_rule: unsigned(row, "answer_rule")?,
        questions: row.column("questions")?,
        counter: counter(row)?,
    })
}

/// Expects the columns of `challenges` and `proving`: whether a run has proved and may register now.
pub fn challenge(row: &impl Columns, now: UnixMs) -> Result<Challenge> {
    let name: String = row.column("type")?;
    let kind = ChallengeType::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| unknown("type"))?;
    let expires_at = time(row, "expires_at")?;
    let stored = Status::from_name(row.column("status")?).ok_or_else(|| unknown("status"))?;
    let status = match stored {
        Status::Pending if now >= expires_at => Status::Expired,
        Status::Pending if row.column("proving")? => Status::InProgress,
        stored => stored,
    };
    let error = match status {
        Status::Expired => Some(Code::ChallengeExpired),
        _ => optional::<i32>(row, "error_code")?.and_then(Code::from_number),
    };
    Ok(Challenge {
        id: row.column("id")?,
        kind,
        status,
        error,
        correlation_id: row.column("correlation_id")?,
        expires_at,
    })
}

pub fn run(row: &impl Columns) -> Result<Run> {
    Ok(Run {
        token_hash: array(row, "token_hash")?,
        opening: array(row, "opening")?,
        last_seq: unsigned(row, "last_seq")?,
        ratchet_seq: optional(row, "ratchet_seq")?,
        registration_open_until: optional(row, "registration_open_until")?,
        state: row.column("state")?,
        ended: optional::<u64>(row, "ended")?.is_some(),
    })
}

pub fn seen(row: &impl Columns) -> Result<Seen> {
    let hash = array(row, "request_hash")?;
    let Some(number) = row.column::<Option<i64>>("code")? else { return Ok(Seen { hash, reply: None }) };
    let code = match number {
        0 => None,
        number => {
            let code = i32::try_from(number).ok().and_then(Code::from_number);
            Some(code.ok_or_else(|| unknown("code"))?)
        }
    };
    Ok(Seen { hash, reply: Some(Reply { code, sealed: row.column("reply")? }) })
}

/// What the client was left with by a charge.
pub fn charged(row: &impl Columns) -> Result<Attempts> {
    Ok(Attempts { left: unsigned(row, "tries_left")?, locked_until: optional(row, "locked_until")? })
}
