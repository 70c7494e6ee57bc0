//! The embedded store against the common suite, in memory and on the disk, and what only a file can suffer.

mod hostile;
mod restored;

use std::sync::Arc;

use futures_util::FutureExt as _;

use super::*;
use crate::{
    kernel::{ManualClock, Timestamp},
    store::{Draft, Order, Partition, Place, Scope, Span, Write},
};

fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::at(Timestamp::from_micros(1_767_323_045_000_000)))
}

mod memory {
    use super::*;
    crate::contract_suite!(|clock| Arc::new(Embedded::in_memory(clock).expect("in memory")));
}

mod file {
    use super::*;

    /// Removes its folder when the test is over.
    #[derive(Debug)]
    struct InFolder(Embedded, #[expect(dead_code, reason = "held for its Drop")] tempfile::TempDir);

    #[async_trait::async_trait]
    impl Store for InFolder {
        fn name(&self) -> &'static str {
            self.0.name()
        }
        async fn history(&self) -> Result<Uuid, StoreError> {
            self.0.history().await
        }
        async fn get(&self, key: Key) -> Result<Option<Document>, StoreError> {
            self.0.get(key).await
        }
        async fn query(&self, query: Query) -> Result<Page<Document>, StoreError> {
            self.0.query(query).await
        }
        async fn ranges(&self) -> Result<Vec<KeyRange>, StoreError> {
            self.0.ranges().await
        }
        async fn commit(&self, batch: Batch) -> Result<Vec<Etag>, StoreError> {
            self.0.commit(batch).await
        }
    }

    crate::contract_suite!(|clock| {
        let folder = tempfile::tempdir().expect("folder");
        Arc::new(InFolder(Embedded::open(&folder.path().join("data"), clock).expect("open"), folder))
    });
}

fn draft(n: u128, body: &str) -> Draft {
    Draft {
        kind: "things".into(),
        id: n.to_string(),
        seq: 1,
        places: [Some(0), None, None, None],
        facet: None,
        published: false,
        expires_at: None,
        body: body.into(),
    }
}

fn batch(n: u128, body: &str) -> Batch {
    Batch::new(Partition::named("a"), uuid::Uuid::from_u128(n + 1)).with(Write::Create(draft(n, body)))
}

fn key(n: u128) -> Key {
    Key { partition: Partition::named("a"), kind: "things".into(), id: n.to_string() }
}

#[tokio::test]
async fn finds_everything_again_after_reopening() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Embedded::open(folder.path(), clock()).expect("open");
    store.commit(batch(1, "1")).await.expect("commit");
    drop(store);
    let store = Embedded::open(folder.path(), clock()).expect("open again");
    assert_eq!(store.get(key(1)).await.expect("read").expect("there").body, "1");
}

/// A file of the version before there were places, made by the statements that made it then.
#[tokio::test]
async fn lists_what_an_earlier_version_wrote() {
    let folder = tempfile::tempdir().expect("folder");
    let mut older = Connection::open(folder::database(folder.path())).expect("open");
    schema::migrate_to(2, &mut older).expect("the schema");
    let insert = "INSERT INTO documents (pk, kind, id, seq, op, sort, facet, body) VALUES ('a', 'things', ?1, 1, x'00000000000000000000000000000001', ?2, ?3, '1')";
    for (id, sort, facet) in [("1", Some(3), None), ("2", Some(1), Some("x")), ("3", Some(2), Some("x")), ("4", None, Some("x"))]
    {
        older.execute(insert, rusqlite::params![id, sort, facet]).expect("insert");
    }
    drop(older);
    let store = Embedded::open(folder.path(), clock()).expect("open");
    let listed = async |scope, facet, order| {
        let page = crate::kernel::PageRequest::first(crate::kernel::Limit::MAX);
        let query = Query::List { scope, kind: "things".into(), facet, order, span: Span::ALL, page };
        let page = store.query(query).await.expect("page");
        page.items.into_iter().map(|document| document.key.id).collect::<String>()
    };
    let own = |place| Scope::Partition(Partition::named("a"), place);
    assert_eq!(listed(own(Place::FIRST), None, Order::Ascending).await, "231");
    assert_eq!(listed(own(Place::FIRST), None, Order::Descending).await, "132");
    assert_eq!(listed(own(Place::FIRST), Some("x"), Order::Ascending).await, "23");
    assert_eq!(listed(Scope::Everybody, None, Order::Ascending).await, "231");
    assert_eq!(listed(own(Place::SECOND), None, Order::Ascending).await, "");
    let etag = store.get(key(4)).await.expect("read").expect("there").etag;
    let placed = Draft { places: [None, Some(1), None, None], ..draft(4, "2") };
    let batch = Batch::new(Partition::named("a"), uuid::Uuid::from_u128(9)).with(Write::Replace(placed, etag));
    store.commit(batch).await.expect("replaced");
    assert_eq!(listed(own(Place::SECOND), None, Order::Ascending).await, "4");
}

