//! Tasks of a page as callers see them, made of the text in which they are stored: what is shown as it is stored is passed
//! on and not read. A list of all that people write is so little dearer than one of titles.

use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, de::IgnoredAny};

use super::{
    members::{Members, Raw},
    model::Due,
    shown::is_overdue,
};
use crate::kernel::{DayRule, Error, Result, Timestamp};

/// How long a task is without its longer texts, in bytes.
const BESIDES: usize = 640;

/// A stored task, as far as a page needs it.
#[derive(Debug, Deserialize)]
pub struct Listed<'a> {
    #[serde(borrow)]
    id: Raw<'a>,
    #[serde(borrow)]
    user_id: Raw<'a>,
    #[serde(borrow)]
    title: Raw<'a>,
    #[serde(borrow)]
    created_at: Raw<'a>,
    #[serde(borrow, default)]
    updated_at: Option<Raw<'a>>,
    #[serde(borrow, default)]
    completion: Option<At<'a>>,
    #[serde(borrow, default)]
    notes: Option<Raw<'a>>,
    #[serde(borrow, default)]
    priority: Option<Raw<'a>>,
    #[serde(borrow, default)]
    tags: Option<Raw<'a>>,
    #[serde(borrow, default)]
    due: Option<DueText<'a>>,
    #[serde(borrow, default)]
    planned: Option<On<'a>>,
    #[serde(borrow, default)]
    estimate_minutes: Option<Raw<'a>>,
    #[serde(borrow, default)]
    subtasks: Option<Raw<'a>>,
    #[serde(borrow, default)]
    recurrence: Option<Raw<'a>>,
    #[serde(borrow, default)]
    series: Option<Named<'a>>,
    #[serde(borrow, default)]
    client_id: Option<Raw<'a>>,
    #[serde(default)]
    spent: Vec<(IgnoredAny, u64)>,
    #[serde(borrow, default)]
    timer_started_at: Option<Raw<'a>>,
    #[serde(default)]
    timer_needs_review: bool,
    #[serde(default)]
    carried: Option<Times>,
    #[serde(borrow, default)]
    external: Option<Raw<'a>>,
}

#[derive(Debug, Deserialize)]
struct At<'a> {
    #[serde(borrow)]
    at: Raw<'a>,
}

/// A due date as it is stored: `"YYYY-MM-DD"`, and `"HH:MM:SS"`.
#[derive(Debug, Clone, Copy, Deserialize)]
struct DueText<'a> {
    #[serde(borrow)]
    on: Raw<'a>,
    #[serde(borrow, default)]
    time: Option<Raw<'a>>,
}

#[derive(Debug, Deserialize)]
struct On<'a> {
    #[serde(borrow)]
    on: Raw<'a>,
}

#[derive(Debug, Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    id: Raw<'a>,
}

#[derive(Debug, Deserialize)]
struct Times {
    times: u32,
}

impl DueText<'_> {
    /// Errors: `Internal` for what is no date.
    fn read(self) -> Result<Due> {
        let bad = || Error::internal("a task is due on what is no date");
        let time = self.time.map(|time| time.read().ok_or_else(bad)).transpose()?;
        Ok(Due { on: self.on.read().ok_or_else(bad)?, time })
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
        let date = |at: Timestamp| format!("\"{}\"", DayRule::default().date_at(at));
        Self { first: date(now.minus(FAR)), last: date(now.plus(FAR)) }
    }
}

impl<'a> Listed<'a> {
    /// Errors: `Internal` for what is no task.
    pub fn read(body: &'a str) -> Result<Self> {
        if let Some(task) = Self::in_order(body) {
            return Ok(task);
        }
        // The position, never the content.
        serde_json::from_str(body).map_err(|e| Error::internal(format!("a task that cannot be read at column {}", e.column())))
    }

