//! Where presence is kept: in a document that clients follow, and in the summary, where whoever is about to disturb looks.

use serde::{Deserialize, Serialize};

use super::model::Presence;
use crate::{
    kernel::{Result, Timestamp},
    ledger::{Counted, Fact, Summary},
    store::Entity,
};

impl Entity for Presence {
    const KIND: &'static str = "presence";
    const PUBLISHED: bool = true;

    fn document_id(&self) -> String {
        self.user_id.to_string()
    }
}

impl Counted for Presence {}

/// Until when the user is busy.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
struct BusyUntil(Timestamp);

impl Fact for BusyUntil {
    const NAME: &'static str = "busy_until";
}

/// Until when the user is busy, if so now. Errors: `Internal`.
pub fn busy_until(summary: &Summary, now: Timestamp) -> Result<Option<Timestamp>> {
    let until: Option<BusyUntil> = summary.facts.get()?;
    Ok(until.map(|until| until.0).filter(|until| *until > now))
}

/// Whether the summary knows that and nothing else, be it over or not.
pub fn agrees(summary: &Summary, busy_until: Option<Timestamp>) -> bool {
    let known: Result<Option<BusyUntil>> = summary.facts.get();
    known.is_ok_and(|known| known.map(|known| known.0) == busy_until)
}

/// Makes the summary know it. Errors: `Internal`.
pub fn keep(summary: &mut Summary, busy_until: Option<Timestamp>) -> Result<()> {
    if let Some(until) = busy_until {
        return summary.facts.set(&BusyUntil(until));
    }
    summary.facts.clear::<BusyUntil>();
    Ok(())
}
