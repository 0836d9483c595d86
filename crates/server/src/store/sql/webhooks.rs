//! [`WebhookStore`] in SQL: each operation by name; the work is in the rooms next door.

use async_trait::async_trait;
use repin_core::api::UnixMs;

use super::{Result, SqlStore};
use crate::store::{
    Attempt, By, Claim, DeadLetter, Delivery, LoggedAttempt, NewDelivery, Outbox, Replay, Subscription, WebhookStore,
};

#[async_trait]
impl WebhookStore for SqlStore {
    async fn create_subscription(&self, new: &Subscription, max: usize, first: &NewDelivery<'_>) -> Result<bool> {
        self.insert_subscription(new, max, first).await
    }

    async fn subscription(&self, app: &str, id: &str) -> Result<Option<Subscription>> {
        self.select_subscription(app, id).await
    }

    async fn subscriptions(&self, app: &str) -> Result<Vec<Subscription>> {
        self.select_subscriptions(app).await
    }

    async fn update_subscription(
        &self,
        app: &str,
        id: &str,
        name: Option<&str>,
        enabled: Option<bool>,
        now: UnixMs,
    ) -> Result<Option<Subscription>> {
        self.change_subscription(app, id, name, enabled, now).await
    }

    async fn delete_subscription(&self, app: &str, id: &str) -> Result<bool> {
        self.remove_subscription(app, id).await
    }

    async fn due_deliveries(&self) -> Result<Vec<(String, UnixMs)>> {
        self.select_due().await
    }

    async fn claim_deliveries(&self, claim: &Claim<'_>, now: UnixMs) -> Result<Vec<Delivery>> {
        self.claim(claim, now).await
    }

    async fn finish_attempt(&self, attempt: &Attempt<'_>) -> Result<()> {
        self.finish(attempt).await
    }

    async fn release_deliveries(&self, owner: &str, now: UnixMs) -> Result<()> {
        self.release(owner, now).await
    }

    async fn end_orphaned_claims(&self, now: UnixMs) -> Result<()> {
        self.end_claims(now).await
    }

    async fn deliveries_changed(&self) {
        self.delivery_added.notified().await;
    }

    fn announce_deliveries(&self) {
        self.delivery_added.notify_one();
    }

    async fn outbox(&self) -> Result<Outbox> {
        self.count_outbox().await
    }

    async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>> {
        self.select_dead(limit).await
    }

    async fn replay(&self, which: Replay<'_>, by: By<'_>) -> Result<u64> {
        self.revive(which, by).await
    }

    async fn delivery_log(&self, subscription: Option<&str>, limit: usize) -> Result<Vec<LoggedAttempt>> {
        self.select_log(subscription, limit).await
    }
}