    /// Reads a text that is as a [`Task`](super::model::Task) is written today, which takes a fraction of what any JSON takes.
    /// `None` for any other.
    fn in_order(body: &'a str) -> Option<Self> {
        let mut text = Members::of(body);
        let task = Self {
            id: text.member(r#"{"id":"#)?,
            user_id: text.member(r#","user_id":"#)?,
            title: text.member(r#","title":"#)?,
            created_at: text.member(r#","created_at":"#)?,
            updated_at: text.after(r#","created_on":"#).member(r#","updated_at":"#),
            completion: text.first_of(r#","completion":"#, r#"{"at":"#).map(|at| At { at }),
            notes: text.member(r#","notes":"#),
            priority: text.member(r#","priority":"#),
            tags: text.member(r#","tags":"#),
            due: text.open(r#","due":"#, r#"{"on":"#).map(|on| DueText { on, time: text.last(r#","time":"#) }),
            planned: text.first_of(r#","planned":"#, r#"{"on":"#).map(|on| On { on }),
            estimate_minutes: text.member(r#","estimate_minutes":"#),
            subtasks: text.member(r#","subtasks":"#),
            recurrence: text.member(r#","recurrence":"#),
            series: text.first_of(r#","series":"#, r#"{"id":"#).map(|id| Named { id }),
            client_id: text.after(r#","next_id":"#).member(r#","client_id":"#),
            spent: text.member(r#","spent":"#).map_or_else(|| Some(Vec::new()), Raw::read)?,
            timer_started_at: text.member(r#","timer_started_at":"#),
            timer_needs_review: text.member(r#","timer_needs_review":"#).is_some_and(|review| review.0 == "true"),
            carried: match text.member(r#","carried":"#) {
                Some(carried) => Some(carried.read()?),
                None => None,
            },
            external: text.member(r#","external":"#),
        };
        text.after(r#","changed":"#).after(r#","came_from":"#).is_over().then_some(task)
    }

    /// As [`is_overdue`]. `near`: the dates around now; what is due on none of them is or is not overdue wherever its owner is.
    /// Errors: `Internal` for what is no date.
    pub fn is_overdue(&self, now: Timestamp, near: &Near, rule: Option<DayRule>) -> Result<Option<bool>> {
        match self.due.filter(|_| self.completion.is_none()) {
            None => Ok(Some(false)),
            Some(due) if due.on.0 < near.first.as_str() => Ok(Some(true)),
            Some(due) if due.on.0 > near.last.as_str() => Ok(Some(false)),
            Some(due) => Ok(is_overdue(Some(due.read()?), now, rule)),
        }
    }

    /// Whether it is kept elsewhere too, which concerns `caller` (in quotes).
    pub fn is_elsewhere(&self, caller: Option<&str>) -> bool {
        self.external.is_some() && caller == Some(self.user_id.0)
    }

    /// The page of these tasks, each with whether it is overdue and where else it is kept, as JSON. `caller`: to whom notes are
    /// shown, in quotes.
    pub fn page<'t>(tasks: impl Iterator<Item = (&'t Self, Option<bool>, &'t str)> + Clone, caller: Option<&str>) -> String
    where
        'a: 't,
    {
        let mut json = String::with_capacity(2 + tasks.clone().map(|(task, ..)| task.length()).sum::<usize>());
        let mut before = '[';
        for (task, overdue, external) in tasks {
            json.push(before);
            task.write(overdue, external, caller == Some(task.user_id.0), &mut json);
            before = ',';
        }
        json.push_str(if before == '[' { "[]" } else { "]" });
        json
    }

    /// No less than what is written of the task, but for what hardly any task has.
    fn length(&self) -> usize {
        let texts = [Some(self.title), self.notes, self.tags, self.subtasks];
        BESIDES + texts.into_iter().flatten().map(|text| text.0.len()).sum::<usize>()
    }

    /// Writes the task as callers see it: as `TaskView`, to the byte. `with_notes`: whether they are shown.
    fn write(&self, overdue: Option<bool>, external: &str, with_notes: bool, json: &mut String) {
        let text = |value: Option<Raw<'a>>| value.map_or("null", |value| value.0);
        let truth = |truth| if truth { "true" } else { "false" };
        let number = |number: u64| if number == 0 { Cow::Borrowed("0") } else { Cow::Owned(number.to_string()) };
        let spent = number(self.spent.iter().map(|(_, seconds)| seconds).sum());
        let carried = number(self.carried.as_ref().map_or(0, |carried| carried.times.into()));
        // Without the seconds.
        let due_time = self.due.and_then(|due| due.time).and_then(|time| time.0.get(..6));
        let named = self.series.as_ref().map(|series| series.id);
        let mut member = |before: &str, value: &str| {
            json.push_str(before);
            json.push_str(value);
        };
        member(r#"{"id":"#, self.id.0);
        member(r#","user_id":"#, self.user_id.0);
        member(r#","title":"#, self.title.0);
        member(r#","completed":"#, truth(self.completion.is_some()));
        member(r#","created_at":"#, self.created_at.0);
        member(r#","updated_at":"#, text(self.updated_at));
        member(r#","completed_at":"#, text(self.completion.as_ref().map(|completion| completion.at)));
        member(r#","notes":"#, text(self.notes.filter(|_| with_notes)));
        member(r#","priority":"#, self.priority.map_or(r#""medium""#, |priority| priority.0));
        member(r#","tags":"#, self.tags.map_or("[]", |tags| tags.0));
        member(r#","due_on":"#, text(self.due.map(|due| due.on)));
        member(r#","due_time":"#, due_time.unwrap_or("null"));
        member(due_time.map_or("", |_| "\""), "");
        member(r#","planned_for":"#, text(self.planned.as_ref().map(|planned| planned.on)));
        member(r#","estimate_minutes":"#, text(self.estimate_minutes));
        member(r#","subtasks":"#, self.subtasks.map_or("[]", |subtasks| subtasks.0));
        member(r#","recurrence":"#, text(self.recurrence));
        member(r#","client_id":"#, text(self.client_id));
        member(r#","series_id":"#, text(named.or(self.recurrence.map(|_| self.id))));
        member(r#","spent_seconds":"#, &spent);
        member(r#","timer_started_at":"#, text(self.timer_started_at));
        member(r#","timer_needs_review":"#, truth(self.timer_needs_review));
        member(r#","carried_over":"#, &carried);
        member(r#","overdue":"#, overdue.map_or("null", truth));
        member(r#","deleted_at":null,"external":"#, external);
        member("}", "");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::{
        kernel::{FromText as _, Id, UserId},
        work::tasks::{
            elsewhere::{ExternalView, State, States},
            external::External,
            model::{Completion, Estimate, Planned, Priority, Series, Task, Title},
            shown::Shown,
            view::TaskView,
        },
    };

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn plain() -> Task {
        let title = Title::parse(r#"say "Ann","notes":[{\" 😀 é}\"#).expect("a title");
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
            next_id: Some(Id::new(Uuid::from_u128(4))),
            estimate_minutes: Estimate::new(90),
            client_id: Some(Uuid::from_u128(3)),
            timer_started_at: Some(time("2026-01-14T10:30:00Z")),
            timer_needs_review: true,
            external: [5, 6]
                .map(|id| External { connection_id: Uuid::from_u128(id), provider: "todoist".to_owned(), url: None })
                .into(),
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
            let quickly = Listed::in_order(&body).expect("what is written today");
            for cut in (0..body.len()).filter(|cut| body.is_char_boundary(*cut)) {
                assert!(Listed::read(&body[..cut]).is_err(), "{}", &body[..cut]);
            }
            // As other writers have it: with a space, and with another order.
            let id = format!("\"id\":\"{}\"", task.id);
            let without = body.replacen(&format!("{id},"), "", 1);
            let last = format!("{},{id}}}", &without[..without.len() - 1]);
            for other in [format!(" {body}"), last] {
                assert!(Listed::in_order(&other).is_none(), "{other}");
                passes_on(&task, &Listed::read(&other).expect("a task"));
            }
            passes_on(&task, &quickly);
        }
    }

    fn passes_on(task: &Task, listed: &Listed<'_>) {
        for hour in 0..24 * 12 {
            let now = time("2026-01-11T00:00:00Z").plus(Duration::from_hours(hour));
            for rule in [None, Some(chrono_tz::Tz::Pacific__Kiritimati.into()), Some(chrono_tz::Tz::Pacific__Pago_Pago.into())] {
                let overdue = listed.is_overdue(now, &Near::of(now), rule).expect("a date");
                assert_eq!(overdue, task.is_overdue(now, rule), "{listed:?} at {now}");
            }
        }
        let states: States = [((task.id, Uuid::from_u128(5)), State::Waiting)].into();
        assert_eq!(listed.is_elsewhere(Some(&format!("\"{}\"", task.user_id))), !task.external.is_empty());
        assert!(!listed.is_elsewhere(Some("\"another\"")));
        for (overdue, with_notes) in [(Some(true), true), (None, false)] {
            let mut passed_on = String::new();
            let shown = Shown { task: task.clone(), overdue, with_notes, states: Some(Arc::new(states.clone())) };
            let external = if with_notes { ExternalView::of(task, Some(&states)) } else { Vec::new() };
            let external = serde_json::to_string(&external).expect("JSON");
            listed.write(overdue, &external, with_notes, &mut passed_on);
            assert_eq!(passed_on, serde_json::to_string(&TaskView::from(&shown)).expect("JSON"));
            let caller = with_notes.then(|| format!("\"{}\"", task.user_id));
            for count in 0..3 {
                let all = std::iter::repeat_n((listed, overdue, external.as_str()), count);
                let views: Vec<TaskView> = std::iter::repeat_n(&shown, count).map(TaskView::from).collect();
                assert_eq!(Listed::page(all, caller.as_deref()), serde_json::to_string(&views).expect("JSON"));
            }
        }
    }
}
