//! What fails, here or there, at each step: both sides are equal in the end, and nothing is there twice.

use sandbox::{Fault, Reply, When};
use serde_json::json;

use super::bench::{Bench, ok, text, titles};
use crate::support::{self, FlakyStore, task_path};

/// A day of edits on both sides; asks for runs, some of which may fail.
async fn edits(bench: &Bench, id: &str) {
    let there = &bench.services.todoist.state;
    let item = there.add(sandbox::todoist::INBOX, "there");
    let gone = there.add(sandbox::todoist::INBOX, "gone there");
    bench.ann.create_task("here").await;
    bench.ann.create_task("gone here").await;
    try_sync(bench, id).await;
    bench.pass(60);
    assert!(there.edit(&item, |task| "there, changed".clone_into(&mut task.content)));
    there.delete(&gone);
    let tasks = bench.ann.all_pages("/api/tasks", 100).await;
    for task in &tasks {
        match task["title"].as_str() {
            Some("here") => drop(bench.ann.patch(&task_path(task), json!({ "title": "here, changed" })).await),
            Some("gone here") => drop(bench.ann.delete(&task_path(task)).await),
            _ => {}
        }
    }
    try_sync(bench, id).await;
}

async fn try_sync(bench: &Bench, id: &str) {
    let _answer = bench.ann.post_empty(&format!("/api/connections/{id}/sync")).await;
    bench.settle().await;
}

/// Long enough for whatever waits or was taken for dead.
async fn come_to_rest(bench: &Bench, id: &str) {
    for _ in 0..8 {
        bench.pass(400);
        try_sync(bench, id).await;
    }
}

