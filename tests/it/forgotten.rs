//! Sessions that were forgotten: whoever is asked to look after them ends them.

use avanochi::{
    app::{Adapters, App, build::MessageDelivery},
    config::{Config, Overrides, Source},
    jobs::queue::NewMessage,
    kernel::{Admins, Caller, Clock as _, Ctx, IdSource as _, RandomIds, Result, UserId},
    work::{
        habits::model::{Habits, Usual},
        work_sessions::service::WorkSessionService,
    },
};
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{Client, Fault, FlakyStore, SECRET, TestApp},
};

fn service(app: &TestApp) -> WorkSessionService {
    WorkSessionService::new(&app.app.shared)
}

fn ctx(app: &TestApp) -> Ctx {
    let now = app.clock.now();
    Ctx::new(Caller::PROGRAM, now, RandomIds::default().next(now).into())
}

async fn review(app: &TestApp, client: &Client, usual_hours: Option<u32>) -> Result<()> {
    let ctx = ctx(app);
    let owner = ctx.owner_for_program(UserId::parse(&client.id).expect("an id"))?;
    // What is usual on one day of the week is assumed of those of which nothing is known.
    let usual = |hours| Usual { weekday: 1, days: 4, start: 0, end: hours * 60, length: hours * 60 };
    let habits = usual_hours.map(|hours| Habits { user_id: owner.id(), seq: 1, weekdays: vec![usual(hours)] });
    service(app).review(&ctx, owner, &|date| habits.as_ref()?.length_on(date)).await
}

/// Without reminders, so that nothing else is due.
async fn user(app: &TestApp, name: &str) -> Client {
    let client = app.user(name).await;
    client.be_reminded_of(&[]).await;
    client
}

async fn session(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/work_sessions/{id}")).await.body
}

#[tokio::test]
async fn without_a_host_messages_are_handed_out_wherever_they_are() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.start().await;
    app.advance_hours(4);
    let config = Config::load(&Source::default(), &Overrides::default()).expect("the defaults");
    let adapters = Adapters::over(app.store.clone(), app.clock.clone(), SECRET.to_owned().into());
    adapters.queue.send("jobs", NewMessage::of(json!({ "user_id": ann.id }))).await.expect("sent");
    // As with a queue service.
    let alone = App::new(&config, Adapters { message_delivery: MessageDelivery::ByHost, ..adapters }).expect("an app");
    let reminded = async {
        while ann.nudges().await.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        result = alone.work() => panic!("the work ended: {result:?}"),
        () = reminded => {}
        () = tokio::time::sleep(std::time::Duration::from_secs(20)) => panic!("nobody took the message"),
    }
    assert_eq!(ann.nudges().await, ["session_running"]);
}

#[tokio::test]
async fn a_session_is_due_once() {
    let app = TestApp::new();
    let (ann, bob) = (user(&app, "ann").await, user(&app, "bob").await);
    let id = ann.start().await.text("id");
    app.advance_hours(4);
    let late = bob.start().await.text("id");
    app.advance_seconds(8 * 3600 - 1);
    assert_eq!(app.due().await, Vec::<String>::new());
    review(&app, &ann, None).await.expect("nothing to do");
    app.advance_seconds(1);
    assert_eq!(app.due().await, std::slice::from_ref(&ann.id));
    for _ in 0..2 {
        review(&app, &ann, Some(6)).await.expect("ended");
    }
    assert_eq!(app.due().await, Vec::<String>::new());
    let ended = session(&ann, &id).await;
    assert_eq!(ended["end_time"], "2026-01-14T16:00:00.000000Z");
    assert_eq!((&ended["ended_by"], &ended["needs_review"]), (&json!("sweep"), &json!(true)));
    assert_eq!(ann.stats().await["total_hours"], 6.0);
    assert_eq!(bob.end(&late).await.body["ended_by"], "user");
    app.advance_hours(99);
    // But for the dates of work, which are evaluated, nothing is.
    app.do_due().await.expect("done");
    assert_eq!(app.due().await, Vec::<String>::new());
    for client in [&ann, &bob] {
        review(&app, client, None).await.expect("nothing to do");
    }
    assert_clean(&app).await;
    let confirmed = ann.patch(&format!("/api/work_sessions/{id}"), json!({})).await.body;
    assert_eq!((&confirmed["needs_review"], &confirmed["edits"]), (&json!(false), &json!([])));
    assert_eq!(confirmed["ended_by"], "sweep");
}

