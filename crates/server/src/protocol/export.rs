//! EXPORT: both shares, to somebody who proved the PIN. Under the ratcheted key, which neither the host's backend nor any proxy has.

use repin_core::api::{ChallengeType, ExportReply, ExportRequest};
use repin_core::error::Code;

use super::message::{Answered, Failure, Message};
use super::send_code::{language, open_address};
use crate::mail::Letter;
use crate::store::{Committed, Recorded};

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
    if matches!(committed, Committed::Recorded(Recorded::Now)) {
        tell_by_mail(message);
    }
    message.committed(committed, reply)
}

/// Tells whoever has an address that their keys were given out: were it not them, the money can still be moved. Behind the reply, as a mail
/// server may take twenty seconds; what cannot be sent is in the log, and the host has the event.
fn tell_by_mail(message: &Message) {
    let Some(email) = message.session.user.email.clone().filter(|_| message.gateway.mailer.is_some()) else { return };
    let (gateway, user, language) = (message.gateway.clone(), message.session.user.id.clone(), language(message));
    message.gateway.tasks.spawn(async move {
        let address = open_address(&gateway.keys, &user, &email);
        let address = address.inspect_err(|error| tracing::error!(%error, "a user's address"));
        if let (Some(mailer), Ok(address)) = (&gateway.mailer, address)
            && let Err(error) = mailer.send(&address, language, Letter::Exported).await
        {
            tracing::error!(%error, "the word that keys were given out could not be sent");
        }
    });
}
