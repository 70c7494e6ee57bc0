//! Quiet hours on the clock of the wall. Pure.

use chrono::NaiveTime;
use chrono_tz::Tz;

use crate::{
    accounts::settings::model::QuietHours,
    kernel::{Timestamp, wall_clock::instant_of},
};

/// When the quiet hours end that an instant lies in; `None` outside of them. They begin with the first time and end before the
/// other.
pub fn end(hours: QuietHours, at: Timestamp, zone: Tz) -> Option<Timestamp> {
    let (from, to) = (hours.from.0, hours.to.0);
    let is_quiet = |time: NaiveTime| if from < to { from <= time && time < to } else { from <= time || time < to };
    let shown = at.in_zone(zone);
    if !is_quiet(shown.time()) {
        return None;
    }
    let date = shown.date_naive();
    let ends = if shown.time() < to { date } else { date.succ_opt().unwrap_or(date) };
    let end = instant_of(ends, to, zone);
    if at < end {
        return Some(end);
    }
    // The clock was put back over the end, and shows the quiet hours once more: the end of them comes again too.
    let minute = Timestamp::from_micros(at.micros() - at.micros().rem_euclid(60_000_000));
    let later = |minutes: u64| minute.plus(std::time::Duration::from_secs(minutes * 60));
    (1..=180).map(later).find(|at| !is_quiet(at.in_zone(zone).time()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: &str, to: &str, at: &str, zone: Tz) -> Option<String> {
        let hours = serde_json::from_value(serde_json::json!({ "from": from, "to": to })).expect("hours");
        end(hours, at.parse().expect("a time"), zone).map(|at| at.to_string()[..16].to_owned())
    }

    #[test]
    fn r_b5_quiet_hours_are_half_open_and_may_pass_midnight() {
        let utc = |at: &str| quiet("22:00", "07:00", at, Tz::UTC);
        assert_eq!(utc("2026-01-14T21:59:59.999999Z"), None);
        assert_eq!(utc("2026-01-14T22:00:00Z").as_deref(), Some("2026-01-15T07:00"));
        assert_eq!(utc("2026-01-15T06:59:59Z").as_deref(), Some("2026-01-15T07:00"));
        assert_eq!(utc("2026-01-15T07:00:00Z"), None);
        let noon = |at: &str| quiet("12:00", "13:00", at, Tz::Europe__Madrid);
        assert_eq!(noon("2026-01-14T11:30:00Z").as_deref(), Some("2026-01-14T12:00"));
        assert_eq!((noon("2026-01-14T10:59:59Z"), noon("2026-01-14T12:00:00Z")), (None, None));
    }

    #[test]
    fn they_follow_a_clock_that_is_changed() {
        // In Madrid 02:00 to 03:00 is skipped on the 29th of March 2026, and comes twice on the 25th of October.
        let madrid = |to: &str, at: &str| quiet("01:00", to, at, Tz::Europe__Madrid);
        assert_eq!(madrid("02:30", "2026-03-29T00:30:00Z").as_deref(), Some("2026-03-29T01:00"));
        assert_eq!(madrid("02:30", "2026-10-25T00:10:00Z").as_deref(), Some("2026-10-25T00:30"));
        assert_eq!(madrid("02:30", "2026-10-25T00:45:00Z"), None);
        assert_eq!(madrid("02:30", "2026-10-25T01:15:00Z").as_deref(), Some("2026-10-25T01:30"));
    }
}
