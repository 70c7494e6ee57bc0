//! What a work session is and how it changes. Pure. When one is taken for forgotten is told in `review`.

use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::note::Note;
use crate::kernel::{
    Code, Error, HourShare, Id, Interval, Nullable, Resource, Result, Rule, Timestamp, UserId, interval, nullable, wall_clock,
};

pub type WorkSessionId = Id<WorkSession>;

/// The most that a session may be interrupted.
pub const MAX_PAUSES: usize = 500;
/// The most that a session may be corrected.
pub const MAX_EDITS: usize = 200;
/// The most that a session may last whose times a person states.
pub const MAX_STATED: Duration = Duration::from_hours(24);
/// How much of a session, up to its end, is counted for hours and dates: one that was left running for longer says
/// nothing of when somebody worked, and each date more is a document more to write.
const COUNTED: Duration = Duration::from_hours(62 * 24);
/// Nobody worked with this before 2000: such a time is a mistake, and the calendar of active days would grow with it.
const EARLIEST: Timestamp = Timestamp::from_micros(946_684_800_000_000);

/// A stretch of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkSession {
    pub id: WorkSessionId,
    pub user_id: UserId,
    pub start_time: Timestamp,
    /// Set once the session has ended.
    pub end: Option<End>,
    #[serde(default)]
    pub note: Option<Note>,
    /// Ascending, within the session; only the last may be open, and only while the session is under way.
    #[serde(default)]
    pub pauses: Vec<Interval>,
    /// Whether its end was guessed, and nobody has said since that it is right.
    #[serde(default)]
    pub needs_review: bool,
    #[serde(default)]
    pub edits: Vec<Edit>,
}

/// When a session ended, and which date that was for its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub at: Timestamp,
    pub date: NaiveDate,
    /// Where its hours were counted; `None` for a session from before hours were, whose hours are in no day.
    #[serde(default)]
    pub zone: Option<Tz>,
    #[serde(default)]
    pub by: EndedBy,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    #[default]
    User,
    /// The program, for a session that was forgotten.
    Sweep,
}

/// A correction, with what was there before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    pub at: Timestamp,
    pub by: UserId,
    pub former: Former,
}

/// What a correction replaced; what it left alone is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    /// Null: there was none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "nullable::given")]
    pub note: Option<Nullable<Note>>,
}

/// A reminder that a session has been going on for long; there is at most one for each session and number of hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = NudgeView)]
pub struct Nudge {
    pub id: String,
    pub user_id: UserId,
    pub work_session_id: WorkSessionId,
    pub hours: u8,
    pub created_at: Timestamp,
}

impl Nudge {
    pub fn new(session: &WorkSession, hours: u8, now: Timestamp) -> Self {
        let id = format!("{}-{hours}h", session.id);
        Self { id, user_id: session.user_id, work_session_id: session.id, hours, created_at: now }
    }
}

/// What a user says of a session that is over.
#[derive(Debug, Clone)]
pub struct NewWorkSession {
    pub times: Times,
    pub note: Option<Note>,
}

/// The start and the end of a session as a person states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Times {
    /// Errors: `InvalidField`, naming the rule.
    pub fn new(start: Timestamp, end: Timestamp, now: Timestamp) -> Result<Self> {
        let (field, broken) = if start < EARLIEST {
            ("start_time", Rule::field("lies before the year 2000"))
        } else if end <= start {
            ("end_time", Rule::field("must be after 'start_time'"))
        } else if end > now {
            ("end_time", Rule::field("must not be in the future"))
        } else if end.since(start) > MAX_STATED {
            ("end_time", Rule::sentence(Code::InvalidField, "A session cannot be longer than 24 hours"))
        } else {
            return Ok(Self { start, end });
        };
        Err(broken.of_field(field))
    }
}

/// What to correct of a session; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct WorkSessionPatch {
    pub start_time: Option<Timestamp>,
    pub end_time: Option<Timestamp>,
    /// Null takes it away.
    pub note: Option<Nullable<Note>>,
}

impl WorkSession {
    pub fn start(id: WorkSessionId, user_id: UserId, now: Timestamp) -> Self {
        let (note, pauses, edits) = Default::default();
        Self { id, user_id, start_time: now, end: None, note, pauses, needs_review: false, edits }
    }

    /// A session that is over when it is written down.
    pub fn past(id: WorkSessionId, user_id: UserId, times: Times, zone: Tz) -> Self {
        Self::start(id, user_id, times.start).ended(times.end, zone, EndedBy::User)
    }

    /// The session once ended, in the zone where its user is. It does not end before anything that is known of it, so
    /// that a clock that was set back does no harm.
    #[must_use]
    pub fn ended(&self, at: Timestamp, zone: Tz, by: EndedBy) -> Self {
        let at = at.max(self.latest());
        let end = Some(End { at, date: at.date_in(zone), zone: Some(zone), by });
        let pauses = clipped(&self.pauses, self.start_time, at);
        Self { end, pauses, needs_review: by == EndedBy::Sweep, ..self.clone() }
    }

