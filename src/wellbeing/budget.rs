//! What reminders there are, and what may still be said of each: what was said already, and how it was answered (R-B5). Pure.

use std::{collections::BTreeMap, time::Duration};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kernel::Timestamp;

/// Two reminders are at least so far apart, of whatever kinds.
pub const APART: Duration = Duration::from_mins(30);
/// After so many that were ignored in a row, the next ones of the kind take twice as long to come.
const IGNORED: u8 = 2;

/// What somebody can be reminded of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminder {
    SessionRunning,
    BreakOverdue,
    Lunch,
    BreakDue,
    OverloadAhead,
    Tasks,
    CheckIn,
    Hydration,
}

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Health,
    Nudge,
}

impl Reminder {
    /// Those that matter most first: where several could be said, the first one is.
    pub const ALL: [Self; 8] = [
        Self::SessionRunning,
        Self::BreakOverdue,
        Self::Lunch,
        Self::BreakDue,
        Self::OverloadAhead,
        Self::Tasks,
        Self::CheckIn,
        Self::Hydration,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::SessionRunning => "session_running",
            Self::BreakOverdue => "break_overdue",
            Self::Lunch => "lunch",
            Self::BreakDue => "break_due",
            Self::OverloadAhead => "overload_ahead",
            Self::Tasks => "tasks",
            Self::CheckIn => "check_in",
            Self::Hydration => "hydration",
        }
    }

    pub const fn class(self) -> Class {
        match self {
            Self::BreakDue | Self::BreakOverdue | Self::Lunch | Self::Hydration => Class::Health,
            Self::SessionRunning | Self::OverloadAhead | Self::CheckIn | Self::Tasks => Class::Nudge,
        }
    }
}

impl Class {
    /// How many a date has at most.
    pub const fn most(self) -> u8 {
        match self {
            Self::Health => 6,
            Self::Nudge => 2,
        }
    }
}

/// What was said, as far as it decides what may be said next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// The date that the counts are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date: Option<NaiveDate>,
    #[serde(default)]
    health: u8,
    #[serde(default)]
    nudges: u8,
    /// The date of the last look, if the user was present then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen_on: Option<NaiveDate>,
    /// The last that was said of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<(Timestamp, Reminder)>,
    #[serde(default)]
    of: BTreeMap<Reminder, Said>,
}

/// What was said of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// Whether nothing has answered it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    open: bool,
    /// How many before it were ignored in a row.
    #[serde(default, skip_serializing_if = "is_zero")]
    ignored: u8,
    /// Whether the next ones take twice as long, until one is acted on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    doubled: bool,
    /// The date of which one was dismissed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    silent_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snoozed: Option<Snoozed>,
    /// Of tasks: how many were completed in all when it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    completed: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u8) -> bool {
    *count == 0
}

/// A reminder that is to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snoozed {
    pub id: Uuid,
    pub until: Timestamp,
}

impl Budget {
    /// Somebody looks: on that date, if the user is present.
    pub fn seen(&mut self, date: Option<NaiveDate>) {
        self.seen_on = date;
    }

    pub fn is_seen(&self, date: NaiveDate) -> bool {
        self.seen_on == Some(date)
    }

    /// Something new is said.
    pub fn said(&mut self, reminder: Reminder, at: Timestamp, date: NaiveDate) {
        // The user's date may go back, and nobody is told more for that.
        if self.date < Some(date) {
            (self.date, self.health, self.nudges) = (Some(date), 0, 0);
        }
        let count = match reminder.class() {
            Class::Health => &mut self.health,
            Class::Nudge => &mut self.nudges,
        };
        *count = count.saturating_add(1);
        self.last = Some((at, reminder));
        let of = self.of.entry(reminder).or_default();
        of.ignored = if of.open { IGNORED.min(of.ignored + 1) } else { 0 };
        of.doubled |= of.ignored >= IGNORED;
        (of.at, of.open, of.snoozed) = (Some(at), true, None);
    }

    /// What was snoozed is said again: it is no other reminder.
    pub fn returned(&mut self, reminder: Reminder, at: Timestamp) {
        self.last = Some((at, reminder));
        let of = self.of.entry(reminder).or_default();
        (of.at, of.open, of.snoozed) = (Some(at), true, None);
    }

    /// The last one was acted on: by what it asks for, or by saying so.
    pub fn acted(&mut self, reminder: Reminder) {
        if let Some(of) = self.of.get_mut(&reminder) {
            (of.open, of.ignored, of.doubled, of.snoozed) = (false, 0, false, None);
        }
    }

    pub fn dismissed(&mut self, reminder: Reminder, date: NaiveDate) {
        let of = self.of.entry(reminder).or_default();
        (of.open, of.ignored, of.snoozed) = (false, 0, None);
        of.silent_on = of.silent_on.max(Some(date));
    }

    pub fn snoozed(&mut self, reminder: Reminder, snoozed: Snoozed) {
        let of = self.of.entry(reminder).or_default();
        (of.open, of.ignored, of.snoozed) = (false, 0, Some(snoozed));
    }

