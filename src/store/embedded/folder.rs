//! The data folder: that it is ours alone, its lock, and the names of the files in it.

use std::{
    ffi::OsString,
    fs::{self, File, Metadata, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use rustix::process::geteuid;

use super::FileError;
use crate::kernel::text::hex;

const DATABASE: &str = "avanochi.db";
/// What SQLite appends to the name of a database for that of its log.
pub const WAL: &str = "-wal";

pub fn database(folder: &Path) -> PathBuf {
    folder.join(DATABASE)
}

/// The file whose name is that of another and more.
pub fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(more);
    name.into()
}

/// Creates the folder, and those above it, for its owner alone. Refuses one that others can write or own, since they could
/// put files of theirs in the place of ours.
pub fn private_folder(folder: &Path) -> Result<(), FileError> {
    let trouble = |error| FileError::Folder { path: folder.to_owned(), error };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(trouble)?;
    let found = fs::metadata(folder).map_err(trouble)?;
    if !is_ours(&found) {
        return Err(FileError::NotOurs { path: folder.to_owned() });
    }
    if found.mode() & 0o022 != 0 {
        return Err(FileError::Writable { path: folder.to_owned() });
    }
    Ok(())
}

/// Whether a file or folder belongs to the user that the program runs as.
pub fn is_ours(found: &Metadata) -> bool {
    found.uid() == geteuid().as_raw()
}

/// Creates the folder when it is missing and takes its lock, which lasts as long as the returned file is open.
pub fn claim(folder: &Path) -> Result<File, FileError> {
    private_folder(folder)?;
    let trouble = |error| FileError::Folder { path: folder.to_owned(), error };
    let mut options = File::options();
    let lock = options.create(true).truncate(false).write(true).mode(0o600).open(folder.join("avanochi.lock"));
    let lock = lock.map_err(trouble)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(FileError::Locked { path: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(trouble(error)),
    }
}

/// The names of all that belongs to a database in the folder, in order.
pub fn remains(folder: &Path) -> Result<Vec<String>, FileError> {
    let trouble = |error| FileError::Folder { path: folder.to_owned(), error };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(trouble)? {
        let name = entry.map_err(trouble)?.file_name().to_string_lossy().into_owned();
        if name.starts_with(DATABASE) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Refuses a log that has something to say of a database that is not there, or empty: what it says would be lost, or
/// become part of another database.
pub fn refuse_a_log_alone(folder: &Path) -> Result<(), FileError> {
    let path = database(folder);
    let size = |path: &Path| path.metadata().map(|file| file.len()).ok();
    let made = size(&path);
    // Beside an empty database, a journal is what a first start leaves that was cut short.
    let alone = |log: &&str| match made {
        None => fs::symlink_metadata(beside(&path, log)).is_ok(),
        Some(0) => *log == WAL && size(&beside(&path, log)).is_some_and(|bytes| bytes > 0),
        Some(_) => false,
    };
    match [WAL, "-journal"].into_iter().find(alone) {
        Some(log) => Err(FileError::LogAlone { path: folder.to_owned(), log: format!("{DATABASE}{log}") }),
        None => Ok(()),
    }
}

/// Makes an empty file that only its owner can read, with a name that nobody can foresee, beside another. It is new: a link
/// or a file that was put there is not followed or used.
pub fn new_beside(path: &Path) -> io::Result<PathBuf> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes)?;
    let part = beside(path, &format!(".{}.part", hex(&bytes)));
    private_file(&part)?;
    Ok(part)
}

/// Makes an empty file that only its owner can read, where there is none.
pub fn private_file(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

/// Confirms on the disk that the file has its name.
pub fn sync_name(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
