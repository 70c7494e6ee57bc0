//! The store on Cosmos DB against the common suite, and what only Cosmos DB does.

use std::sync::Arc;

use uuid::Uuid;

use super::{
    emulator::{self, Emulator},
    *,
};
use crate::{
    credentials::{CredentialManager, tests::Somebody},
    kernel::{Limit, PageRequest, Timestamp},
    store::{Draft, Kind, Order, Partition, Scope, Span, Write},
};

mod contract {
    use super::*;
    crate::contract_suite!(|clock| Arc::new(Emulator::start().store(clock)));
}

pub fn part() -> Partition {
    Partition::named("a")
}

pub fn key(id: &str) -> Key {
    Key { partition: part(), kind: "things".into(), id: id.into() }
}

pub fn thing(id: &str, body: &str) -> Draft {
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

pub fn batch(op: u128, writes: Vec<Write>) -> Batch {
    Batch { partition: part(), op: Uuid::from_u128(op), writes }
}

pub fn remove(id: &str) -> Write {
    Write::Remove { kind: Kind::Borrowed("things"), id: id.into(), etag: None }
}

fn list(scope: Scope, page: PageRequest) -> Query {
    Query::List { scope, kind: "things".into(), facet: None, order: Order::Ascending, span: Span::ALL, page }
}

pub async fn body(store: &Cosmos, id: &str) -> Option<String> {
    store.get(key(id)).await.expect("read").map(|document| document.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_before_the_first_use_and_little_after() {
    let emulator = Emulator::start();
    let store = emulator.store(emulator::clock());
    assert_eq!(emulator.requests.take(), Vec::<String>::new());
    store.get(key("1")).await.expect("connected");
    emulator.requests.take();

    store.get(key("1")).await.expect("read");
    assert_eq!(emulator.requests.take(), ["GET item"]);
    let etag = store.commit(batch(1, vec![Write::Create(thing("1", "1"))])).await.expect("created").remove(0);
    assert_eq!(emulator.requests.take(), ["POST item"]);
    store.commit(batch(2, vec![Write::Replace(thing("1", "2"), etag)])).await.expect("replaced");
    assert_eq!(emulator.requests.take(), ["PUT item"]);
    store.commit(batch(3, vec![Write::Create(thing("2", "1")), Write::Create(thing("3", "1"))])).await.expect("both");
    assert_eq!(emulator.requests.take(), ["POST batch"]);
    let page = PageRequest::first(Limit::new(2).expect("limit"));
    assert_eq!(store.query(list(Scope::first(Some(part())), page.clone())).await.expect("page").items.len(), 2);
    assert_eq!(emulator.requests.take(), ["POST query"]);
    store.query(Query::Everything { partition: part(), page }).await.expect("page");
    assert_eq!(emulator.requests.take(), ["POST query"]);
    store.commit(batch(4, vec![remove("1")])).await.expect("removed");
    assert_eq!(emulator.requests.take(), ["DELETE item"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_replaced_is_refused_without_a_request() {
    let (emulator, clock) = (Emulator::start(), emulator::clock());
    let store = emulator.store(clock.clone());
    let expires_at = Some(Timestamp::from_micros(clock.now().micros() + 10));
    let create = Write::Create(Draft { expires_at, ..thing("1", "1") });
    let etag = store.commit(batch(1, vec![create])).await.expect("created").remove(0);
    assert_eq!(store.get(key("1")).await.expect("read").expect("there").etag, etag);
    clock.advance_micros(10);
    emulator.requests.take();
    let stale = store.commit(batch(2, vec![Write::Create(thing("2", "1")), Write::Replace(thing("1", "2"), etag)])).await;
    assert!(matches!(stale, Err(StoreError::Stale(1))), "{stale:?}");
    assert_eq!(emulator.requests.take(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_what_is_not_there_costs_one_question_for_all_of_it() {
    let emulator = Emulator::start();
    let store = emulator.store(emulator::clock());
    store.commit(batch(1, vec![Write::Create(thing("1", "1"))])).await.expect("created");
    emulator.requests.take();
    let mut writes: Vec<_> = (1..50).map(|n| remove(&n.to_string())).collect();
    writes.push(Write::Create(thing("99", "1")));
    assert_eq!(store.commit(batch(2, writes)).await.expect("removed").len(), 50);
    assert_eq!(emulator.requests.take(), ["POST batch", "POST query", "POST batch"]);
    assert_eq!((body(&store, "1").await, body(&store, "99").await.as_deref()), (None, Some("1")));
    store.commit(batch(3, (1..50).map(|n| remove(&n.to_string())).collect())).await.expect("nothing left");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_make_an_expired_document_anew_one_wins() {
    let (emulator, clock) = (Emulator::start(), emulator::clock());
    let store = Arc::new(emulator.store(clock.clone()));
    let expires_at = Some(Timestamp::from_micros(clock.now().micros() + 10));
    store.commit(batch(1, vec![Write::Create(Draft { expires_at, ..thing("1", "0") })])).await.expect("created");
    clock.advance_micros(10);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..16_u32 {
        let store = Arc::clone(&store);
        // Alone and together with others.
        let mut writes = vec![Write::Create(thing("1", &n.to_string()))];
        if n % 2 == 0 {
            writes.insert(0, Write::Create(thing(&format!("other {n}"), "1")));
        }
        tasks.spawn(async move { store.commit(batch(u128::from(n) + 2, writes)).await });
    }
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(StoreError::Exists(0 | 1)))), "{results:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_writers_of_one_document_all_succeed_and_count_exactly() {
    let emulator = Emulator::start();
    let store = Arc::new(emulator.store(emulator::clock()));
    store.commit(batch(1, vec![Write::Create(thing("1", "0"))])).await.expect("created");
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..40_u32 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            for attempt in 0.. {
                let read = store.get(key("1")).await.expect("read").expect("there");
                let next = (read.body.parse::<u32>().expect("a number") + 1).to_string();
                let op = u128::from(n) * 1_000_000 + attempt + 2;
                // With a document of its own, as a use case writes it.
                let writes = vec![Write::Create(thing(&format!("own {n}"), "1")), Write::Replace(thing("1", &next), read.etag)];
                match store.commit(batch(op, writes)).await {
                    Ok(_) => return,
                    Err(StoreError::Stale(1)) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(body(&store, "1").await.as_deref(), Some("40"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_container_is_made_as_defined_and_found_by_the_next_instance() {
    let emulator = Emulator::start();
    let stores = [emulator.store(emulator::clock()), emulator.store(emulator::clock())];
    let (first, second) = tokio::join!(stores[0].get(key("1")), stores[1].get(key("1")));
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    stores[0].commit(batch(1, vec![Write::Create(thing("1", "1"))])).await.expect("created");
    assert_eq!(body(&stores[1], "1").await.as_deref(), Some("1"));

    let container = emulator.container().await;
    let kept = container.read(None).await.expect("read").into_model().expect("properties");
    let defined = container::properties("avanochi-container");
    assert_eq!(kept.partition_key, defined.partition_key);
    assert_eq!(kept.default_ttl, defined.default_ttl);
    assert_eq!(kept.indexing_policy, defined.indexing_policy);
    let throughput = container.read_throughput(None).await.expect("read").expect("an offer");
    assert_eq!(throughput.throughput(), Some(400));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_partitioned_otherwise_is_refused_with_a_way_out() {
    let emulator = Emulator::start();
    emulator.http.store().create_database("avanochi-db");
    emulator.http.store().create_container("avanochi-db", "avanochi-container", "/id".into());
    let store = emulator.store(emulator::clock());
    let error = store.get(key("1")).await.expect_err("refused");
    let shown = format!("{:#}", anyhow::Error::from(error));
    assert!(shown.contains("partitioned by /id") && shown.contains("COSMOS_DB_CONTAINER"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_is_shown() {
    let emulator = Emulator::start();
    let store = emulator.store(emulator::clock());
    store.get(key("1")).await.expect("connected");
    assert!(!format!("{store:?} {store:#?}").contains(emulator::KEY));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_not_set_is_said_to_be() {
    let emulator = Emulator::start();
    let nothing = Arc::new(CredentialManager::new(|_: &str| None, emulator::clock()));
    let store = emulator.store_with(nothing, emulator::clock(), Vec::new());
    let error = store.get(key("1")).await.expect_err("refused");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_uses_the_container_but_does_not_make_it() {
    let emulator = Emulator::start();
    let lookup = |name: &str| (name == "COSMOS_DB_URI").then(|| emulator::ENDPOINT.into());
    let identity = CredentialManager::new(lookup, emulator::clock()).with_identity(Arc::new(Somebody));
    let store = emulator.store_with(Arc::new(identity), emulator::clock(), Vec::new());
    let error = store.get(key("1")).await.expect_err("there is none");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let shown = format!("{:#}", anyhow::Error::from(error));
    assert!(shown.contains("templates/cosmosdb.json") && shown.contains("avanochi-container"), "{shown}");

    emulator.store(emulator::clock()).get(key("1")).await.expect("made with the key");
    store.commit(batch(1, vec![Write::Create(thing("1", "1"))])).await.expect("created");
    assert_eq!(body(&store, "1").await.as_deref(), Some("1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_id_is_found_again() {
    let emulator = Emulator::start();
    let store = emulator.store(emulator::clock());
    for (n, id) in ["a/b", "..", "a%2Fb", "a?b#c", "ñ 漢", "a:b~c", "+@=&;,!$'()*[]{}|^`\"<>\\", ""].into_iter().enumerate() {
        let etags = store.commit(batch(1, vec![Write::Create(thing(id, "1"))])).await.expect(id);
        assert_eq!(body(&store, id).await.as_deref(), Some("1"), "{id}");
        let replace = Write::Replace(thing(id, "2"), etags[0].clone());
        store.commit(batch(2, vec![replace, Write::Create(thing(&format!("{id}{id}x"), "1"))])).await.expect(id);
        let read = store.get(key(id)).await.expect("read").expect("there");
        assert_eq!((read.body.as_str(), read.key), ("2", key(id)), "{id}");
        store.commit(batch(3, vec![remove(id)])).await.expect(id);
        assert_eq!(body(&store, id).await, None, "{id}");
        let page = PageRequest::first(Limit::MAX);
        let left = store.query(Query::Everything { partition: part(), page }).await.expect("page").items;
        assert_eq!(left.len(), n + 1, "{id}");
    }
}

/// In one partition in one request, in all of them in several that are put in order.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_page_is_whole() {
    let emulator = Emulator::start();
    let store = emulator.store(emulator::clock());
    for (n, partition) in ["a", "b", "c"].into_iter().cycle().take(15).enumerate() {
        let draft = |m: usize| Draft {
            places: [Some(i64::try_from(m % 7).expect("small")), None, None, None],
            ..thing(&format!("{n:02}-{m:02}"), "1")
        };
        let writes = (0..100).map(|m| Write::Create(draft(m))).collect();
        let batch = Batch { partition: Partition::named(partition), op: Uuid::from_u128(1), writes };
        store.commit(batch).await.expect("created");
    }
    for (partition, count) in [(Some(part()), 500), (None, 1_500)] {
        let mut page = PageRequest::first(Limit::MAX);
        let mut found: Vec<String> = Vec::new();
        loop {
            let query = list(Scope::first(partition.clone()), page.clone());
            emulator.requests.take();
            let answer = store.query(query).await.expect("page");
            if partition.is_some() {
                assert_eq!(emulator.requests.take(), ["POST query"]);
            }
            assert_eq!(answer.items.len(), (count - found.len()).min(Limit::MAX.get()));
            found.extend(answer.items.into_iter().map(|document| document.key.id));
            page.after = answer.next;
            if page.after.is_none() {
                break;
            }
        }
        found.sort();
        found.dedup();
        assert_eq!(found.len(), count);
    }
}

/// One request to the one physical partition that has the range.
#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_one_physical_partition() {
    let emulator = Emulator::start();
    let store = emulator.store(emulator::clock());
    let ranges = store.ranges().await.expect("ranges");
    assert_eq!(ranges.len(), 4);
    for range in ranges {
        emulator.requests.take();
        store.query(list(Scope::Range(range), PageRequest::first(Limit::MAX))).await.expect("page");
        assert_eq!(emulator.requests.take(), ["POST query across partitions"]);
    }
    let unknown = serde_json::from_str("\"all\"").expect("a range of some store");
    let refused = store.query(list(Scope::Range(unknown), PageRequest::first(Limit::MAX))).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
}

/// Ranges that travelled in messages, while each physical partition was split.
#[tokio::test(flavor = "multi_thread")]
async fn a_split_between_two_pages_of_a_range_loses_nothing() {
    let emulator = Emulator::start();
    let store = emulator.store(emulator::clock());
    let mut expected = Vec::new();
    for n in 0..60 {
        let partition = Partition::named(format!("user {n}"));
        let writes = vec![Write::Create(Draft { places: [Some(n % 7), None, None, None], ..thing("1", "1") })];
        expected.push(partition.as_str().to_owned());
        store.commit(Batch { partition, op: Uuid::from_u128(1), writes }).await.expect("created");
    }
    let ranges = store.ranges().await.expect("ranges");
    let text = serde_json::to_string(&ranges).expect("JSON");
    let five = PageRequest::first(Limit::new(5).expect("limit"));
    let mut found = Vec::new();
    let mut begun = Vec::new();
    for range in serde_json::from_str::<Vec<KeyRange>>(&text).expect("ranges") {
        let page = store.query(list(Scope::Range(range.clone()), five.clone())).await.expect("page");
        found.extend(page.items);
        begun.push((range, page.next));
    }
    let account = emulator.http.store();
    for partition in 0..4 {
        account.split_partition("avanochi-db", "avanochi-container", partition, std::time::Duration::ZERO);
    }
    account.drain_pending_control_plane().await;
    for (range, mut next) in begun {
        while let Some(after) = next {
            let page = PageRequest { after: Some(after), ..five.clone() };
            let page = store.query(list(Scope::Range(range.clone()), page)).await.expect("page");
            found.extend(page.items);
            next = page.next;
        }
    }
    let mut found: Vec<String> = found.into_iter().map(|document| document.key.partition.as_str().to_owned()).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    // Whoever asks next gets the halves.
    assert_eq!(store.ranges().await.expect("ranges").len(), 8);
}
