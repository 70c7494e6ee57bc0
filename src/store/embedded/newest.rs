//! The latest time that the store knows of, which a clock that is set back does not lower. What is deleted is remembered
//! from then on, and not from a clock that is late: else it would be forgotten as soon as the clock is right again.

use rusqlite::Connection;

use crate::{
    kernel::Timestamp,
    store::{Batch, Write},
};

const READ: &str = "SELECT newest FROM feed";
const KEEP: &str = "UPDATE feed SET newest = max(newest, ?1)";

/// Only ever rises. Kept in the file now and then.
#[derive(Debug, Clone, Copy)]
pub struct Newest(Timestamp);

impl Newest {
    pub fn read(connection: &Connection) -> rusqlite::Result<Self> {
        connection.query_row(READ, [], |row| row.get(0)).map(|micros| Self(Timestamp::from_micros(micros)))
    }

    pub fn see(&mut self, now: Timestamp) {
        self.0 = self.0.max(now);
    }

    /// Writes it down. When that fails it is tried again the next time, and known until then.
    pub fn keep(self, connection: &Connection) {
        if let Err(error) = connection.execute(KEEP, [self.0.micros()]) {
            tracing::warn!(error = %error, "the store could not write down what time it is");
        }
    }

    /// Has every tombstone of the batch stay as long after the latest time as it was to stay after its own.
    pub fn remember_for_long_enough(self, batch: &mut Batch) {
        for write in &mut batch.writes {
            if let Write::Tombstone { at, forget_at, .. } = write {
                *forget_at = forget_at.plus(self.0.since(*at));
            }
        }
    }
}
