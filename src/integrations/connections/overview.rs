//! All connections, for whoever operates the program: whether they work, and nothing of whom or what they are.

use futures_util::future::try_join_all;

use super::{
    model::Connection,
    repo,
    run::LinkCounts,
    service::{ConnectionService, counts},
};
use crate::{
    kernel::{Ctx, Page, PageRequest, Result, Timestamp},
    ledger::Ledger,
    outbound::providers::ProviderName,
};

/// Where Todoist tells of changes of all who use this program's app there.
pub const TODOIST_WEBHOOK: &str = "/api/webhooks/todoist";

/// How one connection stands.
#[derive(Debug)]
pub struct Stands {
    pub connection: Connection,
    pub counts: LinkCounts,
    pub last_run: Option<Timestamp>,
    pub next_run: Option<Timestamp>,
    /// What the operator enters at the service, where that tells one address of changes of all who use an app.
    pub webhook_url: Option<String>,
}

impl ConnectionService {
    /// Everybody's, oldest first; two reads for each. `public_url`: where services reach this program. Errors: `Forbidden`.
    pub async fn overview(&self, ctx: &Ctx, page: PageRequest, public_url: &str) -> Result<Page<Stands>> {
        ctx.require_admin()?;
        let Page { items, next } = self.ledger.collection::<Connection>().list(None, None, page).await?;
        let todoist = self.takes_consent(ProviderName::Todoist).then(|| format!("{public_url}{TODOIST_WEBHOOK}"));
        let stands = |connection: Connection| {
            let webhook_url = todoist.clone().filter(|_| connection.provider() == ProviderName::Todoist);
            stands(&self.ledger, connection, webhook_url)
        };
        let items = try_join_all(items.into_iter().map(stands)).await?;
        Ok(Page { items: items.into_iter().flatten().collect(), next })
    }
}

/// `None` for one whose user was just erased.
async fn stands(ledger: &Ledger, connection: Connection, webhook_url: Option<String>) -> Result<Option<Stands>> {
    let Some(summary) = ledger.read(connection.user_id).await? else { return Ok(None) };
    let state = repo::state_of(ledger, &connection).await?;
    let (last, next_run) = state.map_or((None, None), |state| (state.last_run, state.next_run));
    let counts = counts(&summary, connection.number, 0);
    Ok(Some(Stands { counts, last_run: last.map(|run| run.started_at), next_run, webhook_url, connection }))
}
