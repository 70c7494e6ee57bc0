//! What is shown of the present date, and how it follows from what was entered and worked. Pure.

use std::time::Duration;

use chrono::NaiveDate;

use super::{
    breaks::{self, Continuous, Interruption, OVERDUE, Stretch},
    dated::hours_of_work,
    labour::{self, Standing, Worked},
};
use crate::{
    accounts::settings::model::{Settings, WorkHours},
    kernel::{DayRule, Timestamp},
    wellbeing::{
        check_ins::model::CheckIn,
        lunch::Window,
        meals::model::{Meal, MealKind},
        rests::model::{Rest, RestKind},
    },
    work::work_sessions::model::WorkSession,
};

/// More than so many millilitres within an hour are too much.
const TOO_FAST: u32 = 1000;
const HOUR: Duration = Duration::from_hours(1);

/// All that is known of the date.
pub struct Known {
    pub now: Timestamp,
    pub days: DayRule,
    pub settings: Settings,
    /// Whether work is expected.
    pub expected: bool,
    /// Whether that is because the date is off.
    pub off: bool,
    /// When something was drunk and how much, of the date.
    pub drinks: Vec<(Timestamp, u32)>,
    /// The same of the last two hours at least.
    pub recent_drinks: Vec<(Timestamp, u32)>,
    /// Of the date.
    pub meals: Vec<Meal>,
    /// Those that began on the date, and the latest before; one may be under way.
    pub rests: Vec<Rest>,
    pub check_in: Option<CheckIn>,
    /// Those of the last days; one may be under way.
    pub sessions: Vec<WorkSession>,
}

/// Whether a break is to be had.
pub struct Breaks {
    pub continuous: Continuous,
    pub due: bool,
    pub overdue: bool,
}

/// Whether lunch is to be had.
pub struct Lunch {
    pub due: bool,
    pub had: bool,
}

/// How the date goes.
pub struct Today {
    pub date: NaiveDate,
    pub ml: u32,
    pub goal_ml: u32,
    /// What lacks to drink evenly within the hours of work.
    pub behind_ml: u32,
    pub too_fast: bool,
    pub meals: Vec<Meal>,
    /// Those that were entered.
    pub rests: Vec<Rest>,
    /// What else was a break.
    pub interruptions: Vec<Interruption>,
    pub breaks: Breaks,
    pub lunch: Lunch,
    pub check_in: Option<CheckIn>,
    pub worked: Duration,
    pub labour: Vec<Standing>,
    /// When work is expected, where it is.
    pub hours: Option<Hours>,
    /// The work of the last days without rests, until now.
    pub work: Vec<Stretch>,
    /// The session under way.
    pub active: Option<WorkSession>,
    /// Whether somebody is at it now: at a session that is under way, neither interrupted nor at rest.
    pub is_working: bool,
}

/// The hours of work of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Hours {
    fn on(date: NaiveDate, hours: WorkHours, days: DayRule) -> Self {
        let (from, to) = hours_of_work(date, hours, days);
        Self { from, to }
    }

    /// How much of a goal would have been drunk by then, drinking evenly.
    fn drunk_by(self, at: Timestamp, goal: u32) -> u32 {
        let whole = self.to.since(self.from).as_micros();
        let passed = at.since(self.from).as_micros().min(whole);
        let share = (u128::from(goal) * passed).checked_div(whole).unwrap_or(0);
        u32::try_from(share).unwrap_or(u32::MAX)
    }

    /// When so much of a goal would have been drunk, drinking evenly; `None` for more than the goal.
    pub fn drunk_at(self, ml: u32, goal: u32) -> Option<Timestamp> {
        let whole = self.to.since(self.from).as_micros();
        let passed = (u128::from(ml) * whole).div_ceil(u128::from(goal.max(1)));
        let passed = u64::try_from(passed).ok().filter(|_| ml <= goal)?;
        Some(self.from.plus(Duration::from_micros(passed)))
    }
}

/// After how much continuous work a break is due.
pub fn due_after(settings: &Settings) -> Duration {
    let minutes = settings.focus.map_or(settings.break_after_minutes.get(), |focus| focus.work.get());
    Duration::from_secs(u64::from(minutes) * 60)
}