    /// The session once interrupted; `None` when it is. Errors: `SessionEnded`, `TooManyPauses`.
    pub fn paused(&self, now: Timestamp) -> Result<Option<Self>> {
        self.check_active()?;
        if self.is_paused() {
            return Ok(None);
        }
        if self.pauses.len() >= MAX_PAUSES {
            return Err(Error::new(Code::TooManyPauses, "A session cannot be interrupted more than 500 times"));
        }
        let mut paused = self.clone();
        paused.pauses.push(Interval::open(now.max(self.latest())));
        Ok(Some(paused))
    }

    /// The session once taken up again; `None` when it is not interrupted. Errors: `SessionEnded`.
    pub fn resumed(&self, now: Timestamp) -> Result<Option<Self>> {
        self.check_active()?;
        let mut resumed = self.clone();
        let Some(pause) = resumed.pauses.last_mut().filter(|pause| pause.is_open()) else { return Ok(None) };
        pause.to = Some(now.max(pause.from));
        Ok(Some(resumed))
    }

    /// The session once corrected by somebody, in `zone` unless it has one; `None` when that changes nothing at all.
    /// Errors: `InvalidField`, `SessionActive` for the times of one that is under way, `TooManyEdits`.
    pub fn patched(&self, patch: &WorkSessionPatch, by: UserId, now: Timestamp, zone: Tz) -> Result<Option<Self>> {
        let mut patched = self.clone();
        patched.note = patch.note.clone().map_or_else(|| self.note.clone(), |note| note.0);
        let Some(end) = self.end else {
            if patch.start_time.is_some() || patch.end_time.is_some() {
                return Err(Error::new(Code::SessionActive, "The times of an active session cannot be corrected; end it first"));
            }
            return Ok((patched != *self).then_some(patched));
        };
        let (start, at) = (patch.start_time.unwrap_or(self.start_time), patch.end_time.unwrap_or(end.at));
        if (start, at) != (self.start_time, end.at) {
            let times = Times::new(start, at, now)?;
            let zone = end.zone.unwrap_or(zone);
            patched.start_time = times.start;
            patched.end = Some(End { at, date: at.date_in(zone), zone: Some(zone), by: end.by });
            patched.pauses = clipped(&self.pauses, start, at);
        }
        patched.needs_review = false;
        let former = Former {
            start_time: (start != self.start_time).then_some(self.start_time),
            end_time: (at != end.at).then_some(end.at),
            note: (patched.note != self.note).then(|| Nullable(self.note.clone())),
        };
        if former != Former::default() {
            if self.edits.len() >= MAX_EDITS {
                return Err(Error::new(Code::TooManyEdits, "A session cannot be corrected more than 200 times"));
            }
            patched.edits.push(Edit { at: now, by, former });
        }
        Ok((patched != *self).then_some(patched))
    }

    pub fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(Interval::is_open)
    }

    /// `None` while it is under way.
    pub fn times(&self) -> Option<Times> {
        Some(Times { start: self.start_time, end: self.end?.at })
    }

    /// From start to end, pauses included, in microseconds; `None` while it is under way.
    pub fn span_micros(&self) -> Option<u64> {
        Some(micros(self.end?.at.since(self.start_time)))
    }

    /// The time worked, in microseconds, once it has ended.
    pub fn micros(&self) -> Option<u64> {
        Some(micros(self.worked_by(self.end?.at)))
    }

    /// The time worked until then.
    pub fn worked_by(&self, at: Timestamp) -> Duration {
        interval::outside(self.start_time, at, &self.pauses).into_iter().map(|(from, to)| to.since(from)).sum()
    }

    /// The hours in which it was worked, in the order of time; those of its last two months when it is longer.
    pub fn hours(&self) -> Vec<HourShare> {
        let Some(End { at, zone: Some(zone), .. }) = self.end else { return Vec::new() };
        let from = self.start_time.max(at.minus(COUNTED));
        let worked = interval::outside(from, at, &self.pauses);
        worked.into_iter().flat_map(|(from, to)| wall_clock::split_by_hour(from, to, zone)).collect()
    }

    /// Whether it and a stretch of time share more than an end.
    pub fn overlaps(&self, times: Times) -> bool {
        self.start_time < times.end && self.end.is_none_or(|end| times.start < end.at)
    }

    fn check_active(&self) -> Result<()> {
        if self.end.is_none() { Ok(()) } else { Err(Error::new(Code::SessionEnded, "The session has ended")) }
    }

    /// The latest instant that is known of it.
    fn latest(&self) -> Timestamp {
        self.pauses.last().map_or(self.start_time, |pause| pause.to.unwrap_or(pause.from))
    }
}

fn clipped(pauses: &[Interval], from: Timestamp, to: Timestamp) -> Vec<Interval> {
    pauses.iter().filter_map(|pause| pause.within(from, to)).collect()
}

