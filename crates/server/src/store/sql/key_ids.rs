//! Which keys the gateways on this database have.

use super::dialect;
use super::{Result, SqlStore};

impl SqlStore {
    pub(super) async fn insert_keys(&self, keys: &[(&'static str, &str)]) -> Result<Option<&'static str>> {
        let mut tx = self.begin().await?;
        if dialect::SHARED {
            // Of two nodes that start at once with a key ring each, one must find the other's.
            sqlx::query("LOCK TABLE key_ids IN EXCLUSIVE MODE").execute(&mut *tx).await?;
        }
        let known: Vec<(String, String)> =
            sqlx::query_as("SELECT purpose, kid FROM key_ids").fetch_all(&mut *tx).await?;
        for (purpose, _) in keys {
            let mut of_purpose = known.iter().filter(|(known, _)| known == purpose).peekable();
            let shared = |kid: &str| keys.contains(&(*purpose, kid));
            if of_purpose.peek().is_some() && !of_purpose.any(|(_, kid)| shared(kid)) {
                return Ok(Some(purpose));
            }
        }
        for (purpose, kid) in keys {
            sqlx::query("INSERT INTO key_ids (purpose, kid) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(*purpose)
                .bind(*kid)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(None)
    }
}
