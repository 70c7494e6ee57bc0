//! What is to be said now, if anything, and when to look again: a function of what is known of the present date. Pure.
//!
//! Each kind has windows of time within which it would be said if everything went on as it is. Something is said when now is
//! in a window and nothing forbids it; the next look is at the first instant of which that is so.

use std::time::Duration;

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::{
    model::{OfTasks, Overload, What},
    quiet,
};
use crate::{
    accounts::settings::model::{Settings, TimeOfDay},
    kernel::{DayRule, Timestamp},
    wellbeing::{
        budget::{APART, Budget, Reminder},
        lunch::{self, Window},
        today::{
            breaks::{self, OVERDUE, Stretch},
            model::Today,
        },
    },
    work::{
        tasks::model::TaskId,
        work_sessions::{model::BREAK, review::FORGOTTEN},
    },
};

/// Later than anything that is looked at.
const FOREVER: Timestamp = Timestamp::from_micros(1 << 53);
/// A session of so many hours is spoken of.
const LONG: [u8; 2] = [4, 8];
/// What somebody is behind who is reminded to drink, in millilitres.
const BEHIND: u32 = 250;
/// How long after the start of the hours of work, and after another one, somebody is reminded to drink. Those of other kinds put
/// it off by half an hour at most.
const DRINKS_APART: Duration = Duration::from_hours(1);
/// How long after the start of the hours of work a check-in is asked for.
const SETTLED: Duration = Duration::from_hours(1);
/// How long before a task is due it is spoken of.
const DUE_SOON: Duration = Duration::from_mins(30);
/// How long before the end of the hours of work tasks are spoken of that are due at no time of day.
const END_NEAR: Duration = Duration::from_hours(2);
/// Somebody who stops working so soon after a reminder has acted on it.
const SOON: Duration = APART;

/// All that a decision depends on, besides what was said.
pub struct Situation {
    pub now: Timestamp,
    pub days: DayRule,
    pub settings: Settings,
    pub today: Today,
    pub off: bool,
    pub busy_until: Option<Timestamp>,
    /// Whether the user did something on the date.
    pub has_acted: bool,
    /// How many tasks are completed in all.
    pub completed: u64,
    /// The open ones that are planned for the date, due on it, or were before.
    pub tasks: Vec<OpenTask>,
    /// What was found of overload for the date.
    pub overload: Option<Overload>,
}

/// A task that is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenTask {
    pub id: TaskId,
    /// When it is due, if it is at a time of day.
    pub due: Option<(Timestamp, TimeOfDay)>,
}

/// What is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saying {
    New(What),
    /// What was snoozed returns, under its id.
    Again(Uuid, What),
}

/// Whether something would be said anew, or returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    New,
    Again,
}

impl Situation {
    /// What is to be said now, and knows it as said.
    pub fn decide(&self, budget: &mut Budget) -> Option<Saying> {
        budget.seen(self.is_present().then_some(self.today.date));
        self.notice(budget);
        for reminder in Reminder::ALL {
            let Some(snoozed) = budget.snooze_of(reminder).filter(|snoozed| snoozed.until <= self.now) else { continue };
            if self.may_say(budget, reminder, Turn::Again) {
                let what = self.what(reminder)?;
                budget.returned(reminder, self.now);
                return Some(Saying::Again(snoozed.id, what));
            }
            // It is not true any more, unless it has only to wait.
            if self.pushed(budget, reminder, Turn::Again, self.now) == self.now {
                budget.forget_snoozed(reminder);
            }
        }
        let reminder = Reminder::ALL.into_iter().find(|reminder| self.may_say(budget, *reminder, Turn::New))?;
        let what = self.what(reminder)?;
        budget.said(reminder, self.now, self.today.date);
        if reminder == Reminder::Tasks {
            budget.mark_completed(self.completed);
        }
        Some(Saying::New(what))
    }

    /// When something can be said next, if everything goes on as it is; `None` where nothing can on this date.
    pub fn next_look(&self, budget: &Budget) -> Option<Timestamp> {
        let each = |reminder| {
            let again = budget.snooze_of(reminder).map(|_| Turn::Again);
            [Some(Turn::New), again].into_iter().flatten().filter_map(move |turn| self.first(budget, reminder, turn))
        };
        Reminder::ALL.into_iter().flat_map(each).min()
    }

