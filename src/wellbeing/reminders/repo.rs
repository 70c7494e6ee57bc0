//! Where reminders are kept, listed by when they were made; and what they count for.

use super::model::Nudge;
use crate::{
    kernel::{Owner, Page, PageRequest, Result, Timestamp},
    ledger::{Add, Counted, Ledger},
    store::{Entity, Partition, Places, Span},
    work::counters::NUDGE_RESPONSE,
};

impl Entity for Nudge {
    const KIND: &'static str = "nudges";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.id.clone()
    }

    fn places(&self) -> Places {
        [Some(self.created_at.micros()), None, None, None]
    }
}

impl Counted for Nudge {
    /// A reminder counts once it was done, for the date on which it was.
    fn counts(&self, add: Add<'_>) {
        if let Some((seconds, date)) = self.response() {
            add(NUDGE_RESPONSE.at(seconds), Some(date), 1);
        }
    }
}

/// The owner's reminders that were made at the first instant or later, and before the other.
pub async fn list(
    ledger: &Ledger,
    owner: Owner,
    [from, until]: [Option<Timestamp>; 2],
    page: PageRequest,
) -> Result<Page<Nudge>> {
    let span =
        Span { from: from.map_or(Span::ALL.from, Timestamp::micros), until: until.map_or(Span::ALL.until, Timestamp::micros) };
    Ok(ledger.collection().range(Some(Partition::of(owner.id())), span, page).await?)
}
