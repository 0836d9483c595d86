//! The pages that Circle's web SDK opens in an iframe: `/?origin=…`, `/device-id?origin=…` and `/social/…?origin=…`; and
//! `/frame?origin=…`, the one that our own package opens.
//!
//! The origin in the URL is a claim: whoever writes the URL writes it. Only an allowed one gets the page, and with it a
//! policy by which browsers let pages of that origin alone, all the way up, put it in a frame. Which app that origin may
//! speak for is not known before the app id arrives by message: that is checked in OPEN, before anything is shown.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::assets;
use crate::gateway::Gateway;
use crate::protocol::origin::is_allowed;

/// One page for all routes; its script looks at the path.
const PAGE: &str = "frame.html";
/// The longest origin: a host name of 253 characters, a scheme and a port.
const MAX_ORIGIN: usize = 267;
/// Features no page of ours uses, least of all one inside somebody else's.
pub const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), \
    geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), \
    xr-spatial-tracking=()";
const REFUSAL: &str = "This address is for a frame inside an app that this gateway knows. The origin it names is not \
    one of them.\nDevelopers: the operator allows an origin, exactly as browsers write it, with --allowed-origin or\n`repin-server admin app origins add`.\n";

/// The frame's routes. `/` without an origin is the single page.
pub fn router() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/", get(root))
        .route("/frame", get(page))
        .route("/device-id", get(page))
        .route("/social/verify-token", get(page))
        .route("/social/verify-email", get(page))
}

async fn root(gateway: State<Arc<Gateway>>, parts: Parts) -> Response {
    let names_one = |pair: &str| pair == "origin" || pair.starts_with("origin=");
    if parts.uri.query().is_some_and(|query| query.split('&').any(names_one)) {
        page(gateway, parts).await
    } else {
        assets::serve(parts.method, parts.uri, parts.headers).await
    }
}

async fn page(State(gateway): State<Arc<Gateway>>, parts: Parts) -> Response {
    let origin = match claimed(parts.uri.query()) {
        Some(origin) => match is_allowed(&gateway, &parts, origin).await {
            Ok(allowed) => allowed.then_some(origin),
            Err(error) => return error.into_response(),
        },
        None => None,
    };
    let ancestors = origin.unwrap_or("'none'");
    // Pictures that an app chooses for its users may come from its own hosts; nothing else does.
    let policy = assets::policy("'self' data: https:", ancestors);
    let response = match origin {
        Some(_) => assets::file(PAGE, &parts.headers).unwrap_or_else(assets::missing_widget),
        None => (StatusCode::FORBIDDEN, REFUSAL).into_response(),
    };
    // The other routes answer and are gone.
    let response = if origin.is_some() && matches!(parts.uri.path(), "/" | "/frame") {
        assets::starts_widget(response)
    } else {
        response
    };
    let mut response = assets::secured(response, policy);
    let permissions = HeaderName::from_static("permissions-policy");
    response.headers_mut().insert(permissions, HeaderValue::from_static(PERMISSIONS_POLICY));
    response
}

/// The origin that a query names: the one parameter there is, as it stands, for the SDK does not encode it.
fn claimed(query: Option<&str>) -> Option<&str> {
    let origin = query?.strip_prefix("origin=")?;
    let (scheme, rest) = origin.split_once("://")?;
    let host = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':' | b'[' | b']');
    let whole = origin.len() <= MAX_ORIGIN && !rest.is_empty() && rest.bytes().all(host);
    (whole && matches!(scheme, "https" | "http")).then_some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_taken_as_browsers_write_it_and_in_no_other_way() {
        for good in ["https://wallet.example", "http://localhost:3000", "https://[2001:db8::1]:8443"] {
            assert_eq!(claimed(Some(&format!("origin={good}"))), Some(good));
        }
        let long = format!("https://{}.example", "a".repeat(300));
        for bad in [
            "",
            "null",
            "*",
            "https://",
            "wallet.example",
            "HTTPS://wallet.example",
            "https://Wallet.example",
            "https://wallet.example/",
            "https://wallet.example#",
            "https://wallet.example&origin=https://other.example",
            "https://user@wallet.example",
            "https://wallet.example;script-src",
            "https://wallet.example https://other.example",
            "https%3A%2F%2Fwallet.example",
            "ftp://wallet.example",
            &long,
        ] {
            assert_eq!(claimed(Some(&format!("origin={bad}"))), None, "{bad}");
        }
        assert_eq!(claimed(Some("x=1&origin=https://wallet.example")), None);
        assert_eq!(claimed(None), None);
    }
}
