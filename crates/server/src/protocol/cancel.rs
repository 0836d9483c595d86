//! CANCEL: the person changed their mind. The run ends; the challenge stays for another.

use repin_core::api::{CancelReply, CancelRequest};

use super::message::{Answered, Message};
use crate::store::Change;

/// Ends the run, and erases what it knew.
pub async fn answer(message: &Message) -> Answered {
    let CancelRequest {} = message.decode()?;
    let reply = message.seal(&CancelReply {});
    let change = Change { ends: true, ..Change::default() };
    let recorded = message.gateway.store.record(&message.key(), &reply, &change, message.now).await?;
    Ok((reply, recorded))
}
