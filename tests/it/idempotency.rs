//! One effect for one `Idempotency-Key`.

use serde_json::json;

use crate::support::{Answer, Client, PASSWORD, TestApp};

fn same(first: &Answer, again: &Answer) {
    assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
    for name in ["location", "etag", "content-type"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (None, Some("true")));
}

fn keyed(client: &Client, key: &str) -> Client {
    client.clone().with_header("idempotency-key", key)
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let client = keyed(&ann, "key-1");
    let first = client.create_task("a").await;
    // Whatever happens to the task, the answer is that of then.
    let path = format!("/api/tasks/{}", first.text("id"));
    ann.patch(&path, json!({ "title": "b" })).await;
    same(&first, &client.create_task("a").await);
    ann.delete(&path).await;
    same(&first, &client.create_task("a").await);
    client.create_task("b").await.assert_error(422, "idempotency_key_reused");
    client.start().await.assert_error(422, "idempotency_key_reused");
    assert_eq!(ann.stats().await["total_tasks"], 0);

    app.advance_seconds(24 * 3600 - 1);
    same(&first, &client.create_task("a").await);
    app.advance_seconds(1);
    let anew = client.create_task("a").await;
    assert_eq!((anew.status, anew.header("idempotency-replayed")), (201, None));
    assert_ne!(anew.body["id"], first.body["id"]);
}

#[tokio::test]
async fn keys_of_different_users_have_nothing_to_do_with_each_other() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let first = keyed(&ann, "key").create_task("a").await;
    let second = keyed(&bob, "key").create_task("b").await;
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(second.body["user_id"], bob.id);
}

#[tokio::test]
async fn a_start_that_is_repeated_is_not_refused() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = keyed(&ann, "key").start().await;
    same(&first, &keyed(&ann, "key").start().await);
    keyed(&ann, "other").start().await.assert_error(400, "active_session_exists");
    ann.end(&first.text("id")).await;
    same(&first, &keyed(&ann, "key").start().await);
    assert_eq!(ann.stats().await["active_session"], false);
    // A refusal makes nothing and is not remembered.
    assert_eq!(keyed(&ann, "other").start().await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_with_one_key_at_once_have_one_effect() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let elsewhere = app.another(&[]).login("ann").await;
    let mut requests = tokio::task::JoinSet::new();
    for n in 0..40 {
        let client = keyed(if n % 2 == 0 { &ann } else { &elsewhere }, "key");
        // The body names the owner, so it is the same from both.
        requests.spawn(async move { client.create_task("a").await });
    }
    let answers = requests.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.bytes == answers[0].bytes));
    assert_eq!(answers.iter().filter(|answer| answer.header("idempotency-replayed").is_none()).count(), 1);
    assert_eq!(ann.stats().await["total_tasks"], 1);
}

#[tokio::test]
async fn a_key_is_visible_ascii() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for bad in ["", "a b", "é", &"x".repeat(256)] {
        keyed(&ann, bad).create_task("a").await.assert_error(400, "invalid_parameter");
    }
    assert_eq!(keyed(&ann, &"~".repeat(255)).create_task("a").await.status, 201);
    assert_eq!(ann.stats().await["total_tasks"], 1);
}

#[tokio::test]
async fn a_repeated_registration_proves_itself_by_its_password() {
    let app = TestApp::new();
    let client = keyed(&app.anonymous(), "key");
    let body = json!({ "username": "ann", "password": PASSWORD });
    let first = client.post("/api/auth/register", body.clone()).await;
    assert_eq!(first.status, 201);
    same(&first, &client.post("/api/auth/register", body.clone()).await);
    let other_password = json!({ "username": "ann", "password": "another password" });
    client.post("/api/auth/register", other_password.clone()).await.assert_error(422, "idempotency_key_reused");
    client
        .post("/api/auth/register", json!({ "username": "ANN", "password": PASSWORD }))
        .await
        .assert_error(422, "idempotency_key_reused");
    keyed(&app.anonymous(), "other").post("/api/auth/register", body).await.assert_error(409, "username_taken");
    // Guessing passwords this way is counted like any other guess.
    for _ in 0..9 {
        client.post("/api/auth/register", other_password.clone()).await.assert_error(422, "idempotency_key_reused");
    }
    client.post("/api/auth/register", other_password).await.assert_error(429, "too_many_attempts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_delivered_twice_at_once_makes_one_account() {
    let app = TestApp::new();
    let mut requests = tokio::task::JoinSet::new();
    for instance in [&app, &app.another(&[])].into_iter().cycle().take(8) {
        let client = keyed(&instance.anonymous(), "key");
        requests.spawn(async move { client.register("ann").await });
    }
    let answers = requests.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.bytes == answers[0].bytes), "{answers:?}");
    app.login("ann").await;
}
