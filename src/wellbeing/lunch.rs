//! When lunch is to be had on a date, and whether it was. Pure.

use std::time::Duration;

use chrono::NaiveDate;

use crate::{
    accounts::settings::model::Lunch,
    kernel::{DayRule, Timestamp},
};

/// A rest of so much within the window is lunch.
pub const LEAST: Duration = Duration::from_mins(30);

/// The instants from which and before which lunch is to be had on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Window {
    /// That of the settings, on the clock on the wall.
    pub fn on(date: NaiveDate, lunch: Lunch, days: DayRule) -> Self {
        let from = days.instant_on(date, lunch.from.0);
        // A start of days within it does not cut it.
        Self { from, to: days.instant_on(date, lunch.to.0).max(from) }
    }

    pub fn has(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// Whether enough of a rest lies in it.
    pub fn has_of(self, from: Timestamp, to: Timestamp) -> bool {
        to.min(self.to).since(from.max(self.from)) >= LEAST
    }

    /// When a rest had become lunch, if it did.
    pub fn had_by(self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        self.has_of(from, to).then(|| from.max(self.from).plus(LEAST))
    }
}
