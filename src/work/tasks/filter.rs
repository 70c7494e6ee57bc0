//! Which tasks a question is about, and in which order they are told. Pure.

use std::cmp::Reverse;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, schema::Type};
use uuid::Uuid;

use super::{
    model::{Priority, Task},
    tag::WantedTags,
    words::{self, Words},
};
use crate::{
    described,
    kernel::{FromText, Result, Rule, Timestamp},
};

/// By how much of a title tasks are sorted, in characters; beyond that by creation.
const SORTED_TITLE: usize = 64;

/// A question that is asked so often that it has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Today,
    Yesterday,
    Week,
    Overdue,
    Upcoming,
    Inbox,
}

impl View {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Today, "today"),
        (Self::Yesterday, "yesterday"),
        (Self::Week, "week"),
        (Self::Overdue, "overdue"),
        (Self::Upcoming, "upcoming"),
        (Self::Inbox, "inbox"),
    ];
}

described!(View, "TaskViewName");

impl FromText for View {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Self::ALL.map(|(_, name)| name)))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let known = Self::ALL.into_iter().find(|(_, name)| *name == text);
        known.map(|(view, _)| view).ok_or(Rule::field("must be today, yesterday, week, overdue, upcoming or inbox"))
    }
}

/// What tasks are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    CreatedAt,
    Due,
    Priority,
    PlannedFor,
    Title,
}

/// An order that a caller asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub by: SortBy,
    pub descending: bool,
}

impl Sort {
    const ALL: [(SortBy, &'static str); 5] = [
        (SortBy::CreatedAt, "created_at"),
        (SortBy::Due, "due"),
        (SortBy::Priority, "priority"),
        (SortBy::PlannedFor, "planned_for"),
        (SortBy::Title, "title"),
    ];
}

described!(Sort, "TaskSort");

impl FromText for Sort {
    fn schema() -> ObjectBuilder {
        let names = Self::ALL.into_iter().flat_map(|(_, name)| [name.to_owned(), format!("-{name}")]);
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let name = text.strip_prefix('-');
        let known = Self::ALL.into_iter().find(|(_, known)| *known == name.unwrap_or(text));
        let by = known.ok_or(Rule::field(
            "must be created_at, due, priority, planned_for or title, with a '-' before it to turn it round",
        ))?;
        Ok(Self { by: by.0, descending: name.is_some() })
    }
}

/// Which end of the list by creation comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreationOrder {
    OldestFirst,
    LatestFirst,
}

/// A range of dates, both included; what is missing is no bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dates {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

impl Dates {
    pub fn is_given(self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    fn hold(self, date: Option<NaiveDate>) -> bool {
        !self.is_given()
            || date.is_some_and(|date| self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to))
    }
}

/// The dates that a question about now is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    pub today: NaiveDate,
    /// The first date of the week.
    pub week: NaiveDate,
}

impl Present {
    pub fn yesterday(self) -> NaiveDate {
        self.today.pred_opt().unwrap_or(self.today)
    }

    pub fn week_end(self) -> NaiveDate {
        self.week.checked_add_days(Days::new(6)).unwrap_or(self.week)
    }
}

/// What a question asks for. All of it must hold.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    pub completed: Option<bool>,
    pub view: Option<View>,
    pub tags: Option<WantedTags>,
    pub priority: Option<Priority>,
    pub due: Dates,
    pub planned: Dates,
    pub completed_on: Dates,
    pub updated_since: Option<Timestamp>,
    pub words: Option<Words>,
    /// Whether words are not looked for in notes, which are their owner's alone.
    pub notes_hidden: bool,
    /// The trash, and nothing else.
    pub trashed: bool,
    pub sort: Option<Sort>,
}

impl TaskFilter {
    /// Whether the list of all tasks by their creation answers it, and which end of that comes first.
    pub fn as_created(&self) -> Option<CreationOrder> {
        let Self {
            completed: _,
            notes_hidden: _,
            view,
            tags,
            priority,
            due,
            planned,
            completed_on,
            updated_since,
            words,
            trashed,
            sort,
        } = self;
        let narrowed = view.is_some()
            || tags.is_some()
            || priority.is_some()
            || [*due, *planned, *completed_on].into_iter().any(Dates::is_given)
            || updated_since.is_some()
            || words.is_some()
            || *trashed;
        match sort {
            _ if narrowed => None,
            None | Some(Sort { by: SortBy::CreatedAt, descending: false }) => Some(CreationOrder::OldestFirst),
            Some(Sort { by: SortBy::CreatedAt, descending: true }) => Some(CreationOrder::LatestFirst),
            Some(_) => None,
        }
    }

