//! What an answer means where it is not what was asked for.

use std::time::Duration;

use chrono::{NaiveDateTime, Utc};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::{Deserialize, de::DeserializeOwned};

use super::request::Effect;
use crate::{kernel::Timestamp, outbound::providers::Failure};

/// The longest that a service can make us wait, and how long we do when it says nothing.
pub const LONGEST: Duration = Duration::from_hours(6);
const UNSAID: Duration = Duration::from_mins(1);

/// That a service is not to be asked for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub wait: Duration,
    /// Whether the answer says how long.
    pub is_told: bool,
}

impl Pause {
    fn failure(self, now: Timestamp) -> Failure {
        Failure::Limited { until: now.plus(self.wait) }
    }
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub(super) effect: Effect,
}

impl Answer {
    /// One with a head alone, for tests.
    #[cfg(test)]
    pub fn of(status: u16, headers: HeaderMap) -> Self {
        Self { status, headers, body: Vec::new(), effect: Effect::Reads }
    }

    pub fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The value of a header that occurs and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Errors: `Malformed` where it is not that; `Unknown` when it answers what writes.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|_| self.effect.unless_written(Failure::Malformed))
    }

    /// What it says of one of several things that were asked, as if that had been asked alone.
    #[must_use]
    pub fn part(&self, status: u16, body: Vec<u8>) -> Self {
        Self { status, headers: HeaderMap::new(), body, effect: self.effect }
    }

    /// Why it was not done, for an answer that is no success.
    pub fn failure(&self, now: Timestamp) -> Failure {
        match self.status {
            401 => Failure::Unauthorized,
            403 => self.limit(now).map_or(Failure::Forbidden, |limit| limit.failure(now)),
            404 | 410 => Failure::NotFound,
            409 | 412 => Failure::Changed,
            425 => Failure::Unreachable,
            // Of what may have been done a pause says nothing; the next request learns of it.
            429 | 503 | 504 if self.status == 429 || self.effect == Effect::Reads => {
                self.limit(now).map_or(Failure::Unreachable, |limit| limit.failure(now))
            }
            408 | 500..=599 => self.effect.unless_written(Failure::Unreachable),
            200..=299 => self.effect.unless_written(Failure::Malformed),
            status => Failure::Rejected(status),
        }
    }

    /// How long nothing more is to be asked, where the answer is that. A limit in words alone is GitHub's of how fast.
    pub fn limit(&self, now: Timestamp) -> Option<Pause> {
        let told = || retry_after(&self.headers, now).or_else(|| self.reset(now)).or_else(|| self.wait_in_body());
        let (wait, is_told) = match self.status {
            403 => told().map(|wait| (wait, true)).or_else(|| self.tells_of_a_secondary_limit().then_some((UNSAID, false)))?,
            429 => told().map_or((UNSAID, false), |wait| (wait, true)),
            503 | 504 => (retry_after(&self.headers, now)?, true),
            _ => return None,
        };
        Some(Pause { wait: wait.min(LONGEST), is_told })
    }

    /// Until the end of the hour that nothing remains of.
    fn reset(&self, now: Timestamp) -> Option<Duration> {
        if self.header("x-ratelimit-remaining")? != "0" {
            return None;
        }
        let seconds: i64 = self.header("x-ratelimit-reset")?.parse().ok()?;
        // One more than it says: the service's clock is in whole seconds.
        Some(Timestamp::from_micros(seconds.saturating_add(1).saturating_mul(1_000_000)).since(now))
    }

    fn wait_in_body(&self) -> Option<Duration> {
        #[derive(Deserialize)]
        struct Told {
            error_extra: Extra,
        }
        #[derive(Deserialize)]
        struct Extra {
            retry_after: f64,
        }
        let told: Told = serde_json::from_slice(&self.body).ok()?;
        Duration::try_from_secs_f64(told.error_extra.retry_after.ceil()).ok()
    }

    fn tells_of_a_secondary_limit(&self) -> bool {
        #[derive(Deserialize)]
        struct Told {
            message: String,
        }
        serde_json::from_slice(&self.body).is_ok_and(|told: Told| told.message.to_lowercase().contains("secondary rate limit"))
    }
}

