//! What taking in and writing costs: requests to our own store, and to the service.

use std::sync::Arc;

use avanochi::{kernel::ManualClock, store::embedded::Embedded};
use serde_json::json;

use super::bench::Bench;
use crate::support::{TestApp, counting::Counting, time};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_costs_few_requests() {
    let clock = Arc::new(ManualClock::at(time("2026-01-14T10:00:00Z")));
    let inner = Embedded::in_memory(clock.clone()).expect("a store");
    let store = Arc::new(Counting::over(inner));
    let bench = Bench::over(|settings| TestApp::on(store.clone(), clock, settings)).await;
    let there = &bench.services.todoist;
    let items: Vec<String> = (0..100).map(|n| there.state.add(sandbox::todoist::INBOX, &format!("item {n}"))).collect();
    let id = bench.todoist().await;

    let counted = async |what: &str| {
        bench.pass(60);
        bench.services.todoist.stand.log.take();
        let before = store.asked();
        bench.run(&id).await;
        let requests = bench.services.todoist.stand.log.take().len();
        println!("{what}: {} of the store, {requests} of the service", store.asked() - before);
        (store.asked() - before, requests)
    };
    let first = counted("100 new items").await;
    assert_eq!(bench.count().await, 100);
    // With the reading of messages, connection, credential and settings.
    // Once, as whom the service knows us is asked for.
    assert!(first.0 <= 26 && first.1 == 2, "{first:?}");
    for item in &items {
        there.state.edit(item, |task| task.content.push('!'));
    }
    let changed = counted("100 changed items").await;
    assert_eq!(bench.task("item 7!").await["title"], "item 7!");
    assert!(changed.0 <= 22 && changed.1 == 1, "{changed:?}");
    let nothing = counted("nothing").await;
    assert!(nothing.0 <= 12 && nothing.1 == 1, "{nothing:?}");
    // Beyond what each run costs: the links, three commits, and how far it has got.
    assert!(changed.0 - nothing.0 <= 12, "{changed:?} {nothing:?}");

    let task = bench.task("item 7!").await;
    bench.ann.change_task(&task, json!({ "title": "changed here" })).await;
    let written = counted("one change here").await;
    assert!(written.0 <= 24 && written.1 <= 4, "{written:?}");
}
