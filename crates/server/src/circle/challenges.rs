//! Challenges: what the host asks of a person, created here and carried out by the widget.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use repin_core::api::ChallengeType;
use repin_core::error::Code;

use super::body::Body;
use super::filters::{Filters, MAX_PAGE_SIZE};
use super::link::links;
use super::requests::{ChallengeBody, ChallengesQuery, InitializeBody, PageQuery};
use super::shapes::{self, ChallengeId, Challenges, Data, OneChallenge};
use crate::auth::{HostSession, Session};
use crate::error::{ApiError, ErrorBody};
use crate::gateway::Gateway;
use crate::path_id;
use crate::rules::restore;
use crate::store::{Created, Status};

pub(crate) type Answer = Result<(StatusCode, Json<Data<ChallengeId>>), ApiError>;

/// Asks for a first PIN and first answers.
///
/// Which wallets to make is another product's matter; the fields are accepted.
#[utoipa::path(
    post, path = "/v1/w3s/user/initialize", operation_id = "createUserWithPinChallenge", tag = "Challenges",
    request_body = InitializeBody,
    responses(
        (status = 201, description = "A new challenge.", body = Data<ChallengeId>),
        (status = 200, description = "The challenge that the same key and body created before.", body = Data<ChallengeId>),
        (status = 403, description = "156020: the key came before with another body.", body = ErrorBody),
        (status = 409, description = "155106: the user has a PIN. 155108: the user has answers.", body = ErrorBody),
    ),
    security(("ApiKey" = [], "UserToken" = [])),
)]
pub async fn initialize(HostSession(session): HostSession, gateway: State<Arc<Gateway>>, body: Bytes) -> Answer {
    create(&gateway, &session, ChallengeType::Initialize, "POST /user/initialize", &body).await
}

/// Asks for a first PIN.
#[utoipa::path(
    post, path = "/v1/w3s/user/pin", operation_id = "createUserPinChallenge", tag = "Challenges",
    request_body = ChallengeBody,
    responses(
        (status = 201, description = "A new challenge.", body = Data<ChallengeId>),
        (status = 200, description = "The challenge that the same key and body created before.", body = Data<ChallengeId>),
        (status = 403, description = "156020: the key came before with another body.", body = ErrorBody),
        (status = 409, description = "155107: the user has a PIN.", body = ErrorBody),
    ),
    security(("ApiKey" = [], "UserToken" = [])),
)]
pub async fn set_pin(HostSession(session): HostSession, gateway: State<Arc<Gateway>>, body: Bytes) -> Answer {
    create(&gateway, &session, ChallengeType::SetPin, "POST /user/pin", &body).await
}

/// Asks for a new PIN, by someone who proves the current one.
#[utoipa::path(
    put, path = "/v1/w3s/user/pin", operation_id = "updateUserPinChallenge", tag = "Challenges",
    request_body = ChallengeBody,
    responses(
        (status = 201, description = "A new challenge.", body = Data<ChallengeId>),
        (status = 200, description = "The challenge that the same key and body created before.", body = Data<ChallengeId>),
        (status = 400, description = "155110: the user has no PIN. 155119: it is locked.", body = ErrorBody),
        (status = 403, description = "156020: the key came before with another body.", body = ErrorBody),
    ),
    security(("ApiKey" = [], "UserToken" = [])),
)]
pub async fn change_pin(HostSession(session): HostSession, gateway: State<Arc<Gateway>>, body: Bytes) -> Answer {
    create(&gateway, &session, ChallengeType::ChangePin, "PUT /user/pin", &body).await
}

/// Asks for a new PIN, by someone who proves their way back.
///
/// For answers it is Circle's RESTORE_PIN. Who set a code by e-mail as the way back, or both, gets RESTORE_PIN_BY_CODE or
/// RESTORE_PIN_BY_CODE_AND_ANSWERS.
#[utoipa::path(
    post, path = "/v1/w3s/user/pin/restore", operation_id = "createUserPinRestoreChallenge", tag = "Challenges",
    request_body = ChallengeBody,
    responses(
        (status = 201, description = "A new challenge.", body = Data<ChallengeId>),
        (status = 200, description = "The challenge that the same key and body created before.", body = Data<ChallengeId>),
        (status = 400, description = "155111: the user has no way back. 155120, 155141: it is locked.", body = ErrorBody),
        (status = 403, description = "156020: the key came before with another body.", body = ErrorBody),
    ),
    security(("ApiKey" = [], "UserToken" = [])),
)]
pub async fn restore_pin(HostSession(session): HostSession, gateway: State<Arc<Gateway>>, body: Bytes) -> Answer {
    // Without a way back it is refused in the usual order.
    let kind = restore(session.user.recovery()).unwrap_or(ChallengeType::RestorePin);
    create(&gateway, &session, kind, "POST /user/pin/restore", &body).await
}

