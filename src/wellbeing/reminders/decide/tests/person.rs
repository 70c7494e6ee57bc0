//! A person whose days are played minute by minute: what the use cases would store, and what is said.

use chrono_tz::Tz;

use super::super::*;
use crate::{
    kernel::{Bounded, Id, UserId},
    wellbeing::{
        budget::Snoozed,
        check_ins::model::CheckIn,
        meals::model::{Meal, MealKind},
        rests::model::{Rest, RestEnd, RestKind},
        today::model::Known,
    },
    work::work_sessions::model::{EndedBy, Moment, WorkSession},
};

/// What somebody does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    Start,
    Pause,
    Resume,
    End,
    Drink(u32),
    Lunch,
    /// A rest of so many minutes, which ends now.
    Rest(u64),
    CheckIn,
    Busy(u64),
    /// Answers to the last reminder.
    Done,
    Dismiss,
    Snooze(u64),
    /// A task is completed, which has no other effect here.
    Complete,
}

/// What was said: at which minute, of which kind, and whether it was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) at: u64,
    pub(super) reminder: Reminder,
    pub(super) is_new: bool,
}

/// A person, and what would be stored of them.
pub(super) struct Person {
    pub(super) days: DayRule,
    pub(super) settings: Settings,
    pub(super) off: Vec<NaiveDate>,
    pub(super) tasks: Vec<OpenTask>,
    pub(super) overload: Option<Overload>,
    pub(super) sessions: Vec<WorkSession>,
    pub(super) drinks: Vec<(Timestamp, u32)>,
    pub(super) meals: Vec<Meal>,
    pub(super) rests: Vec<Rest>,
    pub(super) check_ins: Vec<NaiveDate>,
    /// What else somebody does on a date has nobody look.
    pub(super) acted_on: Vec<NaiveDate>,
    pub(super) completed: u64,
    pub(super) busy_until: Option<Timestamp>,
    pub(super) budget: Budget,
    pub(super) due: Option<Timestamp>,
    pub(super) said: Vec<Said>,
}

/// A Monday, at the end of whose week the clock in Madrid is put forward.
const MONDAY: &str = "2026-03-23T00:00:00Z";
/// One session, which nobody's tests tell from another.
pub(super) const ONE: uuid::Uuid = uuid::Uuid::nil();

pub(super) fn at(minute: u64) -> Timestamp {
    MONDAY.parse::<Timestamp>().expect("a time").plus(Duration::from_secs(minute * 60))
}

/// Minutes after midnight.
pub(super) fn clock(text: &str) -> u64 {
    let (hours, minutes) = text.split_once(':').expect("a time");
    hours.parse::<u64>().expect("hours") * 60 + minutes.parse::<u64>().expect("minutes")
}

impl Person {
    pub(super) fn new() -> Self {
        Self {
            days: Tz::UTC.into(),
            settings: Settings::default(),
            off: Vec::new(),
            tasks: Vec::new(),
            overload: None,
            sessions: Vec::new(),
            drinks: Vec::new(),
            meals: Vec::new(),
            rests: Vec::new(),
            check_ins: Vec::new(),
            acted_on: Vec::new(),
            completed: 0,
            busy_until: None,
            budget: Budget::default(),
            due: None,
            said: Vec::new(),
        }
    }

    /// Who is reminded of one thing alone.
    pub(super) fn reminded_of(reminder: Reminder) -> Self {
        let mut person = Self::new();
        let on = &mut person.settings.reminders;
        for (switch, of) in [
            (&mut on.breaks, &[Reminder::BreakDue, Reminder::BreakOverdue][..]),
            (&mut on.meals, &[Reminder::Lunch]),
            (&mut on.hydration, &[Reminder::Hydration]),
            (&mut on.sessions, &[Reminder::SessionRunning]),
            (&mut on.check_in, &[Reminder::CheckIn]),
            (&mut on.tasks, &[Reminder::Tasks]),
        ] {
            *switch = of.contains(&reminder);
        }
        person
    }

    pub(super) fn active(&mut self) -> Option<&mut WorkSession> {
        self.sessions.last_mut().filter(|session| session.end.is_none())
    }

    /// Does something, as the use cases do it; what cannot be done is not.
    pub(super) fn act(&mut self, act: Act, minute: u64) {
        let (now, days, date) = (at(minute), self.days, self.days.date_at(at(minute)));
        let moment = Moment { now, stated: None };
        match act {
            Act::Start if self.active().is_none() => {
                self.sessions.push(WorkSession::start(Id::new(ONE), UserId::new(ONE), now));
                self.look_now(now);
            }
            Act::Pause => {
                self.active()
                    .into_iter()
                    .for_each(|session| *session = session.paused(moment).expect("active").unwrap_or(session.clone()));
            }
            Act::Resume => {
                let Some(session) = self.active() else { return };
                if let Some(resumed) = session.resumed(moment).expect("active") {
                    *session = resumed;
                    self.look_now(now);
                }
            }
            Act::End => {
                self.active().into_iter().for_each(|session| *session = session.ended(now, days, EndedBy::User));
            }
            Act::Start => {}
            Act::Drink(ml) => {
                self.drinks.push((now, ml));
                self.entered(now, &[Reminder::Hydration]);
            }
            Act::Lunch => {
                let (id, user_id, kind) = (Id::new(ONE), UserId::new(ONE), MealKind::Lunch);
                self.meals.push(Meal { id, user_id, kind, at: now, date, in_window: false });
                self.entered(now, &[Reminder::Lunch]);
            }
            Act::Rest(minutes) => {
                let start_time = now.minus(Duration::from_secs(minutes * 60));
                if self.rests.last().is_some_and(|last| last.end.is_some_and(|end| end.at > start_time)) {
                    return;
                }
                let end = Some(RestEnd { at: now, guessed: false, in_window: false });
                let (id, user_id, date) = (Id::new(ONE), UserId::new(ONE), days.date_at(start_time));
                self.rests.push(Rest { id, user_id, kind: RestKind::Long, start_time, date, end });
                self.entered(now, &[Reminder::BreakDue, Reminder::BreakOverdue]);
                self.look_now(now);
            }
            Act::CheckIn => {
                self.check_ins.push(date);
                self.entered(now, &[Reminder::CheckIn]);
            }
            // Being busy for less than was said has nobody look.
            Act::Busy(minutes) => self.busy_until = self.busy_until.max(Some(now.plus(Duration::from_secs(minutes * 60)))),
            Act::Done | Act::Dismiss | Act::Snooze(_) => self.answer(act, now, date),
            Act::Complete => self.completed += 1,
        }
    }

