//! SET_EMAIL: the address that was proved in this run becomes the way back, a code to it being enough. The gateway then holds the
//! data key of somebody who will know nothing, under a key of its own: SECURITY.md says what that means.

use repin_core::api::{SetEmailReply, SetEmailRequest};
use repin_core::error::Code;
use repin_core::secret::SecretBytes;

use super::message::{Answered, Message};
use super::send_code::{address_place, data_key_place};
use crate::store::{Commit, RecoveryEmail, WayBack};

/// Bytes of a data key.
const DATA_KEY_LEN: usize = 32;

/// Writes it all in one transaction.
///
/// # Errors
/// 155117 unless an address was proved in this run for a code alone, and in time; as COMMIT.
pub async fn answer(message: &Message) -> Answered {
    let request: SetEmailRequest = message.decode()?;
    message.check_registration_open()?;
    // Needed in clear: for its length.
    if request.data_key.expose_secret().len() != DATA_KEY_LEN {
        return Err(Code::InvalidApproveContent.into());
    }
    let asked = message.state.code.as_ref().filter(|asked| asked.proved && !asked.with_answers);
    let address = asked.and_then(|asked| asked.address.as_deref()).ok_or(Code::InvalidApproveContent)?;
    let (keys, user) = (&message.gateway.keys, &message.session.user.id);
    let email = RecoveryEmail {
        address: seal_address(message, address),
        data_key: Some(keys.seal_for_recovery(&data_key_place(user), &request.data_key)),
    };
    let commit = Commit { user, kind: message.challenge.kind, credentials: Vec::new() };
    let reply = message.seal(&SetEmailReply { committed_at: message.now });
    let way = WayBack::Code(email);
    let committed = message.gateway.store.set_way_back(&message.key(), &commit, &way, &reply, message.now).await?;
    message.committed(committed, reply)
}

/// An address as it lies in the store.
pub fn seal_address(message: &Message, address: &str) -> Vec<u8> {
    let place = address_place(&message.session.user.id);
    message.gateway.keys.seal_for_storage(&place, &SecretBytes::new(address.as_bytes().to_vec()))
}
