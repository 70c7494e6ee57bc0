//! Files that somebody else made: what is not ours is named, nothing in them is run, and no look at them goes on for ever.

use super::*;
use crate::store::embedded::integrity;

/// What a stranger does to a database of ours, and what the refusal names.
const ALTERED: &[(&str, &str)] = &[
    ("CREATE TRIGGER thief AFTER INSERT ON documents BEGIN UPDATE documents SET body = 'theirs'; END", "the trigger 'thief'"),
    ("CREATE TRIGGER early BEFORE UPDATE ON feed BEGIN DELETE FROM documents; END", "the trigger 'early'"),
    ("CREATE VIEW peep AS SELECT body FROM documents", "the view 'peep'"),
    ("CREATE TABLE theirs (x)", "the table 'theirs'"),
    (
        "PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema VALUES ('table', 'words', 'words', 0, 'CREATE VIRTUAL TABLE words USING fts5(x)')",
        "the table 'words'",
    ),
    ("CREATE INDEX spare ON documents (body)", "the index 'spare'"),
    ("CREATE TABLE \"a\nb\u{1b}[2J\" (x)", "'a\\nb\\u{1b}[2J'"),
    ("ALTER TABLE documents ADD COLUMN extra TEXT AS (hex(body))", "the table 'documents'"),
    ("ALTER TABLE feed ADD COLUMN extra INTEGER", "the table 'feed'"),
    ("DROP INDEX documents_expiring", "the index 'documents_expiring' is missing"),
    ("DROP TABLE history", "the table 'history' is missing"),
    (
        "DROP INDEX documents_expiring; CREATE INDEX documents_expiring ON documents (expires_at)",
        "the index 'documents_expiring'",
    ),
    ("ANALYZE", "the table 'sqlite_stat1'"),
    (
        "DROP TABLE feed; CREATE VIEW feed (last, newest) AS WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
         SELECT max(x), max(x) FROM n",
        "the view 'feed'",
    ),
];

/// A folder with a database of ours in which one document was written.
async fn used() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    let store = Embedded::open(folder.path(), clock()).expect("open");
    store.commit(batch(1, "1")).await.expect("commit");
    folder
}

#[tokio::test]
async fn what_the_migrations_did_not_make_is_refused_and_named() {
    for (sql, named) in ALTERED {
        let folder = used().await;
        let path = folder::database(folder.path());
        let theirs = Connection::open(&path).expect("open");
        theirs.execute_batch(sql).expect(sql);
        drop(theirs);
        let before = std::fs::read(&path).expect("read");
        let into = folder.path().join("other");
        let refusals = [
            Embedded::open(folder.path(), clock()).map(drop),
            restore(&into, &path),
            backup(folder.path(), &folder.path().join("copy.db")),
            check(folder.path()),
        ];
        for refused in refusals {
            let said = refused.expect_err(sql).to_string();
            assert!(said.contains("cannot be used: it has been altered: ") && said.contains(named), "{said}");
        }
        assert_eq!(std::fs::read(&path).expect("read"), before, "{sql}");
        assert!(!into.exists() && !folder.path().join("copy.db").exists());
    }
}

#[tokio::test]
async fn a_row_that_no_index_knows_is_damage() {
    let folder = used().await;
    let path = folder::database(folder.path());
    // An index that has lost an entry: lists would not show what a read by its key finds.
    let theirs = Connection::open(&path).expect("open");
    theirs
        .execute_batch(
            "PRAGMA writable_schema = ON;
             CREATE TEMP TABLE kept AS SELECT sql FROM sqlite_schema WHERE name = 'documents_listed';
             UPDATE sqlite_schema SET sql = 'CREATE INDEX documents_listed ON documents (pk, kind, place0, id) WHERE pk IS NULL'
             WHERE name = 'documents_listed'",
        )
        .expect("altered");
    drop(theirs);
    let theirs = Connection::open(&path).expect("open");
    theirs.execute_batch("REINDEX; PRAGMA writable_schema = ON").expect("emptied");
    let sql = "CREATE INDEX documents_listed ON documents (pk, kind, place0, id) WHERE place0 IS NOT NULL";
    theirs.execute("UPDATE sqlite_schema SET sql = ?1 WHERE name = 'documents_listed'", [sql]).expect("as before");
    drop(theirs);
    for refused in [check(folder.path()), restore(&folder.path().join("other"), &path)] {
        let said = refused.expect_err("damaged").to_string();
        assert!(said.contains("it is damaged: ") && said.contains("documents_listed"), "{said}");
    }
}

#[tokio::test]
async fn no_connection_runs_what_stands_in_the_file() {
    let folder = used().await;
    let store = Embedded::open(folder.path(), clock()).expect("open");
    let guarded = |connection: &Connection| {
        let is = |setting| connection.db_config(setting).expect("a setting");
        assert!(is(DbConfig::SQLITE_DBCONFIG_DEFENSIVE));
        assert!(!is(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA));
        assert!(!is(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER));
        assert!(!is(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW));
    };
    let of_reader = |store: &Embedded| {
        let look = |connection: &Connection| {
            guarded(connection);
            Ok(())
        };
        store.readers.with(look).expect("a reader");
    };
    of_reader(&store);
    // In memory, readers have the writer's.
    of_reader(&Embedded::in_memory(clock()).expect("in memory"));
    guarded(&integrity::open(&folder::database(folder.path()), integrity::WRITING).expect("as the writer's"));
    guarded(&integrity::look(&folder::database(folder.path())).expect("a look"));

    // A trigger that comes after the start is not run either.
    let theirs = Connection::open(folder::database(folder.path())).expect("open");
    theirs
        .execute_batch("CREATE TRIGGER thief AFTER INSERT ON documents BEGIN UPDATE documents SET body = 'theirs'; END")
        .expect("a trigger");
    store.commit(batch(2, "2")).await.expect("commit");
    for n in [1, 2] {
        assert_eq!(store.get(key(n)).await.expect("read").expect("there").body, n.to_string());
    }
}

#[tokio::test]
async fn a_look_that_would_not_end_is_ended() {
    let folder = used().await;
    let connection = integrity::look(&folder::database(folder.path())).expect("a look");
    let endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    let error = connection.query_row(endless, [], |row| row.get::<_, i64>(0)).expect_err("ended");
    assert!(schema::SchemaError::from(error).to_string().contains("would not end"));
}

/// What was written down by an earlier version, which knew no histories, is as good as ever.
#[tokio::test]
async fn a_copy_of_an_earlier_version_is_put_back() {
    let folder = tempfile::tempdir().expect("folder");
    let copy = folder.path().join("copy.db");
    for version in 1..schema::MIGRATIONS.len() {
        let older = schema::example(version).expect("an older version");
        older.pragma_update(None, "application_id", schema::APPLICATION_ID).expect("pragma");
        older.pragma_update(None, "user_version", i32::try_from(version).expect("small")).expect("pragma");
        schema::copy(&older, &copy).expect("copied");
        let data = folder.path().join(version.to_string());
        restore(&data, &copy).expect("restored");
        std::fs::remove_file(&copy).expect("removed");
        let store = Embedded::open(&data, clock()).expect("open");
        store.commit(batch(1, "1")).await.expect("commit");
    }
}
