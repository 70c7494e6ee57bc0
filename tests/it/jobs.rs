//! Jobs from the event that starts them to what is left of it, however often and wherever the event is delivered, and
//! whatever dies meanwhile.

use std::{sync::Arc, time::Duration};

use avanochi::{
    jobs::{DeadLetter, Event, Leases, Tick, Verdict, queue::Queue as _},
    kernel::{Clock as _, Code, IdSource as _, Limit, PageRequest, RandomIds, RequestId},
    ledger::Summary,
    store::{Batch, Change, Collection, Draft, Write},
    work::habits::model::Habits,
};
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{
        Client, Fault, FlakyStore, LONG_TOKENS, TestApp,
        events::{deliver, dispatch, documents, drain, everywhere, hints, partition, queue, tick},
        time,
    },
};

/// After how many hours somebody was reminded of a session.
async fn nudges(client: &Client) -> Vec<u64> {
    let listed = client.get("/api/nudges").await.body;
    listed.as_array().expect("a list").iter().map(|nudge| nudge["evidence"]["hours"].as_u64().expect("hours")).collect()
}

/// How many changes there were of the user's data.
async fn changes(app: &TestApp, client: &Client) -> u64 {
    let found = Collection::<Summary>::new(app.store.clone()).get(partition(&client.id), "summary").await;
    found.expect("read").expect("a summary").value.seq
}

async fn habits(app: &TestApp, client: &Client) -> Option<Habits> {
    let found = Collection::<Habits>::new(app.store.clone()).get(partition(&client.id), "habits").await;
    found.expect("read").map(|read| read.value)
}

async fn set_aside(app: &TestApp) -> Vec<DeadLetter> {
    app.app.jobs.dead_letters.list(PageRequest::first(Limit::MAX)).await.expect("listed").items
}

async fn told(app: &TestApp, client: &Client) -> Vec<Change> {
    hints(&documents(app, &client.id).await)
}

fn leases(app: &TestApp) -> Leases {
    Leases::new(app.store.clone(), Arc::new(RandomIds::default()))
}

async fn session(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/work_sessions/{id}")).await.body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_session_is_reminded_of_twice_and_ended_once_by_however_many() {
    let app = TestApp::new();
    let elsewhere = app.another(&[LONG_TOKENS]);
    let both = [&app, &elsewhere];
    let ann = app.user("ann").await;
    ann.be_reminded_of(&["sessions"]).await;
    // The 14th is a Wednesday, too.
    for day in ["2026-01-07", "2025-12-31"] {
        ann.record(time(&format!("{day}T09:00:00Z")), time(&format!("{day}T15:00:00Z"))).await;
    }
    everywhere(&both, "changes", &Event::Changes(told(&app, &ann).await)).await;
    let learned = habits(&app, &ann).await.expect("habits");
    assert_eq!((learned.weekdays.len(), learned.weekdays[0].length), (1, 360));
    let id = ann.start().await.text("id");
    for hour in 1..=14 {
        app.advance_hours(1);
        let before = changes(&app, &ann).await;
        everywhere(&both, "tick", &Event::Tick(Tick::default())).await;
        let mut of_users = 0;
        drain(&app, async |payload, attempt| {
            of_users += usize::from(payload.get("user_id").is_some());
            everywhere(&both, "jobs", &Event::Message { payload, attempt }).await;
            Verdict::Done
        })
        .await;
        // First somebody looks when there will be something to say. At midnight the date is evaluated, for which progress is
        // brought up to date.
        let commits = match hour {
            1 | 4 | 8 | 12 => 1,
            14 => 2,
            _ => 0,
        };
        assert_eq!((of_users > 0, changes(&app, &ann).await - before), (commits > 0, commits), "after {hour} hours");
        let expected: &[u64] = if hour < 4 { &[] } else { &[4, 8][..if hour < 8 { 1 } else { 2 }] };
        assert_eq!(nudges(&ann).await, expected, "after {hour} hours");
        let ended = session(&ann, &id).await;
        assert_eq!(ended["end_time"].is_null(), hour < 12, "after {hour} hours");
    }
    let ended = session(&ann, &id).await;
    assert_eq!((&ended["end_time"], &ended["duration"]), (&json!("2026-01-14T16:00:00.000000Z"), &json!(6.0)));
    assert_eq!((&ended["ended_by"], &ended["needs_review"]), (&json!("sweep"), &json!(true)));
    assert_eq!((&ann.stats().await["total_sessions"], &ann.stats().await["total_hours"]), (&json!(3), &json!(18.0)));
    // A guess teaches nothing until somebody has said that it is right.
    app.advance_hours(24);
    everywhere(&both, "changes", &Event::Changes(told(&app, &ann).await)).await;
    assert_eq!(habits(&app, &ann).await, Some(learned));
    assert_eq!(ann.patch(&format!("/api/work_sessions/{id}"), json!({})).await.status, 200);
    everywhere(&both, "changes", &Event::Changes(told(&app, &ann).await)).await;
    assert_eq!(habits(&app, &ann).await.expect("habits").weekdays[0].days, 3);
    assert_clean(&app).await;
}

