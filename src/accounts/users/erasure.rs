//! How an account ends, so that it ends completely whatever happens in between.
//!
//! 1. The user's ledger is closed in one commit, which takes the profile away: from that instant nothing can be written
//!    for the user. The closed summary is the order to erase; it says so among what is due.
//! 2. Whoever acts for the user elsewhere tells so there. All documents of the user's partition go, then the login, which frees the name, and last the order.
//!
//! The request that deletes the account does both. When it ends in between (its caller has gone, or the program was
//! killed), step 2 is found by what is due and done again; each part of it is content to find itself done.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    accounts::auth::{liveness::Liveness, model::Login},
    domain::Shared,
    jobs::DueWork,
    kernel::{Ctx, Error, Limit, Owner, PageRequest, Result, UserId},
    ledger::{Fact, Ledger, Summary, Transaction},
    store::{Batch, Collection, Document, Entity, Partition, Query, Store, StoreError, Write},
};

/// The work that is due when an account is to be erased.
const ERASURE: &str = "erasure";
/// How often the login is read again that changes while it is to be removed.
const MAX_ATTEMPTS: u32 = 16;

/// What the closed summary knows: the partition of the login that led to the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    login: String,
}

impl Fact for Order {
    const NAME: &'static str = "erasure";
}

/// Who acts for users elsewhere, and tells there that an account ends.
#[async_trait::async_trait]
pub trait Leaving: Send + Sync {
    /// Before the documents go, which say where, and after it is decided that they do. It is done again when it was interrupted.
    /// Errors: those of our own store, after any of which it is done again too.
    async fn leave(&self, ctx: &Ctx, owner: Owner) -> Result<()>;
}

#[derive(Clone)]
pub struct Erasure {
    store: Arc<dyn Store>,
    leaving: Arc<dyn Leaving>,
    ledger: Ledger,
    logins: Collection<Login>,
    liveness: Liveness,
}

impl Erasure {
    pub fn new(shared: &Shared, liveness: Liveness, leaving: Arc<dyn Leaving>) -> Self {
        Self {
            store: Arc::clone(&shared.store),
            leaving,
            ledger: shared.ledger.clone(),
            logins: shared.ledger.collection(),
            liveness,
        }
    }

    /// Step 1, as a part of the transaction.
    pub(super) fn order(change: &mut Transaction<'_>, login: String) -> Result<()> {
        change.close();
        change.summary.due.set(ERASURE, Some(change.now()));
        change.summary.facts.set(&Order { login })
    }

    /// Step 2, for whoever has just ordered it: what is left when it fails is found by what is due.
    pub(super) async fn erase_now(&self, ctx: &Ctx, owner: Owner) {
        if let Err(error) = self.erase(ctx, owner).await {
            tracing::warn!(error = %error.chain(), "an account will be erased later");
        }
    }

    async fn erase(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        let user = owner.id();
        self.liveness.gone(user, ctx.now());
        let Some(summary) = self.ledger.read_even_closed(user).await?.filter(Summary::is_closed) else { return Ok(()) };
        match summary.facts.get::<Order>()? {
            Some(order) => {
                self.leaving.leave(ctx, owner).await?;
                self.erase_all(ctx, user, &order.login).await
            }
            None => Ok(()),
        }
    }

    /// Erases everything of a user whose ledger is closed, and frees the name of the login.
    pub(super) async fn erase_all(&self, ctx: &Ctx, user: UserId, login: &str) -> Result<()> {
        let partition = Partition::of(user);
        loop {
            // The closed summary stays as the guard; it expires by itself.
            let documents = self.documents(&partition).await?;
            let writes: Vec<Write> =
                documents.into_iter().filter(|document| document.key.kind != Summary::KIND).map(remove).collect();
            if writes.is_empty() {
                break;
            }
            self.commit(ctx, partition.clone(), writes).await?;
        }
        self.release_login(ctx, user, login).await?;
        self.ledger.erased(user).await
    }

    async fn release_login(&self, ctx: &Ctx, user: UserId, login: &str) -> Result<()> {
        let partition = Partition::named(login);
        for _ in 0..MAX_ATTEMPTS {
            let login = self.logins.get(partition.clone(), Login::ID).await?;
            // The name may have been released before, and taken by somebody else since.
            let Some(login) = login.filter(|login| login.value.belongs_to(user)) else { return Ok(()) };
            let writes = self.documents(&partition).await?.into_iter().map(|document| {
                let etag = (document.key.kind == Login::KIND).then(|| login.etag.clone());
                Write::Remove { kind: document.key.kind, id: document.key.id, etag }
            });
            match self.commit(ctx, partition.clone(), writes.collect()).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Stale(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Error::busy())
    }

    async fn documents(&self, partition: &Partition) -> Result<Vec<Document>, StoreError> {
        let limit = Limit::new(100).unwrap_or(Limit::MAX);
        let query = Query::Everything { partition: partition.clone(), page: PageRequest::first(limit) };
        Ok(self.store.query(query).await?.items)
    }

    async fn commit(&self, ctx: &Ctx, partition: Partition, writes: Vec<Write>) -> Result<(), StoreError> {
        self.store.commit(Batch { partition, op: self.ledger.ids().next(ctx.now()), writes }).await.map(drop)
    }
}

#[async_trait::async_trait]
impl DueWork for Erasure {
    fn name(&self) -> &'static str {
        ERASURE
    }

    async fn run(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        self.erase(ctx, owner).await
    }
}

fn remove(document: Document) -> Write {
    Write::Remove { kind: document.key.kind, id: document.key.id, etag: None }
}
