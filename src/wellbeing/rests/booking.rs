//! What a user's summary knows of rests, so that one point read shows the one under way.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{FORGOTTEN, Rest, RestKind};
use crate::{
    kernel::{Id, Result, Timestamp, UserId},
    ledger::{Fact, Summary, Transaction},
    wellbeing::recent,
};

/// The work that is due when a rest is taken for forgotten.
pub const END: &str = "rest";

/// The rest that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveRest {
    pub id: Uuid,
    pub kind: RestKind,
    pub start_time: Timestamp,
    pub date: NaiveDate,
}

impl Fact for ActiveRest {
    const NAME: &'static str = "active_rest";
}

impl ActiveRest {
    pub fn rest(self, user_id: UserId) -> Rest {
        Rest { id: Id::new(self.id), user_id, kind: self.kind, start_time: self.start_time, date: self.date, end: None }
    }
}

/// The rest under way, also when it has been going on for so long that it is forgotten. Errors: `Internal`.
pub fn known(summary: &Summary) -> Result<Option<ActiveRest>> {
    summary.facts.get()
}

/// The rest under way, if somebody may still be at it. Errors: `Internal`.
pub fn active(summary: &Summary, now: Timestamp) -> Result<Option<ActiveRest>> {
    Ok(known(summary)?.filter(|active| now.since(active.start_time) < FORGOTTEN))
}

/// Makes the rest the one under way. Errors: `Internal`.
pub fn begin(summary: &mut Summary, rest: &Rest) -> Result<()> {
    summary.due.set(END, Some(rest.start_time.plus(FORGOTTEN)));
    let Rest { id, kind, start_time, date, .. } = *rest;
    summary.facts.set(&ActiveRest { id: id.uuid(), kind, start_time, date })
}

/// No rest is under way any more.
pub fn clear(summary: &mut Summary) {
    summary.due.set(END, None);
    summary.facts.clear::<ActiveRest>();
}

/// Knows of a rest that has ended. Errors: `Internal`.
pub fn ended(change: &mut Transaction<'_>, rest: &Rest) -> Result<()> {
    let kept = rest.kept();
    recent::edit(change, rest.date, |of| of.rests.extend(kept))
}

/// Knows no more of a rest. Errors: `Internal`.
pub fn forget(change: &mut Transaction<'_>, rest: &Rest) -> Result<()> {
    if let Some(kept) = rest.kept() {
        return recent::edit(change, rest.date, |of| of.rests.retain(|known| *known != kept));
    }
    clear(&mut change.summary);
    Ok(())
}
