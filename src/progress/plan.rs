//! On which dates something was expected: the days of the week for work, time off, and dates that a move cut short. Pure.

use std::{collections::BTreeMap, time::Duration};

use chrono::{Datelike as _, NaiveDate};

use crate::{
    accounts::time_off::model::Dates,
    kernel::{DayRule, Weekdays},
};

/// A date that a change of zone leaves shorter than this is excused.
const SHORT: Duration = Duration::from_hours(12);

/// What held for dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub rule: DayRule,
    pub work_days: Weekdays,
}

/// What is known of a user's dates.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// What held before, each with the date before which it did, ascending.
    pub former: Vec<(NaiveDate, Held)>,
    pub now: Held,
    /// Dates of which it is known otherwise whether they are for work.
    pub known: &'a BTreeMap<NaiveDate, bool>,
    pub off: &'a [Dates],
}

impl Plan<'_> {
    /// Whether something was expected of a date.
    pub fn expects(&self, date: NaiveDate) -> bool {
        self.is_meant_for_work(date) && !self.off.iter().any(|off| off.contain(date)) && !self.is_short(date)
    }

    /// Whether a date is for work, time off or not.
    pub fn is_meant_for_work(&self, date: NaiveDate) -> bool {
        self.known.get(&date).copied().unwrap_or_else(|| self.is_for_work(date))
    }

    /// Whether a date is for work by what held at its end.
    pub fn is_for_work(&self, date: NaiveDate) -> bool {
        self.on(date).work_days.0.contains(date.weekday())
    }

    fn on(&self, date: NaiveDate) -> Held {
        let index = self.former.partition_point(|(before, _)| *before <= date);
        self.former.get(index).map_or(self.now, |(_, held)| *held)
    }

    /// Whether a change of zone may have left less than half a day of it: from its beginning by the clock before to the beginning
    /// of the next date by the one after. When on a date the clock was changed is not known, so the date has the benefit.
    fn is_short(&self, date: NaiveDate) -> bool {
        let (Some(before), Some(after)) = (date.pred_opt(), date.succ_opt()) else { return false };
        let (was, is) = (self.on(before).rule, self.on(after).rule);
        was != is && is.start_of(after).since(was.start_of(date)) < SHORT
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Weekday, WeekdaySet};
    use chrono_tz::Tz;

    use super::*;

    /// Of January 2026; the 12th is a Monday.
    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, day).expect("a date")
    }

    fn held(zone: Tz, days: &[Weekday]) -> Held {
        Held { rule: zone.into(), work_days: Weekdays(days.iter().copied().collect::<WeekdaySet>()) }
    }

    fn expected(plan: &Plan<'_>) -> Vec<u32> {
        (10..=20).filter(|day| plan.expects(date(*day))).collect()
    }

    #[test]
    fn each_date_is_judged_by_what_held_for_it() {
        let week = held(Tz::UTC, &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]);
        let four = held(Tz::UTC, &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu]);
        let (known, none) = (BTreeMap::from([(date(12), false), (date(17), true)]), BTreeMap::new());
        let plan = Plan { former: vec![(date(16), week)], now: four, known: &none, off: &[] };
        assert_eq!(expected(&plan), [12, 13, 14, 15, 19, 20]);
        let off = [Dates { from: date(13), to: date(14) }];
        assert_eq!(expected(&Plan { off: &off, ..plan.clone() }), [12, 15, 19, 20]);
        assert_eq!(expected(&Plan { known: &known, ..plan }), [13, 14, 15, 17, 19, 20]);
    }

    #[test]
    fn a_date_that_a_move_cuts_short_is_excused() {
        let every = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
        let none = BTreeMap::new();
        let moved = |from, to| {
            let plan = Plan { former: vec![(date(14), held(from, &every))], now: held(to, &every), known: &none, off: &[] };
            (10..=20).filter(|day| !plan.expects(date(*day))).collect::<Vec<_>>()
        };
        assert_eq!(moved(Tz::UTC, Tz::Europe__Madrid), Vec::<u32>::new());
        assert_eq!(moved(Tz::Asia__Tokyo, Tz::America__Lima), Vec::<u32>::new());
        // Nothing but ten hours is certain of the date on which the clock was changed, nor of the one before.
        assert_eq!(moved(Tz::America__Lima, Tz::Asia__Tokyo), [13, 14]);
        // A day and an hour ahead, so that a date may never have been.
        assert_eq!(moved(Tz::Pacific__Pago_Pago, Tz::Pacific__Kiritimati), [13, 14]);
    }
}
