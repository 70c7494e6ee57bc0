//! What goes wrong, as tests write it down beforehand.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};

/// Something that goes wrong with one request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The connection is closed before anything is done.
    DropRequest,
    /// Everything is done, and the connection is closed without an answer.
    DropAnswer,
    /// Everything is done, and half of the answer's body comes.
    Truncated,
    /// Everything is done, and the answer comes that much later.
    Slow(Duration),
    /// Nothing is done, and this is the answer.
    Instead(Reply),
    /// Everything is done, and this is the answer all the same.
    Afterwards(Reply),
}

/// An answer that is not the stand-in's own.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// How services say that there were too many requests.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// 429 with the seconds to wait.
    RetryAfterSeconds(u64),
    /// 429 with the date of the end.
    RetryAfterDate(DateTime<Utc>),
    /// GitHub's hourly limit: 403 or 429 with nothing remaining and the end in seconds since the epoch.
    Remaining { status: u16, reset: DateTime<Utc> },
    /// GitHub's limit of how fast: 403 and words alone.
    Secondary,
    /// Todoist's: 429 with the seconds in the body.
    InBody(u64),
    /// 429 and nothing else.
    Bare,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: format!(r#"{{"message":"status {status}"}}"#) }
    }

    pub fn body(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.to_owned() }
    }

    pub fn limited(limit: Limit) -> Self {
        let with = |status, headers| Self { headers, ..Self::status(status) };
        match limit {
            Limit::RetryAfterSeconds(seconds) => with(429, vec![("retry-after", seconds.to_string())]),
            Limit::RetryAfterDate(end) => with(429, vec![("retry-after", end.format("%a, %d %b %Y %H:%M:%S GMT").to_string())]),
            Limit::Remaining { status, reset } => with(
                status,
                vec![("x-ratelimit-remaining", "0".to_owned()), ("x-ratelimit-reset", reset.timestamp().to_string())],
            ),
            Limit::Secondary => Self::body(
                403,
                r#"{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}"#,
            ),
            Limit::InBody(seconds) => Self::body(
                429,
                &format!(
                    r#"{{"error":"Too many requests","error_code":35,"error_extra":{{"retry_after":{seconds}}},"http_code":429}}"#
                ),
            ),
            Limit::Bare => Self::status(429),
        }
    }
}

/// Which requests a fault waits for.
#[derive(Debug, Clone, Default)]
pub struct When {
    method: Option<&'static str>,
    path: String,
    body: String,
}

impl When {
    /// Requests with this method.
    pub fn method(method: &'static str) -> Self {
        Self { method: Some(method), ..Self::default() }
    }

    /// Requests whose path with its query has this text in it.
    #[must_use]
    pub fn path(self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self }
    }

    /// Requests whose body has this text in it.
    #[must_use]
    pub fn body(self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }
    }

    fn is(&self, method: &str, path: &str, body: &str) -> bool {
        self.method.is_none_or(|wanted| wanted == method) && path.contains(&self.path) && body.contains(&self.body)
    }
}

/// The faults that are still to come. All copies share them.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<(When, Fault)>>>);

impl Faults {
    /// For the next request; for the one after it when there is one already.
    pub fn next(&self, fault: Fault) {
        self.on(When::default(), fault);
    }

    /// For the next request of that kind.
    pub fn on(&self, when: When, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((when, fault));
    }

    /// None of them comes any more.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How many have not come yet.
    pub fn left(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(crate) fn take(&self, method: &str, path: &str, body: &str) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = faults.iter().position(|(when, _)| when.is(method, path, body))?;
        Some(faults.remove(at).1)
    }
}
