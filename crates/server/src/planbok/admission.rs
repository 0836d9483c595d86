//! Who gets a visit's session: whoever has the link's ticket, which is good once, or the cookie that the browser got for it.
//!
//! The cookie is one that only our own pages send, to this one route, and that no script can read: so a reload goes on, be it that a
//! phone threw the page away while the person read their mail. An answer that was lost on the way costs nobody their link: the page
//! shows a nonce of its own beside the ticket, and with the same one the ticket gives the same cookie.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use repin_core::api::UnixMs;

use super::link::{Token, hash, own_origin};
use super::refusal::Refusal;
use crate::error::ApiError;
use crate::gateway::Gateway;
use crate::protocol::origin::is_own;
use crate::store::Link;

const COOKIE: &str = "repin-visit";

/// Whether the browser that asks may have a session.
pub enum Admitted {
    /// With a new cookie for a ticket.
    Yes(Option<Token>),
    No,
}

/// What a page has of its link.
pub struct Shown<'a> {
    pub ticket: &'a str,
    pub nonce: Option<&'a str>,
}

/// A nonce that nobody guesses: 32 bytes in hexadecimal.
const NONCE: usize = 64;

/// By the ticket, or by the cookie that was given for it: also when the ticket comes again from the browser's history.
pub async fn admit(
    gateway: &Gateway,
    id: &str,
    link: &Link,
    shown: Option<Shown<'_>>,
    headers: &HeaderMap,
    now: UnixMs,
) -> Result<Admitted, Refusal> {
    if let Some(Shown { ticket, nonce }) = shown {
        let nonce = nonce.filter(|nonce| nonce.len() == NONCE);
        let cookie = nonce.map_or_else(Token::make, |nonce| Ok(Token::of_page(ticket, nonce)))?;
        let used_now = gateway.store.use_ticket(id, &hash(ticket), &cookie.hash(), now).await?;
        // Used by this very page, perhaps since the link was read.
        if used_now || nonce.is_some() && is_resumed(gateway, id, &cookie).await? {
            return Ok(Admitted::Yes(Some(cookie)));
        }
    }
    let shown = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let shown = shown.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut shown = shown.filter(|(name, _)| *name == COOKIE);
    let known = link.resume.as_ref();
    let good = |value: &str| known.is_some_and(|known| verify_slices_are_equal(known, &hash(value)).is_ok());
    Ok(if shown.any(|(_, value)| good(value)) { Admitted::Yes(None) } else { Admitted::No })
}

async fn is_resumed(gateway: &Gateway, id: &str, cookie: &Token) -> Result<bool, Refusal> {
    let known = gateway.store.link(id).await?.and_then(|link| link.resume);
    Ok(known.is_some_and(|known| verify_slices_are_equal(&known, &cookie.hash()).is_ok()))
}

/// Browsers say whose page sends; a page of another origin gets nothing, and reads nothing either.
pub fn only_ours(gateway: &Gateway, headers: &HeaderMap) -> Result<(), Refusal> {
    let sender = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let ours = sender.is_some_and(|origin| is_own(gateway, headers, origin));
    if ours { Ok(()) } else { Err(Refusal::new(StatusCode::FORBIDDEN, "Only the gateway's own page asks for this")) }
}

/// The header that gives a browser its cookie, for so many seconds.
pub fn set_cookie(
    gateway: &Gateway,
    headers: &HeaderMap,
    id: &str,
    cookie: &Token,
    seconds: u64,
) -> Result<HeaderValue, Refusal> {
    let secure = own_origin(gateway, headers).is_none_or(|origin| origin.starts_with("https:"));
    let secure = if secure { "; Secure" } else { "" };
    let value = cookie.expose();
    let text =
        format!("{COOKIE}={value}; Path=/v1/repin/visits/{id}/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(text).map_err(|_| ApiError::Internal.into())
}
