//! The bodies of requests about tasks.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, schema::Type},
};
use uuid::Uuid;

use super::{
    fields::StepTitle,
    model::{Action, Estimate, Fields, NewTask, Notes, Priority, Task, TaskId, TaskPatch, Title},
    operations::{Deletion, Operation},
    recurrence::Recurrence,
    spent::SpentSeconds,
    subtasks::{self, NewSubtask, NewSubtasks, SubtaskPatch},
    tag::Tags,
};
use crate::{
    described,
    kernel::{Error, FromText, Id, Precondition, Resource as _, Result, Rule, Timestamp, UserId},
    web::{self, Change, Field, Whose},
};

/// A body that has the fields of a task besides its own, each of which may be left out.
macro_rules! with_fields {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        $vis struct $name {
            $($own)*
            /// At most 10,000 characters after trimming; null or without any takes them away.
            #[serde(default)]
            #[schema(value_type = Option<Notes>)]
            notes: Change<Field<Option<Notes>>>,
            /// `medium`, when left out or null.
            #[serde(default)]
            #[schema(value_type = Option<Priority>)]
            priority: Change<Option<Field<Priority>>>,
            /// They take the place of those that there are.
            #[serde(default)]
            #[schema(value_type = Option<Tags>)]
            tags: Change<Option<Field<Tags>>>,
            /// By the end of which date; null takes `due_time` away too.
            #[serde(default)]
            #[schema(value_type = Option<NaiveDate>)]
            due_on: Change<Option<Field<NaiveDate>>>,
            /// At which time of that date, `HH:MM` on the owner's clock; one that the clock passes over is the first that there is.
            #[serde(default)]
            #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
            due_time: Change<Option<Field<NaiveTime>>>,
            /// On which date it is meant to be done.
            #[serde(default)]
            #[schema(value_type = Option<NaiveDate>)]
            planned_for: Change<Option<Field<NaiveDate>>>,
            #[serde(default)]
            #[schema(value_type = Option<u32>, minimum = 1, maximum = 6000)]
            estimate_minutes: Change<Option<Estimate>>,
            /// All of them, in order; they take the place of those that there are, of which those with a known `id` keep it.
            #[serde(default)]
            #[schema(value_type = Option<Vec<SubtaskBody>>, max_items = 100)]
            subtasks: Change<Option<SubtasksBody>>,
            /// Null ends the series.
            #[serde(default)]
            #[schema(value_type = Option<Recurrence>)]
            recurrence: Change<Option<Recurrence>>,
        }

        impl $name {
            fn fields(&mut self) -> Fields {
                Fields {
                    notes: self.notes.0.take().map(|notes| notes.0),
                    priority: self.priority.0.take().map(|priority| priority.map(|field| field.0).unwrap_or_default()),
                    tags: self.tags.0.take().map(|tags| tags.map(|field| field.0).unwrap_or_default()),
                    due_on: self.due_on.0.take().map(|on| on.map(|field| field.0)),
                    due_time: self.due_time.0.take().map(|time| time.map(|field| field.0)),
                    planned_for: self.planned_for.0.take().map(|on| on.map(|field| field.0)),
                    estimate_minutes: self.estimate_minutes.0.take(),
                    subtasks: self.subtasks.0.take().map(|steps| steps.map(|steps| steps.0).unwrap_or_default()),
                    recurrence: self.recurrence.0.take(),
                    ..Fields::default()
                }
            }
        }
    };
}

/// A step as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SubtaskBody {
    /// That of a step that there is; any other makes a new one.
    #[serde(default)]
    id: Option<String>,
    #[schema(value_type = StepTitle)]
    title: Field<StepTitle>,
    #[serde(default)]
    completed: bool,
}

impl From<SubtaskBody> for NewSubtask {
    fn from(body: SubtaskBody) -> Self {
        Self { id: body.id.as_deref().and_then(Id::parse), title: body.title.0, completed: body.completed }
    }
}

#[derive(Debug)]
struct SubtasksBody(NewSubtasks);

