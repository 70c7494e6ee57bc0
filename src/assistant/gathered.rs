//! What is counted of each date, as the ledger has it.

use chrono::{Datelike as _, Days, NaiveDate};

use super::{
    predictions::forecast::Coming,
    record::{DateCounts, Hours},
};
use crate::{
    accounts::{
        settings::model::{DaySettings, Settings, WorkHours},
        time_off::model::Dates,
    },
    kernel::{DayRule, Result},
    ledger::{Counted as _, Day, DayTerms, Summary},
    wellbeing::counters::{ENERGY, REST_MICROS},
    work::{
        counters::BREAK_MICROS,
        days::service::entry,
        metrics::{gaps::gaps, service::figures},
        work_sessions::model::WorkSession,
    },
};

/// So many dates to come are told of: the rest of this week and the next.
const COMING: u64 = 14;

/// The dates from the first that has a day to one, none left out. The days are ascending; `off` are all dates off. Errors:
/// `Internal`.
pub fn counted(days: &[Day], to: NaiveDate, summary: &Summary, off: &[Dates]) -> Result<Vec<DateCounts>> {
    let mut days = days.iter().skip_while(|day| day.date > to).peekable();
    let Some(first) = days.peek().map(|day| day.date) else { return Ok(Vec::new()) };
    let mut set: Option<(DayTerms, DaySettings)> = None;
    let dates = first.iter_days().take_while(|date| *date <= to);
    dates
        .map(|date| {
            let day = days.next_if(|day| day.date == date);
            let terms = day.and_then(|day| day.terms.clone()).unwrap_or_else(|| summary.terms_on(date));
            let settings = match set.take().filter(|(held, _)| *held == terms) {
                Some((_, settings)) => settings,
                None => DaySettings::of(&terms)?,
            };
            let rule = DayRule { zone: terms.zone, day_start: terms.day_start };
            let is_off = off.iter().any(|off| off.contain(date));
            let blank = DateCounts {
                expected: settings.work_days.0.contains(date.weekday()) && !is_off,
                off: is_off,
                ..DateCounts::blank(date, rule, hours(settings.work_hours))
            };
            set = Some((terms, settings));
            match day {
                Some(day) => of(day, &blank),
                None => Ok(blank),
            }
        })
        .collect()
}

fn of(day: &Day, blank: &DateCounts) -> Result<DateCounts> {
    let (shown, known) = (entry(day), figures(day)?);
    let between = gaps(&known.starts, &known.ends).seconds.saturating_mul(1_000_000);
    Ok(DateCounts {
        focus_by_hour: shown.focus_by_hour,
        sessions: shown.sessions,
        ends: known.ends.iter().map(|end| end.second).collect(),
        starts: known.starts,
        pause_micros: day.get(BREAK_MICROS),
        // A day does not say whether they lie between sessions, so that they are taken to, as far as they can.
        rest_micros: day.get(REST_MICROS).saturating_sub(between),
        created: shown.created_tasks,
        completed: shown.completed_tasks,
        energy: u8::try_from(day.get(ENERGY)).ok().filter(|energy| *energy > 0),
        ..blank.clone()
    })
}

/// Takes from the days what sessions count for whose end nobody has vouched for.
pub fn without_guesses(days: &mut [Day], sessions: &[WorkSession]) {
    for session in sessions.iter().filter(|session| session.needs_review) {
        session.counts(&mut |counter, date, count| {
            let day = date.and_then(|date| days.binary_search_by_key(&date, |day| day.date).ok());
            if let Some(day) = day {
                days[day].counts.change(counter, i64::try_from(count).map_or(i64::MIN, |count| -count));
            }
        });
    }
}

/// The present date and those after it.
pub fn coming(today: NaiveDate, settings: &Settings, off: &[Dates]) -> Vec<Coming> {
    let of = |date: NaiveDate| Coming {
        date,
        work_day: settings.work_days.0.contains(date.weekday()),
        off: off.iter().any(|off| off.contain(date)),
    };
    (0..COMING).filter_map(|days| today.checked_add_days(Days::new(days))).map(of).collect()
}

fn hours(hours: WorkHours) -> Hours {
    let minutes = |time: chrono::NaiveTime| chrono::Timelike::num_seconds_from_midnight(&time) / 60;
    Hours { from: minutes(hours.start.0), to: minutes(hours.end.0) }
}
