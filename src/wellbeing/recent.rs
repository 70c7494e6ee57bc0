//! The entries of the present date as the summary knows them, so that a look at today is one point read and not one list for each
//! kind. It is a copy that is changed in the commits that change the entries, and says from which date on it has all of them.

use std::{collections::BTreeMap, time::Duration};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    counters::{DRINKS, MEALS, RESTS},
    meals::model::MealKind,
    rests::model::RestKind,
};
use crate::{
    kernel::{Result, Timestamp},
    ledger::{Fact, Summary, Transaction},
};

/// For how long after its end a date is kept: what was drunk within an hour before some time of the last hour.
pub const KEPT: Duration = Duration::from_hours(2);

/// The entries of the latest dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Those of this date and later ones are all here.
    from: NaiveDate,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    days: BTreeMap<NaiveDate, Entries>,
}

/// Those of one date, in no particular order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entries {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drinks: Vec<KeptDrink>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meals: Vec<KeptMeal>,
    /// Those that have ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rests: Vec<KeptRest>,
}

/// When something was drunk, in microseconds, and how much, in millilitres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KeptDrink(pub i64, pub u32);

/// A meal: its id, its kind, and when it was, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMeal(pub Uuid, pub MealKind, pub i64);

/// A rest: its id, its kind, and when it began and ended, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRest(pub Uuid, pub RestKind, pub i64, pub i64);

impl Fact for Recent {
    const NAME: &'static str = "recent_entries";
}

impl Entries {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn sorted(&self) -> Self {
        let mut sorted = self.clone();
        sorted.drinks.sort();
        sorted.meals.sort_by_key(|meal| meal.0);
        sorted.rests.sort_by_key(|rest| rest.0);
        sorted
    }
}

/// The first date whose entries are of any use now.
pub fn since(summary: &Summary, now: Timestamp) -> NaiveDate {
    summary.date_at(now.minus(KEPT))
}

/// Changes what is known of a date, as its documents change. Errors: `Internal`.
pub fn edit(change: &mut Transaction<'_>, date: NaiveDate, edit: impl FnOnce(&mut Entries)) -> Result<()> {
    let since = since(&change.summary, change.now());
    let known: Option<Recent> = change.summary.facts.get()?;
    let mut recent = known.unwrap_or_else(|| Recent { from: complete_from(&change.summary, since), days: BTreeMap::new() });
    recent.from = recent.from.max(since);
    recent.days.retain(|date, _| *date >= recent.from);
    if date >= recent.from {
        edit(recent.days.entry(date).or_default());
    }
    recent.days.retain(|_, entries| !entries.is_empty());
    change.summary.facts.set(&recent)
}

/// Those that are known, by date, and the date from which on they are all of those since another. What is earlier must be looked
/// up, as when the user's zone has moved. Errors: `Internal`.
pub fn known(summary: &Summary, since: NaiveDate) -> Result<(NaiveDate, BTreeMap<NaiveDate, Entries>)> {
    let recent: Option<Recent> = summary.facts.get()?;
    Ok(recent.map_or_else(|| (complete_from(summary, since), BTreeMap::new()), |recent| (recent.from, recent.days)))
}

/// Whether what is known is what was entered, by date. Where nothing is known, that is looked up.
pub fn agrees(summary: &Summary, entered: &BTreeMap<NaiveDate, Entries>) -> bool {
    let known: Result<Option<Recent>> = summary.facts.get();
    known.is_ok_and(|known| {
        known.is_none_or(|known| {
            let of = |days: &BTreeMap<NaiveDate, Entries>| -> Vec<(NaiveDate, Entries)> {
                days.range(known.from..).map(|(date, entries)| (*date, entries.sorted())).collect()
            };
            of(&known.days) == of(entered)
        })
    })
}

/// Makes the summary know what was entered, by date. Errors: `Internal`.
pub fn keep(summary: &mut Summary, now: Timestamp, entered: &BTreeMap<NaiveDate, Entries>) -> Result<()> {
    let from = since(summary, now);
    let days = entered.range(from..).map(|(date, entries)| (*date, entries.clone())).collect();
    summary.facts.set(&Recent { from, days })
}

/// From which date on nothing is missing where nothing is known: from any, where there is nothing. Otherwise those of the present
/// dates may be missing, and are left out until they are past.
fn complete_from(summary: &Summary, since: NaiveDate) -> NaiveDate {
    let any = [DRINKS, MEALS, RESTS].into_iter().any(|counter| summary.counts.get(counter) > 0);
    if any { since.checked_add_days(chrono::Days::new(2)).unwrap_or(NaiveDate::MAX) } else { since }
}
