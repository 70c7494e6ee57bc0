//! What a companion costs: by itself, after a date, and for whoever follows what its person does.

use avanochi::{
    jobs::Event,
    kernel::UserId,
    store::{Change, Partition},
};
use serde_json::json;

use super::{Book, Cost, FREE};
use crate::support::{Client, TestApp};

/// The summary and the progress, and the sessions of its days.
const LOOK: Cost = Cost { reads: 2, queries: 1, ..FREE };
/// Progress is behind by a change from which nothing follows: both in the user's turn, what has changed, and both again.
const BEHIND: Cost = Cost { reads: LOOK.reads + 4, queries: LOOK.queries + 1, ..LOOK };

pub async fn companion(book: &mut Book, app: &TestApp) {
    let ann = &app.user("companion's").await;
    assert_eq!(ann.get("/api/companion").await.status, 200);
    ann.complete_new_task().await;
    assert_eq!(ann.get("/api/companion").await.status, 200);
    book.line("GET /api/companion", "", Some(LOOK), None, ann.get("/api/companion")).await;
    for picture in ["svg", "png"] {
        let path = format!("/api/companion.{picture}");
        book.line(&format!("GET {path}"), ", one's own", Some(LOOK), None, ann.get(&path)).await;
    }
    book.line("POST /api/companion/pet", "", Some(LOOK), None, ann.post_empty("/api/companion/pet")).await;
    // The summary once more, in the user's turn, and what is replaced.
    let change = Cost { reads: LOOK.reads + 1, batches: 1, ..LOOK };
    book.line("POST /api/companion/water", "", Some(change), None, ann.post_empty("/api/companion/water")).await;
    // What progress follows from the water: what was seen of its date, and what was achieved, in a batch.
    let drunk = Cost { reads: BEHIND.reads + 3, batches: 2, ..BEHIND };
    let after = ", after a glass of water";
    book.line("POST /api/companion/feed", after, Some(drunk), None, ann.post_empty("/api/companion/feed")).await;
    let behind = Cost { reads: BEHIND.reads + 1, batches: 1, ..BEHIND };
    let after = ", after a change from which no progress follows";
    book.line("GET /api/companion", after, Some(BEHIND), None, ann.get("/api/companion")).await;
    let named = Cost { reads: behind.reads + 1, ..behind };
    book.line("PATCH /api/companion", after, Some(named), None, ann.patch("/api/companion", json!({ "name": "Nori" }))).await;
    let kept = Cost { reads: 1, writes: 1, ..FREE };
    let share = "/api/companion/share";
    let shared = book.line(&format!("POST {share}"), "", Some(kept), None, ann.post_empty(share)).await;
    let picture = shared.text("url");
    book.line("GET /api/companion.svg", ", of a link", Some(LOOK), None, ann.get(&picture)).await;
    book.line(&format!("DELETE {share}"), "", Some(kept), None, ann.delete(share)).await;
    followed(book, app, ann).await;
}

/// Who is told of what was drunk are progress and the companion.
async fn followed(book: &mut Book, app: &TestApp, ann: &Client) {
    let partition = Partition::of(UserId::parse(&ann.id).expect("an id"));
    let change = Change { partition, kind: "hydration".into(), id: "any".into(), seq: 1 };
    let told = || Event::Changes(vec![change.clone()]);
    let seen = Cost { reads: 4, ..FREE };
    book.job(app, "changes", ", something drunk followed on the same date", seen, told()).await;
    app.advance_hours(24);
    assert_eq!(ann.get("/api/auth/me").await.status, 200);
    // Nothing was counted but what the summary has.
    book.line("GET /api/companion", ", on the next date", Some(BEHIND), None, ann.get("/api/companion")).await;
    assert_eq!(ann.post_empty("/api/companion/water").await.status, 200);
    // Of the date before: what was drunk, eaten and rested, which the summary has no more, and what was counted.
    let looked_up = Cost { queries: BEHIND.queries + 4, ..BEHIND };
    let first = ", after the first entry of a date";
    book.line("GET /api/companion", first, Some(looked_up), None, ann.get("/api/companion")).await;
    let kept = Cost { reads: 4 + BEHIND.reads + 1, writes: 1, ..looked_up };
    book.job(app, "changes", ", something drunk followed on the next date", kept, told()).await;
    book.line("GET /api/companion", ", once that was followed", Some(BEHIND), None, ann.get("/api/companion")).await;
}
