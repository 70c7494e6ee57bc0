//! Several operations in one request: all or nothing, or each for itself.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{Answer, Client, LONG_TOKENS, TestApp, shown::shown, task_path},
};

const CHOSEN: &str = "6f1c5a52-6c0b-4d36-9a53-0d6c1c2c7a11";

pub async fn bulk(ann: &Client, operations: Value) -> Answer {
    ann.post("/api/tasks/bulk", json!({ "operations": operations })).await
}

pub async fn each(ann: &Client, operations: Value) -> Answer {
    ann.post("/api/tasks/bulk", json!({ "operations": operations, "atomic": false })).await
}

pub fn statuses(answer: &Answer) -> Vec<u64> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["results"].as_array().expect("results").iter().filter_map(|result| result["status"].as_u64()).collect()
}

/// The id that a chosen one comes to.
async fn id_of(ann: &Client) -> Value {
    let known = ann.post("/api/tasks", json!({ "title": "x", "user_id": ann.id, "client_id": CHOSEN })).await;
    known.body["id"].clone()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "most of them are the whole answer")]
async fn operations_are_done_in_order_in_one_commit() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let (one, two) = (ann.task_with(json!({ "title": "one" })).await, ann.task_with(json!({ "title": "two" })).await);
    assert_eq!(ann.delete(&task_path(&two)).await.status, 204);
    app.advance_seconds(1);
    let done = bulk(
        &ann,
        json!([
            { "op": "create", "title": "new", "client_id": CHOSEN, "priority": "high" },
            { "op": "update", "id": one["id"], "title": "changed", "tags": ["a"] },
            { "op": "complete", "id": one["id"] },
            { "op": "restore", "id": two["id"] },
            { "op": "delete", "id": two["id"], "permanent": true },
        ]),
    )
    .await;
    assert_snapshot!(shown(&done), @r#"
    200
    {
      "results": [
        {
          "status": 201,
          "task": {
            "carried_over": 0,
            "client_id": "[id 1]",
            "completed": false,
            "completed_at": null,
            "created_at": "2026-01-14T10:00:01.000000Z",
            "deleted_at": null,
            "due_on": null,
            "due_time": null,
            "estimate_minutes": null,
            "external": [],
            "id": "[id 2]",
            "notes": null,
            "overdue": false,
            "planned_for": null,
            "priority": "high",
            "recurrence": null,
            "series_id": null,
            "spent_seconds": 0,
            "subtasks": [],
            "tags": [],
            "timer_needs_review": false,
            "timer_started_at": null,
            "title": "new",
            "updated_at": null,
            "user_id": "[id 3]"
          }
        },
        {
          "status": 200,
          "task": {
            "carried_over": 0,
            "client_id": null,
            "completed": true,
            "completed_at": "2026-01-14T10:00:01.000000Z",
            "created_at": "2026-01-14T10:00:00.000000Z",
            "deleted_at": null,
            "due_on": null,
            "due_time": null,
            "estimate_minutes": null,
            "external": [],
            "id": "[id 4]",
            "notes": null,
            "overdue": false,
            "planned_for": null,
            "priority": "medium",
            "recurrence": null,
            "series_id": null,
            "spent_seconds": 0,
            "subtasks": [],
            "tags": [
              "a"
            ],
            "timer_needs_review": false,
            "timer_started_at": null,
            "title": "changed",
            "updated_at": "2026-01-14T10:00:01.000000Z",
            "user_id": "[id 3]"
          }
        },
        {
          "status": 200,
          "task": {
            "carried_over": 0,
            "client_id": null,
            "completed": true,
            "completed_at": "2026-01-14T10:00:01.000000Z",
            "created_at": "2026-01-14T10:00:00.000000Z",
            "deleted_at": null,
            "due_on": null,
            "due_time": null,
            "estimate_minutes": null,
            "external": [],
            "id": "[id 4]",
            "notes": null,
            "overdue": false,
            "planned_for": null,
            "priority": "medium",
            "recurrence": null,
            "series_id": null,
            "spent_seconds": 0,
            "subtasks": [],
            "tags": [
              "a"
            ],
            "timer_needs_review": false,
            "timer_started_at": null,
            "title": "changed",
            "updated_at": "2026-01-14T10:00:01.000000Z",
            "user_id": "[id 3]"
          }
        },
        {
          "status": 200,
          "task": {
            "carried_over": 0,
            "client_id": null,
            "completed": false,
            "completed_at": null,
            "created_at": "2026-01-14T10:00:00.000000Z",
            "deleted_at": null,
            "due_on": null,
            "due_time": null,
            "estimate_minutes": null,
            "external": [],
            "id": "[id 5]",
            "notes": null,
            "overdue": false,
            "planned_for": null,
            "priority": "medium",
            "recurrence": null,
            "series_id": null,
            "spent_seconds": 0,
            "subtasks": [],
            "tags": [],
            "timer_needs_review": false,
            "timer_started_at": null,
            "title": "two",
            "updated_at": "2026-01-14T10:00:01.000000Z",
            "user_id": "[id 3]"
          }
        },
        {
          "status": 204
        }
      ]
    }
    "#);
    let versions = [&one["id"], &done.body["results"][0]["task"]["id"]].map(|id| task_path(&json!({ "id": id })));
    let [first, second] = [ann.get(&versions[0]).await, ann.get(&versions[1]).await];
    assert_eq!(first.header("etag"), second.header("etag"), "of one commit");
    assert_eq!(first.body, done.body["results"][2]["task"]);
    assert_clean(&app).await;
}

