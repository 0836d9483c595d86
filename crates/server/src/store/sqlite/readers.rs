//! Connections that look something up where it is asked for.
//!
//! The one that writes is asked first, when nobody writes: it alone knows what it has in memory to be the newest. Any other forgets all
//! of it with each commit that is not its own, and reads it anew (`docs/load.md`).

use std::sync::{Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::direct::{Direct, Fields, Opening};
use super::group::Turns;
use super::{ACQUIRE, READERS};
use crate::store::values::Value;
use crate::store::{Connections, Result};

/// They.
pub struct Readers {
    opening: Opening,
    turns: Turns,
    idle: Mutex<Vec<Direct>>,
    /// As many as may look at once.
    places: Semaphore,
}

impl Readers {
    /// Of a file; each is opened when it is first needed.
    pub fn of(opening: Opening, turns: Turns) -> Self {
        Self { opening, turns, idle: Mutex::default(), places: Semaphore::new(READERS as usize) }
    }

    /// The rows that a SELECT gives.
    pub async fn rows(&self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Fields>> {
        if let Some(rows) = self.turns.look(sql, values) {
            return Ok(rows);
        }
        let place = timeout(ACQUIRE, self.places.acquire()).await.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let _place = place.map_err(|_| sqlx::Error::PoolClosed)?;
        let idle = self.idle().pop();
        let mut connection = idle.map_or_else(|| self.opening.open(), Ok)?;
        let given = connection.given(sql, values);
        self.idle().push(connection);
        Ok(given?.rows)
    }

    /// What they do now.
    pub fn connections(&self) -> Connections {
        let idle = u32::try_from(self.idle().len()).unwrap_or(u32::MAX);
        let free = u32::try_from(self.places.available_permits()).unwrap_or(u32::MAX);
        Connections { in_use: READERS.saturating_sub(free), idle, limit: READERS }
    }

    /// Waits for who looks, and closes.
    pub async fn close(&self) {
        // An error says that it was closed before.
        let _all = self.places.acquire_many(READERS).await;
        self.places.close();
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Direct>> {
        // Nothing is left half done in a list.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
