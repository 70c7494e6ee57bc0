//! What water, lunch and breaks give, how they are taken back with what they were given for, and the goals of today.

use avanochi::kernel::UserId;
use serde_json::{Value, json};

use super::{earned, ledger, progress, told};
use crate::support::{Client, TestApp, time};

async fn enter(ann: &Client, path: &str, new: Value) -> String {
    let made = ann.post(&format!("/api/{path}"), new).await;
    assert_eq!(made.status, 201, "{made:?}");
    format!("/api/{path}/{}", made.text("id"))
}

async fn drink(ann: &Client, ml: u32, at: &str) -> String {
    enter(ann, "hydration", json!({ "ml": ml, "at": at })).await
}

async fn rest(ann: &Client, kind: &str, from: &str, to: &str) -> String {
    enter(ann, "rests", json!({ "kind": kind, "start_time": from, "end_time": to })).await
}

async fn take_back(ann: &Client, path: &str) {
    assert_eq!(ann.delete(path).await.status, 204);
}

async fn goals(ann: &Client) -> Value {
    progress(ann).await["today"]["goals"].clone()
}

#[tokio::test]
async fn the_goal_for_water_gives_once_a_date_and_is_taken_back_with_it() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut glasses = Vec::new();
    for _ in 0..3 {
        glasses.push(drink(&ann, 600, "2026-01-14T09:00:00Z").await);
    }
    let reached = [("first_water", 10), ("hydration", 10)];
    assert_eq!(ledger(&ann).await, told(&reached));
    // More gives no more, and what is more than needed takes nothing with it.
    let more = drink(&ann, 1000, "2026-01-14T09:30:00Z").await;
    take_back(&ann, &more).await;
    assert_eq!(ledger(&ann).await, told(&reached));
    // The goal was another one for earlier dates, as far as it was set for them.
    ann.patch("/api/settings", json!({ "hydration_goal_ml": 2000 })).await;
    take_back(&ann, &glasses[0]).await;
    let taken_back = [&reached[..], &[("hydration", -10)]].concat();
    assert_eq!(ledger(&ann).await, told(&taken_back));
    glasses[0] = drink(&ann, 600, "2026-01-14T09:45:00Z").await;
    assert_eq!(ledger(&ann).await, told(&[&taken_back[..], &[("hydration", 10)]].concat()));
    // On the next date it is the new one, and the first glass is granted once.
    app.advance_hours(24);
    for at in ["2026-01-15T09:00:00Z", "2026-01-15T09:10:00Z"] {
        drink(&ann, 900, at).await;
    }
    assert_eq!(ledger(&ann).await.len(), 4);
    assert_eq!(goals(&ann).await["hydration"], 0.9);
    for glass in glasses {
        take_back(&ann, &glass).await;
    }
    assert_eq!((ledger(&ann).await.len(), progress(&ann).await["xp"].clone()), (5, json!(10)));
    let entries = ann.get("/api/progress/ledger").await.body;
    assert_eq!(
        (&entries[4]["date"], &entries[4]["source"]),
        (&json!("2026-01-14"), &json!({ "kind": "days", "id": "2026-01-14" }))
    );
    assert_eq!(entries[4]["reverses"], entries[3]["id"]);
}

#[tokio::test]
async fn lunch_in_time_gives_whatever_it_is_told_by() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    app.advance_hours(24);
    let lunch = async |at: &str| enter(&ann, "meals", json!({ "kind": "lunch", "at": at })).await;
    let early = lunch("2026-01-14T11:59:00Z").await;
    enter(&ann, "meals", json!({ "kind": "snack", "at": "2026-01-14T12:10:00Z" })).await;
    assert_eq!(ledger(&ann).await, []);
    let meals = [lunch("2026-01-14T12:00:00Z").await, lunch("2026-01-14T12:30:00Z").await];
    let long = rest(&ann, "lunch", "2026-01-14T13:00:00Z", "2026-01-14T13:30:00Z").await;
    assert_eq!(ledger(&ann).await, told(&[("lunch", 5)]));
    // It was had as long as one of them is there.
    for path in [&early, &meals[0], &meals[1]] {
        take_back(&ann, path).await;
        assert_eq!(ledger(&ann).await.len(), 1, "{path}");
    }
    take_back(&ann, &long).await;
    assert_eq!(ledger(&ann).await, told(&[("lunch", 5), ("lunch", -5)]));
    // Half an hour between two sessions, or in a pause, is lunch too.
    ann.record(time("2026-01-14T11:30:00Z"), time("2026-01-14T12:00:00Z")).await;
    let second = ann.record(time("2026-01-14T12:30:00Z"), time("2026-01-14T13:00:00Z")).await.text("id");
    assert_eq!(ledger(&ann).await.last(), Some(&("lunch".to_owned(), 5)));
    take_back(&ann, &format!("/api/work_sessions/{second}")).await;
    assert_eq!(ledger(&ann).await.last(), Some(&("lunch".to_owned(), -5)));
    let third = ann.record(time("2026-01-14T12:10:00Z"), time("2026-01-14T14:00:00Z")).await.text("id");
    let pauses = json!({ "pauses": [{ "from": "2026-01-14T13:00:00Z", "to": "2026-01-14T13:30:00Z" }] });
    let changed = ann.patch(&format!("/api/work_sessions/{third}"), pauses).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert!(ledger(&ann).await.iter().filter(|(reason, _)| reason == "lunch").map(|(_, xp)| xp).sum::<i64>() == 5);
}

