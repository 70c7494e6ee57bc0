//! How summaries and days were written before counters had names, so that they can still be read. They are written anew
//! in today's form whenever they change.

use chrono::NaiveDate;
use chrono_tz::Tz;
use compact_str::CompactString;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    calendar::Calendar,
    counts::{ACHIEVEMENTS, Counts},
    day::Day,
    dues::Dues,
    facts::Facts,
    summary::Summary,
};
use crate::kernel::{Timestamp, UserId};

/// A summary as it is stored, in today's form or the former one.
#[derive(Deserialize)]
pub struct StoredSummary {
    user_id: UserId,
    seq: u64,
    time_zone: Tz,
    #[serde(default)]
    closed: bool,
    #[serde(default, alias = "closed_until")]
    forget_at: Option<Timestamp>,
    #[serde(default)]
    counts: Counts,
    #[serde(default)]
    facts: Facts,
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
            closed: stored.closed || stored.forget_at.is_some(),
            forget_at: stored.forget_at,
            counts,
            facts,
            due,
            longest_streak: stored.longest_streak,
            day: stored.day,
            active_days: stored.active_days,
        }
    }
}

/// A day as it is stored, in today's form or the former one.
#[derive(Deserialize)]
pub struct StoredDay {
    date: NaiveDate,
    #[serde(default)]
    counts: Counts,
    #[serde(default)]
    first_activity: Option<Timestamp>,
    #[serde(default)]
    last_activity: Option<Timestamp>,
    // The former form.
    #[serde(default)]
    created_tasks: u64,
    #[serde(default)]
    completed_tasks: u64,
    #[serde(default)]
    ended_sessions: u64,
    /// Pairs of an hour and the microseconds worked in it.
    #[serde(default)]
    focus: Vec<(u8, u64)>,
}

impl From<StoredDay> for Day {
    fn from(stored: StoredDay) -> Self {
        let mut counts = stored.counts;
        for (name, count) in [
            ("created_tasks", stored.created_tasks),
            ("completed_tasks", stored.completed_tasks),
            ("ended_work_sessions", stored.ended_sessions),
            (ACHIEVEMENTS.name(), stored.completed_tasks + stored.ended_sessions),
        ] {
            if count > 0 {
                counts.set(name, count);
            }
        }
        for (hour, micros) in stored.focus {
            counts.set(&format!("focus_{hour:02}"), micros);
        }
        Self { date: stored.date, counts, first_activity: stored.first_activity, last_activity: stored.last_activity }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Counter;

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
        assert!(!written.contains("total_tasks") && !written.contains("next_due\":null"), "{written}");
        let now: Summary = serde_json::from_str(&written).expect("read back");
        for summary in [former, now] {
            let counts: Vec<(&str, u64)> = summary.counts.iter().collect();
            assert_eq!(counts, [("completed_tasks", 1), ("tasks", 3), ("work_sessions", 2), ("worked_micros", 5)]);
            let day = summary.day.expect("a day");
            assert_eq!((day.get(ACHIEVEMENTS), day.get(Counter::named("focus_09"))), (3, 60));
            assert_eq!(summary.due.earliest().map(|at| at.to_string()).as_deref(), Some("2026-01-14T14:00:00.000000Z"));
            assert!(!summary.facts.is_empty() && !summary.closed);
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

    #[test]
    fn a_day_from_before_hours_were_kept_can_be_read() {
        let day: Day = serde_json::from_str(r#"{"date":"2025-09-25","completed_tasks":1,"ended_sessions":0}"#).expect("a day");
        assert!(day.is_active() && day.first_activity.is_none());
    }
}
