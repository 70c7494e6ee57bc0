//! What recommendations follow from. Pure.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{
    assistant::{
        predictions::{
            inputs::{WINDOW, last},
            levels::Level,
        },
        record::{HOUR, Record},
    },
    kernel::UserId,
};

/// In so many dates of the window an hour has to have work before it is spoken of.
const SAMPLES: usize = 10;
/// With fewer dates there is no best one.
const ENOUGH: usize = 28;

/// All that is known at an instant. Of today, with the session under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    pub user_id: UserId,
    pub today: NaiveDate,
    /// Worked since the last break; and after how many minutes one is due.
    pub continuous_minutes: u32,
    pub break_after_minutes: u32,
    pub lunch_due: bool,
    /// What lacks to drink evenly, in millilitres.
    pub behind_ml: u32,
    pub worked_minutes: u32,
    pub target_minutes: u32,
    /// The session under way.
    pub active_session: Option<Uuid>,
    /// How long it is until work is usually expected on a later date, in minutes.
    pub next_start_minutes: Option<u32>,
    /// Dates of the last 28 on which no work was expected, with half an hour or more.
    pub rest_days_worked: u32,
    /// Hours a week outside of the hours of work.
    pub after_hours: f64,
    pub overdue_tasks: u32,
    /// The open task with the longest estimate, or that was left alone for longest.
    pub large_task: Option<LargeTask>,
    /// Open tasks with time spent.
    pub started_tasks: u32,
    /// What is forecast for the next week.
    pub next_week_hours: Option<f64>,
    pub best_hour: Option<BestHour>,
    /// Of completed tasks that have both: minutes estimated and spent.
    pub estimates: Vec<(u32, u32)>,
    /// Sessions whose end was guessed.
    pub to_review: Vec<Uuid>,
    /// How long the sessions of the last 14 dates were, in minutes.
    pub session_minutes: Vec<u32>,
    /// The mean of the check-ins of the last 14 dates.
    pub energy: Option<f64>,
    /// How many expected dates in a row, up to the last, had nothing.
    pub idle_days: u32,
    pub best: Option<Best>,
    /// How many dates there was no check-in; `None` for somebody who never made one.
    pub days_without_check_in: Option<u32>,
    /// A connection that cannot be used until it is connected anew.
    pub lost_connection: Option<Uuid>,
    /// The levels of the last dates, the newest last.
    pub levels: Vec<Option<Level>>,
}

/// A task that is better made of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LargeTask {
    pub id: Uuid,
    pub estimate_minutes: Option<u32>,
    /// Since when nothing was done about it: no time spent, no step done, no edit.
    pub untouched_days: Option<u32>,
}

/// The hour of the clock in which most was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BestHour {
    pub hour: u32,
    pub dates: u32,
}

/// More tasks on a date than ever before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Best {
    pub completed: u32,
    pub before: u32,
}

impl Situation {
    /// Of somebody of whom nothing is known.
    pub fn unknown(user_id: UserId, today: NaiveDate) -> Self {
        Self {
            user_id,
            today,
            continuous_minutes: 0,
            break_after_minutes: 50,
            lunch_due: false,
            behind_ml: 0,
            worked_minutes: 0,
            target_minutes: 480,
            active_session: None,
            next_start_minutes: None,
            rest_days_worked: 0,
            after_hours: 0.0,
            overdue_tasks: 0,
            large_task: None,
            started_tasks: 0,
            next_week_hours: None,
            best_hour: None,
            estimates: Vec::new(),
            to_review: Vec::new(),
            session_minutes: Vec::new(),
            energy: None,
            idle_days: 0,
            best: None,
            days_without_check_in: None,
            lost_connection: None,
            levels: Vec::new(),
        }
    }
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

/// The dates of the last 28 on which no work was expected, with half an hour or more.
pub fn rest_days_worked(records: &[Record]) -> u32 {
    let worked = last(records, WINDOW).iter().filter(|record| record.is_worked_rest_day()).count();
    u32::try_from(worked).unwrap_or(u32::MAX)
}

/// The tasks of the last date, where they are more than on any before.
pub fn best(records: &[Record]) -> Option<Best> {
    let (last, before) = records.split_last()?;
    let most = before.iter().map(|record| record.completed).max()?;
    let known = before.iter().filter(|record| record.is_observed()).count() >= ENOUGH;
    (known && last.completed > most).then_some(Best { completed: last.completed, before: most })
}

/// How many expected dates, up to the last, had nothing, since anything was there at all.
pub fn idle_days(records: &[Record]) -> u32 {
    let since = records.iter().rposition(Record::is_observed);
    let idle = since.map_or(0, |since| records[since + 1..].iter().filter(|record| record.expected).count());
    u32::try_from(idle).unwrap_or(u32::MAX)
}

/// How many dates there was no check-in.
pub fn days_without_check_in(records: &[Record]) -> Option<u32> {
    let last = records.iter().rposition(|record| record.energy.is_some())?;
    u32::try_from(records.len() - 1 - last).ok()
}
