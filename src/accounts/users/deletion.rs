//! How an account ends, so that it ends completely whatever happens in between.
//!
//! 1. A note of what is to be deleted is written where it will be found again.
//! 2. The user's ledger is closed: from that instant nothing can be written for the user.
//! 3. All documents of the user's partition go, then the login, which frees the name, and last the note.
//!
//! Whoever finds a note does all of it again from step 2; each step is content to find itself done.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::model::User;
use crate::{
    accounts::auth::{liveness::Liveness, model::Login},
    kernel::{Ctx, IdSource, Limit, PageRequest, Result, UserId},
    ledger::Summary,
    store::{Batch, Collection, Document, Entity, Partition, Query, Store, StoreError, Write, collection},
};

/// The note: whose data, and through which login.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Deletion {
    user_id: UserId,
    login: String,
}

impl Entity for Deletion {
    const KIND: &'static str = "deletions";

    fn document_id(&self) -> String {
        self.user_id.to_string()
    }

    fn sort(&self) -> Option<i64> {
        Some(0)
    }
}

#[derive(Debug, Clone)]
pub struct Deletions {
    store: Arc<dyn Store>,
    notes: Collection<Deletion>,
    logins: Collection<Login>,
    summaries: Collection<Summary>,
    liveness: Liveness,
    ids: Arc<dyn IdSource>,
}

fn notes_partition() -> Partition {
    Partition::named("deletions")
}

impl Deletions {
    pub fn new(store: Arc<dyn Store>, liveness: Liveness, ids: Arc<dyn IdSource>) -> Self {
        Self {
            notes: Collection::new(Arc::clone(&store)),
            logins: Collection::new(Arc::clone(&store)),
            summaries: Collection::new(Arc::clone(&store)),
            store,
            liveness,
            ids,
        }
    }

    /// Step 1.
    pub(super) async fn announce(&self, ctx: &Ctx, user: &User) -> Result<()> {
        let note = Deletion { user_id: user.id, login: user.login.clone() };
        match self.commit(ctx, notes_partition(), vec![collection::create(&note, 0)?]).await {
            // An earlier attempt left its note.
            Ok(()) | Err(StoreError::Exists(_)) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }

    /// Step 3, after the ledger was closed.
    pub(super) async fn carry_out(&self, ctx: &Ctx, user: &User) -> Result<()> {
        self.sweep(ctx, &Deletion { user_id: user.id, login: user.login.clone() }).await
    }

    /// Finishes the deletions that were cut short, for whoever starts the program. Returns how many there were.
    pub async fn resume(&self, ctx: &Ctx) -> Result<usize> {
        let mut finished = 0;
        loop {
            let page = self.notes.list(Some(notes_partition()), None, PageRequest::first(Limit::MAX)).await?;
            if page.items.is_empty() {
                return Ok(finished);
            }
            for note in page.items {
                self.close(ctx, note.user_id).await?;
                self.sweep(ctx, &note).await?;
                finished += 1;
            }
        }
    }

    async fn close(&self, ctx: &Ctx, user: UserId) -> Result<()> {
        loop {
            let Some(read) = self.summaries.get(Partition::of(user), crate::ledger::summary::ID).await? else { return Ok(()) };
            if read.value.is_closed() {
                return Ok(());
            }
            let closed = read.value.closed_at(ctx.now);
            match self.commit(ctx, Partition::of(user), vec![collection::replace(&closed, closed.seq, &read.etag)?]).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Stale(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
    }

    async fn sweep(&self, ctx: &Ctx, note: &Deletion) -> Result<()> {
        self.liveness.gone(note.user_id, ctx.now);
        let partition = Partition::of(note.user_id);
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
        self.release_login(ctx, note).await?;
        let write = Write::Remove { kind: Deletion::KIND.into(), id: note.document_id(), etag: None };
        Ok(self.commit(ctx, notes_partition(), vec![write]).await?)
    }

    async fn release_login(&self, ctx: &Ctx, note: &Deletion) -> Result<()> {
        let partition = Partition::named(note.login.clone());
        loop {
            let login = self.logins.get(partition.clone(), Login::ID).await?;
            // The name may have been released before, and taken by somebody else since.
            let Some(login) = login.filter(|login| login.value.belongs_to(note.user_id)) else { return Ok(()) };
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
    }

    async fn documents(&self, partition: &Partition) -> Result<Vec<Document>, StoreError> {
        let limit = Limit::new(100).unwrap_or(Limit::MAX);
        let query = Query::Everything { partition: partition.clone(), page: PageRequest::first(limit) };
        Ok(self.store.query(query).await?.items)
    }

    async fn commit(&self, ctx: &Ctx, partition: Partition, writes: Vec<Write>) -> Result<(), StoreError> {
        self.store.commit(Batch { partition, op: self.ids.next(ctx.now), writes }).await.map(drop)
    }
}

fn remove(document: Document) -> Write {
    Write::Remove { kind: document.key.kind, id: document.key.id, etag: None }
}
