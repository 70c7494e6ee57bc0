//! Work: what people plan to do, how long they work at it, and what they achieved.

pub mod counters;
pub mod days;
pub mod habits;
pub mod hours;
pub mod stats;
pub mod tasks;
pub mod work_sessions;

use self::{
    days::service::DayService,
    habits::{model::Habits, service::HabitsService},
    stats::service::StatsService,
    tasks::{model::Task, service::TaskService},
    work_sessions::{
        jobs::Review,
        model::{Nudge, WorkSession},
        repo::Heartbeat,
        service::WorkSessionService,
    },
};
use crate::domain::{Contribution, Shared};

/// What the domain adds to the program.
pub fn contribute(shared: &Shared) -> Contribution {
    let sessions = WorkSessionService::new(shared);
    let habits = HabitsService::new(shared);
    Contribution::default()
        .routes(tasks::http::router(TaskService::new(shared)))
        .kind::<Task>(tasks::http::shown)
        .routes(work_sessions::http::router(sessions.clone()))
        .kind::<WorkSession>(work_sessions::shown::session)
        .kind::<Nudge>(work_sessions::shown::nudge)
        .internal_kind::<Heartbeat>("only when the last one came is of use, and only to the review of a forgotten session")
        .routes(stats::http::router(StatsService::new(shared)))
        .routes(days::http::router(DayService::new(shared)))
        .kind::<Habits>(habits::http::shown)
        .follows(habits.clone())
        .due(Review { sessions, habits })
}
