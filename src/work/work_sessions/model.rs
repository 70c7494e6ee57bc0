//! What a work session is and how it goes on. Pure. How it is corrected is told in `corrections`, what it says of breaks in
//! `breaks`, and when it is taken for forgotten in `review`.

mod times;

use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::times::FOREVER;
pub use self::times::{Began, EARLIEST, MAX_STATED, Moment, Times};
pub use super::note::Note;
use crate::kernel::{
    Code, DayRule, DayStart, Error, HourShare, Id, Interval, Nullable, Resource, Result, Timestamp, UserId, interval, nullable,
    wall_clock,
};

pub type WorkSessionId = Id<WorkSession>;

/// The most that a session may be interrupted.
pub const MAX_PAUSES: usize = 500;
/// The most that a session may be corrected.
pub const MAX_EDITS: usize = 200;
/// The most that its pauses and what is kept of its corrections may weigh, in bytes as they are stored.
pub const MAX_HISTORY: usize = 64 * 1024;
/// A shorter interruption is no break, and no work either.
pub const BREAK: Duration = Duration::from_mins(5);
/// After how many minutes of continuous work a break is due.
pub const BREAK_AFTER: u16 = 50;
/// How much of a session, up to its end, is counted for hours and dates: one that was left running for longer says
/// nothing of when somebody worked, and each date more is a document more to write.
pub(super) const COUNTED: Duration = Duration::from_hours(62 * 24);

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
    /// Ascending, as they were entered: what of them lies beyond the session after a correction is kept for the opposite
    /// one, and is neither shown nor counted. Only the last may be open, and only while the session is under way.
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
    /// When dates began there.
    #[serde(default, skip_serializing_if = "DayStart::is_midnight")]
    pub day_start: DayStart,
    #[serde(default)]
    pub by: EndedBy,
    /// After how many minutes of work a break was due when it was counted; `None` for a session from before breaks,
    /// starts and ends were counted, which counts for none.
    #[serde(default)]
    pub break_after: Option<u16>,
}

impl End {
    pub fn new(at: Timestamp, days: DayRule, by: EndedBy) -> Self {
        let (zone, day_start, break_after) = (Some(days.zone), days.day_start, Some(BREAK_AFTER));
        Self { at, date: days.date_at(at), zone, day_start, by, break_after }
    }

    /// The rule of dates by which its hours were counted, if they were.
    pub fn days(self) -> Option<DayRule> {
        self.zone.map(|zone| DayRule { zone, day_start: self.day_start })
    }
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
    /// Whether it brought back what was there before an earlier one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undoes: bool,
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
    /// The pauses that were shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pauses: Option<Kept>,
    /// The pauses as they were entered, where that is more than was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<Kept>,
}

/// Pauses that were replaced, in half the bytes of those that were not: a pair of microseconds each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(i64, Option<i64>)>", into = "Vec<(i64, Option<i64>)>")]
pub struct Kept(pub Vec<Interval>);

impl From<Vec<(i64, Option<i64>)>> for Kept {
    fn from(pairs: Vec<(i64, Option<i64>)>) -> Self {
        let at = Timestamp::from_micros;
        Self(pairs.into_iter().map(|(from, to)| Interval { from: at(from), to: to.map(at) }).collect())
    }
}

impl From<Kept> for Vec<(i64, Option<i64>)> {
    fn from(kept: Kept) -> Self {
        kept.0.into_iter().map(|pause| (pause.from.micros(), pause.to.map(Timestamp::micros))).collect()
    }
}

/// What a user says of a session that is over.
#[derive(Debug, Clone)]
pub struct NewWorkSession {
    pub times: Times,
    pub note: Option<Note>,
}

/// What to correct of a session; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct WorkSessionPatch {
    pub start_time: Option<Timestamp>,
    pub end_time: Option<Timestamp>,
    /// Null takes it away.
    pub note: Option<Nullable<Note>>,
    /// In any order; they take the place of those that there are.
    pub pauses: Option<Vec<Interval>>,
}

impl WorkSession {
    pub fn start(id: WorkSessionId, user_id: UserId, now: Timestamp) -> Self {
        let (note, pauses, edits) = Default::default();
        Self { id, user_id, start_time: now, end: None, note, pauses, needs_review: false, edits }
    }

