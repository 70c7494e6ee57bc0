//! Microsoft To Do.

use std::{sync::Arc, time::Duration};

use avanochi::{
    kernel::ManualClock,
    outbound::providers::{
        Creation, Due, Edit, Failure, Fetched, Item, KnownAs, Provider as _, Scan, Seen, microsoft_todo::MicrosoftTodo,
    },
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sandbox::{
    Clock, Fault, Limit, Reply, Running, Stand, When,
    microsoft::{self, LISTS, Microsoft, TOKEN},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::outgoing;
use crate::support::time as at;

const NOW: &str = "2026-11-30T10:00:00Z";
const LIST: &str = LISTS[0].0;

async fn service() -> Running<Microsoft> {
    let now: DateTime<Utc> = NOW.parse().expect("a time");
    microsoft::start(Stand::new(Clock::at(now)), 0).await.expect("started")
}

fn with(service: &Running<Microsoft>, token: &str, list: Option<&str>) -> MicrosoftTodo {
    let base = format!("{}/v1.0", service.url).parse().expect("an address");
    let clock = Arc::new(ManualClock::at(at(NOW)));
    MicrosoftTodo::new(outgoing(), clock, base, token.to_owned().into(), list.map(str::to_owned), Tz::Europe__Berlin)
}

fn provider(service: &Running<Microsoft>) -> MicrosoftTodo {
    with(service, TOKEN, None)
}

fn creation(title: &str) -> Creation {
    Creation {
        key: Uuid::from_u128(7),
        operation: Uuid::from_u128(8),
        title: title.to_owned(),
        notes: "one\ntwo".to_owned(),
        due: Some(Due { on: "2026-12-24".parse().expect("a date"), time: None }),
        completed_at: None,
    }
}

fn titled(title: &str) -> Edit {
    Edit { title: Some(title.to_owned()), ..Edit::default() }
}

/// Everything from a cursor on: what was seen, as words, page by page, and where the next pull begins.
async fn pulled(provider: &MicrosoftTodo, mut cursor: Option<String>, scan: Scan) -> (Vec<Vec<String>>, String) {
    let mut pages = Vec::new();
    loop {
        let page = provider.pull(cursor.as_deref()).await.expect("a page");
        assert_eq!((page.scan, page.asked_at), (scan, at(NOW)));
        let words = page.seen.into_iter().map(|seen| match seen {
            Seen::Item(item) => item.title,
            Seen::Gone(id) => format!("gone {id}"),
            Seen::Moved(id) => format!("moved {id}"),
        });
        pages.push(words.collect());
        if !page.more {
            return (pages, page.cursor);
        }
        cursor = Some(page.cursor);
    }
}

fn sorted(pages: &[Vec<String>]) -> Vec<&str> {
    let mut all: Vec<&str> = pages.iter().flatten().map(String::as_str).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What was sent that changes something.
fn writes(service: &Running<Microsoft>) -> Vec<(String, Value)> {
    let writes = service.stand.log.take().into_iter().filter(|asked| asked.method != "GET");
    writes.map(|asked| (asked.method, serde_json::from_str(&asked.body).unwrap_or_default())).collect()
}

#[tokio::test]
async fn everything_comes_in_pages_and_then_what_changed() {
    let service = service().await;
    let provider = provider(&service);
    let ids: Vec<String> = (0..5).map(|number| service.state.add(LIST, &json!({ "title": format!("task {number}") }))).collect();
    service.state.add(LISTS[1].0, &json!({ "title": "of another list" }));
    service.state.rows_of_a_page(2);
    let (pages, cursor) = pulled(&provider, None, Scan::Everything).await;
    assert!(pages.len() == 4 && pages[3].is_empty(), "{pages:?}");
    assert_eq!(sorted(&pages), ["task 0", "task 1", "task 2", "task 3", "task 4"]);
    let rows: usize = pages.iter().map(Vec::len).sum();
    assert!(rows > 5, "rows that come twice: {pages:?}");

    let (pages, cursor) = pulled(&provider, Some(cursor), Scan::Changes).await;
    assert_eq!(sorted(&pages), [] as [&str; 0]);
    service.state.edit(&ids[1], &json!({ "title": "changed" }));
    service.state.remove(&ids[2]);
    let elsewhere = service.state.shift(&ids[3], LISTS[1].0);
    let (pages, _) = pulled(&provider, Some(cursor), Scan::Changes).await;
    let mut expected = vec!["changed".to_owned(), format!("gone {}", ids[2]), format!("gone {}", ids[3])];
    expected.sort_unstable();
    assert_eq!(sorted(&pages), expected);
    assert_eq!(provider.fetch(&elsewhere).await, Ok(Fetched::Gone));
}

#[tokio::test]
async fn a_task_that_is_told_of_in_part_is_asked_for() {
    let service = service().await;
    let provider = provider(&service);
    let created = provider.create(&creation("Milk")).await.expect("made");
    service.state.tell_in_part();
    let page = provider.pull(None).await.expect("a page");
    assert_eq!(page.seen, [Seen::Item(Box::new(created))]);
}

#[tokio::test]
async fn a_cursor_that_is_too_old_is_lost() {
    let service = service().await;
    let provider = provider(&service);
    service.state.add(LIST, &json!({ "title": "task" }));
    let (_, cursor) = pulled(&provider, None, Scan::Everything).await;
    service.stand.clock.advance(Duration::from_hours(31 * 24));
    assert_eq!(provider.pull(Some(&cursor)).await, Err(Failure::CursorLost));
    let refusal = Reply::body(400, r#"{"error":{"code":"SyncStateNotFound"}}"#);
    service.stand.faults.next(Fault::Instead(refusal));
    assert_eq!(provider.pull(Some(&cursor)).await, Err(Failure::CursorLost));
    assert_eq!(provider.pull(Some("nothing of ours")).await, Err(Failure::CursorLost));
    service.stand.faults.next(Fault::Instead(Reply::body(400, r#"{"error":{"code":"invalidRequest"}}"#)));
    assert_eq!(provider.pull(Some(&cursor)).await, Err(Failure::Rejected(400)));
    pulled(&provider, None, Scan::Everything).await;
}

#[tokio::test]
async fn the_token_goes_nowhere_else() {
    let service = service().await;
    let provider = provider(&service);
    provider.lists().await.expect("lists");
    let other = microsoft::start(Stand::new(Clock::machine()), 0).await.expect("started");
    let elsewhere = json!({ "value": [], "@odata.nextLink": format!("{}/v1.0/me/todo/lists", other.url) });
    service.stand.faults.next(Fault::Instead(Reply::body(200, &elsewhere.to_string())));
    assert_eq!(provider.lists().await, Err(Failure::Malformed));
    assert!(other.stand.log.all().is_empty());
}

#[tokio::test]
async fn a_new_task_is_made_once_though_the_answer_is_lost() {
    let service = service().await;
    let provider = provider(&service);
    for number in 0..130 {
        service.state.add(LIST, &json!({ "title": format!("task {number}") }));
    }
    service.stand.faults.on(When::method("POST"), Fault::DropAnswer);
    assert_eq!(provider.create(&creation("Milk")).await, Err(Failure::Unknown));
    let found = provider.find(creation("Milk").key).await.expect("asked").expect("found");
    assert_eq!(
        (&*found.title, &*found.notes, found.due, found.key),
        ("Milk", "one\ntwo", creation("").due, Some(Uuid::from_u128(7)))
    );
    assert!(found.url.as_ref().is_some_and(|url| url.contains(&found.external_id)));
    assert_eq!(provider.find(Uuid::from_u128(9)).await, Ok(None));
    let (pages, _) = pulled(&provider, None, Scan::Everything).await;
    assert_eq!(sorted(&pages).len(), 131);
    assert_eq!(provider.fetch(&found.external_id).await, Ok(Fetched::Item(Box::new(found))));
}

#[tokio::test]
async fn what_is_made_and_changed_is_what_the_answer_shows() {
    let service = service().await;
    let provider = provider(&service);
    let made =
        provider.create(&Creation { completed_at: Some(at("2026-11-29T23:30:00.5Z")), ..creation("Milk") }).await.expect("made");
    assert_eq!((made.completed, made.completed_at), (true, Some(at("2026-11-29T23:30:00.5Z"))));
    let due = Some(Due { on: "2027-01-01".parse().expect("a date"), time: None });
    let edit = Edit { title: Some("Bread".into()), notes: Some(" a\n\n<b> ".into()), due: Some(due), completed: Some(None) };
    let changed = provider.update(&made.external_id, &made.version, &edit, Uuid::nil()).await.expect("changed");
    assert_eq!((&*changed.title, &*changed.notes, changed.due, changed.completed), ("Bread", " a\n\n<b> ", due, false));
    assert!(changed.version > made.version && changed.key == made.key);
    assert_eq!(provider.fetch(&made.external_id).await, Ok(Fetched::Item(Box::new(changed.clone()))));
    let emptied = Edit { notes: Some(String::new()), due: Some(None), ..Edit::default() };
    let emptied = provider.update(&made.external_id, &changed.version, &emptied, Uuid::nil()).await.expect("changed");
    assert_eq!((&*emptied.title, &*emptied.notes, emptied.due), ("Bread", "", None));
}

#[tokio::test]
async fn only_what_changes_is_written_and_only_over_what_was_seen() {
    let service = service().await;
    let provider = provider(&service);
    let id = service.state.add(LIST, &json!({ "title": "Milk", "status": "inProgress", "importance": "high" }));
    let Ok(Fetched::Item(item)) = provider.fetch(&id).await else { panic!("no item") };
    service.stand.log.take();
    let open = Edit { completed: Some(None), ..Edit::default() };
    assert_eq!(provider.update(&id, &item.version, &open, Uuid::nil()).await, Ok(Item::clone(&item)));
    assert_eq!(writes(&service), []);
    let changed = provider.update(&id, &item.version, &titled("Bread"), Uuid::nil()).await.expect("changed");
    assert_eq!(writes(&service), [("PATCH".to_owned(), json!({ "title": "Bread" }))]);
    assert_eq!(provider.update(&id, &item.version, &titled("Salt"), Uuid::nil()).await, Err(Failure::Changed));
    assert_eq!(provider.delete(&id, &item.version, Uuid::nil()).await, Err(Failure::Changed));
    // An older state that is read is no reason to write.
    service.state.fall_behind(1);
    service.state.edit(&id, &json!({ "title": "of a person" }));
    let Ok(Fetched::Item(stale)) = provider.fetch(&id).await else { panic!("no item") };
    assert_eq!(*stale, changed);
    assert_eq!(provider.update(&id, &stale.version, &titled("Salt"), Uuid::nil()).await, Err(Failure::Changed));
    assert_eq!(writes(&service), []);
    let task = &service.state.tasks()[&id];
    assert_eq!(
        (&task["title"], &task["status"], &task["importance"]),
        (&json!("of a person"), &json!("inProgress"), &json!("high"))
    );
}

#[tokio::test]
async fn deleting_twice_is_deleting_once() {
    let service = service().await;
    let provider = provider(&service);
    let item = provider.create(&creation("Milk")).await.expect("made");
    service.stand.faults.on(When::method("DELETE"), Fault::DropAnswer);
    assert_eq!(provider.delete(&item.external_id, &item.version, Uuid::nil()).await, Err(Failure::Unknown));
    assert_eq!(provider.delete(&item.external_id, &item.version, Uuid::nil()).await, Ok(()));
    assert_eq!(provider.fetch(&item.external_id).await, Ok(Fetched::Gone));
    assert_eq!(provider.update(&item.external_id, &item.version, &titled("x"), Uuid::nil()).await, Err(Failure::NotFound));
    assert!(service.state.tasks().is_empty());
}

#[tokio::test]
async fn failures_are_told_apart() {
    let service = service().await;
    let provider = provider(&service);
    let item = provider.create(&creation("Milk")).await.expect("made");
    let edit = titled("Bread");
    let update = || provider.update(&item.external_id, &item.version, &edit, Uuid::nil());
    let faults = &service.stand.faults;
    let in_seconds = |seconds| Failure::Limited { until: at(NOW).plus(Duration::from_secs(seconds)) };
    faults.next(Fault::Instead(Reply::limited(Limit::RetryAfterSeconds(30))));
    assert_eq!(provider.pull(None).await, Err(in_seconds(30)));
    faults.next(Fault::Instead(Reply::limited(Limit::Bare)));
    assert_eq!(provider.fetch(&item.external_id).await, Err(in_seconds(60)));
    faults.on(When::method("PATCH"), Fault::Instead(Reply::limited(Limit::RetryAfterSeconds(5))));
    assert_eq!(update().await, Err(in_seconds(5)));
    faults.next(Fault::Truncated);
    assert_eq!(provider.pull(None).await, Err(Failure::Unreachable));
    faults.next(Fault::Instead(Reply::status(503)));
    assert_eq!(provider.pull(None).await, Err(Failure::Unreachable));
    for fault in [Fault::Instead(Reply::status(500)), Fault::DropRequest, Fault::Afterwards(Reply::status(500))] {
        faults.on(When::method("PATCH"), fault);
        assert_eq!(update().await, Err(Failure::Unknown));
    }
    // The last was done.
    assert_eq!(update().await, Err(Failure::Changed));
    assert_eq!(with(&service, "another", None).pull(None).await, Err(Failure::Unauthorized));
    assert_eq!(with(&service, TOKEN, Some("none")).pull(None).await, Err(Failure::NotFound));
}

#[tokio::test]
async fn lists_and_the_account_are_known() {
    let service = service().await;
    let provider = provider(&service);
    let lists = provider.lists().await.expect("lists");
    assert_eq!(lists.iter().map(|list| (&*list.id, &*list.name)).collect::<Vec<_>>(), LISTS);
    assert_eq!(provider.account().await, Ok(KnownAs::named(Some("someone@example.com".to_owned()))));
    service.stand.faults.next(Fault::Instead(Reply::status(403)));
    assert_eq!(provider.account().await, Ok(KnownAs::default()));
    let second = with(&service, TOKEN, Some(LISTS[1].0));
    let made = second.create(&creation("Milk")).await.expect("made");
    assert_eq!(provider.fetch(&made.external_id).await, Ok(Fetched::Gone));
    assert_eq!(second.fetch(&made.external_id).await, Ok(Fetched::Item(Box::new(made))));
}
