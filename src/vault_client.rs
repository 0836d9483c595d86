//! The page's end of the boundary: events go to the vault's worker as CBOR, view models come back. The worker, and every
//! secret in it, ends when this is dropped.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, ArrayBuffer, Uint8Array};
use leptos::prelude::set_timeout;
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
    dead: Rc<Cell<bool>>,
    keys_go_to: Rc<RefCell<Option<TakeKeys>>>,
    progress_goes_to: Rc<RefCell<Option<TakeProgress>>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut()>,
}

type TakeKeys = Box<dyn Fn(u8, &Uint8Array)>;
type TakeProgress = Box<dyn Fn(f64)>;

impl VaultClient {
    /// Talks to a worker that the loader has started and given the compiled module. `receive` gets every view model; a
    /// worker that dies, or says what is no view model, is shown as [`died`].
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
        let dead = Rc::new(Cell::new(false));
        let failed = {
            let (receive, dead, worker) = (receive.clone(), dead.clone(), worker.clone());
            move || {
                // It may have stopped in the middle of anything, with secrets in its memory.
                worker.terminate();
                dead.set(true);
                // In a task of its own: the loader, where it knows what was wrong, has taken the face down by then.
                let receive = receive.clone();
                set_timeout(move || receive(died()), Duration::ZERO);
            }
        };
        let on_error = Closure::<dyn FnMut()>::new(failed.clone());
        let ended = worker.clone();
        let keys_go_to = Rc::new(RefCell::<Option<TakeKeys>>::default());
        let take_keys = keys_go_to.clone();
        let progress_goes_to = Rc::new(RefCell::<Option<TakeProgress>>::default());
        let take_progress = progress_goes_to.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let data = message.data();
            match decode(&data) {
                // `null`: the vault has nothing left to do.
                _ if data.is_null() => ended.terminate(),
                None if data.is_instance_of::<ArrayBuffer>() => {
                    // Key material: what it is, then the bytes.
                    let bytes = Uint8Array::new(&data);
                    if let Some(take) = take_keys.borrow().as_ref().filter(|_| bytes.length() > 0) {
                        take(bytes.get_index(0), &bytes.subarray(1, bytes.length()));
                    }
                }
                Some(view) => receive(view),
                // A number: how much of a key stretching is done.
                None => match (data.as_f64(), take_progress.borrow().as_ref()) {
                    (None, _) => failed(),
                    (Some(share), Some(take)) => take(share),
                    (Some(_), None) => {}
                },
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Self { worker, hushed, dead, keys_go_to, progress_goes_to, _on_message: on_message, _on_error: on_error }
    }

    /// Key material, when the person has asked for it, goes here and nowhere else.
    pub fn on_keys(&self, take: impl Fn(u8, &Uint8Array) + 'static) {
        *self.keys_go_to.borrow_mut() = Some(Box::new(take));
    }

    /// How much of a key stretching is done, from 0 to 1, goes here while it is.
    pub fn on_progress(&self, take: impl Fn(f64) + 'static) {
        *self.progress_goes_to.borrow_mut() = Some(Box::new(take));
    }

    /// Posts an event. The bytes are moved, not copied, to the worker; what is left here is erased.
    pub fn send(&self, event: &Event) {
        let mut bytes = wire::to_bytes(event);
        let message = Uint8Array::from(bytes.as_slice());
        bytes.zeroize();
        // Only fails for what cannot be cloned or is detached; a fresh buffer is neither.
        let _ = self.worker.post_message_with_transfer(&message, &Array::of1(&message.buffer()));
    }

    /// It was shown as [`died`]: what is sent to it is lost.
    pub fn is_dead(&self) -> bool {
        self.dead.get()
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

/// The vault is gone, and nobody knows why. A new one may do better: what was typed is still in the page.
pub fn died() -> ViewModel {
    ViewModel { screen: Screen::Failed { code: -1, retryable: true }, ..loading() }
}

fn decode(data: &JsValue) -> Option<ViewModel> {
    let bytes = data.dyn_ref::<Uint8Array>()?.to_vec();
    wire::from_bytes(&bytes).ok()
}
