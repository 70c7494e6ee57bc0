//! What a task is, and what one patch makes of it. Pure.

use std::time::Duration;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use super::{
    external::{Changed, External},
    fields::{Action, Priority, StepTitle, Title},
    notes::Notes,
    spent::MAX_SECONDS,
    subtasks::{MAX as MAX_STEPS, NewSubtask, NewSubtasks},
    tag::{Tag, Tags},
};
use super::{recurrence::Recurrence, spent::Spent, subtasks::Subtask};
use crate::kernel::{Bounded, DayRule, Id, Resource, Result, Rule, Timestamp, UserId, field};

pub type TaskId = Id<Task>;
/// How long a task is thought to take, in minutes.
pub type Estimate = Bounded<1, 6000>;

/// How long ago a task may have been completed that was not reported then.
const COMPLETED_BEFORE: Duration = Duration::from_hours(31 * 24);

/// Something to be done. What is not set is not stored either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub user_id: UserId,
    pub title: Title,
    pub created_at: Timestamp,
    /// Which date that was for its user; `None` for a task from before it was counted.
    #[serde(default)]
    pub created_on: Option<NaiveDate>,
    pub updated_at: Option<Timestamp>,
    /// Set while the task is completed.
    pub completion: Option<Completion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Notes>,
    #[serde(default, skip_serializing_if = "Priority::is_default")]
    pub priority: Priority,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Planned>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate_minutes: Option<Estimate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subtasks: Vec<Subtask>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    /// Of which series it is an occurrence; `None` for the first one, whose id names the series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
    /// The occurrence that followed when it was completed, unless that was taken away again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_id: Option<TaskId>,
    /// The id that the client chose when it created the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
    /// What its timer measured until it was last stopped.
    #[serde(default, skip_serializing_if = "Spent::is_none")]
    pub spent: Spent,
    /// When its timer was started that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer_started_at: Option<Timestamp>,
    /// Whether a part of the time spent was guessed, and nobody has said since that it is right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timer_needs_review: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Carried>,
    /// Set while it is in the trash: then it counts for nothing, and only the trash shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trashed: Option<Trashed>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub external: Vec<External>,
    #[serde(default, skip_serializing_if = "Changed::is_none")]
    pub changed: Changed,
    /// The connection through which it came in, if it did so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_from: Option<Uuid>,
}

/// When a task was completed, and which date that was for its user. The date stays when the user's zone changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    pub at: Timestamp,
    pub date: NaiveDate,
}

/// By when a task is to be done: at a time of day on the user's clock, or else by the end of the date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub on: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<NaiveTime>,
}

/// On which date a task is meant to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    pub on: NaiveDate,
    /// When that was said.
    pub at: Timestamp,
}

/// How a task that was not done came to a later date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// How often.
    pub times: u32,
    /// The first date of the week, or the date, to which it was carried last.
    pub to: NaiveDate,
}

/// When a task was put into the trash, and until when it stays there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trashed {
    pub at: Timestamp,
    pub until: Timestamp,
}

/// Where an occurrence stands in its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// The first task, which names the series.
    pub id: TaskId,
    /// The date from which the rule counts: that of the first task, or of the one at which the rule was last changed.
    pub first: NaiveDate,
    /// The date for which this occurrence was made.
    pub scheduled: NaiveDate,
}

/// A task to be created.
#[derive(Debug, Clone)]
pub struct NewTask {
    pub title: Title,
    pub client_id: Option<Uuid>,
    pub fields: Fields,
}

/// What to change of the fields of a task. `None` leaves one, and where there is an inner `None`, that empties it.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    pub title: Option<Title>,
    pub notes: Option<Option<Notes>>,
    pub priority: Option<Priority>,
    pub tags: Option<Tags>,
    pub due_on: Option<Option<NaiveDate>>,
    pub due_time: Option<Option<NaiveTime>>,
    pub planned_for: Option<Option<NaiveDate>>,
    pub estimate_minutes: Option<Option<Estimate>>,
    pub subtasks: Option<NewSubtasks>,
    pub recurrence: Option<Option<Recurrence>>,
    /// All the time that was spent on it.
    pub spent_seconds: Option<u64>,
}