/// How long the head of an answer asks to wait, in seconds or until a date.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = NaiveDateTime::parse_from_str(value, "%a, %d %b %Y %H:%M:%S GMT").ok()?;
    Some(Timestamp::from(date.and_local_timezone(Utc).single()?).since(now))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

    fn answer(status: u16, effect: Effect, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value")))
            .collect();
        Answer { status, headers, body: body.as_bytes().to_vec(), effect }
    }

    fn in_seconds(seconds: u64) -> Failure {
        Failure::Limited { until: NOW.plus(Duration::from_secs(seconds)) }
    }

    #[test]
    fn each_form_of_a_limit_tells_until_when() {
        let reset = (NOW.unix_seconds() + 90).to_string();
        let date = "Wed, 18 Nov 2026 13:48:40 GMT";
        let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
        for (status, headers, body, expected) in [
            (429, vec![("retry-after", "30")], "", in_seconds(30)),
            (429, vec![("retry-after", "30")], r#"{"error_extra":{"retry_after":7}}"#, in_seconds(30)),
            (429, vec![], r#"{"error_extra":{"retry_after":6.2}}"#, in_seconds(7)),
            (429, vec![], "", in_seconds(60)),
            (429, vec![("retry-after", "soon")], "", in_seconds(60)),
            (429, vec![("retry-after", "-1")], "", in_seconds(60)),
            (429, vec![("retry-after", "999999999999")], "", in_seconds(6 * 3600)),
            (429, vec![("retry-after", "Tue, 17 Nov 2026 13:48:40 GMT")], "", in_seconds(0)),
            (403, vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)], "", in_seconds(91)),
            (429, vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)], "", in_seconds(91)),
            (403, vec![("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", &reset)], "", Failure::Forbidden),
            (403, vec![("retry-after", "5")], "", in_seconds(5)),
            (403, vec![], secondary, in_seconds(60)),
            (403, vec![], r#"{"message":"Resource not accessible by personal access token"}"#, Failure::Forbidden),
            (503, vec![("retry-after", "5")], "", in_seconds(5)),
            (504, vec![("retry-after", "5")], "", in_seconds(5)),
        ] {
            let read = answer(status, Effect::Reads, &headers, body);
            assert_eq!(read.failure(NOW), expected, "{status} {headers:?} {body}");
        }
        let dated = answer(429, Effect::Reads, &[("retry-after", date)], "").failure(NOW);
        let until = Timestamp::from_rfc3339("2026-11-18T13:48:40Z").expect("a time");
        assert_eq!(dated, Failure::Limited { until });
    }

    #[test]
    fn what_may_have_been_written_is_unknown() {
        for (status, reads, writes) in [
            (401, Failure::Unauthorized, Failure::Unauthorized),
            (404, Failure::NotFound, Failure::NotFound),
            (410, Failure::NotFound, Failure::NotFound),
            (412, Failure::Changed, Failure::Changed),
            (422, Failure::Rejected(422), Failure::Rejected(422)),
            (302, Failure::Rejected(302), Failure::Rejected(302)),
            (425, Failure::Unreachable, Failure::Unreachable),
            (408, Failure::Unreachable, Failure::Unknown),
            (500, Failure::Unreachable, Failure::Unknown),
            (503, Failure::Unreachable, Failure::Unknown),
            (200, Failure::Malformed, Failure::Unknown),
        ] {
            assert_eq!(answer(status, Effect::Reads, &[], "").failure(NOW), reads, "{status}");
            assert_eq!(answer(status, Effect::Writes, &[], "").failure(NOW), writes, "{status}");
        }
        let paused = answer(503, Effect::Writes, &[("retry-after", "5")], "");
        assert_eq!(paused.failure(NOW), Failure::Unknown);
        assert_eq!(answer(200, Effect::Reads, &[], "[").json::<Vec<u8>>(), Err(Failure::Malformed));
        assert_eq!(answer(200, Effect::Writes, &[], "[").json::<Vec<u8>>(), Err(Failure::Unknown));
    }
}
