//! What a task is and how it changes. Pure.

use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, schema::Type};

use crate::{
    described,
    kernel::{Code, DayRule, FromText, Id, Resource, Result, Rule, Timestamp, UserId, field, text, text::TextError},
};

pub type TaskId = Id<Task>;

/// How long ago a task may have been completed that was not reported then.
const COMPLETED_BEFORE: Duration = Duration::from_hours(31 * 24);

/// Something to be done.
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
}

/// When a task was completed, and which date that was for its user. The date stays when the user's zone changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    pub at: Timestamp,
    pub date: NaiveDate,
}

/// 1 to 500 characters, trimmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Title(String);

impl Title {
    pub const MAX: usize = 500;

    const EMPTY: Rule = Rule::sentence(Code::InvalidField, "Task title cannot be empty");
    const TOO_LONG: Rule = Rule::sentence(Code::InvalidField, "Task title cannot be longer than 500 characters");

    const CONTROL_CHARACTER: Rule =
        Rule::sentence(Code::InvalidField, "Task title must not contain control characters other than tab and line feed");

    /// Errors: `InvalidField`.
    pub fn parse(text: &str) -> Result<Self> {
        Self::from_text(text).map_err(|rule| rule.of_field("title"))
    }
}

described!(Title, "Title");

impl FromText for Title {
    fn schema() -> ObjectBuilder {
        field::text(1, Self::MAX).description(Some("1 to 500 characters after trimming"))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text::trimmed(text, Self::MAX) {
            Ok(title) => Ok(Self(title.into())),
            Err(TextError::TooLong(_)) => Err(Self::TOO_LONG),
            Err(TextError::ControlCharacter) => Err(Self::CONTROL_CHARACTER),
            Err(TextError::Empty) => Err(Self::EMPTY),
        }
    }

    fn missing() -> Result<Self, Rule> {
        Err(Self::EMPTY)
    }
}

/// A task to be created.
#[derive(Debug, Clone)]
pub struct NewTask {
    pub title: Title,
}

/// What to do with a task; either, both, or (which the edge does not let through) nothing.
#[derive(Debug, Clone, Default)]
pub struct TaskPatch {
    pub action: Option<Action>,
    pub title: Option<Title>,
    /// When it was completed, if that is not now.
    pub completed_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Complete,
    Reopen,
}

described!(Action, "Action");

impl FromText for Action {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["complete", "reopen"]))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text {
            "complete" => Ok(Self::Complete),
            "reopen" => Ok(Self::Reopen),
            _ => Self::missing(),
        }
    }

    fn missing() -> Result<Self, Rule> {
        let sentence = "Unsupported action; the supported actions are: complete, reopen";
        Err(Rule::sentence(Code::UnsupportedAction, sentence))
    }
}

impl Task {
    /// The facet by which lists are narrowed.
    pub fn facet_of(completed: bool) -> &'static str {
        if completed { "completed" } else { "open" }
    }

    /// The task after the patch, by the rule of the user's dates; `None` when it changes nothing. Errors: `InvalidField`.
    pub fn patched(&self, patch: &TaskPatch, now: Timestamp, days: DayRule) -> Result<Option<Self>> {
        if patch.completed_at.is_some() && patch.action != Some(Action::Complete) {
            return Err(Rule::field("needs the action 'complete'").of_field("completed_at"));
        }
        let completion = match patch.action {
            Some(Action::Complete) => match self.completion {
                None => Some(self.completed(patch.completed_at, now, days)?),
                completed => completed,
            },
            Some(Action::Reopen) => None,
            None => self.completion,
        };
        let title = patch.title.clone().unwrap_or_else(|| self.title.clone());
        let changed = completion != self.completion || title != self.title;
        Ok(changed.then(|| Self { title, completion, updated_at: Some(now), ..self.clone() }))
    }

    fn completed(&self, stated: Option<Timestamp>, now: Timestamp, days: DayRule) -> Result<Completion> {
        const TOO_OLD: Rule = Rule::field("must be at most 31 days ago");
        let at = stated.unwrap_or(now);
        let recent = field::recent(at, now, COMPLETED_BEFORE, TOO_OLD);
        let broken =
            recent.err().or_else(|| (at < self.created_at).then_some(Rule::field("must not be before the task's creation")));
        match broken.filter(|_| stated.is_some()) {
            Some(broken) => Err(broken.of_field("completed_at")),
            None => Ok(Completion { at, date: days.date_at(at) }),
        }
    }
}

impl Resource for Task {
    const NOUN: &'static str = "Task";
    const NOBODYS: &'static str = "Task must be associated to a user_id";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task() -> Task {
        Task {
            id: TaskId::new(uuid::Uuid::nil()),
            user_id: UserId::new(uuid::Uuid::nil()),
            title: Title::parse("Write").expect("a title"),
            created_at: Timestamp::from_micros(0),
            created_on: None,
            updated_at: None,
            completion: None,
        }
    }

    fn act(action: Action) -> TaskPatch {
        TaskPatch { action: Some(action), ..TaskPatch::default() }
    }

    #[test]
    fn completing_and_reopening_twice_changes_nothing() {
        let (now, later) = (Timestamp::from_micros(1), Timestamp::from_micros(2));
        let days = DayRule::from(chrono_tz::UTC);
        let patched = |task: &Task, patch: &TaskPatch, now| task.patched(patch, now, days).expect("good");
        let done = patched(&task(), &act(Action::Complete), now).expect("a change");
        assert_eq!(done.completion, Some(Completion { at: now, date: days.date_at(now) }));
        assert_eq!(patched(&done, &act(Action::Complete), later), None);
        let open = patched(&done, &act(Action::Reopen), later).expect("a change");
        assert_eq!((open.completion, open.updated_at), (None, Some(later)));
        assert_eq!(patched(&open, &act(Action::Reopen), later), None);
    }

    #[test]
    fn a_title_is_trimmed_and_bounded() {
        assert_eq!(Title::parse(" Write \n").expect("a title"), Title("Write".into()));
        assert!(Title::parse(&"é".repeat(500)).is_ok());
        assert_eq!(Title::parse(" ").expect_err("empty").message(), "Task title cannot be empty");
        assert!(Title::parse(&"é".repeat(501)).is_err());
    }

    #[test]
    fn an_unknown_action_is_told_the_known_ones() {
        let error = Action::from_text("explode").expect_err("unknown");
        assert!(error.text.contains("complete, reopen"));
    }
}
