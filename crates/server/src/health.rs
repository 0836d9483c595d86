//! For whoever keeps the gateway running: is the process there, and can it work?

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;

/// `/health/live` and `/health/ready`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// How it is, in words.
#[derive(Serialize, ToSchema)]
struct Health {
    status: &'static str,
}

/// Answers while the process runs.
#[utoipa::path(
    get, path = "/health/live", operation_id = "live", tag = "Health",
    responses((status = 200, description = "The process is there.", body = Health)),
    extensions(("x-repin" = json!(true))),
)]
async fn live() -> Json<Health> {
    Json(Health { status: "live" })
}

/// Tells whether the gateway can work.
#[utoipa::path(
    get, path = "/health/ready", operation_id = "ready", tag = "Health",
    responses(
        (status = 200, description = "It can.", body = Health),
        (status = 503, description = "The store does not answer, or takes nothing new.", body = Health),
    ),
    extensions(("x-repin" = json!(true))),
)]
async fn ready(State(gateway): State<Arc<Gateway>>) -> (StatusCode, Json<Health>) {
    match gateway.outage.probe(&gateway).await {
        Ok(true) => (StatusCode::OK, Json(Health { status: "ready" })),
        Ok(false) => {
            tracing::warn!("not ready: the store is open for reading only");
            (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "the store is open for reading only" }))
        }
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status: "the store does not answer" }))
        }
    }
}
