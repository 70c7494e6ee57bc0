//! How far something has got that goes on after a restart: numbers with a name.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::PARTITION;
use crate::{
    kernel::{Ctx, Error, IdSource, Result},
    store::{Batch, Collection, Entity, Store, StoreError, collection},
};

/// How often a number is written again that another process has moved meanwhile.
const MAX_ATTEMPTS: u32 = 16;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Checkpoint {
    name: String,
    at: i64,
}

impl Entity for Checkpoint {
    /// The name is that of the first version.
    const KIND: &'static str = "marks";

    fn document_id(&self) -> String {
        self.name.clone()
    }
}

/// Durable numbers, each moved by one process at a time.
#[derive(Debug, Clone)]
pub struct Checkpoints {
    checkpoints: Collection<Checkpoint>,
    ids: Arc<dyn IdSource>,
}

impl Checkpoints {
    pub fn new(store: Arc<dyn Store>, ids: Arc<dyn IdSource>) -> Self {
        Self { checkpoints: Collection::new(store), ids }
    }

    pub async fn get(&self, name: &str) -> Result<Option<i64>> {
        Ok(self.checkpoints.get(PARTITION, name).await?.map(|read| read.value.at))
    }

    /// Whoever moved it last wins: going over something once more does no harm.
    pub async fn set(&self, ctx: &Ctx, name: &str, at: i64) -> Result<()> {
        for _ in 0..MAX_ATTEMPTS {
            let read = self.checkpoints.get(PARTITION, name).await?;
            let write = collection::put(&Checkpoint { name: name.to_owned(), at }, 0, read.as_ref().map(|read| &read.etag))?;
            let batch = Batch::new(PARTITION, self.ids.next(ctx.now())).with(write);
            match self.checkpoints.store().commit(batch).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Exists(_) | StoreError::Stale(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Error::busy())
    }
}
