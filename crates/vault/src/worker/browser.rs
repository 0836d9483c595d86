//! The browser as the vault's world: `fetch`, `crypto.getRandomValues`, `performance.now`, and its Unicode tables.

use base64ct::{Base64UrlUnpadded, Encoding};
use js_sys::{Array, JsString, Promise, RegExp, Uint8Array};
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
use web_sys::DedicatedWorkerGlobalScope;
use zeroize::Zeroizing;

use crate::flow::Handed;
use crate::platform::{Platform, Reply, Request, Unreachable};

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
        let answer = JsFuture::from(script().post(&request.url(), &request.user_token, &request.body()));
        let answer: Array = answer.await.map_err(|_| Unreachable)?.unchecked_into();
        let sealed = answer.get(2).as_string();
        Ok(Reply {
            status: answer.get(0).as_f64().map_or(0, |status| status as u16),
            code: answer.get(1).as_f64().map(|code| code as i32),
            sealed: sealed.and_then(|text| Base64UrlUnpadded::decode_vec(&text).ok()),
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

/// What the worker's script brings: `npm/src/worker.ts`, `npm/src/worker_argon2id.ts` and `npm/src/worker_wallet.ts`.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = js_sys::Object)]
    type Script;
    /// Comes to status, code and `sealed` of the answer; rejects when there was none.
    #[wasm_bindgen(method)]
    fn post(this: &Script, url: &str, token: &str, body: &str) -> Promise;
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
