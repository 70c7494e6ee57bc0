//! How much one request and one commit hold.

use serde_json::{Value, json};

use super::bulk::{bulk, each, statuses};
use crate::{import::assert_clean, support::TestApp};

#[tokio::test]
async fn one_to_fifty_operations_are_taken() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let create = json!({ "op": "create", "title": "a" });
    for bad in [json!([]), json!(vec![create.clone(); 51]), json!({}), json!(null), json!("create"), json!([1]), json!([null])] {
        for atomic in [true, false] {
            let refused = ann.post("/api/tasks/bulk", json!({ "operations": bad, "atomic": atomic })).await;
            refused.assert_error(400, "invalid_field");
            assert!(refused.text("field").starts_with("operations"), "{refused:?}");
        }
    }
    ann.post("/api/tasks/bulk", json!({})).await.assert_error(400, "invalid_field");
    ann.post("/api/tasks/bulk", json!({ "operations": [create], "atomic": "no" })).await.assert_error(400, "invalid_field");
    assert_eq!(ann.stats().await["total_tasks"], 0);
    assert_eq!(statuses(&bulk(&ann, json!(vec![create.clone(); 50])).await), [201; 50]);
    assert_eq!(ann.stats().await["total_tasks"], 50);
    let large = json!({ "op": "create", "title": "a", "notes": "x".repeat(9_000) });
    bulk(&ann, json!(vec![large; 8])).await.assert_error(413, "body_too_large");
    assert_clean(&app).await;
}

/// Fifty tasks that were made on as many dates: completing them concerns one date.
#[tokio::test]
async fn fifty_tasks_of_fifty_dates_are_completed_together() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut ids = Vec::new();
    for _ in 0..50 {
        ids.push(ann.task_with(json!({})).await["id"].clone());
        app.advance_hours(24);
    }
    let all = |op: &str| ids.iter().map(|id| json!({ "op": op, "id": id })).collect::<Value>();
    assert_eq!(statuses(&bulk(&ann, all("complete")).await), [200; 50]);
    assert_eq!(statuses(&bulk(&ann, all("reopen")).await), [200; 50]);
    assert_clean(&app).await;
    // Each takes away from a date of its own, and that is more than one commit holds: then nothing is done.
    let refused = bulk(&ann, all("delete")).await;
    refused.assert_error(413, "body_too_large");
    assert_eq!(ann.stats().await["total_tasks"], 50);
    assert_eq!(statuses(&each(&ann, all("delete")).await), [204; 50]);
    assert_eq!(ann.stats().await["total_tasks"], 0);
    assert_clean(&app).await;
}

#[tokio::test]
async fn fifty_that_recur_are_more_than_one_commit_holds_and_forty_are_not() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let create = json!({ "op": "create", "title": "a", "recurrence": { "every": 1, "unit": "day" } });
    let made = bulk(&ann, json!(vec![create; 50])).await;
    let ids: Vec<Value> =
        made.body["results"].as_array().expect("results").iter().map(|result| result["task"]["id"].clone()).collect();
    let complete = |ids: &[Value]| ids.iter().map(|id| json!({ "op": "complete", "id": id })).collect::<Value>();
    bulk(&ann, complete(&ids)).await.assert_error(413, "body_too_large");
    assert_eq!(ann.stats().await["completed_tasks"], 0);
    assert_eq!(statuses(&bulk(&ann, complete(&ids[..40])).await), [200; 40]);
    assert_eq!((&ann.stats().await["completed_tasks"], &ann.stats().await["total_tasks"]), (&json!(40), &json!(90)));
    assert_clean(&app).await;
}
