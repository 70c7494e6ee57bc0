//! Edits that were overruled, as they are told to the person. Pure.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    merge::Lost,
    project::{Fields, Side},
};
use crate::{
    accounts::settings::model::TimeOfDay,
    integrations::connections::{
        model::Connection,
        run::{self, Conflict, ConflictField, Edited},
    },
    kernel::{Id, Timestamp},
    outbound::providers::Field,
    work::tasks::model::TaskId,
};

/// What was overruled.
#[derive(Debug, Clone)]
pub(super) enum Overruled {
    /// An edit of a field, by another one; and what stays.
    Edit { lost: Lost, kept: Fields },
    /// A deletion, by an edit on the other side.
    Deletion { side: Side, at: Option<Timestamp>, kept_at: Option<Timestamp> },
}

impl Overruled {
    /// Edits that were overruled, where something stays.
    pub fn edits(lost: Vec<Lost>, kept: &Fields) -> Vec<Self> {
        lost.into_iter().map(|lost| Self::Edit { lost, kept: kept.clone() }).collect()
    }

    /// The entry in the list of conflicts.
    pub fn conflict(self, id: Uuid, connection: &Connection, task_id: TaskId, now: Timestamp) -> Conflict {
        let (field, side, lost, at, kept, kept_at) = match self {
            Self::Edit { lost, kept } => {
                let field = field_of(lost.field);
                (field, lost.side, value(lost.field, &lost.value), lost.at, value(lost.field, &kept), lost.kept_at)
            }
            Self::Deletion { side, at, kept_at } => {
                (ConflictField::Deleted, side, Value::Bool(true), at, Value::Bool(false), kept_at)
            }
        };
        let (here, there) = (run::Side::Local, run::Side::Remote);
        let (loser, winner) = if side == Side::Local { (here, there) } else { (there, here) };
        Conflict {
            id: Id::new(id),
            connection_id: connection.id,
            number: connection.number,
            task_id,
            field,
            kept: Edited { side: winner, value: kept, at: kept_at },
            lost: Edited { side: loser, value: lost, at },
            created_at: now,
            restored_at: None,
        }
    }
}

fn field_of(field: Field) -> ConflictField {
    match field {
        Field::Title => ConflictField::Title,
        Field::Notes => ConflictField::Notes,
        Field::Due => ConflictField::Due,
        Field::Completed => ConflictField::Completed,
    }
}

/// As a task shows it.
fn value(field: Field, fields: &Fields) -> Value {
    match field {
        Field::Title => json!(fields.title),
        Field::Notes if fields.notes.is_empty() => Value::Null,
        Field::Notes => json!(fields.notes),
        Field::Due => fields.due.map_or(Value::Null, |due| json!({ "due_on": due.on, "due_time": due.time.map(TimeOfDay) })),
        Field::Completed => json!(fields.completed),
    }
}
