//! Webhooks whose service sends for some time only: at half of that it is asked to go on, and whatever it does not know any more it is
//! told anew. It is due to their owner, so that it is done however often a service could not be told.

use std::time::Duration;

use super::{
    model::Webhook,
    service::{RENEWAL, TELLING, WebhookService},
};
use crate::{
    integrations::connections::model::Connection,
    jobs::DueWork,
    kernel::{Ctx, Owner, Result},
    ledger::Decision,
    outbound::providers::{Failure, Subscribed},
    store::Stored,
};

/// When a service is told again that could not be told.
const AGAIN: Duration = Duration::from_hours(1);

/// Has services go on sending.
pub struct RenewWebhooks(pub WebhookService);

#[async_trait::async_trait]
impl DueWork for RenewWebhooks {
    fn name(&self) -> &'static str {
        RENEWAL
    }

    async fn run(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        let now = ctx.now();
        for read in self.0.repo.lapsing(owner.id()).await? {
            if read.value.renew_at().is_none_or(|at| at <= now) {
                self.renew(ctx, owner, read).await?;
            }
        }
        self.0
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    // Read after the summary, which whoever makes a webhook replaces.
                    let all = self.0.repo.lapsing(owner.id()).await?;
                    let now = change.now();
                    // What is due still could not be done.
                    let next = |read: &Stored<Webhook>| read.value.renew_at().filter(|at| *at > now).unwrap_or(now.plus(AGAIN));
                    let next = all.iter().map(next).min();
                    if change.summary.due.get(RENEWAL) == next {
                        return Ok(Decision::Keep(()));
                    }
                    change.summary.due.set(RENEWAL, next);
                    Ok(Decision::Write(()))
                })
            })
            .await
    }
}

impl RenewWebhooks {
    async fn renew(&self, ctx: &Ctx, owner: Owner, read: Stored<Webhook>) -> Result<()> {
        if let Some(subscription) = &read.value.subscription {
            match tokio::time::timeout(TELLING, self.resubscribe(owner, &read.value, &subscription.id)).await {
                Ok(Some(Ok(said))) => return self.0.keep(ctx, owner, read, &said).await.map(drop),
                // It is gone there.
                Ok(Some(Err(Failure::NotFound))) => {}
                other => {
                    tracing::info!(webhook = %read.value.id, ?other, "a webhook was not renewed");
                    return Ok(());
                }
            }
        }
        let Some(secret) = self.0.newest(&read.value).await? else { return Ok(()) };
        let said = self.0.subscribe(owner, &read.value, &secret).await;
        self.0.keep(ctx, owner, read, &said).await.map(drop)
    }

    /// `None` when there is nobody to ask for us.
    async fn resubscribe(&self, owner: Owner, webhook: &Webhook, id: &str) -> Option<Result<Subscribed, Failure>> {
        let connection = self.0.ledger.load::<Connection>(owner, &webhook.connection_id.to_string()).await.ok()?;
        Some(self.0.provider(owner, &connection.value).await?.resubscribe(id).await)
    }
}
