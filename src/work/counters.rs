//! The names under which the domain's documents are counted, in the totals and for the dates of a user.

use crate::ledger::Counter;

/// Tasks that exist.
pub const TASKS: Counter = Counter::named("tasks");
/// Of a date: tasks that were created on it and still exist.
pub const CREATED_TASKS: Counter = Counter::named("created_tasks");
/// Tasks that are completed; of a date, those that were completed on it.
pub const COMPLETED_TASKS: Counter = Counter::named("completed_tasks");
/// Of a date, of the tasks that were completed on it and have both: how long they were thought to take, in minutes.
pub const ESTIMATED_MINUTES: Counter = Counter::named("estimated_minutes");
/// Of the same tasks: the time that was spent on them, in seconds.
pub const SPENT_ON_ESTIMATED_SECONDS: Counter = Counter::named("spent_on_estimated_seconds");
/// Of a date: the tasks that were completed on it and on which time was spent.
pub const TIMED_COMPLETED_TASKS: Counter = Counter::named("timed_completed_tasks");
/// Of the same tasks: that time, in seconds.
pub const SPENT_ON_COMPLETED_SECONDS: Counter = Counter::named("spent_on_completed_seconds");
/// Of a date: the time that timers of tasks measured, which were stopped on it, in seconds.
pub const TIMED_SECONDS: Counter = Counter::named("timed_seconds");
/// Of the first date of a week, or a date: the tasks that were carried over to it and to none since.
pub const CARRIED_OVER_TASKS: Counter = Counter::named("carried_over_tasks");
/// Sessions that have ended.
pub const WORK_SESSIONS: Counter = Counter::named("work_sessions");
/// Of a date: sessions that ended on it.
pub const ENDED_WORK_SESSIONS: Counter = Counter::named("ended_work_sessions");
/// The time worked in sessions that have ended, in microseconds.
pub const WORKED_MICROS: Counter = Counter::named("worked_micros");
/// Of a date: the time worked while the clock on the wall showed that hour, from midnight on, in microseconds.
pub const FOCUS: [Counter; 24] = [
    Counter::named("focus_00"),
    Counter::named("focus_01"),
    Counter::named("focus_02"),
    Counter::named("focus_03"),
    Counter::named("focus_04"),
    Counter::named("focus_05"),
    Counter::named("focus_06"),
    Counter::named("focus_07"),
    Counter::named("focus_08"),
    Counter::named("focus_09"),
    Counter::named("focus_10"),
    Counter::named("focus_11"),
    Counter::named("focus_12"),
    Counter::named("focus_13"),
    Counter::named("focus_14"),
    Counter::named("focus_15"),
    Counter::named("focus_16"),
    Counter::named("focus_17"),
    Counter::named("focus_18"),
    Counter::named("focus_19"),
    Counter::named("focus_20"),
    Counter::named("focus_21"),
    Counter::named("focus_22"),
    Counter::named("focus_23"),
];