    pub(super) fn look_now(&mut self, now: Timestamp) {
        self.acted_on.push(self.days.date_at(now));
        self.due = Some(now);
    }

    pub(super) fn entered(&mut self, now: Timestamp, of: &[Reminder]) {
        self.acted_on.push(self.days.date_at(now));
        let seen = self.budget.is_seen(self.days.date_at(now));
        if self.due.is_none() || !seen || of.iter().any(|reminder| self.budget.is_held_back(*reminder)) {
            self.due = Some(now);
        }
        for reminder in of {
            self.budget.acted(*reminder);
        }
    }

    pub(super) fn answer(&mut self, act: Act, now: Timestamp, date: NaiveDate) {
        let Some(last) = self.said.last() else { return };
        if self.budget.is_held_back(last.reminder) {
            self.due = Some(now);
        }
        match act {
            Act::Dismiss => self.budget.dismissed(last.reminder, date),
            Act::Snooze(minutes) => {
                let until = now.plus(Duration::from_secs(minutes * 60));
                self.budget.snoozed(last.reminder, Snoozed { id: ONE, until });
                self.due = Some(self.due.map_or(until, |due| due.min(until)));
            }
            _ => self.budget.acted(last.reminder),
        }
    }

    pub(super) fn situation(&self, now: Timestamp) -> Situation {
        let (days, date) = (self.days, self.days.date_at(now));
        let off = self.off.contains(&date);
        let check_in = |date: &NaiveDate| CheckIn {
            id: Id::new(ONE),
            user_id: UserId::new(ONE),
            energy: Bounded::nearest(3),
            note: None,
            at: now,
            date: *date,
        };
        let since = |start: Timestamp| now.since(start) < Duration::from_hours(72);
        let known = Known {
            now,
            days,
            settings: self.settings,
            expected: !off && self.settings.work_days.0.contains(chrono::Datelike::weekday(&date)),
            off,
            drinks: self.drinks.iter().copied().filter(|(at, _)| days.date_at(*at) == date).collect(),
            recent_drinks: Vec::new(),
            meals: self.meals.iter().filter(|meal| meal.date == date).cloned().collect(),
            rests: self.rests.iter().filter(|rest| since(rest.start_time)).cloned().collect(),
            check_in: self.check_ins.iter().find(|on| **on == date).map(check_in),
            sessions: self.sessions.clone(),
        };
        let mut situation = Situation {
            now,
            days,
            settings: self.settings,
            today: known.today(),
            off,
            busy_until: self.busy_until.filter(|until| *until > now),
            has_acted: self.acted_on.contains(&date),
            completed: self.completed,
            tasks: Vec::new(),
            overload: self.overload.clone(),
        };
        if situation.asks_for_tasks(&self.budget) {
            situation.tasks.clone_from(&self.tasks);
        }
        situation
    }

    /// Looks, if that is due; what it came to.
    pub(super) fn look(&mut self, minute: u64) {
        let now = at(minute);
        if self.due.is_none_or(|due| now < due) {
            return;
        }
        let mut budget = self.budget.clone();
        let situation = self.situation(now);
        if let Some(saying) = situation.decide(&mut budget) {
            let (what, is_new) = match saying {
                Saying::New(what) => (what, true),
                Saying::Again(_, what) => (what, false),
            };
            self.said.push(Said { at: minute, reminder: what.reminder().expect("one that is counted"), is_new });
        }
        self.due = situation.next_look(&budget);
        assert!(self.due.is_none_or(|due| due > now), "{:?} is no later than {now}", self.due);
        self.budget = budget;
    }

    /// Does all of it, the job being done each minute.
    pub(super) fn play(mut self, minutes: std::ops::Range<u64>, acts: &[(&str, Act)]) -> Vec<(String, &'static str)> {
        let mut looks = 0;
        for minute in minutes {
            for (time, act) in acts {
                if clock(time) == minute {
                    self.act(*act, minute);
                }
            }
            looks += u64::from(self.due.is_some_and(|due| due <= at(minute)));
            self.look(minute);
        }
        assert!(looks <= 30, "{looks} looks");
        let shown = |said: &Said| {
            let name = said.reminder.name();
            (format!("{:02}:{:02}", said.at / 60, said.at % 60), name)
        };
        self.said.iter().map(shown).collect()
    }

    pub(super) fn date(self, acts: &[(&str, Act)]) -> Vec<(String, &'static str)> {
        self.play(0..1440, acts)
    }
}