/// A later operation of the same request finds what an earlier one left.
#[tokio::test]
async fn later_operations_see_what_earlier_ones_did() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let id = id_of(&ann).await;
    assert_eq!(ann.delete(&format!("{}?permanent=true", task_path(&json!({ "id": id })))).await.status, 204);
    let rule = json!({ "every": 1, "unit": "day" });
    let create = json!({ "op": "create", "title": "a", "client_id": CHOSEN, "recurrence": rule });
    let done = bulk(
        &ann,
        json!([
            create, create,
            { "op": "complete", "id": id },
            { "op": "complete", "id": id },
            { "op": "reopen", "id": id },
            { "op": "update", "id": id, "title": "b" },
            { "op": "delete", "id": id },
            { "op": "restore", "id": id },
            { "op": "delete", "id": id, "permanent": true },
            create,
            { "op": "complete", "id": id },
        ]),
    )
    .await;
    assert_eq!(statuses(&done), [201, 200, 200, 200, 200, 200, 204, 200, 204, 201, 200]);
    assert_eq!(
        (ann.titles("completed=true").await, ann.titles("completed=false").await),
        (vec!["a".to_owned()], vec!["a".to_owned()])
    );
    assert_clean(&app).await;
    // And what it took away is not there.
    let refused = bulk(&ann, json!([{ "op": "delete", "id": id }, { "op": "complete", "id": id }])).await;
    refused.assert_error(404, "not_found");
    assert_eq!(refused.body["index"], 1);
    assert_eq!(ann.titles("trashed=true").await.len(), 0);
}

#[tokio::test]
async fn one_that_fails_undoes_all_and_is_named_by_its_index() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.task_with(json!({})).await;
    let before = ann.get("/api/changes").await.text("token");
    let nowhere = "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b";
    let good = json!({ "op": "create", "title": "good" });
    for (bad, status, code, field) in [
        (json!({ "op": "update", "id": nowhere, "title": "b" }), 404, "not_found", Value::Null),
        (json!({ "op": "update", "id": "x", "title": "b" }), 404, "not_found", Value::Null),
        (json!({ "op": "update", "title": "b" }), 400, "invalid_field", json!("id")),
        (json!({ "op": "update", "id": task["id"], "title": "" }), 400, "invalid_field", json!("title")),
        (json!({ "op": "update", "id": task["id"], "due_time": "10:00" }), 400, "invalid_field", json!("due_time")),
        (
            json!({ "op": "update", "id": task["id"], "complete_subtasks": true }),
            400,
            "invalid_field",
            json!("complete_subtasks"),
        ),
        (json!({ "op": "create" }), 400, "invalid_field", json!("title")),
        (json!({ "op": "create", "title": "b", "tags": ["a", "A"] }), 400, "invalid_field", json!("tags[1]")),
        (json!({ "op": "create", "title": "b", "client_id": "x" }), 400, "invalid_field", json!("client_id")),
        (json!({ "op": "explode", "id": task["id"] }), 400, "invalid_field", json!("op")),
        (json!({ "id": task["id"] }), 400, "invalid_field", json!("op")),
        (
            json!({ "op": "reopen", "id": task["id"], "completed_at": "2026-01-14T09:00:00Z" }),
            400,
            "invalid_field",
            json!("completed_at"),
        ),
        (
            json!({ "op": "complete", "id": task["id"], "completed_at": "2020-01-14T09:00:00Z" }),
            400,
            "invalid_field",
            json!("completed_at"),
        ),
        (
            json!({ "op": "complete", "id": task["id"], "if_match": "\"0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b\"" }),
            412,
            "stale_etag",
            Value::Null,
        ),
        (json!({ "op": "complete", "id": task["id"], "if_match": "what I saw" }), 412, "stale_etag", Value::Null),
        (json!({ "op": "restore", "id": nowhere }), 404, "not_found", Value::Null),
    ] {
        // What is wrong after it is not told.
        let all = json!([good, { "op": "update", "id": task["id"], "title": "b" }, bad, { "op": "none" }]);
        let refused = bulk(&ann, all).await;
        refused.assert_error(status, code);
        assert_eq!((&refused.body["index"], &refused.body["field"]), (&json!(2), &field), "{bad}");
        let single = each(&ann, json!([bad])).await;
        let result = &single.body["results"][0];
        assert_eq!((result["status"].as_u64(), &result["error"]), (Some(status.into()), &refused.body["error"]), "{bad}");
        assert_eq!((&result["code"], &result["field"], &result["task"]), (&json!(code), &field, &Value::Null), "{bad}");
    }
    assert_eq!(ann.get("/api/tasks").await.body, json!([task]));
    assert_eq!(ann.get(&format!("/api/changes?since={before}")).await.body["changes"], json!([]));
    assert_eq!(ann.stats().await["total_tasks"], 1);
}

