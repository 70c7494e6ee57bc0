//! What runs did, and edits that were overwritten: which there are, and making one of these an edit again.

use chrono::{NaiveDate, NaiveTime};
use serde_json::Value;

use super::{
    model::ConnectionId,
    repo,
    run::{Conflict, ConflictField, ConflictId, RunId},
    service::ConnectionService,
    steps::Steps,
};
use crate::{
    kernel::{Ctx, Error, FromText, Owner, Page, PageRequest, Precondition, Resource as _, Result, Rule},
    ledger::{Decision, Transaction},
    store::Stored,
    work::tasks::{
        edits::Edits,
        model::{Action, Fields, Notes, Task, TaskPatch},
        operations::Deletion,
        shown::Shown,
    },
};

impl ConnectionService {
    /// The conflicts of a connection, the newest last. Errors: `NotFound`, `InvalidCursor`.
    pub async fn conflicts(&self, _ctx: &Ctx, owner: Owner, id: ConnectionId, page: PageRequest) -> Result<Page<Conflict>> {
        let connection = self.load(owner, id).await?;
        repo::conflicts(&self.ledger, owner, Some(connection.number), page).await
    }

    /// What a run did, the first first. Errors: `NotFound`.
    pub async fn steps(&self, ctx: &Ctx, owner: Owner, id: ConnectionId, run: RunId, page: PageRequest) -> Result<Page<Steps>> {
        let run = self.run(ctx, owner, id, run).await?;
        repo::steps(&self.ledger, owner, &run, page).await
    }

    /// Makes the lost value an edit of now, once, and takes its task out of the trash for it; a deletion that was lost puts it
    /// there. Errors: `NotFound` for a conflict that has expired and a task that is gone for good.
    pub async fn restore(&self, ctx: &Ctx, owner: Owner, id: ConnectionId, conflict: ConflictId) -> Result<(Conflict, Shown)> {
        let (conflict, task, rule) = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let read = change.load::<Conflict>(&conflict.to_string(), &Precondition::None).await?;
                    if read.value.connection_id != id {
                        return Err(Error::not_found(Conflict::NOUN));
                    }
                    let (now, rule) = (change.now(), change.summary.day_rule());
                    if read.value.restored_at.is_some() {
                        let task = task(change, &read).await?;
                        return Ok(Decision::Keep((read.value, task, rule)));
                    }
                    let mut edits = Edits::new(change, &self.sessions, owner);
                    let task = edit(&mut edits, &read.value).await?;
                    edits.queue()?;
                    let restored = Conflict { restored_at: Some(now), ..read.value.clone() };
                    change.replace(&restored, &read)?;
                    Ok(Decision::Write((restored, task, rule)))
                })
            })
            .await?;
        Ok((conflict, Shown::new(ctx, task, Some(rule))))
    }
}

async fn task(change: &Transaction<'_>, conflict: &Stored<Conflict>) -> Result<Task> {
    let found = change.find::<Task>(&conflict.value.task_id.to_string()).await?;
    found.map(|read| read.value).ok_or_else(|| Error::not_found(Task::NOUN))
}

/// The edit that was lost, made now. Errors: `NotFound`, `InvalidField` for a value that a task cannot have.
async fn edit(edits: &mut Edits<'_, '_>, conflict: &Conflict) -> Result<Task> {
    let (id, value) = (conflict.task_id, &conflict.lost.value);
    let task = edits.restore(id).await?;
    let mut fields = Fields::default();
    let mut action = None;
    match conflict.field {
        ConflictField::Title => fields.title = Some(text(value)?),
        ConflictField::Notes => fields.notes = Some(optional::<Notes>(value)?),
        ConflictField::Due => {
            fields.due_on = Some(optional::<NaiveDate>(&value["due_on"])?);
            fields.due_time = Some(optional::<NaiveTime>(&value["due_time"])?);
        }
        ConflictField::Completed => action = Some(if *value == Value::Bool(true) { Action::Complete } else { Action::Reopen }),
        ConflictField::Deleted if *value == Value::Bool(true) => {
            edits.delete(id, Deletion::ToTrash, &Precondition::None).await?;
            return edits.find(id).await?.ok_or_else(|| Error::not_found(Task::NOUN));
        }
        ConflictField::Deleted => return Ok(task),
    }
    edits.patch(id, &TaskPatch { action, fields, ..TaskPatch::default() }, &Precondition::None).await
}

fn text<T: FromText>(value: &Value) -> Result<T> {
    let text = value.as_str().ok_or_else(|| Error::internal("a conflict about a text without one"))?;
    T::from_text(text).map_err(|rule: Rule| rule.of_field("lost.value"))
}

fn optional<T: FromText>(value: &Value) -> Result<Option<T>> {
    if value.is_null() { Ok(None) } else { text(value).map(Some) }
}
