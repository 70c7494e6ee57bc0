//! When something is due or planned or was done, in the forms in which the front end kept that. Pure.

use std::time::Duration;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use serde_json::Value;

use crate::kernel::{DayRule, FromText as _, Timestamp};

/// A date, a time on the clock of whoever chose it, or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Date(NaiveDate),
    Clock(NaiveDateTime),
    Instant(Timestamp),
}

impl When {
    /// `None` for what says none of these, or a date that there cannot be here.
    pub fn read(value: &Value) -> Option<Self> {
        let text = value.as_str().map(str::trim);
        let local = |text: &str| {
            let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
            forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        };
        let date = |text: &str| NaiveDate::from_text(text).ok();
        let when = text.and_then(date).map(Self::Date).or_else(|| text.and_then(local).map(Self::Clock));
        let when = when.or_else(|| instant(value).map(Self::Instant))?;
        let date = match when {
            Self::Date(date) => date,
            Self::Clock(shown) => shown.date(),
            Self::Instant(at) => DayRule::default().date_at(at),
        };
        // Wherever the user is, it is then a date that there can be here.
        ((1971..=9998).contains(&date.year())).then_some(when)
    }

    /// The date and the minute that the clock shows where the user is; a date has no time.
    pub fn on_the_clock(self, rule: DayRule) -> (NaiveDate, Option<NaiveTime>) {
        let shown = match self {
            Self::Date(date) => return (date, None),
            Self::Clock(shown) => shown,
            Self::Instant(at) => at.in_zone(rule.zone).naive_local(),
        };
        (shown.date(), NaiveTime::from_hms_opt(shown.hour(), shown.minute(), 0))
    }

    /// The date to which it belongs.
    pub fn date(self, rule: DayRule) -> NaiveDate {
        match self {
            Self::Date(date) => date,
            Self::Clock(shown) => shown.date(),
            Self::Instant(at) => rule.date_at(at),
        }
    }
}

/// A length in milliseconds.
pub fn length(value: &Value) -> Option<Duration> {
    let millis = value.as_u64().map(Duration::from_millis);
    millis.or_else(|| Duration::try_from_secs_f64(value.as_f64()? / 1000.0).ok())
}

/// An instant, as text, which without an offset is UTC, or in milliseconds since 1970.
pub fn instant(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        _ => Some(Timestamp::from_micros(0).plus(length(value)?)),
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;
    use serde_json::json;

    use super::*;

    fn due(at: &Value) -> Option<String> {
        let (on, time) = When::read(at)?.on_the_clock(Tz::Europe__Madrid.into());
        Some(time.map_or_else(|| on.to_string(), |time| format!("{on} {}", time.format("%H:%M:%S"))))
    }

    #[test]
    fn a_due_date_is_that_of_the_clock_where_the_user_is() {
        for (at, expected) in [
            (json!("2026-07-01"), "2026-07-01"),
            (json!("2026-07-01T14:30"), "2026-07-01 14:30:00"),
            (json!("2026-07-01T14:30:59.999"), "2026-07-01 14:30:00"),
            (json!("2026-07-01T22:30:00.000Z"), "2026-07-02 00:30:00"),
            (json!("2026-01-01T12:00:00-05:00"), "2026-01-01 18:00:00"),
            (json!(1_782_945_000_000_i64), "2026-07-02 00:30:00"),
            (json!(1_782_945_000_000.5_f64), "2026-07-02 00:30:00"),
        ] {
            assert_eq!(due(&at).as_deref(), Some(expected), "{at}");
        }
        for bad in
            [json!("soon"), json!(-5), json!(1e300), json!("0000-01-01"), json!("9999-12-31T23:59:59Z"), json!([]), json!(true)]
        {
            assert_eq!(due(&bad), None, "{bad}");
        }
        let planned = |at: Value| When::read(&at).map(|when| when.date(Tz::Europe__Madrid.into()).to_string());
        assert_eq!(planned(json!("2026-07-01")).as_deref(), Some("2026-07-01"));
        assert_eq!(planned(json!("2026-07-01T22:30:00Z")).as_deref(), Some("2026-07-02"));
        assert_eq!(planned(json!("2026-07-01T22:30")).as_deref(), Some("2026-07-01"));
        assert_eq!(planned(json!("tomorrow")), None);
    }
}
