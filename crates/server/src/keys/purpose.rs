//! What keys are for.

use zeroize::Zeroizing;

use super::{KeyError, make, webhook};

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// OPAQUE's `oprf_seed` and AKE key pair, which every record needs that was made with it.
    OpaqueSetup,
    /// Signs session tokens.
    TokenSigning,
    /// Derives every session's encryptionKey.
    SessionMaster,
    /// Seals questions, hints and the state of runs; the audit's keys come from it.
    Storage,
    /// Signs webhooks.
    WebhookSigning,
    /// Seals the data key of whoever comes back by a code alone: who has it and the database opens those without a guess.
    Recovery,
}

/// The purposes by which a database shows that it belongs to another ring: without their keys it is worth nothing, it knows
/// some (`known`: purpose and `kid`, retired ones left out), and this ring `has` none of those.
pub fn of_another_ring<'a>(
    known: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    has: impl Fn(Purpose, &str) -> bool,
) -> impl Iterator<Item = Purpose> {
    Purpose::ALL.into_iter().filter(|purpose| purpose.is_indispensable()).filter(move |purpose| {
        let mut kids = known.clone().filter(|(name, _)| *name == purpose.name()).map(|(_, kid)| kid).peekable();
        kids.peek().is_some() && !kids.any(|kid| has(*purpose, kid))
    })
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::OpaqueSetup,
        Self::TokenSigning,
        Self::SessionMaster,
        Self::Storage,
        Self::WebhookSigning,
        Self::Recovery,
    ];

    /// The name in files, in the document and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpaqueSetup => "opaque-setup",
            Self::TokenSigning => "token-signing",
            Self::SessionMaster => "session-master",
            Self::Storage => "storage",
            Self::WebhookSigning => "webhook-signing",
            Self::Recovery => "recovery",
        }
    }

    /// The purpose with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// Whether a database that was filled with these keys is worth nothing without them.
    pub const fn is_indispensable(self) -> bool {
        matches!(self, Self::OpaqueSetup | Self::Storage | Self::Recovery)
    }

    /// A new key.
    ///
    /// # Errors
    /// [`KeyError::Generation`].
    pub(super) fn make(self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        match self {
            Self::OpaqueSetup => make::make_opaque_setup(),
            Self::TokenSigning => make::make_token_key(),
            Self::SessionMaster | Self::Storage | Self::Recovery => make::make_key(),
            Self::WebhookSigning => webhook::make(),
        }
    }
}
