//! CREATE_WALLET and EXPORT: a seed that is whole on this device alone, for as long as either of these runs.

use rand_core::RngCore;
use repin_core::api::{Address, CreateWalletReply, CreateWalletRequest, ExportReply, ExportRequest, Step};
use repin_core::secret::{Secret, SecretBytes};
use repin_core::wallet::{
    ExportedKey, NewSeed, WalletId, WalletKeys, join_shares, make_seed, open_user_share, seal_user_share,
    wallet_identifier,
};
use repin_core::wire::Wire;

use super::{Held, Link, Session, SessionError};
use crate::platform::Platform;

/// What a person takes with them.
pub struct Exported {
    /// One for each chain; those that the wallet was made with.
    pub addresses: Vec<Address>,
    /// The whole as a file: `blockchain,address,private_key,path`, lines ending in CRLF, ASCII.
    pub csv: SecretBytes,
    /// The same for a screen, in the order of the addresses.
    pub keys: Vec<ExportedKey>,
}

impl Session {
    /// Makes a seed, splits it and has the gateway keep its share and ours, sealed. Ends the challenge. Call after
    /// [`Session::prove`].
    ///
    /// # Errors
    /// Those of an exchange; [`SessionError::Refused`] with 155181 when there is a wallet and 155111 without a way back. After
    /// an error the same call can be made again: nothing was kept.
    pub async fn create_wallet(&mut self, platform: &impl Platform, link: &Link) -> Result<Vec<Address>, SessionError> {
        fetch_module(platform, link).await;
        let seed = make_seed(&mut platform.rng());
        let keys = derive(&seed.entropy, platform).await?;
        let addresses: Vec<Address> = keys.keys.into_iter().map(|key| key.address).collect();
        let request = self.wallet_request(&seed, &addresses, platform)?;
        let _: CreateWalletReply = self.say_proved(Step::CreateWallet, &request, platform, link).await?;
        Ok(addresses)
    }

    /// Has the gateway give its share out and makes the keys of both. Ends the challenge. Call after [`Session::prove`].
    ///
    /// # Errors
    /// Those of an exchange; [`SessionError::Refused`] with 155182 when there is no wallet; [`SessionError::OtherKeys`] when the
    /// shares make other addresses than the wallet was made with: nothing of it is given out.
    pub async fn export(&mut self, platform: &impl Platform, link: &Link) -> Result<Exported, SessionError> {
        // Before the challenge is used up: without the module there would be nothing to show for it.
        fetch_module(platform, link).await;
        let reply: ExportReply = self.say_proved(Step::Export, &ExportRequest {}, platform, link).await?;
        let WalletKeys { keys, csv } = derive(&self.join(&reply)?, platform).await?;
        if !keys.iter().map(|key| &key.address).eq(&reply.addresses) {
            return Err(SessionError::OtherKeys);
        }
        Ok(Exported { addresses: reply.addresses, csv, keys })
    }

    fn wallet_request(
        &self,
        seed: &NewSeed,
        addresses: &[Address],
        platform: &impl Platform,
    ) -> Result<CreateWalletRequest, SessionError> {
        let Held { data_key, .. } = self.proof.as_ref().ok_or(SessionError::Protocol)?;
        let mut id: WalletId = [0; 16];
        platform.rng().fill_bytes(&mut id);
        let identifier = wallet_identifier(&self.opened.app_id, &self.opened.user_id, &id);
        Ok(CreateWalletRequest {
            wallet_id: id.to_vec(),
            user_share: seal_user_share(data_key, &identifier, &seed.user_share, &mut platform.rng()),
            // Needed in clear: under the channel's seal it is the gateway's to keep.
            gateway_share: SecretBytes::new(seed.gateway_share.expose_secret().to_vec()),
            addresses: addresses.to_vec(),
        })
    }

    /// The seed of both shares.
    fn join(&self, reply: &ExportReply) -> Result<Secret<32>, SessionError> {
        let Held { data_key, .. } = self.proof.as_ref().ok_or(SessionError::Protocol)?;
        let id: WalletId = reply.wallet_id.as_slice().try_into().map_err(|_| SessionError::Protocol)?;
        let identifier = wallet_identifier(&self.opened.app_id, &self.opened.user_id, &id);
        let share = open_user_share(data_key, &identifier, &reply.user_share).map_err(|_| SessionError::Protocol)?;
        // Needed in clear: moved into its own type.
        let other = Secret::copy_from(reply.gateway_share.expose_secret()).ok_or(SessionError::Protocol)?;
        Ok(join_shares(&share, &other))
    }

    /// An exchange that wants a proof. If the proof's window has closed meanwhile, a new run is opened and proved with what is
    /// held, once.
    async fn say_proved<Q: Wire, A: Wire>(
        &mut self,
        step: Step,
        request: &Q,
        platform: &impl Platform,
        link: &Link,
    ) -> Result<A, SessionError> {
        if self.proof.is_none() {
            return Err(SessionError::Protocol);
        }
        match self.exchange(step, request, platform, link).await {
            Err(error) if error.asks_for_another_proof() => {
                self.reopen(platform, link).await?;
                self.exchange(step, request, platform, link).await
            }
            result => result,
        }
    }
}

/// Has the module that derives keys ready, as one waits for the gateway: the person is told, and tries again.
async fn fetch_module(platform: &impl Platform, link: &Link) {
    while platform.load_wallet().await.is_err() {
        link.wait().await;
    }
}

async fn derive(entropy: &Secret<32>, platform: &impl Platform) -> Result<WalletKeys, SessionError> {
    // The screen says what is done before it is: 2,048 rounds of a hash take a moment on a phone.
    platform.yield_now().await;
    platform.derive_wallet(entropy).ok_or(SessionError::Protocol)
}
