//! The level in 7 days: what it would be if the coming week went as the last one, with the dates off that are known. Pure.

use serde::{Deserialize, Serialize};

use super::{
    forecast::Coming,
    inputs::{self, Tasks, WINDOW},
    levels::{EVALUATED, Evaluation, Level, levels},
};
use crate::assistant::record::Record;

/// How many days it is looked ahead.
pub const AHEAD: usize = 7;
/// So many weeks back a day of the week is looked for that was not off.
const WEEKS_BACK: usize = 4;
/// From so many past outlooks on there is something to say of how good they are.
const OUTLOOKS: usize = 8;

/// By what an outlook is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The risk stays as it is: the baseline.
    AsToday,
    /// The coming week goes as the last one.
    AsLastWeek,
}

/// How the risk is expected to be in 7 days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    pub basis: Basis,
    pub score: Option<u8>,
    pub level: Option<Level>,
    /// How likely a score is from which on the risk is elevated, by how wrong such outlooks were in the last weeks; 0 to 1.
    pub elevated: Option<f64>,
}

/// The outlook from the end of the records on. The evaluations are those of the last records, one each; the dates to come are at
/// least 7. It is made by the last week only where that was less wrong in the past than the risk of the same day.
pub fn outlook(records: &[Record], tasks: &Tasks, evaluations: &[Evaluation], coming: &[Coming]) -> Outlook {
    let recent = &evaluations[evaluations.len().saturating_sub(EVALUATED)..];
    let past = past(records, tasks, recent);
    let error = |of: fn(&Past) -> u8| past.iter().map(|past| u32::from(of(past).abs_diff(past.came))).sum::<u32>();
    let (by_last_week, by_today) = (error(|past| past.by_last_week), error(|past| past.by_today));
    let basis = if past.len() >= OUTLOOKS && by_last_week * 20 <= by_today * 19 && by_today > 0 {
        Basis::AsLastWeek
    } else {
        Basis::AsToday
    };
    let mut all = recent.to_vec();
    if basis == Basis::AsLastWeek
        && let Some(last) = records.last()
    {
        let projected = projected(records, coming);
        let evaluate = |end: usize| {
            let window = &projected[..=end];
            let risk = inputs::inputs(window, tasks, last.date).risk();
            Evaluation { date: window[end].date, score: risk.score, confidence: risk.confidence }
        };
        all.extend((projected.len().saturating_sub(AHEAD)..projected.len()).map(evaluate));
    }
    let score = all.last().and_then(|evaluation| evaluation.score);
    let level = levels(&all).last().copied().flatten();
    Outlook { basis, score, level, elevated: score.and_then(|score| elevated(&past, basis, score)) }
}

/// The last records and those of the coming week, which are like the same days of the weeks before.
fn projected(records: &[Record], coming: &[Coming]) -> Vec<Record> {
    let mut all = inputs::last(records, WINDOW).to_vec();
    for day in coming.iter().take(AHEAD) {
        let same_days = all.iter().rev().skip(6).step_by(7).take(WEEKS_BACK);
        let like = same_days.copied().find(|record| !record.off);
        let expected = day.work_day && !day.off;
        let next = match like.filter(|_| !day.off) {
            Some(like) => Record { date: day.date, expected, off: false, ..like },
            None => Record::blank(day.date, expected, day.off),
        };
        all.push(next);
    }
    all
}

/// What was said 7 days before an evaluation, in both ways.
struct Past {
    by_last_week: u8,
    by_today: u8,
    came: u8,
}

/// The outlooks of the last weeks of which it is known what became.
fn past(records: &[Record], tasks: &Tasks, evaluations: &[Evaluation]) -> Vec<Past> {
    let skipped = records.len().saturating_sub(evaluations.len());
    let outlook = |index: usize| {
        let origin = skipped + index + 1;
        let then = &records[origin.saturating_sub(WINDOW)..origin];
        let came = records.get(origin..origin + AHEAD)?;
        let coming: Vec<Coming> =
            came.iter().map(|day| Coming { date: day.date, work_day: day.expected || day.off, off: day.off }).collect();
        let projected = projected(then, &coming);
        Some(Past {
            by_last_week: inputs::inputs(&projected, tasks, then.last()?.date).risk().score?,
            by_today: evaluations[index].sure_score()?,
            came: evaluations.get(index + AHEAD)?.sure_score()?,
        })
    };
    (0..evaluations.len().saturating_sub(AHEAD)).filter_map(outlook).collect()
}