/// Asks for first answers, by someone who proves the PIN.
///
/// Ours: Circle has the challenge type and no public endpoint for it. For people whose PIN was set alone.
#[utoipa::path(
    post, path = "/v1/w3s/user/securityQuestions", operation_id = "createSecurityQuestionsChallenge", tag = "Challenges",
    request_body = ChallengeBody,
    responses(
        (status = 201, description = "A new challenge.", body = Data<ChallengeId>),
        (status = 200, description = "The challenge that the same key and body created before.", body = Data<ChallengeId>),
        (status = 400, description = "155110: the user has no PIN. 155119: it is locked.", body = ErrorBody),
        (status = 403, description = "156020: the key came before with another body.", body = ErrorBody),
        (status = 409, description = "155108: the user has answers.", body = ErrorBody),
    ),
    security(("ApiKey" = [], "UserToken" = [])),
    extensions(("x-repin" = json!(true))),
)]
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
    create_for(gateway, &session.user.id, kind, endpoint, Body::parse(body)?).await
}

/// The same for a user by their internal id.
pub(crate) async fn create_for(
    gateway: &Gateway,
    user: &str,
    kind: ChallengeType,
    endpoint: &str,
    body: Body,
) -> Answer {
    let (key, body_hash) = body.idempotency()?;
    let asked = (endpoint, key.as_str(), body_hash);
    let (status, challenge) = match gateway.create_challenge(user, kind, asked, Duration::MAX).await? {
        Created::New(challenge) => (StatusCode::CREATED, challenge),
        Created::Before(challenge) => (StatusCode::OK, challenge),
        Created::KeyReused => return Err(Code::IdempotencyKeyReused.into()),
        Created::Refused(code) => return Err(code.into()),
    };
    Ok((status, Json(Data { data: ChallengeId { challenge_id: challenge.id } })))
}

/// Shows a challenge.
///
/// This, or a webhook, is what to believe; not what a page says. 155116 for unknown ones and for others' alike.
#[utoipa::path(
    get, path = "/v1/w3s/user/challenges/{id}", operation_id = "getUserChallenge", tag = "Challenges",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 200, description = "The challenge.", body = Data<OneChallenge>),
        (status = 400, description = "156009: the id is not a UUID.", body = ErrorBody),
        (status = 404, description = "155116: the user has no challenge of this id.", body = ErrorBody),
    ),
    security(("ApiKey" = [], "UserToken" = [])),
)]
pub async fn get(
    HostSession(session): HostSession,
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Data<OneChallenge>>, ApiError> {
    let id = path_id::uuid(id).ok_or(Code::IdNotUuid)?;
    let challenge = gateway.store.challenge(&session.user.id, &id, gateway.clock.now()).await?;
    let challenge = challenge.ok_or(Code::InvalidChallengeId)?;
    Ok(Json(Data { data: OneChallenge { challenge: shapes::challenge(&challenge) } }))
}

/// Challenges on a page. Circle lists all and documents no pages, so ours are as large as any.
const PAGE_SIZE: u32 = MAX_PAGE_SIZE;

/// Lists the user's challenges.
///
/// Circle's guides also write COMPLETED for COMPLETE, so that is understood. The parameters of a page are ours here.
#[utoipa::path(
    get, path = "/v1/w3s/user/challenges", operation_id = "listUserChallenges", tag = "Challenges",
    params(ChallengesQuery, PageQuery),
    responses(
        (status = 200, description = "A page.", body = Data<Challenges>,
            headers(("Link" = String, description = "The first, the next and the previous page (RFC 8288)."))),
        (status = 404, description = "156012: there is no challenge of the cursor's id.", body = ErrorBody),
    ),
    security(("ApiKey" = [], "UserToken" = [])),
)]
pub async fn list(
    HostSession(session): HostSession,
    State(gateway): State<Arc<Gateway>>,
    filters: Filters,
) -> Result<(HeaderMap, Json<Data<Challenges>>), ApiError> {
    let [pending, in_progress, complete, failed, expired] = Status::ALL.map(|status| (status.name(), status));
    let completed = ("COMPLETED", Status::Complete);
    let wanted = filters.choice("status", [pending, in_progress, complete, failed, expired, completed])?;
    let page = filters.page(PAGE_SIZE)?;
    let challenges = gateway.store.challenges(&session.user.id, wanted, &page, gateway.clock.now()).await?;
    let challenges = challenges.ok_or(Code::CursorNotFound)?;
    let filters = [("status", wanted.map(Status::name))];
    let links = links(&gateway, "/v1/w3s/user/challenges", &filters, &page, &challenges, |challenge| &challenge.id);
    let challenges = challenges.items.iter().map(shapes::challenge).collect();
    Ok((links, Json(Data { data: Challenges { challenges } })))
}
