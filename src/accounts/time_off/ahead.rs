//! The time off to come as the summary knows it, so that whether work is expected today takes no list.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::model::Dates;
use crate::{
    kernel::Result,
    ledger::{Fact, Summary},
};

/// How many stretches of time off the summary has room for.
const MAX_KEPT: usize = 12;
/// How long time off that is over is still kept, since the user's date may go back.
const KEPT: Days = Days::new(2);

/// The next stretches of time off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Ahead {
    /// Ascending.
    dates: Vec<Dates>,
    /// From which date on there may be more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    more_from: Option<NaiveDate>,
}

impl Fact for Ahead {
    const NAME: &'static str = "time_off_ahead";
}

impl Ahead {
    fn add(&mut self, new: Dates) {
        let at = self.dates.partition_point(|known| known.from < new.from);
        self.dates.insert(at, new);
        if let Some(more_from) = self.more_from {
            self.dates.retain(|known| known.from < more_from);
        }
        if self.dates.len() > MAX_KEPT {
            self.more_from = self.dates.pop().map(|last| last.from);
        }
    }

    /// `None` where it does not say.
    fn has(&self, date: NaiveDate) -> Option<bool> {
        // A stretch that is known may reach beyond the date from which on others may be missing.
        let off = self.dates.iter().any(|known| known.contain(date));
        (off || self.more_from.is_none_or(|more_from| date < more_from)).then_some(off)
    }
}

/// Knows of time off that was entered. Errors: `Internal`.
pub fn add(summary: &mut Summary, today: NaiveDate, new: Dates) -> Result<()> {
    edit(summary, today, |ahead| ahead.add(new))
}

/// Knows no more of time off that was deleted. Errors: `Internal`.
pub fn remove(summary: &mut Summary, today: NaiveDate, gone: Dates) -> Result<()> {
    edit(summary, today, |ahead| ahead.dates.retain(|known| *known != gone))
}

/// Whether it knows all that was entered, from the present date on, and nothing else.
pub fn agrees(summary: &Summary, today: NaiveDate, entered: &[Dates]) -> bool {
    let known: Result<Option<Ahead>> = summary.facts.get();
    known.is_ok_and(|known| {
        let known = known.unwrap_or_default();
        let is_missing = |dates: &&Dates| {
            dates.to >= today && !known.dates.contains(dates) && known.more_from.is_none_or(|more_from| dates.from < more_from)
        };
        known.dates.iter().all(|dates| entered.contains(dates)) && !entered.iter().any(|dates| is_missing(&dates))
    })
}

/// Makes it know what was entered. Errors: `Internal`.
pub fn keep(summary: &mut Summary, today: NaiveDate, entered: &[Dates]) -> Result<()> {
    summary.facts.clear::<Ahead>();
    edit(summary, today, |ahead| entered.iter().filter(|dates| is_kept(**dates, today)).for_each(|dates| ahead.add(*dates)))
}

fn is_kept(dates: Dates, today: NaiveDate) -> bool {
    today.checked_sub_days(KEPT).is_none_or(|kept| kept <= dates.to)
}

fn edit(summary: &mut Summary, today: NaiveDate, edit: impl FnOnce(&mut Ahead)) -> Result<()> {
    let mut ahead: Ahead = summary.facts.get()?.unwrap_or_default();
    edit(&mut ahead);
    ahead.dates.retain(|known| is_kept(*known, today));
    if ahead == Ahead::default() {
        summary.facts.clear::<Ahead>();
        return Ok(());
    }
    summary.facts.set(&ahead)
}

/// Whether the user's present date is off; `None` when that must be looked up. Errors: `Internal`.
pub fn is_off(summary: &Summary, today: NaiveDate) -> Result<Option<bool>> {
    let ahead: Ahead = summary.facts.get()?.unwrap_or_default();
    Ok(ahead.has(today))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::UserId;

    proptest! {
        /// Stretches of three dates each, entered and deleted while time goes on.
        #[test]
        fn what_it_says_is_so(changes in prop::collection::vec((0..60_u64, 0..3_u64), 1..120)) {
            let mut summary = Summary::new(UserId::new(uuid::Uuid::nil()), Tz::UTC);
            let date = |day: u64| NaiveDate::default() + Days::new(day);
            let dates = |n: u64| Dates::new(date(n * 3), date(n * 3 + 2)).expect("dates");
            let (mut plain, mut today, mut unknown) = (BTreeSet::new(), 0, 0);
            for (n, passed) in changes {
                today += passed / 2;
                if plain.remove(&n) {
                    remove(&mut summary, date(today), dates(n)).expect("known");
                } else {
                    plain.insert(n);
                    add(&mut summary, date(today), dates(n)).expect("known");
                }
                let ahead: Ahead = summary.facts.get().expect("readable").unwrap_or_default();
                for day in today..200 {
                    match ahead.has(date(day)) {
                        Some(off) => prop_assert_eq!(off, plain.contains(&(day / 3)), "{}", day),
                        None => unknown += 1,
                    }
                }
            }
            prop_assert!(plain.len() > MAX_KEPT || unknown == 0 || summary.facts.has::<Ahead>());
        }
    }
}
