//! The figures of tasks, as docs/API.md promises them.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Client, TestApp};

/// Ann's tasks of two weeks, on Wednesday the 14th of January 2026 at ten.
async fn worked(app: &TestApp) -> Client {
    let ann = app.user("ann").await;
    let new = async |body: serde_json::Value| {
        let mut body = body;
        body["user_id"] = json!(ann.id);
        let made = ann.post("/api/tasks", body).await;
        assert_eq!(made.status, 201, "{made:?}");
        format!("/api/tasks/{}", made.text("id"))
    };
    let report = new(json!({ "title": "a", "tags": ["Office", "=1+1"], "priority": "high", "estimate_minutes": 30 })).await;
    ann.post_empty(&format!("{report}/timer/start")).await;
    app.advance_seconds(45 * 60);
    assert_eq!(ann.patch(&report, json!({ "action": "complete" })).await.status, 200);
    new(json!({ "title": "b", "tags": ["office"], "due_on": "2026-01-13", "planned_for": "2026-01-13" })).await;
    let late = new(json!({ "title": "c", "due_on": "2026-01-14" })).await;
    new(json!({ "title": "of another week", "due_on": "2026-01-30" })).await;
    let deleted = new(json!({ "title": "d", "tags": ["office"], "due_on": "2026-01-13" })).await;
    ann.delete(&deleted).await;
    app.advance_hours(24);
    assert_eq!(ann.patch(&late, json!({ "action": "complete" })).await.status, 200);
    ann
}

#[tokio::test]
async fn tasks_are_summed_up_by_tag_and_priority() {
    let app = TestApp::new();
    let ann = worked(&app).await;
    let answer = ann.get("/api/tasks/summary?from=2026-01-12&to=2026-01-18&format=csv").await;
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_snapshot!(String::from_utf8_lossy(&answer.bytes).replace('\r', ""), @r"
    group,name,created,completed,overdue,carried_over,estimated_minutes,spent_minutes,actual_to_estimate
    all,,4,2,2,0,30,45,1.5
    tag,'=1+1,1,1,0,0,30,45,1.5
    tag,Office,2,1,1,0,30,45,1.5
    priority,medium,3,1,2,0,0,0,
    priority,high,1,1,0,0,30,45,1.5
    ");
    let answer = ann.get("/api/tasks/summary?from=2026-01-15&to=2026-01-15").await;
    let (all, expected) = (
        &answer.body["all"],
        json!({ "created": 0, "completed": 1, "overdue": 0, "carried_over": 0,
        "estimated_minutes": 0, "spent_minutes": 0, "actual_to_estimate": null }),
    );
    assert_eq!((answer.status, all, &answer.body["tags"]), (200, &expected, &json!([])));
}

#[tokio::test]
async fn a_summary_is_of_400_dates_at_most() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for bad in ["from=2024-12-01&to=2026-01-14", "from=2026-01-15&to=2026-01-14", "from=x", "format=xml"] {
        ann.get(&format!("/api/tasks/summary?{bad}")).await.assert_error(400, "invalid_parameter");
    }
    let nothing = ann.get("/api/tasks/summary").await;
    assert_eq!((nothing.status, &nothing.body["all"]["created"], &nothing.body["priorities"]), (200, &json!(0), &json!([])));
}

#[tokio::test]
async fn what_is_still_to_be_done_is_among_the_metrics() {
    let app = TestApp::new();
    let ann = worked(&app).await;
    let pending = async |to: &str| {
        let answer = ann.get(&format!("/api/stats/{}/metrics?from=2026-01-12&to={to}", ann.id)).await;
        let metrics = answer.body["metrics"].as_array().expect("metrics").clone();
        metrics.iter().find(|metric| metric["key"] == "pending").expect("pending")["value"].clone()
    };
    assert_eq!(
        (pending("2026-01-12").await, pending("2026-01-13").await, pending("2026-01-30").await),
        (json!(0), json!(1), json!(2))
    );
}
