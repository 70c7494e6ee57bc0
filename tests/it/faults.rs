//! A fault at every commit of every use case: the caller repeats the request, and the end is the same.

use avanochi::{
    kernel::{Limit, PageRequest, UserId},
    store::{Partition, Query, Store as _},
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Fault, FlakyStore, PASSWORD, TestApp};

/// Sends a request until it is answered with anything but 503, as a caller does who was told to try again.
async fn insist(client: &Client, method: &str, path: &str, key: &str, body: Option<Value>) -> Answer {
    for _ in 0..4 {
        let answer = client.clone().with_header("idempotency-key", key).send(method, path, body.clone()).await;
        if answer.status != 503 {
            return answer;
        }
        answer.assert_error(503, "store_unavailable");
        assert!(answer.header("retry-after").is_some());
    }
    panic!("still 503");
}

/// The whole of a user's day; every request is repeated until it is answered.
async fn day(app: &TestApp) -> Client {
    let account = json!({ "username": "ann", "password": PASSWORD });
    let registered = insist(&app.anonymous(), "POST", "/api/auth/register", "r", Some(account.clone())).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let token = insist(&app.anonymous(), "POST", "/api/auth/login", "l", Some(account)).await;
    let ann = app.anonymous().with_token(&token.text("token"), &registered.text("id"));
    let task = insist(&ann, "POST", "/api/tasks", "t", Some(json!({ "title": "a", "user_id": ann.id }))).await;
    let path = format!("/api/tasks/{}", task.text("id"));
    assert_eq!(insist(&ann, "PATCH", &path, "c", Some(json!({}))).await.status, 200);
    let session = insist(&ann, "POST", "/api/work_sessions/start", "s", Some(json!({ "user_id": ann.id }))).await;
    assert_eq!(session.status, 201, "{session:?}");
    app.advance_hours(1);
    let end = format!("/api/work_sessions/{}/end", session.text("id"));
    assert_eq!(insist(&ann, "POST", &end, "e", None).await.status, 200);
    // On the next day, so that the day that was open becomes a document.
    app.advance_hours(24);
    let other = insist(&ann, "POST", "/api/tasks", "u", Some(json!({ "title": "b", "user_id": ann.id }))).await;
    let other = format!("/api/tasks/{}", other.text("id"));
    assert_eq!(insist(&ann, "PATCH", &other, "d", Some(json!({}))).await.status, 200);
    // Taking back something of the past day.
    assert_eq!(insist(&ann, "PATCH", &path, "o", Some(json!({ "action": "reopen" }))).await.status, 200);
    let deleted = insist(&ann, "DELETE", &other, "x", None).await;
    // When only the answer was lost, the repetition finds nothing any more.
    assert!([204, 404].contains(&deleted.status), "{deleted:?}");
    ann
}

#[tokio::test]
async fn whatever_commit_fails_everything_happens_once() {
    let mut commits = 0;
    for fault in [Fault::Before, Fault::After] {
        for good in 0.. {
            let store = FlakyStore::new();
            let app = TestApp::over(store.clone());
            store.fail_after(good, fault);
            let ann = day(&app).await;
            let stats = ann.stats().await;
            let expected = json!([1, 0, 1, 1.0, 1, 1]);
            let fields = ["total_tasks", "completed_tasks", "total_sessions", "total_hours", "current_streak", "longest_streak"];
            let found: Vec<&Value> = fields.iter().map(|field| &stats[*field]).collect();
            assert_eq!(json!(found), expected, "{fault:?} at commit {good}");
            assert_eq!(ann.get("/api/tasks").await.body.as_array().map(Vec::len), Some(1));
            assert_eq!(ann.get("/api/work_sessions").await.body.as_array().map(Vec::len), Some(1));
            if store.is_waiting() {
                break;
            }
            commits = commits.max(good + 1);
        }
    }
    // Three for the registration, one for each of the eight changes.
    assert_eq!(commits, 11);
}

#[tokio::test]
async fn an_account_is_usable_although_its_registration_was_cut_short() {
    for (good, fault) in [(0, Fault::After), (1, Fault::Before), (1, Fault::After), (2, Fault::Before), (2, Fault::After)] {
        let store = FlakyStore::new();
        let app = TestApp::over(store.clone());
        store.fail_after(good, fault);
        app.anonymous().register("ann").await.assert_error(503, "store_unavailable");
        // Without a key, the name is taken: by the one whose password it is.
        app.anonymous().register("ann").await.assert_error(409, "username_taken");
        let ann = app.login("ann").await;
        assert_eq!(ann.get("/api/auth/me").await.body["name"], "ann");
        assert_eq!(ann.create_task("a").await.status, 201);
    }
}

#[tokio::test]
async fn whatever_commit_of_a_deletion_fails_it_is_completed() {
    for fault in [Fault::Before, Fault::After] {
        for good in 0.. {
            let store = FlakyStore::new();
            let app = TestApp::over(store.clone());
            let ann = app.user("ann").await;
            for _ in 0..120 {
                ann.create_task("private").await;
            }
            store.fail_after(good, fault);
            let deleted = ann.delete(&format!("/api/users/{}", ann.id)).await;
            let done = store.is_waiting();
            store.heal();
            assert_eq!(deleted.status, if done { 204 } else { 503 }, "{deleted:?}");
            // What the next start of the program does, unless nothing was even noted.
            app.app.recover().await.expect("recovered");
            if !done && ann.get("/api/auth/me").await.status == 200 {
                assert_eq!((good, fault), (0, Fault::Before));
                continue;
            }
            let partition = Partition::of(UserId::parse(&ann.id).expect("an id"));
            let query = Query::Everything { partition, page: PageRequest::first(Limit::MAX) };
            let left = store.query(query).await.expect("all").items;
            assert!(left.iter().all(|document| document.key.kind == "summaries"), "{fault:?} at {good}: {left:?}");
            assert_eq!(app.anonymous().register("ann").await.status, 201, "{fault:?} at {good}");
            if done {
                assert!(good >= 5, "only {good} commits");
                break;
            }
        }
    }
}
