//! What every adapter must do: pages of lists, where they end and how they go on.

use super::{Bench, part, thing};
use crate::{
    kernel::{Limit, Page, PageRequest},
    store::{Draft, MAX_PAGE_BYTES, Order, Partition, Place, Places, Query, Scope, Span, StoreError},
};

pub async fn pages_in_order_without_gap_or_repeat(b: Bench) {
    // Sorted by the number and only then by the id; more than one partition, to be read together too.
    for n in 0..23_i64 {
        let draft = Draft {
            places: [Some(n / 3), None, None, None],
            facet: Some(if n % 2 == 0 { "even" } else { "odd" }),
            ..thing(&format!("{n:02}"), "1")
        };
        b.create(&part(if n < 20 { "a" } else { "b" }), draft).await;
    }
    b.create(&part("a"), Draft { places: Places::default(), ..thing("unlisted", "1") }).await;
    let expected: Vec<String> = (0..20).map(|n| format!("{n:02}")).collect();
    for limit in [1, 3, 7, 20, 1000] {
        assert_eq!(b.list(Some(&part("a")), None, limit).await, expected, "limit {limit}");
    }
    let odd: Vec<String> = (0..20).filter(|n| n % 2 == 1).map(|n| format!("{n:02}")).collect();
    assert_eq!(b.list(Some(&part("a")), Some("odd"), 4).await, odd);
    let everybody: Vec<String> = (0..23).map(|n| format!("{n:02}")).collect();
    assert_eq!(b.list(None, None, 5).await, everybody);
    assert_eq!(b.list(None, Some("even"), 5).await.len(), 12);
    assert_eq!(b.list(Some(&part("nobody")), None, 5).await, Vec::<String>::new());
}

pub async fn lists_what_lies_within_a_span(b: Bench) {
    for n in 0..10 {
        b.create(&part("a"), Draft { places: [Some(n), None, None, None], ..thing(&n.to_string(), "1") }).await;
    }
    let within = async |partition: Option<Partition>, span, after| {
        let page = PageRequest { limit: Limit::new(3).expect("limit"), after };
        let page = b.page(Scope::first(partition), None, Order::Ascending, span, page).await.expect("page");
        (page.items.into_iter().map(|document| document.key.id).collect::<String>(), page.next)
    };
    let span = Span { from: 2, until: 6 };
    for partition in [Some(part("a")), None] {
        let (first, next) = within(partition.clone(), span, None).await;
        assert_eq!((first.as_str(), next.is_some()), ("234", true));
        assert_eq!(within(partition.clone(), span, next).await, ("5".into(), None));
        assert_eq!(within(partition.clone(), Span { from: 4, until: 4 }, None).await, (String::new(), None));
        assert_eq!(within(partition, Span { from: 9, ..Span::ALL }, None).await, ("9".into(), None));
    }
}

pub async fn a_page_ends_exactly_at_the_end(b: Bench) {
    for n in 0..4 {
        b.create(&part("a"), Draft { places: [Some(n), None, None, None], ..thing(&n.to_string(), "1") }).await;
    }
    let page = PageRequest::first(Limit::new(4).expect("limit"));
    let page = b.page(Scope::first(Some(part("a"))), None, Order::Ascending, Span::ALL, page).await.expect("page");
    assert_eq!((page.items.len(), page.next), (4, None));
}

pub async fn refuses_a_cursor_that_it_did_not_give(b: Bench) {
    let page = PageRequest { limit: Limit::MAX, after: Some("}{".into()) };
    let answer = b.page(Scope::first(Some(part("a"))), None, Order::Ascending, Span::ALL, page).await;
    assert!(matches!(answer, Err(StoreError::BadCursor)), "{answer:?}");
}