    /// A session that is over when it is written down.
    pub fn past(id: WorkSessionId, user_id: UserId, times: Times, days: DayRule) -> Self {
        Self::start(id, user_id, times.start).ended(times.end, days, EndedBy::User)
    }

    /// The session once ended, as [`Self::ended`], by its user. Errors: `InvalidField`.
    pub fn ended_at(&self, moment: Moment, days: DayRule) -> Result<Self> {
        Ok(self.ended(moment.after(self.latest())?, days, EndedBy::User))
    }

    /// The session once ended, by the rule of its user's dates. It does not end before anything that is known of it, so
    /// that a clock that was set back does no harm.
    #[must_use]
    pub fn ended(&self, at: Timestamp, days: DayRule, by: EndedBy) -> Self {
        let at = at.max(self.latest());
        let end = Some(End::new(at, days, by));
        let pauses = clipped(&self.pauses, self.start_time, at);
        Self { end, pauses, needs_review: by == EndedBy::Sweep, ..self.clone() }
    }

    /// The session once interrupted; `None` when it is. Errors: `SessionEnded`, `TooManyPauses`, `InvalidField`.
    pub fn paused(&self, moment: Moment) -> Result<Option<Self>> {
        self.check_active()?;
        if self.is_paused() {
            return Ok(None);
        }
        if self.pauses.len() >= MAX_PAUSES {
            return Err(Error::new(Code::TooManyPauses, "A session cannot be interrupted more than 500 times"));
        }
        let mut paused = self.clone();
        paused.pauses.push(Interval::open(moment.after(self.latest())?));
        Ok(Some(paused))
    }

    /// The session once taken up again; `None` when it is not interrupted. Errors: `SessionEnded`, `InvalidField`.
    pub fn resumed(&self, moment: Moment) -> Result<Option<Self>> {
        self.check_active()?;
        let mut resumed = self.clone();
        let Some(pause) = resumed.pauses.pop_if(|pause| pause.is_open()) else { return Ok(None) };
        let to = moment.after(pause.from)?;
        // One that took no time was none.
        resumed.pauses.extend(pause.within(pause.from, to));
        Ok(Some(resumed))
    }

    /// The session counted as that of a user for whom a break is due after so many minutes of work.
    #[must_use]
    pub fn with_breaks_after(self, minutes: u16) -> Self {
        Self { end: self.end.map(|end| End { break_after: Some(minutes), ..end }), ..self }
    }

    pub fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(Interval::is_open)
    }

    /// The time that it takes up, which goes on for ever while it is under way.
    pub fn times(&self) -> Times {
        Times { start: self.start_time, end: self.end.map_or(FOREVER, |end| end.at) }
    }

    /// The time that a session takes up which begins then and is under way.
    pub fn times_from(start: Timestamp) -> Times {
        Times { start, end: FOREVER }
    }

    /// What of its pauses lies within it.
    pub fn shown_pauses(&self) -> Vec<Interval> {
        self.end.map_or_else(|| self.pauses.clone(), |end| clipped(&self.pauses, self.start_time, end.at))
    }

    /// The rule of dates by which it was counted, or else the one that is given.
    pub fn days_or(&self, days: DayRule) -> DayRule {
        self.end.and_then(End::days).unwrap_or(days)
    }

    /// The time worked, in microseconds, once it has ended.
    pub fn micros(&self) -> Option<u64> {
        Some(micros(self.worked_by(self.end?.at)))
    }

    /// The time worked until then.
    pub fn worked_by(&self, at: Timestamp) -> Duration {
        interval::outside(self.start_time, at, &self.pauses).into_iter().map(|(from, to)| to.since(from)).sum()
    }

    /// When so much time will have been worked, or was, if it goes on as it is; `None` where it does not come to that.
    pub fn reaches(&self, length: Duration) -> Option<Timestamp> {
        let mut left = length;
        for (from, to) in interval::outside(self.start_time, self.end.map_or(FOREVER, |end| end.at), &self.pauses) {
            let stretch = to.since(from);
            if left <= stretch {
                return Some(from.plus(left));
            }
            left -= stretch;
        }
        None
    }

    /// The hours in which it was worked, in the order of time; those of its last two months when it is longer.
    pub fn hours(&self) -> Vec<HourShare> {
        let Some((at, days)) = self.end.and_then(|end| Some((end.at, end.days()?))) else { return Vec::new() };
        let from = self.start_time.max(at.minus(COUNTED));
        let worked = interval::outside(from, at, &self.pauses);
        worked.into_iter().flat_map(|(from, to)| wall_clock::split_by_hour(from, to, days)).collect()
    }

    /// Whether it ended when it began.
    pub fn is_instant(&self) -> bool {
        self.end.is_some_and(|end| end.at <= self.start_time)
    }

    /// Whether it and a stretch of time share more than an end.
    pub fn overlaps(&self, times: Times) -> bool {
        self.start_time < times.end && self.end.is_none_or(|end| times.start < end.at)
    }

    fn check_active(&self) -> Result<()> {
        if self.end.is_none() { Ok(()) } else { Err(Error::new(Code::SessionEnded, "The session has ended")) }
    }

    /// The latest instant that is known of it.
    pub(super) fn latest(&self) -> Timestamp {
        self.pauses.last().map_or(self.start_time, |pause| pause.to.unwrap_or(pause.from))
    }
}

