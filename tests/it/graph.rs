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

fn source(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path)).expect("a file")
}

/// The kinds of documents that are published, read off the code that stores them.
fn published() -> BTreeSet<String> {
    fn read(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                read(&entry, found);
                continue;
            }
            let text = fs::read_to_string(&entry).expect("text");
            for body in text.split("impl Entity for ").skip(1) {
                let body = body.split("\n}").next().unwrap_or_default();
                let kind = body.split("KIND: &'static str = \"").nth(1).and_then(|rest| rest.split('"').next());
                if body.contains("PUBLISHED: bool = true") {
                    found.insert(kind.expect("a kind").to_owned());
                }
            }
        }
    }
    let mut found = BTreeSet::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
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
    let published = published();
    assert!(published.is_superset(&["tasks", "users", "work_sessions"].map(str::to_owned).into()), "{published:?}");
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
fn whatever_is_published_can_be_shown() {
    let views = source("app/routes.rs");
    for kind in published() {
        assert!(views.contains(&format!("(\"{kind}\", ")), "clients that follow changes are never shown {kind}");
    }
}