    /// Whether tasks could be spoken of on the date, so that it is worth looking at them.
    pub fn asks_for_tasks(&self, budget: &Budget) -> bool {
        let (of, today) = (Reminder::Tasks, (self.now, self.tomorrow(self.today.date)));
        let mut budget = budget.clone();
        self.notice(&mut budget);
        self.is_on(of)
            && self.is_present()
            && (budget.snooze_of(of).is_some() || self.earliest(&budget, of, Turn::New, today).is_some())
    }

    /// Knows what was acted on by what can be seen.
    fn notice(&self, budget: &mut Budget) {
        for reminder in Reminder::ALL {
            let is_waiting = budget.is_open(reminder) || budget.snooze_of(reminder).is_some();
            let Some(said) = budget.last_of(reminder).filter(|_| is_waiting) else { continue };
            let acted = match reminder {
                Reminder::BreakDue | Reminder::BreakOverdue | Reminder::SessionRunning => self.stopped_after(said),
                Reminder::Lunch => self.today.lunch.had && self.days.date_at(said) == self.today.date,
                Reminder::Tasks => budget.completed().is_some_and(|completed| completed < self.completed),
                // They are entered, or there is nothing by which it could be seen.
                Reminder::Hydration | Reminder::CheckIn | Reminder::OverloadAhead => false,
            };
            if acted {
                budget.acted(reminder);
            }
        }
    }

    /// Whether work stopped for a break soon after an instant.
    fn stopped_after(&self, said: Timestamp) -> bool {
        let work = &self.today.work;
        work.iter().enumerate().any(|(index, (_, to))| {
            let next = work.get(index + 1).map_or(self.now, |next| next.0);
            said <= *to && *to <= said.plus(SOON) && next.since(*to) >= BREAK
        })
    }

    fn may_say(&self, budget: &Budget, reminder: Reminder, turn: Turn) -> bool {
        self.first(budget, reminder, turn) == Some(self.now)
    }

    /// When the kind can be said first.
    fn first(&self, budget: &Budget, reminder: Reminder, turn: Turn) -> Option<Timestamp> {
        if !self.is_on(reminder) || !self.is_present() {
            return None;
        }
        let windows = self.windows(budget, reminder, turn);
        windows.into_iter().filter_map(|window| self.earliest(budget, reminder, turn, window)).min()
    }

    /// Whoever neither did anything on the date nor is at work is left alone.
    fn is_present(&self) -> bool {
        self.has_acted || self.today.is_working
    }

    fn is_on(&self, reminder: Reminder) -> bool {
        let on = self.settings.reminders;
        match reminder {
            Reminder::BreakDue | Reminder::BreakOverdue => on.breaks,
            Reminder::Lunch => on.meals,
            Reminder::Hydration => on.hydration,
            Reminder::SessionRunning => on.sessions,
            Reminder::CheckIn => on.check_in,
            Reminder::Tasks => on.tasks,
            // Whoever wants no reminders at all is not looked at.
            Reminder::OverloadAhead => true,
        }
    }

    /// When there is reason to say it, each with the instant after it. What is said once for each reason has no window any more
    /// once it was.
    fn windows(&self, budget: &Budget, reminder: Reminder, turn: Turn) -> Vec<Stretch> {
        let today = &self.today;
        let last = budget.last_of(reminder).filter(|_| turn == Turn::New);
        let unsaid = |window: &Stretch| last.is_none_or(|last| last < window.0);
        let windows: Vec<Stretch> = match reminder {
            Reminder::BreakDue | Reminder::BreakOverdue if !today.is_working => Vec::new(),
            Reminder::BreakDue => {
                let until = if turn == Turn::New { self.overdue_at() } else { None };
                today.breaks.continuous.due_at.map(|due| (due, until.unwrap_or(FOREVER))).into_iter().collect()
            }
            Reminder::BreakOverdue => self.overdue_at().map(|at| (at, FOREVER)).into_iter().collect(),
            Reminder::SessionRunning => self.long_session(),
            Reminder::Lunch if !today.is_working || today.lunch.had => Vec::new(),
            Reminder::Lunch => {
                let ends = self.lunches().into_iter().skip(1).chain([self.lunch_window().to]);
                self.lunches().into_iter().zip(ends).collect()
            }
            Reminder::Hydration => return self.thirst(turn),
            Reminder::CheckIn => return self.check_in(),
            Reminder::Tasks => return self.of_tasks(),
            Reminder::OverloadAhead => {
                let date = self.today.date;
                self.overload.iter().map(|_| (self.days.start_of(date), self.tomorrow(date))).collect()
            }
        };
        windows.into_iter().filter(unsaid).collect()
    }

