//! Tasks of a page as callers see them, made of the text in which they are stored: what is shown as it is stored is passed
//! on and not read. A list of all that people write is so little dearer than one of titles.

use std::time::Duration;

use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::{model::Due, shown::is_overdue};
use crate::kernel::{DayRule, Error, Result, Timestamp};

type Text<'a> = Option<&'a RawValue>;

/// A stored task, as far as a page needs it.
#[derive(Debug, Deserialize)]
pub struct Listed<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    user_id: &'a RawValue,
    #[serde(borrow)]
    title: &'a RawValue,
    #[serde(borrow)]
    created_at: &'a RawValue,
    #[serde(borrow, default)]
    updated_at: Text<'a>,
    #[serde(borrow, default)]
    completion: Option<At<'a>>,
    #[serde(borrow, default)]
    notes: Text<'a>,
    #[serde(borrow, default)]
    priority: Text<'a>,
    #[serde(borrow, default)]
    tags: Text<'a>,
    #[serde(borrow, default)]
    due: Option<DueText<'a>>,
    #[serde(borrow, default)]
    planned: Option<On<'a>>,
    #[serde(borrow, default)]
    estimate_minutes: Text<'a>,
    #[serde(borrow, default)]
    subtasks: Text<'a>,
    #[serde(borrow, default)]
    recurrence: Text<'a>,
    #[serde(borrow, default)]
    series: Option<Named<'a>>,
    #[serde(borrow, default)]
    client_id: Text<'a>,
    #[serde(default)]
    spent: Vec<(IgnoredAny, u64)>,
    #[serde(borrow, default)]
    timer_started_at: Text<'a>,
    #[serde(default)]
    timer_needs_review: bool,
    #[serde(default)]
    carried: Option<Times>,
}

#[derive(Debug, Deserialize)]
struct At<'a> {
    #[serde(borrow)]
    at: &'a RawValue,
}

/// A due date as it is stored: `YYYY-MM-DD`, and `HH:MM:SS`.
#[derive(Debug, Clone, Copy, Deserialize)]
struct DueText<'a> {
    on: &'a str,
    #[serde(default)]
    time: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
struct On<'a> {
    #[serde(borrow)]
    on: &'a RawValue,
}

#[derive(Debug, Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
}

#[derive(Debug, Deserialize)]
struct Times {
    times: u32,
}

/// As `TaskView`, to the byte.
#[derive(Debug, Serialize)]
pub struct ListedView<'a> {
    id: &'a RawValue,
    user_id: &'a RawValue,
    title: &'a RawValue,
    completed: bool,
    created_at: &'a RawValue,
    updated_at: Text<'a>,
    completed_at: Text<'a>,
    notes: Text<'a>,
    priority: Kept<'a>,
    tags: Kept<'a>,
    due_on: Option<&'a str>,
    due_time: Option<&'a str>,
    planned_for: Text<'a>,
    estimate_minutes: Text<'a>,
    subtasks: Kept<'a>,
    recurrence: Text<'a>,
    client_id: Text<'a>,
    series_id: Text<'a>,
    spent_seconds: u64,
    timer_started_at: Text<'a>,
    timer_needs_review: bool,
    carried_over: u32,
    overdue: Option<bool>,
    deleted_at: Text<'a>,
}

impl DueText<'_> {
    fn read(self) -> Result<Due> {
        let bad = |_| Error::internal("a task is due on what is no date");
        Ok(Due { on: self.on.parse().map_err(bad)?, time: self.time.map(str::parse).transpose().map_err(bad)? })
    }
}

/// The dates around an instant, as they are stored: beyond them the clocks of the world and the starts of days decide nothing.
#[derive(Debug)]
pub struct Near {
    first: String,
    last: String,
}

impl Near {
    pub fn of(now: Timestamp) -> Self {
        const FAR: Duration = Duration::from_hours(3 * 24);
        let date = |at: Timestamp| DayRule::default().date_at(at).to_string();
        Self { first: date(now.minus(FAR)), last: date(now.plus(FAR)) }
    }
}

