//! Wallets as the database knows them: shares that are sealed, and addresses.

use async_trait::async_trait;
use repin_core::api::{Address, UnixMs};
use repin_core::wallet::WalletId;

use super::{Committed, MessageKey, Reply, Result};

/// A wallet as stored.
#[derive(Clone)]
pub struct Wallet {
    /// Names it, in the associated data of both shares.
    pub id: WalletId,
    /// The person's share, sealed under their data key: 72 bytes.
    pub user_share: Vec<u8>,
    /// The gateway's share, sealed with the storage key.
    pub gateway_share: Vec<u8>,
    /// One for each chain, in the protocol's order.
    pub addresses: Vec<Address>,
    /// When it was made.
    pub created: UnixMs,
}

/// The part of the store that keeps wallets.
#[async_trait]
pub trait Wallets: Send + Sync {
    /// A user's wallet (by our name for the user), when there is one.
    async fn wallet(&self, user: &str) -> Result<Option<Wallet>>;
    /// Takes a CREATE_WALLET: the wallet, the challenge complete, its runs ended. Refused when there is a wallet, and without a
    /// way back.
    async fn create_wallet(&self, key: &MessageKey<'_>, user: &str, new: &Wallet, reply: &Reply) -> Result<Committed>;
    /// Takes an EXPORT: the challenge complete, its runs ended. The wallet stays as it is.
    async fn export_wallet(&self, key: &MessageKey<'_>, user: &str, reply: &Reply, now: UnixMs) -> Result<Committed>;
}
