//! Taking back the last command, once and exactly, unless what it made has changed since.

use uuid::Uuid;

use super::{
    model::{Did, Op},
    repo::{Kept, Reversal, What},
    service::DialogueService,
    spoken::{Spoken, Turn},
    task_acts::TASKS,
};
use crate::{
    kernel::{Code, Error, Id, Precondition, Result},
    ledger::Decision,
    wellbeing::check_ins::model::NewCheckIn,
    work::tasks::{
        model::{Action, Changed, Task, TaskPatch},
        operations::{Deletion, Operation},
    },
};

/// A command that can be undone.
#[derive(Debug, Clone)]
pub struct Undoable {
    pub command: Uuid,
    /// What was answered to it.
    pub said: String,
    reversal: Reversal,
}

impl Undoable {
    /// Whether more than one document changes when it is undone.
    pub fn touches_several(&self) -> bool {
        matches!(self.reversal, Reversal::ReopenTask { next: Some(_), .. })
    }
}

impl DialogueService {
    /// The last command, if it can be undone.
    pub(super) async fn undoable(&self, turn: &Turn<'_>) -> Result<Option<Undoable>> {
        self.ledger
            .run(turn.owner, |change| {
                Box::pin(async move {
                    let read = Kept::find(change, Kept::UNDO).await?;
                    Ok(Decision::Keep(match read.map(|read| read.value.what) {
                        Some(What::Undo { command, reversal, said }) => Some(Undoable { command, said, reversal }),
                        _ => None,
                    }))
                })
            })
            .await
    }

    /// Undoes the command, unless another was undone or given meanwhile.
    pub(super) async fn undo(&self, turn: &Turn<'_>, undone: &Undoable) -> Result<Spoken> {
        let command = undone.command;
        let taken = self
            .ledger
            .run(turn.owner, |change| {
                Box::pin(async move {
                    let read = Kept::find(change, Kept::UNDO).await?;
                    let is = |what: &What| matches!(what, What::Undo { command: of, .. } if *of == command);
                    let Some(read) = read.filter(|read| is(&read.value.what)) else { return Ok(Decision::Keep(false)) };
                    change.remove(&read);
                    Ok(Decision::Write(true))
                })
            })
            .await?;
        if !taken {
            return Ok(turn.say("dialogue_nothing_to_undo", &[]));
        }
        match self.reverse(turn, &undone.reversal).await {
            Ok(did) => Ok(Spoken { did, ..turn.say("dialogue_undone", &[]) }),
            Err(error) if is_changed(error.code()) => Ok(turn.say("dialogue_changed_since", &[])),
            Err(error) => Err(error),
        }
    }

    /// The version of a task that is as the command left it. Errors: one that [`is_changed`] otherwise.
    async fn as_left(&self, turn: &Turn<'_>, left: &Task) -> Result<Precondition> {
        let read = self.tasks.get(turn.ctx, turn.owner, left.id).await?;
        let same = content(&read.value.task) == content(left);
        if same { Ok(Precondition::OneOf(vec![read.version])) } else { Err(changed()) }
    }

    /// Errors: one that [`is_changed`] for what is no more as it was done.
    async fn reverse(&self, turn: &Turn<'_>, reversal: &Reversal) -> Result<Vec<Did>> {
        let (ctx, owner) = (turn.ctx, turn.owner);
        let mut with = None;
        let (kind, id, op) = match reversal {
            Reversal::DeleteTask(made) => {
                let delete = Operation::Delete(made.id, Deletion::ToTrash, self.as_left(turn, made).await?);
                self.tasks.apply(ctx, owner, &delete).await?;
                (TASKS, made.id.uuid(), Op::Delete)
            }
            Reversal::ReopenTask { done, next } => {
                let patch = TaskPatch { action: Some(Action::Reopen), ..TaskPatch::default() };
                let reopen = Operation::Update(done.id, patch, self.as_left(turn, done).await?);
                // A next one that was changed since stays.
                let left = self.tasks.apply(ctx, owner, &reopen).await?.task.and_then(|task| task.value.next_id);
                with = next.filter(|_| left.is_none()).map(|next| Did::new(TASKS, next.uuid(), Op::Delete));
                (TASKS, done.id.uuid(), Op::Reopen)
            }
            Reversal::DeleteSession(id, version) => {
                self.sessions.delete(ctx, owner, Id::new(*id), &Precondition::OneOf(vec![*version])).await?;
                ("work_sessions", *id, Op::Delete)
            }
            Reversal::Session(before, version) => {
                self.sessions.restore(owner, before, *version).await?;
                ("work_sessions", before.id.uuid(), Op::Update)
            }
            Reversal::DeleteDrink(id) => {
                self.drinks.delete(ctx, owner, Id::new(*id)).await?;
                ("hydration", *id, Op::Delete)
            }
            Reversal::DeleteMeal(id) => {
                self.meals.delete(ctx, owner, Id::new(*id)).await?;
                ("meals", *id, Op::Delete)
            }
            Reversal::DeleteRest(id) => {
                // One that was ended since is what somebody took.
                if self.rests.active(ctx, owner).await?.is_none_or(|active| active.id.uuid() != *id) {
                    return Err(changed());
                }
                self.rests.delete(ctx, owner, Id::new(*id)).await?;
                ("rests", *id, Op::Delete)
            }
            Reversal::Rest(rest) => {
                self.rests.go_on(owner, rest).await?;
                ("rests", rest.id.uuid(), Op::Update)
            }
            Reversal::CheckIn { before, entered } => {
                if self.check_ins.on(owner, entered.date).await?.as_ref() != Some(entered) {
                    return Err(changed());
                }
                let op = if let Some(before) = before {
                    let new = NewCheckIn { energy: before.energy, note: before.note.clone(), at: Some(before.at) };
                    self.check_ins.enter(ctx, owner, new, None).await?;
                    Op::Update
                } else {
                    self.check_ins.delete(ctx, owner, entered.id).await?;
                    Op::Delete
                };
                ("check_ins", entered.id.uuid(), op)
            }
        };
        Ok([Did::new(kind, id, op)].into_iter().chain(with).collect())
    }
}

/// A task without what says where else it is kept, which a connection adds within seconds and nobody did.
fn content(task: &Task) -> Task {
    Task { external: Vec::new(), changed: Changed::default(), updated_at: None, ..task.clone() }
}

fn changed() -> Error {
    Error::new(Code::StaleEtag, "It has changed since")
}

/// Whether what was to be undone is no more what it was.
fn is_changed(code: Code) -> bool {
    matches!(code, Code::NotFound | Code::StaleEtag | Code::ActiveSessionExists | Code::SessionsOverlap | Code::RestActive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernel::{Timestamp, UserId},
        work::tasks::model::{External, TaskId, Title},
    };

    #[test]
    fn a_task_that_a_connection_has_taken_over_is_as_it_was_left_and_one_that_was_renamed_is_not() {
        let title = |text| Title::parse(text).expect("a title");
        let made = Task::new(TaskId::new(Uuid::nil()), UserId::new(Uuid::nil()), title("a"), Timestamp::from_micros(1), None);
        let external = vec![External { connection_id: Uuid::nil(), provider: "todoist".into(), url: None }];
        let kept = Task { external, updated_at: Some(Timestamp::from_micros(2)), ..made.clone() };
        assert_eq!(content(&kept), content(&made));
        assert_ne!(content(&Task { title: title("b"), ..kept }), content(&made));
    }
}
