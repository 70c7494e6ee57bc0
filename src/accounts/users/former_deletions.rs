//! Deletions that an earlier version left half done. It wrote a note of each before it closed the ledger; today the closed
//! summary is the order.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::erasure::Erasure;
use crate::{
    domain::{AtStart, Shared},
    kernel::{Ctx, Limit, PageRequest, Result, UserId},
    ledger::Ledger,
    store::{Batch, Collection, Entity, Partition, Places, Store, Write},
};

const PARTITION: Partition = Partition::fixed("deletions");

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

    fn places(&self) -> Places {
        [Some(0), None, None, None]
    }
}

/// Finishes them when the program starts.
#[derive(Clone)]
pub struct FormerDeletions {
    store: Arc<dyn Store>,
    notes: Collection<Deletion>,
    ledger: Ledger,
    erasure: Erasure,
}

impl FormerDeletions {
    pub fn new(shared: &Shared, erasure: Erasure) -> Self {
        Self { store: Arc::clone(&shared.store), notes: shared.ledger.collection(), ledger: shared.ledger.clone(), erasure }
    }

    async fn finish(&self, ctx: &Ctx, note: &Deletion) -> Result<()> {
        // Where the ledger is open, the deletion was never decided.
        if self.ledger.read(note.user_id).await?.is_none() {
            self.erasure.erase_all(ctx, note.user_id, &note.login).await?;
        }
        let write = Write::Remove { kind: Deletion::KIND.into(), id: note.document_id(), etag: None };
        let op = self.ledger.ids().next(ctx.now());
        Ok(self.store.commit(Batch::new(PARTITION, op).with(write)).await.map(drop)?)
    }
}

#[async_trait::async_trait]
impl AtStart for FormerDeletions {
    async fn run(&self, ctx: &Ctx) -> Result<()> {
        loop {
            let page = self.notes.list(Some(PARTITION), None, PageRequest::first(Limit::MAX)).await?;
            if page.items.is_empty() {
                return Ok(());
            }
            for note in &page.items {
                self.finish(ctx, note).await?;
            }
        }
    }
}
