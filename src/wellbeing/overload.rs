//! What a user's summary knows of overload: when a date is evaluated, what the user is to be told of it, and what was told.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::reminders::model::{Load, Overload};
use crate::{
    kernel::Result,
    ledger::{Fact, Summary, Transaction},
};

/// The work that is due when a date on which the user worked is over.
pub const EVALUATE: &str = "overload";
/// For so many days nothing more is said of a level.
const SILENT: u64 = 7;

/// What is kept of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Known {
    /// What is to be said on a date, or was.
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<(NaiveDate, Overload)>,
    /// When each level was spoken of last.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    said: BTreeMap<Load, NaiveDate>,
    /// By how many points the risk has fallen at most within two weeks.
    fallen: u8,
}

impl Fact for Known {
    const NAME: &'static str = "overload";
}

/// There was work, so that its date is evaluated once it is over.
pub fn worked(change: &mut Transaction<'_>) {
    if change.summary.due.get(EVALUATE).is_none() {
        let tomorrow = change.today().checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        let ends = change.summary.day_rule().start_of(tomorrow);
        change.summary.due.set(EVALUATE, Some(ends));
    }
}

/// A date was evaluated: what the user is to be told of it, unless that was said in the last week. Errors: `Internal`.
pub fn evaluated(change: &mut Transaction<'_>, warning: Option<Overload>, fallen: u8) -> Result<()> {
    let today = change.today();
    change.summary.due.set(EVALUATE, None);
    let is = known(&change.summary)?;
    let is_silent = |load| is.said.get(&load).is_some_and(|said| today < *said + Days::new(SILENT));
    let now = warning.filter(|warning| !is_silent(warning.level)).map(|warning| (today, warning));
    let next = Known { now, fallen: is.fallen.max(fallen), said: is.said.clone() };
    keep(&mut change.summary, &next)
}

/// What the user is to be told on a date, or was: the last evaluation holds until the next one, for as long as nothing would be said
/// of its level again. Errors: `Internal`.
pub fn on(summary: &Summary, date: NaiveDate) -> Result<Option<Overload>> {
    let Known { now, said, .. } = known(summary)?;
    let is_new = |of: NaiveDate, level| said.get(&level).is_none_or(|said| *said < of || *said == date);
    let holds =
        |(of, overload): &(NaiveDate, Overload)| *of <= date && date < *of + Days::new(SILENT) && is_new(*of, overload.level);
    Ok(now.filter(holds).map(|(_, overload)| overload))
}

/// It was said. Errors: `Internal`.
pub fn said(summary: &mut Summary, level: Load, date: NaiveDate) -> Result<()> {
    let mut known = known(summary)?;
    known.said.insert(level, date);
    keep(summary, &known)
}

/// By how many points the risk has fallen at most within two weeks. Errors: `Internal`.
pub fn fallen(summary: &Summary) -> Result<u8> {
    Ok(known(summary)?.fallen)
}

fn known(summary: &Summary) -> Result<Known> {
    Ok(summary.facts.get()?.unwrap_or_default())
}

fn keep(summary: &mut Summary, known: &Known) -> Result<()> {
    if *known == Known::default() {
        summary.facts.clear::<Known>();
        return Ok(());
    }
    summary.facts.set(known)
}
