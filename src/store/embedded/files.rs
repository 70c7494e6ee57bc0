//! The folder of the embedded store: its lock, its database file, copies of it and back.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};

use super::schema::{self, SchemaError};

/// Why the folder or a file in it cannot be used. Each message names the path and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the data folder {} cannot be used: {error}", path.display())]
    Folder { path: PathBuf, error: io::Error },
    #[error("the data folder {} is in use by another avanochi; stop that one, or choose another folder with --data", path.display())]
    Locked { path: PathBuf },
    #[error("{} cannot be used: {error}", path.display())]
    Unusable { path: PathBuf, error: SchemaError },
    #[error("{} exists already; choose another name", path.display())]
    Exists { path: PathBuf },
    #[error("the data folder {} already has a database; restore into an empty one", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{} cannot be written: {error}", path.display())]
    Copy { path: PathBuf, error: io::Error },
    #[error("the store's thread cannot be started: {0}")]
    Thread(io::Error),
}

pub(super) fn unusable(path: &Path, error: SchemaError) -> FileError {
    FileError::Unusable { path: path.to_owned(), error }
}

pub(super) fn database(folder: &Path) -> PathBuf {
    folder.join("avanochi.db")
}

/// Creates the folder when it is missing and takes its lock, which lasts as long as the returned file is open.
pub(super) fn claim(folder: &Path) -> Result<File, FileError> {
    let trouble = |error| FileError::Folder { path: folder.to_owned(), error };
    private_folder(folder).map_err(trouble)?;
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lock = options.open(folder.join("avanochi.lock")).map_err(trouble)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(FileError::Locked { path: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(trouble(error)),
    }
}

/// Refuses a file that is not ours or from a newer version, without changing a byte of it; makes a missing one.
pub(super) fn prepare(path: &Path) -> Result<(), FileError> {
    if !path.exists() {
        return private_file(path).map_err(|error| FileError::Folder { path: path.to_owned(), error });
    }
    read_only(path).and_then(|connection| schema::inspect(&connection)).map_err(|e| unusable(path, e))?;
    Ok(())
}

/// Writes a consistent copy of the folder's database to `to`, also while another process uses it.
pub fn backup(folder: &Path, to: &Path) -> Result<(), FileError> {
    if to.exists() {
        return Err(FileError::Exists { path: to.to_owned() });
    }
    let from = database(folder);
    let connection = read_only(&from).map_err(|e| unusable(&from, e))?;
    if schema::inspect(&connection).map_err(|e| unusable(&from, e))? == 0 {
        return Err(unusable(&from, SchemaError::Foreign));
    }
    install(&connection, to)
}

/// Puts a copy back into a folder that has no database.
pub fn restore(folder: &Path, from: &Path) -> Result<(), FileError> {
    let connection = read_only(from).map_err(|e| unusable(from, e))?;
    if schema::inspect(&connection).map_err(|e| unusable(from, e))? == 0 {
        return Err(unusable(from, SchemaError::Foreign));
    }
    let verdict: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|e| unusable(from, e.into()))?;
    if verdict != "ok" {
        return Err(unusable(from, SchemaError::Damaged(verdict)));
    }
    let _lock = claim(folder)?;
    let to = database(folder);
    if to.exists() {
        return Err(FileError::NotEmpty { path: folder.to_owned() });
    }
    install(&connection, &to)
}

/// Copies the database to a file beside `to`, confirms it on the disk and gives it its name: `to` is whole or absent.
fn install(connection: &Connection, to: &Path) -> Result<(), FileError> {
    let part = PathBuf::from(format!("{}.part", to.display()));
    let copy = || {
        // The statement accepts an empty file, which is made private before anything is in it.
        private_file(&part)?;
        let sql = connection.execute("VACUUM INTO ?1", [part.to_string_lossy()]);
        sql.map_err(io::Error::other)?;
        File::open(&part)?.sync_all()?;
        fs::rename(&part, to)?;
        sync_folder(to)
    };
    copy().map_err(|error| {
        // What is left of the attempt is of no use to anybody.
        let _ = fs::remove_file(&part);
        FileError::Copy { path: to.to_owned(), error }
    })
}

fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn read_only(path: &Path) -> Result<Connection, SchemaError> {
    Ok(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

/// Creates the folder, and those above it, readable by its owner alone.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes an empty file that only its owner can read, in place of what an earlier attempt may have left.
fn private_file(path: &Path) -> io::Result<()> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
