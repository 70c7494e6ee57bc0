//! What the factors of the risk follow from, read off the records of dates and tasks. Pure.

use chrono::NaiveDate;

use super::{levels::Evaluation, risk::FactorInputs};
use crate::assistant::record::{HOUR, Record};

/// How many dates most factors look back on.
pub const WINDOW: usize = 28;
const FORTNIGHT: usize = 14;
const WEEK: usize = 7;
/// Less than this of breaks is too little on a long date.
const HALF_HOUR: u64 = HOUR / 2;
/// A date with more work than this needs breaks.
const LONG: u64 = 6 * HOUR;
/// Skipped breaks are held against so many dates at least, and what was created against so many completed tasks.
const AT_LEAST: f64 = 5.0;

/// When a task was there, as far as it is known, and by when it is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskSpan {
    /// `None` for one from before it was kept.
    pub created: Option<NaiveDate>,
    pub completed: Option<NaiveDate>,
    pub due: Option<NaiveDate>,
}

/// A person's tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks {
    /// Whether there is any, be it long done.
    pub exist: bool,
    /// Those that are open, and those that were on any of the dates that are evaluated.
    pub spans: Vec<TaskSpan>,
}

impl Tasks {
    /// Which part of the tasks that were open at the end of a date was overdue then.
    fn overdue_share(&self, on: NaiveDate) -> f64 {
        let is_open = |task: &&TaskSpan| {
            task.created.is_none_or(|created| created <= on) && task.completed.is_none_or(|completed| completed > on)
        };
        let (mut open, mut overdue) = (0_u32, 0_u32);
        for task in self.spans.iter().filter(is_open) {
            open += 1;
            overdue += u32::from(task.due.is_some_and(|due| due <= on));
        }
        if open == 0 { 0.0 } else { f64::from(overdue) / f64::from(open) }
    }
}

/// What is known at the end of the last of the records, which follow each other without a date left out. Of tasks, what was so on
/// `tasks_on`.
pub fn inputs(records: &[Record], tasks: &Tasks, tasks_on: NaiveDate) -> FactorInputs {
    let window = last(records, WINDOW);
    let Some(first) = window.iter().position(Record::is_observed) else {
        // Without a date there may be tasks.
        return FactorInputs { backlog: backlog(window, tasks, tasks_on), days: Some(0), ..FactorInputs::default() };
    };
    let (fortnight, week) = (last(window, FORTNIGHT), last(window, WEEK));
    let weeks = number((window.len() - first).max(WEEK)) / 7.0;
    let hours = |records: &[Record], of: fn(&Record) -> u64| micros_to_hours(records.iter().map(of).sum());
    let count = |records: &[Record], is: fn(&Record) -> bool| number(records.iter().filter(|record| is(record)).count());
    let short_rest = |record: &Record| record.short_rest;
    let skipped = count(fortnight, |record| record.worked_micros > LONG && record.break_micros < HALF_HOUR);
    let energies: Vec<f64> = fortnight.iter().filter_map(|record| record.energy).map(f64::from).collect();
    FactorInputs {
        h28: Some(hours(window, |record| record.worked_micros) / weeks),
        h7: Some(hours(week, |record| record.worked_micros)),
        after_hours: Some(hours(window, |record| record.outside_micros) / weeks),
        rest_days_worked: Some(count(window, Record::is_worked_rest_day)),
        short_rests_14: Some(count(fortnight, short_rest)),
        short_rests_7: Some(count(week, short_rest)),
        breaks_skipped: Some(skipped / count(fortnight, |record| record.expected).max(AT_LEAST)),
        backlog: backlog(window, tasks, tasks_on),
        energy: (!energies.is_empty()).then(|| energies.iter().sum::<f64>() / number(energies.len())),
        days: u32::try_from(window.iter().filter(|record| record.is_observed()).count()).ok(),
    }
}

fn backlog(window: &[Record], tasks: &Tasks, on: NaiveDate) -> Option<f64> {
    if !tasks.exist {
        return None;
    }
    let sum = |of: fn(&Record) -> u32| last(window, FORTNIGHT).iter().map(|record| f64::from(of(record))).sum::<f64>();
    let (created, completed) = (sum(|record| record.created), sum(|record| record.completed));
    let grown = (created - completed) / completed.max(AT_LEAST);
    Some((grown.midpoint(tasks.overdue_share(on))).max(0.0))
}

