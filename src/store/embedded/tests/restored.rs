//! Histories, what is remembered of deletions when the clock is wrong, and what stands beside a database.

use super::*;
use crate::{
    kernel::{Limit, PageRequest},
    store::embedded::log,
};

const DAY: i64 = 86_400_000_000;

#[tokio::test]
async fn every_restore_begins_a_history_of_its_own() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, copy) = (folder.path().join("data"), folder.path().join("copy.db"));
    let mut histories = Vec::new();
    let history = async |data: &Path| Embedded::open(data, clock()).expect("open").history().await.expect("a history");
    histories.push(history(&data).await);
    assert_eq!(history(&data).await, histories[0]);
    backup(&data, &copy).expect("backup");
    for name in ["one", "two"] {
        restore(&folder.path().join(name), &copy).expect("restore");
        histories.push(history(&folder.path().join(name)).await);
        assert_eq!(history(&folder.path().join(name)).await, histories[histories.len() - 1]);
    }
    histories.push(Embedded::in_memory(clock()).expect("in memory").history().await.expect("a history"));
    histories.sort_unstable();
    histories.dedup();
    assert_eq!(histories.len(), 4, "{histories:?}");
    assert!(histories.iter().all(|history| !history.is_nil()));
}

#[test]
fn what_stands_beside_a_database_is_part_of_one() {
    let folder = tempfile::tempdir().expect("folder");
    let copy = folder.path().join("copy.db");
    let data = folder.path().join("data");
    drop(Embedded::open(&data, clock()).expect("open"));
    backup(&data, &copy).expect("backup");
    for (name, starts) in [("-wal", false), ("-journal", false), ("-shm", true), (".0123.part", true)] {
        let data = folder.path().join(name.trim_start_matches(['-', '.']));
        let name = format!("avanochi.db{name}");
        private_folder(&data).expect("a folder");
        std::fs::write(data.join(&name), "left").expect("written");
        let said = restore(&data, &copy).expect_err("not empty").to_string();
        assert!(said.contains(&format!("({name})")), "{said}");
        assert_eq!(std::fs::read(data.join(&name)).expect("still there"), b"left");
        let opened = Embedded::open(&data, clock()).map(drop);
        assert_eq!(opened.is_ok(), starts, "{name}: {opened:?}");
        if let Err(error) = opened {
            assert!(error.to_string().contains(&name), "{error}");
            // Nothing was made that would make the log another database's.
            assert!(!data.join("avanochi.db").exists());
            assert!(check(&data).is_err() && backup(&data, &folder.path().join("never.db")).is_err());
        }
    }
    // An empty database, as `> avanochi.db` leaves it, is none: SQLite would throw the log away.
    let data = folder.path().join("emptied");
    private_folder(&data).expect("a folder");
    std::fs::write(data.join("avanochi.db"), "").expect("written");
    std::fs::write(data.join("avanochi.db-wal"), "left").expect("written");
    assert!(matches!(Embedded::open(&data, clock()), Err(FileError::LogAlone { .. })));
    assert_eq!(std::fs::read(data.join("avanochi.db-wal")).expect("still there"), b"left");
}

fn published(n: u128, seq: u64) -> Batch {
    let mut batch = batch(n, "1");
    if let Write::Create(draft) = &mut batch.writes[0] {
        draft.published = true;
        draft.seq = seq;
    }
    batch
}

async fn delete(store: &Embedded, clock: &ManualClock, etag: Etag) {
    let (kind, id, at) = ("things".into(), "1".into(), clock.now());
    let forget_at = Timestamp::from_micros(at.micros() + 30 * DAY);
    let write = Write::Tombstone { kind, id, seq: 9, published: true, at, forget_at, etag };
    store.commit(Batch::new(Partition::named("a"), uuid::Uuid::from_u128(50)).with(write)).await.expect("deleted");
}

async fn remembered(store: &Embedded) -> bool {
    let page = PageRequest::first(Limit::MAX);
    let query = Query::Changes { partition: Partition::named("a"), since: 0, page };
    store.query(query).await.expect("changes").items.iter().any(|document| document.deleted_at.is_some())
}

/// The clock is late when something is deleted: by so many days, and with or without a restart before.
#[tokio::test]
async fn what_is_deleted_by_a_late_clock_is_remembered_all_the_same() {
    for late in [0, 1, 29, 31, 40, 20_000] {
        for restarted in [false, true] {
            let folder = tempfile::tempdir().expect("folder");
            let right = Timestamp::from_micros(1_767_323_045_000_000);
            let clock = Arc::new(ManualClock::at(right));
            let mut store = Embedded::open(folder.path(), clock.clone()).expect("open");
            let etag = store.commit(published(1, 1)).await.expect("commit").remove(0);
            if restarted {
                drop(store);
                store = Embedded::open(folder.path(), clock.clone()).expect("open again");
            }
            clock.advance_micros(-late * DAY);
            delete(&store, &clock, etag).await;
            assert!(remembered(&store).await);
            clock.set(Timestamp::from_micros(right.micros() + 30 * DAY - 1));
            assert!(remembered(&store).await, "{late} days late, restarted: {restarted}");
            clock.advance_micros(1);
            assert!(!remembered(&store).await, "{late} days late, restarted: {restarted}");
        }
    }
}

#[test]
fn a_batch_that_takes_something_away_is_known() {
    let etag = Etag::new("x");
    let remove = Write::Remove { kind: "things".into(), id: "1".into(), etag: Some(etag) };
    assert!(!log::deletes(&batch(1, "1")));
    assert!(log::deletes(&batch(1, "1").with(remove)));
}

/// A disk that is full before there is anything on it. The database may grow to one page, and the tables need more.
#[test]
fn a_full_disk_at_the_first_start_is_called_full() {
    let mut connection = Connection::open_in_memory().expect("memory");
    connection.pragma_update(None, "max_page_count", 1).expect("pragma");
    let said = schema::migrate(&mut connection).expect_err("full").to_string();
    assert_eq!(said, "the disk is full");
}
