//! The module that the worker fetches for a wallet: one function, and a memory that erases what it frees. The worker wipes
//! all of that memory after the one call, and lets go of it (`npm/src/worker_wallet.ts`).

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() {}

/// 32 bytes of entropy into the CBOR of `repin_core::wallet::WalletKeys`; nothing for bytes that are no entropy.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn derive(entropy: &[u8]) -> Vec<u8> {
    let keys = repin_core::secret::Secret::copy_from(entropy).and_then(|entropy| repin_wallet::derive(&entropy));
    keys.map(|keys| repin_core::wire::to_bytes(&keys)).unwrap_or_default()
}
