//! A fault at every commit of every use case: the caller repeats the request, and the end is the same.

use avanochi::{
    kernel::{Limit, PageRequest, UserId},
    store::{Partition, Query, Store as _},
};
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{Answer, Client, Fault, FlakyStore, PASSWORD, TestApp},
};

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
    long_day(app, &ann).await;
    ann
}

/// A session that is interrupted and kept alive, one that is written down afterwards, and their corrections.
async fn long_day(app: &TestApp, ann: &Client) {
    let session = insist(ann, "POST", "/api/work_sessions/start", "s2", Some(json!({ "user_id": ann.id }))).await;
    let path = format!("/api/work_sessions/{}", session.text("id"));
    for (what, status) in [("heartbeat", 204), ("pause", 200), ("resume", 200), ("end", 200)] {
        app.advance_hours(1);
        assert_eq!(insist(ann, "POST", &format!("{path}/{what}"), "k", None).await.status, status);
    }
    // An hour shorter, on the day on which it was.
    let shorter = json!({ "start_time": "2026-01-15T12:00:00Z", "note": "shorter" });
    assert_eq!(insist(ann, "PATCH", &path, "p", Some(shorter)).await.body["duration"], 2.0);
    // Two days before, which has been closed.
    let past = json!({ "user_id": ann.id, "start_time": "2026-01-13T23:00:00Z", "end_time": "2026-01-14T01:00:00Z" });
    let recorded = insist(ann, "POST", "/api/work_sessions", "w", Some(past)).await;
    assert_eq!(recorded.status, 201, "{recorded:?}");
    let path = format!("/api/work_sessions/{}", recorded.text("id"));
    let moved = json!({ "start_time": "2026-01-13T20:00:00Z", "end_time": "2026-01-13T22:00:00Z" });
    let moved = insist(ann, "PATCH", &path, "m", Some(moved)).await;
    assert_eq!((moved.status, moved.body["edits"].as_array().map(Vec::len)), (200, Some(1)));
}

async fn focus_by_date(client: &Client) -> Vec<(String, f64)> {
    let days = client.get(&format!("/api/stats/{}/days", client.id)).await.body["days"].clone();
    let days = days.as_array().expect("days").iter();
    days.map(|day| (day["date"].as_str().expect("a date").to_owned(), day["focus_seconds"].as_f64().expect("a number"))).collect()
}

fn owned((date, seconds): (&str, f64)) -> (String, f64) {
    (date.to_owned(), seconds)
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
            let expected = json!([1, 0, 3, 5.0, 3, 3]);
            let fields = ["total_tasks", "completed_tasks", "total_sessions", "total_hours", "current_streak", "longest_streak"];
            let found: Vec<&Value> = fields.iter().map(|field| &stats[*field]).collect();
            assert_eq!(json!(found), expected, "{fault:?} at commit {good}");
            assert_eq!(ann.get("/api/tasks").await.body.as_array().map(Vec::len), Some(1));
            assert_eq!(ann.get("/api/work_sessions").await.body.as_array().map(Vec::len), Some(3));
            assert_eq!(
                focus_by_date(&ann).await,
                [("2026-01-13", 7200.0), ("2026-01-14", 3600.0), ("2026-01-15", 7200.0)].map(owned)
            );
            assert_clean(&app).await;
            if store.is_waiting() {
                break;
            }
            commits = commits.max(good + 1);
        }
    }
    // Three for the registration, two for the login, one for each of the sixteen changes.
    assert_eq!(commits, 21);
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
            // Once the ledger is closed, the account is deleted: the rest is due.
            assert_eq!(deleted.status, if good == 0 && !done { 503 } else { 204 }, "{deleted:?}");
            app.do_due().await.expect("done");
            if good == 0 && fault == Fault::Before {
                assert_eq!(ann.get("/api/auth/me").await.status, 200);
                continue;
            }
            assert_eq!(app.due().await, Vec::<String>::new());
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
