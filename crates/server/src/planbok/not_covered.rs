//! Planbok's calls for what Repin does not do: signing and transactions. Like Planbok, they ask for a way back first.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::caller::Caller;
use super::customers::find;
use super::refusal::{Refusal, RefusalBody};
use super::ways_back;
use crate::gateway::Gateway;

type Call = Result<Path<(String, String)>, PathRejection>;

/// Not covered: messages, typed data, transactions and delegate actions to be signed.
#[utoipa::path(
    post, path = "/v2/customers/{id}/sign/{what}", operation_id = "planbokSign", tag = "Planbok",
    params(("id" = String, Path), ("what" = String, Path)),
    responses(
        (status = 501, description = "Repin does not sign.", body = RefusalBody),
        (status = 403, description = "The customer has no way back.", body = RefusalBody),
    ),
    security(("PlanbokApiKey" = [])),
)]
pub async fn sign(caller: Caller, gateway: State<Arc<Gateway>>, call: Call) -> Refusal {
    refuse(&gateway, &caller, call, "signing").await
}

/// Not covered: transfers and calls of contracts.
#[utoipa::path(
    post, path = "/v2/customers/{id}/transactions/{what}", operation_id = "planbokTransact", tag = "Planbok",
    params(("id" = String, Path), ("what" = String, Path)),
    responses(
        (status = 501, description = "Repin sends no transactions.", body = RefusalBody),
        (status = 403, description = "The customer has no way back.", body = RefusalBody),
    ),
    security(("PlanbokApiKey" = [])),
)]
pub async fn transact(caller: Caller, gateway: State<Arc<Gateway>>, call: Call) -> Refusal {
    refuse(&gateway, &caller, call, "transactions").await
}

async fn refuse(gateway: &Gateway, caller: &Caller, call: Call, what: &str) -> Refusal {
    let id = call.ok().map(|Path((id, _))| id);
    let refused = find(gateway, caller, id).await.and_then(|user| ways_back::require(&user));
    let message = format!("Repin keeps PINs and wallets. It does not cover {what}");
    refused.err().unwrap_or_else(|| Refusal::new(StatusCode::NOT_IMPLEMENTED, message))
}
