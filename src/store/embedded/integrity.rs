//! What a connection may do and what a file may hold. A file may have been made by somebody else, so nothing in it is run,
//! and no look into it takes longer than its size allows.

use std::{collections::BTreeMap, path::Path};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{folder, schema_error::SchemaError};

/// Reading and writing a database that exists. A path is a path: SQLite would take one that begins with `file:` for a URI.
pub const WRITING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);
pub const READING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// More objects than any version has. What is beyond need not be read: one that is foreign has been found by then.
const OBJECTS: &str = "
    SELECT CAST(type AS TEXT), CAST(name AS TEXT), CAST(tbl_name AS TEXT), CAST(coalesce(sql, '') AS TEXT)
    FROM sqlite_schema LIMIT 1000";
const CHECK: &str = "PRAGMA integrity_check(1)";

/// After how many of SQLite's steps the count is looked at.
const STEPS: i32 = 10_000;
/// What a look may take: some steps for each byte, which is several times what the complete check takes, and a fraction of
/// a second for what is small.
const STEPS_FOR_EACH_BYTE: u64 = 20;
const STEPS_AT_LEAST: u64 = 20_000_000;

/// Opens the file and guards the connection before anything is read.
pub fn open(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    // SQLite is built to read URIs whatever the flags say; an absolute path is none.
    let absolute = std::path::absolute(path).map_err(|_| rusqlite::Error::InvalidPath(path.to_owned()))?;
    let connection = Connection::open_with_flags(absolute, flags)?;
    guard(&connection)?;
    Ok(connection)
}

/// Opens a file for a bounded look that changes nothing.
pub fn look(path: &Path) -> rusqlite::Result<Connection> {
    let log = folder::beside(path, folder::WAL);
    let bytes = [path, &log].into_iter().filter_map(|path| path.metadata().ok()).map(|file| file.len()).sum::<u64>();
    let mut connection = open(path, READING)?;
    bound(&mut connection, bytes.saturating_mul(STEPS_FOR_EACH_BYTE).saturating_add(STEPS_AT_LEAST))?;
    Ok(connection)
}

/// Interrupts the connection's statements once they have taken so many steps altogether.
fn bound(connection: &mut Connection, mut steps: u64) -> rusqlite::Result<()> {
    connection.progress_handler(
        STEPS,
        Some(move || {
            steps = steps.saturating_sub(u64::from(STEPS.unsigned_abs()));
            steps == 0
        }),
    )
}

/// Makes sure that the connection runs nothing that stands in the file.
pub fn guard(connection: &Connection) -> rusqlite::Result<()> {
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        connection.set_db_config(setting, on)?;
    }
    Ok(())
}

/// SQLite's own check of the whole file: its pages, its rows, and that each index says what its table says.
pub fn check(connection: &Connection) -> Result<(), SchemaError> {
    let verdict: String = connection.query_row(CHECK, [], |row| row.get(0))?;
    // What it says begins with the name that the file has for it, on a line of its own.
    if verdict == "ok" { Ok(()) } else { Err(SchemaError::Damaged(verdict.lines().last().unwrap_or_default().to_owned())) }
}

/// Type and name of an object, and what it is defined as.
type Objects = BTreeMap<(String, String), (String, String)>;

/// Holds the tables, indexes, triggers and views of a file to those of an example that the migrations have made.
pub fn compare(connection: &Connection, example: &Connection) -> Result<(), SchemaError> {
    let (found, expected) = (objects(connection)?, objects(example)?);
    for (object, definition) in &found {
        let what = || named(object);
        match expected.get(object) {
            None => return Err(SchemaError::Altered(format!("{} is none of Avanochi's", what()))),
            Some(known) if known != definition => {
                return Err(SchemaError::Altered(format!("{} is not as Avanochi makes it", what())));
            }
            Some(_) => {}
        }
    }
    match expected.keys().find(|object| !found.contains_key(*object)) {
        Some(missing) => Err(SchemaError::Altered(format!("{} is missing", named(missing)))),
        None => Ok(()),
    }
}

fn objects(connection: &Connection) -> rusqlite::Result<Objects> {
    let mut statement = connection.prepare(OBJECTS)?;
    let mut rows = statement.query([])?;
    let mut objects = Objects::new();
    while let Some(row) = rows.next()? {
        let definition = (row.get(2)?, plain(&row.get::<_, String>(3)?));
        let object = (row.get(0)?, row.get(1)?);
        // A second one of the same name is told from the first by being neither.
        objects.entry(object).and_modify(|known| *known = (String::new(), String::new())).or_insert(definition);
    }
    Ok(objects)
}

/// A definition without what SQLite may write in another way when it changes a table: quotes and space.
fn plain(sql: &str) -> String {
    sql.replace('"', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// For a message on a terminal: what a stranger wrote is escaped and not repeated at length.
fn named((kind, name): &(String, String)) -> String {
    let short = |text: &str| text.chars().take(60).collect::<String>().escape_debug().to_string();
    format!("the {} '{}'", short(kind), short(name))
}
