//! The embedded store: SQLite in one folder, one writer beside several readers; or in memory, for tests.
//!
//! A commit is answered once the disk has confirmed it (WAL, `synchronous=FULL`), together with whatever else had
//! queued up. A lock on the folder keeps a second process out.

mod files;
mod folder;
mod integrity;
mod lists;
mod log;
mod newest;
mod schema;
mod schema_error;
mod sql;
mod writer;

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{Connection, config::DbConfig};
use tokio::sync::Semaphore;
use uuid::Uuid;

pub use files::{FileError, backup, check, restore};
pub use folder::{is_ours, private_folder};
use writer::Writer;

use super::{Batch, Change, Document, Etag, Feed, Key, KeyRange, Query, Store, StoreError, batch};
use crate::kernel::{Clock, Page};

/// How many long reads run at once.
const READERS: usize = 4;
/// How many documents a read may return without leaving the thread that serves the connection. Handing a read over costs
/// several times what it costs to find a few documents in pages that are in memory.
const FEW: usize = 200;
/// Statements kept prepared on each connection: all there are.
const STATEMENTS: usize = 40;
/// After how many pages in the log they are moved into the database. What changes with every request is written there once
/// for all requests in between; the index of the log still has them in one table.
const LOG_PAGES: u32 = 4_000;

/// The store in one folder.
pub struct Embedded {
    // Ended first when the store is dropped.
    writer: Writer,
    readers: Arc<Readers>,
    clock: Arc<dyn Clock>,
    history: Uuid,
}

impl Embedded {
    /// Opens or creates the database in `folder`, which is created too, readable by its owner alone.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, FileError> {
        let lock = folder::claim(folder)?;
        let path = files::prepare(folder)?;
        let in_file = |error: rusqlite::Error| files::unusable(&path, error.into());
        let mut connection = integrity::open(&path, integrity::WRITING).map_err(in_file)?;
        configure(&connection).map_err(in_file)?;
        schema::migrate(&mut connection).map_err(|e| files::unusable(&path, e))?;
        Self::assemble(SharedConnection::new(connection), Pool::File { path, idle: Mutex::default() }, clock, Some(lock))
    }

    /// A store that lives as long as this value.
    pub fn in_memory(clock: Arc<dyn Clock>) -> Result<Self, FileError> {
        let in_memory = |error: schema::SchemaError| files::unusable(Path::new(":memory:"), error);
        let mut connection = Connection::open_in_memory().map_err(|e| in_memory(e.into()))?;
        integrity::guard(&connection).map_err(|e| in_memory(e.into()))?;
        prepare_once(&connection).map_err(|e| in_memory(e.into()))?;
        schema::migrate(&mut connection).map_err(in_memory)?;
        let shared = SharedConnection::new(connection);
        let pool = Pool::Memory(shared.clone());
        Self::assemble(shared, pool, clock, None)
    }

    fn assemble(
        connection: SharedConnection,
        pool: Pool,
        clock: Arc<dyn Clock>,
        lock: Option<std::fs::File>,
    ) -> Result<Self, FileError> {
        let history = schema::history(&connection.lock()).map_err(|e| FileError::Thread(std::io::Error::other(e)))?;
        let writer = Writer::start(connection.clone(), Arc::clone(&clock)).map_err(FileError::Thread)?;
        let readers = Readers { pool, permits: Semaphore::new(READERS), _writers: connection, _lock: lock };
        Ok(Self { writer, readers: Arc::new(readers), clock, history })
    }

    /// Runs a long read beside the others, off the threads that serve connections.
    async fn read_aside<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = Arc::clone(&self.readers);
        let _permit = self.readers.permits.acquire().await.map_err(|e| StoreError::Unavailable(e.into()))?;
        tokio::task::spawn_blocking(move || readers.with(read)).await.map_err(|e| StoreError::Broken(e.into()))?
    }
}

#[async_trait::async_trait]
impl Store for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    async fn history(&self) -> Result<Uuid, StoreError> {
        Ok(self.history)
    }

    async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
        let now = self.clock.now();
        self.readers.with(|connection| sql::get(connection, key, now))
    }

    async fn query(&self, query: Query) -> Result<Page<Document>, StoreError> {
        let now = self.clock.now();
        if query.page().limit.get() <= FEW {
            return self.readers.with(|connection| sql::query(connection, &query, now));
        }
        self.read_aside(move |connection| sql::query(connection, &query, now)).await
    }

    async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError> {
        Ok(vec![sql::whole()])
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
        batch::check_size(&batch)?;
        self.writer.commit(batch).await
    }
}

#[async_trait::async_trait]
impl Feed for Embedded {
    async fn changes(&self, position: u64, limit: usize) -> Result<(Vec<Change>, u64), StoreError> {
        self.read_aside(move |connection| sql::committed(connection, position, limit)).await
    }

    async fn wait(&self, position: u64) {
        self.writer.wait(position).await;
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").finish_non_exhaustive()
    }
}

/// The writer's connection; in memory the readers' too.
#[derive(Clone)]
struct SharedConnection(Arc<Mutex<Connection>>);

impl SharedConnection {
    fn new(connection: Connection) -> Self {
        Self(Arc::new(Mutex::new(connection)))
    }

    // A panic in the middle of a transaction rolls it back, so the connection stays usable.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Outlives the store while a long read is under way.
struct Readers {
    // In the order in which they are dropped. The last connection to close moves everything from the log into the
    // database, which only the writer's can; and nothing is written once the lock on the folder is gone.
    pool: Pool,
    permits: Semaphore,
    _writers: SharedConnection,
    _lock: Option<std::fs::File>,
}

enum Pool {
    File { path: std::path::PathBuf, idle: Mutex<Vec<Connection>> },
    Memory(SharedConnection),
}

impl Readers {
    fn with<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match &self.pool {
            Pool::Memory(connection) => read(&connection.lock()),
            Pool::File { path, idle } => {
                let spare = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let connection = spare.map_or_else(|| open_reader(path), Ok)?;
                let result = read(&connection);
                // One that met an error is not used again: the next read starts afresh.
                if result.is_ok() {
                    idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
                }
                result
            }
        }
    }
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = integrity::open(path, integrity::READING)?;
    prepare_once(&connection)?;
    Ok(connection)
}

/// A statement is kept and its plan never depends on the values bound to it: else SQLite would make a new plan whenever
/// they change, because the indexes are partial.
fn prepare_once(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    prepare_once(connection)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    // What is deleted is overwritten, so that it cannot be found in the file.
    connection.pragma_update(None, "secure_delete", "on")
}

#[cfg(test)]
mod tests;
