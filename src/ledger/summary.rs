//! The summary document: what is known of a user without reading anything else. Pure transitions.

use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    calendar::{Calendar, Run},
    day::Day,
};
use crate::{
    kernel::{Interval, Timestamp, UserId},
    store::Entity,
};

/// The id of the one summary in a user's partition.
pub const ID: &str = "summary";

/// The number of the first change: the registration.
pub const FIRST_SEQ: u64 = 1;

/// How long the summary of a deleted user stays, so that no late request brings the user back.
const CLOSED_FOR: Duration = Duration::from_hours(24);

/// A user's counters, streak, latest day, active session and change number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Summary {
    pub user_id: UserId,
    /// How many changes there were; each document bears the number of the change that wrote it last.
    pub seq: u64,
    pub time_zone: Tz,
    /// Set when the account is being deleted: from then on nothing can be written for the user, and then the summary
    /// goes too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_until: Option<Timestamp>,
    pub total_tasks: u64,
    pub completed_tasks: u64,
    /// Sessions that have ended.
    pub total_sessions: u64,
    /// The sum of their lengths, in microseconds.
    pub worked_micros: u64,
    /// The longest time from start to end, in microseconds, that any session ever had; never lowered. Whatever overlaps
    /// a stretch of time began at most that long before it.
    #[serde(default)]
    pub longest_span_micros: u64,
    pub active_session: Option<OpenSession>,
    pub longest_streak: u32,
    pub last_run: Option<Run>,
    /// The latest date with an entry; every earlier one is a document of its own.
    pub day: Option<Day>,
    pub active_days: Calendar,
}

/// The session that is under way: all there is to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSession {
    pub id: uuid::Uuid,
    pub start_time: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<Interval>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When the user was last known to be at it, if ever after the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sign: Option<Timestamp>,
    /// After how many hours the user was last reminded of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nudged: Option<u8>,
    /// When something is next to be done about it, unless something changes before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due: Option<Timestamp>,
}

impl Summary {
    pub fn new(user_id: UserId, time_zone: Tz) -> Self {
        Self {
            user_id,
            seq: FIRST_SEQ,
            time_zone,
            closed_until: None,
            total_tasks: 0,
            completed_tasks: 0,
            total_sessions: 0,
            worked_micros: 0,
            longest_span_micros: 0,
            active_session: None,
            longest_streak: 0,
            last_run: None,
            day: None,
            active_days: Calendar::default(),
        }
    }

    /// What is left when the account is deleted: nothing of the user but the id.
    #[must_use]
    pub fn closed_at(&self, now: Timestamp) -> Self {
        Self { seq: self.seq, closed_until: Some(now.plus(CLOSED_FOR)), ..Self::new(self.user_id, Tz::UTC) }
    }

    pub fn is_closed(&self) -> bool {
        self.closed_until.is_some()
    }

    /// The user's date at an instant.
    pub fn date_at(&self, at: Timestamp) -> NaiveDate {
        at.date_in(self.time_zone)
    }

    pub fn current_streak(&self, now: Timestamp) -> u32 {
        self.last_run.map_or(0, |run| run.streak_on(self.date_at(now)))
    }

    /// Changes the latest day. A later date takes its place; the day that was there is returned, to be stored.
    /// The date must not be earlier than the latest: those are documents, see [`Self::is_past`].
    pub(super) fn change_day(&mut self, date: NaiveDate, change: impl FnOnce(&mut Day)) -> Option<Day> {
        let former = self.day.take_if(|day| day.date < date);
        let day = self.day.get_or_insert_with(|| Day::new(date));
        change(day);
        let counts = day.counts();
        self.mark(date, counts);
        // A day from which everything was taken back again is not worth a document.
        former.filter(|day| !day.is_blank())
    }

    /// Whether what happens on the date belongs to a document and not to the summary.
    pub(super) fn is_past(&self, date: NaiveDate) -> bool {
        self.day.as_ref().is_some_and(|day| date < day.date)
    }

    /// Records whether the date counts, and what follows for the streaks.
    pub(super) fn mark(&mut self, date: NaiveDate, counts: bool) {
        if self.active_days.contains(date) == counts {
            return;
        }
        if counts {
            self.active_days.insert(date);
        } else {
            self.active_days.remove(date);
        }
        self.longest_streak = self.active_days.longest_run();
        self.last_run = self.active_days.last_run();
    }
}

impl Entity for Summary {
    const KIND: &'static str = "summaries";

    fn document_id(&self) -> String {
        ID.into()
    }

    /// Only those about which something is to be done are listed, by when that is.
    fn sort(&self) -> Option<i64> {
        Some(self.active_session.as_ref()?.next_due?.micros())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.closed_until
    }
}
