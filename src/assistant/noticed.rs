//! What stands out in the records of dates and in tasks, for recommendations. Pure.

use chrono::{NaiveDate, Timelike as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    predictions::inputs::{TaskSpan, WINDOW, last},
    record::{HOUR, Record},
};
use crate::{
    kernel::{Bounded, DayRule},
    work::tasks::model::Task,
};

/// In so many dates of the window an hour has to have work before it is spoken of.
const SAMPLES: usize = 10;
/// With fewer dates there is no best one.
const ENOUGH: usize = 28;
/// A task with a longer estimate, in minutes, or that was left alone for more days, is better made of several.
const LARGE: u32 = 240;
const OLD: u32 = 14;
/// Of so many completed tasks at most it is known how long they took.
const ESTIMATES: usize = 60;

/// What stands out at the end of a date.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Noticed {
    pub best_hour: Option<BestHour>,
    pub best: Option<Best>,
    /// Dates of the last 28 on which no work was expected, with half an hour or more.
    pub rest_days_worked: u32,
    /// Expected dates in a row, up to the last, that had nothing.
    pub idle_days: u32,
    /// How many dates there was no check-in; `None` for somebody who never made one.
    pub days_without_check_in: Option<u32>,
    /// Open tasks with time spent.
    pub started_tasks: u32,
    pub large_task: Option<LargeTask>,
    /// Of the latest completed tasks that have both: minutes estimated and spent.
    pub estimates: Vec<(u32, u32)>,
}

impl Noticed {
    /// Of records that follow each other, and the tasks of the same dates.
    pub fn of(records: &[Record], tasks: SeenTasks) -> Self {
        Self {
            best_hour: best_hour(records, &tasks.completed_by_hour),
            best: best(records),
            rest_days_worked: rest_days_worked(records),
            idle_days: idle_days(records),
            days_without_check_in: days_without_check_in(records),
            started_tasks: tasks.started,
            large_task: tasks.large,
            estimates: tasks.estimates,
        }
    }
}

/// What is read off tasks, one after the other, those that were completed earlier first.
#[derive(Debug)]
pub struct SeenTasks {
    today: NaiveDate,
    days: DayRule,
    pub spans: Vec<TaskSpan>,
    /// Of the window before today, by the hour of the clock.
    pub completed_by_hour: [u32; 24],
    started: u32,
    large: Option<LargeTask>,
    estimates: Vec<(u32, u32)>,
}

impl SeenTasks {
    pub fn new(today: NaiveDate, days: DayRule) -> Self {
        Self { today, days, spans: Vec::new(), completed_by_hour: [0; 24], started: 0, large: None, estimates: Vec::new() }
    }

    pub fn see(&mut self, task: &Task) {
        let completed = task.completion.map(|completion| completion.date);
        self.spans.push(TaskSpan { created: task.created_on, completed, due: task.due.map(|due| due.on) });
        let spent = task.spent.seconds();
        let Some(completion) = task.completion else {
            self.see_open(task, spent > 0 || task.timer_started_at.is_some());
            return;
        };
        let ago = usize::try_from(self.today.signed_duration_since(completion.date).num_days());
        if ago.is_ok_and(|days| (1..=WINDOW).contains(&days)) {
            self.completed_by_hour[completion.at.in_zone(self.days.zone).hour() as usize] += 1;
        }
        if let Some(estimate) = task.estimate_minutes.filter(|_| spent > 0) {
            self.estimates.drain(..(self.estimates.len() + 1).saturating_sub(ESTIMATES));
            self.estimates.push((estimate.get(), u32::try_from(spent / 60).unwrap_or(u32::MAX)));
        }
    }

