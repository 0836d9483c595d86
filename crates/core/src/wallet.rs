//! A wallet's seed, split between the person and the gateway, and what is made of it. See `docs/protocol.md` §10.
//!
//! Here is all that needs no curve: the shares, and the person's under their data key. Addresses and keys are derived by
//! `repin-wallet`, which the browser fetches only when there is a wallet to make or to export.

use alloc::vec::Vec;
use rand_core::{CryptoRng, RngCore};

use crate::api::{Address, Chain};
use crate::channel::{OpenError, expand, length_prefixed, open_with, seal_with};
use crate::secret::{Secret, SecretBytes};
use crate::wire_struct;

/// Random bytes that name a wallet.
pub type WalletId = [u8; 16];

/// Bytes of a share: as many as of the seed's entropy.
pub const SHARE_LEN: usize = 32;
/// Bytes of a sealed share: nonce, share, tag.
pub const SEALED_SHARE_LEN: usize = 24 + SHARE_LEN + 16;

/// A seed that was just made, and its two halves.
pub struct NewSeed {
    /// E: entropy of a BIP-39 phrase of 24 words.
    pub entropy: Secret<SHARE_LEN>,
    /// U = E xor G.
    pub user_share: Secret<SHARE_LEN>,
    /// G.
    pub gateway_share: Secret<SHARE_LEN>,
}

/// Makes a seed and splits it with a one-time pad: each half alone is 32 random bytes and tells nothing of it.
pub fn make_seed(rng: &mut (impl RngCore + CryptoRng)) -> NewSeed {
    let entropy = Secret::make_with(|entropy| rng.fill_bytes(entropy));
    let gateway_share = Secret::make_with(|share| rng.fill_bytes(share));
    let user_share = join_shares(&entropy, &gateway_share);
    NewSeed { entropy, user_share, gateway_share }
}

/// E = U xor G.
pub fn join_shares(one: &Secret<SHARE_LEN>, other: &Secret<SHARE_LEN>) -> Secret<SHARE_LEN> {
    Secret::make_with(|joined| {
        // Needed in clear: they are what is joined.
        let pairs = one.expose_secret().iter().zip(other.expose_secret());
        joined.iter_mut().zip(pairs).for_each(|(out, (a, b))| *out = a ^ b);
    })
}

/// `"repin/1 wallet" || LP(app) || LP(user) || wallet_id`: binds both shares to one wallet of one person.
pub fn wallet_identifier(app: &str, user: &str, id: &WalletId) -> Vec<u8> {
    let mut out = b"repin/1 wallet".to_vec();
    out.extend_from_slice(&length_prefixed(app.as_bytes()));
    out.extend_from_slice(&length_prefixed(user.as_bytes()));
    out.extend_from_slice(id);
    out
}

/// Seals the person's share under their data key: 72 bytes.
pub fn seal_user_share(
    data_key: &Secret<32>,
    identifier: &[u8],
    share: &Secret<SHARE_LEN>,
    rng: &mut (impl RngCore + CryptoRng),
) -> Vec<u8> {
    // Needed in clear: it is what is sealed.
    seal_with(&share_key(data_key), identifier, share.expose_secret(), rng)
}

/// Opens the person's share.
///
/// # Errors
/// [`OpenError`] when it belongs to another wallet or another data key, or is not a share.
pub fn open_user_share(
    data_key: &Secret<32>,
    identifier: &[u8],
    sealed: &[u8],
) -> Result<Secret<SHARE_LEN>, OpenError> {
    let share = open_with(&share_key(data_key), identifier, sealed)?;
    // Needed in clear: moved into its own type.
    Secret::copy_from(share.expose_secret()).ok_or(OpenError)
}

/// `HKDF-Expand(DK, "repin/1 wallet-share", 32)`.
fn share_key(data_key: &Secret<32>) -> Secret<32> {
    expand(data_key, &[b"repin/1 wallet-share"])
}

/// The BIP-44 path of a chain's key: the first account, as MetaMask and Phantom derive it.
pub const fn path(chain: Chain) -> &'static str {
    match chain {
        Chain::Ethereum => "m/44'/60'/0'/0/0",
        Chain::Solana => "m/44'/501'/0'/0'",
    }
}