#[tokio::test]
async fn it_ends_with_the_last_sign_of_life() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let id = ann.start().await.text("id");
    let beat = async || assert_eq!(ann.post_empty(&format!("/api/work_sessions/{id}/heartbeat")).await.status, 204);
    app.advance_hours(9);
    beat().await;
    let tag = session(&ann, &id).await;
    // So soon after the other it is not worth writing down.
    app.advance_seconds(29);
    beat().await;
    assert_eq!(session(&ann, &id).await, tag);
    app.advance_hours(30);
    review(&app, &ann, Some(1)).await.expect("ended");
    assert_eq!(session(&ann, &id).await["end_time"], "2026-01-14T19:00:00.000000Z");
    // It counts for the date on which it ended, and nobody was active meanwhile.
    let days = ann.get(&format!("/api/stats/{}/days", ann.id)).await.body["days"].clone();
    assert_eq!((&days[0]["date"], &days[0]["sessions"]), (&json!("2026-01-14"), &json!(1)));
    assert_eq!((days.as_array().map(Vec::len), &days[0]["last_activity"]), (Some(1), &json!("2026-01-14T10:00:00.000000Z")));
    assert_clean(&app).await;
}

#[tokio::test]
async fn an_interrupted_session_waits() {
    let app = TestApp::new();
    let ann = user(&app, "ann").await;
    let id = ann.start().await.text("id");
    app.advance_hours(3);
    ann.post_empty(&format!("/api/work_sessions/{id}/pause")).await;
    app.advance_hours(100);
    // The date of work is evaluated.
    app.do_due().await.expect("done");
    assert_eq!(app.due().await, Vec::<String>::new());
    review(&app, &ann, None).await.expect("nothing to do");
    assert_eq!(session(&ann, &id).await["end_time"], json!(null));
    ann.post_empty(&format!("/api/work_sessions/{id}/resume")).await;
    assert_eq!(app.due().await, Vec::<String>::new());
    app.advance_hours(8);
    assert_eq!(app.due().await, Vec::<String>::new());
    app.advance_hours(1);
    assert_eq!(app.due().await, std::slice::from_ref(&ann.id));
    review(&app, &ann, None).await.expect("ended");
    // Taking it up again was the last sign.
    let ended = session(&ann, &id).await;
    assert_eq!((&ended["end_time"], &ended["duration"]), (&json!("2026-01-18T17:00:00.000000Z"), &json!(3.0)));
    assert_clean(&app).await;
}

#[tokio::test]
async fn only_the_program_does_what_is_due_to_anybody() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let user = UserId::parse(&ann.id).expect("an id");
    for caller in [Caller::user(user, &Admins::default()), Caller::ANONYMOUS, Caller::user(user, &Admins::new([user].into()))] {
        assert!(ctx(&app).called_by(caller).owner_for_program(user).is_err());
    }
}

#[tokio::test]
async fn when_the_commit_of_a_review_fails_its_repetition_does_it_once() {
    for fault in [Fault::Before, Fault::After] {
        let store = FlakyStore::new();
        let app = TestApp::over(store.clone());
        let ann = app.user("ann").await;
        let id = ann.start().await.text("id");
        app.advance_hours(12);
        store.fail_after(0, fault);
        while review(&app, &ann, None).await.is_err() {}
        assert!(!store.is_waiting());
        assert_eq!(
            (session(&ann, &id).await["duration"].clone(), ann.stats().await["total_sessions"].clone()),
            (json!(8.0), json!(1))
        );
        assert_clean(&app).await;
    }
}