    fn see_open(&mut self, task: &Task, started: bool) {
        self.started += u32::from(started);
        let touched = self.days.date_at(task.updated_at.unwrap_or(task.created_at));
        let is_untouched = !started
            && task.subtasks.iter().all(|step| !step.completed)
            // What is planned for later waits for that.
            && task.planned.is_none_or(|planned| planned.on <= self.today);
        let days = u32::try_from(self.today.signed_duration_since(touched).num_days()).unwrap_or(0);
        let found = LargeTask {
            id: task.id.uuid(),
            estimate_minutes: task
                .estimate_minutes
                .map(Bounded::get)
                .filter(|minutes| *minutes > LARGE && task.subtasks.is_empty()),
            untouched_days: Some(days).filter(|days| is_untouched && *days > OLD),
        };
        let weight = |task: &LargeTask| (task.estimate_minutes, task.untouched_days);
        if weight(&found) > (None, None) && self.large.is_none_or(|large| weight(&large) < weight(&found)) {
            self.large = Some(found);
        }
    }
}

/// A task that is better made of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LargeTask {
    pub id: Uuid,
    pub estimate_minutes: Option<u32>,
    /// Since when nothing was done about it: no time spent, no step done, no edit.
    pub untouched_days: Option<u32>,
}

/// The hour of the clock in which most was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BestHour {
    pub hour: u32,
    pub dates: u32,
}

/// More tasks on a date than on any of the year before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Best {
    pub completed: u32,
    pub before: u32,
}

/// The hour with the most work and completed tasks in the last 28 dates: an hour of work weighs as much as a task.
/// `completed_by_hour` are the tasks of these dates.
pub fn best_hour(records: &[Record], completed_by_hour: &[u32; 24]) -> Option<BestHour> {
    let window = last(records, WINDOW);
    let of = |hour: usize| {
        let dates = window.iter().filter(|record| record.focus_by_hour[hour] > 0).count();
        let focus: u64 = window.iter().map(|record| record.focus_by_hour[hour]).sum();
        (dates >= SAMPLES).then_some((focus + u64::from(completed_by_hour[hour]) * HOUR, hour, dates))
    };
    // Of two that are equal, the earlier.
    let best = (0..24).rev().filter_map(of).max_by_key(|(weight, ..)| *weight)?;
    Some(BestHour { hour: u32::try_from(best.1).ok()?, dates: u32::try_from(best.2).ok()? })
}

fn rest_days_worked(records: &[Record]) -> u32 {
    let worked = last(records, WINDOW).iter().filter(|record| record.is_worked_rest_day()).count();
    u32::try_from(worked).unwrap_or(u32::MAX)
}

/// The tasks of the last date, where they are more than on any before.
pub fn best(records: &[Record]) -> Option<Best> {
    let (last, before) = records.split_last()?;
    let most = before.iter().map(|record| record.completed).max()?;
    let known = before.iter().filter(|record| record.is_observed()).count() >= ENOUGH;
    (known && most > 0 && last.completed > most).then_some(Best { completed: last.completed, before: most })
}

/// Expected dates after the last one with anything.
fn idle_days(records: &[Record]) -> u32 {
    let since = records.iter().rposition(Record::is_observed);
    let idle = since.map_or(0, |since| records[since + 1..].iter().filter(|record| record.expected).count());
    u32::try_from(idle).unwrap_or(u32::MAX)
}

