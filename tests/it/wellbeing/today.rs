//! How the present date goes.

use serde_json::{Value, json};

use crate::support::{Client, LONG_TOKENS, TestApp};

async fn today(client: &Client) -> Value {
    let answer = client.get("/api/wellbeing/today").await;
    assert_eq!((answer.status, answer.header("etag")), (200, None), "{answer:?}");
    answer.body
}

#[tokio::test]
async fn an_empty_date_says_so() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    // A Wednesday at ten: an ninth of the hours of work has passed.
    let expected = json!({ "date": "2026-01-14", "hydration": { "ml": 0, "goal_ml": 1800, "behind_ml": 200 }, "meals": [],
        "rests": [], "break": { "due": false, "overdue": false, "due_at": null, "continuous_minutes": 0 },
        "lunch": { "due": false, "had": false }, "check_in": null,
        "hours": { "worked_minutes": 0, "target_minutes": 480, "overload_minutes": 510 }, "labour": [] });
    assert_eq!(today(&ann).await, expected);
    let off = json!({ "from": "2026-01-14", "to": "2026-01-14", "kind": "sick" });
    let off = ann.post("/api/time_off", off).await.text("id");
    assert_eq!(today(&ann).await["hydration"]["behind_ml"], 0);
    assert_eq!(ann.delete(&format!("/api/time_off/{off}")).await.status, 204);
    assert_eq!(today(&ann).await["hydration"]["behind_ml"], 200);
    assert_eq!(ann.patch("/api/settings", json!({ "work_days": ["sat"] })).await.status, 200);
    assert_eq!(today(&ann).await["hydration"]["behind_ml"], 0);
}

#[tokio::test]
async fn what_is_entered_is_shown_as_its_routes_show_it() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let meal = ann.post("/api/meals", json!({ "kind": "breakfast", "at": "2026-01-14T07:30:00Z" })).await.body;
    ann.post("/api/meals", json!({ "kind": "dinner", "at": "2026-01-13T20:00:00Z" })).await;
    let check_in = ann.post("/api/check_ins", json!({ "energy": 3, "note": "so so" })).await.body;
    for at in ["09:10", "09:40"] {
        ann.post("/api/hydration", json!({ "ml": 500, "at": format!("2026-01-14T{at}:00Z") })).await;
    }
    let is = today(&ann).await;
    assert_eq!((&is["meals"], &is["check_in"]), (&json!([meal]), &check_in));
    assert_eq!(is["hydration"], json!({ "ml": 1000, "goal_ml": 1800, "behind_ml": 0 }));
    ann.post("/api/hydration", json!({ "ml": 50 })).await;
    assert_eq!(today(&ann).await["hydration"]["warning"]["key"], "hydration_too_fast");
    assert_eq!(ann.patch("/api/settings", json!({ "language": "es" })).await.status, 200);
    let warning = today(&ann).await["hydration"]["warning"].clone();
    assert!(warning["key"] == "hydration_too_fast" && warning["text"].as_str().is_some_and(|text| text.starts_with("Más")));
    app.advance_hours(1);
    assert!(today(&ann).await["hydration"]["warning"].is_null());
}

