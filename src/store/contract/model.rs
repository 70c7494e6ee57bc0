//! What every adapter must do: lists, against a model that is too simple to be wrong.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use proptest::{
    prelude::{Just, Strategy, prop_oneof},
    test_runner::{Config, TestRunner},
};

use super::{Bench, DAY, part, thing};
use crate::{
    kernel::{Clock as _, Limit, PageRequest, Timestamp},
    store::{Draft, Etag, Kind, Order, Place, Places, Query, Scope, Span, Write},
};

const PARTITIONS: [&str; 3] = ["a", "b", "c"];
const FACETS: [Option<&str>; 3] = [None, Some("x"), Some("y")];

#[derive(Debug, Clone)]
enum Change {
    /// Creates, or replaces what is there.
    Put(Places, Option<&'static str>),
    Delete,
    Remove,
}

/// What happens to one document after the other, and how the lists are then read.
#[derive(Debug, Clone)]
struct Story {
    changes: Vec<(&'static str, u32, Change)>,
    span: Span,
    limit: u32,
}

fn stories() -> impl Strategy<Value = Story> {
    // Few places, so that many documents share one.
    let place = || proptest::option::of(0..4_i64);
    let put = ([place(), place(), place(), place()], proptest::sample::select(FACETS.to_vec()))
        .prop_map(|(places, facet)| Change::Put(places, facet));
    let change = prop_oneof![8 => put, 1 => Just(Change::Delete), 1 => Just(Change::Remove)];
    let changes = proptest::collection::vec((proptest::sample::select(PARTITIONS.to_vec()), 0..8_u32, change), 0..40);
    let span = prop_oneof![Just(Span::ALL), (0..4_i64, 0..5_i64).prop_map(|(from, until)| Span { from, until })];
    (changes, span, 1..6_u32).prop_map(|(changes, span, limit)| Story { changes, span, limit })
}

/// What is live: by partition and id.
type Model = BTreeMap<(&'static str, String), (Etag, Places, Option<&'static str>)>;

pub async fn lists_as_a_model_does(b: Bench) {
    let stories_told = AtomicU32::new(0);
    let told = tokio::task::block_in_place(|| {
        let mut runner = TestRunner::new(Config { cases: 16, failure_persistence: None, ..Config::default() });
        runner.run(&stories(), |story| {
            // A kind of its own keeps one story out of the lists of the others.
            let kind = Kind::Owned(format!("things{}", stories_told.fetch_add(1, Ordering::Relaxed)));
            tokio::runtime::Handle::current().block_on(compare(&b, &kind, &story));
            Ok(())
        })
    });
    told.unwrap_or_else(|error| panic!("{error}"));
}

async fn compare(b: &Bench, kind: &Kind, story: &Story) {
    let model = happen(b, kind, &story.changes).await;
    let ranges = b.store.ranges().await.expect("ranges");
    for facet in FACETS {
        for place in Place::ALL {
            for partition in PARTITIONS {
                let listed = in_both_orders(b, kind, story, &Scope::Partition(part(partition), place), facet).await;
                assert_eq!(
                    listed,
                    expected(&model, story.span, facet, place, Some(partition)),
                    "{partition} {place:?} {facet:?}"
                );
            }
        }
        // Adapters differ in the order of different partitions at the same place.
        let mut everybody = in_both_orders(b, kind, story, &Scope::Everybody, facet).await;
        assert!(everybody.is_sorted_by_key(|(place, ..)| *place), "{everybody:?}");
        let mut by_ranges = Vec::new();
        for range in &ranges {
            by_ranges.extend(in_both_orders(b, kind, story, &Scope::Range(range.clone()), facet).await);
        }
        everybody.sort();
        by_ranges.sort();
        let expected = expected(&model, story.span, facet, Place::FIRST, None);
        assert_eq!((&everybody, &by_ranges), (&expected, &expected), "facet {facet:?}");
    }
}

async fn happen(b: &Bench, kind: &Kind, changes: &[(&'static str, u32, Change)]) -> Model {
    let mut model = Model::new();
    for (partition, n, change) in changes {
        let at = (*partition, n.to_string());
        let known = model.get(&at).map(|(etag, ..)| etag.clone());
        let (kind, id) = (kind.clone(), at.1.clone());
        match (change, known) {
            (Change::Put(places, facet), known) => {
                let body = serde_json::to_string(places).expect("JSON");
                let draft = Draft { kind, places: *places, facet: *facet, ..thing(&id, &body) };
                let write = match known {
                    Some(etag) => Write::Replace(draft, etag),
                    None => Write::Create(draft),
                };
                let etag = b.commit(&part(partition), vec![write]).await.expect("written").remove(0);
                model.insert(at, (etag, *places, *facet));
            }
            (Change::Delete, Some(etag)) => {
                let now = b.clock.now();
                let forget_at = Timestamp::from_micros(now.micros() + DAY);
                let tombstone = Write::Tombstone { kind, id, seq: 2, published: true, at: now, forget_at, etag };
                b.commit(&part(partition), vec![tombstone]).await.expect("deleted");
                model.remove(&at);
            }
            (Change::Remove, Some(etag)) => {
                b.commit(&part(partition), vec![Write::Remove { kind, id, etag: Some(etag) }]).await.expect("removed");
                model.remove(&at);
            }
            (Change::Delete | Change::Remove, None) => {}
        }
    }
    model
}

/// Place, id, partition.
type Entry = (i64, String, String);

fn expected(model: &Model, span: Span, facet: Option<&str>, place: Place, only: Option<&str>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = model
        .iter()
        .filter(|((partition, _), (_, _, of))| only.is_none_or(|only| only == *partition) && (facet.is_none() || facet == *of))
        .filter_map(|((partition, id), (_, places, _))| Some((places[place.index()]?, id.clone(), (*partition).to_owned())))
        .filter(|(place, ..)| (span.from..span.until).contains(place))
        .collect();
    entries.sort();
    entries
}

/// Reads the list upwards, and downwards, which must be the reverse.
async fn in_both_orders(b: &Bench, kind: &Kind, story: &Story, scope: &Scope, facet: Option<&'static str>) -> Vec<Entry> {
    let up = all_pages(b, kind, story, scope, facet, Order::Ascending).await;
    let mut down = all_pages(b, kind, story, scope, facet, Order::Descending).await;
    down.reverse();
    assert_eq!(up, down, "{scope:?}");
    up
}

async fn all_pages(
    b: &Bench,
    kind: &Kind,
    story: &Story,
    scope: &Scope,
    facet: Option<&'static str>,
    order: Order,
) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut after = None;
    loop {
        let page = PageRequest { limit: Limit::new(story.limit).expect("limit"), after };
        let query = Query::List { scope: scope.clone(), kind: kind.clone(), facet, order, span: story.span, page };
        let page = b.store.query(query).await.expect("page");
        assert!(page.items.len() <= story.limit as usize, "a page is longer than its limit");
        entries.extend(page.items.into_iter().map(|document| {
            let places: Places = serde_json::from_str(&document.body).expect("places");
            let place = places[scope.place().index()].expect("a place");
            (place, document.key.id, document.key.partition.as_str().to_owned())
        }));
        let Some(next) = page.next else { return entries };
        after = Some(next);
    }
}