/// What of the pauses lies within the bounds.
pub(super) fn clipped(pauses: &[Interval], from: Timestamp, to: Timestamp) -> Vec<Interval> {
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
    use chrono_tz::UTC;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        EARLIEST.plus(Duration::from_secs(u64::try_from(minutes).expect("positive") * 60))
    }

    fn session() -> WorkSession {
        WorkSession::start(WorkSessionId::new(uuid::Uuid::nil()), UserId::new(uuid::Uuid::nil()), at(10))
    }

    fn now(minutes: i64) -> Moment {
        Moment { now: at(minutes), stated: None }
    }

    fn minutes(session: &WorkSession) -> Option<u64> {
        session.micros().map(|micros| micros / 60_000_000)
    }

    #[test]
    fn a_session_never_ends_before_it_began() {
        assert_eq!(session().micros(), None);
        assert_eq!(minutes(&session().ended(at(4), UTC.into(), EndedBy::User)), Some(0));
        assert_eq!(minutes(&session().ended(at(25), UTC.into(), EndedBy::User)), Some(15));
    }

    #[test]
    fn pauses_are_no_work() {
        let paused = session().paused(now(20)).expect("active").expect("a change");
        assert_eq!(paused.paused(now(21)).expect("active"), None);
        let ended = paused.ended(at(60), UTC.into(), EndedBy::User);
        assert_eq!((minutes(&ended), ended.pauses[0].to), (Some(10), Some(at(60))));
        let resumed = paused.resumed(now(30)).expect("active").expect("a change");
        assert_eq!(resumed.resumed(now(31)).expect("active"), None);
        // The clock was set back meanwhile.
        let again = resumed.paused(now(25)).expect("active").expect("a change");
        assert_eq!(again.pauses[1].from, at(30));
        let ended = resumed.ended(at(60), UTC.into(), EndedBy::User);
        assert_eq!(minutes(&ended), Some(40));
        assert_eq!(ended.hours().iter().map(|share| share.micros).sum::<u64>(), 40 * 60_000_000);
        assert_eq!(ended.paused(now(70)).expect_err("ended").code(), Code::SessionEnded);
    }

    #[test]
    fn a_session_from_before_can_be_read() {
        let text = r#"{"id":"00000000-0000-0000-0000-000000000000","user_id":"00000000-0000-0000-0000-000000000000",
            "start_time":"2025-09-24T09:00:00.000000Z","end":{"at":"2025-09-24T11:00:00.000000Z","date":"2025-09-24"}}"#;
        let old: WorkSession = serde_json::from_str(text).expect("a session");
        assert_eq!((minutes(&old), old.hours(), old.end.map(|end| end.by)), (Some(120), vec![], Some(EndedBy::User)));
        assert_eq!(old.signs(), []);
    }

    #[test]
    fn a_session_of_months_is_counted_for_no_more_dates_than_a_batch_takes() {
        let long = session().ended(at(60 * 24 * 400), Tz::America__Lima.into(), EndedBy::User);
        let told = long.signs().into_iter().map(|(date, _)| date);
        let dates: std::collections::BTreeSet<_> = long.hours().iter().map(|share| share.date).chain(told).collect();
        assert!((62..=64).contains(&dates.len()), "{}", dates.len());
    }
}
