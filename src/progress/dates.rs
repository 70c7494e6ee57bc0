//! What dates had, one bit a date for each thing, and what achievements are measured by that follow from it: counted anew each
//! time, so that it does not matter in which order it became known.

use chrono::{Datelike as _, NaiveDate, TimeDelta, Weekday};
use serde::{Deserialize, Serialize};

use super::{achievements::Elsewhere, plan::Plan, seen};
use crate::{
    accounts::settings::model::DaySettings,
    ledger::{Calendar, Day},
    wellbeing::counters::{LUNCHES, WATER_ML},
    work::counters::COMPLETED_TASKS,
};

const MINUTE_MICROS: u64 = 60_000_000;

/// The dates that had this or that. Of sessions, those count whose end nobody guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Had {
    /// The goals of the date.
    pub tasks: Calendar,
    pub focus: Calendar,
    pub water: Calendar,
    /// Lunch in time, as it was entered.
    pub lunches: Calendar,
    /// Time for lunch, as sessions leave it.
    pub lunch_breaks: Calendar,
    pub worked: Calendar,
    /// A break overdue.
    pub overdue: Calendar,
    pub after_hours: Calendar,
    /// Work that began less than eleven hours after that of the date before.
    pub short_rests: Calendar,
}

/// Until when dates are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until {
    pub today: NaiveDate,
    /// The first date that is not over for good.
    pub open: NaiveDate,
}

/// Puts a date into a set, or takes it out.
pub fn put(set: &mut Calendar, date: NaiveDate, has: bool) {
    if set.contains(date) == has {
        return;
    }
    if has { set.insert(date) } else { set.remove(date) }
}

/// Whether the goal for water is reached, and whether lunch was entered.
pub fn entered(day: Option<&Day>, set: &DaySettings) -> (bool, bool) {
    let count = |counter| day.map_or(0, |day| day.get(counter));
    (count(WATER_ML) >= set.hydration_goal_ml.get().into(), count(LUNCHES) > 0)
}

impl Had {
    /// Takes in what a date is like now. `focus_micros`: the time of its sessions that count.
    pub fn mark(&mut self, date: NaiveDate, day: Option<&Day>, set: &DaySettings, focus_micros: u64) {
        let completed = day.map_or(0, |day| day.get(COMPLETED_TASKS));
        let (water, lunch) = entered(day, set);
        put(&mut self.tasks, date, completed >= set.goals.tasks.get().into());
        put(&mut self.focus, date, focus_micros >= u64::from(set.goals.focus_minutes.get()) * MINUTE_MICROS);
        put(&mut self.water, date, water);
        put(&mut self.lunches, date, lunch);
    }

    pub fn has_lunch(&self, date: NaiveDate) -> bool {
        self.lunches.contains(date) || self.lunch_breaks.contains(date)
    }

    fn is_perfect(&self, date: NaiveDate) -> bool {
        let reached = [&self.tasks, &self.focus, &self.water].into_iter().all(|set| set.contains(date));
        reached && self.has_lunch(date) && !self.overdue.contains(date)
    }

    /// What all of it comes to. What is not of dates is nothing.
    pub fn measure(&self, plan: &Plan<'_>, until: Until) -> Elsewhere {
        let all = [&self.tasks, &self.focus, &self.water, &self.lunches, &self.lunch_breaks, &self.worked];
        let Some(first) = all.into_iter().filter_map(|set| set.dates().next()).min() else { return Elsewhere::default() };
        let monday = first.checked_sub_signed(TimeDelta::days(first.weekday().num_days_from_monday().into())).unwrap_or(first);
        let (mut found, mut rows, mut week) = (Elsewhere::default(), Rows::default(), Week::default());
        for date in seen::dates(monday, until.today) {
            let (expected, closed, worked) = (plan.expects(date), date < until.open, self.worked.contains(date));
            rows.water(self.water.contains(date), expected && closed, &mut found);
            found.lunch_dates += u64::from(expected && self.has_lunch(date));
            if !closed {
                continue;
            }
            rows.rest(worked, self.short_rests.contains(date), date, &mut found);
            rows.perfect(self.is_perfect(date), expected, &mut found);
            if expected && worked {
                rows.breaks(self.overdue.contains(date), &mut found);
                found.unplugged_dates += u64::from(!self.after_hours.contains(date));
            }
            week.add(plan.is_meant_for_work(date), worked);
            if date.weekday() == Weekday::Sun {
                found.free_weekends += u64::from(std::mem::take(&mut week).is_free_after_work());
            }
        }
        found
    }
}

