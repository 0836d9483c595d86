//! A device with 48 MiB: no memory for the key stretching is told as that, before a guess is spent or a new secret is
//! registered, and nothing is tried again at a lower cost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::evidence;
use common::gateway::{Enrolled, Gateway, KSF, PIN, open_reply, session};
use futures_util::{FutureExt, stream};
use repin_core::api::*;
use repin_core::credential::DEFAULT_KSF;
use repin_core::error::Code;
use repin_core::secret::SecretBytes;
use repin_vault::flow::{Event, Screen, ViewModel};
use repin_vault::runner;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

const DEVICE: usize = 48 * 1024 * 1024;

/// The system's memory, of which there is only so much.
struct Small;

static USED: AtomicUsize = AtomicUsize::new(0);
/// The largest that was asked for and not given.
static REFUSED: AtomicUsize = AtomicUsize::new(0);

// An allocator is unsafe to write; this one adds and compares.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Small {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Ordering::SeqCst);
        if used + layout.size() > DEVICE {
            USED.fetch_sub(layout.size(), Ordering::SeqCst);
            REFUSED.fetch_max(layout.size(), Ordering::SeqCst);
            return std::ptr::null_mut();
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::SeqCst);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static MEMORY: Small = Small;

/// Lives a flow through with a person who, told of a failure, tries again twice: the screens in order.
fn live(gateway: &Gateway, proves: bool) -> Vec<Screen> {
    let secret = |text: &str| SecretBytes::new(text.as_bytes().to_vec());
    let mut events = vec![Event::Start(session())];
    if proves {
        events.push(Event::SubmitPin(secret(PIN)));
        events.extend([Event::Retry, Event::SubmitPin(secret(PIN))]);
    } else {
        events.extend(["730562"; 2].map(|pin| Event::SubmitPin(secret(pin))));
        events.extend([Event::Retry, Event::Retry]);
    }
    let seen = RefCell::new(Vec::new());
    let show = |view: ViewModel| seen.borrow_mut().push(view.screen);
    runner::run(gateway, stream::iter(events), show).now_or_never().expect("the flow does not wait");
    seen.into_inner()
}

fn tells_of_memory(screens: &[Screen]) -> usize {
    let code = Code::EncryptionFailed.number();
    screens.iter().filter(|screen| **screen == Screen::Failed { code, retryable: true }).count()
}

/// A gateway that asks for the default cost of 64 MiB.
fn costly(enrolled: &Enrolled, kind: ChallengeType) -> Gateway<'_> {
    enrolled.lying(kind, move |step, honest| match step {
        Step::Open => {
            let reply = open_reply(kind);
            let prove_ksf = reply.prove_ksf.map(|_| DEFAULT_KSF);
            encode(&OpenReply { prove_ksf, register_ksf: DEFAULT_KSF, ..reply }).expose_secret().to_vec()
        }
        _ => honest,
    })
}

/// One test, for both need the memory to themselves.
#[test]
fn without_memory_no_guess_is_spent_no_secret_is_registered_and_nothing_is_stretched_less() {
    let enrolled = Enrolled::make();
    let mut told = 0;
    for kind in [ChallengeType::ChangePin, ChallengeType::SetPin] {
        let proves = kind.proves().is_some();
        let gateway = costly(&enrolled, kind);
        let screens = live(&gateway, proves);
        assert!(tells_of_memory(&screens) >= 2, "each time it is tried: {screens:?}");
        told += tells_of_memory(&screens);
        let heard = gateway.heard.borrow().clone();
        assert!(heard.iter().all(|step| matches!(step, Step::Open | Step::Cancel)), "{heard:?}");
        assert!(gateway.committed.borrow().is_empty());
    }
    let refused = REFUSED.load(Ordering::SeqCst);
    assert_eq!(refused, 64 * 1024 * 1024, "it was the stretching that asked for it");

    // The control: what the device does have memory for is done, at that very cost.
    let gateway = enrolled.honest(ChallengeType::SetPin);
    let screens = live(&gateway, false);
    assert!(matches!(screens.last(), Some(Screen::Done { .. })), "{screens:?}");
    assert_eq!(*gateway.committed.borrow(), [KSF]);
    evidence::say(
        29,
        format_args!(
            "on 48 MiB a stretching of {} MiB is refused {told} of {told} times: 0 guesses spent, 0 secrets registered, 0 weaker retries",
            refused >> 20
        ),
        format_args!("at {} MiB the same person comes to the end", KSF.m_kib >> 10),
    );
}
