//! Whether the audit is as it was written.

use super::chain::{self, End};
use super::whose_end;
use crate::keys::KeyRing;
use crate::store::{AuditEntry, AuditLink, Result, Store};

/// Links read at once.
const PAGE: u32 = 1000;

/// What was done to the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A row says something else than when it was sealed, or its link was made by somebody without the key.
    Altered,
    /// A row or its link is gone.
    Removed,
    /// Rows are in another order.
    Reordered,
    /// A row was put between others.
    Inserted,
    /// The end of the chain was changed or taken away: rows at the end may be missing.
    End,
    /// The chain is not the one whose end was noted.
    Anchor,
    /// Nothing was done to it, as far as can be told with this ring, which lacks the key that the end is under.
    KeyMissing,
}

impl Fault {
    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Removed => "removed",
            Self::Reordered => "reordered",
            Self::Inserted => "inserted",
            Self::End => "cut off at the end",
            Self::Anchor => "not what was noted",
            Self::KeyMissing => "under a key that is not in this ring",
        }
    }
}

/// The first thing that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What.
    pub fault: Fault,
    /// The link's number, if it is about one.
    pub seq: Option<u64>,
    /// The row's id, as far as it is known.
    pub row: Option<u64>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Report {
    /// Links that were looked at.
    pub sealed: u64,
    /// Rows that have no link yet.
    pub unsealed: u64,
    /// The end of the chain as `NUMBER:HASH`, to be noted somewhere else.
    pub end: String,
    /// The storage key that the end is under; empty before the first row.
    pub kid: String,
    /// What is wrong, if something is.
    pub found: Option<Found>,
}

impl Report {
    /// What is wrong, in words for an operator.
    pub fn words(&self) -> Option<String> {
        let Found { fault, seq, row } = self.found?;
        if fault == Fault::KeyMissing {
            let kid = &self.kid;
            return Some(format!(
                "the key {kid} of the end is not in this ring, so nothing tells whether rows are missing there: take a ring \
                 that has it"
            ));
        }
        let place = [row.map(|row| format!("row {row}")), seq.map(|seq| format!("link {seq}"))];
        let place: Vec<_> = place.into_iter().flatten().collect();
        Some(format!("the audit was changed: {} {}", fault.name(), place.join(", ")))
    }
}

/// Looks at every row and link. With `anchor`, an end that was noted before, also whether that is part of the chain.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn verify(store: &dyn Store, keys: &KeyRing, anchor: Option<&str>) -> Result<Report> {
    // In this order: a gateway that seals meanwhile writes both at once.
    let last = store.last_audit_link().await?;
    let Some(head) = store.audit_head().await? else {
        let found = Some(Found { fault: Fault::End, seq: None, row: None });
        return Ok(Report { sealed: last, unsealed: 0, end: String::new(), kid: String::new(), found });
    };
    let whose = whose_end(store, keys, &head).await?;
    let mut walk = Walk { keys, seq: 0, audit: 0, hash: chain::START.to_vec(), anchor, anchored: anchor.is_none() };
    let mut found = None;
    'walk: loop {
        let page = store.audit_links(walk.seq, PAGE).await?;
        for (number, (link, row)) in page.iter().enumerate() {
            if link.seq > head.seq {
                break 'walk;
            }
            found = walk.step(link, row.as_ref());
            // A later row in an earlier one's place is told by the one that follows.
            let later = page.get(number + 1).is_some_and(|(next, _)| next.audit < link.audit);
            if let Some(found) = &mut found
                && found.fault == Fault::Altered
                && later
            {
                found.fault = Fault::Reordered;
            }
            if found.is_some() {
                break 'walk;
            }
        }
        if page.is_empty() {
            break;
        }
    }
    let found = found.or_else(|| walk.end(&head, whose, last));
    let inserted = store.first_unlinked(head.audit).await?.map(|row| row.id);
    let found = match (found, inserted) {
        // Its link is gone, and here is the row.
        (Some(Found { fault: Fault::Removed, seq, row: None }), row) => Some(Found { fault: Fault::Removed, seq, row }),
        (Some(found), Some(row)) if found.row.is_none_or(|found| found < row) => Some(found),
        (_, Some(row)) => Some(Found { fault: Fault::Inserted, seq: None, row: Some(row) }),
        (found, None) => found,
    };
    let whole = |fault| Found { fault, seq: None, row: None };
    let anchor = (!walk.anchored).then_some(whole(Fault::Anchor));
    // Last, for it hides nothing: what was changed is told first.
    let key = (whose == End::KeyMissing).then_some(whole(Fault::KeyMissing));
    let unsealed = store.audit_rows_after(head.audit).await?;
    let found = found.or(anchor).or(key);
    Ok(Report { sealed: walk.seq, unsealed, end: name(head.seq, &head.hash), kid: head.kid, found })
}

/// How far the chain was followed.
struct Walk<'a> {
    keys: &'a KeyRing,
    seq: u64,
    audit: u64,
    hash: Vec<u8>,
    anchor: Option<&'a str>,
    anchored: bool,
}

impl Walk<'_> {
    fn step(&mut self, link: &AuditLink, row: Option<&AuditEntry>) -> Option<Found> {
        let seq = self.seq + 1;
        let found = |fault, row| Some(Found { fault, seq: Some(seq), row });
        if link.seq != seq {
            return found(Fault::Removed, None);
        }
        if link.audit <= self.audit {
            return found(Fault::Reordered, Some(link.audit));
        }
        let Some(row) = row else { return found(Fault::Removed, Some(link.audit)) };
        let hash = chain::hash(&self.hash, seq, row);
        // One whose key is retired is held by the hashes, up to a link whose key is there; the end has one.
        if hash != link.hash || chain::is_ours(self.keys, link) == Some(false) {
            return found(Fault::Altered, Some(link.audit));
        }
        (self.seq, self.audit, self.hash) = (seq, link.audit, hash);
        self.anchored |= self.anchor.is_some_and(|anchor| anchor == name(self.seq, &self.hash));
        None
    }

    fn end(&self, head: &AuditLink, whose: End, last: u64) -> Option<Found> {
        let reached = (head.seq, head.audit, &head.hash) == (self.seq, self.audit, &self.hash);
        if reached && whose != End::Foreign && last <= head.seq {
            return None;
        }
        // Links behind the end, or an end behind the links.
        let fault = if whose == End::Ours && head.seq > self.seq { Fault::Removed } else { Fault::End };
        Some(Found { fault, seq: Some(self.seq + 1), row: None })
    }
}

/// A place in the chain, as text.
fn name(seq: u64, hash: &[u8]) -> String {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{seq}:{hex}")
}