/// Dates one after another, as far as they go on.
#[derive(Default)]
struct Rows {
    water: u64,
    breaks: u64,
    perfect: u64,
    /// The first date of work after the last rest that was short.
    rested_since: Option<NaiveDate>,
}

impl Rows {
    /// A date that is missed ends the row; one of which nothing was expected is passed over.
    fn water(&mut self, reached: bool, missed: bool, found: &mut Elsewhere) {
        self.water = if reached { self.water + 1 } else { self.water * u64::from(!missed) };
        found.hydrated_dates = found.hydrated_dates.max(self.water);
    }

    fn breaks(&mut self, overdue: bool, found: &mut Elsewhere) {
        self.breaks = if overdue { 0 } else { self.breaks + 1 };
        found.rested_dates = found.rested_dates.max(self.breaks);
    }

    fn perfect(&mut self, perfect: bool, expected: bool, found: &mut Elsewhere) {
        found.perfect_dates += u64::from(perfect);
        if expected {
            self.perfect = if perfect { self.perfect + 1 } else { 0 };
            found.perfect_in_a_row = found.perfect_in_a_row.max(self.perfect);
        }
    }

    /// A stretch of dates begins and ends with work.
    fn rest(&mut self, worked: bool, short: bool, date: NaiveDate, found: &mut Elsewhere) {
        if worked {
            let since = self.rested_since.filter(|_| !short).unwrap_or(date);
            self.rested_since = Some(since);
            let dates = u64::try_from(date.signed_duration_since(since).num_days()).unwrap_or(0) + 1;
            found.restful_dates = found.restful_dates.max(dates);
        }
    }
}

/// The dates from a Monday to a Sunday; those that are not for work are its weekend.
#[derive(Default)]
struct Week {
    worked: bool,
    free: bool,
    weekend_worked: bool,
}

impl Week {
    fn add(&mut self, for_work: bool, worked: bool) {
        if for_work {
            self.worked |= worked;
        } else {
            self.free = true;
            self.weekend_worked |= worked;
        }
    }

    fn is_free_after_work(&self) -> bool {
        self.worked && self.free && !self.weekend_worked
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::WeekdaySet;
    use chrono_tz::Tz;

    use super::*;
    use crate::{accounts::time_off::model::Dates as Off, kernel::Weekdays, progress::plan::Held};

    /// From Monday, 12 January 2026, on.
    fn date(day: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 12).expect("a date") + TimeDelta::days(day)
    }

    /// The dates of a text with one letter each, from a Monday on.
    fn set(text: &str, letter: char) -> Calendar {
        let mut set = Calendar::default();
        (0..).zip(text.chars()).filter(|(_, of)| *of == letter).for_each(|(day, _)| set.insert(date(day)));
        set
    }

    /// On the Monday after `weeks` weeks, or some days later, with time off on some.
    fn measured(dates: &Had, days: i64, off: &[(i64, i64)]) -> Elsewhere {
        let week = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        let work_days = Weekdays(week.into_iter().collect::<WeekdaySet>());
        let off: Vec<Off> = off.iter().map(|(from, to)| Off { from: date(*from), to: date(*to) }).collect();
        let none = BTreeMap::new();
        let plan = Plan { former: Vec::new(), now: Held { rule: Tz::UTC.into(), work_days }, known: &none, off: &off };
        dates.measure(&plan, Until { today: date(days), open: date(days) })
    }