/// The risk at the end of each of the last so many records.
pub fn evaluations(records: &[Record], tasks: &Tasks, count: usize) -> Vec<Evaluation> {
    let first = records.len().saturating_sub(count);
    let evaluate = |index: usize| {
        let date = records[index].date;
        let risk = inputs(&records[..=index], tasks, date).risk();
        Evaluation { date, score: risk.score, confidence: risk.confidence }
    };
    (first..records.len()).map(evaluate).collect()
}

pub fn last(records: &[Record], count: usize) -> &[Record] {
    &records[records.len().saturating_sub(count)..]
}

#[expect(clippy::cast_precision_loss, reason = "counts of dates")]
fn number(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 microseconds, 285 years")]
fn micros_to_hours(micros: u64) -> f64 {
    micros as f64 / HOUR as f64
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike as _, Days, Weekday};
    use proptest::prelude::*;

    use super::*;

    /// A Monday.
    const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 5) {
        Some(date) => date,
        None => NaiveDate::MIN,
    };

    /// Dates from a Monday on, with so many minutes of work and of breaks.
    fn records(minutes: &[(u64, u64)]) -> Vec<Record> {
        let of = |(index, (worked, breaks)): (u64, &(u64, u64))| {
            let date = FIRST + Days::new(index);
            let expected = !matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
            let worked_micros = worked * 60_000_000;
            Record {
                worked_micros,
                outside_micros: if expected { worked_micros.saturating_sub(9 * HOUR) } else { worked_micros },
                break_micros: breaks * 60_000_000,
                sessions: u32::from(*worked > 0),
                ..Record::blank(date, expected, false)
            }
        };
        (0..).zip(minutes).map(of).collect()
    }

    fn known(records: &[Record]) -> FactorInputs {
        inputs(records, &Tasks::default(), records.last().map_or(FIRST, |last| last.date))
    }

    const WEEK_OF_40: [(u64, u64); 7] = [(480, 60), (480, 60), (480, 60), (480, 60), (480, 60), (0, 0), (0, 0)];

    #[test]
    fn hours_are_for_seven_dates_from_the_first_with_anything() {
        let four = WEEK_OF_40.repeat(4);
        let whole = known(&records(&four));
        assert_eq!((whole.h28, whole.h7, whole.after_hours, whole.days), (Some(40.0), Some(40.0), Some(0.0), Some(20)));
        // Ten hours on each of the first five dates: 7 · 50 / max(7, 5), as if nothing came before.
        let new = known(&records(&[[(0, 0); 23].as_slice(), &[(600, 60); 5]].concat()));
        assert_eq!((new.h28, new.h7, new.days), (Some(50.0), Some(50.0), Some(5)));
        // An empty stretch after it counts: 14 dates, of which 7 with 40 hours.
        let idle = known(&records(&[WEEK_OF_40.as_slice(), &[(0, 0); 7]].concat()));
        assert_eq!((idle.h28, idle.h7), (Some(20.0), Some(0.0)));
        assert_eq!(known(&records(&[(0, 0); 28])), FactorInputs { days: Some(0), ..FactorInputs::default() });
    }

    #[test]
    fn rest_days_count_from_half_an_hour_on() {
        let mut weeks = WEEK_OF_40.repeat(4);
        for (index, minutes) in [(5, 29), (6, 30), (12, 300), (13, 60)] {
            weeks[index] = (minutes, 0);
        }
        let found = known(&records(&weeks));
        assert_eq!(found.rest_days_worked, Some(3.0));
        // 419 minutes in four weeks.
        assert!((found.after_hours.expect("known") - 419.0 / 60.0 / 4.0).abs() < 1e-9);
    }

    #[test]
    fn breaks_are_held_against_the_expected_dates_of_a_fortnight() {
        let mut weeks = WEEK_OF_40.repeat(4);
        weeks[0] = (480, 0);
        for index in [14, 15, 21] {
            weeks[index] = (361, 29);
        }
        weeks[22] = (360, 0);
        assert_eq!(known(&records(&weeks)).breaks_skipped, Some(0.3));
        // Of few expected dates, five at least.
        assert_eq!(known(&records(&[(400, 0), (400, 0)])).breaks_skipped, Some(0.4));
    }

    #[test]
    fn a_backlog_is_what_grows_and_what_is_overdue() {
        let mut dates = records(&WEEK_OF_40.repeat(4));
        dates[13].created = 50;
        for record in &mut dates[14..24] {
            (record.created, record.completed) = (3, 2);
        }
        let day = |day: u64| FIRST + Days::new(day);
        let span = |created, completed: Option<u64>, due: Option<u64>| TaskSpan {
            created: Some(day(created)),
            completed: completed.map(day),
            due: due.map(day),
        };
        let spans = vec![
            span(1, None, Some(27)),
            span(1, None, Some(28)),
            span(1, Some(27), Some(3)),
            span(1, Some(28), Some(3)),
            TaskSpan { created: None, completed: None, due: None },
        ];
        let tasks = Tasks { exist: true, spans };
        // 30 created and 20 completed: half as many more. Open at the end of the date 27 are four, two of them overdue.
        let found = inputs(&dates, &tasks, day(27)).backlog.expect("tasks");
        assert!((found - 0.5).abs() < 1e-9, "{found}");
        for record in &mut dates {
            record.created = 0;
        }
        // (−1 + 0) / 2 is nothing.
        assert_eq!(inputs(&dates, &Tasks { exist: true, spans: vec![] }, day(27)).backlog, Some(0.0));
        assert_eq!(inputs(&dates, &Tasks::default(), day(27)).backlog, None);
    }

    #[test]
    fn energy_is_the_mean_of_a_fortnight() {
        let mut dates = records(&WEEK_OF_40.repeat(4));
        for (index, energy) in [(13, 1), (14, 2), (20, 5), (27, 3)] {
            dates[index].energy = Some(energy);
        }
        assert!((known(&dates).energy.expect("check-ins") - 10.0 / 3.0).abs() < 1e-9);
        dates.truncate(13);
        assert_eq!(known(&dates).energy, None);
    }

    #[test]
    fn short_rests_are_those_of_one_and_two_weeks() {
        let mut dates = records(&WEEK_OF_40.repeat(4));
        for index in [13, 14, 20, 21] {
            dates[index].short_rest = true;
        }
        let found = known(&dates);
        assert_eq!((found.short_rests_14, found.short_rests_7), (Some(3.0), Some(1.0)));
    }

    proptest! {
        /// With breaks as they should be, more work on one of the last 7 dates never lowers the score.
        #[test]
        fn more_work_in_the_last_week_never_lowers_the_score(
            minutes in prop::collection::vec(0..720_u64, 14..56), back in 0..7_usize, more in 1..400_u64
        ) {
            let all: Vec<(u64, u64)> = minutes.iter().map(|worked| (*worked, 45)).collect();
            let mut worse = all.clone();
            let index = all.len() - 1 - back;
            worse[index].0 += more;
            let (before, after) = (known(&records(&all)), known(&records(&worse)));
            prop_assert!(after.breaks_skipped >= before.breaks_skipped);
            // The first date with anything may be the one that was added: then nothing was known before it.
            if before.days.is_some_and(|days| days > 0) {
                prop_assert!(after.risk().score >= before.risk().score, "{before:?} {after:?}");
            }
        }

        #[test]
        fn deleting_dates_never_makes_it_surer(
            minutes in prop::collection::vec(0..720_u64, 14..56), deleted in prop::collection::vec(any::<bool>(), 56)
        ) {
            let all: Vec<(u64, u64)> = minutes.iter().map(|worked| (*worked, 45)).collect();
            let fewer: Vec<(u64, u64)> = all.iter().zip(deleted).map(|(date, gone)| if gone { (0, 0) } else { *date }).collect();
            prop_assert!(known(&records(&fewer)).risk().confidence <= known(&records(&all)).risk().confidence);
        }
    }
}
