//! Users, as the host's backend names and sees them.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use repin_core::error::Code;

use super::body::Body;
use super::filters::Filters;
use super::link::links;
use super::requests::{PageQuery, UserIdBody, UsersQuery};
use super::shapes::{self, Data, EndUser, OneUser, Users};
use crate::auth::{Caller, HostSession};
use crate::error::{ApiError, ErrorBody};
use crate::gateway::Gateway;
use crate::store::{CredentialStatus, UserFilter};

/// Users on a page (Circle's default).
const PAGE_SIZE: u32 = 10;

/// Creates a user.
///
/// 155101 if the app has one of this name.
#[utoipa::path(
    post, path = "/v1/w3s/users", operation_id = "createUser", tag = "Users",
    request_body = UserIdBody,
    responses(
        (status = 201, description = "Created.", body = Data<EndUser>),
        (status = 409, description = "155101: the name is taken.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
)]
pub async fn create(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    body: Bytes,
) -> Result<(StatusCode, Json<Data<EndUser>>), ApiError> {
    let body = Body::parse(&body)?;
    let now = gateway.clock.now();
    let user = gateway.store.create_user(&caller.app.id, body.user_id()?, now).await?;
    let user = user.ok_or(Code::UserAlreadyExisted)?;
    Ok((StatusCode::CREATED, Json(Data { data: shapes::user(&user, now) })))
}

/// Shows a user.
#[utoipa::path(
    get, path = "/v1/w3s/users/{id}", operation_id = "getUser", tag = "Users",
    params(("id" = String, Path, description = "The host's name for the user.")),
    responses(
        (status = 200, description = "The user.", body = Data<OneUser>),
        (status = 404, description = "155102: the app has no user of this name.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
)]
pub async fn get(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Data<OneUser>>, ApiError> {
    let Path(id) = id.map_err(|_| Code::UserNotFound)?;
    let user = gateway.store.user(&caller.app.id, &id).await?.ok_or(Code::UserNotFound)?;
    Ok(Json(Data { data: OneUser { user: shapes::user(&user, gateway.clock.now()) } }))
}

/// Lists the app's users.
#[utoipa::path(
    get, path = "/v1/w3s/users", operation_id = "listUsers", tag = "Users",
    params(UsersQuery, PageQuery),
    responses(
        (status = 200, description = "A page.", body = Data<Users>,
            headers(("Link" = String, description = "The first, the next and the previous page (RFC 8288)."))),
        (status = 404, description = "156012: there is no user of the cursor's id.", body = ErrorBody),
    ),
    security(("ApiKey" = [])),
)]
pub async fn list(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    filters: Filters,
) -> Result<(HeaderMap, Json<Data<Users>>), ApiError> {
    let statuses = || CredentialStatus::ALL.map(|status| (status.name(), status));
    let wanted = UserFilter {
        pin: filters.choice("pinStatus", statuses())?,
        answers: filters.choice("securityQuestionStatus", statuses())?,
    };
    let page = filters.page(PAGE_SIZE)?;
    let now = gateway.clock.now();
    let users = gateway.store.users(&caller.app.id, &wanted, &page, now).await?.ok_or(Code::CursorNotFound)?;
    let filters = [
        ("pinStatus", wanted.pin.map(CredentialStatus::name)),
        ("securityQuestionStatus", wanted.answers.map(CredentialStatus::name)),
    ];
    let links = links(&gateway, "/v1/w3s/users", &filters, &page, &users, |user| &user.id);
    let users = users.items.iter().map(|user| shapes::user(user, now)).collect();
    Ok((links, Json(Data { data: Users { users } })))
}

/// Shows the session's user.
///
/// Directly under `data`, not under `data.user`: so it is at Circle's.
#[utoipa::path(
    get, path = "/v1/w3s/user", operation_id = "getUserByToken", tag = "Users",
    responses((status = 200, description = "The user.", body = Data<EndUser>)),
    security(("ApiKey" = [], "UserToken" = [])),
)]
pub async fn get_own(HostSession(session): HostSession, State(gateway): State<Arc<Gateway>>) -> Json<Data<EndUser>> {
    Json(Data { data: shapes::user(&session.user, gateway.clock.now()) })
}