#[tokio::test]
async fn a_second_opener_is_refused_until_the_first_is_gone() {
    let folder = tempfile::tempdir().expect("folder");
    let first = Embedded::open(folder.path(), clock()).expect("open");
    assert!(matches!(Embedded::open(folder.path(), clock()), Err(FileError::Locked { .. })));
    drop(first);
    Embedded::open(folder.path(), clock()).expect("free again");
}

#[tokio::test]
async fn copies_while_in_use_and_puts_back() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, copy, other) = (folder.path().join("data"), folder.path().join("copy.db"), folder.path().join("other"));
    let store = Embedded::open(&data, clock()).expect("open");
    store.commit(batch(1, "1")).await.expect("commit");
    backup(&data, &copy).expect("backup");
    store.commit(batch(2, "2")).await.expect("commit");
    assert!(matches!(backup(&data, &copy), Err(FileError::Exists { .. })));
    restore(&other, &copy).expect("restore");
    let restored = Embedded::open(&other, clock()).expect("open the copy");
    assert_eq!(restored.get(key(1)).await.expect("read").expect("there").body, "1");
    assert!(restored.get(key(2)).await.expect("read").is_none());
    drop(restored);
    assert!(matches!(restore(&other, &copy), Err(FileError::NotEmpty { .. })));
    assert!(matches!(restore(&data, &copy), Err(FileError::Locked { .. })));
    std::fs::write(folder.path().join("junk"), "not a database, but long enough to be looked at").expect("junk");
    assert!(matches!(restore(&folder.path().join("new"), &folder.path().join("junk")), Err(FileError::Unusable { .. })));
    assert!(!folder.path().join("new").join("avanochi.db").exists());
}

#[test]
fn a_file_that_cannot_be_used_is_left_as_it_is() {
    let data = tempfile::tempdir().expect("folder");
    let path = folder::database(data.path());
    let open = || Embedded::open(data.path(), clock()).expect_err("refused").to_string();

    std::fs::write(&path, [7_u8; 8192]).expect("garbage");
    assert!(open().contains("damaged"), "{}", open());
    assert_eq!(std::fs::read(&path).expect("read"), [7_u8; 8192]);

    std::fs::remove_file(&path).expect("remove");
    drop(Embedded::open(data.path(), clock()).expect("fresh"));
    Connection::open(&path).expect("open").pragma_update(None, "user_version", 99).expect("pragma");
    let before = std::fs::read(&path).expect("read");
    assert!(open().contains("newer version"), "{}", open());
    assert_eq!(std::fs::read(&path).expect("read"), before);
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_folder_or_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let above = tempfile::tempdir().expect("folder");
    let data = above.path().join("deep").join("data");
    drop(Embedded::open(&data, clock()).expect("open"));
    let mode = |path: &Path| std::fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&folder::database(&data)), 0o600);
}

/// Follows the commits from a position on, two at a time.
async fn followed(store: &Embedded, mut position: u64) -> (Vec<String>, u64) {
    let mut ids = Vec::new();
    loop {
        let (changes, last) = store.changes(position, 2).await.expect("changes");
        if changes.is_empty() {
            return (ids, last);
        }
        ids.extend(changes.into_iter().map(|change| change.id));
        position = last;
    }
}

#[tokio::test]
async fn is_followed_in_the_order_of_its_commits() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Embedded::open(folder.path(), clock()).expect("open");
    let mut etags = Vec::new();
    for n in 1..=5 {
        let mut batch = batch(n, "1");
        if let Write::Create(draft) = &mut batch.writes[0] {
            draft.published = n != 2;
        }
        etags.push(store.commit(batch).await.expect("commit").remove(0));
    }
    let (ids, position) = followed(&store, 0).await;
    assert_eq!(ids, ["1", "3", "4", "5"]);
    // What is written again moves to the end; what is removed is not seen, and its place is not given again.
    let change = |write| Batch::new(Partition::named("a"), uuid::Uuid::from_u128(99)).with(write);
    let remove = Write::Remove { kind: "things".into(), id: "5".into(), etag: None };
    store.commit(change(remove)).await.expect("removed");
    drop(store);
    let store = Embedded::open(folder.path(), clock()).expect("open again");
    let draft = match batch(3, "2").writes.remove(0) {
        Write::Create(draft) => Draft { published: true, ..draft },
        other => panic!("{other:?}"),
    };
    store.commit(change(Write::Replace(draft, etags[2].clone()))).await.expect("replaced");
    store.wait(position).await;
    assert_eq!(followed(&store, position).await.0, ["3"]);
    assert_eq!(followed(&store, 0).await.0, ["1", "4", "3"]);
}

