//! What is left of connections that are gone is taken away in commits of bounded size: at once by the request that deletes one,
//! and by what is due to the user where that did not come to its end.

use std::sync::Arc;

use super::{
    connections::{
        repo::{Gone, Numbers},
        run::{Conflict, Run},
        steps::Steps,
    },
    counters::places_of,
    sync::link::Link,
    webhooks::{model::Webhook, repo::WebhookRepo},
};
use crate::{
    domain::Shared,
    jobs::DueWork,
    kernel::{Ctx, Limit, Owner, PageRequest, Result},
    ledger::{Counted, Decision, Ledger, Transaction},
    store::{Order, Partition, Place, Scope, Stored},
    work::{tasks::edits::Edits, work_sessions::repo::WorkSessionRepo},
};

/// The name of the work.
pub const REMOVAL: &str = "connection_removal";
/// How many documents a commit takes away.
const AT_ONCE: u32 = 50;

/// Takes away what belonged to connections that are gone.
#[derive(Clone)]
pub struct Removal {
    ledger: Ledger,
    sessions: WorkSessionRepo,
    webhooks: WebhookRepo,
}

impl Removal {
    pub fn new(shared: &Shared) -> Self {
        Self {
            ledger: shared.ledger.clone(),
            sessions: WorkSessionRepo::new(Arc::clone(&shared.store)),
            webhooks: WebhookRepo::new(&shared.store, Arc::clone(&shared.ids)),
        }
    }

    /// Where the service of a connection that is to go still sends, so that it can be told.
    pub async fn addresses(&self, owner: Owner, number: u16) -> Result<Vec<String>> {
        Ok(self.webhooks.of(owner.id(), number).await?.into_iter().map(|webhook| webhook.path).collect())
    }

    /// All of it. Errors: `NotFound` when there is no such user.
    pub async fn of(&self, owner: Owner) -> Result<()> {
        while self.some(owner).await? {}
        Ok(())
    }

    /// As much as a commit holds; `false` once nothing is left.
    async fn some(&self, owner: Owner) -> Result<bool> {
        self.ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let gone = Numbers::gone(&change.summary)?;
                    let Some(first) = gone.first().copied() else {
                        if change.summary.due.get(REMOVAL).is_none() {
                            return Ok(Decision::Keep(false));
                        }
                        change.summary.due.set(REMOVAL, None);
                        return Ok(Decision::Write(false));
                    };
                    if !self.take(change, owner, first).await? {
                        Numbers::cleared(&mut change.summary, first)?;
                        if gone.len() == 1 {
                            change.summary.due.set(REMOVAL, None);
                            return Ok(Decision::Write(false));
                        }
                    }
                    Ok(Decision::Write(true))
                })
            })
            .await
    }

    /// Queues that some of what belonged to it goes; `false` when nothing did.
    async fn take(&self, change: &mut Transaction<'_>, owner: Owner, gone: Gone) -> Result<bool> {
        let taken = self.take_of::<Run>(change, owner, gone).await?
            || self.take_of::<Steps>(change, owner, gone).await?
            || self.take_of::<Conflict>(change, owner, gone).await?
            || self.take_of::<Webhook>(change, owner, gone).await?;
        Ok(taken || self.take_links(change, owner, gone).await?)
    }

    /// The same of links, whose tasks are then kept there no longer.
    async fn take_links(&self, change: &mut Transaction<'_>, owner: Owner, gone: Gone) -> Result<bool> {
        let links = self.some_of::<Link>(owner, gone, AT_ONCE / 2).await?;
        let mut edits = Edits::by_service(change, &self.sessions, owner);
        for link in &links {
            if let Some(task) = edits.find(link.value.task_id).await? {
                let elsewhere = task.external.iter().filter(|external| external.connection_id != gone.id.uuid());
                edits.set_external(task.id, elsewhere.cloned().collect()).await?;
            }
        }
        edits.queue()?;
        for read in &links {
            change.remove(read);
        }
        Ok(!links.is_empty())
    }

    /// The same of one kind, whose first list is by the number of the connection.
    async fn take_of<T: Counted>(&self, change: &mut Transaction<'_>, owner: Owner, gone: Gone) -> Result<bool> {
        let some = self.some_of::<T>(owner, gone, AT_ONCE).await?;
        for read in &some {
            change.remove(read);
        }
        Ok(!some.is_empty())
    }

    async fn some_of<T: Counted>(&self, owner: Owner, gone: Gone, limit: u32) -> Result<Vec<Stored<T>>> {
        let scope = Scope::Partition(Partition::of(owner.id()), Place::FIRST);
        let page = PageRequest::first(Limit::new(limit).unwrap_or(Limit::MAX));
        let span = places_of(gone.number, None);
        Ok(self.ledger.collection::<T>().list_in(scope, None, Order::Ascending, span, page).await?.items)
    }
}

#[async_trait::async_trait]
impl DueWork for Removal {
    fn name(&self) -> &'static str {
        REMOVAL
    }

    async fn run(&self, _ctx: &Ctx, owner: Owner) -> Result<()> {
        self.of(owner).await
    }
}
