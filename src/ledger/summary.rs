//! The summary document: what is known of a user without reading anything else. Pure transitions.

use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    calendar::Calendar,
    counts::{Counted, Counts},
    day::Day,
    dues::Dues,
    facts::Facts,
    terms::{DayTerms, FormerTerms},
};
use crate::{
    kernel::{DayRule, DayStart, Timestamp, UserId},
    store::{Entity, Places},
};

/// The id of the one summary in a user's partition.
pub const ID: &str = "summary";

/// The number of the first change: the registration.
pub const FIRST_SEQ: u64 = 1;

/// How long the summary of an erased user stays, so that no late request brings the user back.
const CLOSED_TTL: Duration = Duration::from_hours(24);

/// A user's counters, streak, latest day, facts, dues and change number.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "StoredSummary")]
pub struct Summary {
    pub user_id: UserId,
    /// How many changes there were; each document bears the number of the change that wrote it last.
    pub seq: u64,
    pub time_zone: Tz,
    /// How long after midnight the user's dates begin.
    #[serde(skip_serializing_if = "DayStart::is_midnight")]
    pub day_start: DayStart,
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
    /// What slices leave for days, each of which keeps it. Changed by [`super::Transaction::change_terms`], as the zone and
    /// the start of days are.
    #[serde(skip_serializing_if = "Facts::is_empty")]
    pub day_facts: Facts,
    /// What held for earlier dates.
    #[serde(skip_serializing_if = "FormerTerms::is_empty")]
    pub(super) former_terms: FormerTerms,
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
            day_start: DayStart::MIDNIGHT,
            closed: false,
            forget_at: None,
            counts: Counts::default(),
            facts: Facts::default(),
            day_facts: Facts::default(),
            former_terms: FormerTerms::default(),
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

    /// How the user's dates follow from instants now. They may repeat or go back by one when it changes.
    pub fn day_rule(&self) -> DayRule {
        DayRule { zone: self.time_zone, day_start: self.day_start }
    }

    /// The user's date at an instant.
    pub fn date_at(&self, at: Timestamp) -> NaiveDate {
        self.day_rule().date_at(at)
    }

    /// What holds for dates now.
    pub fn terms(&self) -> DayTerms {
        DayTerms { zone: self.time_zone, day_start: self.day_start, facts: self.day_facts.clone() }
    }

    /// What holds for a date of which there is no day: what did at its end.
    pub fn terms_on(&self, date: NaiveDate) -> DayTerms {
        self.former_terms.on(date).cloned().unwrap_or_else(|| self.terms())
    }

    /// What held before, each with the date before which it did, ascending.
    pub fn former_terms(&self) -> impl Iterator<Item = (NaiveDate, &DayTerms)> {
        self.former_terms.iter()
    }

    /// A day that is written for the first time.
    pub(super) fn new_day(&self, date: NaiveDate) -> Day {
        Day { terms: Some(self.terms_on(date)), ..Day::new(date) }
    }

    /// Active days in a row up to today or, since a day that is not over breaks nothing, up to yesterday.
    pub fn current_streak(&self, now: Timestamp) -> u32 {
        self.active_days.run_on(self.date_at(now))
    }

