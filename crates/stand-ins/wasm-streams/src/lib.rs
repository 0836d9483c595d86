//! Stands in for `wasm-streams`. Leptos brings that crate for server functions that stream, and this widget has no server
//! functions; but its classes are exported from every program it is linked into, whether they are used or not, and came
//! to 3 KiB of the download. Here is what `server_fn` names, so that it compiles: streams that are empty.

use futures_util::stream::{self, Stream};
use wasm_bindgen::{JsValue, UnwrapThrowExt};

/// A stream of JavaScript's.
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Wraps it.
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    /// Unwraps it.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// An empty one.
    pub fn from_stream(_: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> Self {
        Self(web_sys::ReadableStream::new().unwrap_throw())
    }

    /// Nothing that is in it.
    pub fn into_stream(self) -> impl Stream<Item = Result<JsValue, JsValue>> {
        stream::empty()
    }
}