/// A cursor that is used for another list would pass over what lies before it there: it is refused.
pub async fn binds_cursors_to_their_list(b: Bench) {
    for (partition, id) in [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")] {
        b.create(&part(partition), Draft { places: [Some(1); 4], facet: Some("x"), ..thing(id, "1") }).await;
    }
    let ranges = b.store.ranges().await.expect("ranges").into_iter().map(Scope::Range);
    let mut scopes: Vec<Scope> = ranges.chain([Scope::Everybody]).collect();
    scopes.extend(Place::ALL.into_iter().flat_map(|place| ["a", "b"].map(|name| Scope::Partition(part(name), place))));
    let mut lists = Vec::new();
    for scope in scopes {
        for facet in [None, Some("x")] {
            lists.extend([Order::Ascending, Order::Descending].map(|order| (scope.clone(), facet, order)));
        }
    }
    let one = Limit::new(1).expect("limit");
    let mut cursors = 0;
    for (scope, facet, order) in &lists {
        let first = b.page(scope.clone(), *facet, *order, Span::ALL, PageRequest::first(one)).await.expect("page");
        // A range may have one of the partitions, or none.
        let Some(after) = first.next else { continue };
        cursors += 1;
        for (other, facet_of_other, order_of_other) in &lists {
            let page = PageRequest { limit: one, after: Some(after.clone()) };
            let answer = b.page(other.clone(), *facet_of_other, *order_of_other, Span::ALL, page).await;
            let same = (other, facet_of_other, order_of_other) == (scope, facet, order);
            let as_expected = if same { answer.is_ok() } else { matches!(answer, Err(StoreError::BadCursor)) };
            assert!(
                as_expected,
                "the cursor of {scope:?} {facet:?} {order:?} in {other:?} {facet_of_other:?} {order_of_other:?}"
            );
        }
    }
    assert!(cursors >= 36, "{cursors}");
    let query = Query::List {
        scope: Scope::Partition(part("a"), Place::FIRST),
        kind: "others".into(),
        facet: None,
        order: Order::Ascending,
        span: Span::ALL,
        page: PageRequest {
            limit: one,
            after: b
                .page(Scope::first(Some(part("a"))), None, Order::Ascending, Span::ALL, PageRequest::first(one))
                .await
                .expect("page")
                .next,
        },
    };
    assert!(matches!(b.store.query(query).await, Err(StoreError::BadCursor)));
}

/// A page is cut where the bodies come to more, whatever is read, and never earlier; a larger document is a page alone.
pub async fn ends_pages_at_a_mebibyte(b: Bench) {
    let sizes = [400_000, 400_000, 1_500_000, 400_000, 400_000, 250_000, 10];
    for (n, size) in (1..).zip(sizes) {
        let body = format!("\"{}\"", "x".repeat(size - 2));
        let places: Places = [Some(n), None, None, Some(-n)];
        let draft = Draft { places, published: true, seq: n.unsigned_abs(), facet: Some("x"), ..thing(&n.to_string(), &body) };
        b.create(&part("a"), draft).await;
    }
    let list = |scope, facet, order| {
        move |page| Query::List { scope: Scope::clone(&scope), kind: "things".into(), facet, order, span: Span::ALL, page }
    };
    let own = |place| Scope::Partition(part("a"), place);
    let up = [vec![400_000, 400_000], vec![1_500_000], vec![400_000, 400_000], vec![250_000, 10]];
    let down = [vec![10, 250_000, 400_000], vec![400_000], vec![1_500_000], vec![400_000, 400_000]];
    assert_eq!(pages(&b, list(own(Place::FIRST), None, Order::Ascending)).await, up);
    assert_eq!(pages(&b, list(own(Place::FIRST), Some("x"), Order::Descending)).await, down);
    assert_eq!(pages(&b, list(own(Place::FOURTH), None, Order::Ascending)).await, down);
    assert_eq!(pages(&b, list(Scope::Everybody, None, Order::Ascending)).await, up);
    assert_eq!(pages(&b, list(Scope::Everybody, Some("x"), Order::Descending)).await, down);
    assert_eq!(pages(&b, |page| Query::Changes { partition: part("a"), since: 0, page }).await, up);
    let ids: Vec<String> = (1..8).map(|id| id.to_string()).collect();
    let named = |page| Query::Named { partition: part("a"), kind: "things".into(), ids: ids.clone(), page };
    assert_eq!(pages(&b, named).await, up);
    assert_eq!(pages(&b, |page| Query::Everything { partition: part("a"), page }).await, up);
}

/// The sizes of the bodies on each page; no page is empty.
async fn pages(b: &Bench, query: impl Fn(PageRequest) -> Query) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    let mut page = PageRequest::first(Limit::MAX);
    loop {
        let Page { items, next } = b.store.query(query(page)).await.expect("page");
        let sizes: Vec<usize> = items.iter().map(|document| document.body.len()).collect();
        assert!(!sizes.is_empty());
        assert!(sizes.len() == 1 || sizes.iter().sum::<usize>() <= MAX_PAGE_BYTES, "{sizes:?}");
        all.push(sizes);
        let Some(after) = next else { return all };
        page = PageRequest { limit: Limit::MAX, after: Some(after) };
    }
}
