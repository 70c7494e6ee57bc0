//! Which date or instant is meant: of something that is planned, and of something that has been. Pure.

use chrono::{
    DateTime, Datelike as _, Days, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc, Weekday,
};

use super::{
    dates::YEARS,
    model::{Due, Meal, Speaker},
    when::{Date, Distance, When},
};

/// How far ahead of the program's clock that of the speaker may be.
const AHEAD: Duration = Duration::minutes(2);
/// How long ago an hour may be that is not the obvious one.
const RECENT: Duration = Duration::hours(6);
/// So long ago was no hour of the day that still goes on after midnight: it is one to come.
const NEARLY_A_DAY: Duration = Duration::hours(20);

/// What a recorded time is for, which says how bare hours are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    Start,
    Meal(Option<Meal>),
    Other,
}

/// When something is due that is said with that time; `None` where it is none that can be planned for.
pub fn planned(when: When, speaker: &Speaker) -> Option<Due> {
    if let Some(distance) = when.distance {
        let Distance::In(minutes) = distance else { return None };
        let at = speaker.clock().checked_add_signed(Duration::minutes(minutes.into())).filter(|at| YEARS.contains(&at.year()))?;
        return Some(Due::At(existing(at.date().and_time(to_minute(at.time())?), speaker)));
    }
    let now = speaker.clock();
    let ahead = |date: NaiveDate, time: (u32, u32)| at(date, time).is_some_and(|at| at > now);
    let time = when.exact().or_else(|| when.bare().map(|bare| reading(bare, speaker)));
    let due = |date: NaiveDate| match time {
        Some(time) => at(date, time).map(|at| Due::At(existing(at, speaker))),
        None => Some(Due::On(date)),
    };
    let Some(said) = when.date else {
        let today = ahead(speaker.today, time?);
        return due(if today { speaker.today } else { days_after(speaker.today, 1)? });
    };
    match said {
        Date::Days(days) if days < 0 => None,
        Date::Days(0) => {
            let (Some(time), today) = (time, speaker.today) else { return Some(Due::On(speaker.today)) };
            if ahead(today, time) {
                return due(today);
            }
            if when.hour.is_none() {
                return Some(Due::On(today));
            }
            let other = when.bare().map(|bare| other(bare, speaker)).filter(|other| ahead(today, *other));
            at(today, other.unwrap_or(time)).map(|at| Due::At(existing(at, speaker)))
        }
        Date::Weekday(day) | Date::LoneWeekday(day) if day == speaker.today.weekday() => {
            let today = time.is_some_and(|time| ahead(speaker.today, time));
            due(if today { speaker.today } else { days_after(speaker.today, 7)? })
        }
        Date::EndOfDay if time.is_none() => {
            let end = at_time(speaker.today, speaker.work_hours.1);
            Some(if end > now { Due::At(existing(end, speaker)) } else { Due::On(speaker.today) })
        }
        said => due(date(said, speaker)?),
    }
}

/// When something is due on a date that is given, at a time of the wall clock or not; `None` for a date that has passed.
pub fn given_due(date: NaiveDate, time: Option<NaiveTime>, speaker: &Speaker) -> Option<Due> {
    let due = time.map_or(Due::On(date), |time| Due::At(existing(at_time(date, time), speaker)));
    (date >= speaker.today).then_some(due)
}

/// The instant of a time of the wall clock that is given, for something that is recorded; `None` where it is still to come.
pub fn given_past(at: NaiveDateTime, speaker: &Speaker) -> Option<DateTime<Utc>> {
    Some(instant(at, speaker)).filter(|instant| *instant <= speaker.now + AHEAD)
}

/// The instant that was, for something that is recorded; `None` where it cannot be told, or is still to come.
pub fn recorded(when: When, what: Recorded, speaker: &Speaker) -> Option<DateTime<Utc>> {
    if let Some(distance) = when.distance {
        let Distance::Ago(minutes) = distance else { return None };
        return speaker.now.checked_sub_signed(Duration::minutes(minutes.into()));
    }
    let today = match when.date {
        None | Some(Date::Days(0)) => true,
        Some(Date::Days(days)) if days < 0 => false,
        _ => return None,
    };
    let instant = |days: i64, time: (u32, u32)| Some(instant(at(days_after(speaker.today, days)?, time)?, speaker));
    let past = |instant: &DateTime<Utc>| *instant <= speaker.now + AHEAD;
    let recent = |instant: &DateTime<Utc>| past(instant) && *instant >= speaker.now - RECENT;
    if !today {
        let Some(Date::Days(days)) = when.date else { return None };
        let time = when
            .exact()
            .or_else(|| Some(of_meal(what, when.bare()?).unwrap_or_else(|| reading(when.bare().unwrap_or_default(), speaker))))?;
        return instant(days, time).filter(past);
    }
    let candidates: Vec<((u32, u32), bool)> = match (when.exact(), when.bare()) {
        (Some(time), _) => vec![(time, true)],
        (None, Some(bare)) => {
            let (reading, other) = (reading(bare, speaker), other(bare, speaker));
            match (of_meal(what, bare), what) {
                (Some(time), _) => vec![(time, true)],
                (None, Recorded::Start) => vec![(reading, true), (other, false)],
                (None, _) if reading > other => vec![(reading, true), (other, false)],
                (None, _) => vec![(other, false), (reading, true)],
            }
        }
        (None, None) => return None,
    };
    // After midnight the date of the clock comes first, though the speaker's day is the one before until it starts.
    let ahead = (speaker.clock().date() - speaker.today).num_days();
    let on = |days: i64| {
        candidates.iter().find_map(|(time, certain)| {
            let instant = instant(days, *time)?;
            (if *certain { past(&instant) } else { recent(&instant) }).then_some(instant)
        })
    };
    let found = on(ahead).or_else(|| on(0).filter(|instant| ahead <= 0 || *instant >= speaker.now - NEARLY_A_DAY));
    if found.is_some() || when.date.is_some() {
        return found;
    }
    candidates.iter().filter_map(|(time, _)| instant(-1, *time)).filter(recent).max()
}

