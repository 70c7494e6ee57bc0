//! What the assistant costs, for somebody with a day of work behind.

use serde_json::json;

use super::{Book, Cost, FREE};
use crate::support::TestApp;

/// The summary, the progress, and what was predicted.
const KEPT: Cost = Cost { reads: 3, ..FREE };

pub async fn assistant(book: &mut Book, app: &TestApp) {
    let ann = &app.user("the assistant's").await;
    ann.task_with(json!({ "title": "all of it", "estimate_minutes": 300 })).await;
    let session = ann.start().await.text("id");
    app.advance_hours(3);
    assert_eq!(ann.end(&session).await.status, 200);
    assert_eq!(ann.get("/api/progress").await.status, 200);
    // The days and the tasks.
    let made = Cost { writes: 1, queries: 2, ..KEPT };
    book.line("GET /api/predictions", ", made anew", Some(made), None, ann.get("/api/predictions")).await;
    book.line("GET /api/predictions", "", Some(KEPT), None, ann.get("/api/predictions")).await;
    // The check-in, the sessions of today and of four weeks, the tasks, and what is kept; the last again in the user's turn, with the
    // summary.
    let looked = Cost { reads: KEPT.reads + 2, queries: 3, ..FREE };
    let new = Cost { reads: looked.reads + 2, batches: 1, ..looked };
    book.line("GET /api/recommendations", ", some of which are new", Some(new), None, ann.get("/api/recommendations")).await;
    assert_eq!(ann.get("/api/recommendations").await.status, 200);
    // Progress is behind by what was kept, from which nothing follows.
    let behind = Cost { reads: looked.reads + 4, queries: looked.queries + 1, ..looked };
    let listed = book.line("GET /api/recommendations", "", Some(behind), None, ann.get("/api/recommendations")).await;
    let id = listed.body[0]["id"].as_str().expect("a recommendation");
    let answered = Cost { reads: 2, batches: 1, ..FREE };
    let (path, done) = (format!("/api/recommendations/{id}"), json!({ "action": "done" }));
    book.line("POST /api/recommendations/{id}", "", Some(answered), None, ann.post(&path, done)).await;
    let day = Cost { reads: 1, queries: 2, ..FREE };
    book.line("GET /api/narratives/day", "", Some(day), None, ann.get("/api/narratives/day")).await;
    let week = Cost { reads: 1, queries: 1, ..FREE };
    book.line("GET /api/narratives/week", "", Some(week), None, ann.get("/api/narratives/week")).await;
}
