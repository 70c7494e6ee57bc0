//! When work is expected on a date. Pure.

use chrono::{Days, NaiveDate};

use crate::{
    accounts::settings::model::WorkHours,
    kernel::{DayRule, Timestamp, wall_clock::instant_of},
};

/// From one instant until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Stretch {
    pub fn contains(self, at: Timestamp) -> bool {
        (self.from..self.to).contains(&at)
    }
}

/// The hours of work within a date, given on which days of the calendar work is expected. Hours over midnight belong to the day
/// on which they start, and a date has what of them lies within it: it may begin after midnight.
pub fn hours_within(date: NaiveDate, rule: DayRule, hours: WorkHours, expected: impl Fn(NaiveDate) -> bool) -> Vec<Stretch> {
    let next = |date: NaiveDate| date.checked_add_days(Days::new(1)).unwrap_or(date);
    let (from, to) = (rule.start_of(date), rule.start_of(next(date)));
    let near = [date.checked_sub_days(Days::new(1)).unwrap_or(date), date, next(date)];
    let of_day = |day: NaiveDate| {
        let last = if hours.end <= hours.start { next(day) } else { day };
        Stretch { from: instant_of(day, hours.start.0, rule.zone), to: instant_of(last, hours.end.0, rule.zone) }
    };
    let within = |stretch: Stretch| Stretch { from: stretch.from.max(from), to: stretch.to.min(to) };
    near.into_iter().filter(|day| expected(*day)).map(of_day).map(within).filter(|stretch| stretch.from < stretch.to).collect()
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike as _, Weekday};
    use chrono_tz::Tz;

    use super::*;
    use crate::{accounts::settings::model::Settings, kernel::DayStart};

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn hours(start: &str, end: &str) -> WorkHours {
        serde_json::from_value(serde_json::json!({ "start": start, "end": end })).expect("hours")
    }

    fn weekday(date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
    }

    fn found(day: &str, rule: DayRule, hours: WorkHours) -> Vec<(String, String)> {
        let within = hours_within(date(day), rule, hours, weekday);
        let shown = |at: Timestamp| at.in_zone(rule.zone).format("%d %H:%M").to_string();
        within.into_iter().map(|stretch| (shown(stretch.from), shown(stretch.to))).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
    }

    #[test]
    fn a_date_has_the_hours_that_lie_within_it() {
        let madrid = DayRule::from(Tz::Europe__Madrid);
        let late = DayRule { day_start: DayStart::after_midnight(240).expect("a start"), ..madrid };
        let usual = Settings::default().work_hours;
        let night = hours("22:00", "06:00");
        // 12 January 2026 is a Monday.
        for (day, rule, hours, expected) in [
            ("2026-01-12", madrid, usual, &[("12 09:00", "12 18:00")][..]),
            ("2026-01-17", madrid, usual, &[]),
            ("2026-01-12", madrid, night, &[("12 22:00", "13 00:00")]),
            ("2026-01-13", madrid, night, &[("13 00:00", "13 06:00"), ("13 22:00", "14 00:00")]),
            ("2026-01-17", madrid, night, &[("17 00:00", "17 06:00")]),
            ("2026-01-12", late, usual, &[("12 09:00", "12 18:00")]),
            ("2026-01-12", late, night, &[("12 22:00", "13 04:00")]),
            ("2026-01-16", late, hours("02:00", "10:00"), &[("16 04:00", "16 10:00")]),
            // The clock is put forward from 02:00 to 03:00.
            ("2026-03-29", madrid, usual, &[]),
            ("2026-03-30", madrid, hours("02:30", "10:00"), &[("30 02:30", "30 10:00")]),
        ] {
            assert_eq!(found(day, rule, hours), pairs(expected), "{day}");
        }
    }
}
