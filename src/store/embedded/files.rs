//! The database file: found and made, copies of it and back.

use std::{
    fs::{self, File, Permissions},
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{
    folder::{claim, database, new_beside, private_file, refuse_a_log_alone, remains, sync_name},
    integrity,
    schema::{self, SchemaError},
};

/// Why the folder or a file in it cannot be used. Each message names the path and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the data folder {} cannot be used: {error}", path.display())]
    Folder { path: PathBuf, error: io::Error },
    #[error("the data folder {} belongs to another user; choose a folder of your own with --data", path.display())]
    NotOurs { path: PathBuf },
    #[error(
        "the data folder {} can be written by others; take that from them (chmod go-w), or choose another folder with --data",
        path.display()
    )]
    Writable { path: PathBuf },
    #[error("the data folder {} is in use by another avanochi; stop that one, or choose another folder with --data", path.display())]
    Locked { path: PathBuf },
    #[error(
        "the data folder {} has {log}, the log of a database that is missing or empty; put that database back, or move the \
         log away and restore a copy",
        path.display()
    )]
    LogAlone { path: PathBuf, log: String },
    #[error("{} cannot be used: {error}", path.display())]
    Unusable { path: PathBuf, error: SchemaError },
    #[error("{} exists already; choose another name", path.display())]
    Exists { path: PathBuf },
    #[error("the data folder {} already has a database ({}); restore into an empty one, or move these away first", path.display(), names.join(", "))]
    NotEmpty { path: PathBuf, names: Vec<String> },
    #[error("{} cannot be written: {error}", path.display())]
    Copy { path: PathBuf, error: io::Error },
    #[error("the store's thread cannot be started: {0}")]
    Thread(io::Error),
}

pub fn unusable(path: &Path, error: SchemaError) -> FileError {
    FileError::Unusable { path: path.to_owned(), error }
}

/// Refuses a file that is not ours or from a newer version, without changing a byte of it; makes a missing one.
pub fn prepare(folder: &Path) -> Result<PathBuf, FileError> {
    refuse_a_log_alone(folder)?;
    let path = database(folder);
    let trouble = |error| FileError::Folder { path: path.clone(), error };
    if !path.exists() {
        private_file(&path).map_err(trouble)?;
        return Ok(path);
    }
    // SQLite gives the log beside it the same mode. A copy that was put here by hand may be readable by others.
    fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(trouble)?;
    integrity::look(&path).map_err(SchemaError::from).and_then(|file| schema::inspect(&file)).map_err(|e| unusable(&path, e))?;
    Ok(path)
}

/// Writes a consistent copy of the folder's database to `to`, also while another process uses it.
pub fn backup(folder: &Path, to: &Path) -> Result<(), FileError> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(FileError::Exists { path: to.to_owned() });
    }
    refuse_a_log_alone(folder)?;
    let from = database(folder);
    let connection = ours(&from).map_err(|e| unusable(&from, e))?;
    install(&connection, to, |_| Ok(()))
}

/// Puts a copy back into a folder that has no database. What it holds has another history from then on.
pub fn restore(folder: &Path, from: &Path) -> Result<(), FileError> {
    let connection = ours(from).map_err(|e| unusable(from, e))?;
    integrity::check(&connection).map_err(|e| unusable(from, e))?;
    let _lock = claim(folder)?;
    let names = remains(folder)?;
    if !names.is_empty() {
        return Err(FileError::NotEmpty { path: folder.to_owned(), names });
    }
    install(&connection, &database(folder), |part| {
        let mut copy = integrity::open(part, integrity::WRITING)?;
        schema::migrate(&mut copy)?;
        Ok(schema::begin_history(&copy)?)
    })
}

/// Holds the folder's database, when there is one, to SQLite's own check.
pub fn check(folder: &Path) -> Result<(), FileError> {
    let _lock = claim(folder)?;
    let path = database(folder);
    refuse_a_log_alone(folder)?;
    // One of no bytes is as good as none: it is made at the next start.
    if path.metadata().map_or(0, |file| file.len()) == 0 {
        return Ok(());
    }
    ours(&path).and_then(|connection| integrity::check(&connection)).map_err(|e| unusable(&path, e))
}

/// Opens a file that is a database of ours and not a new one.
fn ours(path: &Path) -> Result<Connection, SchemaError> {
    let connection = integrity::look(path)?;
    if schema::inspect(&connection)? == 0 { Err(SchemaError::Foreign) } else { Ok(connection) }
}

/// Copies the database to a new file beside `to`, finishes and confirms it on the disk, and gives it its name: `to` is
/// whole or absent.
fn install(connection: &Connection, to: &Path, finish: impl FnOnce(&Path) -> Result<(), SchemaError>) -> Result<(), FileError> {
    let trouble = |error| FileError::Copy { path: to.to_owned(), error };
    let part = new_beside(to).map_err(trouble)?;
    let copy = || {
        schema::copy(connection, &std::path::absolute(&part)?).map_err(io::Error::other)?;
        finish(&part).map_err(io::Error::other)?;
        File::open(&part)?.sync_all()?;
        fs::rename(&part, to)?;
        sync_name(to)
    };
    copy().map_err(|error| {
        // What is left of the attempt is of no use to anybody.
        let _ = fs::remove_file(&part);
        trouble(error)
    })
}
