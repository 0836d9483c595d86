//! The browser as the vault's world: `fetch`, `crypto.getRandomValues`, `performance.now`, and its Unicode tables.

use base64::Engine;
use gloo_net::http;
use js_sys::{JsString, Promise, RegExp, Uint8Array};
use rand_core::OsRng;
use repin_core::answers::Unicode;
use repin_core::api::KsfParams;
use repin_core::secret::Secret;
use repin_core::stretching::{Argon2id, KeyStretching, OutOfMemory, SALT};
use repin_core::wallet::WalletKeys;
use repin_core::wire;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, ReferrerPolicy, RequestCache, RequestCredentials};
use zeroize::Zeroizing;

use crate::flow::Handed;
use crate::platform::{Platform, Reply, Request, Unreachable};

/// How long one request may take, in milliseconds. Far beyond any honest network; without it a connection that hangs
/// would hang the person.
const TIMEOUT_MS: u32 = 30_000;

/// The worker's surroundings. Works in a page too, but for timers.
pub struct Browser;

impl Platform for Browser {
    type Rng = OsRng;

    fn rng(&self) -> OsRng {
        OsRng
    }

    fn now_ms(&self) -> f64 {
        scope().performance().map_or(0.0, |performance| performance.now())
    }

    async fn send(&self, request: &Request) -> Result<Reply, Unreachable> {
        let timeout = web_sys::AbortSignal::timeout_with_u32(TIMEOUT_MS);
        let response = http::Request::post(&request.url())
            .header("Content-Type", "application/json")
            .header("X-User-Token", &request.user_token)
            // The token is all the gateway needs; cookies and referrers would only tell on the person.
            .credentials(RequestCredentials::Omit)
            .referrer_policy(ReferrerPolicy::NoReferrer)
            .cache(RequestCache::NoStore)
            .abort_signal(Some(&timeout))
            .body(request.body())
            .map_err(|_| Unreachable)?
            .send()
            .await
            .map_err(|_| Unreachable)?;
        let status = response.status();
        let text = response.text().await.map_err(|_| Unreachable)?;
        let json = js_sys::JSON::parse(&text).map_err(|_| Unreachable)?;
        let field = |name: &str| js_sys::Reflect::get(&json, &JsValue::from_str(name)).ok();
        let sealed = field("sealed").and_then(|value| value.as_string());
        Ok(Reply {
            status,
            code: field("code").and_then(|value| value.as_f64()).map(|code| code as i32),
            sealed: sealed.and_then(|text| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()),
        })
    }

    async fn load_argon2id(&self) -> Result<(), Unreachable> {
        loaded(script().load_argon2id()).await
    }

    fn stretching(&self, cost: KsfParams) -> KeyStretching {
        KeyStretching::new(cost, &ARGON2ID)
    }

    fn warm_up(&self, KsfParams { m_kib, t, p }: KsfParams) {
        let _ = script().warm_argon2id(m_kib, t, p);
    }

    async fn load_wallet(&self) -> Result<(), Unreachable> {
        loaded(script().load_wallet()).await
    }

    fn derive_wallet(&self, entropy: &Secret<32>) -> Option<WalletKeys> {
        // Needed in clear: what the other module derives from. A buffer and no text, which nobody could erase.
        let buffer = Uint8Array::from(&entropy.expose_secret()[..]);
        let derived = script().derive_wallet(&buffer);
        buffer.fill(0, 0, buffer.length());
        let derived = derived.ok()?;
        let bytes = Zeroizing::new(derived.to_vec());
        derived.fill(0, 0, derived.length());
        wire::from_bytes(&bytes).ok()
    }

    async fn yield_now(&self) {
        // A timer and not a promise: messages that were posted leave the worker first.
        let promise = Promise::new(&mut |resolve, _| {
            let _ = scope().set_timeout_with_callback(&resolve);
        });
        let _ = JsFuture::from(promise).await;
    }

    fn hand_over(&self, handed: &Handed) {
        super::hand_over(handed);
    }
}

impl Unicode for Browser {
    fn nfkc(&self, text: &str) -> String {
        JsString::from(text).normalize("NFKC").into()
    }

    fn uppercase(&self, text: &str) -> String {
        JsString::from(text).to_upper_case().into()
    }

    fn lowercase(&self, text: &str) -> String {
        JsString::from(text).to_lower_case().into()
    }

    fn is_ignored(&self, character: char) -> bool {
        if character.is_ascii() {
            return !character.is_ascii_alphanumeric();
        }
        RegExp::new(r"[\p{P}\p{S}\p{Z}\p{Cc}\p{Cf}]", "u").test(character.encode_utf8(&mut [0; 4]))
    }
}

async fn loaded(promise: Result<Promise, JsValue>) -> Result<(), Unreachable> {
    JsFuture::from(promise.map_err(|_| Unreachable)?).await.map(drop).map_err(|_| Unreachable)
}

static ARGON2ID: Argon2id = Argon2id {
    reserve: |KsfParams { m_kib, t, p }| match script().reserve_argon2id(m_kib, t, p) {
        Ok(true) => Ok(()),
        _ => Err(OutOfMemory),
    },
    derive: |KsfParams { m_kib, t, p }, input, output| {
        // A buffer, erased on both sides.
        let buffer = Uint8Array::from(input);
        let tag = script().argon2id(m_kib, t, p, &buffer, &Uint8Array::from(&SALT[..]), output.len() as u32);
        buffer.fill(0, 0, buffer.length());
        let tag = tag.ok().filter(|tag| tag.length() as usize == output.len()).ok_or(OutOfMemory)?;
        tag.copy_to(output);
        tag.fill(0, 0, tag.length());
        Ok(())
    },
};

/// What the worker's script brings: `npm/src/worker_argon2id.ts` and `npm/src/worker_wallet.ts`.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = js_sys::Object)]
    type Script;
    #[wasm_bindgen(method, catch, js_name = loadArgon2id)]
    fn load_argon2id(this: &Script) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = reserveArgon2id)]
    fn reserve_argon2id(this: &Script, m_kib: u32, t: u32, p: u32) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn argon2id(
        this: &Script,
        m_kib: u32,
        t: u32,
        p: u32,
        input: &Uint8Array,
        salt: &Uint8Array,
        length: u32,
    ) -> Result<Uint8Array, JsValue>;
    #[wasm_bindgen(method, catch, js_name = warmArgon2id)]
    fn warm_argon2id(this: &Script, m_kib: u32, t: u32, p: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = loadWallet)]
    fn load_wallet(this: &Script) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deriveWallet)]
    fn derive_wallet(this: &Script, entropy: &Uint8Array) -> Result<Uint8Array, JsValue>;
}

fn script() -> Script {
    js_sys::global().unchecked_into()
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