/// A tick and its messages, until something dies.
async fn work(app: &TestApp) {
    let _ = tick(app).await;
    drain(app, async |payload, attempt| dispatch(&app.app.jobs, "jobs", Event::Message { payload, attempt }).await).await;
}

#[tokio::test]
async fn wherever_a_sweep_dies_the_next_ones_do_the_rest_once() {
    for fault in [Fault::Before, Fault::After] {
        for good in 0.. {
            let store = FlakyStore::new();
            let app = TestApp::over(store.clone());
            let ann = app.user("ann").await;
            ann.be_reminded_of(&["sessions"]).await;
            let id = ann.start().await.text("id");
            app.advance_seconds(600);
            store.fail_after(good, fault);
            for expected in [&[4][..], &[4, 8], &[4, 8]] {
                app.advance_seconds(4 * 3600 - 600);
                work(&app).await;
                // Whoever died holds the lease for two minutes, and its message for six.
                app.advance_seconds(600);
                work(&app).await;
                assert_eq!(nudges(&ann).await, expected, "{fault:?} at commit {good}");
            }
            // Whoever died last may have left a message.
            let all_done = store.is_waiting();
            store.heal();
            app.advance_seconds(600);
            work(&app).await;
            let ended = session(&ann, &id).await;
            assert_eq!((&ended["duration"], &ended["ended_by"]), (&json!(8.0), &json!("sweep")), "{fault:?} at {good}");
            // Registered, set, started, reminded twice, ended.
            assert_eq!((changes(&app, &ann).await, ann.stats().await["total_sessions"].clone()), (6, json!(1)));
            assert_eq!(drain(&app, async |_, _| Verdict::Done).await, 0);
            assert_eq!(set_aside(&app).await, []);
            assert_clean(&app).await;
            if all_done {
                // Each of three times: the lease and its return; of two messages the sending, taking and end, and the work.
                assert!(good >= 3 * (2 + 2 * 3 + 1), "only {good} commits");
                break;
            }
        }
    }
}

#[tokio::test]
async fn whoever_finds_the_sweep_under_way_elsewhere_does_nothing() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.start().await;
    app.advance_hours(5);
    let (leases, minute) = (leases(&app), Duration::from_mins(1));
    let held = leases.take(&app.app.jobs.ctx(None), "tick", minute).await.expect("asked").expect("free");
    assert!(matches!(tick(&app).await, Verdict::Done));
    assert!(queue(&app).receive("jobs", minute).await.expect("asked").is_none());
    // The holder was frozen for longer than its lease lasts: the work goes on without it, and it is told so.
    app.advance_seconds(60);
    assert!(matches!(tick(&app).await, Verdict::Done));
    let message = queue(&app).receive("jobs", minute).await.expect("asked").expect("a message");
    let range = app.app.shared.ledger.ranges().await.expect("ranges").remove(0);
    assert_eq!((message.body, message.attempt), (json!({ "range": range }), 1));
    assert_eq!(leases.finish(app.clock.now(), held).await.expect_err("taken").code(), Code::Busy);
    // Given back at once, so that the next one need not wait.
    assert!(matches!(tick(&app).await, Verdict::Done));
    assert!(queue(&app).receive("jobs", minute).await.expect("asked").is_some());
}

/// A document among the user's sessions that is none.
async fn damage(app: &TestApp, client: &Client, id: &str) {
    let draft = Draft {
        kind: "work_sessions".into(),
        id: id.to_owned(),
        seq: changes(app, client).await,
        places: [Some(app.clock.now().micros()), None, None, None],
        facet: None,
        published: true,
        expires_at: None,
        body: json!({ "note": "hunter2" }).to_string(),
    };
    commit(app, client, Write::Create(draft)).await;
}

