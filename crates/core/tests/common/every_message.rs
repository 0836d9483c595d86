//! The reader of every message there is.

use repin_core::api;
use repin_core::wire::Wire;

/// Reads a plaintext as every message there is. Whatever is accepted must be the one encoding of what was read.
pub fn read_as_everything(plaintext: &[u8]) -> usize {
    fn one<T: Wire>(plaintext: &[u8]) -> usize {
        let Ok(message) = api::decode::<T>(plaintext) else { return 0 };
        assert_eq!(api::encode(&message).expose_secret(), plaintext);
        1
    }
    [
        one::<api::OpenRequest>,
        one::<api::OpenReply>,
        one::<api::Prove1Request>,
        one::<api::Prove1Reply>,
        one::<api::Prove2Request>,
        one::<api::Prove2Reply>,
        one::<api::RegisterRequest>,
        one::<api::RegisterReply>,
        one::<api::CommitRequest>,
        one::<api::CommitReply>,
        one::<api::CancelRequest>,
        one::<api::ErrorDetail>,
    ]
    .iter()
    .map(|read| read(plaintext))
    .sum()
}