impl<'de> Deserialize<'de> for SubtasksBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        subtasks::read::<SubtaskBody, D>(deserializer).map(Self)
    }
}

with_fields! {
    /// A task to be created.
    #[derive(Debug, Deserialize, ToSchema)]
    #[schema(example = json!({ "title": "Write the report", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
    pub struct CreateTaskBody {
        #[schema(value_type = Title)]
        title: Field<Title>,
        /// Whose it is: yourself, unless you are an administrator.
        #[schema(value_type = UserId)]
        pub user_id: Field<Whose<Task>>,
        /// An id of your own choice: the same one again returns the task that it made.
        #[serde(default)]
        #[schema(value_type = Option<Uuid>)]
        client_id: Option<Field<Uuid>>,
    }
}

impl CreateTaskBody {
    pub fn new_task(mut self) -> NewTask {
        let fields = self.fields();
        NewTask { title: self.title.0, client_id: self.client_id.map(|id| id.0), fields }
    }
}

with_fields! {
    /// What to change of a task; with no body or an empty one, it is completed.
    #[derive(Debug, Default, Deserialize, ToSchema)]
    #[schema(example = json!({ "title": "Write the report of the week" }))]
    pub struct UpdateTaskBody {
        #[serde(default)]
        #[schema(value_type = Action)]
        action: Change<Field<Action>>,
        #[serde(default)]
        #[schema(value_type = Title)]
        title: Change<Field<Title>>,
        /// With `complete` alone: when it was completed, with an offset or `Z`. At most 31 days ago, and not before its creation;
        /// now, when left out.
        #[serde(default)]
        #[schema(value_type = Timestamp)]
        completed_at: Change<Field<Timestamp>>,
        /// With `complete` alone: whether all its steps are completed too.
        #[serde(default)]
        complete_subtasks: bool,
        /// All the time that was spent on it, where the timer was wrong: 0 to 31,536,000.
        #[serde(default)]
        #[schema(value_type = u32, minimum = 0, maximum = 31_536_000)]
        spent_seconds: Change<SpentSeconds>,
    }
}

impl UpdateTaskBody {
    pub fn patch(mut self) -> TaskPatch {
        let (title, spent_seconds) =
            (self.title.0.take().map(|field| field.0), self.spent_seconds.0.map(|spent| spent.get().into()));
        let fields = Fields { title, spent_seconds, ..self.fields() };
        let (action, completed_at) = (self.action.value(), self.completed_at.value());
        TaskPatch { action, completed_at, complete_subtasks: self.complete_subtasks, fields }
    }
}

/// What to change of one step of a task.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({ "completed": true }))]
pub struct UpdateSubtaskBody {
    #[serde(default)]
    #[schema(value_type = StepTitle)]
    title: Change<Field<StepTitle>>,
    #[serde(default)]
    #[schema(value_type = bool)]
    completed: Change<bool>,
}

impl UpdateSubtaskBody {
    pub fn patch(self) -> SubtaskPatch {
        SubtaskPatch { title: self.title.value(), completed: self.completed.0 }
    }
}

with_fields! {
    /// One of several operations. What it asks of each is what the call for a single task asks.
    #[derive(Debug, Deserialize, ToSchema)]
    #[schema(example = json!({ "op": "create", "title": "Write the report" }))]
    pub struct OperationBody {
        #[schema(value_type = OperationName)]
        op: Field<OperationName>,
        /// The task, for every operation but `create`.
        #[serde(default)]
        #[schema(value_type = Option<TaskId>)]
        id: Option<String>,
        /// The `ETag` of the version that you read, or several with commas between.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        if_match: Option<Field<Precondition>>,
        /// Required by `create`.
        #[serde(default)]
        #[schema(value_type = Title)]
        title: Change<Field<Title>>,
        /// For `create`: an id of your own choice.
        #[serde(default)]
        #[schema(value_type = Option<Uuid>)]
        client_id: Option<Field<Uuid>>,
        /// For `complete`: when that was.
        #[serde(default)]
        #[schema(value_type = Timestamp)]
        completed_at: Change<Field<Timestamp>>,
        /// For `complete`: whether all steps are completed too.
        #[serde(default)]
        complete_subtasks: bool,
        /// For `update`: all the time that was spent on it.
        #[serde(default)]
        #[schema(value_type = u32, minimum = 0, maximum = 31_536_000)]
        spent_seconds: Change<SpentSeconds>,
        /// For `delete`: whether it is gone at once.
        #[serde(default)]
        permanent: bool,
    }
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationName {
    Create,
    Update,
    Complete,
    Reopen,
    Delete,
    Restore,
}

impl OperationName {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Create, "create"),
        (Self::Update, "update"),
        (Self::Complete, "complete"),
        (Self::Reopen, "reopen"),
        (Self::Delete, "delete"),
        (Self::Restore, "restore"),
    ];
}

