//! Makes the first new PIN a weak one on its way to the flow, whose own rule then refuses it.

use repin_core::api::{ChallengeType, CredentialKind};
use repin_core::secret::SecretBytes;
use repin_vault::flow::Event;

use crate::{Scenario, Script};

/// What every list of common PINs begins with.
const WEAK: &[u8] = b"123456";

/// Counts the PINs that pass until the first new one.
#[derive(Default)]
pub(crate) struct WeakPin {
    /// How many PINs pass as they are before one is replaced.
    pass: Option<u8>,
}

impl WeakPin {
    pub(crate) fn pass(&mut self, event: Event) -> Event {
        match event {
            Event::Start(session) => {
                let script = Script::of(&session).filter(|script| script.scenario == Scenario::WeakPin);
                self.pass = script.and_then(|script| first_new_pin(script.flow));
                Event::Start(session)
            }
            Event::SubmitPin(pin) if pin.len() == WEAK.len() => match self.pass {
                Some(0) => {
                    self.pass = None;
                    Event::SubmitPin(SecretBytes::new(WEAK.to_vec()))
                }
                left => {
                    self.pass = left.map(|left| left - 1);
                    Event::SubmitPin(pin)
                }
            },
            event => event,
        }
    }
}

/// Where the current PIN is asked for, the new one comes second.
fn first_new_pin(flow: ChallengeType) -> Option<u8> {
    flow.replaces().contains(&CredentialKind::Pin).then(|| u8::from(flow.proves() == Some(CredentialKind::Pin)))
}
