//! The names under which the domain's documents are counted, in the totals and for the dates of a user.

use crate::ledger::{Counter, Family};

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
pub const FOCUS: Family = Counter::family("focus", 2);
/// Of a date: breaks that began on it within a session.
pub const BREAKS: Counter = Counter::named("breaks");
/// Of a date: how long those lasted, in microseconds.
pub const BREAK_MICROS: Counter = Counter::named("break_micros");
/// Of a date: how often continuous work reached on it the length after which a break is due.
pub const BREAKS_DUE: Counter = Counter::named("breaks_due");
/// Of a date: how many of the breaks that fell due on it were taken within the session before they were overdue.
pub const BREAKS_TAKEN: Counter = Counter::named("breaks_taken");
/// Of a date: sessions that began on it, by the second after its midnight on the clock on the wall.
pub const STARTED_AT: Family = Counter::family("started_at", 6);
/// Of a date: sessions that ended on it with no break due, or with one overdue, by the second as before.
pub const ENDED_AT: Family = Counter::family("ended_at", 6);
/// Of a date: the other sessions that ended on it, so that what followed may be the break that was due.
pub const ENDED_DUE_AT: Family = Counter::family("ended_due_at", 6);
/// Of a date: reminders that were done on it, by the seconds since they were made.
pub const NUDGE_RESPONSE: Family = Counter::family("nudge_response", 6);
/// Connections to services that have synchronised and still can.
pub const ACTIVE_CONNECTIONS: Counter = Counter::named("active_connections");