/// What to do with a task.
#[derive(Debug, Clone, Default)]
pub struct TaskPatch {
    pub action: Option<Action>,
    /// When it was completed, if that is not now.
    pub completed_at: Option<Timestamp>,
    /// Whether all its steps are completed with it.
    pub complete_subtasks: bool,
    pub fields: Fields,
}

/// When and for whom a task changes.
pub struct Moment<'a> {
    pub now: Timestamp,
    pub rule: DayRule,
    pub next_id: &'a dyn Fn() -> Uuid,
}

impl Moment<'_> {
    fn today(&self) -> NaiveDate {
        self.rule.date_at(self.now)
    }
}

impl Task {
    /// The facet by which lists are narrowed.
    pub fn facet_of(completed: bool) -> &'static str {
        if completed { "completed" } else { "open" }
    }

    /// A task that says nothing but its title.
    pub fn new(id: TaskId, user_id: UserId, title: Title, created_at: Timestamp, created_on: Option<NaiveDate>) -> Self {
        Self {
            id,
            user_id,
            title,
            created_at,
            created_on,
            updated_at: None,
            completion: None,
            notes: None,
            priority: Priority::default(),
            tags: Tags::default(),
            due: None,
            planned: None,
            estimate_minutes: None,
            subtasks: Vec::new(),
            recurrence: None,
            series: None,
            next_id: None,
            client_id: None,
            spent: Spent::default(),
            timer_started_at: None,
            timer_needs_review: false,
            carried: None,
            trashed: None,
            external: Vec::new(),
            changed: Changed::default(),
            came_from: None,
        }
    }

    /// The task with the fields changed, and with no other sign of a change. Errors: `InvalidField`.
    pub fn with(&self, fields: &Fields, moment: &Moment<'_>) -> Result<Self> {
        let mut task = self.clone();
        if let Some(title) = &fields.title {
            task.title = title.clone();
        }
        if let Some(notes) = &fields.notes {
            task.notes.clone_from(notes);
        }
        task.priority = fields.priority.unwrap_or(self.priority);
        if let Some(tags) = &fields.tags {
            task.tags = tags.clone();
        }
        task.due = self.due_with(fields)?;
        if let Some(on) = fields.planned_for {
            let known = self.planned.filter(|planned| Some(planned.on) == on);
            task.planned = known.or(on.map(|on| Planned { on, at: moment.now }));
        }
        task.estimate_minutes = fields.estimate_minutes.unwrap_or(self.estimate_minutes);
        if let Some(steps) = &fields.subtasks {
            task.subtasks = steps.take_the_place_of(&self.subtasks, moment.next_id);
        }
        if let Some(total) = fields.spent_seconds {
            task.spent = self.spent.corrected(total, moment.today());
            task.timer_needs_review = false;
        }
        if let Some(recurrence) = &fields.recurrence
            && *recurrence != self.recurrence
        {
            task.recurrence.clone_from(recurrence);
            // Another rule is counted from the date of the occurrence at which it was made.
            let scheduled = task.scheduled_on(moment.today());
            task.series = task.series.map(|series| Series { first: scheduled, ..series });
        }
        Ok(task)
    }

    /// The task after the patch; `None` when it changes nothing. Errors: `InvalidField`.
    pub fn patched(&self, patch: &TaskPatch, moment: &Moment<'_>) -> Result<Option<Self>> {
        let complete = patch.action == Some(Action::Complete);
        if patch.completed_at.is_some() && !complete {
            return Err(Rule::field("needs the action 'complete'").of_field("completed_at"));
        }
        if patch.complete_subtasks && !complete {
            return Err(Rule::field("needs the action 'complete'").of_field("complete_subtasks"));
        }
        let mut task = self.with(&patch.fields, moment)?;
        match patch.action {
            Some(Action::Complete) if task.completion.is_none() => {
                task.completion = Some(self.completed(patch.completed_at, moment)?);
            }
            Some(Action::Reopen) => task.completion = None,
            _ => {}
        }
        if patch.complete_subtasks {
            task.subtasks.iter_mut().for_each(|step| step.completed = true);
        }
        Ok((task != *self).then_some(Self { updated_at: Some(moment.now), ..task }))
    }

    pub fn is_open(&self) -> bool {
        self.completion.is_none() && self.trashed.is_none()
    }

    /// With its timer stopped after so many seconds, on a date. `guessed`: whether nobody was there to stop it.
    #[must_use]
    pub fn timed(&self, date: NaiveDate, seconds: u64, guessed: bool) -> Self {
        let (spent, timer_needs_review) = (self.spent.plus(date, seconds), self.timer_needs_review || guessed);
        Self { timer_started_at: None, spent, timer_needs_review, ..self.clone() }
    }

    /// Once it is planned for the first date of a week or for a date, because it was not done before.
    #[must_use]
    pub fn carried_to(&self, date: NaiveDate, now: Timestamp) -> Self {
        let times = self.carried.map_or(0, |carried| carried.times).saturating_add(1);
        let (planned, carried) = (Some(Planned { on: date, at: now }), Some(Carried { times, to: date }));
        Self { planned, carried, updated_at: Some(now), ..self.clone() }
    }

    /// The date that its recurrence goes on from. `created_on` is for a task of which it is not known.
    pub fn scheduled_on(&self, created_on: NaiveDate) -> NaiveDate {
        let dated = self.due.map(|due| due.on).or(self.planned.map(|planned| planned.on));
        dated.or(self.series.map(|series| series.scheduled)).or(self.created_on).unwrap_or(created_on)
    }

    /// With the instant at which each of what is kept equal was changed, in comparison with what it was. A task that is kept
    /// nowhere else stores nothing of this.
    #[must_use]
    pub(super) fn noted_against(self, before: &Self, now: Timestamp) -> Self {
        if self.external.is_empty() {
            return Self { changed: Changed::default(), ..self };
        }
        let at = |differs: bool, was: Option<Timestamp>| if differs { Some(now) } else { was };
        let was = before.changed;
        let changed = Changed {
            title: at(self.title != before.title, was.title),
            notes: at(self.notes != before.notes, was.notes),
            due: at(self.due != before.due, was.due),
            completed: at(self.completion.is_some() != before.completion.is_some(), was.completed),
            existence: at(self.trashed.is_some() != before.trashed.is_some(), was.existence),
        };
        Self { changed, ..self }
    }

    fn due_with(&self, fields: &Fields) -> Result<Option<Due>> {
        let on = fields.due_on.unwrap_or(self.due.map(|due| due.on));
        let time = fields.due_time.unwrap_or(self.due.and_then(|due| due.time));
        match on {
            Some(on) => Ok(Some(Due { on, time })),
            None if matches!(fields.due_time, Some(Some(_))) => Err(Rule::field("needs a 'due_on'").of_field("due_time")),
            None => Ok(None),
        }
    }

    fn completed(&self, stated: Option<Timestamp>, moment: &Moment<'_>) -> Result<Completion> {
        const TOO_OLD: Rule = Rule::field("must be at most 31 days ago");
        let at = stated.unwrap_or(moment.now);
        let recent = field::recent(at, moment.now, COMPLETED_BEFORE, TOO_OLD);
        let broken =
            recent.err().or_else(|| (at < self.created_at).then_some(Rule::field("must not be before the task's creation")));
        match broken.filter(|_| stated.is_some()) {
            Some(broken) => Err(broken.of_field("completed_at")),
            None => Ok(Completion { at, date: moment.rule.date_at(at) }),
        }
    }
}

impl Resource for Task {
    const NOUN: &'static str = "Task";
    const NOBODYS: &'static str = "Task must be associated to a user_id";
}
