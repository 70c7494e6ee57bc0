//! What each date holds. That it agrees with a naive count is in `stats`.

use serde_json::{Value, json};

use crate::support::{Client, TestApp, app_with_admin, time};

async fn days(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("/api/stats/{}/days{query}", client.id)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["days"].as_array().expect("days").clone()
}

#[tokio::test]
async fn a_day_is_told_with_its_hours() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let nothing = ann.get(&format!("/api/stats/{}/days", ann.id)).await;
    let expected = json!({ "user_id": ann.id, "time_zone": "UTC", "from": "2025-01-15", "to": "2026-01-14", "days": [] });
    assert_eq!(nothing.body, expected);
    ann.complete_new_task().await;
    let id = ann.start().await.text("id");
    app.advance_seconds(90 * 60);
    ann.end(&id).await;
    let mut hours = vec![0.0; 24];
    (hours[10], hours[11]) = (3600.0, 1800.0);
    let day = json!({ "date": "2026-01-14", "created_tasks": 1, "completed_tasks": 1, "sessions": 1, "focus_seconds": 5400.0,
        "focus_by_hour": hours, "first_activity": "2026-01-14T10:00:00.000000Z", "last_activity": "2026-01-14T11:30:00.000000Z" });
    assert_eq!(days(&ann, "").await, std::slice::from_ref(&day));
    let image = ann.get(&format!("/api/stats/{}/days?format=svg", ann.id)).await;
    assert_eq!((image.status, image.header("content-type")), (200, Some("image/svg+xml")));
    assert!(image.bytes.starts_with(b"<svg") && String::from_utf8_lossy(&image.bytes).contains("Wed 14 Jan 2026: "));
    // The same once it is a document of its own.
    app.advance_hours(24);
    ann.create_task("tomorrow's").await;
    let both = days(&ann, "").await;
    assert_eq!((both.len(), &both[0], &both[1]["created_tasks"]), (2, &day, &json!(1)));
    assert_eq!(days(&ann, "?from=2026-01-14&to=2026-01-14").await, [day]);
    assert_eq!(days(&ann, "?from=2026-01-15").await, both[1..]);
    assert_eq!(days(&ann, "?to=2026-01-13").await, Vec::<Value>::new());
}

#[tokio::test]
async fn the_night_in_which_the_clock_is_put_back_has_an_hour_more() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Europe/Madrid" })).await;
    app.clock.set(time("2026-10-24T21:00:00Z"));
    let id = ann.start().await.text("id");
    app.clock.set(time("2026-10-25T03:00:00Z"));
    ann.end(&id).await;
    let found = days(&ann, "").await;
    assert_eq!((&found[0]["date"], &found[0]["focus_by_hour"][23]), (&json!("2026-10-24"), &json!(3600.0)));
    assert_eq!((&found[1]["date"], &found[1]["focus_seconds"]), (&json!("2026-10-25"), &json!(18000.0)));
    assert_eq!(found[1]["focus_by_hour"][2], json!(7200.0));
    // Moving elsewhere changes no past day, and a correction is counted where the session was.
    ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Asia/Tokyo" })).await;
    let corrected = json!({ "end_time": "2026-10-25T02:00:00Z" });
    assert_eq!(ann.patch(&format!("/api/work_sessions/{id}"), corrected).await.status, 200);
    let found = days(&ann, "").await;
    assert_eq!((&found[1]["focus_seconds"], &found[1]["focus_by_hour"][3]), (&json!(14400.0), &json!(0.0)));
}

#[tokio::test]
async fn what_is_deleted_is_taken_back_and_the_activity_stays() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let id = ann.complete_new_task().await;
    app.advance_hours(24);
    ann.create_task("another").await;
    ann.delete(&format!("/api/tasks/{id}")).await;
    let found = days(&ann, "").await;
    assert_eq!((&found[0]["created_tasks"], &found[0]["completed_tasks"]), (&json!(0), &json!(0)));
    assert_eq!(found[0]["last_activity"], "2026-01-14T10:00:00.000000Z");
    assert_eq!(ann.stats().await["longest_streak"], 0);
}

#[tokio::test]
async fn a_session_of_months_can_be_ended() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let id = ann.start().await.text("id");
    app.advance_hours(24 * 300);
    assert_eq!(ann.end(&id).await.body["duration"], 7200.0);
    assert_eq!(ann.stats().await["total_hours"], 7200.0);
    let worked: f64 = days(&ann, "").await.iter().filter_map(|day| day["focus_seconds"].as_f64()).sum();
    assert!((worked - 62.0 * 86_400.0).abs() < 1.0, "{worked}");
}

#[tokio::test]
async fn a_range_is_a_range_of_dates() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    let path = format!("/api/stats/{}/days", ann.id);
    for query in [
        "format=png",
        "from=yesterday",
        "to=2026-02-30",
        "from=2026-1-14",
        "from=",
        "from=2026-01-15",
        "from=2024-12-10",
        "to=0000-01-01",
        "to=1969-12-31",
    ] {
        ann.get(&format!("{path}?{query}")).await.assert_error(400, "invalid_parameter");
    }
    assert_eq!(ann.get(&format!("{path}?from=2024-12-11")).await.status, 200);
    for (to, from) in [("1970-03-01", "1970-01-01"), ("9999-12-31", "9999-01-01")] {
        assert_eq!(ann.get(&format!("{path}?to={to}")).await.body["from"], from);
    }
    assert_eq!(admin.get(&path).await.body["user_id"], json!(ann.id));
    app.user("bob").await.get(&path).await.assert_error(403, "forbidden");
    admin.get("/api/stats/0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b/days").await.assert_error(404, "not_found");
}