described!(OperationName, "TaskOperation");

impl FromText for OperationName {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Self::ALL.map(|(_, name)| name)))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let known = Self::ALL.into_iter().find(|(_, name)| *name == text);
        known.map(|(op, _)| op).ok_or(Rule::field("must be create, update, complete, reopen, delete or restore"))
    }
}

impl OperationBody {
    /// Errors: `InvalidField`; `NotFound` for what is no id.
    pub fn operation(mut self) -> Result<Operation> {
        let expected = self.if_match.take().map(|field| field.0).unwrap_or_default();
        if self.op.0 == OperationName::Create {
            let title = self.title.0.take().map_or_else(Title::missing, |title| Ok(title.0));
            let title = title.map_err(|rule| rule.of_field("title"))?;
            let client_id = self.client_id.take().map(|id| id.0);
            return Ok(Operation::Create(NewTask { title, client_id, fields: self.fields() }));
        }
        let id = self.id.as_deref().ok_or_else(|| Rule::field("is required").of_field("id"))?;
        let id = TaskId::parse(id).ok_or_else(|| Error::not_found(Task::NOUN))?;
        let action = match self.op.0 {
            OperationName::Restore => return Ok(Operation::Restore(id)),
            OperationName::Delete => {
                let deletion = if self.permanent { Deletion::Permanent } else { Deletion::ToTrash };
                return Ok(Operation::Delete(id, deletion, expected));
            }
            OperationName::Complete => Some(Action::Complete),
            OperationName::Reopen => Some(Action::Reopen),
            OperationName::Create | OperationName::Update => None,
        };
        let title = self.title.0.take().map(|field| field.0);
        let spent_seconds = self.spent_seconds.0.take().map(|spent| spent.get().into());
        let completed_at = self.completed_at.0.take().map(|at| at.0);
        let fields = Fields { title, spent_seconds, ..self.fields() };
        let complete_subtasks = self.complete_subtasks;
        Ok(Operation::Update(id, TaskPatch { action, completed_at, complete_subtasks, fields }, expected))
    }
}

/// Several operations.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "operations": [{ "op": "create", "title": "Write the report" }] }))]
pub struct BulkBody {
    /// Whose tasks they are about: yours, unless you are an administrator.
    #[serde(default)]
    #[schema(value_type = Option<UserId>)]
    pub user_id: Option<String>,
    /// Each may be wrong for itself, so each is read by itself.
    #[schema(value_type = Vec<OperationBody>, min_items = 1, max_items = 50)]
    operations: Vec<Map<String, Value>>,
    /// Whether all are done in one commit or none is; true, when left out.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub atomic: bool,
}

fn yes() -> bool {
    true
}

/// The most operations that one request may have.
const MAX_OPERATIONS: usize = 50;

impl BulkBody {
    /// The operations, each of which may be wrong for itself. Errors: `InvalidField` for none and for too many.
    pub fn operations(&self) -> Result<Vec<Result<Operation>>> {
        if !(1..=MAX_OPERATIONS).contains(&self.operations.len()) {
            return Err(Rule::field("must have 1 to 50 entries").of_field("operations"));
        }
        Ok(self.operations.iter().map(|members| web::members::<OperationBody>(members)?.operation()).collect())
    }
}
