//! How far a run has got: kept in the connection's state, whose version is also the lease, so that a run that was overtaken can keep
//! nothing any more.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use crate::{
    integrations::connections::run::{ConnectionState, Run},
    kernel::{IdSource, Owner, Result, Timestamp},
    store::{Batch, Collection, Partition, Store, StoreError, Stored, collection},
};

/// How long a run has the connection to itself from each step on.
pub const LEASE: Duration = Duration::from_mins(2);

#[derive(Debug, Clone)]
pub struct ProgressRepo {
    states: Collection<ConnectionState>,
    ids: Arc<dyn IdSource>,
}

impl ProgressRepo {
    pub fn new(store: Arc<dyn Store>, ids: Arc<dyn IdSource>) -> Self {
        Self { states: Collection::new(store), ids }
    }

    pub async fn read(&self, owner: Owner, id: Uuid) -> Result<Option<Stored<ConnectionState>>> {
        Ok(self.states.get(Partition::of(owner.id()), id.to_string()).await?)
    }

    /// Replaces the state as it was read, with a run that is over. `None` when somebody else has changed it since, or the connection
    /// is gone: then nothing is written.
    pub async fn replace(
        &self,
        now: Timestamp,
        read: &Stored<ConnectionState>,
        state: ConnectionState,
        run: Option<&Run>,
    ) -> Result<Option<Stored<ConnectionState>>> {
        let op = self.ids.next(now);
        let batch = Batch::new(Partition::of(state.user_id), op).with(collection::replace(&state, 0, &read.etag)?);
        let batch = match run {
            Some(run) => batch.with(collection::put(run, 0, None)?),
            None => batch,
        };
        match self.states.store().commit(batch).await {
            Ok(etags) => Ok(etags.into_iter().next().map(|etag| Stored { value: state, etag, op })),
            Err(StoreError::Stale(_) | StoreError::Exists(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}
