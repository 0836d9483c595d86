//! ROTATION and ROTATE: new encryption contexts for wallets that a provider holds. What is begun goes on at the gateway, whether
//! or not anybody looks on.

use repin_core::api::{NewContext, RotateRequest, RotationReply, RotationRequest, RotationState, Step, WalletRotation};
use repin_core::context::{MAGIC, derive_context};

use super::{Link, Session, SessionError};
use crate::platform::Platform;

/// The most wallets a person can have; what a gateway says beyond is none of ours.
const MAX_WALLETS: usize = 64;

impl Session {
    /// ROTATION: which wallets there are, and where each stands. After the proof, or when the challenge is complete: then in a new run,
    /// in which nothing is proved and nothing can be begun.
    ///
    /// # Errors
    /// Those of an exchange and of [`Session::open`]; 155117 before the proof and after the registration window.
    pub async fn rotation(&mut self, platform: &impl Platform, link: &Link) -> Result<RotationReply, SessionError> {
        if self.committed {
            self.reopen(platform, link).await?;
        }
        let reply = self.exchange(Step::Rotation, &RotationRequest {}, platform, link).await?;
        check(reply)
    }

    /// ROTATE: starts the rotation of every wallet of `known` that is idle or done, to its next version, and tells where all of
    /// them stand. With nothing to start it asks as [`Session::rotation`] does.
    ///
    /// # Errors
    /// [`SessionError::Protocol`] before the proof; those of an exchange. Asked twice, nothing is started twice.
    pub async fn rotate(
        &mut self,
        known: &RotationReply,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<RotationReply, SessionError> {
        let data_key = &self.proof.as_ref().ok_or(SessionError::Protocol)?.data_key;
        let contexts: Vec<_> = known
            .wallets
            .iter()
            .filter_map(|wallet| {
                next(wallet).map(|version| {
                    let context = derive_context(data_key, MAGIC, &wallet.wallet, version);
                    NewContext { wallet: wallet.wallet.clone(), version, context }
                })
            })
            .collect();
        if contexts.is_empty() {
            return self.rotation(platform, link).await;
        }
        let reply = self.exchange(Step::Rotate, &RotateRequest { contexts }, platform, link).await?;
        check(reply)
    }
}

/// The version that a wallet can be rotated to now, if it can.
fn next(wallet: &WalletRotation) -> Option<u32> {
    let free = matches!(wallet.state, RotationState::Idle | RotationState::Done);
    wallet.version.checked_add(1).filter(|_| free)
}

fn check(reply: RotationReply) -> Result<RotationReply, SessionError> {
    if reply.wallets.len() <= MAX_WALLETS { Ok(reply) } else { Err(SessionError::Protocol) }
}
