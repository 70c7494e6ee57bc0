//! Calendars on a CalDAV server.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use avanochi::{
    kernel::ManualClock,
    outbound::providers::{
        Creation, Due, Edit, Failure, Fetched, Field, Page, Provider as _, Scan, Seen,
        caldav::{Account, Caldav},
    },
};
use chrono_tz::Tz;
use sandbox::{
    Clock, Fault, Limit, Reply, Running, Stand, When,
    caldav::{self, Habits, Marks, PASSWORD, TASKS, USERNAME},
};
use uuid::Uuid;

use super::{fetch, outgoing};
use crate::support::time as at;

const NOW: &str = "2026-11-30T10:00:00Z";

pub(super) async fn server() -> Running<caldav::Caldav> {
    caldav::start(Stand::new(Clock::machine()), 0).await.expect("started")
}

pub(super) fn with(server: &Running<caldav::Caldav>, path: &str, list: Option<&str>, password: &str) -> Caldav {
    let url = format!("{}{path}", server.url).parse().expect("an address");
    let account =
        Account { url, list: list.map(str::to_owned), username: USERNAME.to_owned(), password: password.to_owned().into() };
    Caldav::new(outgoing(), Arc::new(ManualClock::at(at(NOW))), account, Tz::Europe__Berlin)
}

/// With the calendar given, so that nothing is looked for.
pub(super) fn provider(server: &Running<caldav::Caldav>) -> Caldav {
    with(server, "/", Some(TASKS), PASSWORD)
}

pub(super) fn todo(uid: &str, lines: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:{uid}\r\n{lines}END:VTODO\r\nEND:VCALENDAR\r\n")
}

fn creation() -> Creation {
    Creation {
        key: Uuid::from_u128(7),
        operation: Uuid::from_u128(8),
        title: "Milk, bread".to_owned(),
        notes: "one\ntwo".to_owned(),
        due: Some(Due { on: "2026-12-24".parse().expect("a date"), time: None }),
        completed_at: None,
    }
}

fn name() -> String {
    format!("{}.ics", creation().key)
}

fn titled(title: &str) -> Edit {
    Edit { title: Some(title.to_owned()), ..Edit::default() }
}

pub(super) fn words(page: &Page) -> Vec<String> {
    let words = page.seen.iter().map(|seen| match seen {
        Seen::Item(item) => format!("{} {}", item.external_id, item.title),
        Seen::Gone(id) => format!("gone {id}"),
        Seen::Moved(id) => format!("moved {id}"),
    });
    words.collect()
}

pub(super) async fn pulled(provider: &Caldav, cursor: Option<&str>) -> Page {
    let page = provider.pull(cursor).await.expect("a page");
    assert_eq!(page.asked_at, at(NOW));
    page
}

/// With which methods was asked since the last time.
fn methods(server: &Running<caldav::Caldav>) -> Vec<String> {
    server.stand.log.take().into_iter().map(|asked| asked.method).collect()
}