async fn assert_equal(bench: &Bench, id: &str, what: &str) {
    let both = titles([("there, changed", false), ("here, changed", false)]);
    let all = bench.ann.all_pages("/api/tasks", 100).await;
    let what = &format!("{what}: {all:?} {:?}", bench.services.todoist.state.tasks());
    assert_eq!(bench.at_todoist(), both, "{what}");
    assert_eq!(bench.here().await, both, "{what}");
    assert_eq!((bench.count().await, bench.services.todoist.state.tasks().len()), (2, 2), "{what}");
    let shown = bench.connection(id).await;
    assert_eq!(
        (&shown["status"], &shown["counts"]["waiting"], &shown["counts"]["failed"]),
        (&json!("active"), &json!(0), &json!(0)),
        "{what}: {shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_becomes_of_a_request_both_sides_are_equal_in_the_end() {
    type Kind = (&'static str, fn() -> Fault);
    let kinds: [Kind; 5] = [
        ("lost before", || Fault::DropRequest),
        ("lost after", || Fault::DropAnswer),
        ("half an answer", || Fault::Truncated),
        ("an error", || Fault::Instead(Reply::status(500))),
        ("an error although it was done", || Fault::Afterwards(Reply::status(502))),
    ];
    for (name, fault) in kinds {
        for number in 0..14 {
            let bench = Bench::new().await;
            let id = bench.todoist().await;
            let faults = &bench.services.todoist.stand.faults;
            for _ in 0..number {
                // Requests before it go well.
                faults.on(When::default(), Fault::Slow(std::time::Duration::ZERO));
            }
            faults.next(fault());
            edits(&bench, &id).await;
            come_to_rest(&bench, &id).await;
            assert_equal(&bench, &id, &format!("{name}, request {number}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_the_program_dies_both_sides_are_equal_in_the_end() {
    for fault in [support::Fault::Before, support::Fault::After] {
        let mut commit = 0;
        loop {
            let store = FlakyStore::new();
            let bench = Bench::flaky(store.clone()).await;
            let id = bench.todoist().await;
            bench.settle().await;
            let there = &bench.services.todoist.state;
            there.add(sandbox::todoist::INBOX, "there, changed");
            let gone = there.add(sandbox::todoist::INBOX, "gone there");
            bench.ann.create_task("here, changed").await;
            store.fail_after(commit, fault);
            try_sync(&bench, &id).await;
            there.delete(&gone);
            try_sync(&bench, &id).await;
            let over = store.is_waiting();
            store.heal();
            come_to_rest(&bench, &id).await;
            assert_equal(&bench, &id, &format!("{fault:?}, commit {commit}")).await;
            if over {
                break;
            }
            commit += 1;
        }
        assert!(commit > 10, "{commit}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_refused_is_asked_for_once_and_a_new_one_goes_on() {
    let bench = Bench::new().await;
    let id = bench.connect(json!({ "provider": "todoist", "credential": { "token": "wrong" } })).await;
    bench.ann.create_task("Bread").await;
    bench.settle().await;
    let shown = bench.connection(&id).await;
    assert_eq!((&shown["status"], &shown["problem"]["code"]), (&json!("needs_reauth"), &json!("wrong_credential")));
    assert_eq!(bench.ann.post_empty(&format!("/api/connections/{id}/sync")).await.status, 409);
    // It is said once, whatever is tried meanwhile; and cannot be put off.
    bench.pass(24 * 3600);
    bench.settle().await;
    let nudges = bench.ann.get("/api/nudges").await;
    let said: Vec<_> = ok(&nudges).as_array().expect("a list").iter().filter(|nudge| nudge["kind"] == "reconnect").collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(said[0]["evidence"], json!({ "connection_id": id, "provider": "Todoist" }));
    let answer = format!("/api/nudges/{}", text(said[0], "id"));
    assert_eq!(bench.ann.post(&answer, json!({ "action": "snooze" })).await.status, 400);
    assert_eq!(ok(&bench.ann.post(&answer, json!({ "action": "done" })).await)["state"], "done");
    let given = json!({ "credential": { "token": sandbox::todoist::TOKEN } });
    assert_eq!(bench.ann.patch(&format!("/api/connections/{id}"), given).await.status, 200);
    bench.settle().await;
    assert_eq!(bench.at_todoist(), titles([("Bread", false)]));
    assert_eq!(bench.connection(&id).await["status"], "active");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_asks_to_wait_is_not_asked_before() {
    let bench = Bench::new().await;
    let id = bench.todoist().await;
    bench.settle().await;
    bench.ann.create_task("Bread").await;
    let stand = &bench.services.todoist.stand;
    stand.faults.next(Fault::Instead(Reply::limited(sandbox::Limit::RetryAfterSeconds(120))));
    let _answer = bench.ann.post_empty(&format!("/api/connections/{id}/sync")).await;
    bench.work().await;
    let shown = bench.connection(&id).await;
    assert_eq!((&shown["status"], &shown["problem"]["code"]), (&json!("active"), &json!("throttled")), "{shown}");
    assert_eq!(shown["last_run"]["result"], "throttled");
    stand.log.take();
    bench.pass(60);
    bench.ann.create_task("Butter").await;
    bench.settle().await;
    assert!(stand.log.take().is_empty(), "asked although it was to wait");
    bench.pass(120);
    bench.work().await;
    assert_eq!(bench.at_todoist(), titles([("Bread", false), ("Butter", false)]));
    assert_eq!(bench.connection(&id).await["problem"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_while_nobody_knows_whether_it_was_made_does_not_come_back() {
    let faults: [(fn() -> Fault, bool); 2] = [(|| Fault::DropAnswer, true), (|| Fault::DropRequest, false)];
    for (fault, made) in faults {
        let bench = Bench::new().await;
        bench.todoist().await;
        bench.settle().await;
        let bread = bench.ann.create_task("Bread").await;
        // After a change here nothing is asked first: each request is an attempt to make it.
        for _ in 0..3 {
            bench.services.todoist.stand.faults.next(fault());
        }
        bench.follow().await;
        bench.pass(3);
        bench.work().await;
        assert_eq!(bench.at_todoist().contains_key("Bread"), made);
        assert_eq!(bench.ann.delete(&task_path(&bread.body)).await.status, 204);
        for _ in 0..4 {
            bench.pass(400);
            bench.settle().await;
        }
        assert_eq!((bench.count().await, bench.at_todoist()), (0, titles([])));
    }
}