    fn overdue_at(&self) -> Option<Timestamp> {
        breaks::continuous(&self.today.work, self.now, OVERDUE).due_at
    }

    fn long_session(&self) -> Vec<Stretch> {
        let Some(session) = self.today.active.as_ref().filter(|session| !session.is_paused()) else { return Vec::new() };
        let marks = LONG.map(|hours| session.reaches(Duration::from_hours(hours.into())));
        let marks: Vec<Timestamp> = marks.into_iter().chain([session.reaches(FORGOTTEN)]).flatten().collect();
        marks.windows(2).map(|pair| (pair[0], pair[1])).collect()
    }

    fn lunch_window(&self) -> Window {
        Window::on(self.today.date, self.settings.lunch, self.days)
    }

    /// When somebody is reminded of lunch: half an hour after its window begins, and half an hour before it ends.
    fn lunches(&self) -> Vec<Timestamp> {
        let window = self.lunch_window();
        let mut moments = [window.from.plus(lunch::LEAST), window.to.minus(lunch::LEAST)];
        moments.sort_unstable();
        let [first, second] = moments;
        let different = [Some(first), Some(second).filter(|second| *second != first)];
        different.into_iter().flatten().filter(|at| self.today.hours.is_some() && window.has(*at)).collect()
    }

    fn thirst(&self, turn: Turn) -> Vec<Stretch> {
        let Some(hours) = self.today.hours else { return Vec::new() };
        let behind_at = hours.drunk_at(self.today.ml.saturating_add(BEHIND), self.today.goal_ml);
        let from = if turn == Turn::New { hours.from.plus(DRINKS_APART) } else { hours.from };
        behind_at.map(|at| (at.max(from), hours.to)).into_iter().collect()
    }

    fn check_in(&self) -> Vec<Stretch> {
        if self.today.check_in.is_some() || (self.today.worked.is_zero() && !self.today.is_working) {
            return Vec::new();
        }
        let date = self.today.date;
        vec![(self.days.instant_on(date, self.settings.work_hours.start.0).plus(SETTLED), self.tomorrow(date))]
    }

    fn of_tasks(&self) -> Vec<Stretch> {
        let timed = self.tasks.iter().filter_map(|task| task.due).map(|(at, _)| (at.minus(DUE_SOON), at));
        let untimed = self.today.hours.filter(|_| self.tasks.iter().any(|task| task.due.is_none()));
        timed.chain(untimed.map(|hours| (hours.to.minus(END_NEAR), hours.to))).collect()
    }

    /// The first instant within a window at which nothing forbids it.
    fn earliest(&self, budget: &Budget, reminder: Reminder, turn: Turn, (from, until): Stretch) -> Option<Timestamp> {
        let mut at = from.max(self.now);
        loop {
            if at >= until {
                return None;
            }
            let later = self.pushed(budget, reminder, turn, at);
            if later == at {
                break;
            }
            at = later;
        }
        // Only work that goes on reaches into a date on which nothing was done yet.
        let is_of_work = matches!(reminder, Reminder::BreakDue | Reminder::BreakOverdue | Reminder::SessionRunning);
        (self.days.date_at(at) == self.today.date || (is_of_work && self.today.is_working)).then_some(at)
    }