#[tokio::test]
async fn breaks_taken_when_due_give_at_most_six_times_a_date() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    app.advance_hours(24);
    let breaks = async || {
        let of: i64 = ledger(&ann).await.iter().filter(|(reason, _)| reason == "breaks").map(|(_, xp)| xp).sum();
        (of, progress(&ann).await["xp"].as_i64())
    };
    // From 0:00 to 8:00 without a pause; no break was due in time, and two are of a date at most that is not there yet.
    let long = ann.record(time("2026-01-14T00:00:00Z"), time("2026-01-14T08:00:00Z")).await.text("id");
    assert_eq!(breaks().await, (0, Some(15 + 48)));
    // Entered rests end continuous work as pauses do, and only where work was going on.
    let first = rest(&ann, "short", "2026-01-14T01:00:00Z", "2026-01-14T01:05:00Z").await;
    assert_eq!(breaks().await, (3, Some(66)));
    let mut rests = Vec::new();
    for hour in 2..8 {
        let at = |minute| format!("2026-01-14T{hour:02}:{minute:02}:00Z");
        rests.push(rest(&ann, "short", &at(0), &at(5)).await);
    }
    assert_eq!(breaks().await.0, 18);
    take_back(&ann, &first).await;
    // The second one begins when one has been overdue for long.
    assert_eq!(breaks().await.0, 15);
    for path in &rests[1..] {
        take_back(&ann, path).await;
    }
    assert_eq!(breaks().await.0, 0);
    take_back(&ann, &format!("/api/work_sessions/{long}")).await;
    assert_eq!(breaks().await, (0, Some(15)));
}

#[tokio::test]
async fn the_goals_of_today_are_told_of_what_there_is() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    app.clock.set(time("2026-01-14T17:00:00Z"));
    ann.record(time("2026-01-14T09:00:00Z"), time("2026-01-14T10:00:00Z")).await;
    drink(&ann, 450, "2026-01-14T10:00:00Z").await;
    ann.complete_new_task().await;
    let expected = json!({ "tasks": 0.3333, "focus": 0.5, "hydration": 0.25, "lunch": 0.0, "breaks": 0.0 });
    assert_eq!(goals(&ann).await, expected);
    // A break follows, and another that comes too late; half an hour of it is lunch.
    ann.record(time("2026-01-14T10:05:00Z"), time("2026-01-14T12:00:00Z")).await;
    ann.record(time("2026-01-14T12:45:00Z"), time("2026-01-14T13:00:00Z")).await;
    let now = goals(&ann).await;
    assert_eq!((&now["lunch"], &now["breaks"], &now["focus"]), (&json!(1.0), &json!(0.5), &json!(1.0)));
    // On Saturday lunch is nobody's goal; on the next date nothing is left of this one.
    app.advance_hours(24);
    let next = goals(&ann).await;
    assert_eq!((&next["lunch"], &next["breaks"], &next["hydration"]), (&json!(0.0), &json!(1.0), &json!(0.0)));
    app.advance_hours(2 * 24);
    assert_eq!((goals(&ann).await["lunch"].clone(), goals(&ann).await["tasks"].clone()), (json!(1.0), json!(0.0)));
}

#[tokio::test]
async fn what_gives_nothing_writes_nothing() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    drink(&ann, 500, "2026-01-14T09:00:00Z").await;
    assert_eq!(ledger(&ann).await, told(&[("first_water", 10)]));
    let id = UserId::parse(&ann.id).expect("an id");
    let seq = async || app.app.shared.ledger.read(id).await.expect("read").expect("a user").seq;
    let before = seq().await;
    for _ in 0..2 {
        let path = drink(&ann, 100, "2026-01-14T09:10:00Z").await;
        let meal = enter(&ann, "meals", json!({ "kind": "dinner" })).await;
        progress(&ann).await;
        take_back(&ann, &path).await;
        take_back(&ann, &meal).await;
        progress(&ann).await;
    }
    assert_eq!(seq().await, before + 8);
    assert_eq!(earned(&ann).await, Vec::<String>::new());
}

#[tokio::test]
async fn more_dates_than_one_commit_holds_are_granted_and_taken_back() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    app.clock.set(time("2026-01-31T20:00:00Z"));
    let mut all = Vec::new();
    for day in 1..=30 {
        let at = format!("2026-01-{day:02}T12:30:00Z");
        all.push(drink(&ann, 1000, &at).await);
        all.push(drink(&ann, 900, &at).await);
        all.push(enter(&ann, "meals", json!({ "kind": "lunch", "at": at })).await);
    }
    assert_eq!(progress(&ann).await["xp"], 10 + 30 * 15);
    assert_eq!(ledger(&ann).await.len(), 61);
    for path in &all {
        take_back(&ann, path).await;
    }
    assert_eq!(progress(&ann).await["xp"], 10);
    assert_eq!(ledger(&ann).await.len(), 121);
}
