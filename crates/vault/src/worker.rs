//! The vault in a Web Worker: the browser as [`Platform`], messages in, view models out. The page ends the worker when
//! the flow is over; it never ends itself, so that what it still has to send leaves.

mod browser;

use futures_channel::mpsc;
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
use zeroize::Zeroizing;

use crate::flow::{Event, ViewModel};
use browser::Browser;

/// Takes over the worker's messages and runs one flow. Call once, in a worker.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let (sender, events) = mpsc::unbounded();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        if let Some(event) = read_event(&message) {
            let _ = sender.unbounded_send(event);
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Lives as long as the worker.
    on_message.forget();
    wasm_bindgen_futures::spawn_local(async move {
        crate::runner::run(&Browser, events, |view| show(&scope, &view)).await;
    });
}

/// The event in a message. Whatever is not one is dropped: only our own page can post here.
fn read_event(message: &MessageEvent) -> Option<Event> {
    let bytes = message.data().dyn_into::<Uint8Array>().ok()?;
    // It may hold a PIN: erased here when read, and in the JavaScript buffer at once.
    let copy = Zeroizing::new(bytes.to_vec());
    bytes.fill(0, 0, bytes.length());
    minicbor::decode(&copy).ok()
}

fn show(scope: &DedicatedWorkerGlobalScope, view: &ViewModel) {
    let mut bytes = Vec::new();
    // Writing to a Vec cannot fail.
    let _ = minicbor::encode(view, &mut bytes);
    let array = Uint8Array::from(bytes.as_slice());
    let _ = scope.post_message(&array);
}
