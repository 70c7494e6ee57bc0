//! What the metrics of a range of dates are, and how they follow from what is counted of each date. Pure.

use chrono_tz::Tz;

pub use super::gaps::SessionEnd;
use super::gaps::gaps;
use crate::{
    kernel::UserId,
    work::{days::model::DateRange, hours::hours, median::median},
};

/// Starts of work that differ by so many minutes, as their standard deviation says, have no regularity left.
const IRREGULAR: f64 = 120.0;

const MINUTE_MICROS: u64 = 60_000_000;
const SECOND_MICROS: u64 = 1_000_000;
const DAY_MINUTES: u32 = 24 * 60;

/// The metrics of a user for some dates.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub user_id: UserId,
    pub time_zone: Tz,
    pub range: DateRange,
    pub metrics: Vec<Metric>,
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    pub key: &'static str,
    pub unit: &'static str,
    /// `None` where there is nothing to say.
    pub value: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    Count(u64),
    /// Rounded to two decimals, a ratio to four.
    Number(f64),
    /// In minutes after midnight, 0 to 1439.
    TimeOfDay(u32),
}

/// What is counted of one date; see the counters of the same names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayFigures {
    pub worked_micros: u64,
    pub completed_tasks: u64,
    pub estimated_minutes: u64,
    pub spent_on_estimated_seconds: u64,
    pub spent_on_completed_seconds: u64,
    pub timed_completed_tasks: u64,
    pub timed_seconds: u64,
    pub carried_over_tasks: u64,
    pub breaks: u64,
    pub break_micros: u64,
    pub breaks_due: u64,
    pub breaks_taken: u64,
    /// When sessions began, ascending, in seconds after midnight.
    pub starts: Vec<u32>,
    /// When sessions ended, ascending.
    pub ends: Vec<SessionEnd>,
    /// After how many seconds reminders were done, ascending.
    pub responses: Vec<u32>,
    pub interactions: u64,
    /// Work beyond this is overload, as it was set for the date.
    pub overload_minutes: u64,
}

impl DayFigures {
    /// How many of the breaks that fell due were taken before they were overdue, the gaps between sessions included.
    pub fn taken_when_due(&self) -> u64 {
        self.breaks_taken + gaps(&self.starts, &self.ends).taken
    }
}

/// The metrics of the dates, in the order in which they are shown. `pending` is how many tasks are still to be done.
pub fn metrics(days: &[DayFigures], pending: u64) -> Vec<Metric> {
    let sum = |part: fn(&DayFigures) -> u64| days.iter().map(part).fold(0, u64::saturating_add);
    let between: Vec<_> = days.iter().map(|day| gaps(&day.starts, &day.ends)).collect();
    let worked = sum(|day| day.worked_micros);
    let active = sum(|day| day.timed_seconds).saturating_mul(SECOND_MICROS);
    let completed = sum(|day| day.completed_tasks);
    let breaks = sum(|day| day.breaks) + between.iter().map(|gaps| gaps.breaks).sum::<u64>();
    let rested = sum(|day| day.break_micros)
        .saturating_add(between.iter().map(|gaps| gaps.seconds).sum::<u64>().saturating_mul(SECOND_MICROS));
    let taken = sum(|day| day.breaks_taken) + between.iter().map(|gaps| gaps.taken).sum::<u64>();
    let overload = days.iter().filter(|day| day.worked_micros > day.overload_minutes * MINUTE_MICROS).count();
    let starts: Vec<u32> = days.iter().filter_map(|day| day.starts.first().copied()).collect();
    let ends = days.iter().filter_map(|day| Some(day.ends.last()?.second));
    let responses = days.iter().flat_map(|day| day.responses.iter().copied());
    let used = days.iter().filter(|day| day.interactions > 0).count();
    let minutes = |micros: u64| Some(Value::Number(rounded(quotient(micros, MINUTE_MICROS), 2)));
    let count = |count: u64| Some(Value::Count(count));
    [
        ("hours_worked", "h", Some(Value::Number(hours(worked)))),
        ("active_task_time", "min", minutes(active)),
        ("idle_task_time", "min", minutes(worked.saturating_sub(active))),
        ("completed", "tasks", count(completed)),
        ("pending", "tasks", count(pending)),
        ("progress", "ratio", ratio(completed, completed.saturating_add(pending))),
        (
            "average_task_time",
            "min",
            share(sum(|day| day.spent_on_completed_seconds), sum(|day| day.timed_completed_tasks).saturating_mul(60), 2),
        ),
        (
            "estimate_ratio",
            "ratio",
            ratio(sum(|day| day.spent_on_estimated_seconds), sum(|day| day.estimated_minutes).saturating_mul(60)),
        ),
        ("breaks", "count", count(breaks)),
        ("break_minutes", "min", minutes(rested)),
        ("break_compliance", "ratio", ratio(taken, sum(|day| day.breaks_due)).map(at_most_all)),
        ("work_rest_balance", "ratio", ratio(rested, rested.saturating_add(worked))),
        ("day_start", "HH:MM", median(starts.iter().copied()).map(time_of_day)),
        ("day_end", "HH:MM", median(ends).map(time_of_day)),
        ("overload_days", "days", count(overload as u64)),
        ("regularity", "ratio", regularity(&starts)),
        ("carried_over", "tasks", count(sum(|day| day.carried_over_tasks))),
        ("nudge_response", "min", median(responses).map(|seconds| Value::Number(rounded(f64::from(seconds) / 60.0, 2)))),
        ("interactions", "per day", share(sum(|day| day.interactions), used as u64, 2)),
    ]
    .map(|(key, unit, value)| Metric { key, unit, value })
    .into()
}

