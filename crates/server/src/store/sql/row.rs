//! Rows into values. A row that holds what this version never wrote is an error, not a guess.

use repin_core::api::{Attempts, ChallengeType, CredentialKind, KsfParams, UnixMs};
use repin_core::error::Code;
use sqlx::{Row, ValueRef};

use super::dialect::DbRow;
use crate::api_key::Environment;
use crate::attempts::Counter;
use crate::store::{Challenge, Credential, Reply, Result, Run, Seen, Status, StoreError};

/// A column that holds what this version never wrote.
#[derive(Debug, thiserror::Error)]
#[error("column {0} holds an unknown value")]
struct UnknownValue(&'static str);

fn unknown(column: &'static str) -> StoreError {
    StoreError::Failed(Box::new(UnknownValue(column)))
}

/// A database's integers are signed; a time beyond the year 292 million is not one of ours.
pub fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub fn unsigned<T: TryFrom<i64>>(row: &DbRow, column: &'static str) -> Result<T> {
    T::try_from(row.try_get::<i64, _>(column)?).map_err(|_| unknown(column))
}

pub fn optional<T: TryFrom<i64>>(row: &DbRow, column: &'static str) -> Result<Option<T>> {
    let value: Option<i64> = row.try_get(column)?;
    value.map(|value| T::try_from(value).map_err(|_| unknown(column))).transpose()
}

fn array<const N: usize>(row: &DbRow, column: &'static str) -> Result<[u8; N]> {
    let bytes: Vec<u8> = row.try_get(column)?;
    bytes.try_into().map_err(|_| unknown(column))
}

pub fn kind_number(kind: CredentialKind) -> i64 {
    i64::from(kind.tag())
}

pub fn time(row: &DbRow, column: &'static str) -> Result<UnixMs> {
    unsigned(row, column)
}

pub fn environment(row: &DbRow) -> Result<Environment> {
    Environment::from_name(row.try_get("environment")?).ok_or_else(|| unknown("environment"))
}

pub fn counter(row: &DbRow) -> Result<Counter> {
    Ok(Counter {
        failed: unsigned(row, "failed")?,
        consecutive: unsigned(row, "consecutive")?,
        locked_at: optional(row, "locked_at")?,
        locked_until: optional(row, "locked_until")?,
    })
}

/// Expects the columns of `credentials`, with the id under the name of `id`.
pub fn credential(row: &DbRow, id: &'static str) -> Result<Credential> {
    let kind = match row.try_get::<i64, _>("kind")? {
        1 => CredentialKind::Pin,
        2 => CredentialKind::Answers,
        _ => return Err(unknown("kind")),
    };
    Ok(Credential {
        id: array(row, id)?,
        kind,
        setup_kid: row.try_get("setup_kid")?,
        record: row.try_get("record")?,
        wrap: row.try_get("wrap")?,
        ksf: KsfParams { m_kib: unsigned(row, "ksf_m_kib")?, t: unsigned(row, "ksf_t")?, p: unsigned(row, "ksf_p")? },
        answer_rule: unsigned(row, "answer_rule")?,
        questions: row.try_get("questions")?,
        counter: counter(row)?,
    })
}

/// Expects the columns of `challenges` and `proving`: whether a run has proved and may register now.
pub fn challenge(row: &DbRow, now: UnixMs) -> Result<Challenge> {
    let name: String = row.try_get("type")?;
    let kind = ChallengeType::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| unknown("type"))?;
    let expires_at = time(row, "expires_at")?;
    let stored = Status::from_name(row.try_get("status")?).ok_or_else(|| unknown("status"))?;
    let status = match stored {
        Status::Pending if now >= expires_at => Status::Expired,
        Status::Pending if row.try_get("proving")? => Status::InProgress,
        stored => stored,
    };
    let error = match status {
        Status::Expired => Some(Code::ChallengeExpired),
        _ => optional::<i32>(row, "error_code")?.and_then(Code::from_number),
    };
    Ok(Challenge {
        id: row.try_get("id")?,
        kind,
        status,
        error,
        correlation_id: row.try_get("correlation_id")?,
        expires_at,
    })
}

pub fn run(row: &DbRow) -> Result<Run> {
    Ok(Run {
        token_hash: array(row, "token_hash")?,
        opening: array(row, "opening")?,
        last_seq: unsigned(row, "last_seq")?,
        ratchet_seq: optional(row, "ratchet_seq")?,
        registration_open_until: optional(row, "registration_open_until")?,
        state: row.try_get("state")?,
        ended: optional::<u64>(row, "ended")?.is_some(),
    })
}

pub fn seen(row: &DbRow) -> Result<Seen> {
    let hash = array(row, "request_hash")?;
    if row.try_get_raw("code")?.is_null() {
        return Ok(Seen { hash, reply: None });
    }
    let code = match row.try_get::<i64, _>("code")? {
        0 => None,
        number => {
            let code = i32::try_from(number).ok().and_then(Code::from_number);
            Some(code.ok_or_else(|| unknown("code"))?)
        }
    };
    Ok(Seen { hash, reply: Some(Reply { code, sealed: row.try_get("reply")? }) })
}

/// What the client was left with by a charge.
pub fn charged(row: &DbRow) -> Result<Attempts> {
    Ok(Attempts { left: unsigned(row, "tries_left")?, locked_until: optional(row, "locked_until")? })
}
