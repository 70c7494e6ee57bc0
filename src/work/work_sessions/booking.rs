//! What a user's summary knows of work sessions, so that one point read shows the one under way and no history need be read
//! to start another, and what sessions that have ended count for.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    breaks::{Due, Sign},
    model::{Note, WorkSession},
    review,
};
use crate::{
    kernel::{Id, Interval, Result, Timestamp, UserId},
    ledger::{ACHIEVEMENTS, Add, Counted, Fact, Summary, Transaction},
    work::counters::{
        BREAK_MICROS, BREAKS, BREAKS_DUE, BREAKS_TAKEN, ENDED_AT, ENDED_DUE_AT, ENDED_WORK_SESSIONS, FOCUS, STARTED_AT,
        WORK_SESSIONS, WORKED_MICROS,
    },
};

/// The work that is due when something is to be done about the session under way.
pub const REVIEW: &str = "work_session";

/// The session that is under way: all there is to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveSession {
    pub id: uuid::Uuid,
    pub start_time: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When the user was last known to be at it by something other than a heartbeat, if ever after the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sign: Option<Timestamp>,
    /// Whether its document holds corrections, which are not here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
    /// Whether there is a document of its heartbeats: there may be for one from before this was kept.
    #[serde(default = "yes")]
    pub heartbeats: bool,
}

fn yes() -> bool {
    true
}

impl Fact for ActiveSession {
    const NAME: &'static str = "active_session";
}

impl ActiveSession {
    fn new(session: &WorkSession, last_sign: Option<Timestamp>, heartbeats: bool) -> Self {
        Self {
            id: session.id.uuid(),
            start_time: session.start_time,
            pauses: session.pauses.clone(),
            note: session.note.as_ref().map(|note| note.as_ref().to_owned()),
            last_sign,
            corrected: !session.edits.is_empty(),
            heartbeats,
        }
    }

    /// The session that the summary speaks of, without its corrections. Errors: `Internal` when its note is none.
    pub fn session(&self, user: UserId) -> Result<WorkSession> {
        let note = self.note.as_deref().map(Note::parse).transpose()?.flatten();
        let started = WorkSession::start(Id::new(self.id), user, self.start_time);
        Ok(WorkSession { note, pauses: self.pauses.clone(), ..started })
    }
}

/// What is remembered of all changes of sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    /// When the last session ended; missing when that would have to be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_end: Option<Timestamp>,
    /// The user's date at the latest change.
    pub changed_on: NaiveDate,
    /// The latest change after which there was something to learn of the dates before: the first one of a date, or one of a
    /// session of an earlier date.
    pub lesson: u64,
}

impl Fact for Traces {
    const NAME: &'static str = "work_session_traces";
}

/// Remembers that a session changed from `before` to `after`, which are missing for one that is made or deleted. Errors:
/// `Internal`.
pub fn trace(change: &mut Transaction<'_>, before: Option<&WorkSession>, after: Option<&WorkSession>) -> Result<()> {
    let (today, days) = (change.today(), change.summary.day_rule());
    let known: Option<Traces> = change.summary.facts.get()?;
    let is_past = |session: &&WorkSession| session.end.is_some() && session.days_or(days).date_at(session.start_time) < today;
    let past = [before, after].into_iter().flatten().any(|session| is_past(&session));
    let lesson = known.as_ref().filter(|known| known.changed_on == today && !past).map(|known| known.lesson);
    let end_of = |session: Option<&WorkSession>| Some(session?.end?.at);
    let (was, is) = (end_of(before), end_of(after));
    let last_end = match known.as_ref().and_then(|known| known.last_end) {
        // What ended last may be another one now.
        Some(last) if was.is_some_and(|was| was >= last) && is < Some(last) => None,
        Some(last) => Some(is.map_or(last, |is| is.max(last))),
        None => is.filter(|_| change.summary.counts.get(WORK_SESSIONS) == u64::from(was.is_some())),
    };
    let traces = Traces { last_end, changed_on: today, lesson: lesson.unwrap_or(change.summary.seq) };
    if known.as_ref() == Some(&traces) { Ok(()) } else { change.summary.facts.set(&traces) }
}

/// The session under way. Errors: `Internal`.
pub fn active(summary: &Summary) -> Result<Option<ActiveSession>> {
    summary.facts.get()
}

/// Makes the session the one under way, or keeps what the summary says of it equal to it. `last_sign`: when the user was last
/// known to be at it.
pub fn keep(summary: &mut Summary, session: &WorkSession, last_sign: Option<Timestamp>) -> Result<()> {
    summary.due.set(REVIEW, review::next_due(session));
    let known = active(summary)?.filter(|known| known.id == session.id.uuid());
    summary.facts.set(&ActiveSession::new(session, last_sign, known.is_some_and(|known| known.heartbeats)))
}

/// From now on there is a document of heartbeats of the session under way.
pub fn keep_heartbeats(summary: &mut Summary, active: ActiveSession) -> Result<()> {
    summary.facts.set(&ActiveSession { heartbeats: true, ..active })
}

/// No session is under way any more.
pub fn clear(summary: &mut Summary) {
    summary.due.set(REVIEW, None);
    summary.facts.clear::<ActiveSession>();
}

impl Counted for WorkSession {
    /// A session counts once it has ended: as one for the date on which it ended, its time for the dates on which it
    /// passed, and what it says of breaks for those to which that belongs.
    fn counts(&self, add: Add<'_>) {
        let Some(end) = self.end else { return };
        add(WORK_SESSIONS, None, 1);
        add(WORKED_MICROS, None, self.micros().unwrap_or(0));
        add(ENDED_WORK_SESSIONS, Some(end.date), 1);
        add(ACHIEVEMENTS, Some(end.date), 1);
        for share in self.hours() {
            add(FOCUS.at(share.hour.into()), Some(share.date), share.micros);
        }
        for (date, sign) in self.signs() {
            let mut on_it = |counter, count| add(counter, Some(date), count);
            match sign {
                Sign::Began { second } => on_it(STARTED_AT.at(second), 1),
                Sign::Ended { second, due: Due::No } => on_it(ENDED_AT.at(second), 1),
                Sign::Ended { second, due: Due::Yes } => on_it(ENDED_DUE_AT.at(second), 1),
                Sign::Break { micros } => {
                    on_it(BREAKS, 1);
                    on_it(BREAK_MICROS, micros);
                }
                Sign::FellDue => on_it(BREAKS_DUE, 1),
                Sign::Taken => on_it(BREAKS_TAKEN, 1),
            }
        }
    }
}
