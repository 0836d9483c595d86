//! `/recover/{challengeId}`: the page where a challenge is carried out. One page for all of them; its script looks at the path,
//! and nothing of a challenge is told before the ticket is shown.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;

use crate::assets;
use crate::frame::PERMISSIONS_POLICY;
use crate::gateway::Gateway;

const PAGE: &str = "redirect.html";

/// The page's route.
pub fn router() -> Router<Arc<Gateway>> {
    Router::new().route("/recover/{challengeId}", get(page))
}

async fn page(headers: HeaderMap) -> Response {
    let response = assets::starts_widget(assets::file(PAGE, &headers).unwrap_or_else(assets::missing_widget));
    // Nobody frames it: that is what the frame's page is for, which says where the person is.
    let mut response = assets::secured(response, assets::policy("'self' data:", "'none'"));
    let permissions = HeaderName::from_static("permissions-policy");
    response.headers_mut().insert(permissions, HeaderValue::from_static(PERMISSIONS_POLICY));
    response
}
