//! Whether the receivers of webhooks can be reached: their name, their address, a connection and TLS, under the rules that
//! deliveries are under. Nothing is sent, and of an endpoint nothing is said, for hosts put secrets into their paths.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::connection::Connection;
use super::{Finding, Subject};
use crate::webhooks::{SendError, Sender};

const NAME: &str = "webhooks";

/// Receivers that are tried at the same time.
const AT_ONCE: usize = 16;

/// Looks.
pub async fn check(subject: &Subject, database: &mut Connection) -> Vec<Finding> {
    let sender = match Sender::new(&subject.config.webhooks) {
        Ok(sender) => Arc::new(sender),
        Err(error) => return vec![Finding::fault(NAME, error.to_string(), "mend --webhook-ca")],
    };
    let Ok(subscriptions) = database.pairs("SELECT id, endpoint FROM subscriptions WHERE enabled ORDER BY id").await
    else {
        return Vec::new();
    };
    let (number, room) = (subscriptions.len(), Arc::new(Semaphore::new(AT_ONCE)));
    let mut tries = JoinSet::new();
    for (id, endpoint) in subscriptions {
        let (sender, room) = (sender.clone(), room.clone());
        tries.spawn(async move {
            let _held = room.acquire().await;
            sender.reach(&endpoint).await.err().map(|error| (id, error))
        });
    }
    let mut unreached: Vec<_> = tries.join_all().await.into_iter().flatten().collect();
    unreached.sort_by(|(one, _), (other, _)| one.cmp(other));
    if unreached.is_empty() {
        return vec![Finding::ok(NAME, format!("{number} receivers, all of them reached"))];
    }
    let finding =
        |(id, error): (String, SendError)| Finding::warning(NAME, format!("subscription {id}: {error}"), remedy(error));
    unreached.into_iter().map(finding).collect()
}

fn remedy(error: SendError) -> &'static str {
    match error {
        SendError::Endpoint | SendError::Address => {
            "not where webhooks may go; see --webhook-allow-network and --webhook-allow-http"
        }
        SendError::Name => "does this machine's resolver know the name? Tell the host",
        SendError::Connect | SendError::Timeout => "is a firewall between? Tell the host",
        SendError::Tls => "its certificate is not one that this gateway trusts; see --webhook-ca",
        SendError::Protocol => "tell the host",
    }
}
