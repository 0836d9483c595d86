//! The vault in a Web Worker: the browser as [`Platform`](crate::platform::Platform), messages in, view models out, and
//! `null` once nothing is left to do. The page ends the worker then, or soon after the last screen if a farewell to the
//! gateway takes too long; the worker never ends itself.

mod browser;

use futures_channel::mpsc;
use js_sys::{Array, Uint8Array};
use repin_core::wire;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
use zeroize::Zeroizing;

use crate::flow::{Event, Handed, ViewModel};
pub use browser::Browser;

/// Takes over the worker's messages and runs one flow. Call once, in a worker.
pub fn start() {
    start_with(|events, show| crate::runner::run(&Browser, events, show));
}

/// As [`start`], with another run in the vault's place.
pub fn start_with<R: Future<Output = ()> + 'static>(
    run: impl FnOnce(mpsc::UnboundedReceiver<Event>, fn(ViewModel)) -> R,
) {
    let (sender, events) = mpsc::unbounded();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        if let Some(event) = read_event(&message) {
            let _ = sender.unbounded_send(event);
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Lives as long as the worker.
    on_message.forget();
    let run = run(events, show);
    wasm_bindgen_futures::spawn_local(async move {
        run.await;
        let _ = scope().post_message(&JsValue::NULL);
    });
}

/// The event in a message. Whatever is not one is dropped: only our own page can post here.
fn read_event(message: &MessageEvent) -> Option<Event> {
    let bytes = message.data().dyn_into::<Uint8Array>().ok()?;
    // It may hold a PIN: erased here when read, and in the JavaScript buffer at once.
    let copy = Zeroizing::new(bytes.to_vec());
    bytes.fill(0, 0, bytes.length());
    wire::from_bytes(&copy).ok()
}

fn show(view: ViewModel) {
    let array = Uint8Array::from(wire::to_bytes(&view).as_slice());
    let _ = scope().post_message(&array);
}

/// Posts key material as a buffer, which no view model is: what it is, then the bytes. The buffer is moved, not copied.
pub fn hand_over(handed: &Handed) {
    let (what, secret) = handed.parts();
    let array = Uint8Array::new_with_length(secret.len() as u32 + 1);
    array.set_index(0, what);
    // Needed in clear: the person asked to see it, or to save it.
    array.subarray(1, array.length()).copy_from(secret.expose_secret());
    let buffer = array.buffer();
    let _ = scope().post_message_with_transfer(&buffer, &Array::of1(&buffer));
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
