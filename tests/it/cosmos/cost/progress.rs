//! What progress costs: when nothing happened since, and after something did.

use serde_json::json;

use super::{Book, Cost, FREE};
use crate::support::{Client, TestApp};

pub async fn progress(book: &mut Book, app: &TestApp, ann: &Client) {
    assert_eq!(ann.get("/api/progress").await.status, 200);
    // The summary, and what is known.
    let known = Cost { reads: 2, ..FREE };
    book.line("GET /api/progress", "", Some(known), None, ann.get("/api/progress")).await;
    let page = Cost { queries: 1, ..known };
    book.line("GET /api/progress/ledger", "", Some(page), None, ann.get("/api/progress/ledger")).await;
    let earned = Cost { reads: 3, ..FREE };
    book.line("GET /api/achievements", "", Some(earned), None, ann.get("/api/achievements")).await;
    let path = format!("/api/tasks/{}", ann.create_task("one more").await.text("id"));
    assert_eq!(ann.patch(&path, json!({})).await.status, 200);
    // Both before it is taken in, in the user's turn, and afterwards; what was seen of the task and the date, and what was achieved.
    let taken_in = Cost { reads: 3 * 2 + 3, batches: 1, queries: 1, ..FREE };
    book.line("GET /api/progress", ", after a task was completed", Some(taken_in), None, ann.get("/api/progress")).await;
    let id = ann.start().await.text("id");
    app.advance_seconds(1);
    assert_eq!(ann.end(&id).await.status, 200);
    // The same of the session and its date, and all sessions around it.
    let with_sessions = Cost { queries: 2, ..taken_in };
    book.line("GET /api/progress", ", after a session ended", Some(with_sessions), None, ann.get("/api/progress")).await;
    let drink = async || assert_eq!(ann.post("/api/hydration", json!({ "ml": 250 })).await.status, 201);
    drink().await;
    assert_eq!(ann.get("/api/progress").await.status, 200);
    drink().await;
    // What has changed, of which nothing follows.
    let idle = Cost { reads: 3 * 2, queries: 1, ..FREE };
    book.line("GET /api/progress", ", after a glass of water", Some(idle), None, ann.get("/api/progress")).await;
}
