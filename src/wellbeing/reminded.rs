//! What a user's summary knows of reminders: what was said already, and when somebody looks whether there is more to say.

use chrono::NaiveDate;

use super::budget::{Budget, Reminder};
use crate::{
    accounts::settings::model::Settings,
    kernel::Result,
    ledger::{Fact, Summary, Transaction},
};

/// The work that is due when somebody is to look.
pub const LOOK: &str = "reminders";

impl Fact for Budget {
    const NAME: &'static str = "reminders";
}

/// What was said already. Errors: `Internal`.
pub fn budget(summary: &Summary) -> Result<Budget> {
    Ok(summary.facts.get()?.unwrap_or_default())
}

/// Has somebody look at once: what comes next depends on what the change does. Errors: `Internal`.
pub fn look_now(change: &mut Transaction<'_>) -> Result<()> {
    if Settings::of(&change.summary)?.reminders.is_any() {
        let now = change.now();
        change.summary.due.set(LOOK, Some(now));
    }
    Ok(())
}

/// Something of a date was taken back, so that what it put off may come at once. Errors: `Internal`.
pub fn taken_back(change: &mut Transaction<'_>, date: NaiveDate) -> Result<()> {
    if date == change.today() { look_now(change) } else { Ok(()) }
}

/// Something was entered for a date, which answers reminders of some kinds when it is the present one. Mostly it only puts off
/// what would come: where somebody is to look already, that stays. Errors: `Internal`.
pub fn entered(change: &mut Transaction<'_>, date: NaiveDate, of: &[Reminder]) -> Result<()> {
    let mut look = change.summary.due.get(LOOK).is_none();
    if date == change.today() {
        let is = budget(&change.summary)?;
        // What somebody is to look at may be of the date before.
        look |= !is.is_seen(date) || of.iter().any(|reminder| is.is_held_back(*reminder));
        let mut budget = is.clone();
        for reminder in of {
            budget.acted(*reminder);
        }
        if budget != is {
            change.summary.facts.set(&budget)?;
        }
    }
    if look { look_now(change) } else { Ok(()) }
}