    /// Whether the task is one of those that are asked for. `overdue`: whether it is.
    pub fn lets_through(&self, task: &Task, present: Present, overdue: impl FnOnce() -> bool) -> bool {
        let changed = task.updated_at.unwrap_or(task.created_at);
        self.trashed == task.trashed.is_some()
            && self.completed.is_none_or(|completed| completed == task.completion.is_some())
            && self.priority.is_none_or(|priority| priority == task.priority)
            && self.due.hold(task.due.map(|due| due.on))
            && self.planned.hold(task.planned.map(|planned| planned.on))
            && self.completed_on.hold(task.completion.map(|completion| completion.date))
            && self.updated_since.is_none_or(|since| since <= changed)
            && self.tags.as_ref().is_none_or(|wanted| wanted.matches(&task.tags))
            && self.view.is_none_or(|view| view.shows(task, present, overdue))
            && self.words.as_ref().is_none_or(|words| self.finds(words, task))
    }

    fn finds(&self, words: &Words, task: &Task) -> bool {
        if self.notes_hidden { words.matches(task.shared_texts()) } else { words.matches(task.texts()) }
    }

    /// Where the task comes in the answer.
    pub fn key(&self, task: &Task, present: Present) -> SortKey {
        let created = (task.created_at, task.id.uuid());
        let by = |rank, text| SortKey { rank, text, created };
        let dated = |date: Option<NaiveDate>| date.map(day);
        if let Some(sort) = self.sort {
            let number = match sort.by {
                SortBy::CreatedAt => Some(task.created_at.micros()),
                SortBy::Due => task.due.map(|due| {
                    // Without a time, by the end of the date.
                    let minute =
                        due.time.map_or(24 * 60, |time| i64::from(chrono::Timelike::num_seconds_from_midnight(&time)) / 60);
                    day(due.on) * 10_000 + minute
                }),
                SortBy::Priority => Some(task.priority as i64),
                SortBy::PlannedFor => dated(task.planned.map(|planned| planned.on)),
                SortBy::Title => {
                    let title: String = words::folded(task.title.as_str()).chars().take(SORTED_TITLE).collect();
                    let text = if sort.descending { TextKey::Descending(Reverse(title)) } else { TextKey::Ascending(title) };
                    return by([0; 3], text);
                }
            };
            // What has no date is last either way.
            let rank = number.map_or([1, 0, 0], |number| [0, if sort.descending { -number } else { number }, 0]);
            return by(rank, TextKey::None);
        }
        if self.trashed {
            return by([0, -task.trashed.map_or(0, |trashed| trashed.at.micros()), 0], TextKey::None);
        }
        let Some(view) = self.view else { return by([0; 3], TextKey::None) };
        by([view.group(task), view.soonest(task, present), -(task.priority as i64)], TextKey::None)
    }
}

fn day(date: NaiveDate) -> i64 {
    chrono::Datelike::num_days_from_ce(&date).into()
}

impl View {
    fn shows(self, task: &Task, present: Present, overdue: impl FnOnce() -> bool) -> bool {
        let Present { today, week, .. } = present;
        let (due, planned) = (task.due.map(|due| due.on), task.planned.map(|planned| planned.on));
        let dates = || due.into_iter().chain(planned);
        let open = task.completion.is_none();
        let done = |from, to| task.completion.is_some_and(|completion| (from..=to).contains(&completion.date));
        match self {
            Self::Today => (open && dates().any(|date| date <= today)) || done(today, today),
            Self::Yesterday => {
                let yesterday = present.yesterday();
                (open && planned == Some(yesterday)) || done(yesterday, yesterday)
            }
            Self::Week => (open && dates().any(|date| date <= present.week_end())) || done(week, present.week_end()),
            Self::Overdue => open && overdue(),
            Self::Upcoming => open && dates().any(|date| date > today),
            Self::Inbox => open && dates().next().is_none(),
        }
    }

    /// Which of its tasks come first, as the view says it.
    fn group(self, task: &Task) -> i64 {
        let done = i64::from(task.completion.is_some());
        match self {
            Self::Today if done == 0 => i64::from(task.carried.is_none()),
            Self::Today => 2,
            Self::Yesterday => 1 - done,
            Self::Week | Self::Overdue | Self::Upcoming | Self::Inbox => done,
        }
    }

    /// The date that matters, where the view goes by dates.
    fn soonest(self, task: &Task, present: Present) -> i64 {
        let dates = task.due.map(|due| due.on).into_iter().chain(task.planned.map(|planned| planned.on));
        match self {
            Self::Upcoming => dates.filter(|date| *date > present.today).min().map_or(0, day),
            _ => 0,
        }
    }
}

/// Where a task comes in an answer; the least comes first. It travels in cursors.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SortKey {
    rank: [i64; 3],
    text: TextKey,
    created: (Timestamp, Uuid),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum TextKey {
    None,
    Ascending(String),
    Descending(Reverse<String>),
}