/// What is stored, or what a field is without that.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Kept<'a> {
    Stored(&'a RawValue),
    Default(&'static str),
    Empty([(); 0]),
}

impl<'a> Listed<'a> {
    /// Errors: `Internal` for what is no task.
    pub fn read(body: &'a str) -> Result<Self> {
        // The position, never the content.
        serde_json::from_str(body).map_err(|e| Error::internal(format!("a task that cannot be read at column {}", e.column())))
    }

    /// The owner, in quotes.
    pub fn owner(&self) -> &str {
        self.user_id.get()
    }

    /// As [`is_overdue`]. `near`: the dates around now; what is due on none of them is or is not overdue wherever its owner is.
    /// Errors: `Internal` for what is no date.
    pub fn is_overdue(&self, now: Timestamp, near: &Near, rule: Option<DayRule>) -> Result<Option<bool>> {
        match self.due.filter(|_| self.completion.is_none()) {
            None => Ok(Some(false)),
            Some(due) if due.on < near.first.as_str() => Ok(Some(true)),
            Some(due) if due.on > near.last.as_str() => Ok(Some(false)),
            Some(due) => Ok(is_overdue(Some(due.read()?), now, rule)),
        }
    }

    /// The task as callers see it. `with_notes`: whether they are shown.
    pub fn view(&self, overdue: Option<bool>, with_notes: bool) -> ListedView<'a> {
        let named = self.series.as_ref().map(|series| series.id);
        ListedView {
            id: self.id,
            user_id: self.user_id,
            title: self.title,
            completed: self.completion.is_some(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            completed_at: self.completion.as_ref().map(|completion| completion.at),
            notes: self.notes.filter(|_| with_notes),
            priority: self.priority.map_or(Kept::Default("medium"), Kept::Stored),
            tags: self.tags.map_or(Kept::Empty([]), Kept::Stored),
            due_on: self.due.map(|due| due.on),
            due_time: self.due.and_then(|due| due.time).and_then(|time| time.get(..5)),
            planned_for: self.planned.as_ref().map(|planned| planned.on),
            estimate_minutes: self.estimate_minutes,
            subtasks: self.subtasks.map_or(Kept::Empty([]), Kept::Stored),
            recurrence: self.recurrence,
            client_id: self.client_id,
            series_id: named.or(self.recurrence.map(|_| self.id)),
            spent_seconds: self.spent.iter().map(|(_, seconds)| seconds).sum(),
            timer_started_at: self.timer_started_at,
            timer_needs_review: self.timer_needs_review,
            carried_over: self.carried.as_ref().map_or(0, |carried| carried.times),
            overdue,
            deleted_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        kernel::{FromText as _, Id, UserId},
        work::tasks::{
            model::{Completion, Estimate, Planned, Priority, Series, Task, Title},
            shown::Shown,
            view::TaskView,
        },
    };

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn plain() -> Task {
        let title = Title::parse("say \"Ann\" \u{1f600} é").expect("a title");
        let date = "2026-01-14".parse().ok();
        Task::new(Id::new(Uuid::from_u128(1)), UserId::new(Uuid::from_u128(2)), title, time("2026-01-14T10:00:00Z"), date)
    }

    fn full() -> Task {
        let on = "2026-01-16".parse().expect("a date");
        let fields = serde_json::json!({ "tags": ["Office", "ü"], "subtasks": [{ "id": Uuid::nil(), "title": "a", "completed": true }],
            "recurrence": { "every": 2, "unit": "week", "weekdays": ["mon"], "anchor": "schedule", "until": "2027-01-01" },
            "spent": [["2026-01-14", 60], ["2026-01-15", 5]], "carried": { "times": 3, "to": "2026-01-12" } });
        let mut text = serde_json::to_value(plain()).expect("JSON");
        text.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        let task: Task = serde_json::from_value(text).expect("a task");
        Task {
            updated_at: Some(time("2026-01-14T11:00:00.5Z")),
            completion: Some(Completion { at: time("2026-01-14T12:00:00Z"), date: on }),
            notes: Option::from_text("two\nlines").expect("notes"),
            priority: Priority::Urgent,
            due: Some(Due { on, time: chrono::NaiveTime::from_hms_opt(17, 5, 0) }),
            planned: Some(Planned { on, at: time("2026-01-14T10:00:00Z") }),
            estimate_minutes: Estimate::new(90),
            client_id: Some(Uuid::from_u128(3)),
            timer_started_at: Some(time("2026-01-14T10:30:00Z")),
            timer_needs_review: true,
            ..task
        }
    }

    #[test]
    fn what_is_passed_on_is_what_is_shown() {
        let series = Series {
            id: Id::new(Uuid::from_u128(9)),
            first: chrono::NaiveDate::default(),
            scheduled: chrono::NaiveDate::default(),
        };
        let of_a_series = Task { series: Some(series), ..plain() };
        let recurring = Task { series: None, completion: None, ..full() };
        for task in [plain(), full(), of_a_series, recurring] {
            let body = serde_json::to_string(&task).expect("JSON");
            let listed = Listed::read(&body).expect("a task");
            for hour in 0..24 * 12 {
                let now = time("2026-01-11T00:00:00Z").plus(Duration::from_hours(hour));
                for rule in
                    [None, Some(chrono_tz::Tz::Pacific__Kiritimati.into()), Some(chrono_tz::Tz::Pacific__Pago_Pago.into())]
                {
                    let overdue = listed.is_overdue(now, &Near::of(now), rule).expect("a date");
                    assert_eq!(overdue, task.is_overdue(now, rule), "{body} at {now}");
                }
            }
            for (overdue, with_notes) in [(Some(true), true), (None, false)] {
                let passed_on = serde_json::to_string(&listed.view(overdue, with_notes)).expect("JSON");
                let shown = Shown { task: task.clone(), overdue, with_notes };
                assert_eq!(passed_on, serde_json::to_string(&TaskView::from(&shown)).expect("JSON"));
            }
        }
    }
}
