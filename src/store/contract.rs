//! What every adapter must do, as one suite of tests. An adapter calls [`contract_suite!`] with a function that
//! makes a fresh store over the clock it is given.

#![expect(clippy::missing_panics_doc, reason = "its functions are tests")]

use std::sync::Arc;

use uuid::Uuid;

use super::{Batch, Document, Draft, Etag, Key, Kind, Order, Partition, Query, Scope, Span, Store, StoreError, Write};
use crate::kernel::{Clock, IdSource, Limit, ManualClock, Page, PageRequest, RandomIds, Timestamp};

mod lists;
mod model;

pub use lists::{
    a_page_ends_exactly_at_the_end, binds_cursors_to_their_list, ends_pages_at_a_mebibyte, lists_what_lies_within_a_span,
    pages_in_order_without_gap_or_repeat, refuses_a_cursor_that_it_did_not_give,
};
pub use model::lists_as_a_model_does;

/// A store under test, with its clock.
pub struct Bench {
    pub store: Arc<dyn Store>,
    pub clock: Arc<ManualClock>,
    ids: RandomIds,
}

pub const DAY: i64 = 86_400_000_000;

impl Bench {
    pub fn new(make: impl FnOnce(Arc<dyn Clock>) -> Arc<dyn Store>) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_767_323_045_000_000)));
        Self { store: make(clock.clone()), clock, ids: RandomIds::default() }
    }

    async fn commit(&self, partition: &Partition, writes: Vec<Write>) -> Result<Vec<Etag>, StoreError> {
        let op = self.ids.next(self.clock.now());
        self.store.commit(Batch { partition: partition.clone(), op, writes }).await
    }

    async fn create(&self, partition: &Partition, draft: Draft) -> Etag {
        let etags = self.commit(partition, vec![Write::Create(draft)]).await.expect("created");
        etags.into_iter().next().expect("one etag")
    }

    async fn get(&self, partition: &Partition, kind: &'static str, id: &str) -> Option<Document> {
        let key = Key { partition: partition.clone(), kind: Kind::Borrowed(kind), id: id.into() };
        self.store.get(key).await.expect("read")
    }

    /// What was published since, as (number, id), a page at a time.
    async fn changes(&self, partition: &Partition, since: u64, limit: u32) -> Vec<(u64, String)> {
        let mut after = None;
        let mut found = Vec::new();
        loop {
            let page = PageRequest { limit: Limit::new(limit).expect("limit"), after };
            let page = self.store.query(Query::Changes { partition: partition.clone(), since, page }).await.expect("page");
            assert!(page.items.len() <= limit as usize, "a page is longer than its limit");
            found.extend(page.items.into_iter().map(|document| (document.seq, document.key.id)));
            let Some(next) = page.next else { return found };
            after = Some(next);
        }
    }

    async fn page(
        &self,
        scope: Scope,
        facet: Option<&'static str>,
        order: Order,
        span: Span,
        page: PageRequest,
    ) -> Result<Page<Document>, StoreError> {
        self.store.query(Query::List { scope, kind: Kind::Borrowed("things"), facet, order, span, page }).await
    }

    async fn list(&self, partition: Option<&Partition>, facet: Option<&'static str>, limit: u32) -> Vec<String> {
        let mut after = None;
        let mut ids = Vec::new();
        loop {
            let page = PageRequest { limit: Limit::new(limit).expect("limit"), after };
            let scope = Scope::first(partition.cloned());
            let page = self.page(scope, facet, Order::Ascending, Span::ALL, page).await.expect("page");
            assert!(page.items.len() <= limit as usize, "a page is longer than its limit");
            ids.extend(page.items.into_iter().map(|document| document.key.id));
            let Some(next) = page.next else { return ids };
            after = Some(next);
        }
    }
}

fn part(name: &'static str) -> Partition {
    Partition::named(name)
}

fn thing(id: &str, body: &str) -> Draft {
    Draft {
        kind: "things".into(),
        id: id.into(),
        seq: 1,
        places: [Some(0), None, None, None],
        facet: None,
        published: false,
        expires_at: None,
        body: body.into(),
    }
}

