//! Taking back the last command, once and exactly, unless what it made has changed since.

use uuid::Uuid;

use super::{
    acts::did,
    model::Op,
    repo::{Kept, Reversal, What},
    service::DialogueService,
    spoken::{Spoken, Turn},
};
use crate::{
    kernel::{Code, Id, Precondition, Result},
    ledger::Decision,
    wellbeing::check_ins::model::NewCheckIn,
    work::tasks::{
        model::{Action, TaskPatch},
        operations::{Deletion, Operation},
    },
};

/// A command that can be undone.
#[derive(Debug, Clone)]
pub struct Undoable {
    pub command: Uuid,
    reversal: Reversal,
}

impl Undoable {
    /// Whether more than one document changes when it is undone.
    pub fn touches_several(&self) -> bool {
        matches!(self.reversal, Reversal::ReopenTask { with_next: true, .. })
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
                        Some(What::Undo { command, reversal }) => Some(Undoable { command, reversal }),
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
            Ok((kind, id, op)) => Ok(did(turn.say("dialogue_undone", &[]), kind, id, op)),
            Err(error) if is_changed(error.code()) => Ok(turn.say("dialogue_changed_since", &[])),
            Err(error) => Err(error),
        }
    }

    async fn reverse(&self, turn: &Turn<'_>, reversal: &Reversal) -> Result<(&'static str, Uuid, Op)> {
        let (ctx, owner) = (turn.ctx, turn.owner);
        Ok(match reversal {
            Reversal::DeleteTask(id) => {
                let delete = Operation::Delete(*id, Deletion::ToTrash, Precondition::None);
                self.tasks.apply(ctx, owner, &delete).await?;
                ("tasks", id.uuid(), Op::Delete)
            }
            Reversal::ReopenTask { id, .. } => {
                let patch = TaskPatch { action: Some(Action::Reopen), ..TaskPatch::default() };
                self.tasks.apply(ctx, owner, &Operation::Update(*id, patch, Precondition::None)).await?;
                ("tasks", id.uuid(), Op::Reopen)
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
                self.rests.delete(ctx, owner, Id::new(*id)).await?;
                ("rests", *id, Op::Delete)
            }
            Reversal::Rest(rest) => {
                self.rests.go_on(owner, rest).await?;
                ("rests", rest.id.uuid(), Op::Update)
            }
            Reversal::DeleteCheckIn(id) => {
                self.check_ins.delete(ctx, owner, Id::new(*id)).await?;
                ("check_ins", *id, Op::Delete)
            }
            Reversal::CheckIn(before) => {
                let new = NewCheckIn { energy: before.energy, note: before.note.clone(), at: Some(before.at) };
                self.check_ins.enter(ctx, owner, new, None).await?;
                ("check_ins", before.id.uuid(), Op::Update)
            }
        })
    }
}

/// Whether what was to be undone is no more what it was.
fn is_changed(code: Code) -> bool {
    matches!(
        code,
        Code::NotFound
            | Code::StaleEtag
            | Code::ActiveSessionExists
            | Code::SessionsOverlap
            | Code::RestActive
            | Code::TaskCompleted
    )
}
