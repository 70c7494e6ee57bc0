//! The time as a stand-in has it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};

/// A clock that all its copies share. It stands until it is moved, or goes as the machine's does.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Microseconds: since the epoch, or ahead of the machine's clock.
    micros: Arc<AtomicI64>,
    goes: bool,
}

impl Clock {
    /// One that stands at `start`.
    pub fn at(start: DateTime<Utc>) -> Self {
        Self { micros: Arc::new(AtomicI64::new(start.timestamp_micros())), goes: false }
    }

    /// The machine's.
    pub fn machine() -> Self {
        Self { micros: Arc::default(), goes: true }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        let micros = self.micros.load(Ordering::SeqCst);
        let micros = if self.goes { Utc::now().timestamp_micros() + micros } else { micros };
        DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
    }

    pub fn advance(&self, by: Duration) {
        self.micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}
