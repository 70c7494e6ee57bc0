//! Instants with microsecond precision, in UTC: one textual form on the wire and in the store.

use std::{fmt, str::FromStr, time::Duration};

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, SecondsFormat, Timelike as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant, in whole microseconds since 1970-01-01T00:00:00Z.
///
/// Shown and stored as RFC 3339 with exactly six fraction digits and `Z`. Read from any RFC 3339 text, and from
/// the older form without an offset, which is taken as UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down, as tokens count them.
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The time from `earlier` to `self`; zero when `earlier` is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// What a clock on the wall shows in `zone` at this instant.
    pub fn in_zone(self, zone: Tz) -> DateTime<Tz> {
        self.utc().with_timezone(&zone)
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.timestamp_micros())
    }
}

/// The form of a time in our own documents and answers, with the place and the number of digits of each of its parts.
const FORM: &[u8; 27] = b"0000-00-00T00:00:00.000000Z";
const PARTS: [(usize, usize); 7] = [(0, 4), (5, 2), (8, 2), (11, 2), (14, 2), (17, 2), (20, 6)];

/// Times are half of what a list of documents has in it, so both ways are a few instructions; chrono does the rest of them.
impl Timestamp {
    fn to_form(self) -> Option<[u8; 27]> {
        let time = self.utc().naive_utc();
        let year = u32::try_from(time.year()).ok().filter(|year| *year <= 9999)?;
        let parts = [year, time.month(), time.day(), time.hour(), time.minute(), time.second(), time.nanosecond() / 1_000];
        let mut form = *FORM;
        for ((start, digits), mut part) in PARTS.into_iter().zip(parts) {
            for digit in form[start..start + digits].iter_mut().rev() {
                *digit += (part % 10) as u8;
                part /= 10;
            }
        }
        Some(form)
    }

    fn from_form(text: &str) -> Option<Self> {
        let text: &[u8; 27] = text.as_bytes().try_into().ok()?;
        let fits = |(is, should): (&u8, &u8)| if *should == b'0' { is.is_ascii_digit() } else { is == should };
        text.iter().zip(FORM).all(fits).then_some(())?;
        let number = |(start, digits)| text[start..start + digits].iter().fold(0, |n, digit| n * 10 + u32::from(digit - b'0'));
        let [year, month, day, hour, minute, second, micro] = PARTS.map(number);
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        Some(Self::from(date.and_hms_micro_opt(hour, minute, second, micro)?.and_utc()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_form() {
            Some(form) => f.write_str(std::str::from_utf8(&form).map_err(|_| fmt::Error)?),
            None => f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Micros, true)),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Timestamp {
    /// Reads an RFC 3339 text with its offset or `Z`; `None` for anything else, also for a time without an offset, of
    /// which nobody can say when it was.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| Self::from(time.with_timezone(&Utc)))
    }
}

/// The text is not a time.
#[derive(Debug, thiserror::Error)]
#[error("not an RFC 3339 time")]
pub struct NotATime;

impl FromStr for Timestamp {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        if let Some(time) = Self::from_form(text).or_else(|| Self::from_rfc3339(text)) {
            return Ok(time);
        }
        text.parse::<NaiveDateTime>().map(|naive| Self::from(naive.and_utc())).map_err(|_| NotATime)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn is_written_with_six_digits_and_z() {
        let shown = |text: &str| text.parse::<Timestamp>().map(|t| t.to_string()).ok();
        assert_eq!(shown("2025-09-25T10:15:30.123456Z").as_deref(), Some("2025-09-25T10:15:30.123456Z"));
        assert_eq!(shown("2025-09-25T12:15:30+02:00").as_deref(), Some("2025-09-25T10:15:30.000000Z"));
        assert_eq!(shown("2025-09-25T10:15:30.1234569Z").as_deref(), Some("2025-09-25T10:15:30.123456Z"));
        assert_eq!(shown("yesterday"), None);
    }

    proptest! {
        #[test]
        fn has_the_same_form_as_chrono_gives_it(micros in any::<i64>(), near in -60_000_000_000_000_000..250_000_000_000_000_000_i64) {
            for time in [Timestamp(micros), Timestamp(near)] {
                let slow = time.utc().to_rfc3339_opts(SecondsFormat::Micros, true);
                prop_assert_eq!(time.to_string(), &*slow);
                if let Some(fast) = Timestamp::from_form(&slow) {
                    prop_assert_eq!(Some(fast), Timestamp::from_rfc3339(&slow));
                }
            }
        }

        #[test]
        fn reads_of_its_own_form_what_chrono_reads(text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9]\\.[0-9]{6}Z") {
            prop_assert_eq!(Timestamp::from_form(&text), Timestamp::from_rfc3339(&text));
        }
    }

    #[test]
    fn reads_a_stored_time_without_offset_as_utc() {
        let naive: Timestamp = "2025-09-25T10:15:30.123456".parse().expect("a naive time");
        assert_eq!(naive.to_string(), "2025-09-25T10:15:30.123456Z");
    }

    #[test]
    fn an_interval_is_never_negative() {
        let (early, late) = (Timestamp::from_micros(5), Timestamp::from_micros(12));
        assert_eq!(late.since(early), Duration::from_micros(7));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