#[tokio::test]
async fn nobody_is_woken_for_what_was_removed() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Embedded::open(folder.path(), clock()).expect("open");
    for n in 1..=3 {
        let mut batch = batch(n, "1");
        if let Write::Create(draft) = &mut batch.writes[0] {
            draft.published = true;
        }
        store.commit(batch).await.expect("commit");
    }
    for id in ["2", "3"] {
        let remove = Write::Remove { kind: "things".into(), id: id.into(), etag: None };
        store.commit(Batch::new(Partition::named("a"), uuid::Uuid::from_u128(99)).with(remove)).await.expect("removed");
    }
    drop(store);
    let store = Embedded::open(folder.path(), clock()).expect("open again");
    let (ids, position) = followed(&store, 0).await;
    assert_eq!((ids, position), (vec!["1".to_owned()], 3));
    assert_eq!(store.wait(position).now_or_never(), None);
    // A page that is full says nothing of what comes after it.
    assert_eq!(store.changes(0, 1).await.expect("changes").1, 1);
}

#[tokio::test]
async fn all_is_in_the_one_file_even_after_a_read_that_outlived_the_store() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Embedded::open(folder.path(), clock()).expect("open");
    store.commit(batch(1, "1")).await.expect("commit");
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (began, begins) = std::sync::mpsc::channel();
    let readers = Arc::clone(&store.readers);
    let reading = std::thread::spawn(move || {
        readers.with(|connection| {
            began.send(()).expect("heard");
            wait.recv().expect("told");
            sql::last_position(connection).map_err(StoreError::from)
        })
    });
    begins.recv().expect("a read");
    drop(store);
    let claimed = || Embedded::open(folder.path(), clock()).is_ok();
    assert!(!claimed());
    go.send(()).expect("heard");
    reading.join().expect("no panic").expect("read");
    assert!(!folder.path().join("avanochi.db-wal").exists());
    assert!(claimed());
}

/// A full disk, made by forbidding the database to grow: nothing of the refused batch is there, and the store works
/// again as soon as there is room.
#[tokio::test]
async fn a_full_disk_refuses_and_recovers() {
    let mut connection = Connection::open_in_memory().expect("memory");
    schema::migrate(&mut connection).expect("schema");
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).expect("pages");
    let shared = SharedConnection::new(connection);
    let store = Embedded::assemble(shared.clone(), Pool::Memory(shared.clone()), clock(), None).expect("store");
    let room = |pages: i64| shared.lock().pragma_update(None, "max_page_count", pages).expect("pragma");

    room(pages + 2);
    let body = format!("\"{}\"", "x".repeat(100_000));
    let full = store.commit(batch(1, &body)).await;
    assert!(matches!(full, Err(StoreError::Unavailable(_))), "{full:?}");
    assert!(store.get(key(1)).await.expect("read").is_none());
    room(1_000_000);
    store.commit(batch(1, &body)).await.expect("room again");
}

/// How many documents a store still has, expired or not.
fn left(store: &Embedded) -> i64 {
    let count = |connection: &Connection| Ok(connection.query_row("SELECT count(*) FROM documents", [], |row| row.get(0))?);
    store.readers.with(count).expect("a number")
}

/// A store with 2,000 expired documents, some of which are of the hour before.
async fn overdue() -> (Embedded, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_767_323_045_000_000)));
    let store = Embedded::in_memory(clock.clone()).expect("store");
    let expires_at = Some(Timestamp::from_micros(clock.now().micros() + 1));
    for hundred in 0..20_u128 {
        let drafts = (0..100).map(|n| draft(hundred * 100 + n, "1"));
        let writes = drafts.map(|draft| Write::Create(Draft { expires_at, ..draft })).collect();
        store.commit(Batch { partition: Partition::named("a"), op: uuid::Uuid::from_u128(1), writes }).await.expect("commit");
    }
    clock.advance_micros(120_000_000);
    (store, clock)
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_documents_are_taken_away_while_nothing_else_is_to_do() {
    let (store, _clock) = overdue().await;
    assert_eq!(left(&store), 2_000);
    store.commit(batch(9_999, "1")).await.expect("commit");
    let gone = async {
        while left(&store) > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), gone).await.expect("one is left");
    assert!(store.get(key(9_999)).await.expect("read").is_some());
}

/// Each commit waits for one transaction of those that remove what has expired, at most.
#[tokio::test(flavor = "multi_thread")]
async fn expired_documents_are_taken_away_between_commits() {
    let (store, _clock) = overdue().await;
    for n in 1..=25_u32 {
        store.commit(batch(u128::from(n) + 5_000, "1")).await.expect("commit");
        // The round after this commit may still be under way.
        let expired = 2_000 - 100 * i64::from(n - 1);
        assert!(left(&store) <= expired.max(0) + i64::from(n), "after {n} commits");
    }
}