async fn commit(app: &TestApp, client: &Client, write: Write) {
    let op = RandomIds::default().next(app.clock.now());
    app.store.commit(Batch::new(partition(&client.id), op).with(write)).await.expect("written");
}

#[tokio::test]
async fn a_poisonous_document_is_set_aside_and_everybody_else_goes_on() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    for client in [&ann, &bob] {
        client.record(time("2026-01-13T09:00:00Z"), time("2026-01-13T10:00:00Z")).await;
    }
    damage(&app, &ann, "damaged").await;
    let mut both = told(&app, &ann).await;
    both.extend(told(&app, &bob).await);
    let jobs = &app.app.jobs;
    let entry = jobs.registry.get("changes").expect("a job");
    for attempt in 1..=5 {
        assert_eq!(set_aside(&app).await, []);
        let ctx = jobs.ctx(RequestId::parse(&format!("delivery-{attempt}")));
        let verdict = jobs.dispatch(&ctx, entry, Event::Changes(both.clone())).await;
        assert_eq!(matches!(verdict, Verdict::Done), attempt == 5, "{verdict:?}");
        assert!(habits(&app, &bob).await.is_some(), "nobody else waits");
    }
    let letters = set_aside(&app).await;
    let seq = changes(&app, &ann).await;
    // Each of the two that read sessions.
    assert_eq!(letters.iter().map(|letter| letter.job.as_str()).collect::<Vec<_>>(), ["habits", "progress"]);
    assert!(letters.iter().all(|letter| letter.attempts == 5), "{letters:?}");
    assert_eq!(letters[0].payload, json!({ "user_id": ann.id, "seq": seq }));
    assert_eq!(letters[0].correlation_id, "delivery-5");
    assert!(letters[0].reason.contains("work_sessions") && !letters[0].reason.contains("hunter2"), "{letters:?}");
    // It is not tried again by itself, and a person's attempt that fails loses nothing.
    assert!(matches!(deliver(&app, &both).await, Verdict::Done));
    let id = &letters[0].id;
    assert_eq!(jobs.replay(&jobs.ctx(None), id).await.expect_err("still damaged").code(), Code::InternalError);
    assert_eq!(set_aside(&app).await, letters);
    assert!(habits(&app, &ann).await.is_none());
    commit(&app, &ann, Write::Remove { kind: "work_sessions".into(), id: "damaged".into(), etag: None }).await;
    for letter in &letters {
        jobs.replay(&jobs.ctx(None), &letter.id).await.expect("repaired");
    }
    assert_eq!(set_aside(&app).await, []);
    assert_eq!(habits(&app, &ann).await.expect("habits").weekdays, habits(&app, &bob).await.expect("habits").weekdays);
}

#[tokio::test]
async fn what_is_no_message_is_set_aside_and_an_outage_is_waited_out() {
    let store = FlakyStore::new();
    let app = TestApp::over(store.clone());
    let ann = app.user("ann").await;
    ann.start().await;
    app.advance_hours(4);
    let message = async |payload: &Value, attempt| {
        let event = Event::Message { payload: payload.clone(), attempt };
        matches!(dispatch(&app.app.jobs, "jobs", event).await, Verdict::Done)
    };
    let due = json!({ "user_id": ann.id });
    store.fail_after(0, Fault::Before);
    assert!(!message(&due, 2).await);
    // Where it cannot even be filed, it stays with whoever delivered it.
    store.fail_after(0, Fault::Before);
    assert!(!message(&json!("nonsense"), 5).await);
    assert_eq!(set_aside(&app).await, []);
    assert!(message(&due, 3).await && message(&due, 1).await);
    assert_eq!(nudges(&ann).await, [4]);
    for (n, nonsense) in [json!("nonsense"), json!({ "user_id": "ann" }), json!(null)].iter().enumerate() {
        assert!(message(nonsense, 1).await);
        assert_eq!(set_aside(&app).await.len(), n + 1);
    }
    // Nobody of that name is no reason to bother anybody.
    assert!(message(&json!({ "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }), 1).await);
    assert_eq!(set_aside(&app).await.len(), 3);
}
