//! What it costs to say something: what it does, the summary before it, and a commit for what the next turns may refer to.

use serde_json::json;

use super::{Book, Cost, FREE};
use crate::support::TestApp;

/// To understand: the summary, in the user's turn. To keep: the same once more, and what is replaced.
const SAID: Cost = Cost { reads: 3, batches: 1, ..FREE };

pub async fn dialogue(book: &mut Book, app: &TestApp) {
    let ann = app.user("speaker's").await;
    assert_eq!(ann.get("/api/auth/me").await.status, 200);
    let route = "POST /api/assistant";
    let told = Cost { reads: 1, ..FREE };
    let done = Cost { reads: SAID.reads + 1, batches: SAID.batches + 1, ..FREE };
    let listed = Cost { reads: SAID.reads + 1, queries: 1, ..SAID };
    // What can be undone is looked up, taken, and then undone.
    let undone = Cost { reads: 9, batches: 2, ..FREE };
    for (when, sentence, bound) in [
        (", not understood", "strat work", told),
        (", water", "water", done),
        (", to undo it", "undo", undone),
        (", a task", "add buy milk", done),
        (", the inbox", "inbox", listed),
    ] {
        book.line(route, when, Some(bound), None, ann.post("/api/assistant", json!({ "text": sentence }))).await;
    }
}
