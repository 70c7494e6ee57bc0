//! Where the latest predictions are kept, and what they are made from: days, and one stretch of the tasks.

use std::{sync::Arc, time::Duration};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::made::Made;
use crate::{
    assistant::noticed::{Noticed, SeenTasks},
    kernel::{Owner, Result, Timestamp, UserId},
    ledger::Counted,
    store::{Batch, Collection, Entity, Partition, Store, StoreError, Stored, collection},
    work::{
        tasks::{agenda, repo::TaskRepo},
        work_sessions::{model::WorkSession, repo::WorkSessionRepo},
    },
};

/// For how long what was made is kept: no longer than it is of use.
const KEPT: Duration = Duration::from_hours(48);

/// What was predicted for a user, one document a user. It follows from what there is, so that it is made anew wherever it may not
/// be that any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predictions {
    pub user_id: UserId,
    /// The user's change after which it was made.
    pub seq: u64,
    /// The user's date then. Everything is as of the end of the one before.
    pub today: NaiveDate,
    pub made_at: Timestamp,
    #[serde(flatten)]
    pub made: Made,
    pub noticed: Noticed,
}

impl Entity for Predictions {
    const KIND: &'static str = "predictions";

    fn document_id(&self) -> String {
        self.user_id.to_string()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.made_at.plus(KEPT))
    }
}

impl Counted for Predictions {}

#[derive(Debug, Clone)]
pub struct PredictionRepo {
    kept: Collection<Predictions>,
    tasks: TaskRepo,
    sessions: WorkSessionRepo,
}

impl PredictionRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self {
            tasks: TaskRepo::new(Arc::clone(&store)),
            sessions: WorkSessionRepo::new(Arc::clone(&store)),
            kept: Collection::new(store),
        }
    }

    pub async fn get(&self, owner: Owner) -> Result<Option<Stored<Predictions>>> {
        Ok(self.kept.get(Partition::of(owner.id()), owner.id().to_string()).await?)
    }

    /// Keeps what was made in the place of what was read. It is no change of the user's: neither numbered nor in anybody's way. When
    /// somebody was faster, theirs stays, and is made anew by who reads it if it is older.
    pub async fn keep(&self, predictions: &Predictions, read: Option<&Stored<Predictions>>, op: Uuid) -> Result<()> {
        let write = collection::put(predictions, 0, read.map(|read| &read.etag))?;
        match self.kept.store().commit(Batch::new(Partition::of(predictions.user_id), op).with(write)).await {
            Ok(_) | Err(StoreError::Stale(_) | StoreError::Exists(_)) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }

    /// Sees the tasks that are open, and those that were completed on the date or later: one query.
    pub async fn see_tasks(&self, owner: Owner, since: NaiveDate, seen: &mut SeenTasks) -> Result<()> {
        self.tasks.each(owner, agenda::completed_since_or_open(since), None, &mut |task| seen.see(&task)).await
    }

    /// The sessions that began at an instant or later and have ended.
    pub async fn sessions_since(&self, owner: Owner, from: Timestamp) -> Result<Vec<WorkSession>> {
        self.sessions.ended_since(owner, from).await
    }
}
