//! The names under which the domain's documents are counted, in the totals and for the dates of a user.

use crate::ledger::{Counter, Family};

/// Tasks that exist.
pub const TASKS: Counter = Counter::named("tasks");
/// Of a date: tasks that were created on it and still exist.
pub const CREATED_TASKS: Counter = Counter::named("created_tasks");
/// Tasks that are completed; of a date, those that were completed on it.
pub const COMPLETED_TASKS: Counter = Counter::named("completed_tasks");
/// Sessions that have ended.
pub const WORK_SESSIONS: Counter = Counter::named("work_sessions");
/// Of a date: sessions that ended on it.
pub const ENDED_WORK_SESSIONS: Counter = Counter::named("ended_work_sessions");
/// The time worked in sessions that have ended, in microseconds.
pub const WORKED_MICROS: Counter = Counter::named("worked_micros");
/// Of a date: the time worked while the clock on the wall showed that hour, from midnight on, in microseconds.
pub const FOCUS: Family = Counter::family("focus", 2);
