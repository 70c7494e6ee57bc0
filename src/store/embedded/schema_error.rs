//! Why a database file cannot be used.

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error("it is not an Avanochi database")]
    Foreign,
    #[error("it was written by a newer version of Avanochi (schema {found}, this version knows {known}); update Avanochi")]
    Newer { found: usize, known: usize },
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("it has been altered: {0}")]
    Altered(String),
    #[error("{}", explain(.0))]
    Sqlite(#[from] rusqlite::Error),
}

/// A disk that is full or fails, and a file that is damaged, are different things to whoever must do something.
fn explain(error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode as E;
    match error.sqlite_error_code() {
        Some(E::DiskFull) => "the disk is full".into(),
        Some(E::DatabaseCorrupt | E::NotADatabase) => format!("it is damaged: {error}"),
        Some(E::OperationInterrupted) => "it is damaged, or was made so that reading it would not end".into(),
        _ => format!("it cannot be read or written: {error}"),
    }
}
