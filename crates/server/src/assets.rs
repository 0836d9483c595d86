//! The widget, from this binary: the files of `dist/` with the headers that keep foreign code out of the page.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::error::ApiError;

/// Only our own files run, only our own gateway is called, and no text becomes markup or the address of a script.
/// `images` and `ancestors` are lists of sources.
pub fn policy(images: &str, ancestors: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; \
        style-src 'self'; img-src {images}; font-src 'self'; base-uri 'none'; form-action 'none'; \
        frame-ancestors {ancestors}; trusted-types pin-recovery; require-trusted-types-for 'script'"
    )
}

#[derive(RustEmbed)]
#[folder = "../../dist"]
#[allow_missing = true]
struct Dist;

/// Files below this and [`hash`] are kept by browsers for good: with another content they have another name.
const KEPT: &str = "files/";
/// A year, which HTTP knows as for ever.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// Names without a hash: a browser keeps the file and asks each time whether it is still the one.
const ASK_AGAIN: &str = "no-cache";
/// Asked for by the hash of another version, as of a node that is newer or older: given, for it may well do, and not kept under that name.
const NOT_KEPT: &str = "no-store";
/// What the widget starts with, and how: what a page's script would otherwise ask for one after the other.
const STARTS_WITH: [(&str, &str); 3] = [
    ("repin.js", "rel=modulepreload"),
    ("repin_widget.js", "rel=modulepreload"),
    ("repin_widget_bg.wasm", "rel=preload; as=fetch; crossorigin"),
];

/// Answers whatever no other route does.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return ApiError::Route(StatusCode::NOT_FOUND).into_response();
    }
    let path = match uri.path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    // Nobody frames the page, nor any file.
    let policy = policy("'self' data:", "'none'");
    match file(path, &headers) {
        Some(response) => secured(response, policy),
        None if path == "index.html" => secured(missing_widget(), policy),
        None => ApiError::Route(StatusCode::NOT_FOUND).into_response(),
    }
}

/// A file that the page cannot do without and that this program was built without.
pub fn missing() -> Option<&'static str> {
    ["index.html", "repin.js", "repin_widget_bg.wasm"].into_iter().find(|file| Dist::get(file).is_none())
}

/// A page whose script starts the widget: the header that has its files fetched while that script is.
pub fn starts_widget(mut page: Response) -> Response {
    let links = hash().map(|hash| STARTS_WITH.map(|(file, how)| format!("</{KEPT}{hash}/{file}>; {how}")).join(", "));
    if let Some(Ok(links)) = links.map(HeaderValue::try_from) {
        page.headers_mut().insert(header::LINK, links);
    }
    page
}

/// Of all files together, as the build made it; `None` without a widget.
fn hash() -> Option<String> {
    let file = Dist::get("hash.txt")?;
    std::str::from_utf8(&file.data).ok().map(str::to_owned)
}

/// The file that a path means, and how long it may be kept under that name.
fn named(path: &str) -> (&str, &'static str) {
    match path.strip_prefix(KEPT).and_then(|rest| rest.split_once('/')) {
        Some((named, file)) if hash().is_some_and(|hash| hash == named) => (file, FOR_GOOD),
        Some((_, file)) => (file, NOT_KEPT),
        None => (path, ASK_AGAIN),
    }
}

/// A file of `dist/`, compressed for those who take it.
pub fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let (path, kept) = named(path);
    let accepts_brotli = headers.get_all(header::ACCEPT_ENCODING).iter().any(accepts_brotli);
    let brotli = if accepts_brotli { Dist::get(&format!("{path}.br")) } else { None };
    let encoding = brotli.is_some().then_some("br");
    let mut response = found(path, brotli.or_else(|| Dist::get(path))?, encoding, headers);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    Some(response)
}

fn found(path: &str, file: EmbeddedFile, encoding: Option<&'static str>, request: &HeaderMap) -> Response {
    let hash: String = file.metadata.sha256_hash().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{hash}\"");
    let unchanged = request.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.data.into_owned()))
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// What is told where the page should be.
pub fn missing_widget() -> Response {
    const TEXT: &str = "This gateway was built without the widget.\n\
        Build both with: cargo xtask demo\n";
    (StatusCode::NOT_FOUND, TEXT).into_response()
}

/// A page or a file with the headers around it. A policy that cannot be sent leaves none of it.
pub fn secured(mut response: Response, policy: String) -> Response {
    let Ok(policy) = HeaderValue::try_from(policy) else { return ApiError::Internal.into_response() };
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    let fixed = [
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        // A page that isolates itself frames only what does so too, workers included.
        (header::HeaderName::from_static("cross-origin-embedder-policy"), "credentialless"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether `br` is listed, and not with a weight of zero.
fn accepts_brotli(value: &HeaderValue) -> bool {
    value.to_str().unwrap_or_default().split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("br") && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        for (value, expected) in
            [("gzip, br", true), ("br;q=0.5", true), ("br;q=0", false), ("gzip", false), ("", false)]
        {
            assert_eq!(accepts_brotli(&HeaderValue::from_static(value)), expected, "{value}");
        }
    }

    #[test]
    fn wasm_has_the_type_that_streaming_compilation_needs() {
        assert_eq!(content_type("repin_bg.wasm"), "application/wasm");
        assert_eq!(content_type("no-extension"), "application/octet-stream");
    }
}
