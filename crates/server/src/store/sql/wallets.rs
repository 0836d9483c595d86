//! [`Wallets`] in SQL. What ends a challenge here changes no secret, so the user's other challenges and runs stay.

use async_trait::async_trait;
use repin_core::api::{Address, Chain, ChallengeType, UnixMs};
use repin_core::error::Code;
use sqlx::Row;

use super::challenges::user;
use super::commit::refuse_over;
use super::dialect::{Db, DbRow};
use super::locks::lock_person;
use super::outbox::write_event;
use super::ring_keys::is_retired;
use super::row::{array, int, time, unknown};
use super::runs::{insert_seen, not_next, take};
use super::{Committed, MessageKey, Recorded, Reply, Result, SqlStore, Tx};
use crate::failpoint::failpoint;
use crate::keys::{KID_LEN, Purpose};
use crate::rules::refuse_wallet;
use crate::store::{Status, StoreError, Wallet, Wallets};

#[async_trait]
impl Wallets for SqlStore {
    async fn wallet(&self, user: &str) -> Result<Option<Wallet>> {
        let row =
            sqlx::query("SELECT * FROM wallets WHERE person = $1").bind(user).fetch_optional(&self.readers).await?;
        let Some(row) = row else { return Ok(None) };
        let addresses = sqlx::query("SELECT * FROM wallet_addresses WHERE person = $1 ORDER BY chain")
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
        refuse_retired(&mut tx, new).await?;
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
    ) -> Result<std::result::Result<Tx, Committed>> {
        let mut tx = self.begin().await?;
        lock_person(&mut tx, person).await?;
        if let Some(refusal) = not_next(&mut tx, key).await? {
            return Ok(Err(Committed::Recorded(refusal)));
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
        mut tx: Tx,
        key: &MessageKey<'_>,
        person: &str,
        kind: ChallengeType,
        reply: &Reply,
        now: UnixMs,
    ) -> Result<Committed> {
        sqlx::query("UPDATE challenges SET status = 'COMPLETE' WHERE id = $1")
            .bind(key.challenge)
            .execute(&mut *tx)
            .await?;
        write_event(&mut tx, key.challenge, Status::Complete, None, now).await?;
        take(&mut tx, key).await?;
        insert_seen(&mut tx, key, reply).await?;
        sqlx::query("UPDATE runs SET ended = $1, state = NULL WHERE challenge = $2 AND ended IS NULL")
            .bind(int(now))
            .bind(key.challenge)
            .execute(&mut *tx)
            .await?;
        sqlx::query("INSERT INTO audit (at, person, challenge, event) VALUES ($1, $2, $3, $4)")
            .bind(int(now))
            .bind(person)
            .bind(key.challenge)
            .bind(kind.name())
            .execute(&mut *tx)
            .await?;
        failpoint!("wallet.written");
        tx.commit().await?;
        failpoint!("wallet.committed");
        self.delivery_added.notify_one();
        Ok(Committed::Recorded(Recorded::Now))
    }
}

/// Why this person can have no wallet made or exported, by what they have now.
pub(super) async fn refusal(tx: &mut Tx, kind: ChallengeType, person: &str) -> Result<Option<Code>> {
    let has_way_back = user(tx, person).await?.has_way_back();
    Ok(refuse_wallet(kind, has_way_back, exists(&mut **tx, person).await?))
}

async fn exists(executor: impl sqlx::Executor<'_, Database = Db>, person: &str) -> Result<bool> {
    let query = sqlx::query("SELECT 1 FROM wallets WHERE person = $1").bind(person);
    Ok(query.fetch_optional(executor).await?.is_some())
}

/// As for questions: a node that was not restarted since its storage key was retired would lose a share.
async fn refuse_retired(tx: &mut Tx, new: &Wallet) -> Result<()> {
    let kid = new.gateway_share.get(..KID_LEN).and_then(|kid| std::str::from_utf8(kid).ok()).unwrap_or_default();
    let retired = is_retired(tx, Purpose::Storage, kid).await?;
    if retired { Err(StoreError::Away("a retired key is in use: restart this gateway".into())) } else { Ok(()) }
}

async fn insert(tx: &mut Tx, person: &str, new: &Wallet) -> Result<()> {
    sqlx::query("INSERT INTO wallets (person, id, user_share, gateway_share, created) VALUES ($1, $2, $3, $4, $5)")
        .bind(person)
        .bind(&new.id[..])
        .bind(&new.user_share)
        .bind(&new.gateway_share)
        .bind(int(new.created))
        .execute(&mut **tx)
        .await?;
    for address in &new.addresses {
        sqlx::query("INSERT INTO wallet_addresses (person, chain, address, path) VALUES ($1, $2, $3, $4)")
            .bind(person)
            .bind(chain_number(address.chain))
            .bind(&address.address)
            .bind(&address.path)
            .execute(&mut **tx)
            .await?;
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