fn days_without_check_in(records: &[Record]) -> Option<u32> {
    let last = records.iter().rposition(|record| record.energy.is_some())?;
    u32::try_from(records.len() - 1 - last).ok()
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use chrono_tz::Tz;
    use serde_json::json;

    use super::*;
    use crate::{
        kernel::{Id, Timestamp, UserId},
        work::tasks::model::{Completion, Estimate, Planned, Title},
    };

    const TODAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 3, 31) {
        Some(date) => date,
        None => NaiveDate::MIN,
    };

    /// At noon, so many days before today.
    fn noon(days: u64) -> Timestamp {
        let at = (TODAY - Days::new(days)).and_hms_opt(12, 0, 0).expect("a time").and_utc();
        Timestamp::from_micros(at.timestamp_micros())
    }

    fn task(number: u128, made: u64, change: impl Fn(&mut Task)) -> Task {
        let (id, user, title) = (Id::new(Uuid::from_u128(number)), UserId::new(Uuid::nil()), Title::parse("a").expect("a title"));
        let mut task = Task::new(id, user, title, noon(made), Some(TODAY - Days::new(made)));
        change(&mut task);
        task
    }

    fn with_step(task: &mut Task, completed: bool) {
        let steps = json!([{ "id": Uuid::nil(), "title": "a", "completed": completed }]);
        task.subtasks = serde_json::from_value(steps).expect("steps");
    }

    fn seen(tasks: impl IntoIterator<Item = Task>) -> SeenTasks {
        let mut seen = SeenTasks::new(TODAY, Tz::UTC.into());
        tasks.into_iter().for_each(|task| seen.see(&task));
        seen
    }

    #[test]
    fn a_task_that_is_large_or_was_left_alone_stands_out() {
        let large = |tasks: Vec<Task>| seen(tasks).large.map(|large| (large.estimate_minutes, large.untouched_days));
        let estimated = |minutes| move |task: &mut Task| task.estimate_minutes = Estimate::new(minutes);
        assert_eq!(large(vec![task(1, 1, estimated(241))]), Some((Some(241), None)));
        assert_eq!(large(vec![task(1, 1, estimated(240))]), None);
        let divided = |task: &mut Task| {
            task.estimate_minutes = Estimate::new(300);
            with_step(task, false);
        };
        assert_eq!(large(vec![task(1, 1, divided)]), None, "it has steps already");
        // Left alone for more than fourteen days, unless something was done of it, or it is planned for later.
        assert_eq!(large(vec![task(1, 15, |_| {})]), Some((None, Some(15))));
        assert_eq!(large(vec![task(1, 14, |_| {})]), None);
        assert_eq!(large(vec![task(1, 20, |task| task.updated_at = Some(noon(3)))]), None);
        assert_eq!(large(vec![task(1, 20, |task| with_step(task, true))]), None);
        assert_eq!(large(vec![task(1, 20, |task| task.spent = task.spent.plus(TODAY, 60))]), None);
        let planned = |on| move |task: &mut Task| task.planned = Some(Planned { on, at: noon(20) });
        assert_eq!(large(vec![task(1, 20, planned(TODAY + Days::new(1)))]), None);
        assert_eq!(large(vec![task(1, 20, planned(TODAY))]), Some((None, Some(20))));
        // The largest before the oldest.
        let all = vec![task(1, 40, |_| {}), task(2, 1, estimated(300)), task(3, 1, estimated(400)), task(4, 1, estimated(400))];
        assert_eq!(seen(all).large.map(|large| large.id), Some(Uuid::from_u128(3)));
    }

    #[test]
    fn tasks_under_way_and_done() {
        let begun = task(1, 1, |task| task.timer_started_at = Some(noon(0)));
        let worked_on = task(2, 1, |task| task.spent = task.spent.plus(TODAY, 60));
        assert_eq!(seen([begun, worked_on, task(3, 1, |_| {})]).started, 2);
        let done = |number, days, minutes: u64| {
            task(number, 40, move |task| {
                task.completion = Some(Completion { at: noon(days), date: TODAY - Days::new(days) });
                task.estimate_minutes = Estimate::new(30);
                task.spent = task.spent.plus(TODAY - Days::new(days), minutes * 60);
            })
        };
        // Of the 28 days before today.
        let by_hour = seen([done(1, 29, 1), done(2, 28, 1), done(3, 1, 1), done(4, 0, 1)]).completed_by_hour;
        assert_eq!((by_hour[12], by_hour.iter().sum::<u32>()), (2, 2));
        // The last sixty of which it is known how long they took.
        let estimates = seen((0..70_u64).map(|number| done(number.into(), 1, number))).estimates;
        assert_eq!((estimates.len(), estimates[0], estimates[59]), (60, (30, 10), (30, 69)));
        assert_eq!(seen([done(1, 1, 0)]).estimates, []);
    }
}
