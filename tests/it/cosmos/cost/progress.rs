//! What progress costs: when nothing happened since, and after something did.

use serde_json::json;

use super::{Book, Cost, FREE};
use crate::support::Client;

pub async fn progress(book: &mut Book, ann: &Client) {
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
}
