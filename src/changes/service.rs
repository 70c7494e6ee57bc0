//! The one use case: what a client must apply next.

use std::sync::Arc;

use super::{
    model::{Changed, Changes, Place, Token},
    repo::ChangesRepo,
};
use crate::{
    domain::Shared,
    kernel::{Ctx, Error, Limit, Owner, Page, PageRequest, Result, UserId},
    ledger::Ledger,
};

/// The most documents that one change can have written, all of which a client may have seen already.
const OF_ONE_CHANGE: u16 = 100;

#[derive(Debug, Clone)]
pub struct ChangesService {
    repo: ChangesRepo,
    ledger: Ledger,
}

impl ChangesService {
    pub fn new(shared: &Shared) -> Self {
        Self { repo: ChangesRepo::new(Arc::clone(&shared.store)), ledger: shared.ledger.clone() }
    }

    /// What changed since the token, or everything without one; one query. Where the token leads nowhere (too old, from the
    /// future, somebody else's, of data that was put back from a copy) it begins again from the start, and says so.
    /// Errors: `NotFound` when there is no such user.
    pub async fn since(&self, ctx: &Ctx, owner: Owner, token: Option<&Token>, limit: Limit) -> Result<Changes> {
        let history = self.repo.history().await?;
        if let Some(token) = token.filter(|token| token.is_good(owner.id(), history, ctx.now()))
            && let Some(changes) = self.after(ctx, owner, token, limit).await?
        {
            return Ok(changes);
        }
        let start = Token::start(owner.id(), history, ctx.now());
        let read = self.repo.from(owner, 0, PageRequest::first(limit)).await?;
        if read.items.is_empty() {
            // Whoever exists has a profile, which is published.
            return Err(Error::not_found("User"));
        }
        Ok(Changes { reset: true, ..page(ctx, &start, cut(read, limit)) })
    }

    /// Tells when something of anybody's may have changed in this process.
    pub fn watch(&self) -> tokio::sync::broadcast::Receiver<UserId> {
        self.ledger.watch()
    }

    /// `None` when the data is not what the token speaks of.
    ///
    /// The documents of the token's own change are read once more: as long as the client's copy belongs to this history,
    /// what it saw last is still there, or has a higher number by now.
    async fn after(&self, ctx: &Ctx, owner: Owner, token: &Token, limit: Limit) -> Result<Option<Changes>> {
        let Some(place) = &token.place else {
            let read = self.repo.from(owner, 0, PageRequest::first(limit)).await?;
            return Ok(Some(page(ctx, token, cut(read, limit))));
        };
        let mut wanted = PageRequest::first(limit.and(OF_ONE_CHANGE));
        let mut read = self.repo.from(owner, place.seq, wanted.clone()).await?;
        if read.items.is_empty() {
            // All that had that number or a higher one was deleted, and is forgotten by now; or there never was any.
            let summary = self.ledger.read(owner.id()).await?.ok_or_else(|| Error::not_found("User"))?;
            return Ok((summary.seq >= place.seq).then(|| page(ctx, token, cut(read, limit))));
        }
        if read.items.iter().any(|changed| changed.place.seq == place.seq && changed.place.op != place.op) {
            return Ok(None);
        }
        read.items.retain(|changed| is_after(&changed.place, place));
        // A page ends by its size, too, and may then hold nothing but what the client has seen.
        while read.items.is_empty() && read.next.is_some() {
            wanted.after = read.next;
            read = self.repo.from(owner, place.seq, wanted.clone()).await?;
            read.items.retain(|changed| is_after(&changed.place, place));
        }
        Ok(Some(page(ctx, token, cut(read, limit))))
    }
}

/// In the order in which the store gives them.
fn is_after(one: &Place, other: &Place) -> bool {
    (one.seq, &one.kind, &one.id) > (other.seq, &other.kind, &other.id)
}

/// What is left out beyond the limit is more. Nobody continues by the store's cursor, only by the token.
fn cut(mut read: Page<Changed>, limit: Limit) -> (Vec<Changed>, bool) {
    let more = read.next.is_some() || read.items.len() > limit.get();
    read.items.truncate(limit.get());
    (read.items, more)
}

fn page(ctx: &Ctx, token: &Token, (changes, more): (Vec<Changed>, bool)) -> Changes {
    let since = if more { token.since } else { ctx.now() };
    let place = changes.last().map(|last| last.place.clone()).or_else(|| token.place.clone());
    Changes { token: Token { since, place, ..token.clone() }, changes, more, reset: false }
}