fn micros(length: Duration) -> u64 {
    u64::try_from(length.as_micros()).unwrap_or(u64::MAX)
}

impl Resource for WorkSession {
    const NOUN: &'static str = "Work session";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        EARLIEST.plus(Duration::from_secs(u64::try_from(minutes).expect("positive") * 60))
    }

    fn session() -> WorkSession {
        WorkSession::start(WorkSessionId::new(uuid::Uuid::nil()), UserId::new(uuid::Uuid::nil()), at(10))
    }

    fn minutes(session: &WorkSession) -> Option<u64> {
        session.micros().map(|micros| micros / 60_000_000)
    }

    #[test]
    fn a_session_never_ends_before_it_began() {
        assert_eq!(session().micros(), None);
        assert_eq!(minutes(&session().ended(at(4), Tz::UTC, EndedBy::User)), Some(0));
        assert_eq!(minutes(&session().ended(at(25), Tz::UTC, EndedBy::User)), Some(15));
    }

    #[test]
    fn pauses_are_no_work() {
        let paused = session().paused(at(20)).expect("active").expect("a change");
        assert_eq!(paused.paused(at(21)).expect("active"), None);
        let ended = paused.ended(at(60), Tz::UTC, EndedBy::User);
        assert_eq!((minutes(&ended), ended.pauses[0].to), (Some(10), Some(at(60))));
        let resumed = paused.resumed(at(30)).expect("active").expect("a change");
        assert_eq!(resumed.resumed(at(31)).expect("active"), None);
        // The clock was set back meanwhile.
        let again = resumed.paused(at(25)).expect("active").expect("a change");
        assert_eq!(again.pauses[1].from, at(30));
        let ended = resumed.ended(at(60), Tz::UTC, EndedBy::User);
        assert_eq!(minutes(&ended), Some(40));
        assert_eq!(ended.hours().iter().map(|share| share.micros).sum::<u64>(), 40 * 60_000_000);
        assert_eq!(ended.paused(at(70)).expect_err("ended").code(), Code::SessionEnded);
    }

    #[test]
    fn a_correction_keeps_what_was_there_before() {
        let by = UserId::new(uuid::Uuid::nil());
        let guessed = session().ended(at(70), Tz::UTC, EndedBy::Sweep);
        assert!(guessed.needs_review);
        let right = guessed.patched(&WorkSessionPatch::default(), by, at(99), Tz::UTC).expect("good").expect("a change");
        assert!(!right.needs_review && right.edits.is_empty());
        assert_eq!(right.patched(&WorkSessionPatch::default(), by, at(99), Tz::UTC).expect("good"), None);
        let patch = WorkSessionPatch {
            end_time: Some(at(40)),
            note: Some(Nullable(Note::parse(" x ").expect("short"))),
            ..Default::default()
        };
        let edited = guessed.patched(&patch, by, at(99), Tz::UTC).expect("good").expect("a change");
        assert_eq!(minutes(&edited), Some(30));
        let former = Former { start_time: None, end_time: Some(at(70)), note: Some(Nullable(None)) };
        assert_eq!(edited.edits, [Edit { at: at(99), by, former }]);
        let text = serde_json::to_string(&edited).expect("JSON");
        assert_eq!(serde_json::from_str::<WorkSession>(&text).expect("read back"), edited);
        assert_eq!(session().patched(&patch, by, at(99), Tz::UTC).expect_err("active").code(), Code::SessionActive);
    }

    #[test]
    fn a_session_from_before_can_be_read() {
        let text = r#"{"id":"00000000-0000-0000-0000-000000000000","user_id":"00000000-0000-0000-0000-000000000000",
            "start_time":"2025-09-24T09:00:00.000000Z","end":{"at":"2025-09-24T11:00:00.000000Z","date":"2025-09-24"}}"#;
        let old: WorkSession = serde_json::from_str(text).expect("a session");
        assert_eq!((minutes(&old), old.hours(), old.end.map(|end| end.by)), (Some(120), vec![], Some(EndedBy::User)));
    }

    #[test]
    fn a_session_of_months_is_counted_for_no_more_dates_than_a_batch_takes() {
        let long = session().ended(at(60 * 24 * 400), Tz::America__Lima, EndedBy::User);
        let dates: std::collections::BTreeSet<_> = long.hours().iter().map(|share| share.date).collect();
        assert!((62..=64).contains(&dates.len()), "{}", dates.len());
    }

    #[test]
    fn stated_times_are_held_to_the_rules() {
        let check = |start, end| Times::new(start, end, at(3000)).is_ok();
        assert!(check(at(0), at(1440)) && check(at(2999), at(3000)));
        assert!(!check(at(0), at(1441)) && !check(at(5), at(5)) && !check(at(2999), at(3001)));
        assert!(!check(EARLIEST.minus(Duration::from_secs(1)), at(1)));
    }
}
