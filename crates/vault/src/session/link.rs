//! Sends a request until it is answered. When the gateway cannot be reached the same bytes wait for the person to try
//! again: the gateway answers them with the reply it already made, and charges nothing twice.

use std::cell::{Cell, RefCell};

use futures_channel::oneshot;

use super::SessionError;
use crate::platform::{Platform, Reply, Request, Unreachable};
use repin_core::error::Code;

/// The state of the connection, shared by the session, which waits on it, and the runner, which shows it.
#[derive(Default)]
pub struct Link {
    waiting: RefCell<Option<oneshot::Sender<()>>>,
    changed: RefCell<Option<oneshot::Sender<()>>>,
    once: bool,
    unsure: Cell<bool>,
}

impl Link {
    /// A link that gives up after one try, for messages whose loss harms nobody.
    pub(super) fn once() -> Self {
        Self { once: true, ..Self::default() }
    }

    /// Whether a request waits for [`Link::retry`].
    pub fn is_waiting(&self) -> bool {
        self.waiting.borrow().is_some()
    }

    /// Whether something was sent that nobody answered, or a guess is charged and its end not known.
    pub fn is_unsure(&self) -> bool {
        self.unsure.get()
    }

    /// A guess is charged, or its end is known.
    pub(super) fn set_unsure(&self, unsure: bool) {
        self.unsure.set(unsure);
    }

    /// Sends the waiting request again. Nothing happens if none waits.
    pub fn retry(&self) {
        if let Some(waiting) = self.waiting.borrow_mut().take() {
            let _ = waiting.send(());
        }
    }

    /// Resolves the next time a request starts to wait.
    pub fn went_offline(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        *self.changed.borrow_mut() = Some(sender);
        receiver
    }

    pub(super) async fn send(&self, request: &Request, platform: &impl Platform) -> Result<Reply, SessionError> {
        loop {
            // One quiet repetition: a kept-alive connection that the other side has closed fails exactly once.
            for _ in 0..if self.once { 1 } else { 2 } {
                match platform.send(request).await {
                    Ok(reply) if reply.status < 500 && reply.status != 429 => return Ok(reply),
                    Ok(_) | Err(Unreachable) => self.set_unsure(true),
                }
            }
            if self.once {
                let (attempts, server_time) = (None, None);
                return Err(SessionError::Refused { code: Code::NetworkError, attempts, server_time });
            }
            self.wait().await;
        }
    }

    /// Waits for [`Link::retry`]; until then the connection counts as lost.
    pub async fn wait(&self) {
        let (sender, receiver) = oneshot::channel();
        *self.waiting.borrow_mut() = Some(sender);
        if let Some(changed) = self.changed.borrow_mut().take() {
            let _ = changed.send(());
        }
        // The sender lives in `self`; it can only be dropped together with this future.
        let _ = receiver.await;
    }
}
