//! The one WASM file, instantiated twice. The page's instance is the face and calls [`mount`]; the worker's is the vault.
//! Neither happens by itself: there is no `main`, which would bring the standard library's beginning of a program.

#![cfg_attr(target_arch = "wasm32", no_main)]

use repin::mount::{Mounted, Options, Session};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// Everything freed is erased: a PIN in a buffer that grew, an answer in a string that was folded.
///
/// `repin_leaky` leaves it out. That build is never shipped: in its memory the end-to-end tests must find what people
/// typed, or their search of the real one's would prove nothing.
#[cfg(not(repin_leaky))]
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// Natively nothing is run.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}

/// Fills `container` with the widget, which waits for [`WidgetHandle::start`].
#[wasm_bindgen]
pub fn mount(container: HtmlElement, options: Options) -> WidgetHandle {
    WidgetHandle(Mounted::new(container, options))
}

/// A widget that stands in the page.
#[wasm_bindgen]
pub struct WidgetHandle(Mounted);

#[wasm_bindgen]
impl WidgetHandle {
    /// Starts from the beginning with this session, in a new vault.
    pub fn start(&self, session: &Session) {
        self.0.start(session);
    }

    /// Goes on with a fresh session; without one the person is told that there is none.
    pub fn renew(&self, session: Option<Session>) {
        self.0.renew(session.as_ref());
    }

    /// Goes on in another language, with what was typed.
    pub fn speak(&self, locale: &str, messages: JsValue) {
        self.0.speak(locale, messages);
    }

    /// As if the person had closed and confirmed it.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Takes the widget down and ends the vault.
    pub fn unmount(self) {}
}

/// Called by the worker's script: from now on its messages are the vault's.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
pub fn start_vault() {
    repin_vault::worker::start();
}