    /// Changes the latest day. A later date takes its place; the day that was there is returned, to be stored.
    /// The date must not be earlier than the latest: those are documents, see [`Self::is_past`].
    pub(super) fn change_day(&mut self, date: NaiveDate, change: impl FnOnce(&mut Day)) -> Option<Day> {
        let former = self.day.take_if(|day| day.date < date);
        let mut day = self.day.take().unwrap_or_else(|| self.new_day(date));
        change(&mut day);
        let active = day.is_active();
        self.day = Some(day);
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
    fn places(&self) -> Places {
        [self.due.earliest().map(Timestamp::micros), None, None, None]
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.forget_at
    }
}

/// A summary as it is stored, in today's form or the one from before counters had names. It is written anew in today's when
/// it changes.
#[derive(Deserialize)]
struct StoredSummary {
    user_id: UserId,
    seq: u64,
    time_zone: Tz,
    #[serde(default)]
    day_start: DayStart,
    #[serde(default)]
    closed: bool,
    #[serde(default, alias = "closed_until")]
    forget_at: Option<Timestamp>,
    #[serde(default)]
    counts: Counts,
    #[serde(default)]
    facts: Facts,
    #[serde(default)]
    day_facts: Facts,
    #[serde(default)]
    former_terms: FormerTerms,
    #[serde(default)]
    due: Dues,
    longest_streak: u32,
    day: Option<Day>,
    active_days: Calendar,
    // The former form.
    #[serde(default)]
    total_tasks: u64,
    #[serde(default)]
    completed_tasks: u64,
    #[serde(default)]
    total_sessions: u64,
    #[serde(default)]
    worked_micros: u64,
    #[serde(default)]
    active_session: Option<Box<RawValue>>,
}

/// Of a session under way, what is of concern to more than its own slice.
#[derive(Deserialize)]
struct FormerSession {
    next_due: Option<Timestamp>,
}

impl From<StoredSummary> for Summary {
    fn from(stored: StoredSummary) -> Self {
        let StoredSummary { mut counts, mut facts, mut due, .. } = stored;
        for (name, count) in [
            ("tasks", stored.total_tasks),
            ("completed_tasks", stored.completed_tasks),
            ("work_sessions", stored.total_sessions),
            ("worked_micros", stored.worked_micros),
        ] {
            if count > 0 {
                counts.set(name, count);
            }
        }
        if let Some(session) = stored.active_session {
            let former: Option<FormerSession> = serde_json::from_str(session.get()).ok();
            due.set_named(CompactString::const_new("work_session"), former.and_then(|former| former.next_due));
            facts.put("active_session", session);
        }
        Self {
            user_id: stored.user_id,
            seq: stored.seq,
            time_zone: stored.time_zone,
            day_start: stored.day_start,
            closed: stored.closed || stored.forget_at.is_some(),
            forget_at: stored.forget_at,
            counts,
            facts,
            day_facts: stored.day_facts,
            former_terms: stored.former_terms,
            due,
            longest_streak: stored.longest_streak,
            day: stored.day,
            active_days: stored.active_days,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::counts::{ACHIEVEMENTS, Counter};

    #[test]
    fn a_summary_of_the_former_form_is_read_as_one_of_todays() {
        let text = r#"{"user_id":"00000000-0000-0000-0000-000000000001","seq":7,"time_zone":"Europe/Madrid","total_tasks":3,
            "completed_tasks":1,"total_sessions":2,"worked_micros":5,"longest_span_micros":9,"longest_streak":4,
            "last_run":{"last_day":"2026-01-14","days":2},
            "active_session":{"id":"00000000-0000-0000-0000-000000000002","start_time":"2026-01-14T10:00:00.000000Z","next_due":"2026-01-14T14:00:00.000000Z"},
            "day":{"date":"2026-01-14","completed_tasks":1,"ended_sessions":2,"focus":[[9,60],[11,5]],"created_tasks":1},
            "active_days":[739630,"Aw"]}"#;
        let former: Summary = serde_json::from_str(text).expect("a summary");
        let written = serde_json::to_string(&former).expect("JSON");
        assert!(
            !written.contains("total_tasks") && !written.contains("day_start") && !written.contains("next_due\":null"),
            "{written}"
        );
        let now: Summary = serde_json::from_str(&written).expect("read back");
        for summary in [former, now] {
            let counts: Vec<(&str, u64)> = summary.counts.iter().collect();
            assert_eq!(counts, [("completed_tasks", 1), ("tasks", 3), ("work_sessions", 2), ("worked_micros", 5)]);
            let day = summary.day.expect("a day");
            assert_eq!((day.get(ACHIEVEMENTS), day.get(Counter::named("focus_09"))), (3, 60));
            assert_eq!(summary.due.earliest().map(|at| at.to_string()).as_deref(), Some("2026-01-14T14:00:00.000000Z"));
            assert!(!summary.facts.is_empty() && !summary.closed && summary.day_start.is_midnight());
        }
    }

    #[test]
    fn a_closed_summary_of_the_former_form_is_closed() {
        let text = r#"{"user_id":"00000000-0000-0000-0000-000000000001","seq":7,"time_zone":"UTC","total_tasks":0,
            "completed_tasks":0,"total_sessions":0,"worked_micros":0,"longest_streak":0,"last_run":null,"active_session":null,
            "day":null,"active_days":[0,""],"closed_until":"2026-01-14T14:00:00.000000Z"}"#;
        let summary: Summary = serde_json::from_str(text).expect("a summary");
        assert!(summary.closed && summary.forget_at.is_some() && summary.facts.is_empty() && summary.due.earliest().is_none());
    }
}