    #[test]
    fn water_is_drunk_in_a_row_that_passes_over_weekends_and_time_off() {
        let of = |text: &str, off: &[(i64, i64)]| {
            let dates = Had { water: set(text, 'x'), ..Had::default() };
            measured(&dates, i64::try_from(text.len()).expect("a length"), off).hydrated_dates
        };
        assert_eq!(of("xxx..--xx", &[]), 3);
        assert_eq!(of("--xxx--xx", &[]), 5);
        assert_eq!(of("--xxxx-xx", &[]), 6);
        assert_eq!(of("--xx---xx", &[]), 2);
        assert_eq!(of("--xx---xx", &[(4, 4)]), 4);
    }

    #[test]
    fn breaks_and_hours_are_those_of_dates_with_work() {
        let worked = set("xxxxx-xxxx", 'x');
        let dates = Had { worked: worked.clone(), overdue: set("-x", 'x'), after_hours: set("--x", 'x'), ..Had::default() };
        let found = measured(&dates, 10, &[]);
        // Neither a weekend nor a date off counts; a date without work ends nothing.
        assert_eq!((found.rested_dates, found.unplugged_dates), (6, 7));
        assert_eq!(measured(&dates, 10, &[(3, 3)]).rested_dates, 5);
        assert_eq!(measured(&dates, 4, &[]).rested_dates, 2);
        assert_eq!(measured(&Had { worked, ..Had::default() }, 4, &[]).rested_dates, 4);
    }

    #[test]
    fn a_weekend_is_free_when_the_week_had_work_and_is_over() {
        let of = |text: &str, days| {
            let dates = Had { worked: set(text, 'x'), ..Had::default() };
            measured(&dates, days, &[]).free_weekends
        };
        assert_eq!([of("x", 6), of("x", 7), of("x----x", 7), of("x------x", 14), of("-------x", 14)], [0, 1, 0, 2, 1]);
        assert_eq!(of("x------------x", 14), 1);
    }

    #[test]
    fn rest_is_counted_from_work_to_work() {
        let of = |text: &str, short: &str| {
            let dates = Had { worked: set(text, 'x'), short_rests: set(short, 's'), ..Had::default() };
            measured(&dates, 40, &[]).restful_dates
        };
        assert_eq!((of("x", ""), of("xx", ""), of("xx", "-s"), of("xxx", "-s")), (1, 2, 1, 2));
        assert_eq!(of(&format!("x{}x", "-".repeat(26)), ""), 28);
        assert_eq!(of("", ""), 0);
    }

    #[test]
    fn a_perfect_week_is_five_perfect_dates_for_work() {
        let of = |text: &str, days| {
            let all = set(text, 'x');
            let dates = Had { tasks: all.clone(), focus: all.clone(), water: all.clone(), lunch_breaks: all, ..Had::default() };
            let found = measured(&dates, days, &[]);
            (found.perfect_dates, found.perfect_in_a_row)
        };
        assert_eq!((of("x", 0), of("x", 1), of("xxxxx", 5)), ((0, 0), (1, 1), (5, 5)));
        assert_eq!(of("-xxxx-xx", 8), (6, 5));
        assert_eq!(of("-xxxx---x", 9), (5, 4));
        let lacking = Had {
            tasks: set("x", 'x'),
            focus: set("x", 'x'),
            water: set("x", 'x'),
            lunches: set("x", 'x'),
            overdue: set("x", 'x'),
            ..Had::default()
        };
        assert_eq!(measured(&lacking, 1, &[]).perfect_dates, 0);
    }

    #[test]
    fn a_date_has_what_its_day_says() {
        let mut dates = Had::default();
        let set = DaySettings::default();
        let day: Day =
            serde_json::from_str(r#"{"date":"2026-01-12","counts":{"completed_tasks":3,"water_ml":1800,"lunches":1}}"#)
                .expect("a day");
        dates.mark(date(0), Some(&day), &set, 120 * MINUTE_MICROS);
        assert!(dates.is_perfect(date(0)));
        dates.mark(date(0), Some(&day), &set, 119 * MINUTE_MICROS);
        assert!(!dates.is_perfect(date(0)) && dates.has_lunch(date(0)));
        dates.mark(date(0), None, &set, 0);
        assert_eq!(dates.water.dates().count() + dates.lunches.dates().count(), 0);
    }
}