impl Known {
    pub fn today(mut self) -> Today {
        let (now, days, settings) = (self.now, self.days, self.settings);
        let date = days.date_at(now);
        self.sessions.sort_by_key(|session| (session.start_time, session.id.uuid()));
        self.rests.sort_by_key(|rest| rest.start_time);
        self.meals.sort_by_key(|meal| (meal.at, meal.id.uuid()));
        let rested: Vec<Stretch> = self.rests.iter().map(|rest| (rest.start_time, rest.end.map_or(now, |end| end.at))).collect();
        let all = breaks::interruptions(&self.sessions, now, date, days);
        let on_date = |stretch: &Stretch| days.date_at(stretch.0) == date;
        let lengths =
            breaks::lengths(rested.iter().copied().filter(on_date).chain(all.iter().map(|one| (one.from, one.to))).collect());
        let work = breaks::worked(&self.sessions, now);
        let active = self.sessions.iter().find(|session| session.end.is_none());
        let is_resting = self.rests.iter().any(|rest| rest.end.is_none());
        let due_after = due_after(&settings);
        let is_working = active.is_some_and(|active| !active.is_paused()) && !is_resting;
        let mut work_without_rests = breaks::without(&work, &rested);
        // Work that begins or goes on at this instant is under way too.
        work_without_rests.extend(is_working.then_some((now, now)));
        let continuous =
            if active.is_some() { breaks::continuous(&work_without_rests, now, due_after) } else { Continuous::default() };
        let hours = self.expected.then(|| Hours::on(date, settings.work_hours, days));
        let goal_ml = settings.hydration_goal_ml.get();
        let window = Window::on(date, settings.lunch, days);
        let had = self.had_lunch(window, &all);
        let ml = self.drinks.iter().map(|(_, ml)| ml).sum();
        let labour = labour::preset(settings.labour_rules)
            .map_or_else(Vec::new, |preset| preset.judge(&Worked { work: &work, breaks: &lengths, date, days, now }));
        Today {
            date,
            ml,
            goal_ml,
            behind_ml: hours.map_or(0, |hours| hours.drunk_by(now, goal_ml)).saturating_sub(ml),
            too_fast: self.drank_too_fast(),
            interruptions: breaks::besides(&all, &rested),
            rests: self.rests.into_iter().filter(|rest| rest.date == date).collect(),
            meals: self.meals,
            breaks: Breaks { continuous, due: continuous.length >= due_after, overdue: continuous.length >= OVERDUE },
            lunch: Lunch { due: self.expected && window.has(now) && !had, had },
            check_in: self.check_in,
            worked: breaks::within(&work, days.start_of(date), now),
            labour,
            hours,
            work: work_without_rests,
            is_working,
            active: active.cloned(),
        }
    }

    fn had_lunch(&self, window: Window, interruptions: &[Interruption]) -> bool {
        let meal = |meal: &Meal| meal.kind == MealKind::Lunch && window.has(meal.at);
        let rest =
            |rest: &Rest| rest.kind == RestKind::Lunch && window.has_of(rest.start_time, rest.end.map_or(self.now, |end| end.at));
        self.meals.iter().any(meal)
            || self.rests.iter().any(rest)
            || interruptions.iter().any(|one| window.has_of(one.from, one.to))
    }

    /// Whether at some drink of the last hour, more than a litre had been drunk within the hour before it.
    fn drank_too_fast(&self) -> bool {
        let since = |at: Timestamp| at.minus(HOUR);
        let within_hour = |at: Timestamp| {
            let hour = self.recent_drinks.iter().filter(|(other, _)| since(at) < *other && *other <= at);
            hour.map(|(_, ml)| ml).sum::<u32>()
        };
        let last = self.recent_drinks.iter().filter(|(at, _)| *at > since(self.now));
        last.into_iter().any(|(at, _)| within_hour(*at) > TOO_FAST)
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    fn at(minutes: u64) -> Timestamp {
        "2026-01-14T00:00:00Z".parse::<Timestamp>().expect("a time").plus(Duration::from_secs(minutes * 60))
    }

    /// An expected date on which something was drunk at some minutes, seen at one of them.
    fn known(now: u64, drinks: &[(u64, u32)]) -> Known {
        let drinks: Vec<(Timestamp, u32)> = drinks.iter().map(|(minute, ml)| (at(*minute), *ml)).collect();
        Known {
            now: at(now),
            days: Tz::UTC.into(),
            settings: Settings::default(),
            expected: true,
            off: false,
            recent_drinks: drinks.clone(),
            drinks,
            meals: Vec::new(),
            rests: Vec::new(),
            check_in: None,
            sessions: Vec::new(),
        }
    }

    #[test]
    fn the_plan_is_even_within_the_hours_of_work() {
        let behind = |now, ml| known(now, &[(1, ml)]).today().behind_ml;
        // 1800 ml from 9:00 to 18:00 are 200 an hour.
        assert_eq!([480, 540, 600, 1_080, 1_400].map(|now| behind(now, 100)), [0, 0, 100, 1_700, 1_700]);
        assert_eq!(behind(600, 300), 0);
        assert_eq!(Known { expected: false, ..known(900, &[]) }.today().behind_ml, 0);
        let mut night = known(1_380, &[]);
        night.settings.work_hours = serde_json::from_str(r#"{"start":"22:00","end":"06:00"}"#).expect("hours");
        assert_eq!(night.today().behind_ml, 225);
    }

    #[test]
    fn more_than_a_litre_within_an_hour_is_too_much() {
        let warned = |now, drinks: &[(u64, u32)]| known(now, drinks).today().too_fast;
        assert!(!warned(600, &[(550, 500), (600, 500)]));
        assert!(warned(600, &[(541, 50), (550, 500), (600, 500)]));
        // An hour lies between the first and the last.
        assert!(!warned(600, &[(540, 50), (550, 500), (600, 500)]));
        // It was too much at half past nine, which is within the last hour, and then is not any more.
        let drinks = [(540, 600), (570, 600)];
        assert!(warned(629, &drinks) && !warned(630, &drinks));
    }
}