/// The hour of breakfast is in the morning, that of lunch and dinner is not.
fn of_meal(what: Recorded, (hour, minute): (u32, u32)) -> Option<(u32, u32)> {
    match what {
        Recorded::Meal(Some(Meal::Breakfast)) => Some((hour, minute)),
        Recorded::Meal(Some(Meal::Lunch | Meal::Dinner)) => Some((hour % 12 + 12, minute)),
        _ => None,
    }
}

/// The hour of a working day that a bare hour is.
fn reading((hour, minute): (u32, u32), speaker: &Speaker) -> (u32, u32) {
    let (morning, evening) = (hour % 12, hour % 12 + 12);
    let works = |hour: u32| {
        let (start, end) = speaker.work_hours;
        NaiveTime::from_hms_opt(hour, minute, 0)
            .is_some_and(|time| if start <= end { start <= time && time <= end } else { start <= time || time <= end })
    };
    let hour = match (works(morning), works(evening)) {
        (true, false) => morning,
        (false, true) => evening,
        _ if (7..12).contains(&hour) => morning,
        _ => evening,
    };
    (hour, minute)
}

fn other(bare: (u32, u32), speaker: &Speaker) -> (u32, u32) {
    let (hour, minute) = reading(bare, speaker);
    ((hour + 12) % 24, minute)
}

/// A date that is said, where that does not depend on the time.
pub fn date(said: Date, speaker: &Speaker) -> Option<NaiveDate> {
    let today = speaker.today;
    let week = days_after(today, -i64::from(today.weekday().days_since(speaker.week_start)))?;
    let in_week = |week: NaiveDate, day: Weekday| days_after(week, day.days_since(speaker.week_start).into());
    match said {
        Date::Days(days) => days_after(today, days),
        Date::Weekday(day) | Date::LoneWeekday(day) => {
            let days = i64::from(day.days_since(today.weekday()));
            days_after(today, if days == 0 { 7 } else { days })
        }
        Date::NextWeekday(day) => in_week(days_after(week, 7)?, day),
        Date::NextWeek => days_after(week, 7),
        Date::Weekend if today.weekday() == Weekday::Sun => Some(today),
        Date::Weekend => days_after(today, Weekday::Sat.days_since(today.weekday()).into()),
        Date::EndOfDay => Some(today),
        Date::EndOfWeek => {
            let last = speaker.work_days.iter().copied().max_by_key(|day| day.days_since(speaker.week_start));
            let last = last.unwrap_or_else(|| speaker.week_start.pred());
            let end = in_week(week, last)?;
            if end < today { in_week(days_after(week, 7)?, last) } else { Some(end) }
        }
        Date::EndOfMonth => {
            let (year, month) = if today.month() == 12 { (today.year() + 1, 1) } else { (today.year(), today.month() + 1) };
            NaiveDate::from_ymd_opt(year, month, 1)?.pred_opt()
        }
        Date::EndOfYear => NaiveDate::from_ymd_opt(today.year(), 12, 31),
        Date::Of { day, month, year: Some(year) } => NaiveDate::from_ymd_opt(year, month, day),
        Date::Of { day, month, year: None } => {
            let mut dates = (0..=8).filter_map(|years| NaiveDate::from_ymd_opt(today.year() + years, month, day));
            dates.find(|date| *date >= today)
        }
        Date::DayOfMonth(day) => {
            let months = (0..=12).map(|months| today.month0() + months);
            let year = |months: u32| Some(today.year() + i32::try_from(months / 12).ok()?);
            let mut dates = months.filter_map(|months| NaiveDate::from_ymd_opt(year(months)?, months % 12 + 1, day));
            dates.find(|date| *date >= today)
        }
    }
}

fn days_after(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    let by = Days::new(days.unsigned_abs());
    if days < 0 { date.checked_sub_days(by) } else { date.checked_add_days(by) }.filter(|date| YEARS.contains(&date.year()))
}

/// A time of a date; 24 o'clock begins the next one.
fn at(date: NaiveDate, (hour, minute): (u32, u32)) -> Option<NaiveDateTime> {
    let date = days_after(date, i64::from(hour / 24))?;
    Some(at_time(date, NaiveTime::from_hms_opt(hour % 24, minute, 0)?))
}

fn at_time(date: NaiveDate, time: NaiveTime) -> NaiveDateTime {
    date.and_time(time)
}

fn to_minute(time: NaiveTime) -> Option<NaiveTime> {
    chrono::Timelike::with_second(&time, 0).and_then(|time| chrono::Timelike::with_nanosecond(&time, 0))
}

/// The instant of a time of the wall clock: the first of two, and the first after one that the clock skips.
fn instant(at: NaiveDateTime, speaker: &Speaker) -> DateTime<Utc> {
    let mut at = at;
    // A gap is a day at most.
    for _ in 0..=24 * 60 {
        match speaker.zone.from_local_datetime(&at) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => return instant.to_utc(),
            LocalResult::None => at += Duration::minutes(1),
        }
    }
    at.and_utc()
}

/// The time of the wall clock itself, or the first that exists after it.
fn existing(at: NaiveDateTime, speaker: &Speaker) -> NaiveDateTime {
    instant(at, speaker).with_timezone(&speaker.zone).naive_local()
}
