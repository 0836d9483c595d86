//! Who has to wait for whom, where several nodes write at once. The order is always the same, so nobody waits in a circle:
//! the person, then the run, then everything else of theirs.
//!
//! Everything that decides by what a person has (a charge, a commit, a new challenge) begins with [`lock_person`] or
//! [`lock_run_of`], so a person's transactions happen one after the other, and each sees what the last one wrote. The rows are
//! locked against change, not against being referred to (`NO KEY`).
//!
//! Before its run comes only what was seen of a message that waits for its reply: nobody who has the run asks for that.

use super::dialect::{self, Batch};
use super::statements::Statements;
use super::{MessageKey, Result, Tx};
use crate::store::values::values;

/// Waits until no other transaction works on this person, and keeps others waiting until this one ends.
pub(super) async fn lock_person(tx: &mut impl Statements, person: &str) -> Result<()> {
    if dialect::SHARED {
        tx.rows("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", values![person]).await?;
    }
    Ok(())
}

/// The same for the person whose run a message belongs to. Nothing is locked for a run that is not there.
pub(super) async fn lock_run_of(tx: &mut Batch, key: &MessageKey<'_>) -> Result<()> {
    if dialect::SHARED {
        // A run is nobody else's ever after, so who it is may be read in the same statement.
        let query = "SELECT 1 FROM users WHERE id = (SELECT person FROM runs WHERE challenge = $1 AND run = $2)
             FOR NO KEY UPDATE";
        tx.row(query, values![key.challenge, &key.run]).await?;
    }
    Ok(())
}

/// The same for an app, where something is counted before it is added.
pub(super) async fn lock_app(tx: &mut Tx, app: &str) -> Result<()> {
    if dialect::SHARED {
        let query = "SELECT 1 FROM apps WHERE id = $1 FOR NO KEY UPDATE";
        sqlx::query(query).bind(app).fetch_optional(&mut **tx).await?;
    }
    Ok(())
}
