//! People who do not exist, with a bit more than a year of work each, for measuring predictions. The same ones each time: chance
//! follows from a seed. Pure.

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

use super::inputs::{TaskSpan, Tasks};
use crate::{
    assistant::record::{DateCounts, Hours},
    kernel::{
        Chance, DayRule, DayStart,
        wall_clock::{instant_of, split_by_hour},
    },
};

/// How many dates they have.
const DATES: u64 = 400;
/// Their first date, a Monday. Clocks change on 2025-03-30 and 2025-10-26.
const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(2025, 1, 6) {
    Some(date) => date,
    None => NaiveDate::MIN,
};
const DAY_MINUTES: u32 = 1440;

/// A way of working.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persona {
    /// Eight hours, five days, evenings free.
    Steady,
    /// Five ordinary weeks, then three of long days and Saturdays.
    Sprint,
    /// Longer and longer for months, with ever fewer breaks, until sick leave.
    BurnoutRamp,
    /// Ordinary weeks with holidays of some weeks and single days.
    Vacation,
    /// Three short days a week.
    PartTime,
    /// From 22:00 to 6:00, with dates that begin at noon.
    NightShift,
    /// Early shifts on five days of which Sunday is one, so that two nights a year are longer or shorter.
    ClockChange,
    /// Any time, any length, with free days in between.
    Irregular,
}

/// What somebody did, and had to do.
#[derive(Debug, Clone)]
pub struct Life {
    pub counted: Vec<DateCounts>,
    pub tasks: Tasks,
}

/// How a date goes.
#[derive(Default)]
struct Plan {
    off: bool,
    /// In minutes after midnight.
    sessions: Vec<(u32, u32)>,
    rest_minutes: u32,
    energy: Option<u32>,
    created: u32,
    completed: u32,
}

impl Persona {
    pub const ALL: [Self; 8] = [
        Self::Steady,
        Self::Sprint,
        Self::BurnoutRamp,
        Self::Vacation,
        Self::PartTime,
        Self::NightShift,
        Self::ClockChange,
        Self::Irregular,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Sprint => "sprint",
            Self::BurnoutRamp => "burnout ramp",
            Self::Vacation => "vacation",
            Self::PartTime => "part-time",
            Self::NightShift => "night shift",
            Self::ClockChange => "daylight-saving week",
            Self::Irregular => "irregular",
        }
    }

    fn days(self) -> DayRule {
        let noon = DayStart::after_midnight(DayStart::MAX).filter(|_| self == Self::NightShift);
        DayRule { zone: Tz::Europe__Madrid, day_start: noon.unwrap_or_default() }
    }

    fn work_hours(self) -> Hours {
        match self {
            Self::NightShift => Hours { from: 22 * 60, to: 6 * 60 },
            Self::ClockChange => Hours { from: 0, to: 9 * 60 },
            _ => Hours { from: 9 * 60, to: 18 * 60 },
        }
    }

    fn works_on(self, day: Weekday) -> bool {
        match self {
            Self::PartTime => matches!(day, Weekday::Mon | Weekday::Tue | Weekday::Wed),
            Self::ClockChange => !matches!(day, Weekday::Tue | Weekday::Wed),
            _ => !matches!(day, Weekday::Sat | Weekday::Sun),
        }
    }

    /// The life that follows from a seed.
    pub fn life(self, seed: u64) -> Life {
        let mut chance = Chance::of(seed);
        let (days, hours) = (self.days(), self.work_hours());
        let mut counted: Vec<DateCounts> = (0..DATES).map(|day| DateCounts::blank(FIRST + Days::new(day), days, hours)).collect();
        let mut spans: Vec<TaskSpan> = Vec::new();
        let mut next_done = 0;
        for index in 0..counted.len() {
            let date = counted[index].date;
            let plan = self.plan(index, date, &mut chance);
            let entry = &mut counted[index];
            (entry.off, entry.expected) = (plan.off, self.works_on(date.weekday()) && !plan.off);
            entry.rest_micros = u64::from(plan.rest_minutes) * 60_000_000;
            entry.energy = plan.energy.and_then(|energy| u8::try_from(energy.clamp(1, 5)).ok());
            entry.created = plan.created;
            spans.extend((0..plan.created).map(|_| {
                let due = chance.percent(60).then(|| date + Days::new(chance.within(2, 12).into()));
                TaskSpan { created: Some(date), completed: None, due }
            }));
            for _ in 0..plan.completed {
                if let Some(task) = spans.get_mut(next_done) {
                    task.completed = Some(date);
                    entry.completed += 1;
                    next_done += 1;
                }
            }
            plan.sessions.iter().for_each(|session| add(&mut counted, index, *session));
        }
        Life { counted, tasks: Tasks { exist: true, spans } }
    }

    fn plan(self, index: usize, date: NaiveDate, chance: &mut Chance) -> Plan {
        let (week, work_day) = (index / 7, self.works_on(date.weekday()));
        match self {
            Self::Steady => ordinary(work_day, 470, chance),
            Self::Sprint if week % 8 >= 5 => sprint(date, chance),
            Self::Sprint => ordinary(work_day, 455, chance),
            Self::BurnoutRamp => ramp(week % 40, date, chance),
            Self::Vacation => {
                let away = (150..164).contains(&index) || (230..251).contains(&index) || (350..360).contains(&index);
                if away || index % 35 == 32 { Plan { off: true, ..Plan::default() } } else { ordinary(work_day, 470, chance) }
            }
            Self::PartTime => short_day(work_day, chance),
            Self::NightShift => night(work_day, chance),
            Self::ClockChange => early(work_day, chance),
            Self::Irregular => irregular(work_day, chance),
        }
    }
}

