//! Tasks that the client has named itself: one for each name, whoever comes first and how often.

use serde_json::{Value, json};

use crate::support::{Answer, Client, LONG_TOKENS, TestApp, task_path};

const CHOSEN: &str = "6f1c5a52-6c0b-4d36-9a53-0d6c1c2c7a11";

async fn create(client: &Client, title: &str) -> Answer {
    client.post("/api/tasks", json!({ "title": title, "user_id": client.id, "client_id": CHOSEN })).await
}

#[tokio::test]
async fn the_same_one_again_is_the_first_task_as_it_is_now() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let first = create(&ann, "first").await;
    assert_eq!((first.status, first.text("client_id").as_str()), (201, CHOSEN));
    assert_ne!(first.text("id"), CHOSEN);
    app.advance_seconds(1);
    let changed = ann.change_task(&first.body, json!({ "action": "complete", "title": "changed" })).await;
    let again = create(&ann, "second").await;
    assert_eq!((again.status, &again.body, again.header("location")), (200, &changed, None));
    assert_eq!(again.header("etag"), ann.get(&task_path(&changed)).await.header("etag"));
    // However it is spelled.
    let spelled = json!({ "title": "x", "user_id": ann.id, "client_id": CHOSEN.to_uppercase() });
    assert_eq!(ann.post("/api/tasks", spelled).await.body, changed);
    // It is unique for a user.
    let of_bob = create(&bob, "of Bob").await;
    assert_eq!((of_bob.status, of_bob.text("id") == first.text("id")), (201, false));
    assert_eq!(ann.stats().await["total_tasks"], 1);
}

#[tokio::test]
async fn two_at_once_make_one_task() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let elsewhere = ann.through(&app.another(&[LONG_TOKENS]));
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..12 {
        let client = if n % 2 == 0 { ann.clone() } else { elsewhere.clone() };
        writers.spawn(async move { create(&client, &n.to_string()).await });
    }
    let answers = writers.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| [200, 201].contains(&answer.status) && answer.body == answers[0].body), "{answers:?}");
    assert_eq!(ann.get("/api/tasks").await.body, json!([answers[0].body]));
    assert_eq!(ann.stats().await["total_tasks"], 1);
    crate::import::assert_clean(&app).await;
}

#[tokio::test]
async fn a_name_is_taken_in_the_trash_and_free_when_the_task_is_gone() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = create(&ann, "first").await.body;
    assert_eq!(ann.delete(&task_path(&first)).await.status, 204);
    let trashed = create(&ann, "second").await;
    assert_eq!((trashed.status, trashed.text("title").as_str()), (200, "first"));
    assert_eq!(trashed.text("deleted_at"), "2026-01-14T10:00:00.000000Z");
    assert_eq!(ann.delete(&format!("{}?permanent=true", task_path(&first))).await.status, 204);
    let second = create(&ann, "second").await;
    assert_eq!((second.status, second.text("title").as_str(), second.text("id")), (201, "second", trashed.text("id")));
    // After its time in the trash it is gone too.
    assert_eq!(ann.delete(&task_path(&first)).await.status, 204);
    app.advance_hours(30 * 24 + 1);
    let third = create(&ann, "third").await;
    assert_eq!((third.status, &third.body["deleted_at"]), (201, &Value::Null));
    assert_eq!(ann.get("/api/tasks").await.body, json!([third.body]));
    crate::import::assert_clean(&app).await;
}

#[tokio::test]
async fn what_is_no_uuid_is_refused_and_a_name_never_changes() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for wrong in [json!("x"), json!(""), json!(7), json!([CHOSEN])] {
        let refused = ann.post("/api/tasks", json!({ "title": "a", "user_id": ann.id, "client_id": wrong })).await;
        refused.assert_error(400, "invalid_field");
        assert_eq!(refused.text("field"), "client_id");
    }
    let unnamed = ann.task_with(json!({ "client_id": null })).await;
    assert_eq!(unnamed["client_id"], Value::Null);
    let named = create(&ann, "named").await.body;
    let other = "0193c7a8-5b6e-4d2f-8a1b-0c9d8e7f6a5b";
    for task in [&unnamed, &named] {
        ann.patch(&task_path(task), json!({ "client_id": other })).await.assert_error(400, "invalid_field");
        let renamed = ann.change_task(task, json!({ "client_id": other, "title": "renamed" })).await;
        assert_eq!(renamed["client_id"], task["client_id"]);
    }
}

#[tokio::test]
async fn a_key_and_a_name_go_together() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let keyed = ann.clone().with_header("idempotency-key", "k");
    let first = create(&keyed, "first").await;
    ann.change_task(&first.body, json!({ "title": "changed" })).await;
    let again = create(&keyed, "first").await;
    assert_eq!((again.status, &again.bytes, again.header("idempotency-replayed")), (201, &first.bytes, Some("true")));
    create(&keyed, "second").await.assert_error(422, "idempotency_key_reused");
    let other = create(&ann.clone().with_header("idempotency-key", "other"), "first").await;
    assert_eq!((other.status, other.text("title").as_str()), (200, "changed"));
}
