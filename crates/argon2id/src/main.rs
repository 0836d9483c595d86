//! The module as the worker sees it: numbers in and out, and its memory (`npm/src/worker_argon2id.ts`).
//!
//! `reserve`, write the inputs to where it says, `begin`, `fill` by each number, `finish`, read the tag at the same place. All of it
//! lies between `__heap_base` and the end of the memory, for there is no allocator. Whoever calls puts the memory back.
#![cfg_attr(target_arch = "wasm32", no_std, no_main)]

#[cfg(not(target_arch = "wasm32"))]
fn main() {}

/// To export a name counts as unsafe, for two of the same would be one. Beside that there is one line of it.
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code)]
mod exports {
    use core::arch::wasm32;
    use repin_argon2id::{Block, Cost, Inputs, Refused};

    /// The first block after the stack is for inputs, and then for the tag: what all of them may come to.
    type Letter = [u8; Block::BYTES];
    const PAGE: usize = 64 * 1024;
    const DONE: u32 = 0;
    const REFUSED: u32 = 1;

    /// Makes sure of the memory. Returns where the inputs go; 0 when the device has not enough, or for no cost.
    #[unsafe(no_mangle)]
    extern "C" fn reserve(m_kib: u32, t: u32, p: u32) -> usize {
        let Some(blocks) = Cost { m_kib, t, p }.blocks().checked_add(1) else { return 0 };
        let Some(end) = blocks.checked_mul(Block::BYTES).and_then(|bytes| bytes.checked_add(start())) else { return 0 };
        let missing = end.div_ceil(PAGE).saturating_sub(wasm32::memory_size::<0>());
        if missing > 0 && wasm32::memory_grow::<0>(missing) == usize::MAX {
            return 0;
        }
        start()
    }

    /// Inputs stand one behind the other; their lengths in bytes.
    #[unsafe(no_mangle)]
    extern "C" fn begin(
        m_kib: u32,
        t: u32,
        p: u32,
        password: usize,
        salt: usize,
        secret: usize,
        data: usize,
        tag: usize,
    ) -> u32 {
        let Some((letter, memory)) = parts() else { return REFUSED };
        let mut rest = &letter[..];
        let mut next = |length: usize| {
            let (input, after) = rest.split_at_checked(length)?;
            rest = after;
            Some(input)
        };
        let (Some(password), Some(salt), Some(secret), Some(data)) =
            (next(password), next(salt), next(secret), next(data))
        else {
            return REFUSED;
        };
        told(repin_argon2id::begin(Cost { m_kib, t, p }, Inputs { password, salt, secret, data }, tag, memory))
    }

    #[unsafe(no_mangle)]
    extern "C" fn fill(m_kib: u32, t: u32, p: u32, segment: u32) -> u32 {
        let Some((_, memory)) = parts() else { return REFUSED };
        told(repin_argon2id::fill(Cost { m_kib, t, p }, segment, memory))
    }

    #[unsafe(no_mangle)]
    extern "C" fn finish(m_kib: u32, t: u32, p: u32, tag: usize) -> u32 {
        let Some((letter, memory)) = parts() else { return REFUSED };
        let Some(tag) = letter.get_mut(..tag) else { return REFUSED };
        told(repin_argon2id::finish(Cost { m_kib, t, p }, tag, memory))
    }

    fn told(result: Result<(), Refused>) -> u32 {
        if result.is_ok() { DONE } else { REFUSED }
    }

    // SAFETY: the linker makes it, and only its address is taken.
    unsafe extern "C" {
        /// The linker's: where its own data and the stack end.
        safe static __heap_base: u8;
    }

    fn start() -> usize {
        (&raw const __heap_base).addr().next_multiple_of(Block::BYTES)
    }

    /// Nothing before the first `reserve`.
    fn parts() -> Option<(&'static mut Letter, &'static mut [Block])> {
        let start = start();
        let blocks = ((wasm32::memory_size::<0>() * PAGE).checked_sub(start)? / Block::BYTES).checked_sub(1)?;
        let letter: *mut Letter = core::ptr::with_exposed_provenance_mut(start);
        // SAFETY: from `start`, which is aligned, to the end of the memory nothing lies but this, and any bytes are words. There
        // is one thread, in one export at a time, and none calls this twice.
        unsafe { Some((&mut *letter, core::slice::from_raw_parts_mut(letter.add(1).cast(), blocks))) }
    }

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        wasm32::unreachable()
    }
}
