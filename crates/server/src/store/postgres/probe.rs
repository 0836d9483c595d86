//! The question whether the database is there, over a connection that no request can hold.
//!
//! It is one beside those that are lent, and a server that has as many as it takes refuses it. That server is there, and does what it is
//! asked over the others: so it is asked over one of them, and is not called away.

use std::io;
use std::time::{Duration, Instant};

use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tokio::sync::Mutex;

use super::dialect::READY;
use super::lender::{Lender, within};
use super::schema::known;
use super::{Address, LIMIT_OF_PROBE};
use crate::store::away::is_full;
use crate::store::pool::is_fresh;

/// How long a connection may take to answer that answered a second ago, or that is lent; what is left is for another.
const ANSWER: Duration = Duration::from_secs(1);

/// Whether the database can be written to, and the migration that a program must know.
pub type Answer = (bool, i64);

/// Asks over a connection of its own.
pub struct Probe {
    address: Address,
    /// What requests are done over.
    others: Lender,
    own: Mutex<Option<Own>>,
}

struct Own {
    connection: PgConnection,
    made: Instant,
}

impl Probe {
    /// Beside these. Its connection is made when it is needed.
    pub fn beside(others: &Lender, address: &Address) -> Self {
        Self { address: address.clone(), others: others.clone(), own: Mutex::default() }
    }

    /// Asks.
    ///
    /// # Errors
    /// [`sqlx::Error`]: the server is away, or it takes no connection more and there is none to it.
    pub async fn ask(&self) -> sqlx::Result<Answer> {
        within(LIMIT_OF_PROBE, self.answer()).await
    }

    async fn answer(&self) -> sqlx::Result<Answer> {
        let mut own = self.own.lock().await;
        if self.others.is_closed() {
            return Err(sqlx::Error::PoolClosed);
        }
        // Taken out: of whoever is not waited for any longer the connection goes, too.
        if let Some(mut known) = own.take().filter(|known| is_fresh(known.made.elapsed(), Duration::ZERO))
            && let Ok(answer) = within(ANSWER, ask(&mut known.connection)).await
        {
            *own = Some(known);
            return Ok(answer);
        }
        let mut connection = match self.address.connect().await {
            Err(error) if is_full(&error) => return self.ask_others(error).await,
            made => made?,
        };
        let answer = ask(&mut connection).await?;
        *own = Some(Own { connection, made: Instant::now() });
        Ok(answer)
    }

    /// Over a connection that is lent, and when all are, they are at work: nothing says that it is not as it was.
    async fn ask_others(&self, full: sqlx::Error) -> sqlx::Result<Answer> {
        let asked = within(ANSWER, async { ask(&mut *self.others.acquire().await?).await }).await;
        match asked {
            Err(sqlx::Error::Io(error)) if error.kind() == io::ErrorKind::TimedOut && self.others.size() > 0 => {
                Ok((true, known()))
            }
            // None is there, and none is to be had.
            Err(sqlx::Error::Io(error)) if error.kind() == io::ErrorKind::TimedOut => Err(full),
            asked => asked,
        }
    }

    /// Closes.
    pub async fn close(&self) {
        if let Some(own) = self.own.lock().await.take() {
            let _ = within(ANSWER, own.connection.close()).await;
        }
    }
}

async fn ask(connection: &mut PgConnection) -> sqlx::Result<Answer> {
    sqlx::query_as(READY).fetch_one(connection).await
}