#[tokio::test]
async fn breaks_are_rests_pauses_and_gaps_and_work_goes_on_until_now() {
    let app = TestApp::with(&[LONG_TOKENS]);
    let ann = app.user("ann").await;
    let id = ann.start().await.text("id");
    app.advance_seconds(40 * 60);
    let due_at = json!("2026-01-14T10:50:00.000000Z");
    let of = |due, overdue, due_at: &Value, minutes| json!({ "due": due, "overdue": overdue, "due_at": due_at, "continuous_minutes": minutes });
    let is = today(&ann).await;
    assert_eq!((&is["break"], &is["hours"]["worked_minutes"]), (&of(false, false, &due_at, 40), &json!(40)));
    app.advance_seconds(10 * 60);
    assert_eq!(today(&ann).await["break"], of(true, false, &due_at, 50));
    app.advance_seconds(40 * 60);
    assert_eq!(today(&ann).await["break"], of(true, true, &due_at, 90));
    // A pause from 11:30 to 11:50, of which a rest takes ten minutes.
    ann.post_empty(&format!("/api/work_sessions/{id}/pause")).await;
    app.advance_seconds(300);
    let is = today(&ann).await;
    assert_eq!(is["break"], of(false, false, &Value::Null, 0));
    let pause =
        |from: &str, to: Value, source| json!({ "id": null, "kind": null, "start_time": from, "end_time": to, "source": source });
    assert_eq!(is["rests"], json!([pause("2026-01-14T11:30:00.000000Z", Value::Null, "pause")]));
    app.advance_seconds(300);
    let rest = ann.post("/api/rests/start", json!({ "kind": "short" })).await.text("id");
    app.advance_seconds(600);
    ann.post_empty(&format!("/api/rests/{rest}/end")).await;
    ann.post_empty(&format!("/api/work_sessions/{id}/resume")).await;
    app.advance_seconds(600);
    ann.end(&id).await;
    let shown =
        |from: &str, to: &str| json!({ "id": rest, "kind": "short", "start_time": from, "end_time": to, "source": "rest" });
    let (first, half, last) = ("2026-01-14T11:30:00.000000Z", "2026-01-14T11:40:00.000000Z", "2026-01-14T11:50:00.000000Z");
    let both = vec![pause(first, json!(half), "pause"), shown(half, last)];
    let is = today(&ann).await;
    assert_eq!((&is["rests"], &is["hours"]["worked_minutes"]), (&json!(both), &json!(100)));
    assert_eq!(is["break"], of(false, false, &Value::Null, 0));
    // What follows is a gap once there is more work.
    app.advance_seconds(600);
    assert_eq!(today(&ann).await["rests"], json!(both));
    ann.start().await;
    let gap = pause("2026-01-14T12:00:00.000000Z", json!("2026-01-14T12:10:00.000000Z"), "gap");
    assert_eq!(today(&ann).await["rests"], json!([both[0], both[1], gap]));
}

#[tokio::test]
async fn lunch_is_due_until_it_was_had() {
    let app = TestApp::with(&[LONG_TOKENS]);
    let ann = app.user("ann").await;
    let lunch = async || today(&ann).await["lunch"].clone();
    let is = |due, had| json!({ "due": due, "had": had });
    assert_eq!(lunch().await, is(false, false));
    app.advance_hours(2);
    assert_eq!(lunch().await, is(true, false));
    let early = ann.post("/api/meals", json!({ "kind": "lunch", "at": "2026-01-14T11:59:59Z" })).await;
    assert_eq!((early.status, lunch().await), (201, is(true, false)));
    let meal = ann.post("/api/meals", json!({ "kind": "lunch" })).await.text("id");
    assert_eq!(lunch().await, is(false, true));
    ann.delete(&format!("/api/meals/{meal}")).await;
    let rest = ann.post("/api/rests/start", json!({ "kind": "lunch" })).await.text("id");
    app.advance_seconds(29 * 60);
    assert_eq!(lunch().await, is(true, false));
    app.advance_seconds(60);
    assert_eq!(lunch().await, is(false, true));
    ann.delete(&format!("/api/rests/{rest}")).await;
    assert_eq!(lunch().await, is(true, false));
    app.advance_hours(2);
    assert_eq!(lunch().await, is(false, false));
}

#[tokio::test]
async fn rules_on_working_time_are_hints() {
    let app = TestApp::with(&[LONG_TOKENS]);
    let ann = app.user("ann").await;
    assert_eq!(ann.patch("/api/settings", json!({ "labour_rules": "de" })).await.status, 200);
    let at = |day: u32, hour: u32| format!("2026-01-{day:02}T{hour:02}:00:00Z").parse().expect("a time");
    assert_eq!(ann.record(at(13, 12), at(13, 23)).await.status, 201);
    assert_eq!(ann.record(at(14, 3), at(14, 10)).await.status, 201);
    let labour = today(&ann).await["labour"].clone();
    let states: Vec<(&str, &str)> = labour
        .as_array()
        .expect("rules")
        .iter()
        .map(|one| (one["rule"].as_str().expect("a rule"), one["state"].as_str().expect("a state")))
        .collect();
    let expected = [
        ("daily_rest", "broken"),
        ("weekly_rest", "ok"),
        ("daily_hours", "ok"),
        ("weekly_hours", "ok"),
        ("break", "broken"),
        ("night", "broken"),
    ];
    assert_eq!(states, expected);
    let detail = &labour[0]["detail"];
    assert_eq!(detail["key"], "labour_daily_rest_broken");
    assert_eq!(detail["text"], "Your rest since the last day of work was less than 11 hours.");
}
