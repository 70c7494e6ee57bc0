//! Looks which consents would be forgotten for want of use, and has them renewed; of those that end all the same, the person is
//! told. It asks no service itself: whoever takes its messages does, one consent at a time.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use crate::{
    accounts::settings::model::Settings,
    domain::Shared,
    integrations::{
        connections::model::{ConnectionId, Trigger, name_of},
        credentials::{model::Credential, repo::CredentialRepo},
        messages::{INBOUND, Inbound},
    },
    jobs::{
        Job, Leases, Outcome, Registry, Tick,
        queue::{NewMessage, Queue},
    },
    kernel::{Clock, Code, Ctx, Limit, PageRequest, Result},
    ledger::{Decision, Ledger},
    store::Store,
    wellbeing::reminders::model::{Nudge, What},
};

/// How long the timer's lease lasts at most.
const LEASE_TTL: Duration = Duration::from_mins(2);
/// How many are sent for by one tick at most; the rest comes with the next.
const MOST: usize = 500;

/// What is done without a request.
pub fn registry(shared: &Shared) -> Registry {
    Registry::default().with(RefreshTokens::new(shared), include_str!("../../../token_refresher/function.json"))
}

/// The timer.
struct RefreshTokens {
    store: Arc<dyn Store>,
    ledger: Ledger,
    credentials: CredentialRepo,
    leases: Leases,
    queue: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
}

impl RefreshTokens {
    fn new(shared: &Shared) -> Self {
        Self {
            store: Arc::clone(&shared.store),
            ledger: shared.ledger.clone(),
            credentials: CredentialRepo::new(Arc::clone(&shared.store), Arc::clone(&shared.ids)),
            leases: shared.leases.clone(),
            queue: Arc::clone(&shared.queue),
            clock: Arc::clone(&shared.clock),
        }
    }

    async fn look(&self, ctx: &Ctx) -> Result<()> {
        let Some(lease) = self.leases.take(ctx, Self::NAME, LEASE_TTL).await? else { return Ok(()) };
        let mut left = MOST;
        for range in self.store.ranges().await? {
            let mut page = Some(PageRequest::first(Limit::MAX));
            while let Some(wanted) = page.take().filter(|_| left > 0) {
                let due = self.credentials.due(range.clone(), ctx.now(), wanted).await?;
                for credential in due.items.iter().take(left) {
                    if credential.ends_soon(ctx.now()).is_some() {
                        self.tell(ctx, credential).await?;
                        continue;
                    }
                    let message = Inbound {
                        user_id: credential.user_id,
                        connection_id: ConnectionId::new(credential.id),
                        trigger: Trigger::Token,
                        correlation_id: ctx.request_id().to_string(),
                    };
                    self.queue.send(INBOUND, NewMessage::of(json!(message))).await?;
                }
                left = left.saturating_sub(due.items.len());
                page = due.next.map(|after| PageRequest { limit: Limit::MAX, after: Some(after) });
            }
        }
        self.leases.finish(self.clock.now(), lease).await
    }

    /// Tells a person, once, that only another consent helps. Errors: those of the store.
    async fn tell(&self, ctx: &Ctx, credential: &Credential) -> Result<()> {
        let owner = ctx.owner_for_program(credential.user_id)?;
        let (connection_id, provider) = (credential.id, name_of(credential.provider));
        let told = self.ledger.run(owner, |change| {
            Box::pin(async move {
                let Some(read) = change.find::<Credential>(&connection_id.to_string()).await? else {
                    return Ok(Decision::Keep(()));
                };
                let now = change.now();
                let ends_at = read.value.ends_soon(now);
                if ends_at.is_none() {
                    return Ok(Decision::Keep(()));
                }
                let what = What::Reconnect { connection_id, provider: provider.to_owned(), ends_at };
                let language = Settings::of(&change.summary)?.language;
                change.create(&Nudge::new(change.next_id(), owner.id(), what, language, now))?;
                change.replace(&read.value.with(|consent| consent.told_at = Some(now)), &read)?;
                Ok(Decision::Write(()))
            })
        });
        match told.await {
            // The account is gone, and the consent with it.
            Err(error) if error.code() == Code::NotFound => Ok(()),
            other => other,
        }
    }
}

#[async_trait::async_trait]
impl Job for RefreshTokens {
    const NAME: &'static str = "token_refresher";
    type Payload = Tick;

    async fn run(&self, ctx: &Ctx, _: Tick) -> Outcome {
        self.look(ctx).await.into()
    }
}
