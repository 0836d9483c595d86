//! Challenges: what the host asks of a person, created here and carried out by the widget.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use repin_core::api::ChallengeType;
use repin_core::error::Code;
use serde_json::{Value, json};
use uuid::Uuid;

use super::body::Body;
use super::shapes;
use crate::auth::{HostSession, Session};
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::store::{Created, NewChallenge, Status};

type Answer = Result<(StatusCode, Json<Value>), ApiError>;

/// `POST /v1/w3s/user/initialize`. Which wallets to make is another product's matter; the fields are accepted.
pub async fn initialize(HostSession(session): HostSession, gateway: State<Arc<Gateway>>, body: Bytes) -> Answer {
    create(&gateway, &session, ChallengeType::Initialize, "POST /user/initialize", &body).await
}

/// `POST /v1/w3s/user/pin`.
pub async fn set_pin(HostSession(session): HostSession, gateway: State<Arc<Gateway>>, body: Bytes) -> Answer {
    create(&gateway, &session, ChallengeType::SetPin, "POST /user/pin", &body).await
}

/// `PUT /v1/w3s/user/pin`.
pub async fn change_pin(HostSession(session): HostSession, gateway: State<Arc<Gateway>>, body: Bytes) -> Answer {
    create(&gateway, &session, ChallengeType::ChangePin, "PUT /user/pin", &body).await
}

/// `POST /v1/w3s/user/pin/restore`.
pub async fn restore_pin(HostSession(session): HostSession, gateway: State<Arc<Gateway>>, body: Bytes) -> Answer {
    create(&gateway, &session, ChallengeType::RestorePin, "POST /user/pin/restore", &body).await
}

/// `POST /v1/w3s/user/securityQuestions`. **Ours:** Circle has the challenge type and no public endpoint for it. For
/// people whose PIN was set alone.
pub async fn set_security_questions(
    HostSession(session): HostSession,
    gateway: State<Arc<Gateway>>,
    body: Bytes,
) -> Answer {
    create(&gateway, &session, ChallengeType::SetSecurityQuestions, "POST /user/securityQuestions", &body).await
}

/// 201 for a new challenge, 200 for one that the same key and body created before, 156020 for the same key with another
/// body. `docs/protocol.md` names 409 for the latter; Circle documents 403, and at this edge we speak Circle.
async fn create(gateway: &Gateway, session: &Session, kind: ChallengeType, endpoint: &str, body: &[u8]) -> Answer {
    let (key, body_hash) = Body::parse(body)?.idempotency()?;
    let now = gateway.clock.now();
    let ttl = u64::try_from(gateway.config.challenge_ttl.as_millis()).unwrap_or(u64::MAX);
    let new = NewChallenge {
        user: &session.user.id,
        kind,
        endpoint,
        key: &key,
        body_hash,
        expires_at: now.saturating_add(ttl),
    };
    let (status, challenge) = match gateway.store.create_challenge(&new, now).await? {
        Created::New(challenge) => (StatusCode::CREATED, challenge),
        Created::Before(challenge) => (StatusCode::OK, challenge),
        Created::KeyReused => return Err(Code::IdempotencyKeyReused.into()),
        Created::Refused(code) => return Err(code.into()),
    };
    Ok((status, Json(json!({"data": {"challengeId": challenge.id}}))))
}

/// `GET /v1/w3s/user/challenges/{id}`: 155116 for unknown and for another user's alike.
pub async fn get(
    HostSession(session): HostSession,
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, ApiError> {
    let Path(id) = id.map_err(|_| Code::IdNotUuid)?;
    let id = Uuid::try_parse(&id).map_err(|_| Code::IdNotUuid)?.to_string();
    let challenge = gateway.store.challenge(&session.user.id, &id, gateway.clock.now()).await?;
    let challenge = challenge.ok_or(Code::InvalidChallengeId)?;
    Ok(Json(json!({"data": {"challenge": shapes::challenge(&challenge)}})))
}

/// `GET /v1/w3s/user/challenges?status=`: the newest first.
pub async fn list(
    HostSession(session): HostSession,
    State(gateway): State<Arc<Gateway>>,
    query: Result<Query<HashMap<String, String>>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(query) = query.map_err(|_| Code::ParameterInvalid)?;
    let unknown =
        ApiError::Parameter("status", "status must be one of PENDING, IN_PROGRESS, COMPLETE, FAILED, EXPIRED");
    let wanted = query.get("status").map(|name| Status::from_name(name).ok_or(unknown)).transpose()?;
    let challenges = gateway.store.challenges(&session.user.id, gateway.clock.now()).await?;
    let shown: Vec<_> = challenges
        .iter()
        .filter(|challenge| wanted.is_none_or(|status| challenge.status == status))
        .map(shapes::challenge)
        .collect();
    Ok(Json(json!({"data": {"challenges": shown}})))
}
