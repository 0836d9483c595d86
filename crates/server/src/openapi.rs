//! The OpenAPI 3.1 document of everything but pages and files: made of the same lists of routes that are served, and of the
//! same types that are sent.

use std::sync::{Arc, LazyLock};

use axum::http::header;
use axum::response::IntoResponse;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, ContentBuilder, OpenApi as Document, Ref, ResponseBuilder};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::gateway::Gateway;
use crate::{circle, health, magic, planbok, protocol};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Repin gateway",
        description = "PIN recovery for user-controlled wallets. The paths under /v1/w3s, their shapes and codes are those of \
            Circle's user-controlled wallets; operations that are Repin's own are marked `x-repin`. Every answer carries \
            `X-Request-Id`. Any call may be refused with 2, 401, 413, 429 or 156007, any call with a user token with 155103, \
            155104, 155105 or 155109, and an error of the gateway itself is -1 with status 500. Calls of Circle's API for \
            what Repin does not cover are answered 501 with 155199.",
        contact(name = "Repin"),
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/")),
    tags(
        (name = "Users"),
        (name = "Challenges"),
        (name = "Configuration"),
        (name = "Webhooks", description = "Subscriptions and the keys that verify what they are told: docs/webhooks.md."),
        (name = "Planbok", description = "Planbok's paths and words, with a page of ours to go to: docs/planbok.md."),
        (name = "Magic", description = "Wallets that Magic holds, whose API is retired: docs/magic.md."),
        (name = "Widget", description = "The widget's own traffic: not for hosts."),
        (name = "Health"),
    ),
    modifiers(&SecuritySchemes),
)]
struct Outline;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Components::new);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("TEST_API_KEY:<id>:<secret> or LIVE_API_KEY:<id>:<secret>");
        components.add_security_scheme("ApiKey", SecurityScheme::Http(bearer.build()));
        let header = ApiKeyValue::with_description(
            "PLANBOK-X-API-KEY",
            "TEST_API_KEY:<id>:<secret> or LIVE_API_KEY:<id>:<secret>",
        );
        components.add_security_scheme("PlanbokApiKey", SecurityScheme::ApiKey(ApiKey::Header(header)));
        let header = ApiKeyValue::with_description("X-User-Token", "From POST /v1/w3s/users/token; valid for an hour.");
        components.add_security_scheme("UserToken", SecurityScheme::ApiKey(ApiKey::Header(header)));
    }
}

static JSON: LazyLock<String> = LazyLock::new(|| {
    let router = OpenApiRouter::with_openapi(Outline::openapi());
    let router = router
        .merge(circle::routes())
        .merge(protocol::routes())
        .merge(planbok::routes())
        .merge(magic::routes())
        .merge(health::routes())
        .merge(routes());
    let mut document = router.into_openapi();
    for (path, item) in &mut document.paths.paths {
        let shape = if planbok::speaks_planbok(path) { "PlanbokError" } else { "Error" };
        let operations =
            [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete, &mut item.options];
        operations.into_iter().flatten().for_each(|operation| add_refusal(operation, shape));
    }
    // Plain data, whose keys are all strings: it cannot fail.
    document.to_pretty_json().unwrap_or_default()
});

/// What every operation may answer as well.
fn add_refusal(operation: &mut Operation, shape: &str) {
    let schema = Ref::from_schema_name(shape);
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let refusal = ResponseBuilder::new().description("Any other refusal.").content("application/json", content);
    operation.responses.responses.entry("default".to_owned()).or_insert_with(|| refusal.build().into());
}

/// The document, as it is served and as it is committed in `docs/openapi.json`.
pub fn openapi_json() -> &'static str {
    &JSON
}

/// `/openapi.json`.
pub fn routes() -> OpenApiRouter<Arc<Gateway>> {
    OpenApiRouter::new().routes(routes!(document))
}

/// This document.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "openapi", tag = "Configuration",
    responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json")),
    extensions(("x-repin" = json!(true))),
)]
async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], openapi_json())
}
