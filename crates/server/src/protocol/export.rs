//! EXPORT: both shares, to somebody who proved the PIN. Under the ratcheted key, which neither the host's backend nor any proxy has.

use repin_core::api::{ChallengeType, ExportReply, ExportRequest};
use repin_core::error::Code;

use super::message::{Answered, Failure, Message};

/// Gives the shares out and ends the challenge, in one transaction with the audit row. The same bytes again get the same
/// reply; for other shares, or the same once more, another challenge and another proof are needed.
///
/// # Errors
/// 155117 before the proof, after the registration window, or in another type of challenge; 155182 without a wallet; 155121 and
/// 155122 when the challenge is over.
pub async fn answer(message: &Message) -> Answered {
    let ExportRequest {} = message.decode()?;
    message.check_registration_open()?;
    if message.challenge.kind != ChallengeType::ExportKeys {
        return Err(Code::InvalidApproveContent.into());
    }
    let (gateway, user) = (&message.gateway, &message.session.user.id);
    let wallet = gateway.store.wallet(user).await?.ok_or(Code::WalletNotFound)?;
    let opened = gateway.keys.open_from_storage(&message.wallet_identifier(&wallet.id), &wallet.gateway_share);
    let gateway_share = opened.map_err(|error| {
        tracing::error!(%error, "the gateway's share of a wallet");
        Failure::Internal(error.into())
    })?;
    let reply = message.seal(&ExportReply {
        wallet_id: wallet.id.to_vec(),
        user_share: wallet.user_share,
        gateway_share,
        addresses: wallet.addresses,
        exported_at: message.now,
    });
    let committed = gateway.store.export_wallet(&message.key(), user, &reply, message.now).await?;
    message.committed(committed, reply)
}
