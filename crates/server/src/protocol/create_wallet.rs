//! CREATE_WALLET: a seed that was made on the device, in two shares. The wallet is kept and the challenge done, or neither.

use repin_core::api::{ChallengeType, CreateWalletReply, CreateWalletRequest};
use repin_core::error::Code;
use repin_core::wallet::{SEALED_SHARE_LEN, SHARE_LEN, are_addresses};

use super::message::{Answered, Message};
use crate::store::Wallet;

/// Keeps the wallet. That the addresses are the seed's is for the device to say: neither share tells the gateway.
///
/// # Errors
/// 155117 before the proof, after the registration window, in another type of challenge, or for what is no wallet; 155181 when
/// the person has one; 155111 without a way back; 155121 and 155122 when the challenge is over.
pub async fn answer(message: &Message) -> Answered {
    let request: CreateWalletRequest = message.decode()?;
    message.check_registration_open()?;
    if message.challenge.kind != ChallengeType::CreateWallet {
        return Err(Code::InvalidApproveContent.into());
    }
    let wallet = wallet(message, request).ok_or(Code::InvalidApproveContent)?;
    let reply = message.seal(&CreateWalletReply { committed_at: message.now });
    let store = &message.gateway.store;
    let committed = store.create_wallet(&message.key(), &message.session.user.id, &wallet, &reply).await?;
    message.committed(committed, reply)
}

fn wallet(message: &Message, request: CreateWalletRequest) -> Option<Wallet> {
    let CreateWalletRequest { wallet_id, user_share, gateway_share, addresses } = request;
    let id = wallet_id.try_into().ok()?;
    let fits = user_share.len() == SEALED_SHARE_LEN && gateway_share.len() == SHARE_LEN && are_addresses(&addresses);
    fits.then(|| Wallet {
        id,
        user_share,
        gateway_share: message.gateway.keys.seal_for_storage(&message.wallet_identifier(&id), &gateway_share),
        addresses,
        created: message.now,
    })
}