/// A number and by how much it may differ.
fn about(chance: &mut Chance, value: u32, by: u32) -> u32 {
    chance.within(value.saturating_sub(by), value + by)
}

/// Two sessions with lunch between them.
fn day(chance: &mut Chance, start: u32, worked: u32, lunch: u32) -> Vec<(u32, u32)> {
    let noon = about(chance, 225, 20).min(worked);
    vec![(start, start + noon), (start + noon + lunch, start + lunch + worked)]
        .into_iter()
        .filter(|(from, to)| from < to)
        .collect()
}

fn ordinary(work_day: bool, minutes: u32, chance: &mut Chance) -> Plan {
    if !work_day {
        return Plan::default();
    }
    let (start, worked, lunch) = (about(chance, 545, 20), about(chance, minutes, 40), about(chance, 45, 15));
    Plan {
        sessions: day(chance, start, worked, lunch),
        rest_minutes: chance.within(5, 20),
        energy: chance.percent(60).then(|| chance.within(3, 5)),
        created: chance.within(2, 5),
        completed: chance.within(2, 5),
        ..Plan::default()
    }
}

fn sprint(date: NaiveDate, chance: &mut Chance) -> Plan {
    let worked = match date.weekday() {
        Weekday::Sun => return Plan::default(),
        Weekday::Sat => about(chance, 300, 60),
        _ => about(chance, 640, 40),
    };
    let (start, lunch) = (about(chance, 520, 15), about(chance, 30, 10));
    Plan {
        sessions: day(chance, start, worked, lunch),
        energy: chance.percent(60).then(|| chance.within(2, 3)),
        created: chance.within(3, 6),
        completed: chance.within(3, 7),
        ..Plan::default()
    }
}

/// Twelve ordinary weeks, eighteen of which each is longer, three of sick leave, and seven easier ones.
fn ramp(week: usize, date: NaiveDate, chance: &mut Chance) -> Plan {
    let Some(strain) = week.checked_sub(12).and_then(|strain| u32::try_from(strain).ok()) else {
        return ordinary(!is_weekend(date), 460, chance);
    };
    if strain >= 21 {
        return ordinary(!is_weekend(date), 400, chance);
    }
    if strain >= 18 {
        return Plan { off: true, ..Plan::default() };
    }
    if is_weekend(date) {
        let works = strain > 5 && chance.percent(8 * strain - 40);
        let (start, worked) = (about(chance, 600, 60), about(chance, 180, 90));
        return Plan { sessions: if works { vec![(start, start + worked)] } else { Vec::new() }, ..Plan::default() };
    }
    let (start, worked) = (about(chance, 530, 15), about(chance, 460 + 10 * strain, 30));
    let lunch = about(chance, 45_u32.saturating_sub(2 * strain), 5);
    let mut sessions = day(chance, start, worked, lunch);
    if strain > 8 && chance.percent(4 * strain) {
        let evening = about(chance, 1290, 20);
        sessions.push((evening, evening + chance.within(40, 100)));
    }
    Plan {
        sessions,
        energy: chance.percent(60).then(|| chance.within(1, 2) + (18 - strain) / 7),
        created: chance.within(3, 5 + strain / 6),
        completed: chance.within(2, 4),
        ..Plan::default()
    }
}

fn short_day(work_day: bool, chance: &mut Chance) -> Plan {
    if !work_day {
        return Plan::default();
    }
    let (start, worked) = (about(chance, 555, 15), about(chance, 300, 45));
    Plan {
        sessions: vec![(start, start + worked)],
        energy: chance.percent(50).then(|| chance.within(3, 5)),
        created: chance.within(1, 3),
        completed: chance.within(1, 3),
        ..Plan::default()
    }
}

fn night(work_day: bool, chance: &mut Chance) -> Plan {
    if !work_day {
        return Plan::default();
    }
    let (start, worked) = (about(chance, 22 * 60 + 5, 5), about(chance, 430, 15));
    Plan {
        sessions: day(chance, start, worked, 30),
        energy: chance.percent(60).then(|| chance.within(2, 4)),
        created: chance.within(1, 4),
        completed: chance.within(1, 4),
        ..Plan::default()
    }
}

