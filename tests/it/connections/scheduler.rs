//! Who is due by schedule is asked for a run: those of high priority first, so many at most, and again until a run was there.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use avanochi::{
    integrations::connections::{model::Priority, run::ConnectionState},
    jobs::{Event, Leases, Tick, Verdict},
    kernel::{Clock as _, Id, RandomIds},
    ledger::Decision,
};
use serde_json::{Value, json};

use super::{asked_for, connect, github, owner, running::state};
use crate::support::{
    Client, LONG_TOKENS, TestApp,
    events::{dispatch, everywhere},
};

async fn look(app: &TestApp) {
    let verdict = dispatch(&app.app.jobs, "sync_scheduler", Event::Tick(Tick::default())).await;
    assert!(matches!(verdict, Verdict::Done), "{verdict:?}");
}

fn of(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["connection_id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn those_of_high_priority_come_first_and_low_ones_later() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut ids = BTreeMap::new();
    for priority in ["low", "normal", "high"] {
        let mut body = github(&json!([format!("o/{priority}")]));
        body["priority"] = json!(priority);
        ids.insert(priority, connect(&ann, body).await.text("id"));
    }
    asked_for(&app).await;
    // The messages of the creations may as well have been lost.
    look(&app).await;
    app.advance_seconds(300);
    let soon = asked_for(&app).await;
    assert!(soon.iter().all(|message| message["trigger"] == "schedule" && message["user_id"] == ann.id), "{soon:?}");
    let mut found = of(&soon);
    found.sort_unstable();
    let mut expected = [ids["high"].as_str(), ids["normal"].as_str()];
    expected.sort_unstable();
    assert_eq!(found, expected);
    app.advance_seconds(1_500);
    assert_eq!(of(&asked_for(&app).await), [ids["low"].as_str()]);

    // They stay due until a run was there; who is paused is not.
    assert_eq!(ann.post_empty(&format!("/api/connections/{}/pause", ids["normal"])).await.status, 200);
    look(&app).await;
    app.advance_seconds(3_600);
    assert_eq!(asked_for(&app).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance_at_a_time_looks() {
    let app = TestApp::new();
    let elsewhere = app.another(&[LONG_TOKENS]);
    let ann = app.user("ann").await;
    let made = connect(&ann, github(&json!(["o/a"]))).await;
    let due = state(&app, &ann, &made).await.next_run;
    asked_for(&app).await;
    let leases = Leases::new(app.store.clone(), Arc::new(RandomIds::default()));
    let held =
        leases.take(&app.app.jobs.ctx(None), "sync_scheduler", Duration::from_mins(1)).await.expect("asked").expect("free");
    look(&app).await;
    app.advance_seconds(30);
    assert!(asked_for(&app).await.is_empty());
    leases.finish(app.clock.now(), held).await.expect("given back");
    everywhere(&[&app, &elsewhere], "sync_scheduler", &Event::Tick(Tick::default())).await;
    app.advance_seconds(300);
    let messages = asked_for(&app).await;
    assert!((1..=4).contains(&messages.len()), "{messages:?}");
    // Looking changes nothing.
    assert_eq!(state(&app, &ann, &made).await.next_run, due);
}

/// Connections that are due, each a second later than the one before; no more than is looked at of them.
async fn many(app: &TestApp, client: &Client, priority: Priority, count: i64) {
    let user_id = avanochi::kernel::UserId::parse(&client.id).expect("an id");
    for first in (0..count).step_by(50) {
        app.app
            .shared
            .ledger
            .run(owner(app, client), |change| {
                Box::pin(async move {
                    for n in first..count.min(first + 50) {
                        let next_run = change.now().minus(Duration::from_secs(u64::try_from(count - n).expect("positive")));
                        let state = ConnectionState {
                            id: Id::new(change.next_id()),
                            user_id,
                            number: 1,
                            priority,
                            cursor: None,
                            scanned_seq: 0,
                            elsewhere: false,
                            next_run: Some(next_run),
                            failures: 0,
                            running: None,
                            asked: None,
                            last_run: None,
                            resume: None,
                        };
                        change.create(&state)?;
                    }
                    Ok(Decision::Write(()))
                })
            })
            .await
            .expect("written");
    }
}

#[tokio::test]
async fn five_hundred_are_asked_for_at_once_at_most() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    many(&app, &ann, Priority::Normal, 300).await;
    many(&app, &bob, Priority::Normal, 190).await;
    many(&app, &ann, Priority::Low, 10).await;
    many(&app, &bob, Priority::High, 100).await;
    look(&app).await;
    app.advance_seconds(3_600);
    let messages = asked_for(&app).await;
    let of = |client: &Client| messages.iter().filter(|message| message["user_id"] == client.id).count();
    // All of high priority; of the others those that are most overdue, whoever's they are: the last 210 seconds of nobody.
    assert_eq!(messages.len(), 500);
    assert_eq!((of(&ann), of(&bob)), (255, 245));
}
