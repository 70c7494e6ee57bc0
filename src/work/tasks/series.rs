//! How the occurrences of a recurring task follow each other. Pure.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use uuid::Uuid;

use super::model::{Due, Planned, Series, Task, TaskId};
use crate::kernel::{Id, Timestamp};

/// The id of the occurrence for a date, the same on whatever device it is made.
fn occurrence_id(series: TaskId, date: NaiveDate) -> TaskId {
    Id::new(Uuid::new_v5(&series.uuid(), date.to_string().as_bytes()))
}

impl Task {
    /// The series that it belongs to, if it is of one.
    pub fn series_id(&self) -> Option<TaskId> {
        self.series.map(|series| series.id).or_else(|| self.recurrence.as_ref().map(|_| self.id))
    }

    /// The occurrence that follows the task, which is completed; `None` where none does.
    pub fn next_occurrence(&self, now: Timestamp, today: NaiveDate, week_start: Weekday) -> Option<Self> {
        let (recurrence, completion) = (self.recurrence.as_ref()?, self.completion?);
        let scheduled = self.scheduled_on(completion.date);
        let series = self.series.unwrap_or(Series { id: self.id, first: scheduled, scheduled });
        // An occurrence that was moved to an earlier date is not followed by itself.
        let date = recurrence.next(series.first, scheduled.max(series.scheduled), completion.date, week_start)?;
        let moved = |on: NaiveDate| on.checked_add_signed(date - scheduled);
        let mut next = Self::new(occurrence_id(series.id, date), self.user_id, self.title.clone(), now, Some(today));
        next.due = self.due.and_then(|due| Some(Due { on: moved(due.on)?, ..due }));
        next.planned = self.planned.and_then(|planned| Some(Planned { on: moved(planned.on)?, at: now }));
        next.series = Some(Series { scheduled: date, ..series });
        next.subtasks.clone_from(&self.subtasks);
        next.subtasks.iter_mut().for_each(|step| step.completed = false);
        next.notes.clone_from(&self.notes);
        next.tags = self.tags.clone();
        next.recurrence.clone_from(&self.recurrence);
        (next.priority, next.estimate_minutes) = (self.priority, self.estimate_minutes);
        Some(next)
    }

    /// Whether it is as it was made: an occurrence that is not goes no more when the one before it is reopened.
    pub fn is_untouched(&self) -> bool {
        self.updated_at.is_none()
    }
}

/// The first date of the week, which begins on the weekday, that the date lies in.
pub fn week_of(date: NaiveDate, week_start: Weekday) -> NaiveDate {
    let into = (7 + date.weekday().num_days_from_monday() - week_start.num_days_from_monday()) % 7;
    date.checked_sub_days(Days::new(into.into())).unwrap_or(date)
}
