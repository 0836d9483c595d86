//! The page's end of the boundary: events go to the vault's worker as CBOR, view models come back. The worker, and every
//! secret in it, ends when this is dropped.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use repin_core::wire;
use repin_vault::flow::{Event, Screen, ViewModel};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker};
use zeroize::Zeroize;

use crate::face::loading;

/// A vault in a worker of its own.
pub struct VaultClient {
    worker: Worker,
    hushed: Rc<Cell<bool>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut()>,
}

impl VaultClient {
    /// Talks to a worker that the loader has started and given the compiled module. `receive` gets every view model; a
    /// worker that dies, or says what is no view model, is shown as a failure with the code -1.
    pub fn new(worker: Worker, receive: impl Fn(ViewModel) + Clone + 'static) -> Self {
        let hushed = Rc::new(Cell::new(false));
        let receive = {
            let hushed = hushed.clone();
            move |view| {
                if !hushed.get() {
                    receive(view);
                }
            }
        };
        let failed = {
            let receive = receive.clone();
            move || receive(ViewModel { screen: Screen::Failed { code: -1, retryable: false }, ..loading() })
        };
        let on_error = Closure::<dyn FnMut()>::new(failed.clone());
        let ended = worker.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let data = message.data();
            match decode(&data) {
                // `null`: the vault has nothing left to do.
                _ if data.is_null() => ended.terminate(),
                Some(view) => receive(view),
                None => failed(),
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Self { worker, hushed, _on_message: on_message, _on_error: on_error }
    }

    /// Posts an event. The bytes are moved, not copied, to the worker; what is left here is erased.
    pub fn send(&self, event: &Event) {
        let mut bytes = wire::to_bytes(event);
        let message = Uint8Array::from(bytes.as_slice());
        bytes.zeroize();
        // Only fails for what cannot be cloned or is detached; a fresh buffer is neither.
        let _ = self.worker.post_message_with_transfer(&message, &Array::of1(&message.buffer()));
    }

    /// Nothing that the vault shows from now on is shown; it may finish telling the gateway.
    pub fn hush(&self) {
        self.hushed.set(true);
    }
}

impl Drop for VaultClient {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn decode(data: &JsValue) -> Option<ViewModel> {
    let bytes = data.dyn_ref::<Uint8Array>()?.to_vec();
    wire::from_bytes(&bytes).ok()
}