    /// The instant, or a later one before which something forbids to say it.
    fn pushed(&self, budget: &Budget, reminder: Reminder, turn: Turn, at: Timestamp) -> Timestamp {
        let date = self.days.date_at(at);
        let closed = match turn {
            Turn::New => budget.is_spent(reminder, date),
            Turn::Again => budget.is_dismissed(reminder, date),
        };
        let tomorrow = (closed || (self.off && date <= self.today.date)).then(|| self.tomorrow(date));
        let quiet = self.settings.quiet_hours.and_then(|hours| quiet::end(hours, at, self.days.zone));
        // What returns was asked for: it keeps away from the others, and not from itself.
        let apart = budget.last().filter(|(_, of)| turn == Turn::New || *of != reminder).map(|(last, _)| last.plus(APART));
        let own = match turn {
            Turn::New => budget.snooze_of(reminder).map(|snoozed| snoozed.until).max(self.after_last(budget, reminder)),
            Turn::Again => budget.snooze_of(reminder).map(|snoozed| snoozed.until),
        };
        [tomorrow, quiet, self.busy_until, apart, own].into_iter().flatten().fold(at, Timestamp::max)
    }

    /// From when on the kind may be said once more. Those that are said once for each reason need no distance of their own, until
    /// two in a row were ignored.
    fn after_last(&self, budget: &Budget, reminder: Reminder) -> Option<Timestamp> {
        let (last, doubled) = (budget.last_of(reminder)?, budget.is_doubled(reminder));
        let dates = |count| Some(self.days.start_of(after(self.days.date_at(last), count)));
        let twice = |usual: Duration| doubled.then(|| last.plus(usual * 2));
        match reminder {
            Reminder::BreakDue => twice(self.due_after()),
            Reminder::BreakOverdue => twice(OVERDUE),
            Reminder::SessionRunning => twice(Duration::from_hours(LONG[0].into())),
            Reminder::Lunch => match self.lunches()[..] {
                [first, second] => twice(second.since(first)),
                _ => dates(if doubled { 2 } else { 1 }),
            },
            Reminder::Hydration => Some(last.plus(if doubled { DRINKS_APART * 2 } else { DRINKS_APART })),
            Reminder::CheckIn | Reminder::Tasks | Reminder::OverloadAhead => dates(if doubled { 2 } else { 1 }),
        }
    }

    fn due_after(&self) -> Duration {
        let Settings { focus, break_after_minutes, .. } = self.settings;
        Duration::from_secs(u64::from(focus.map_or(break_after_minutes.get(), |focus| focus.work.get())) * 60)
    }

    fn tomorrow(&self, date: NaiveDate) -> Timestamp {
        self.days.start_of(after(date, 1))
    }

    /// What there is to say of a kind for which there is reason.
    fn what(&self, reminder: Reminder) -> Option<What> {
        let today = &self.today;
        let continuous_minutes = today.breaks.continuous.length.as_secs() / 60;
        Some(match reminder {
            Reminder::BreakDue => What::BreakDue { continuous_minutes },
            Reminder::BreakOverdue => What::BreakOverdue { continuous_minutes },
            Reminder::Lunch => What::Lunch { until: self.settings.lunch.to },
            Reminder::Hydration => What::Hydration { ml: today.ml, goal_ml: today.goal_ml, behind_ml: today.behind_ml },
            Reminder::SessionRunning => {
                let session = today.active.as_ref()?;
                let worked = session.worked_by(self.now);
                let hours = LONG.into_iter().rev().find(|hours| worked >= Duration::from_hours((*hours).into()))?;
                What::SessionRunning { work_session_id: session.id, hours }
            }
            Reminder::CheckIn => What::CheckIn {},
            Reminder::Tasks => What::Tasks(self.what_of_tasks()),
            Reminder::OverloadAhead => What::OverloadAhead(self.overload.clone()?),
        })
    }

    fn what_of_tasks(&self) -> OfTasks {
        let soon = |at: Timestamp| at.minus(DUE_SOON) <= self.now && self.now < at;
        let due = self.tasks.iter().filter_map(|task| Some((task.due.filter(|due| soon(due.0))?, task.id)));
        match due.min_by_key(|((at, _), _)| *at) {
            Some(((_, due_time), task_id)) => OfTasks::Due { task_id, due_time },
            None => OfTasks::Open { open: self.tasks.iter().filter(|task| task.due.is_none()).count() as u64 },
        }
    }
}

fn after(date: NaiveDate, count: u64) -> NaiveDate {
    date.checked_add_days(Days::new(count)).unwrap_or(date)
}

#[cfg(test)]
mod tests;
