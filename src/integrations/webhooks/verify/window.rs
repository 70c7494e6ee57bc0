//! How old what was signed may be.

use std::time::Duration;

use super::verdict::Reason;
use crate::kernel::Timestamp;

/// Either side of now, unless a sender has something else.
pub const USUAL: Duration = Duration::from_mins(5);

/// The number that a timestamp is: digits alone.
pub(super) fn digits(text: &[u8]) -> Result<i64, Reason> {
    let text = str::from_utf8(text).ok().filter(|text| text.bytes().all(|c| c.is_ascii_digit()));
    text.and_then(|text| text.parse().ok()).ok_or(Reason::MalformedTimestamp)
}

pub(super) fn seconds(then: i64, now: Timestamp, tolerance: Duration) -> Result<(), Reason> {
    within(then, now.unix_seconds(), i64::try_from(tolerance.as_secs()))
}

pub(super) fn milliseconds(then: i64, now: Timestamp, tolerance: Duration) -> Result<(), Reason> {
    within(then, now.micros().div_euclid(1_000), i64::try_from(tolerance.as_millis()))
}

fn within<E>(then: i64, now: i64, tolerance: Result<i64, E>) -> Result<(), Reason> {
    let tolerance = tolerance.unwrap_or(i64::MAX);
    if now.saturating_sub(then) > tolerance {
        return Err(Reason::TimestampStale);
    }
    if then.saturating_sub(now) > tolerance { Err(Reason::TimestampFuture) } else { Ok(()) }
}
