//! Everything the vault asks of the world: time, randomness, network, Unicode. The browser's is in [`crate::worker`];
//! tests hand in theirs.

use base64ct::{Base64UrlUnpadded, Encoding};
use rand_core::{CryptoRng, RngCore};
use repin_core::answers::Unicode;
use repin_core::api::{Envelope, KsfParams};
use repin_core::decimal::decimal;
use repin_core::secret::Secret;
use repin_core::stretching::KeyStretching;
use repin_core::wallet::WalletKeys;

use crate::flow::Handed;

/// One request, as any HTTP client can send it.
#[derive(Clone)]
pub struct Request {
    /// Base URL of the gateway without a trailing slash; empty for the page's own origin.
    pub api_base: String,
    /// In the URL's path. Checked to be a UUID before it gets here.
    pub challenge_id: String,
    /// The `X-User-Token` header. A token is ASCII; it is visible to the network stack, which erases nothing.
    pub user_token: String,
    /// The body.
    pub envelope: Envelope,
}

impl Request {
    /// The URL to POST to.
    pub fn url(&self) -> String {
        [self.api_base.as_str(), "/v1/repin/challenges/", &self.challenge_id, "/messages"].concat()
    }

    /// The JSON body. Every value is a number or of a JSON-safe alphabet, so nothing needs escaping.
    pub fn body(&self) -> String {
        let Envelope { run, seq, step, sealed } = &self.envelope;
        let sealed = Base64UrlUnpadded::encode_string(sealed);
        let (version, seq) = (decimal(repin_core::api::VERSION.into(), 1), decimal(*seq, 1));
        [
            r#"{"v":"#,
            &version,
            r#","run":""#,
            &format_uuid(run),
            r#"","seq":"#,
            &seq,
            r#","step":""#,
            step.name(),
            r#"","sealed":""#,
            &sealed,
            r#""}"#,
        ]
        .concat()
    }
}

/// A UUID in its 36 ASCII characters (RFC 9562).
pub fn format_uuid(bytes: &[u8; 16]) -> String {
    let mut out = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    out
}

/// What came back.
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Circle's number, of an error.
    pub code: Option<i32>,
    /// The sealed bytes of a reply, or of an error's details. Decoded from base64url.
    pub sealed: Option<Vec<u8>>,
}

/// No answer: offline, a reset connection, a proxy's error page. The same request can be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the gateway could not be reached")]
pub struct Unreachable;

/// The world, handed in.
pub trait Platform: Unicode {
    /// The generator that keys and nonces come from.
    type Rng: RngCore + CryptoRng;

    /// The generator itself.
    fn rng(&self) -> Self::Rng;

    /// Milliseconds on a clock that never goes back. For measuring only.
    fn now_ms(&self) -> f64;

    /// Sends a request and waits for its reply.
    ///
    /// # Errors
    /// [`Unreachable`] whenever it is not certain what the gateway did.
    fn send(&self, request: &Request) -> impl Future<Output = Result<Reply, Unreachable>>;

    /// Gets ready what [`Platform::derive_wallet`] needs. In the browser that is a module of its own, which nobody pays for
    /// who has no wallet to make or to export.
    ///
    /// # Errors
    /// [`Unreachable`] if it could not be fetched; it can be asked for again.
    fn load_wallet(&self) -> impl Future<Output = Result<(), Unreachable>>;

    /// Gets ready what [`Platform::stretching`] works with. In the browser that is a module of its own as well.
    ///
    /// # Errors
    /// [`Unreachable`] if it could not be fetched; it can be asked for again.
    fn load_argon2id(&self) -> impl Future<Output = Result<(), Unreachable>> {
        std::future::ready(Ok(()))
    }

    /// Argon2id at this cost.
    fn stretching(&self, cost: KsfParams) -> KeyStretching;

    /// Lets [`Platform::stretching`] get warm for this cost while the person reads and types, where that is of use.
    fn warm_up(&self, _: KsfParams) {}

    /// Addresses and keys of a seed, by `repin_wallet::derive`. `None` unless it is ready, and for one seed in 2^127 that has none.
    fn derive_wallet(&self, entropy: &Secret<32>) -> Option<WalletKeys>;

    /// Lets the page breathe: resolves after everything that was posted has been sent on its way.
    fn yield_now(&self) -> impl Future<Output = ()>;

    /// Posts key material to the page, which has just asked for it. Where there is no page it goes nowhere.
    fn hand_over(&self, _: &Handed) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use repin_core::api::Step;

    #[test]
    fn a_request_is_plain_json() {
        let request = Request {
            api_base: "https://pin.example".into(),
            challenge_id: "c4d1da72-111e-4d52-bdbf-2e74a2d803d5".into(),
            user_token: String::new(),
            envelope: Envelope { run: [0xab; 16], seq: 3, step: Step::Prove2, sealed: vec![255, 254, 253, 252] },
        };
        assert_eq!(
            request.url(),
            "https://pin.example/v1/repin/challenges/c4d1da72-111e-4d52-bdbf-2e74a2d803d5/messages"
        );
        assert_eq!(
            request.body(),
            r#"{"v":1,"run":"abababab-abab-abab-abab-abababababab","seq":3,"step":"PROVE_2","sealed":"__79_A"}"#
        );
    }
}
