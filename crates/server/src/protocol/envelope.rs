//! The JSON around a sealed message. Strict: here both ends are ours, and an unknown field is a mistake or an attack.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use repin_core::api::{Envelope, MAX_PLAINTEXT, Step, VERSION};
use repin_core::channel::{NONCE_LEN, TAG_LEN};
use repin_core::error::Code;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// The longest `sealed`, in bytes.
const MAX_SEALED: usize = MAX_PLAINTEXT + NONCE_LEN + TAG_LEN;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    v: u8,
    run: &'a str,
    seq: u32,
    step: &'a str,
    sealed: &'a str,
}

/// What the OpenAPI document says of an envelope; [`parse`] and [`reply`] are what reads and writes it.
#[derive(ToSchema)]
#[schema(as = Envelope)]
#[allow(dead_code)] // described, never constructed
pub struct EnvelopeBody {
    /// Version of the protocol.
    #[schema(example = 1)]
    v: u8,
    #[schema(format = "uuid")]
    run: String,
    seq: u32,
    /// `OPEN`, `PROVE_1`, `PROVE_2`, `REGISTER`, `COMMIT` or `CANCEL`.
    step: String,
    /// base64url without padding.
    sealed: String,
}

/// Reads a request's envelope.
///
/// # Errors
/// [`Code::ParameterInvalid`] for anything but the fields of this version, each in its one form.
pub fn parse(body: &[u8]) -> Result<Envelope, Code> {
    let wire: Wire = serde_json::from_slice(body).map_err(|_| Code::ParameterInvalid)?;
    let step = Step::from_name(wire.step).filter(|_| wire.v == VERSION).ok_or(Code::ParameterInvalid)?;
    let run = Uuid::try_parse(wire.run).ok().filter(|run| run.to_string() == wire.run).ok_or(Code::ParameterInvalid)?;
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(wire.sealed).map_err(|_| Code::ParameterInvalid)?;
    if sealed.len() > MAX_SEALED {
        return Err(Code::ParameterInvalid);
    }
    Ok(Envelope { run: run.into_bytes(), seq: wire.seq, step, sealed })
}

/// A reply in the envelope of its request.
pub fn reply(request: &Envelope, sealed: &[u8]) -> Value {
    json!({
        "v": VERSION,
        "run": Uuid::from_bytes(request.run).to_string(),
        "seq": request.seq,
        "step": request.step.name(),
        "sealed": BASE64_URL_SAFE_NO_PAD.encode(sealed),
    })
}

/// An error that only the client can read in full.
pub fn error(code: Code, sealed: &[u8]) -> Value {
    json!({
        "code": code.number(),
        "message": code.message(),
        "sealed": BASE64_URL_SAFE_NO_PAD.encode(sealed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"v":1,"run":"c4d1da72-111e-4d52-bdbf-2e74a2d803d5","seq":0,"step":"OPEN","sealed":"AAAA"}"#;

    #[test]
    fn only_the_one_form_is_read() {
        assert!(parse(GOOD.as_bytes()).is_ok());
        for bad in [
            GOOD.replace("\"v\":1", "\"v\":2"),
            GOOD.replace("\"v\":1,", ""),
            GOOD.replace("\"v\":1", "\"v\":1,\"x\":1"),
            GOOD.replace("\"seq\":0", "\"seq\":-1"),
            GOOD.replace("\"seq\":0", "\"seq\":4294967296"),
            GOOD.replace("\"seq\":0", "\"seq\":0,\"seq\":1"),
            GOOD.replace("OPEN", "open"),
            GOOD.replace("AAAA", "AAA="),
            GOOD.replace("AAAA", "AA+A"),
            GOOD.replace("AAAA", &"A".repeat(30_000)),
            GOOD.replace("c4d1da72", "c4d1da7"),
            GOOD.replace("c4d1da72", "C4D1DA72"),
            format!("{GOOD}x"),
            String::new(),
        ] {
            assert_eq!(parse(bad.as_bytes()), Err(Code::ParameterInvalid), "{bad:.120}");
        }
    }
}
