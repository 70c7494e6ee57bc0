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
};

/// How one connection stands.
#[derive(Debug)]
pub struct Stands {
    pub connection: Connection,
    pub counts: LinkCounts,
    pub last_run: Option<Timestamp>,
    pub next_run: Option<Timestamp>,
}

impl ConnectionService {
    /// Everybody's, oldest first; two reads for each. Errors: `Forbidden`.
    pub async fn overview(&self, ctx: &Ctx, page: PageRequest) -> Result<Page<Stands>> {
        ctx.require_admin()?;
        let Page { items, next } = self.ledger.collection::<Connection>().list(None, None, page).await?;
        let items = try_join_all(items.into_iter().map(|connection| stands(&self.ledger, connection))).await?;
        Ok(Page { items: items.into_iter().flatten().collect(), next })
    }
}

/// `None` for one whose user was just erased.
async fn stands(ledger: &Ledger, connection: Connection) -> Result<Option<Stands>> {
    let Some(summary) = ledger.read(connection.user_id).await? else { return Ok(None) };
    let state = repo::state_of(ledger, &connection).await?;
    let (last, next_run) = state.map_or((None, None), |state| (state.last_run, state.next_run));
    let counts = counts(&summary, connection.number, 0);
    Ok(Some(Stands { counts, last_run: last.map(|run| run.started_at), next_run, connection }))
}