#[tokio::test]
async fn each_for_itself_is_done_whatever_becomes_of_the_others() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.task_with(json!({})).await;
    let done = each(
        &ann,
        json!([
            { "op": "complete", "id": "x" }, { "op": "create", "title": "a", "client_id": CHOSEN }, { "op": "create" },
            { "op": "create", "title": "b", "client_id": CHOSEN }, { "op": "complete", "id": task["id"] }, { "op": "delete", "id": task["id"] },
            { "op": "complete", "id": task["id"] },
        ]),
    )
    .await;
    assert_eq!(statuses(&done), [404, 201, 400, 200, 200, 204, 404]);
    assert_eq!(done.body["results"][3]["task"]["title"], "a");
    assert_eq!((ann.titles("").await, ann.titles("trashed=true").await), (vec!["a".to_owned()], vec!["a task".to_owned()]));
    assert_clean(&app).await;
}

#[tokio::test]
async fn a_version_is_asked_for_by_each_operation() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.task_with(json!({})).await;
    let seen = ann.get(&task_path(&task)).await.header("etag").expect("a version").to_owned();
    let update = |title: &str| json!({ "op": "update", "id": task["id"], "title": title, "if_match": seen });
    // It is about what was there before the request.
    assert_eq!(statuses(&bulk(&ann, json!([update("b"), update("c")])).await), [200, 200]);
    bulk(&ann, json!([update("d")])).await.assert_error(412, "stale_etag");
    let any = json!({ "op": "delete", "id": task["id"], "if_match": "*" });
    assert_eq!(statuses(&bulk(&ann, json!([any])).await), [204]);
}

#[tokio::test]
async fn a_repetition_under_its_key_does_nothing_twice() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let task = ann.task_with(json!({ "recurrence": { "every": 1, "unit": "day" }, "due_on": "2026-01-10" })).await;
    let elsewhere = ann.through(&app.another(&[LONG_TOKENS]));
    let body = json!({ "operations": [{ "op": "create", "title": "a", "due_on": "2026-01-14" }, { "op": "complete", "id": task["id"] },
        { "op": "delete", "id": task["id"] }] });
    let keyed = |client: &Client, key: &str| client.clone().with_header("idempotency-key", key);
    let first = keyed(&ann, "k").post("/api/tasks/bulk", body.clone()).await;
    assert_eq!((statuses(&first), first.header("idempotency-replayed")), (vec![201, 200, 204], None));
    app.advance_hours(20);
    let again = keyed(&elsewhere, "k").post("/api/tasks/bulk", body.clone()).await;
    assert_eq!((&again.bytes, again.header("idempotency-replayed")), (&first.bytes, Some("true")));
    let other = json!({ "operations": [{ "op": "create", "title": "b" }] });
    keyed(&ann, "k").post("/api/tasks/bulk", other).await.assert_error(422, "idempotency_key_reused");
    assert_eq!(ann.get("/api/tasks").await.body.as_array().map(Vec::len), Some(2));
    // Each for itself, what it creates it creates once.
    let body = json!({ "atomic": false, "operations": [{ "op": "create", "title": "c" }, { "op": "create", "title": "c" }, { "op": "create" }] });
    for _ in 0..3 {
        assert_eq!(statuses(&keyed(&ann, "l").post("/api/tasks/bulk", body.clone()).await), [201, 201, 400]);
    }
    assert_eq!(ann.titles("q=c").await, ["c", "c"]);
    // Twice at once: made once.
    let body = json!({ "operations": [{ "op": "create", "title": "d" }, { "op": "create", "title": "d" }] });
    let (one, two) = tokio::join!(async { keyed(&ann, "m").post("/api/tasks/bulk", body.clone()).await }, async {
        keyed(&elsewhere, "m").post("/api/tasks/bulk", body.clone()).await
    });
    assert!(one.status == 200 && (two.bytes == one.bytes || two.status == 409), "{one:?} {two:?}");
    assert_eq!(ann.titles("q=d").await, ["d", "d"]);
    assert_clean(&app).await;
}

#[tokio::test]
async fn a_bulk_request_is_about_the_tasks_of_one_user() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let task = ann.task_with(json!({})).await;
    let complete = json!([{ "op": "complete", "id": task["id"] }]);
    bulk(&bob, complete.clone()).await.assert_error(404, "not_found");
    let named = json!({ "user_id": ann.id, "operations": complete });
    bob.post("/api/tasks/bulk", named.clone()).await.assert_error(403, "forbidden");
    let own = json!({ "op": "create", "title": "a", "user_id": bob.id });
    assert_eq!(bulk(&bob, json!([own])).await.body["results"][0]["task"]["user_id"], bob.id);
    assert_eq!(statuses(&ann.post("/api/tasks/bulk", named).await), [200]);
}
