//! JSON of the routes for wallets that Magic holds. No key is ever in it.
#![allow(dead_code)] // bodies are described here, and read by `registration`

use repin_core::api::RotationState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::date::date;
use crate::store;

/// A wallet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MagicWallet {
    /// Ours.
    #[schema(format = "uuid")]
    id: String,
    /// Magic's name for it.
    wallet_id: String,
    /// Magic's name for its group.
    wallet_group_id: String,
    network: String,
    /// What the person may know it by.
    label: String,
    /// Of the encryption context in use; 0 before the first rotation.
    context_version: u32,
    state: MagicState,
    #[schema(format = DateTime)]
    create_date: String,
    #[schema(format = DateTime)]
    update_date: String,
}

/// Where a wallet stands. UNKNOWN: an answer of Magic's was lost, nothing was moved. FROZEN: an operator was told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum MagicState {
    Idle,
    Rotating,
    Done,
    Unknown,
    Frozen,
}

/// As it stands at the time of asking.
pub fn wallet(wallet: &store::MagicWallet) -> MagicWallet {
    MagicWallet {
        id: wallet.id.clone(),
        wallet_id: wallet.wallet.clone(),
        wallet_group_id: wallet.group.clone(),
        network: wallet.network.clone(),
        label: wallet.label.clone(),
        context_version: wallet.version,
        state: match wallet.state {
            RotationState::Idle => MagicState::Idle,
            RotationState::Rotating => MagicState::Rotating,
            RotationState::Done => MagicState::Done,
            RotationState::Unknown => MagicState::Unknown,
            RotationState::Frozen => MagicState::Frozen,
        },
        create_date: date(wallet.created),
        update_date: date(wallet.updated),
    }
}

/// `data` of one wallet.
#[derive(Serialize, ToSchema)]
pub struct OneMagicWallet {
    pub wallet: MagicWallet,
}

/// `data` of a user's wallets.
#[derive(Serialize, ToSchema)]
pub struct MagicWallets {
    pub wallets: Vec<MagicWallet>,
}

/// Registers a wallet. Both keys are kept sealed and told to nobody.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MagicWalletBody {
    /// The same key with the same body gives the same wallet; with another body, 156020.
    #[schema(format = "uuid")]
    idempotency_key: String,
    /// The host's name for the user.
    #[schema(min_length = 5, max_length = 50, example = "user-0001")]
    user_id: String,
    /// As Magic told it when the wallet was made.
    #[schema(min_length = 1, max_length = 64)]
    wallet_id: String,
    #[schema(min_length = 1, max_length = 64)]
    wallet_group_id: String,
    #[schema(min_length = 1, max_length = 256)]
    access_key: String,
    #[schema(min_length = 1, max_length = 256)]
    recovery_key: String,
    /// As Magic calls it; of those with Ethereum's signatures.
    #[schema(min_length = 1, max_length = 32, example = "ETH")]
    network: String,
    /// What the person may know it by; the network unless given.
    #[schema(min_length = 1, max_length = 64)]
    label: Option<String>,
}

/// Asks for a recovery.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MagicRecoveryBody {
    /// The same key with the same body gives the same challenge; with another body, 156020.
    #[schema(format = "uuid")]
    idempotency_key: String,
    /// The host's name for the user.
    #[schema(min_length = 5, max_length = 50, example = "user-0001")]
    user_id: String,
}
