//! The page's end of the boundary, with workers made up here in the vault's place.
#![cfg(target_arch = "wasm32")]
// Clippy knows `#[test]`, where a panic is the message, but not `#[wasm_bindgen_test]`.
#![allow(clippy::unwrap_used, clippy::panic)]

mod stage;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Reflect};
use repin::face::loading;
use repin::vault_client::VaultClient;
use repin_core::secret::SecretBytes;
use repin_core::wire;
use repin_vault::flow::{Event, Screen, ViewModel};
use stage::{sleep, view};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Blob, Url, Worker};

wasm_bindgen_test_configure!(run_in_browser);

fn worker(script: &str) -> Worker {
    let blob = Blob::new_with_str_sequence(&Array::of1(&script.into())).unwrap();
    Worker::new(&Url::create_object_url_with_blob(&blob).unwrap()).unwrap()
}

type Heard = Rc<RefCell<Vec<ViewModel>>>;

fn client(script: &str) -> (VaultClient, Heard) {
    let heard = Heard::default();
    let listener = heard.clone();
    let client = VaultClient::new(worker(script), move |view| listener.borrow_mut().push(view));
    (client, heard)
}

/// A worker that shows the view and then does as told.
fn showing(view: &ViewModel, then: &str) -> String {
    format!("postMessage(new Uint8Array({:?})); {then}", wire::to_bytes(view))
}

#[wasm_bindgen_test]
async fn what_the_vault_shows_arrives_as_it_is() {
    let shown = view(Screen::NewPin { length: 6, problem: None, first: false });
    let (_client, heard) = client(&showing(&shown, ""));
    sleep(300).await;
    assert_eq!(*heard.borrow(), [shown]);
}

#[wasm_bindgen_test]
async fn a_number_is_how_far_the_vault_is_and_no_view() {
    let (client, heard) = client("postMessage(0.25); postMessage(1)");
    let told = Rc::new(RefCell::new(Vec::new()));
    let listener = told.clone();
    client.on_progress(move |share| listener.borrow_mut().push(share));
    sleep(300).await;
    assert_eq!((*told.borrow()).clone(), [0.25, 1.0]);
    assert!(heard.borrow().is_empty() && !client.is_dead());
}

#[wasm_bindgen_test]
async fn an_event_goes_over_as_bytes_that_only_the_worker_holds() {
    // The worker tells what it got: its type and length, but nothing of its content.
    let script = "onmessage = ({ data }) => { const ok = data instanceof Uint8Array && data.length > 6; \
                  postMessage(ok ? new Uint8Array(OFFLINE) : 0) }";
    let script = script.replace("OFFLINE", &format!("{:?}", wire::to_bytes(&view(Screen::Offline))));
    let (client, heard) = client(&script);
    client.send(&Event::SubmitPin(SecretBytes::new(b"493817".to_vec())));
    sleep(300).await;
    assert_eq!(*heard.borrow(), [view(Screen::Offline)]);
}

#[wasm_bindgen_test]
async fn a_vault_that_dies_or_babbles_is_a_failure_that_a_new_one_may_mend() {
    for script in
        ["setTimeout(() => { throw new Error('trap') })", "postMessage('hello')", "postMessage(new Uint8Array([1, 2]))"]
    {
        let (client, heard) = client(script);
        assert!(!client.is_dead());
        sleep(300).await;
        let failed = ViewModel { screen: Screen::Failed { code: -1, retryable: true }, ..loading() };
        assert_eq!(*heard.borrow(), [failed], "{script}");
        assert!(client.is_dead());
    }
}

#[wasm_bindgen_test]
async fn a_hushed_vault_is_not_shown_any_more() {
    let (client, heard) = client(&showing(&view(Screen::Offline), ""));
    client.hush();
    sleep(300).await;
    assert!(heard.borrow().is_empty());
}

/// Counts up in a channel for as long as the worker lives.
const HEARTBEAT: &str =
    "const heart = new BroadcastChannel('NAME'); let n = 0; setInterval(() => heart.postMessage(n += 1), 20);";

async fn beats(name: &str) -> u32 {
    let script = format!(
        "const c = new BroadcastChannel('{name}'); window['{name}'] ??= 0; c.onmessage = () => window['{name}'] += 1; \
         setTimeout(() => c.close(), 300)"
    );
    js_sys::eval(&script).unwrap();
    sleep(350).await;
    let window = leptos::prelude::window();
    let beats = Reflect::get(&window, &name.into()).unwrap().as_f64().unwrap() as u32;
    Reflect::set(&window, &name.into(), &0.into()).unwrap();
    beats
}

#[wasm_bindgen_test]
async fn the_worker_ends_with_its_client() {
    let (client, _) = client(&HEARTBEAT.replace("NAME", "dropped"));
    assert!(beats("dropped").await > 0, "the control: it lives");
    drop(client);
    sleep(100).await;
    assert_eq!(beats("dropped").await, 0);
}

#[wasm_bindgen_test]
async fn the_worker_ends_when_it_says_that_nothing_is_left_to_do() {
    let script = HEARTBEAT.replace("NAME", "null") + "setTimeout(() => postMessage(null), 100);";
    let (_client, heard) = client(&script);
    sleep(400).await;
    assert_eq!(beats("null").await, 0);
    assert!(heard.borrow().is_empty());
}
