//! How a work session stands in its user's ledger: the active one in the summary, an ended one in counts and days.

use super::{
    model::{Note, WorkSession},
    review::{self, Signs},
};
use crate::{
    kernel::{Id, Result, UserId},
    ledger::{OpenSession, Transaction, day::Achievement},
};

/// What the summary says of a session under way.
pub fn open(session: &WorkSession, signs: Signs) -> OpenSession {
    OpenSession {
        id: session.id.uuid(),
        start_time: session.start_time,
        pauses: session.pauses.clone(),
        note: session.note.as_ref().map(|note| note.as_str().to_owned()),
        last_sign: signs.last,
        nudged: signs.nudged,
        next_due: review::next_due(session, signs.nudged),
    }
}

/// The session that the summary speaks of. Errors: `Internal` when its note is none.
pub fn session(open: &OpenSession, user: UserId) -> Result<WorkSession> {
    let note = open.note.as_deref().map(Note::parse).transpose()?.flatten();
    let started = WorkSession::start(Id::new(open.id), user, open.start_time);
    Ok(WorkSession { note, pauses: open.pauses.clone(), ..started })
}

pub fn signs(open: &OpenSession) -> Signs {
    Signs { last: open.last_sign, nudged: open.nudged }
}

/// Counts a session that has ended.
pub async fn count(change: &mut Transaction<'_>, session: &WorkSession) -> Result<()> {
    let Some(end) = session.end else { return Ok(()) };
    let summary = &mut change.summary;
    summary.total_sessions = summary.total_sessions.saturating_add(1);
    summary.worked_micros = summary.worked_micros.saturating_add(session.micros().unwrap_or(0));
    summary.longest_span_micros = summary.longest_span_micros.max(session.span_micros().unwrap_or(0));
    for share in session.hours() {
        change.count(share.date, share.into()).await?;
    }
    change.count(end.date, Achievement::EndedSession).await
}

/// Takes back all that [`count`] counted, but for the longest time that a session ever had.
pub async fn take_back(change: &mut Transaction<'_>, session: &WorkSession) -> Result<()> {
    let Some(end) = session.end else { return Ok(()) };
    let summary = &mut change.summary;
    summary.total_sessions = summary.total_sessions.saturating_sub(1);
    summary.worked_micros = summary.worked_micros.saturating_sub(session.micros().unwrap_or(0));
    for share in session.hours() {
        change.take_back(share.date, share.into()).await?;
    }
    change.take_back(end.date, Achievement::EndedSession).await
}