#[tokio::test]
async fn everything_comes_in_pages_and_then_what_changed() {
    let server = server().await;
    let provider = provider(&server);
    for number in 0..60 {
        server.state.put(&format!("{number:02}.ics"), &todo(&number.to_string(), "SUMMARY:x\r\n"));
    }
    server.state.put("event.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:e\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    let first = pulled(&provider, None).await;
    assert!(first.seen.len() == 50 && first.more && first.scan == Scan::Everything);
    // Between two pages: behind the first, and in the second.
    server.state.put("05.ics", &todo("5", "SUMMARY:changed\r\n"));
    server.state.put("55.ics", &todo("55", "SUMMARY:changed\r\n"));
    server.state.remove("57.ics");
    let second = pulled(&provider, Some(&first.cursor)).await;
    assert!(second.seen.len() == 9 && !second.more && second.scan == Scan::Everything);
    assert!(words(&second).contains(&"55.ics changed".to_owned()));
    let third = pulled(&provider, Some(&second.cursor)).await;
    assert_eq!(
        (third.scan, words(&third)),
        (Scan::Changes, vec!["gone 57.ics".into(), "05.ics changed".into(), "55.ics changed".into()])
    );
    server.stand.log.take();
    let fourth = pulled(&provider, Some(&third.cursor)).await;
    assert!(fourth.seen.is_empty() && fourth.scan == Scan::Changes);
    assert_eq!(methods(&server), ["REPORT"]);
}

#[tokio::test]
async fn many_changes_come_in_pages_too() {
    let server = server().await;
    let provider = provider(&server);
    let start = pulled(&provider, None).await;
    for number in 0..60 {
        server.state.put(&format!("{number:02}.ics"), &todo(&number.to_string(), "SUMMARY:x\r\n"));
    }
    let first = pulled(&provider, Some(&start.cursor)).await;
    server.state.put("05.ics", &todo("5", "SUMMARY:changed\r\n"));
    let second = pulled(&provider, Some(&first.cursor)).await;
    assert_eq!((first.seen.len(), first.more, second.seen.len(), second.more), (50, true, 10, false));
    assert!(first.scan == Scan::Changes && second.scan == Scan::Changes);
    assert_eq!(words(&pulled(&provider, Some(&second.cursor)).await), ["05.ics changed"]);

    // The server tells of a few at once.
    server.state.set_habits(Habits { most: Some(25), ..Habits::default() });
    let (mut seen, mut pages, mut cursor) = (BTreeSet::new(), 0, start.cursor);
    loop {
        let page = pulled(&provider, Some(&cursor)).await;
        (pages, cursor) = (pages + 1, page.cursor.clone());
        seen.extend(words(&page));
        if !page.more {
            break;
        }
    }
    assert_eq!((pages, seen.len(), seen.contains("05.ics changed")), (3, 60, true));
}

#[tokio::test]
async fn what_is_cancelled_counts_as_gone() {
    let server = server().await;
    let provider = provider(&server);
    server.state.put("a.ics", &todo("a", "STATUS:CANCELLED\r\n"));
    assert_eq!(words(&pulled(&provider, None).await), ["gone a.ics"]);
    assert_eq!(provider.fetch("a.ics").await, Ok(Fetched::Gone));
    assert_eq!(provider.fetch("none.ics").await, Ok(Fetched::Gone));
}

#[tokio::test]
async fn a_token_that_is_forgotten_is_a_lost_cursor() {
    let server = server().await;
    let provider = provider(&server);
    let cursor = pulled(&provider, None).await.cursor;
    server.state.forget_tokens();
    assert_eq!(provider.pull(Some(&cursor)).await, Err(Failure::CursorLost));
    assert_eq!(provider.pull(Some("nothing of ours")).await, Err(Failure::CursorLost));
    let cursor = pulled(&provider, None).await.cursor;
    assert!(provider.pull(Some(&cursor)).await.is_ok());
    server.stand.faults.next(Fault::Instead(Reply::status(403)));
    assert_eq!(provider.pull(Some(&cursor)).await, Err(Failure::Forbidden));
}

#[tokio::test]
async fn a_server_without_tokens_is_looked_at_when_something_changed() {
    let server = server().await;
    let provider = provider(&server);
    server.state.put("a.ics", &todo("a", "SUMMARY:A\r\n"));
    server.state.set_habits(Habits { marks: Marks::Tags, ..Habits::default() });
    let first = pulled(&provider, None).await;
    server.stand.log.take();
    let second = pulled(&provider, Some(&first.cursor)).await;
    assert_eq!((second.scan, words(&second), methods(&server)), (Scan::Changes, vec![], vec!["PROPFIND".to_owned()]));
    server.state.put("b.ics", &todo("b", "SUMMARY:B\r\n"));
    let third = pulled(&provider, Some(&second.cursor)).await;
    assert_eq!((third.scan, words(&third)), (Scan::Everything, vec!["a.ics A".into(), "b.ics B".into()]));
    // And always, where it cannot tell that.
    server.state.set_habits(Habits { marks: Marks::None, ..Habits::default() });
    let fourth = pulled(&provider, Some(&third.cursor)).await;
    let fifth = pulled(&provider, Some(&fourth.cursor)).await;
    assert_eq!((fourth.scan, fifth.scan, words(&fifth)), (Scan::Everything, Scan::Everything, words(&third)));
}

#[tokio::test]
async fn a_new_to_do_is_made_once_though_the_answer_is_lost() {
    let server = server().await;
    let provider = provider(&server);
    assert_eq!(provider.find(creation().key).await, Ok(None));
    server.stand.faults.on(When::method("PUT"), Fault::DropAnswer);
    assert_eq!(provider.create(&creation()).await, Err(Failure::Unknown));
    let found = provider.find(creation().key).await.expect("asked").expect("found");
    assert_eq!((&*found.external_id, &*found.title, &*found.notes), (&*name(), "Milk, bread", "one\ntwo"));
    assert_eq!((found.due, found.key, found.url.clone()), (creation().due, Some(creation().key), None));
    // Somebody may have edited it since: it is to be merged, and not taken for what was made.
    assert_eq!(provider.create(&creation()).await, Err(Failure::Changed));
    assert_eq!(fetch(&provider, &name()).await, found);
    assert_eq!(pulled(&provider, None).await.seen, [Seen::Item(Box::new(found))]);
    assert_eq!(server.state.objects().len(), 1);
}

#[tokio::test]
async fn one_that_was_moved_within_the_calendar_is_found_by_its_uid() {
    let server = server().await;
    let provider = provider(&server);
    provider.create(&creation()).await.expect("made");
    let text = server.state.objects()[&name()].clone();
    server.state.remove(&name());
    server.state.put("moved.ics", &text);
    let found = provider.find(creation().key).await.expect("asked").expect("found");
    assert_eq!(found.external_id, "moved.ics");
    assert_eq!(provider.create(&creation()).await, Err(Failure::Changed));
    assert_eq!(server.state.objects().len(), 1);
}

#[tokio::test]
async fn one_that_was_cancelled_is_made_again_in_its_place() {
    let server = server().await;
    let provider = provider(&server);
    server.state.put(&name(), &todo(&creation().key.to_string(), "X-KEPT:1\r\nSUMMARY:old\r\nSTATUS:CANCELLED\r\n"));
    assert_eq!(provider.find(creation().key).await, Ok(None));
    let made = provider.create(&creation()).await.expect("made");
    assert_eq!((&*made.title, made.completed), ("Milk, bread", false));
    assert_eq!(fetch(&provider, &name()).await, made);
    assert!(server.state.objects()[&name()].contains("\r\nX-KEPT:1\r\n"));
}

#[tokio::test]
async fn a_change_leaves_every_other_line() {
    let server = server().await;
    let provider = provider(&server);
    let text = |title: &str, status: &str| {
        todo(
            "a",
            &format!(
                "X-A;B=\"c:d\":e\r\n f\r\n{title}{status}DUE;TZID=America/New_York:20261201T101500\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"
            ),
        )
    };
    server.state.put("a.ics", &text("SUMMARY:lo\r\n ng\r\n", ""));
    let item = fetch(&provider, "a.ics").await;
    assert_eq!((&*item.title, item.due.and_then(|due| due.time)), ("long", chrono::NaiveTime::from_hms_opt(16, 15, 0)));
    let changed = provider.update("a.ics", &item.version, &titled("short"), Uuid::nil()).await.expect("changed");
    let stamps = "LAST-MODIFIED:20261130T100000Z\r\nDTSTAMP:20261130T100000Z\r\n";
    let expected = text("SUMMARY:short\r\n", "").replace("101500\r\n", &format!("101500\r\n{stamps}"));
    assert_eq!(server.state.objects()["a.ics"], expected);
    assert_eq!((changed.updated_at, fetch(&provider, "a.ics").await), (Some(at(NOW)), changed.clone()));
    let done = Edit { completed: Some(Some(at("2026-11-30T09:00:00Z"))), ..Edit::default() };
    let done = provider.update("a.ics", &changed.version, &done, Uuid::nil()).await.expect("changed");
    assert_eq!((done.completed, done.completed_at), (true, Some(at("2026-11-30T09:00:00Z"))));
    let open = Edit { completed: Some(None), ..Edit::default() };
    let open = provider.update("a.ics", &done.version, &open, Uuid::nil()).await.expect("changed");
    assert!(!open.completed && !server.state.objects()["a.ics"].contains("COMPLETE"));
}

#[tokio::test]
async fn nothing_is_written_needlessly_or_over_what_was_not_seen() {
    let server = server().await;
    let provider = provider(&server);
    server.state.put("a.ics", &todo("a", "SUMMARY:A\r\nRRULE:FREQ=DAILY\r\n"));
    let item = fetch(&provider, "a.ics").await;
    assert_eq!(item.read_only, BTreeSet::from([Field::Completed]));
    server.stand.log.take();
    assert_eq!(provider.update("a.ics", &item.version, &titled("A"), Uuid::nil()).await, Ok(item.clone()));
    assert_eq!(methods(&server), ["GET"]);
    server.state.put("a.ics", &todo("a", "SUMMARY:of a person\r\n"));
    assert_eq!(provider.update("a.ics", &item.version, &titled("B"), Uuid::nil()).await, Err(Failure::Changed));
    assert_eq!(provider.delete("a.ics", &item.version, Uuid::nil()).await, Err(Failure::Changed));
    assert_eq!(provider.delete("a.ics", "", Uuid::nil()).await, Err(Failure::Changed));
    // Between looking and writing.
    let now = fetch(&provider, "a.ics").await;
    server.stand.faults.on(When::method("PUT"), Fault::Instead(Reply::status(412)));
    assert_eq!(provider.update("a.ics", &now.version, &titled("B"), Uuid::nil()).await, Err(Failure::Changed));
    assert!(server.state.objects()["a.ics"].contains("of a person"));
    server.stand.log.take();
    provider.update("a.ics", &now.version, &titled("B"), Uuid::nil()).await.expect("changed");
    let put = server.stand.log.take().pop().expect("a request");
    assert_eq!(put.headers.get("if-match").and_then(|value| value.to_str().ok()), Some(&*now.version));
}

#[tokio::test]
async fn a_server_that_stores_another_text_is_looked_at_again() {
    let server = server().await;
    let provider = provider(&server);
    server.state.set_habits(Habits { names_versions: false, rewrites: true, ..Habits::default() });
    let made = provider.create(&creation()).await.expect("made");
    assert_eq!(fetch(&provider, &name()).await, made);
    let changed = provider.update(&name(), &made.version, &titled("Salt"), Uuid::nil()).await.expect("changed");
    assert_eq!(fetch(&provider, &name()).await, changed);
    // What somebody else writes at once is not taken for what we wrote.
    let cursor = pulled(&provider, None).await.cursor;
    server.stand.faults.on(When::method("PUT"), Fault::Slow(Duration::from_millis(300)));
    let (name, edit) = (name(), titled("Pepper"));
    let update = provider.update(&name, &changed.version, &edit, Uuid::nil());
    let other = async {
        while !server.state.objects()[&name].contains("Pepper") {
            tokio::task::yield_now().await;
        }
        server.state.put(&name, &todo(&creation().key.to_string(), "SUMMARY:of a person\r\n"));
    };
    let (written, ()) = tokio::join!(update, other);
    let written = written.expect("changed");
    assert_eq!((&*written.title, &*written.version), ("Pepper", ""));
    assert_eq!(provider.update(&name, &written.version, &titled("Oil"), Uuid::nil()).await, Err(Failure::Changed));
    assert_eq!(words(&pulled(&provider, Some(&cursor)).await), [format!("{name} of a person")]);
}

#[tokio::test]
async fn deleting_twice_is_deleting_once() {
    let server = server().await;
    let provider = provider(&server);
    let item = provider.create(&creation()).await.expect("made");
    server.stand.faults.on(When::method("DELETE"), Fault::DropAnswer);
    assert_eq!(provider.delete(&item.external_id, &item.version, Uuid::nil()).await, Err(Failure::Unknown));
    assert!(server.state.objects().is_empty());
    // Servers say that it is not there, or that it is not that version.
    assert_eq!(provider.delete(&item.external_id, &item.version, Uuid::nil()).await, Ok(()));
    server.stand.faults.on(When::method("DELETE"), Fault::Instead(Reply::status(404)));
    assert_eq!(provider.delete(&item.external_id, &item.version, Uuid::nil()).await, Ok(()));
    assert_eq!(provider.update(&item.external_id, &item.version, &titled("x"), Uuid::nil()).await, Err(Failure::NotFound));
}

#[tokio::test]
async fn failures_are_told_apart() {
    let server = server().await;
    let provider = provider(&server);
    let item = provider.create(&creation()).await.expect("made");
    let edit = titled("Bread");
    let update = || provider.update(&item.external_id, &item.version, &edit, Uuid::nil());
    let faults = &server.stand.faults;
    for (fault, expected) in [
        (Fault::Instead(Reply::limited(Limit::RetryAfterSeconds(30))), Failure::Limited { until: at("2026-11-30T10:00:30Z") }),
        (Fault::Instead(Reply::status(503)), Failure::Unreachable),
        (Fault::Truncated, Failure::Unreachable),
        (Fault::Instead(Reply::body(207, "<html>")), Failure::Malformed),
        (Fault::Instead(Reply::body(200, "welcome")), Failure::Malformed),
    ] {
        faults.next(fault);
        assert_eq!(provider.pull(None).await, Err(expected));
    }
    for (fault, expected) in [
        (Fault::Instead(Reply::limited(Limit::Bare)), Failure::Limited { until: at("2026-11-30T10:01:00Z") }),
        (Fault::Instead(Reply::status(500)), Failure::Unknown),
        (Fault::Instead(Reply::status(403)), Failure::Forbidden),
        (Fault::Instead(Reply::status(415)), Failure::Rejected(415)),
        (Fault::DropRequest, Failure::Unknown),
        (Fault::Afterwards(Reply::status(502)), Failure::Unknown),
    ] {
        faults.on(When::method("PUT"), fault);
        assert_eq!(update().await, Err(expected));
    }
    assert_eq!(update().await, Err(Failure::Changed));
    assert_eq!(fetch(&provider, &item.external_id).await.title, "Bread");
}
