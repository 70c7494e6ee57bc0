//! The summary document: what is known of a user without reading anything else. Pure transitions.

use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    calendar::Calendar,
    counts::{Counted, Counts},
    day::Day,
    dues::Dues,
    facts::Facts,
    former,
};
use crate::{
    kernel::{Timestamp, UserId},
    store::Entity,
};

/// The id of the one summary in a user's partition.
pub const ID: &str = "summary";

/// The number of the first change: the registration.
pub const FIRST_SEQ: u64 = 1;

/// How long the summary of an erased user stays, so that no late request brings the user back.
const CLOSED_TTL: Duration = Duration::from_hours(24);

/// A user's counters, streak, latest day, facts, dues and change number.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "former::StoredSummary")]
pub struct Summary {
    pub user_id: UserId,
    /// How many changes there were; each document bears the number of the change that wrote it last.
    pub seq: u64,
    pub time_zone: Tz,
    /// Whether the account is being deleted or is gone: from then on nothing can be written for the user.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) closed: bool,
    /// When the closed summary goes too, once everything else of the user is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) forget_at: Option<Timestamp>,
    /// What exists, by counter.
    pub counts: Counts,
    /// What slices keep here.
    #[serde(skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
    /// What is to be done for the user without a request, and when.
    #[serde(skip_serializing_if = "Dues::is_empty")]
    pub due: Dues,
    pub longest_streak: u32,
    /// The latest date with an entry; every earlier one is a document of its own.
    pub day: Option<Day>,
    pub active_days: Calendar,
}

impl Summary {
    pub fn new(user_id: UserId, time_zone: Tz) -> Self {
        Self {
            user_id,
            seq: FIRST_SEQ,
            time_zone,
            closed: false,
            forget_at: None,
            counts: Counts::default(),
            facts: Facts::default(),
            due: Dues::default(),
            longest_streak: 0,
            day: None,
            active_days: Calendar::default(),
        }
    }

    /// What is left when the account is deleted: nothing of the user but the id.
    #[must_use]
    pub(super) fn closed(&self) -> Self {
        Self { seq: self.seq, closed: true, ..Self::new(self.user_id, Tz::UTC) }
    }

    /// The closed summary once nothing else of the user is left.
    #[must_use]
    pub(super) fn erased_at(&self, now: Timestamp) -> Self {
        Self { forget_at: Some(now.plus(CLOSED_TTL)), ..self.closed() }
    }

    /// The same under another number.
    #[must_use]
    pub fn numbered(&self, seq: u64) -> Self {
        Self { seq, ..self.clone() }
    }

    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The user's date at an instant.
    pub fn date_at(&self, at: Timestamp) -> NaiveDate {
        at.date_in(self.time_zone)
    }

    /// Active days in a row up to today or, since a day that is not over breaks nothing, up to yesterday.
    pub fn current_streak(&self, now: Timestamp) -> u32 {
        self.active_days.run_on(self.date_at(now))
    }

    /// Changes the latest day. A later date takes its place; the day that was there is returned, to be stored.
    /// The date must not be earlier than the latest: those are documents, see [`Self::is_past`].
    pub(super) fn change_day(&mut self, date: NaiveDate, change: impl FnOnce(&mut Day)) -> Option<Day> {
        let former = self.day.take_if(|day| day.date < date);
        let day = self.day.get_or_insert_with(|| Day::new(date));
        change(day);
        let active = day.is_active();
        self.mark(date, active);
        // A day from which everything was taken back again is not worth a document.
        former.filter(|day| !day.is_blank())
    }

    /// Whether what happens on the date belongs to a document and not to the summary.
    pub(super) fn is_past(&self, date: NaiveDate) -> bool {
        self.day.as_ref().is_some_and(|day| date < day.date)
    }

    /// Records whether the date is active, and what follows for the longest streak.
    pub(super) fn mark(&mut self, date: NaiveDate, active: bool) {
        if self.active_days.contains(date) == active {
            return;
        }
        if active {
            self.active_days.insert(date);
        } else {
            self.active_days.remove(date);
        }
        self.longest_streak = self.active_days.longest_run();
    }
}

impl Counted for Summary {}

impl Entity for Summary {
    const KIND: &'static str = "summaries";

    fn document_id(&self) -> String {
        ID.into()
    }

    /// Only those of users to whom something is due are listed, by when the earliest of it is.
    fn sort(&self) -> Option<i64> {
        Some(self.due.earliest()?.micros())
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.forget_at
    }
}