fn ratio(part: u64, whole: u64) -> Option<Value> {
    share(part, whole, 4)
}

fn share(part: u64, whole: u64, decimals: i32) -> Option<Value> {
    (whole > 0).then(|| Value::Number(rounded(quotient(part, whole), decimals)))
}

/// A break that falls due just before midnight may be taken after it, and then not be of the range in which it fell due.
fn at_most_all(value: Value) -> Value {
    if let Value::Number(number) = value { Value::Number(number.min(1.0)) } else { value }
}

/// 1 for starts at the same time of day each date, less the more they differ; of fewer than two dates there is nothing to
/// compare.
fn regularity(starts: &[u32]) -> Option<Value> {
    if starts.len() < 2 {
        return None;
    }
    let minutes: Vec<f64> = starts.iter().map(|second| f64::from(*second) / 60.0).collect();
    let count = quotient(minutes.len() as u64, 1);
    let mean = minutes.iter().sum::<f64>() / count;
    let variance = minutes.iter().map(|minute| (minute - mean).powi(2)).sum::<f64>() / count;
    Some(Value::Number(rounded((1.0 - variance.sqrt() / IRREGULAR).max(0.0), 4)))
}

/// What the clock on the wall shows so many seconds after midnight, also when that is past the next one.
fn time_of_day(second: u32) -> Value {
    Value::TimeOfDay(second / 60 % DAY_MINUTES)
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 microseconds, 285 years")]
fn quotient(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::{Value::Number, *};

    /// The value of a metric, with nothing pending.
    fn value(days: &[DayFigures], key: &str) -> Option<Value> {
        metrics(days, 0).into_iter().find(|metric| metric.key == key).expect("a metric").value
    }

    /// A date with one session between two minutes of it.
    fn from_to(start: u32, end: u32) -> DayFigures {
        let worked_micros = u64::from(end - start) * MINUTE_MICROS;
        DayFigures {
            worked_micros,
            starts: vec![start * 60],
            ends: vec![SessionEnd { second: end * 60, due: false }],
            ..Default::default()
        }
    }

    #[test]
    fn of_no_dates_sums_are_zero_and_there_is_nothing_else_to_say() {
        let found = metrics(&[], 0);
        assert_eq!(found.len(), 19);
        for metric in found {
            let expected = match metric.unit {
                "h" => Some(Number(0.0)),
                "min" if ["active_task_time", "idle_task_time", "break_minutes"].contains(&metric.key) => Some(Number(0.0)),
                "tasks" | "count" | "days" => Some(Value::Count(0)),
                _ => None,
            };
            assert_eq!(metric.value, expected, "{metric:?}");
        }
    }

    #[test]
    fn idle_is_what_was_worked_and_not_spent_on_tasks() {
        let day = |worked_minutes: u64, timed_seconds| DayFigures {
            worked_micros: worked_minutes * MINUTE_MICROS,
            timed_seconds,
            ..Default::default()
        };
        // 100 and 50 minutes of work, 60 and 75.5 of timers.
        let days = [day(100, 3_600), day(50, 4_530)];
        assert_eq!(
            ["hours_worked", "active_task_time", "idle_task_time"].map(|key| value(&days, key)),
            [2.5, 135.5, 14.5].map(|value| Some(Number(value)))
        );
        assert_eq!(value(&days[1..], "idle_task_time"), Some(Number(0.0)));
    }

    #[test]
    fn progress_is_the_part_of_the_tasks_that_is_done() {
        let days =
            [DayFigures { completed_tasks: 3, ..Default::default() }, DayFigures { completed_tasks: 2, ..Default::default() }];
        let found = metrics(&days, 2);
        let of = |key: &str| found.iter().find(|metric| metric.key == key).and_then(|metric| metric.value);
        assert_eq!([of("completed"), of("pending")], [5, 2].map(|count| Some(Value::Count(count))));
        assert_eq!(of("progress"), Some(Number(0.7143)));
        assert_eq!(metrics(&[], 2)[5].value, Some(Number(0.0)));
    }

    #[test]
    fn estimates_are_held_against_what_was_spent() {
        let day = |estimated_minutes, spent_on_estimated_seconds, spent_on_completed_seconds, timed_completed_tasks| DayFigures {
            estimated_minutes,
            spent_on_estimated_seconds,
            spent_on_completed_seconds,
            timed_completed_tasks,
            carried_over_tasks: 2,
            ..Default::default()
        };
        // 90 minutes estimated and 120 spent; of three tasks 135 in all.
        let days = [day(60, 5_400, 5_400, 1), day(30, 1_800, 2_700, 2)];
        assert_eq!(value(&days, "estimate_ratio"), Some(Number(1.3333)));
        assert_eq!(value(&days, "average_task_time"), Some(Number(45.0)));
        assert_eq!(value(&days, "carried_over"), Some(Value::Count(4)));
    }

    #[test]
    fn breaks_are_those_within_sessions_and_those_between() {
        // 120 minutes of work before and 180 after a gap of 20; two pauses of 15 in all. Of four breaks that fell due, one
        // was taken in a pause and one in the gap.
        let day = DayFigures {
            worked_micros: 300 * MINUTE_MICROS,
            breaks: 2,
            break_micros: 15 * MINUTE_MICROS,
            breaks_due: 4,
            breaks_taken: 1,
            starts: vec![540 * 60, 690 * 60],
            ends: vec![SessionEnd { second: 670 * 60, due: true }, SessionEnd { second: 880 * 60, due: true }],
            ..Default::default()
        };
        let days = [day, from_to(600, 660)];
        assert_eq!(value(&days, "breaks"), Some(Value::Count(3)));
        assert_eq!(value(&days, "break_minutes"), Some(Number(35.0)));
        assert_eq!(value(&days, "break_compliance"), Some(Number(0.5)));
        // 35 of 395 minutes.
        assert_eq!(value(&days, "work_rest_balance"), Some(Number(0.0886)));
        assert_eq!(value(&days[1..], "break_compliance"), None);
        // One that fell due before the first date.
        let later = DayFigures { breaks_due: 0, ..days[0].clone() };
        assert_eq!(value(&[later, DayFigures { breaks_due: 1, ..from_to(600, 660) }], "break_compliance"), Some(Number(1.0)));
    }

    #[test]
    fn the_day_starts_and_ends_with_the_medians_of_the_first_start_and_the_last_end() {
        let twice = DayFigures {
            starts: vec![500 * 60 + 30, 900 * 60],
            ends: vec![SessionEnd { second: 510 * 60, due: false }, SessionEnd { second: 1_450 * 60, due: true }],
            ..Default::default()
        };
        let days = [from_to(540, 1_020), twice, DayFigures::default(), from_to(561, 1_030)];
        // 8:20, 9:00 and 9:21; 17:00, 17:10 and ten past the next midnight.
        assert_eq!(value(&days, "day_start"), Some(Value::TimeOfDay(540)));
        assert_eq!(value(&days, "day_end"), Some(Value::TimeOfDay(1_030)));
        assert_eq!(value(&days[1..2], "day_end"), Some(Value::TimeOfDay(10)));
        // Halfway between 8:20:30 and 9:00, to the minute that the clock shows.
        assert_eq!(value(&days[..2], "day_start"), Some(Value::TimeOfDay(520)));
    }

    #[test]
    fn a_date_is_overload_beyond_what_was_set_for_it() {
        let day = |worked_micros, overload_minutes| DayFigures { worked_micros, overload_minutes, ..Default::default() };
        let minutes = |minutes: u64| minutes * MINUTE_MICROS;
        let days = [day(minutes(510), 510), day(minutes(511), 510), day(minutes(510) + 1, 510), day(minutes(511), 600)];
        assert_eq!(value(&days, "overload_days"), Some(Value::Count(2)));
    }

    #[test]
    fn regularity_falls_with_the_standard_deviation_of_the_first_start() {
        // 8:00, 9:00, 10:00: 48.99 minutes. 8:00 and 9:00: 30. 5:00 and 10:00: 150.
        assert_eq!(value(&[480, 540, 600].map(|start| from_to(start, 700)), "regularity"), Some(Number(0.5918)));
        assert_eq!(value(&[480, 540].map(|start| from_to(start, 700)), "regularity"), Some(Number(0.75)));
        assert_eq!(value(&[540, 540].map(|start| from_to(start, 700)), "regularity"), Some(Number(1.0)));
        assert_eq!(value(&[300, 600].map(|start| from_to(start, 700)), "regularity"), Some(Number(0.0)));
        assert_eq!(value(&[from_to(540, 700)], "regularity"), None);
    }

    #[test]
    fn a_response_is_the_median_of_those_of_all_dates() {
        let day = |responses: &[u32]| DayFigures { responses: responses.to_vec(), ..Default::default() };
        assert_eq!(value(&[day(&[30, 600]), day(&[]), day(&[100])], "nudge_response"), Some(Number(1.67)));
        assert_eq!(value(&[day(&[30, 600])], "nudge_response"), Some(Number(5.25)));
    }

    #[test]
    fn interactions_are_those_of_a_date_with_any() {
        let day = |interactions| DayFigures { interactions, ..Default::default() };
        assert_eq!(value(&[day(5), day(0), day(6), day(6)], "interactions"), Some(Number(5.67)));
    }
}
