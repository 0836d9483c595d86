//! Lends connections, and waits for none of them for ever.
//!
//! A server whose machine lost power, or was cut off, takes no leave: what it owes is waited for until the system gives up on it, in a
//! quarter of an hour or never. So a connection is lent that answered a moment ago, and what comes back answers in time or is closed. sqlx asks
//! it then, too, in a task that holds its place among the connections, and without an end. No hook of its pool comes between, so
//! the way back is ours.

use std::future;
use std::io;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::postgres::{PgConnection, PgPool, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{Connection, Describe, Either, Execute, Executor, Postgres, SqlStr};
use tokio::time::timeout;

use super::{Address, make_durable};
use crate::store::pool::{is_fresh, unswept};

/// The connections of one gateway.
#[derive(Clone, Debug)]
pub struct Lender {
    pool: PgPool,
    /// How long one is waited for that answers.
    acquire: Duration,
    /// How long a connection may take to answer.
    answer: Duration,
}

/// A connection that was lent. Dropped, it goes back or is closed.
pub struct Lent {
    /// Nothing once it is dropped.
    connection: Option<PoolConnection<Postgres>>,
    /// Whether a transaction may have begun that did not end.
    open: bool,
    answer: Duration,
}

/// A transaction. Dropped without a commit, it is undone.
pub struct Transaction(Lent);

/// Waits for an answer for so long.
///
/// # Errors
/// [`sqlx::Error::Io`] when there is none.
pub async fn within<T>(limit: Duration, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(limit, answer).await.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
}

impl Lender {
    /// At most `connections` to this address, each made when it is needed. `acquire`: how long one is waited for, with the making of it.
    pub fn to(address: &Address, connections: u32, acquire: Duration) -> Self {
        let answer = address.limits.answer;
        let options: PoolOptions<Postgres> = unswept(connections);
        let pool = options
            .acquire_timeout(acquire)
            // Each is asked whether it is there before it is used, a round trip that spares people an error after a fail-over. By us, for
            // sqlx would give all of the time to one that does not answer, and none to another.
            .test_before_acquire(false)
            .before_acquire(|_, about| Box::pin(future::ready(Ok(is_fresh(about.age, about.idle_for)))))
            .after_connect(|connection, _| Box::pin(make_durable(connection)))
            .connect_lazy_with(address.options());
        Self { pool, acquire, answer }
    }

    /// One of them.
    ///
    /// # Errors
    /// [`sqlx::Error`], also when none was free in time.
    pub async fn acquire(&self) -> sqlx::Result<Lent> {
        let mut lent = self.answering(None).await?;
        lent.open = false;
        Ok(lent)
    }

    /// One of them, in a transaction that begins so.
    ///
    /// # Errors
    /// As [`Self::acquire`].
    pub async fn begin_with(&self, begin: &'static str) -> sqlx::Result<Transaction> {
        self.answering(Some(begin)).await.map(Transaction)
    }

    /// One that has answered; to how its transaction begins, which asks as well as anything does, and has changed nothing where no answer
    /// comes. One that does not is closed, and another takes its place.
    async fn answering(&self, begin: Option<&'static str>) -> sqlx::Result<Lent> {
        // All that lie idle may be dead; what comes after them is new.
        let mut left = self.pool.options().get_max_connections();
        within(self.acquire, async {
            loop {
                // Open before it has begun, for whoever asked may go away in between.
                let connection = Some(self.pool.acquire().await?);
                let mut lent = Lent { connection, open: true, answer: self.answer };
                match within(self.answer, ask(&mut lent, begin)).await {
                    Ok(()) => return Ok(lent),
                    Err(error) if left == 0 => return Err(error),
                    Err(_) => left -= 1,
                }
                drop(lent.connection.take().map(PoolConnection::detach));
            }
        })
        .await
    }

    /// Closes what lies idle. When the server was found to be away, that leads nowhere.
    pub fn forget_idle(&self) {
        while let Some(connection) = self.pool.try_acquire() {
            drop(connection.detach());
        }
    }

    /// How many there are.
    pub fn size(&self) -> u32 {
        self.pool.size()
    }

    /// How many of them are not lent.
    pub fn num_idle(&self) -> usize {
        self.pool.num_idle()
    }

    /// How the pool was made.
    pub fn options(&self) -> &PoolOptions<Postgres> {
        self.pool.options()
    }

    /// Whether it lends no more.
    pub fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    /// Waits for what is lent, and closes.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn ask(connection: &mut PgConnection, begin: Option<&'static str>) -> sqlx::Result<()> {
    match begin {
        Some(begin) => connection.execute(begin).await.map(drop),
        None => connection.ping().await,
    }
}

/// Each statement over a connection of its own. As sqlx does it for its pool.
impl<'p> Executor<'p> for &'_ Lender {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Either<PgQueryResult, PgRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let lender = self.clone();
        let given = async move {
            let mut connection = lender.acquire().await?;
            connection.fetch_many(query).try_collect::<Vec<_>>().await
        };
        let one_by_one = |given: Vec<_>| stream::iter(given.into_iter().map(Ok::<_, sqlx::Error>));
        stream::once(given).map_ok(one_by_one).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let lender = self.clone();
        Box::pin(async move {
            let mut connection = lender.acquire().await?;
            connection.fetch_optional(query).await
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'p: 'e,
    {
        let lender = self.clone();
        Box::pin(async move {
            let mut connection = lender.acquire().await?;
            connection.prepare_with(sql, parameters).await
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Postgres>>>
    where
        'p: 'e,
    {
        let lender = self.clone();
        Box::pin(async move {
            let mut connection = lender.acquire().await?;
            connection.describe(sql).await
        })
    }
}

/// What nobody sees: a connection is taken away from its [`Lent`] when that is dropped.
const TAKEN_AWAY: &str = "a connection that went back is used";

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.connection {
            Some(connection) => connection,
            None => unreachable!("{TAKEN_AWAY}"),
        }
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("{TAKEN_AWAY}"),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            tokio::spawn(give_back(connection, self.open, self.answer));
        }
    }
}

/// Gives back a connection that answers in time, and closes one that does not. What it was asked by somebody who went away may still be
/// at work: then that is waited for, too.
async fn give_back(mut connection: PoolConnection<Postgres>, open: bool, answer: Duration) {
    if open && within(answer, connection.execute("ROLLBACK")).await.is_err() {
        // Dropped as it is, it would go sqlx's way.
        drop(connection.detach());
        return;
    }
    // What sqlx would do when it is dropped. Left halfway, the connection is closed and its place free.
    let _ = timeout(answer, connection.return_to_pool()).await;
}

impl Transaction {
    /// Commits.
    ///
    /// # Errors
    /// [`sqlx::Error`]. Whether it was committed is then not known, as ever.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.end("COMMIT").await
    }

    /// Undoes it.
    ///
    /// # Errors
    /// [`sqlx::Error`]. It is then undone with its connection.
    pub async fn rollback(self) -> sqlx::Result<()> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, how: &'static str) -> sqlx::Result<()> {
        self.execute(how).await?;
        self.0.open = false;
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}