/// How likely a score of that basis is to be elevated in the end.
fn elevated(past: &[Past], basis: Basis, score: u8) -> Option<f64> {
    let said = |past: &Past| if basis == Basis::AsToday { past.by_today } else { past.by_last_week };
    let ends =
        |past: &&Past| i32::from(score) + i32::from(past.came) - i32::from(said(past)) >= i32::from(Level::Elevated.threshold());
    let above = past.iter().filter(ends).count();
    #[expect(clippy::cast_precision_loss, reason = "counts of dates")]
    let share = (above as f64 + 0.5) / (past.len() as f64 + 1.0);
    (past.len() >= OUTLOOKS).then_some(share)
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike as _, Days, NaiveDate, Weekday};

    use super::*;
    use crate::assistant::record::HOUR;

    /// A Monday.
    const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 5) {
        Some(date) => date,
        None => NaiveDate::MIN,
    };

    fn date(day: u64) -> NaiveDate {
        FIRST + Days::new(day)
    }

    fn is_work_day(date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
    }

    /// Weeks with so many hours on each working day.
    fn weeks(hours: &[u64]) -> Vec<Record> {
        let day = |day: u64| {
            let expected = is_work_day(date(day));
            let worked = if expected { hours[usize::try_from(day / 7).expect("a week")] * HOUR } else { 0 };
            Record { worked_micros: worked, break_micros: HOUR, ..Record::blank(date(day), expected, false) }
        };
        (0..hours.len() as u64 * 7).map(day).collect()
    }

    fn coming(from: &[Record], off: &[usize]) -> Vec<Coming> {
        let begins = from.len() as u64;
        (0..7)
            .map(|day| Coming {
                date: date(begins + day as u64),
                work_day: is_work_day(date(begins + day as u64)),
                off: off.contains(&day),
            })
            .collect()
    }

    fn outlook_of(records: &[Record], off: &[usize]) -> Outlook {
        let tasks = Tasks::default();
        outlook(records, &tasks, &inputs::evaluations(records, &tasks, EVALUATED), &coming(records, off))
    }

    #[test]
    fn a_week_like_the_last_goes_on() {
        let steady = outlook_of(&weeks(&[8; 12]), &[]);
        assert_eq!((steady.score, steady.level), (Some(0), Some(Level::Low)));
        assert!(steady.elevated < Some(0.05), "{steady:?}");
        // Two weeks of 60 hours after two of 40: with a third one, 55 for 7 days.
        let rising = outlook_of(&weeks(&[8, 8, 8, 8, 8, 8, 8, 8, 12, 12]), &[]);
        assert_eq!((rising.score, rising.level), (Some(75), Some(Level::High)));
        assert!(rising.elevated > Some(0.5), "{rising:?}");
    }

    #[test]
    fn a_week_off_is_one_without_work() {
        let off = outlook_of(&weeks(&[8, 8, 8, 8, 8, 8, 8, 8, 12, 12]), &[0, 1, 2, 3, 4]);
        // 40 + 60 + 60 + 0 in four weeks.
        assert_eq!(off.score, Some(0));
        let records = [weeks(&[8; 3]), vec![Record::blank(date(21), false, true)]].concat();
        let next = projected(&records, &coming(&records, &[]));
        assert_eq!((next.len(), next[28].worked_micros, next[28].date), (29, 8 * HOUR, date(28)), "as the Monday before");
    }

    #[test]
    fn of_nothing_nothing_is_said() {
        assert_eq!(outlook_of(&[], &[]), Outlook { basis: Basis::AsToday, score: None, level: None, elevated: None });
        let few = outlook_of(&weeks(&[8]), &[]);
        assert_eq!((few.score, few.elevated), (Some(0), None));
    }
}
