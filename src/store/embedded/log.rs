//! What was deleted does not stay in the files. SQLite overwrites what is deleted, but keeps old pages in the log until it needs
//! the room, and where it shares out a page to others it leaves what was on it in the space between. So the log is emptied
//! soon after a deletion, and the database is now and then written anew.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::{runtime::Runtime, sync::mpsc};

use super::SharedConnection;
use crate::store::{Batch, Write};

/// Moves everything into the database and leaves the log empty; the first column says whether something was in the way.
const TRUNCATE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
const REBUILD: &str = "VACUUM";
const SIZE: &str = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";

/// How long the writer waits for another process at any other time: what a new connection has.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long nothing must have come before the log is emptied, so that deletions in a row share it.
const TRUNCATE_IDLE_DELAY: Duration = Duration::from_secs(1);
/// How long after a deletion the log is emptied at the latest, however much comes.
const MAX_TRUNCATE_DELAY: Duration = Duration::from_mins(1);
/// How often the database is written anew at most, and up to which size in bytes: commits wait for it.
const REBUILD_INTERVAL: Duration = Duration::from_hours(1);
const REBUILD_UP_TO: i64 = 64 * 1024 * 1024;

/// Knows where something that was deleted may be left.
#[derive(Debug)]
pub struct Log {
    /// Waits for a time; the thread of the writer has nothing else to do then.
    timer: Runtime,
    /// Since when there is something to be emptied out of the log.
    to_empty: Option<Instant>,
    /// Whether something may be left on the pages of the database.
    to_rebuild: bool,
    rebuilt: Option<Instant>,
}

impl Log {
    pub fn new() -> std::io::Result<Self> {
        let timer = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        Ok(Self { timer, to_empty: None, to_rebuild: false, rebuilt: None })
    }

    /// Remembers that something was deleted just now.
    pub fn holds_deleted(&mut self) {
        self.to_empty.get_or_insert_with(Instant::now);
        self.to_rebuild = true;
    }

    /// The next job, or `None` when there will be none; tidies up in between when that is due.
    pub fn next<T>(&mut self, jobs: &mut mpsc::Receiver<T>, connection: &SharedConnection) -> Option<T> {
        while let Some(wait) = self.wait() {
            // The timeout is made inside, where it finds the timer.
            let next = self.timer.block_on(async { tokio::time::timeout(wait, jobs.recv()).await });
            match next {
                Ok(None) => return None,
                Ok(job) if !wait.is_zero() => return job,
                Ok(_) | Err(_) => self.tidy_up(&connection.lock()),
            }
            if let Ok(job) = next {
                return job;
            }
        }
        jobs.blocking_recv()
    }

    /// How long nobody need come for it to be time to tidy up; `None` when there is nothing to be done.
    fn wait(&self) -> Option<Duration> {
        match self.to_empty {
            Some(since) => Some(TRUNCATE_IDLE_DELAY.min(MAX_TRUNCATE_DELAY.saturating_sub(since.elapsed()))),
            None => self.to_rebuild.then(|| self.until_rebuild()),
        }
    }

    fn until_rebuild(&self) -> Duration {
        self.rebuilt.map_or(Duration::ZERO, |at| REBUILD_INTERVAL.saturating_sub(at.elapsed()))
    }

    /// What does not succeed is tried again the next time: a long read may be in the way, or the disk full.
    fn tidy_up(&mut self, connection: &Connection) {
        if self.to_rebuild && self.until_rebuild().is_zero() {
            self.to_rebuild = !succeeded(rebuild(connection));
            self.rebuilt = Some(Instant::now());
        }
        self.to_empty = if succeeded(empty(connection)) { None } else { Some(Instant::now()) };
    }
}

/// Whether a batch takes something away.
pub fn deletes(batch: &Batch) -> bool {
    batch.writes.iter().any(|write| matches!(write, Write::Tombstone { .. } | Write::Remove { .. }))
}

/// Writes the whole database anew, unless it is too large to let commits wait for it.
fn rebuild(connection: &Connection) -> rusqlite::Result<bool> {
    let size: i64 = connection.query_row(SIZE, [], |row| row.get(0))?;
    if size <= REBUILD_UP_TO {
        connection.execute_batch(REBUILD)?;
    }
    Ok(true)
}

/// Whether nothing is left in the log. A reader in the way is not waited for, since commits would wait too.
fn empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::ZERO)?;
    let busy = connection.query_row(TRUNCATE, [], |row| row.get::<_, bool>(0));
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(!busy?)
}

fn succeeded(done: rusqlite::Result<bool>) -> bool {
    done.unwrap_or_else(|error| {
        tracing::warn!(error = %error, "traces of what was deleted are still in the files of the store");
        false
    })
}
