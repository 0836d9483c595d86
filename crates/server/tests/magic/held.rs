//! What the gateway holds of a wallet, compared with what Magic knows.

use repin_magic_simulator::Known;
use repin_server::Gateway;
use repin_server::magic::sealing::Sealed;
use repin_server::store::MagicWallet;

/// Whether these are the keys that are in force.
pub fn has_current_keys(gateway: &Gateway, wallet: &MagicWallet, known: &Known) -> bool {
    let opened = |what: Sealed<'_>, sealed: &[u8]| what.open(&gateway.keys, sealed).unwrap();
    opened(Sealed::access(wallet), &wallet.access_key).expose_secret() == known.access_key.as_bytes()
        && opened(Sealed::recovery(wallet), &wallet.recovery_key).expose_secret() == known.recovery_key.as_bytes()
}

/// The events of the audit about a wallet, the newest first.
pub async fn events(gateway: &Gateway, wallet: &str) -> Vec<String> {
    let audit = gateway.store.audit(10_000).await.unwrap();
    audit.into_iter().filter(|entry| entry.subject.as_deref() == Some(wallet)).map(|entry| entry.event).collect()
}