/// By the clock on the wall, so that a change of it is within the work.
fn early(work_day: bool, chance: &mut Chance) -> Plan {
    if !work_day {
        return Plan::default();
    }
    let (start, end) = (about(chance, 30, 10), about(chance, 510, 10));
    Plan {
        sessions: vec![(start, 270), (300, end)],
        energy: chance.percent(60).then(|| chance.within(2, 4)),
        created: chance.within(1, 4),
        completed: chance.within(1, 4),
        ..Plan::default()
    }
}

fn irregular(work_day: bool, chance: &mut Chance) -> Plan {
    if !chance.percent(if work_day { 75 } else { 35 }) {
        return Plan::default();
    }
    let (start, worked) = (chance.within(420, 1080), chance.within(60, 600));
    Plan {
        sessions: day(chance, start, worked, 30),
        energy: chance.percent(30).then(|| chance.within(1, 5)),
        created: chance.within(0, 6),
        completed: chance.within(0, 6),
        ..Plan::default()
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Counts a session, in minutes after the midnight of a date, for the dates that it is on.
fn add(counted: &mut [DateCounts], index: usize, (from, to): (u32, u32)) {
    let (date, days) = (counted[index].date, counted[index].days);
    let at = |minutes: u32| {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(minutes % DAY_MINUTES * 60, 0).unwrap_or_default();
        instant_of(date + Days::new((minutes / DAY_MINUTES).into()), time, days.zone)
    };
    let place = |date: NaiveDate| usize::try_from(date.signed_duration_since(FIRST).num_days()).ok();
    for share in split_by_hour(at(from), at(to), days) {
        if let Some(entry) = place(share.date).and_then(|place| counted.get_mut(place)) {
            entry.focus_by_hour[usize::from(share.hour)] += share.micros;
        }
    }
    for (minutes, begins) in [(from, true), (to, false)] {
        let on = days.date_at(at(minutes));
        let passed = at(minutes).in_zone(days.zone).naive_local().signed_duration_since(on.and_time(NaiveTime::MIN));
        let second = u32::try_from(passed.num_seconds()).unwrap_or(0);
        if let Some(entry) = place(on).and_then(|place| counted.get_mut(place)) {
            let list = if begins { &mut entry.starts } else { &mut entry.ends };
            list.push(second);
            entry.sessions += u32::from(!begins);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::record::{HOUR, records};

    fn hours_on(persona: Persona, date: (i32, u32, u32)) -> f64 {
        let date = NaiveDate::from_ymd_opt(date.0, date.1, date.2).expect("a date");
        let records = records(&persona.life(7).counted);
        records.iter().find(|record| record.date == date).expect("a record").hours()
    }

    #[test]
    fn are_the_same_each_time_and_differ_by_the_seed() {
        for persona in Persona::ALL {
            let (one, same, other) = (persona.life(1), persona.life(1), persona.life(2));
            assert_eq!((one.counted.len(), &one.counted, &one.tasks), (400, &same.counted, &same.tasks), "{persona:?}");
            assert_ne!(one.counted, other.counted, "{persona:?}");
            let dates = one.counted.windows(2).all(|pair| pair[0].date.succ_opt() == Some(pair[1].date));
            let ordered = one.counted.iter().all(|date| date.starts.is_sorted() && date.ends.is_sorted());
            assert!(dates && ordered, "{persona:?}");
        }
    }

    #[test]
    fn work_as_they_are_said_to() {
        let week = |persona: Persona, week: usize| {
            let records = records(&persona.life(7).counted);
            records[week * 7..][..7].iter().map(|record| record.worked_micros).sum::<u64>() / HOUR
        };
        assert!((36..43).contains(&week(Persona::Steady, 10)));
        assert!(week(Persona::Sprint, 5) >= 54 && week(Persona::Sprint, 8) <= 42);
        assert!(week(Persona::BurnoutRamp, 29) >= 50 && week(Persona::BurnoutRamp, 30) == 0);
        assert!(week(Persona::PartTime, 10) <= 18 && (33..38).contains(&week(Persona::NightShift, 10)));
        let nights = records(&Persona::NightShift.life(7).counted);
        assert!(nights.iter().all(|record| record.outside_micros < HOUR && !record.short_rest && record.hours() < 8.0));
    }

    #[test]
    fn the_nights_of_the_clock_change_are_an_hour_shorter_and_longer() {
        let usual = hours_on(Persona::ClockChange, (2025, 3, 23));
        assert!((hours_on(Persona::ClockChange, (2025, 3, 30)) - usual + 1.0).abs() < 0.7);
        assert!((hours_on(Persona::ClockChange, (2025, 10, 26)) - usual - 1.0).abs() < 0.7);
    }
}
