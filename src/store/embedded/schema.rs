//! The database file: how it is recognised, created and brought up to date.

use std::path::Path;

use rusqlite::{Connection, Transaction};
use uuid::Uuid;

use super::integrity;
pub use super::schema_error::SchemaError;

/// Marks a SQLite file as ours ("AVAN").
pub const APPLICATION_ID: i32 = 0x4156_414e;

/// Forward migrations; the version of a file is how many of them it has seen.
pub const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE documents (
        pk         TEXT NOT NULL,
        kind       TEXT NOT NULL,
        id         TEXT NOT NULL,
        seq        INTEGER NOT NULL,
        op         BLOB NOT NULL,
        sort       INTEGER,
        facet      TEXT,
        expires_at INTEGER,
        deleted_at INTEGER,
        body       TEXT NOT NULL,
        UNIQUE (pk, kind, id)
    ) STRICT;
    -- What has no place in lists (summaries, guards, tombstones) costs these indexes nothing.
    CREATE INDEX documents_listed ON documents (pk, kind, sort, id) WHERE sort IS NOT NULL;
    CREATE INDEX documents_faceted ON documents (pk, kind, facet, sort, id) WHERE sort IS NOT NULL AND facet IS NOT NULL;
    CREATE INDEX documents_of_everybody ON documents (kind, sort, id, pk) WHERE sort IS NOT NULL;
    CREATE INDEX documents_expiring ON documents (expires_at) WHERE expires_at IS NOT NULL;
",
    "
    -- The place of a published document in the order of all commits. It never comes again, so it is counted beside the
    -- documents: the last one may be removed.
    ALTER TABLE documents ADD COLUMN position INTEGER;
    UPDATE documents SET position = rowid WHERE kind IN ('tasks', 'work_sessions', 'users');
    CREATE UNIQUE INDEX documents_committed ON documents (position) WHERE position IS NOT NULL;
    CREATE INDEX documents_changed ON documents (pk, seq, kind, id) WHERE position IS NOT NULL;
    CREATE TABLE feed (last INTEGER NOT NULL) STRICT;
    INSERT INTO feed SELECT coalesce(max(rowid), 0) FROM documents;
",
    "
    -- A document stands in up to four lists of its kind. In a list that it has no place in, it costs the indexes nothing.
    ALTER TABLE documents RENAME COLUMN sort TO place0;
    ALTER TABLE documents ADD COLUMN place1 INTEGER;
    ALTER TABLE documents ADD COLUMN place2 INTEGER;
    ALTER TABLE documents ADD COLUMN place3 INTEGER;
    CREATE INDEX documents_listed1 ON documents (pk, kind, place1, id) WHERE place1 IS NOT NULL;
    CREATE INDEX documents_listed2 ON documents (pk, kind, place2, id) WHERE place2 IS NOT NULL;
    CREATE INDEX documents_listed3 ON documents (pk, kind, place3, id) WHERE place3 IS NOT NULL;
    CREATE INDEX documents_faceted1 ON documents (pk, kind, facet, place1, id) WHERE place1 IS NOT NULL AND facet IS NOT NULL;
    CREATE INDEX documents_faceted2 ON documents (pk, kind, facet, place2, id) WHERE place2 IS NOT NULL AND facet IS NOT NULL;
    CREATE INDEX documents_faceted3 ON documents (pk, kind, facet, place3, id) WHERE place3 IS NOT NULL AND facet IS NOT NULL;
    ",
    "
    -- Which history the documents are of. Numbers of changes mean nothing in another one.
    CREATE TABLE history (id BLOB NOT NULL) STRICT;
    INSERT INTO history VALUES (randomblob(16));
    -- The latest time at which anything was written, to about a minute.
    ALTER TABLE feed ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;
",
    "
    -- Asked by nobody: where the second list of a kind has facets, its places tell them.
    DROP INDEX documents_faceted1;
",
];

const HISTORY: &str = "SELECT id FROM history";
const BEGIN_HISTORY: &str = "UPDATE history SET id = randomblob(16)";
/// The statement accepts an empty file.
const COPY: &str = "VACUUM INTO ?1";

