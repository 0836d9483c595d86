//! For whoever keeps the gateway running: is the process there, and can it work?

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::outage::NoAnswer;
use crate::store::Readiness;

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
        (status = 503, description = "It is stopping, or the store does not answer, takes nothing new or is of a newer version.", body = Health),
    ),
    extensions(("x-repin" = json!(true))),
)]
async fn ready(State(gateway): State<Arc<Gateway>>) -> (StatusCode, Json<Health>) {
    match gateway.readiness().await {
        Ok(()) => (StatusCode::OK, Json(Health { status: "ready" })),
        Err(status) => (StatusCode::SERVICE_UNAVAILABLE, Json(Health { status })),
    }
}

impl Gateway {
    /// Whether it can work and goes on to.
    ///
    /// # Errors
    /// Why not, in words.
    pub(crate) async fn readiness(&self) -> Result<(), &'static str> {
        if self.draining.load(Ordering::SeqCst) {
            return Err("stopping");
        }
        let why = match self.outage.readiness(self).await {
            Ok(Readiness::Ready) => return Ok(()),
            Ok(Readiness::ReadOnly) => "the store is open for reading only",
            Ok(Readiness::Full) => "the store's disk takes nothing new",
            Ok(Readiness::Newer) => "the store's tables are of a newer version",
            Err(NoAnswer) => "the store does not answer",
        };
        tracing::warn!("not ready: {why}");
        Err(why)
    }
}
