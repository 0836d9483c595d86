//! [`Wallets`] in SQL. What ends a challenge here changes no secret, so the user's other challenges and runs stay.

use async_trait::async_trait;
use repin_core::api::{Address, Chain, ChallengeType, UnixMs};
use repin_core::error::Code;
use sqlx::Row;

use super::challenges::user;
use super::commit::refuse_over;
use super::dialect::{Batch, DbRow};
use super::locks::lock_person;
use super::outbox::write_event;
use super::ring_keys::refuse_retired;
use super::row::{array, int, time, unknown};
use super::runs::{Taken, insert_seen, take, why_not_next};
use super::statements::Statements;
use super::{Committed, MessageKey, Recorded, Reply, Result, SqlStore};
use crate::failpoint::failpoint;
use crate::rules::refuse_wallet;
use crate::store::values::values;
use crate::store::{Status, Wallet, Wallets};

#[async_trait]
impl Wallets for SqlStore {
    async fn wallet(&self, user: &str) -> Result<Option<Wallet>> {
        let query = "SELECT id, user_share, gateway_share, created FROM wallets WHERE person = $1";
        let row = sqlx::query(query).bind(user).fetch_optional(&self.readers).await?;
        let Some(row) = row else { return Ok(None) };
        let addresses =
            sqlx::query("SELECT chain, address, path FROM wallet_addresses WHERE person = $1 ORDER BY chain")
                .bind(user)
                .fetch_all(&self.readers)
                .await?;
        Ok(Some(Wallet {
            id: array(&row, "id")?,
            user_share: row.try_get("user_share")?,
            gateway_share: row.try_get("gateway_share")?,
            addresses: addresses.iter().map(address).collect::<Result<_>>()?,
            created: time(&row, "created")?,
        }))
    }

    async fn create_wallet(&self, key: &MessageKey<'_>, user: &str, new: &Wallet, reply: &Reply) -> Result<Committed> {
        let kind = ChallengeType::CreateWallet;
        let mut tx = match self.begin_ending(key, user, kind, new.created).await? {
            Ok(tx) => tx,
            Err(other) => return Ok(other),
        };
        failpoint!("wallet.begun");
        refuse_retired(&mut tx, &[&new.gateway_share[..]]).await?;
        insert(&mut tx, user, new).await?;
        failpoint!("wallet.inserted");
        self.end(tx, key, user, kind, reply, new.created).await
    }

    async fn export_wallet(&self, key: &MessageKey<'_>, user: &str, reply: &Reply, now: UnixMs) -> Result<Committed> {
        let kind = ChallengeType::ExportKeys;
        match self.begin_ending(key, user, kind, now).await? {
            Ok(tx) => self.end(tx, key, user, kind, reply, now).await,
            Err(other) => Ok(other),
        }
    }
}

impl SqlStore {
    /// A transaction in which the challenge may be ended, or why it may not.
    async fn begin_ending(
        &self,
        key: &MessageKey<'_>,
        person: &str,
        kind: ChallengeType,
        now: UnixMs,
    ) -> Result<std::result::Result<Batch, Committed>> {
        let mut tx = self.writer.batch().await?;
        lock_person(&mut tx, person).await?;
        if !take(&mut tx, key, &Taken { ended: Some(now), ..Taken::default() }).await? {
            return Ok(Err(Committed::Recorded(why_not_next(&mut tx, key).await?)));
        }
        if let Some(code) = refuse_over(&mut tx, key, person, now).await? {
            return Ok(Err(Committed::Refused(code)));
        }
        Ok(match refusal(&mut tx, kind, person).await? {
            Some(code) => Err(Committed::Refused(code)),
            None => Ok(tx),
        })
    }

    /// The challenge complete, its runs ended, the host's event and the audit row.
    async fn end(
        &self,
        mut tx: Batch,
        key: &MessageKey<'_>,
        person: &str,
        kind: ChallengeType,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Committed> {
        tx.add("UPDATE challenges SET status = 'COMPLETE' WHERE id = $1", values![key.challenge]).await?;
        write_event(&mut tx, key.challenge, Status::Complete, None, now).await?;
        insert_seen(&mut tx, key, reply).await?;
        let ended = "UPDATE runs SET ended = $1, state = NULL WHERE challenge = $2 AND ended IS NULL";
        tx.add(ended, values![int(now), key.challenge]).await?;
        let audit = "INSERT INTO audit (at, person, challenge, event) VALUES ($1, $2, $3, $4)";
        tx.add(audit, values![int(now), person, key.challenge, kind.name()]).await?;
        failpoint!("wallet.written");
        tx.commit().await?;
        failpoint!("wallet.committed");
        self.delivery_added.notify_one();
        Ok(Committed::Recorded(Recorded::Now))
    }
}

/// Why this person can have no wallet made or exported, by what they have now.
pub(super) async fn refusal(tx: &mut impl Statements, kind: ChallengeType, person: &str) -> Result<Option<Code>> {
    let has_way_back = user(tx, person).await?.has_way_back();
    let exists = tx.row("SELECT 1 FROM wallets WHERE person = $1", values![person]).await?;
    Ok(refuse_wallet(kind, has_way_back, exists.is_some()))
}

async fn insert(tx: &mut Batch, person: &str, new: &Wallet) -> Result<()> {
    tx.add(
        "INSERT INTO wallets (person, id, user_share, gateway_share, created) VALUES ($1, $2, $3, $4, $5)",
        values![person, &new.id, &new.user_share[..], &new.gateway_share[..], int(new.created)],
    )
    .await?;
    for Address { chain, address, path } in &new.addresses {
        let query = "INSERT INTO wallet_addresses (person, chain, address, path) VALUES ($1, $2, $3, $4)";
        tx.add(query, values![person, chain_number(*chain), &address[..], &path[..]]).await?;
    }
    Ok(())
}

const fn chain_number(chain: Chain) -> i64 {
    match chain {
        Chain::Ethereum => 1,
        Chain::Solana => 2,
    }
}

fn address(row: &DbRow) -> Result<Address> {
    let chain = match row.try_get::<i64, _>("chain")? {
        1 => Chain::Ethereum,
        2 => Chain::Solana,
        _ => return Err(unknown("chain")),
    };
    Ok(Address { chain, address: row.try_get("address")?, path: row.try_get("path")? })
}