/// Whether these have the form of a wallet's addresses: one for each chain, in the protocol's order, on its path.
pub fn are_addresses(addresses: &[Address]) -> bool {
    let has_form = |Address { chain, address, path: at }: &Address| {
        let written = match chain {
            Chain::Ethereum => address
                .strip_prefix("0x")
                .is_some_and(|digits| digits.len() == 40 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())),
            // Base58 of 32 bytes: letters and digits but for those that are mistaken for each other.
            Chain::Solana => {
                (32..=44).contains(&address.len())
                    && address.bytes().all(|letter| letter.is_ascii_alphanumeric() && !b"0OIl".contains(&letter))
            }
        };
        written && at == path(*chain)
    };
    addresses.iter().map(|address| address.chain).eq([Chain::Ethereum, Chain::Solana]) && addresses.iter().all(has_form)
}

/// What is derived from a seed. Travels as CBOR between two modules of one worker, and over no network.
pub struct WalletKeys {
    /// One for each chain, in the protocol's order.
    pub keys: Vec<ExportedKey>,
    /// The same as a file: RFC 4180, with a header.
    pub csv: SecretBytes,
}

/// A private key as other wallets import it.
pub struct ExportedKey {
    /// What it signs for.
    pub address: Address,
    /// ASCII: `0x` and 64 hexadecimal digits for Ethereum; base58 of the 64-byte key pair for Solana.
    pub private_key: SecretBytes,
}

wire_struct! {
    WalletKeys { keys, csv }
    ExportedKey { address, private_key }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::OsRng;

    #[test]
    fn both_shares_make_the_seed_and_each_alone_is_none() {
        let seed = make_seed(&mut OsRng);
        let joined = join_shares(&seed.user_share, &seed.gateway_share);
        assert_eq!(joined.expose_secret(), seed.entropy.expose_secret());
        assert_ne!(seed.user_share.expose_secret(), seed.entropy.expose_secret());
        assert_ne!(seed.gateway_share.expose_secret(), seed.entropy.expose_secret());
    }

    #[test]
    fn a_share_opens_for_its_wallet_its_person_and_their_data_key_alone() {
        let key = Secret::make_with(|key| OsRng.fill_bytes(key));
        let share = Secret::make_with(|share| OsRng.fill_bytes(share));
        let identifier = wallet_identifier("app", "user", &[7; 16]);
        let sealed = seal_user_share(&key, &identifier, &share, &mut OsRng);
        assert_eq!(sealed.len(), SEALED_SHARE_LEN);
        let open = |key, identifier: &[u8], sealed: &[u8]| open_user_share(key, identifier, sealed).ok();
        assert_eq!(open(&key, &identifier, &sealed).unwrap().expose_secret(), share.expose_secret());

        let other_key = Secret::make_with(|key| OsRng.fill_bytes(key));
        assert!(open(&other_key, &identifier, &sealed).is_none());
        for other in [("app", "user", [8; 16]), ("app", "user2", [7; 16]), ("appu", "ser", [7; 16])] {
            assert!(open(&key, &wallet_identifier(other.0, other.1, &other.2), &sealed).is_none(), "{other:?}");
        }
        for at in [0, 24, 71] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&key, &identifier, &changed).is_none(), "{at}");
        }
        assert!(open(&key, &identifier, &sealed[..71]).is_none());
        assert!(open(&key, &identifier, &[]).is_none());
    }

    #[test]
    fn addresses_have_a_form_an_order_and_a_path() {
        let of = |chain, address: &str| Address { chain, address: address.into(), path: path(chain).into() };
        let [one, two] = [
            of(Chain::Ethereum, "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
            of(Chain::Solana, "11111111111111111111111111111111"),
        ];
        assert!(are_addresses(&[one.clone(), two.clone()]));
        assert!(
            !are_addresses(&[two.clone(), one.clone()])
                && !are_addresses(core::slice::from_ref(&one))
                && !are_addresses(&[])
        );
        for bad in ["7E5F4552091A69125d5DfCb7b8C2659029395Bdf", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bd", "=1+1"] {
            assert!(!are_addresses(&[of(Chain::Ethereum, bad), two.clone()]), "{bad}");
        }
        for bad in ["0", "0111111111111111111111111111111111", &"1".repeat(45), "\u{fc}1111111111111111111111111111111"]
        {
            assert!(!are_addresses(&[one.clone(), of(Chain::Solana, bad)]), "{bad}");
        }
        let elsewhere = Address { path: "m/44'/60'/0'/0/1".into(), ..one };
        assert!(!are_addresses(&[elsewhere, two]));
    }

    #[test]
    fn what_is_no_share_is_refused_though_it_opens() {
        let key = Secret::make_with(|key| OsRng.fill_bytes(key));
        let sealed = seal_with(&share_key(&key), b"wallet", &[1; 31], &mut OsRng);
        assert!(open_user_share(&key, b"wallet", &sealed).is_err());
    }
}
