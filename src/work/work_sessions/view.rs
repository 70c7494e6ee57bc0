//! Work sessions as callers see them.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Edit, EndedBy, Former, Note, WorkSession, WorkSessionId};
use crate::{
    kernel::{Interval, Nullable, Timestamp, UserId},
    work::hours::hours,
};

/// A work session as callers see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "start_time": "2026-01-14T09:00:00.000000Z", "end_time": "2026-01-14T11:15:00.000000Z", "duration": 2.0, "note": "Planning",
    "paused": false, "pauses": [{ "from": "2026-01-14T10:00:00.000000Z", "to": "2026-01-14T10:15:00.000000Z" }],
    "needs_review": false, "ended_by": "user", "edits": [] }))]
pub(super) struct WorkSessionView<'a> {
    id: WorkSessionId,
    user_id: UserId,
    start_time: Timestamp,
    /// Null while it is under way, like the duration.
    end_time: Option<Timestamp>,
    /// Hours worked, without the pauses, rounded to two decimals.
    duration: Option<f64>,
    note: Option<&'a Note>,
    /// Whether it is interrupted now.
    paused: bool,
    /// Ascending, within the session. The last has no end while the session is interrupted.
    #[schema(max_items = 500)]
    pauses: Vec<PauseView>,
    /// Whether its end was guessed. Correcting it, also to what it is, says that it is right.
    needs_review: bool,
    /// Who ended it: `sweep` is the program, when it was forgotten. Null while it is under way.
    ended_by: Option<EndedBy>,
    /// The corrections, oldest first, each with what was there before.
    #[schema(max_items = 200)]
    edits: Vec<EditView<'a>>,
}

/// An interruption.
#[derive(Debug, Serialize, ToSchema)]
struct PauseView {
    from: Timestamp,
    /// Null while it lasts.
    to: Option<Timestamp>,
}

/// A correction.
#[derive(Debug, Serialize, ToSchema)]
struct EditView<'a> {
    at: Timestamp,
    /// Whose: the owner's or an administrator's.
    by: UserId,
    former: FormerView<'a>,
}

/// What was there before a correction; what it left alone is missing.
#[derive(Debug, Serialize, ToSchema)]
struct FormerView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    start_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    end_time: Option<Timestamp>,
    /// Null when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Note>)]
    note: Option<Nullable<&'a Note>>,
    /// All that were shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 500)]
    pauses: Option<Vec<PauseView>>,
}

impl<'a> From<&'a WorkSession> for WorkSessionView<'a> {
    fn from(session: &'a WorkSession) -> Self {
        Self {
            id: session.id,
            user_id: session.user_id,
            start_time: session.start_time,
            end_time: session.end.map(|end| end.at),
            duration: session.micros().map(hours),
            note: session.note.as_ref(),
            paused: session.is_paused(),
            pauses: shown(&session.shown_pauses()),
            needs_review: session.needs_review,
            ended_by: session.end.map(|end| end.by),
            edits: session.edits.iter().map(EditView::from).collect(),
        }
    }
}

impl<'a> From<&'a Edit> for EditView<'a> {
    fn from(edit: &'a Edit) -> Self {
        let Former { start_time, end_time, note, pauses, .. } = &edit.former;
        let note = note.as_ref().map(|note| Nullable(note.0.as_ref()));
        let pauses = pauses.as_ref().map(|kept| shown(&kept.0));
        Self { at: edit.at, by: edit.by, former: FormerView { start_time: *start_time, end_time: *end_time, note, pauses } }
    }
}

fn shown(pauses: &[Interval]) -> Vec<PauseView> {
    pauses.iter().map(|pause| PauseView { from: pause.from, to: pause.to }).collect()
}