    /// What was snoozed does not return.
    pub fn forget_snoozed(&mut self, reminder: Reminder) {
        if let Some(of) = self.of.get_mut(&reminder) {
            of.snoozed = None;
        }
    }

    /// Remembers how many tasks had been completed when they were spoken of.
    pub fn mark_completed(&mut self, count: u64) {
        self.of.entry(Reminder::Tasks).or_default().completed = Some(count);
    }

    pub fn completed(&self) -> Option<u64> {
        self.of(Reminder::Tasks).completed
    }

    /// The last that was said of all.
    pub fn last(&self) -> Option<(Timestamp, Reminder)> {
        self.last
    }

    /// When the kind was last spoken of.
    pub fn last_of(&self, reminder: Reminder) -> Option<Timestamp> {
        self.of(reminder).at
    }

    /// Whether nothing has answered the last one of the kind.
    pub fn is_open(&self, reminder: Reminder) -> bool {
        self.of(reminder).open
    }

    pub fn snooze_of(&self, reminder: Reminder) -> Option<Snoozed> {
        self.of(reminder).snoozed
    }

    /// Whether nothing of the kind is said on a date any more: one was dismissed, or there were enough of its class.
    pub fn is_spent(&self, reminder: Reminder, date: NaiveDate) -> bool {
        let count = match reminder.class() {
            Class::Health => self.health,
            Class::Nudge => self.nudges,
        };
        self.is_dismissed(reminder, date) || (self.date >= Some(date) && count >= reminder.class().most())
    }

    pub fn is_dismissed(&self, reminder: Reminder, date: NaiveDate) -> bool {
        self.of(reminder).silent_on >= Some(date)
    }

    /// Whether an answer to the kind lets the next one come earlier than it would.
    pub fn is_held_back(&self, reminder: Reminder) -> bool {
        self.is_doubled(reminder) || self.snooze_of(reminder).is_some()
    }

    /// Whether the next one of the kind takes twice as long to come.
    pub fn is_doubled(&self, reminder: Reminder) -> bool {
        let of = self.of(reminder);
        of.doubled || of.ignored + u8::from(of.open) >= IGNORED
    }

    fn of(&self, reminder: Reminder) -> Said {
        self.of.get(&reminder).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: u64) -> Timestamp {
        "2026-01-14T00:00:00Z".parse::<Timestamp>().expect("a time").plus(Duration::from_secs(minutes * 60))
    }

    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, day).expect("a date")
    }

    #[test]
    fn r_b5_a_date_has_six_of_health_and_two_others() {
        let mut budget = Budget::default();
        for n in 0..6 {
            assert!(!budget.is_spent(Reminder::BreakDue, date(14)), "{n}");
            budget.said(Reminder::Hydration, at(n * 30), date(14));
        }
        assert!(budget.is_spent(Reminder::BreakDue, date(14)) && !budget.is_spent(Reminder::Tasks, date(14)));
        budget.said(Reminder::Tasks, at(200), date(14));
        budget.said(Reminder::CheckIn, at(230), date(14));
        assert!(budget.is_spent(Reminder::SessionRunning, date(14)) && !budget.is_spent(Reminder::SessionRunning, date(15)));
        // The date went back, as after a move to the west.
        assert!(budget.is_spent(Reminder::SessionRunning, date(13)));
        budget.said(Reminder::Tasks, at(2_000), date(15));
        assert!(!budget.is_spent(Reminder::CheckIn, date(15)));
    }

    #[test]
    fn r_b5_two_ignored_in_a_row_double_until_one_is_acted_on() {
        let mut budget = Budget::default();
        let of = Reminder::Lunch;
        let said = |budget: &mut Budget| budget.said(of, at(0), date(14));
        said(&mut budget);
        assert!(!budget.is_doubled(of));
        said(&mut budget);
        assert!(budget.is_doubled(of));
        // Dismissing is no acting on it, nor is snoozing.
        said(&mut budget);
        budget.dismissed(of, date(14));
        said(&mut budget);
        budget.snoozed(of, Snoozed { id: Uuid::nil(), until: at(15) });
        assert!(budget.is_doubled(of));
        budget.acted(of);
        assert!(!budget.is_doubled(of));
        // One that was dismissed was not ignored.
        said(&mut budget);
        budget.dismissed(of, date(14));
        said(&mut budget);
        assert!(!budget.is_doubled(of));
        assert!(!budget.is_doubled(Reminder::BreakDue));
    }

    #[test]
    fn it_is_read_as_it_was_written_and_small() {
        let mut budget = Budget::default();
        for reminder in Reminder::ALL {
            budget.said(reminder, at(0), date(14));
            budget.said(reminder, at(0), date(14));
            budget.snoozed(reminder, Snoozed { id: Uuid::nil(), until: at(15) });
            assert_eq!(serde_json::to_value(reminder).expect("JSON"), reminder.name());
        }
        let text = serde_json::to_string(&budget).expect("JSON");
        assert_eq!(serde_json::from_str::<Budget>(&text).expect("read back"), budget);
        assert!(text.len() < 1_400, "{}", text.len());
        assert_eq!(serde_json::from_str::<Budget>("{}").expect("read"), Budget::default());
    }
}
