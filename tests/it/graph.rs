//! Who follows which kinds of documents and writes which: nothing that a consumer writes leads back to what it reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::support::TestApp;

/// What each of some consumers reads, and what it writes.
type Graph = Vec<(Vec<String>, Vec<String>)>;

/// The kinds that lead back to themselves, with those on the way between two that do.
fn cycles(graph: &Graph) -> BTreeSet<String> {
    let mut leads: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (reads, writes) in graph {
        for read in reads {
            leads.entry(read).or_default().extend(writes.iter().map(String::as_str));
        }
    }
    // What leads to nothing that is left is taken away until none is.
    loop {
        let before = leads.len();
        let left: BTreeSet<&str> = leads.keys().copied().collect();
        leads.retain(|_, to| to.iter().any(|kind| left.contains(kind)));
        if leads.len() == before {
            return leads.keys().map(|kind| (*kind).to_owned()).collect();
        }
    }
}

fn graph(edges: &[(&[&str], &[&str])]) -> Graph {
    let owned = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).to_owned()).collect();
    edges.iter().map(|(reads, writes)| (owned(reads), owned(writes))).collect()
}

/// The kinds of documents that clients and consumers are told of.
fn published(app: &TestApp) -> BTreeSet<&'static str> {
    app.app.kinds.iter().filter(|kind| kind.render.is_some()).map(|kind| kind.name).collect()
}

/// Kinds that belong to no user, or are not in the user's partition.
const OF_NO_USER: [&str; 11] = [
    "channel_links",
    "dead_letters",
    "deletions",
    "health",
    "leases",
    "logins",
    "marks",
    "messages",
    "refresh_families",
    "service_accounts",
    "webhook_addresses",
];

/// All kinds that the code stores, and whether their changes are published.
fn stored(folder: &Path, found: &mut BTreeMap<String, bool>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            stored(&entry, found);
            continue;
        }
        let text = fs::read_to_string(&entry).expect("text");
        for body in text.split("#[cfg(test)]").next().unwrap_or_default().split("impl Entity for ").skip(1) {
            let body = body.split("\n}").next().unwrap_or_default();
            let kind = body.split("KIND: &'static str = \"").nth(1).and_then(|rest| rest.split('"').next());
            found.insert(kind.expect("a kind").to_owned(), body.contains("PUBLISHED: bool = true"));
        }
    }
}

#[test]
fn a_cycle_would_be_found() {
    for (edges, expected) in [
        (graph(&[(&["a"], &["a"])]), vec!["a"]),
        (graph(&[(&["a"], &["b"]), (&["b"], &["a"])]), vec!["a", "b"]),
        (graph(&[(&["x", "a"], &["b"]), (&["b"], &["y", "c"]), (&["c"], &["a"])]), vec!["a", "b", "c", "x"]),
        // One that reads two kinds, of which its own writing brings back one.
        (graph(&[(&["a", "b"], &["c"]), (&["c"], &["b"])]), vec!["a", "b", "c"]),
        (graph(&[(&["a"], &["b", "c"]), (&["b"], &["d"]), (&["c"], &["d"]), (&["d"], &[])]), vec![]),
        (graph(&[]), vec![]),
    ] {
        assert_eq!(cycles(&edges).into_iter().collect::<Vec<_>>(), expected, "{edges:?}");
    }
}

#[test]
fn nothing_that_is_written_leads_back_to_what_was_read() {
    let app = TestApp::new();
    let published = published(&app);
    assert!(published.is_superset(&["tasks", "users", "work_sessions"].into()), "{published:?}");
    let consumers: Vec<_> = app.app.jobs.follower.consumers().collect();
    assert!(!consumers.is_empty());
    let edges: Vec<_> = consumers.iter().map(|consumer| (consumer.reads(), consumer.writes())).collect();
    assert_eq!(cycles(&graph(&edges)), BTreeSet::new());
    let mut writers = BTreeSet::new();
    for consumer in &consumers {
        for kind in consumer.reads().iter().chain(consumer.writes()) {
            assert!(published.contains(*kind), "{} has to do with {kind}, which nobody is told of", consumer.name());
        }
        for kind in consumer.writes() {
            assert!(writers.insert(*kind), "{kind} is written by two consumers");
        }
        // By its name alone, what was set aside finds its way back.
        let same_name = app.app.jobs.registry.get(consumer.name()).is_some();
        assert!(!same_name && consumers.iter().filter(|other| other.name() == consumer.name()).count() == 1);
    }
}

#[test]
fn every_kind_is_declared_and_told_to_clients_or_said_why_not() {
    let app = TestApp::new();
    let mut found = BTreeMap::new();
    stored(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.retain(|kind, _| !OF_NO_USER.contains(&kind.as_str()) && !kind.starts_with("test"));
    let declared: BTreeMap<String, bool> =
        app.app.kinds.iter().map(|kind| (kind.name.to_owned(), kind.render.is_some())).collect();
    assert_eq!(declared, found);
    for kind in app.app.kinds.iter() {
        assert_ne!(kind.render.is_some(), kind.internal.is_some_and(|reason| !reason.is_empty()), "{}", kind.name);
    }
}
