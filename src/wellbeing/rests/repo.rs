//! Where rests are kept: in their user's partition, listed by date and time, and by their start alone; and what they count for.

use std::sync::Arc;

use super::model::{Rest, RestEnd};
use crate::{
    kernel::{Limit, Owner, Result, Timestamp},
    ledger::{Add, Counted},
    store::{Collection, Entity, Partition, Place, Places, Store},
    wellbeing::{
        counters::{LUNCHES, REST_MICROS, RESTS},
        entry::place,
        recent::KeptRest,
    },
};

/// The list by the start, in microseconds.
const BY_START: Place = Place::SECOND;

impl Entity for Rest {
    const KIND: &'static str = "rests";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.to_string()
    }

    fn places(&self) -> Places {
        [Some(place(self.date, self.start_time)), Some(self.start_time.micros()), None, None]
    }
}

impl Counted for Rest {
    /// A rest counts once it has ended, for the date on which it began.
    fn counts(&self, add: Add<'_>) {
        let Some((RestEnd { in_window, .. }, length)) = self.end.zip(self.length()) else { return };
        add(RESTS, None, 1);
        add(RESTS, Some(self.date), 1);
        add(REST_MICROS, Some(self.date), u64::try_from(length.as_micros()).unwrap_or(u64::MAX));
        if in_window {
            add(LUNCHES, Some(self.date), 1);
        }
    }
}

impl Rest {
    /// What the summary keeps of it while its date is the present one, once it has ended.
    pub fn kept(&self) -> Option<KeptRest> {
        Some(KeptRest(self.id.uuid(), self.kind, self.start_time.micros(), self.end?.at.micros()))
    }
}

#[derive(Debug, Clone)]
pub struct RestRepo(Collection<Rest>);

impl RestRepo {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(Collection::new(store))
    }

    pub fn all(&self) -> &Collection<Rest> {
        &self.0
    }

    /// The rest that a stretch of time overlaps, if there is one: since they do not overlap each other and each takes up some
    /// time, it can only be the last that begins before the end.
    pub async fn overlapping(&self, owner: Owner, from: Timestamp, to: Timestamp, now: Timestamp) -> Result<Option<Rest>> {
        let last = self.0.last_before(Partition::of(owner.id()), BY_START, to.micros(), Limit::ONE).await?;
        Ok(last.into_iter().find(|rest| rest.overlaps(from, to, now)))
    }
}
