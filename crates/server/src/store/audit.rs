//! The audit's chain in the store: links beside the rows, and the end of the chain.

use async_trait::async_trait;

use super::{AuditEntry, Result};

/// A link of the chain. The end of the chain is one more, with a MAC of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLink {
    /// 1, 2, 3 … in the order of the rows' ids; 0 before the first.
    pub seq: u64,
    /// The row's id.
    pub audit: u64,
    /// SHA-256 of the hash before it, the number and the row.
    pub hash: Vec<u8>,
    /// The storage key that the MAC's key comes from.
    pub kid: String,
    /// HMAC-SHA-256.
    pub mac: Vec<u8>,
}

/// New links for rows, and the new end, from the end as it is. `None`: that end is not ours, so nothing is added to it.
pub type Seal<'a> = &'a (dyn Fn(&AuditLink, &[AuditEntry]) -> Option<(Vec<AuditLink>, AuditLink)> + Send + Sync);

/// What became of an attempt to seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// So many rows were sealed.
    Sealed(usize),
    /// Another gateway is at it, or rows are being written just now.
    Busy,
    /// The end of the chain is not ours.
    Refused,
}

/// The part of the store that the audit's chain uses. Rows come by the operations that they tell of.
#[async_trait]
pub trait AuditChain: Send + Sync {
    /// The end of the chain. `None`: somebody took it away.
    async fn audit_head(&self) -> Result<Option<AuditLink>>;
    /// How many rows are after this id.
    async fn audit_rows_after(&self, id: u64) -> Result<u64>;
    /// Adds links for the next rows, so many at most, by one gateway at a time, altogether or not at all.
    async fn seal_audit(&self, limit: u32, seal: Seal<'_>) -> Result<Sealing>;
    /// Links after this number in order, each with its row, if that is there.
    async fn audit_links(&self, after: u64, limit: u32) -> Result<Vec<(AuditLink, Option<AuditEntry>)>>;
    /// The number of the last link.
    async fn last_audit_link(&self) -> Result<u64>;
    /// The first row without a link whose id is not after this one.
    async fn first_unlinked(&self, up_to: u64) -> Result<Option<AuditEntry>>;
    /// Rows after this id in order, each with its link, if it has one.
    async fn audit_after(&self, id: u64, limit: u32) -> Result<Vec<(AuditEntry, Option<AuditLink>)>>;
}
