//! Customers, as a host's backend names and sees them.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::body::Body;
use super::caller::Caller;
use super::refusal::{Refusal, RefusalBody};
use super::shapes::{self, Answer, Customer, CustomerBody};
use crate::gateway::Gateway;
use crate::store::{self, User};

/// The longest name and reference, in characters.
const MAX_NAME: usize = 128;

/// Creates a customer.
///
/// Their id is their userId on Circle's face.
#[utoipa::path(
    post, path = "/v2/customers", operation_id = "planbokCreateCustomer", tag = "Planbok",
    request_body = CustomerBody,
    responses(
        (status = 201, description = "Created.", body = Answer<Customer>),
        (status = 400, description = "A field is wrong, or the app has a customer of this refId.", body = RefusalBody),
    ),
    security(("PlanbokApiKey" = [])),
)]
pub async fn create(
    Caller { caller, .. }: Caller,
    State(gateway): State<Arc<Gateway>>,
    body: Bytes,
) -> Result<(StatusCode, Json<Answer<Customer>>), Refusal> {
    let body = Body::parse(&body)?;
    let name = body.text("name", MAX_NAME)?.to_owned();
    let ref_id = body.optional("refId", MAX_NAME)?.map(str::to_owned);
    let new = store::Customer { name, ref_id };
    let user = gateway.store.create_customer(&caller.app.id, &new, gateway.clock.now()).await?;
    let user = user.ok_or_else(|| Refusal::bad("A customer with this refId already exists"))?;
    Ok((StatusCode::CREATED, Json(Answer::new(shapes::customer(&user, Some(new))))))
}

/// Shows a customer.
#[utoipa::path(
    get, path = "/v2/customers/{id}", operation_id = "planbokGetCustomer", tag = "Planbok",
    params(("id" = String, Path)),
    responses(
        (status = 200, description = "The customer.", body = Answer<Customer>),
        (status = 404, description = "The app has no such customer.", body = RefusalBody),
    ),
    security(("PlanbokApiKey" = [])),
)]
pub async fn get(
    caller: Caller,
    State(gateway): State<Arc<Gateway>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Answer<Customer>>, Refusal> {
    let user = find(&gateway, &caller, id.ok().map(|Path(id)| id)).await?;
    let said = gateway.store.customer(&user.id).await?;
    Ok(Json(Answer::new(shapes::customer(&user, said))))
}

/// A customer of the caller's app.
///
/// # Errors
/// 404 for unknown and for another app's alike.
pub async fn find(gateway: &Gateway, caller: &Caller, id: Option<String>) -> Result<User, Refusal> {
    let unknown = || Refusal::new(StatusCode::NOT_FOUND, "Customer not found");
    let id = id.ok_or_else(unknown)?;
    gateway.store.user(&caller.caller.app.id, &id).await?.ok_or_else(unknown)
}
