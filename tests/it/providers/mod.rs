//! Services that keep tasks, each against its stand-in.

mod caldav;
mod caldav_discovery;
mod caldav_servers;
mod github;
mod github_faults;
mod limits;
mod microsoft_todo;
mod outgoing;
mod todoist;

use std::sync::Arc;

use avanochi::{
    kernel::{Clock, Network, Timestamp},
    outbound::{
        http::{Outgoing, Policy},
        providers::{Creation, Failure, Fetched, Item, Page, Provider, Scan, Seen},
    },
};
use sandbox::{Limit, Logged, Running, Stand};
use uuid::Uuid;

use crate::support::time;

/// The stand-in's clock as the program's own.
#[derive(Debug)]
struct Shared(sandbox::Clock);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        Timestamp::from(self.0.now())
    }
}

fn stand() -> Stand {
    Stand::new(sandbox::Clock::at("2026-01-14T10:00:00Z".parse().expect("a time")))
}

/// The client by which requests go out, to this machine too where a person names it.
fn outgoing() -> Arc<Outgoing> {
    let loopback = Network::parse("127.0.0.1/32").expect("a network");
    Arc::new(Outgoing::new(&Policy { private: vec![loopback], ..Policy::default() }))
}

/// Everything from the cursor on: what was seen, where the next pull goes on, and what it tells together.
async fn pull(provider: &dyn Provider, cursor: Option<&str>) -> (Vec<Seen>, String, Scan) {
    let mut seen = Vec::new();
    let mut page = provider.pull(cursor).await.expect("a page");
    loop {
        seen.append(&mut page.seen);
        let Page { cursor, scan, more, .. } = page;
        if !more {
            return (seen, cursor, scan);
        }
        page = provider.pull(Some(&cursor)).await.expect("a page");
        assert_eq!(page.scan, scan, "a pull is of one kind");
    }
}

fn items(seen: &[Seen]) -> Vec<&Item> {
    seen.iter().filter_map(|seen| if let Seen::Item(item) = seen { Some(item.as_ref()) } else { None }).collect()
}

async fn fetch(provider: &dyn Provider, external_id: &str) -> Item {
    match provider.fetch(external_id).await.expect("an answer") {
        Fetched::Item(item) => *item,
        other => panic!("{other:?}"),
    }
}

fn creation(title: &str) -> Creation {
    Creation {
        key: Uuid::from_u128(7),
        operation: Uuid::from_u128(8),
        title: title.to_owned(),
        notes: "as they are".to_owned(),
        due: None,
        completed_at: None,
    }
}

const OPERATION: Uuid = Uuid::from_u128(9);

/// All forms in which a service can say that there were too many requests, and until when they say so, from 10:00 on.
fn limits() -> Vec<(Limit, Timestamp)> {
    let end = "2026-01-14T10:02:00Z".parse().expect("a time");
    vec![
        (Limit::RetryAfterSeconds(30), time("2026-01-14T10:00:30Z")),
        (Limit::RetryAfterDate(end), time("2026-01-14T10:02:00Z")),
        (Limit::Remaining { status: 403, reset: end }, time("2026-01-14T10:02:01Z")),
        (Limit::Remaining { status: 429, reset: end }, time("2026-01-14T10:02:01Z")),
        (Limit::Secondary, time("2026-01-14T10:01:00Z")),
        (Limit::InBody(20), time("2026-01-14T10:00:20Z")),
        (Limit::Bare, time("2026-01-14T10:01:00Z")),
    ]
}

/// The requests since the last time, as `METHOD status`.
fn asked<S>(running: &Running<S>) -> Vec<String> {
    let short = |logged: &Logged| match logged.status {
        Some(status) => format!("{} {status}", logged.method),
        None => format!("{} -", logged.method),
    };
    running.stand.log.take().iter().map(short).collect()
}

/// That the failure is what was expected, of a call that must fail.
fn fails<T>(result: Result<T, Failure>, expected: &Failure) {
    assert_eq!(result.err().as_ref(), Some(expected));
}
