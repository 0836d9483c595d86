//! The documented calls, with their documented refusals.

use std::future::pending;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::{Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::wallet::{Wallet, hex};
use crate::{Call, Fault, Simulator, State};

type Answer = Result<Response<UnsyncBoxBody<Bytes, io::Error>>, io::Error>;

/// A refusal: status, code and message of Magic's table.
struct Refused(u16, &'static str, &'static str);

const INVALID_FIELDS: Refused = Refused(400, "INVALID_REQUEST_FIELDS", "The request's fields are invalid.");
const MISSING_HEADER: Refused = Refused(400, "MISSING_REQUIRED_HEADER", "x-magic-secret-key is required.");
const INVALID_API_KEY: Refused = Refused(400, "INVALID_API_KEY", "The API key is invalid.");
const INVALID_PASSCODE: Refused =
    Refused(400, "INVALID_USER_PASSCODE", "The encryption_context or access_key is incorrect.");
const NOT_AVAILABLE: Refused = Refused(403, "METHOD_NOT_AVAILABLE", "This method is not available.");
const TIMEOUT: Refused = Refused(408, "REQUEST_TIMEOUT", "The request timed out. Please retry.");
const INTERNAL: Refused = Refused(500, "INTERNAL_SERVER_ERROR", "An unexpected error occurred.");

#[derive(Deserialize)]
struct NewGroup {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    resource_id: String,
}

#[derive(Deserialize)]
struct NewWallet {
    encryption_context: String,
    network: String,
    wallet_group_id: String,
}

#[derive(Deserialize)]
struct Confirm {
    wallet_id: String,
    encryption_context: String,
    recovery_key: String,
}

#[derive(Deserialize)]
struct SignData {
    wallet_id: String,
    encryption_context: String,
    access_key: String,
    raw_data_hash: String,
}

/// Answers a request, or ends its connection.
pub async fn answer(simulator: &Simulator, request: Request<Incoming>) -> Answer {
    let key = request.headers().get("x-magic-secret-key").map(|key| key.as_bytes().to_vec());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    match key {
        None => return refuse(&MISSING_HEADER),
        Some(key) if key != simulator.lock().secret_key.as_bytes() => return refuse(&INVALID_API_KEY),
        Some(_) => {}
    }
    match (method, path.as_str()) {
        (Method::POST, "/v1/api/wallet_group") => group(simulator, &body),
        (Method::POST, "/v1/api/wallet") => wallet(simulator, &body),
        (Method::POST, "/v1/api/wallet/recovery/confirm") => confirm(simulator, &body).await,
        (Method::POST, "/v1/api/wallet/sign_data") => sign(simulator, &body).await,
        _ => refuse(&NOT_AVAILABLE),
    }
}

fn group(simulator: &Simulator, body: &[u8]) -> Answer {
    let Ok(new) = serde_json::from_slice::<NewGroup>(body) else { return refuse(&INVALID_FIELDS) };
    let id = simulator.create_group();
    say(200, &json!({"data": {"uuid": id, "metadata": {"resource_id": new.metadata.resource_id}}}))
}

fn wallet(simulator: &Simulator, body: &[u8]) -> Answer {
    let Ok(new) = serde_json::from_slice::<NewWallet>(body) else { return refuse(&INVALID_FIELDS) };
    let mut state = simulator.lock();
    if new.encryption_context.is_empty() || !state.groups.contains(&new.wallet_group_id) {
        return refuse(&INVALID_FIELDS);
    }
    let wallet = Wallet::new(&new.wallet_group_id, &new.network, &new.encryption_context);
    let (known, shown) = (wallet.known(), of_creation(&wallet));
    state.wallets.insert(known.id, wallet);
    say(200, &shown)
}

async fn confirm(simulator: &Simulator, body: &[u8]) -> Answer {
    let Ok(asked) = serde_json::from_slice::<Confirm>(body) else { return refuse(&INVALID_FIELDS) };
    let fault = next(&mut simulator.lock(), &asked.wallet_id, Call::Confirm);
    if !fault.commits() {
        return before(fault).await;
    }
    let (shown, other) = {
        let mut state = simulator.lock();
        let Some(wallet) = state.wallets.get_mut(&asked.wallet_id) else { return refuse(&INVALID_FIELDS) };
        if asked.encryption_context.is_empty()
            || wallet.recover(&asked.recovery_key, &asked.encryption_context).is_none()
        {
            return refuse(&INVALID_FIELDS);
        }
        (of_recovery(wallet), of_creation(wallet))
    };
    after(fault, shown, other).await
}

async fn sign(simulator: &Simulator, body: &[u8]) -> Answer {
    let Ok(asked) = serde_json::from_slice::<SignData>(body) else { return refuse(&INVALID_FIELDS) };
    let fault = next(&mut simulator.lock(), &asked.wallet_id, Call::Sign);
    if !fault.commits() {
        return before(fault).await;
    }
    let Some(hash) = hash(&asked.raw_data_hash) else { return refuse(&INVALID_FIELDS) };
    let signed = match simulator.lock().wallets.get(&asked.wallet_id) {
        None => return refuse(&INVALID_FIELDS),
        Some(wallet) => wallet.sign(&asked.encryption_context, &asked.access_key, &hash),
    };
    let Some(signed) = signed else { return refuse(&INVALID_PASSCODE) };
    let signature = format!("{}{}{:02x}", signed.r, &signed.s[2..], signed.v);
    let shown = json!({"data": {
        "message_hash": hex(&hash), "r": signed.r, "s": signed.s, "v": signed.v, "signature": signature,
    }});
    after(fault, shown.clone(), shown).await
}

/// Counts the call, and what is to go wrong with it.
fn next(state: &mut State, wallet: &str, call: Call) -> Fault {
    let key = (wallet.to_owned(), call);
    *state.calls.entry(key.clone()).or_default() += 1;
    state.faults.get_mut(&key).and_then(std::collections::VecDeque::pop_front).unwrap_or(Fault::None)
}

async fn before(fault: Fault) -> Answer {
    match fault {
        Fault::StallBefore => pending().await,
        Fault::FailBefore => refuse(&INTERNAL),
        Fault::TimeoutBefore => refuse(&TIMEOUT),
        _ => Err(io::Error::other("the connection ends")),
    }
}

async fn after(fault: Fault, mut shown: Value, other: Value) -> Answer {
    match fault {
        Fault::DropAfter => Err(io::Error::other("the connection ends")),
        Fault::StallAfter => pending().await,
        Fault::CutAfter => cut(&shown),
        Fault::TimeoutAfter => refuse(&TIMEOUT),
        Fault::GarbageAfter => respond(200, "text/html", "<html><body>All is well.</body></html>".into()),
        Fault::AnotherWalletAfter => {
            shown["data"]["id"] = json!(Uuid::new_v4().to_string());
            say(200, &shown)
        }
        Fault::AnotherGroupAfter => {
            shown["data"]["wallet_group_id"] = json!(Uuid::new_v4().to_string());
            say(200, &shown)
        }
        Fault::AnotherShapeAfter => say(200, &other),
        _ => say(200, &shown),
    }
}

/// The documented answer to a recovery: `id`, and no `key_type`.
fn of_recovery(wallet: &Wallet) -> Value {
    let known = wallet.known();
    json!({"data": {
        "id": known.id, "recovery_key": known.recovery_key, "access_key": known.access_key, "network": wallet.network,
        "wallet_group_id": known.group, "metadata": {"resource_id": "customer-resource-id"},
        "time_created": wallet.created, "time_updated": wallet.updated,
    }})
}

/// The answer to a creation: `uuid`, and what the public client for Rust found in it beside the documents.
fn of_creation(wallet: &Wallet) -> Value {
    let known = wallet.known();
    json!({"data": {
        "uuid": known.id, "recovery_key": known.recovery_key, "access_key": known.access_key, "network": wallet.network,
        "wallet_group_id": known.group, "public_address": known.address, "key_type": "secp256k1",
    }})
}

/// 32 bytes in hexadecimal digits, with or without `0x`.
fn hash(text: &str) -> Option<[u8; 32]> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

fn refuse(Refused(status, code, message): &Refused) -> Answer {
    say(*status, &json!({"error": {"code": code, "message": message, "details": {}}}))
}

fn say(status: u16, body: &Value) -> Answer {
    respond(status, "application/json", body.to_string())
}

/// Announces the whole and sends a half, and then the connection ends.
fn cut(body: &Value) -> Answer {
    let mut half = body.to_string().into_bytes();
    let whole = half.len();
    half.truncate(whole / 2);
    let body = Half { whole: whole as u64, half: Some(half.into()) }.boxed_unsync();
    let response = Response::builder().header("content-type", "application/json").body(body);
    response.map_err(io::Error::other)
}

/// A body that ends too early.
struct Half {
    whole: u64,
    half: Option<Bytes>,
}

impl Body for Half {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let end = || Err(io::Error::other("the connection ends"));
        Poll::Ready(Some(self.half.take().map_or_else(end, |half| Ok(Frame::data(half)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.whole)
    }
}

fn respond(status: u16, kind: &str, body: String) -> Answer {
    let status = StatusCode::from_u16(status).map_err(io::Error::other)?;
    let body = Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed_unsync();
    Response::builder().status(status).header("content-type", kind).body(body).map_err(io::Error::other)
}