pub async fn reads_what_was_written(b: Bench) {
    let etag = b.create(&part("a"), thing("1", r#"{"n":1}"#)).await;
    let read = b.get(&part("a"), "things", "1").await.expect("there");
    assert_eq!((read.body.as_str(), &read.etag, read.seq), (r#"{"n":1}"#, &etag, 1));
    assert_eq!((read.key.partition, read.key.kind.as_ref(), read.key.id.as_str()), (part("a"), "things", "1"));
    assert!(b.get(&part("a"), "things", "2").await.is_none());
    assert!(b.get(&part("a"), "others", "1").await.is_none());
}

pub async fn keeps_partitions_and_kinds_apart(b: Bench) {
    b.create(&part("a"), thing("1", "1")).await;
    b.create(&part("b"), thing("1", "2")).await;
    b.create(&part("a"), Draft { kind: "others".into(), ..thing("1", "3") }).await;
    assert_eq!(b.get(&part("a"), "things", "1").await.expect("a").body, "1");
    assert_eq!(b.get(&part("b"), "things", "1").await.expect("b").body, "2");
    assert_eq!(b.get(&part("a"), "others", "1").await.expect("other").body, "3");
    assert_eq!(b.list(Some(&part("a")), None, 10).await, ["1"]);
}

pub async fn creates_an_id_once(b: Bench) {
    b.create(&part("a"), thing("1", "1")).await;
    let again = b.commit(&part("a"), vec![Write::Create(thing("1", "2"))]).await;
    assert!(matches!(again, Err(StoreError::Exists(0))), "{again:?}");
    assert_eq!(b.get(&part("a"), "things", "1").await.expect("there").body, "1");
}

pub async fn of_many_creators_one_wins(b: Bench) {
    let bench = Arc::new(b);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..32 {
        let bench = Arc::clone(&bench);
        tasks.spawn(async move { bench.commit(&part("a"), vec![Write::Create(thing("1", &n.to_string()))]).await });
    }
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(StoreError::Exists(0)))));
}

pub async fn replaces_only_the_version_that_was_read(b: Bench) {
    let first = b.create(&part("a"), thing("1", "1")).await;
    let second = b.commit(&part("a"), vec![Write::Replace(thing("1", "2"), first.clone())]).await.expect("replaced");
    assert_ne!(second[0], first);
    let stale = b.commit(&part("a"), vec![Write::Replace(thing("1", "3"), first.clone())]).await;
    assert!(matches!(stale, Err(StoreError::Stale(0))), "{stale:?}");
    let read = b.get(&part("a"), "things", "1").await.expect("there");
    assert_eq!((read.body.as_str(), &read.etag), ("2", &second[0]));
    let absent = b.commit(&part("a"), vec![Write::Replace(thing("9", "3"), first)]).await;
    assert!(matches!(absent, Err(StoreError::Stale(0))), "{absent:?}");
}

pub async fn counts_exactly_under_contention(b: Bench) {
    b.create(&part("a"), thing("1", "0")).await;
    let bench = Arc::new(b);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let bench = Arc::clone(&bench);
        tasks.spawn(async move {
            loop {
                let read = bench.get(&part("a"), "things", "1").await.expect("there");
                let n: u32 = read.body.parse().expect("a number");
                let next = thing("1", &(n + 1).to_string());
                match bench.commit(&part("a"), vec![Write::Replace(next, read.etag)]).await {
                    Ok(_) => return,
                    Err(StoreError::Stale(0)) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(bench.get(&part("a"), "things", "1").await.expect("there").body, "16");
}

pub async fn does_all_of_a_batch_or_nothing(b: Bench) {
    let first = b.create(&part("a"), thing("1", "1")).await;
    let old = b.commit(&part("a"), vec![Write::Replace(thing("1", "2"), first.clone())]).await.expect("replaced");
    let writes = vec![Write::Create(thing("2", "5")), Write::Replace(thing("1", "3"), first), Write::Create(thing("3", "5"))];
    assert!(matches!(b.commit(&part("a"), writes).await, Err(StoreError::Stale(1))));
    assert_eq!(b.list(Some(&part("a")), None, 10).await, ["1"]);
    let writes =
        vec![Write::Replace(thing("1", "3"), old[0].clone()), Write::Create(thing("2", "5")), Write::Create(thing("1", "5"))];
    assert!(matches!(b.commit(&part("a"), writes).await, Err(StoreError::Exists(2) | StoreError::Stale(2))));
    assert_eq!(b.get(&part("a"), "things", "1").await.expect("there").body, "2");
    let writes = vec![Write::Replace(thing("1", "3"), old[0].clone()), Write::Create(thing("2", "5"))];
    let etags = b.commit(&part("a"), writes).await.expect("both");
    assert_eq!(b.get(&part("a"), "things", "2").await.expect("there").etag, etags[1]);
    assert_eq!(b.get(&part("a"), "things", "1").await.expect("there").etag, etags[0]);
}

pub async fn marks_every_document_with_its_operation(b: Bench) {
    let op = Uuid::from_u128(77);
    let batch = Batch::new(part("a"), op).with(Write::Create(thing("1", "1"))).with(Write::Create(thing("2", "2")));
    b.store.commit(batch).await.expect("both");
    assert_eq!(b.get(&part("a"), "things", "1").await.expect("there").op, op);
    assert_eq!(b.get(&part("a"), "things", "2").await.expect("there").op, op);
}

pub async fn buries_and_removes(b: Bench) {
    let at = b.clock.now();
    let tombstone = |id: &str, etag: &Etag| Write::Tombstone {
        kind: "things".into(),
        id: id.into(),
        seq: 9,
        published: true,
        at,
        forget_at: Timestamp::from_micros(at.micros() + DAY),
        etag: etag.clone(),
    };
    let one = b.create(&part("a"), thing("1", r#"{"secret":1}"#)).await;
    b.create(&part("a"), thing("2", "2")).await;
    assert!(matches!(b.commit(&part("a"), vec![tombstone("2", &one)]).await, Err(StoreError::Stale(0))));
    b.commit(&part("a"), vec![tombstone("1", &one)]).await.expect("deleted");
    assert!(b.get(&part("a"), "things", "1").await.is_none());
    assert_eq!(b.list(Some(&part("a")), None, 10).await, ["2"]);
    assert!(matches!(b.commit(&part("a"), vec![tombstone("1", &one)]).await, Err(StoreError::Stale(0))));

    let page = PageRequest::first(Limit::MAX);
    let all = b.store.query(Query::Everything { partition: part("a"), page: page.clone() }).await.expect("all").items;
    let tomb = all.iter().find(|document| document.key.id == "1").expect("a tombstone");
    assert_eq!((tomb.deleted_at, tomb.seq, tomb.body.as_str()), (Some(at), 9, "null"));

    // What was deleted can be made again under its id.
    b.create(&part("a"), thing("1", "3")).await;
    assert_eq!(b.get(&part("a"), "things", "1").await.expect("made again").body, "3");
    assert_eq!(b.list(Some(&part("a")), None, 10).await, ["1", "2"]);
    assert!(matches!(b.commit(&part("a"), vec![Write::Create(thing("1", "4"))]).await, Err(StoreError::Exists(0))));

    let two = b.get(&part("a"), "things", "2").await.expect("there").etag;
    let remove = |id: &str, etag: Option<&Etag>| Write::Remove { kind: "things".into(), id: id.into(), etag: etag.cloned() };
    assert!(matches!(b.commit(&part("a"), vec![remove("2", Some(&one))]).await, Err(StoreError::Stale(0))));
    b.commit(&part("a"), vec![remove("2", Some(&two)), remove("1", None), remove("7", None)]).await.expect("removed");
    let left = b.store.query(Query::Everything { partition: part("a"), page }).await.expect("all").items;
    assert!(left.is_empty(), "{left:?}");
}

pub async fn tells_what_changed_since_a_number(b: Bench) {
    let at = b.clock.now();
    let published = |id: &str, seq| Draft { published: true, seq, ..thing(id, "1") };
    let one = b.create(&part("a"), published("1", 1)).await;
    let two = b.create(&part("a"), published("2", 2)).await;
    b.create(&part("a"), Draft { seq: 3, ..thing("unpublished", "1") }).await;
    b.create(&part("b"), published("elsewhere", 3)).await;
    // Of one number there may be more than one document.
    b.commit(&part("a"), vec![Write::Create(published("4", 4)), Write::Create(published("3", 4))]).await.expect("both");
    b.commit(&part("a"), vec![Write::Replace(published("1", 5), one)]).await.expect("replaced");
    let forget_at = Timestamp::from_micros(at.micros() + DAY);
    let tombstone = Write::Tombstone { kind: "things".into(), id: "2".into(), seq: 6, published: true, at, forget_at, etag: two };
    b.commit(&part("a"), vec![tombstone]).await.expect("deleted");

    let all = [(4, "3".to_owned()), (4, "4".to_owned()), (5, "1".to_owned()), (6, "2".to_owned())];
    for limit in [1, 2, 3, 1000] {
        assert_eq!(b.changes(&part("a"), 0, limit).await, all, "limit {limit}");
        assert_eq!(b.changes(&part("a"), 5, limit).await, all[2..], "limit {limit}");
    }
    assert_eq!(b.changes(&part("a"), 7, 10).await, []);
    b.clock.advance_micros(DAY);
    assert_eq!(b.changes(&part("a"), 5, 10).await, all[2..3], "what is forgotten");
}

pub async fn reads_several_by_their_ids(b: Bench) {
    let at = b.clock.now();
    for id in ["1", "2", "3", "4"] {
        b.create(&part("a"), thing(id, &format!("\"{id}\""))).await;
    }
    b.create(&part("b"), thing("5", "1")).await;
    b.create(&part("a"), Draft { kind: "others".into(), ..thing("6", "1") }).await;
    b.create(&part("a"), Draft { expires_at: Some(at), ..thing("7", "1") }).await;
    let etag = b.get(&part("a"), "things", "4").await.expect("there").etag;
    let forget_at = Timestamp::from_micros(at.micros() + DAY);
    let (kind, id) = ("things".into(), "4".into());
    b.commit(&part("a"), vec![Write::Tombstone { kind, id, seq: 9, published: true, at, forget_at, etag }])
        .await
        .expect("deleted");
    // In another order, twice, and ids that lead nowhere.
    let ids: Vec<String> = ["3", "9", "1", "3", "4", "5", "6", "7", "", "2"].map(str::to_owned).into();
    for limit in [1, 2, 3, 100] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = PageRequest { limit: Limit::new(limit).expect("limit"), after };
            let query = Query::Named { partition: part("a"), kind: "things".into(), ids: ids.clone(), page };
            let page = b.store.query(query).await.expect("page");
            found.extend(page.items.into_iter().map(|document| (document.key.id, document.body)));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(found, ["1", "2", "3"].map(|id| (id.to_owned(), format!("\"{id}\""))), "limit {limit}");
    }
    let page = PageRequest::first(Limit::MAX);
    let none = Query::Named { partition: part("a"), kind: "things".into(), ids: Vec::new(), page };
    assert!(b.store.query(none).await.expect("page").items.is_empty());
}

pub async fn forgets_what_has_expired(b: Bench) {
    let expires_at = Some(Timestamp::from_micros(b.clock.now().micros() + DAY));
    let etag = b.create(&part("a"), Draft { expires_at, ..thing("1", "1") }).await;
    b.clock.advance_micros(DAY - 1);
    assert!(b.get(&part("a"), "things", "1").await.is_some());
    b.clock.advance_micros(1);
    assert!(b.get(&part("a"), "things", "1").await.is_none());
    assert_eq!(b.list(Some(&part("a")), None, 10).await, Vec::<String>::new());
    let stale = b.commit(&part("a"), vec![Write::Replace(thing("1", "2"), etag)]).await;
    assert!(matches!(stale, Err(StoreError::Stale(0))), "{stale:?}");
    b.create(&part("a"), thing("1", "3")).await;
    assert_eq!(b.get(&part("a"), "things", "1").await.expect("made anew").body, "3");
}

pub async fn keeps_any_text(b: Bench) {
    let text = "\u{0}\u{1}\"\\/\u{7f}\u{80}\u{2028}é漢🦀\u{10ffff}\u{feff}'; DROP TABLE documents; --";
    let body = serde_json::json!({ "text": text }).to_string();
    b.create(&part("añb"), thing("1", &body)).await;
    let read = b.get(&part("añb"), "things", "1").await.expect("there");
    let value: serde_json::Value = serde_json::from_str(&read.body).expect("JSON");
    assert_eq!(value["text"], text);
}

pub async fn keeps_a_megabyte(b: Bench) {
    let body = serde_json::json!({ "text": "x".repeat(1_000_000) }).to_string();
    b.create(&part("a"), thing("1", &body)).await;
    assert_eq!(b.get(&part("a"), "things", "1").await.expect("there").body, body);
    let body = serde_json::json!({ "text": "x".repeat(2_200_000) }).to_string();
    let answer = b.commit(&part("a"), vec![Write::Create(thing("2", &body))]).await;
    assert!(matches!(answer, Err(StoreError::TooLarge)), "{answer:?}");
}

pub async fn takes_a_hundred_writes_and_no_more(b: Bench) {
    let writes = |count: u32| (0..count).map(|n| Write::Create(thing(&n.to_string(), "1"))).collect::<Vec<_>>();
    assert!(matches!(b.commit(&part("a"), writes(101)).await, Err(StoreError::TooLarge)));
    assert!(matches!(b.commit(&part("a"), Vec::new()).await, Err(StoreError::TooLarge)));
    assert_eq!(b.commit(&part("a"), writes(100)).await.expect("a hundred").len(), 100);
}

/// Makes a test of every case for one adapter.
#[macro_export]
macro_rules! contract_suite {
    ($make:expr) => {
        $crate::contract_suite!(@cases $make;
            reads_what_was_written, keeps_partitions_and_kinds_apart, creates_an_id_once, of_many_creators_one_wins,
            replaces_only_the_version_that_was_read, counts_exactly_under_contention, does_all_of_a_batch_or_nothing,
            marks_every_document_with_its_operation, buries_and_removes, pages_in_order_without_gap_or_repeat,
            lists_what_lies_within_a_span, lists_as_a_model_does, binds_cursors_to_their_list,
            ends_pages_at_a_mebibyte, tells_what_changed_since_a_number, a_page_ends_exactly_at_the_end,
            refuses_a_cursor_that_it_did_not_give, reads_several_by_their_ids, forgets_what_has_expired, keeps_any_text, keeps_a_megabyte, takes_a_hundred_writes_and_no_more);
    };
    (@cases $make:expr; $($case:ident),+) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $case() {
            $crate::store::contract::$case($crate::store::contract::Bench::new($make)).await;
        })+
    };
}
