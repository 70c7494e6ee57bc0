//! Tasks as callers see them.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    elsewhere::ExternalView,
    model::{Estimate, Notes, Priority, Task, TaskId, Title},
    recurrence::Recurrence,
    shown::Shown,
    subtasks::Subtask,
    tag::Tags,
};
use crate::{
    accounts::settings::model::TimeOfDay,
    kernel::{Result, Timestamp, UserId},
    web,
};

/// A task as callers see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "title": "Write the report", "completed": false, "created_at": "2026-01-14T10:15:30.123456Z",
    "updated_at": null, "completed_at": null, "notes": "Of the week", "priority": "high", "tags": ["office"],
    "due_on": "2026-01-16", "due_time": "17:00", "planned_for": "2026-01-15", "estimate_minutes": 90,
    "subtasks": [{ "id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8b", "title": "Collect the figures", "completed": true }],
    "recurrence": { "every": 1, "unit": "week" }, "client_id": null, "series_id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a",
    "spent_seconds": 1800, "timer_started_at": null, "timer_needs_review": false, "carried_over": 0, "overdue": false,
    "deleted_at": null, "external": [] }))]
pub struct TaskView<'a> {
    id: TaskId,
    user_id: UserId,
    title: &'a Title,
    completed: bool,
    created_at: Timestamp,
    updated_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    /// Null to everybody but the owner.
    notes: Option<&'a Notes>,
    priority: Priority,
    #[schema(value_type = Tags)]
    tags: &'a Tags,
    due_on: Option<NaiveDate>,
    /// `HH:MM` on the owner's clock; without it the task is due by the end of the date.
    #[schema(value_type = Option<String>)]
    due_time: Option<TimeOfDay>,
    planned_for: Option<NaiveDate>,
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 6000)]
    estimate_minutes: Option<Estimate>,
    subtasks: &'a [Subtask],
    recurrence: Option<Recurrence>,
    /// The id that the client chose when it created the task.
    client_id: Option<Uuid>,
    /// The first task of those that recur.
    series_id: Option<TaskId>,
    /// What its timer measured until it was last stopped; while it runs, add the time since `timer_started_at`.
    spent_seconds: u64,
    timer_started_at: Option<Timestamp>,
    /// Whether the timer was left running, so that a part of `spent_seconds` is a guess.
    timer_needs_review: bool,
    /// How often it was carried over to a later week or day.
    carried_over: u32,
    /// Whether it is open beyond `due_on` and `due_time`, as of this answer. Null among changes of many tasks where that depends on
    /// the owner's clock.
    overdue: Option<bool>,
    /// When it was put into the trash.
    deleted_at: Option<Timestamp>,
    /// Where else it is kept equal; empty to everybody but the owner.
    external: Vec<ExternalView<'a>>,
}

impl<'a> From<&'a Shown> for TaskView<'a> {
    fn from(shown: &'a Shown) -> Self {
        let task = &shown.task;
        Self {
            id: task.id,
            user_id: task.user_id,
            title: &task.title,
            completed: task.completion.is_some(),
            created_at: task.created_at,
            updated_at: task.updated_at,
            completed_at: task.completion.map(|completion| completion.at),
            notes: task.notes.as_ref().filter(|_| shown.with_notes),
            priority: task.priority,
            tags: &task.tags,
            due_on: task.due.map(|due| due.on),
            due_time: task.due.and_then(|due| due.time).map(TimeOfDay),
            planned_for: task.planned.map(|planned| planned.on),
            estimate_minutes: task.estimate_minutes,
            subtasks: &task.subtasks,
            recurrence: task.recurrence,
            client_id: task.client_id,
            series_id: task.series_id(),
            spent_seconds: task.spent.seconds(),
            timer_started_at: task.timer_started_at,
            timer_needs_review: task.timer_needs_review,
            carried_over: task.carried.map_or(0, |carried| carried.times),
            overdue: shown.overdue,
            deleted_at: task.trashed.map(|trashed| trashed.at),
            external: if shown.with_notes { ExternalView::of(task, shown.states.as_deref()) } else { Vec::new() },
        }
    }
}

/// Shows a stored task to its owner; null for one in the trash, which is gone for whoever follows changes.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |task: &Task| {
        // Neither who follows nor when is known: what needs no clock is told.
        let overdue = (task.due.is_none() || !task.is_open()).then_some(false);
        let shown = task.trashed.is_none().then(|| Shown { task: task.clone(), overdue, with_notes: true, states: None });
        to_raw_value(&shown.as_ref().map(TaskView::from))
    })
}