/// Looks at a file without changing it and returns its version; zero for a new, empty one.
pub fn inspect(connection: &Connection) -> Result<usize, SchemaError> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 && application == 0 && version == 0 {
        return Ok(0);
    }
    if application != APPLICATION_ID {
        return Err(SchemaError::Foreign);
    }
    let version = usize::try_from(version).map_err(|_| SchemaError::Foreign)?;
    if version > MIGRATIONS.len() {
        return Err(SchemaError::Newer { found: version, known: MIGRATIONS.len() });
    }
    integrity::compare(connection, &example(version)?)?;
    Ok(version)
}

/// A database in memory as a version has it.
pub fn example(version: usize) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    let transaction = connection.transaction()?;
    apply(&transaction, MIGRATIONS.get(..version).unwrap_or(MIGRATIONS))?;
    transaction.commit()?;
    Ok(connection)
}

/// Applies the migrations that the file has not seen, all of them or none.
pub fn migrate(connection: &mut Connection) -> Result<(), SchemaError> {
    let seen = inspect(connection)?;
    if seen == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    apply(&transaction, &MIGRATIONS[seen..])?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX))?;
    transaction.commit()?;
    Ok(())
}

/// Which history the documents are of.
pub fn history(connection: &Connection) -> rusqlite::Result<Uuid> {
    connection.query_row(HISTORY, [], |row| Ok(Uuid::from_bytes(row.get(0)?)))
}

/// Makes what is there the beginning of another history.
pub fn begin_history(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(BEGIN_HISTORY, []).map(drop)
}

/// Writes a consistent copy to an empty file. The path is absolute, and text as everything that SQLite is given.
pub fn copy(connection: &Connection, to: &Path) -> rusqlite::Result<()> {
    let text = to.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(to.to_owned()))?;
    connection.execute(COPY, [text]).map(drop)
}

fn apply(transaction: &Transaction<'_>, migrations: &[&str]) -> rusqlite::Result<()> {
    migrations.iter().try_for_each(|sql| transaction.execute_batch(sql))
}

/// Makes an empty file as an earlier version did.
#[cfg(test)]
pub fn migrate_to(version: u8, connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    apply(&transaction, &MIGRATIONS[..usize::from(version)])?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_brought_up_to_date_once() {
        let mut connection = Connection::open_in_memory().expect("memory");
        assert_eq!(inspect(&connection).expect("empty"), 0);
        migrate(&mut connection).expect("first");
        migrate(&mut connection).expect("again");
        assert_eq!(inspect(&connection).expect("ours"), MIGRATIONS.len());
    }

    #[test]
    fn what_an_older_version_wrote_can_be_followed() {
        let mut connection = Connection::open_in_memory().expect("memory");
        let insert = "INSERT INTO documents (pk, kind, id, seq, op, body) VALUES ('a', ?1, '1', 1, x'00', '1')";
        migrate_to(1, &mut connection).expect("the first version");
        for kind in ["tasks", "summaries", "users"] {
            connection.execute(insert, [kind]).expect("insert");
        }
        migrate(&mut connection).expect("migrate");
        let (changes, last) = super::super::sql::committed(&connection, 0, 10).expect("changes");
        assert_eq!(changes.iter().map(|change| &*change.kind).collect::<Vec<_>>(), ["tasks", "users"]);
        assert_eq!((last, super::super::sql::last_position(&connection).expect("position")), (3, 3));
    }

    #[test]
    fn a_newer_or_foreign_file_is_refused() {
        let mut connection = Connection::open_in_memory().expect("memory");
        migrate(&mut connection).expect("first");
        connection.pragma_update(None, "user_version", 1_000).expect("pragma");
        assert!(matches!(migrate(&mut connection), Err(SchemaError::Newer { found: 1_000, .. })));
        let foreign = Connection::open_in_memory().expect("memory");
        foreign.execute_batch("CREATE TABLE theirs (x)").expect("table");
        assert!(matches!(inspect(&foreign), Err(SchemaError::Foreign)));
    }
}
