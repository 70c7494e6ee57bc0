//! What was asked.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};

/// A request, and how it was answered.
#[derive(Debug, Clone)]
pub struct Logged {
    pub at: DateTime<Utc>,
    pub method: String,
    /// With the query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
    /// `None` where no answer was sent.
    pub status: Option<u16>,
}

/// The requests so far, oldest first. All copies share them.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<Logged>>>);

impl Log {
    pub fn all(&self) -> Vec<Logged> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Those since the last time, so that a test looks at what one call sends.
    pub fn take(&self) -> Vec<Logged> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn add(&self, logged: Logged) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(logged);
    }
}
