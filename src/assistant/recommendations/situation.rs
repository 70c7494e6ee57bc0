//! What recommendations follow from. Pure.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::{
    accounts::settings::model::{Settings, WorkHours},
    assistant::{
        noticed::{Best, BestHour, LargeTask},
        predictions::levels::Level,
    },
    kernel::UserId,
};

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
    /// How long it is until the hours of work of another date than that of the session under way begin, in minutes.
    pub next_start_minutes: Option<u32>,
    /// When work is expected.
    pub work_hours: WorkHours,
    /// Whether there are quiet hours, and lengths of work and rest, already.
    pub own_quiet_hours: bool,
    pub own_focus: bool,
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
    /// How many expected dates in a row, up to the last, had nothing; none when a task was done today, or a check-in made.
    pub idle_days: u32,
    pub best: Option<Best>,
    /// How many dates there was no check-in; `None` for somebody who never made one.
    pub days_without_check_in: Option<u32>,
    /// A connection that cannot be used until it is connected anew.
    pub lost_connection: Option<Uuid>,
    /// The levels of the last dates, the newest last.
    pub levels: Vec<Option<Level>>,
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
            work_hours: Settings::default().work_hours,
            own_quiet_hours: false,
            own_focus: false,
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
