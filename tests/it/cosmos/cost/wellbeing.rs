//! What is entered of wellbeing, and what each of it costs.

use std::time::Duration;

use avanochi::kernel::Clock as _;
use serde_json::json;

use super::{Book, CHANGE, CREATION, Cost, FREE, PAGE, READ};
use crate::support::{Client, TestApp};

pub async fn wellbeing(book: &mut Book, app: &TestApp, ann: &Client) {
    for (path, new) in [("/api/hydration", json!({ "ml": 250 })), ("/api/meals", json!({ "kind": "lunch" }))] {
        let create = format!("POST {path}");
        let made = book.line(&create, "", Some(CREATION), None, ann.post(path, new.clone())).await;
        let mut past = new;
        past["at"] = json!("2026-01-02T12:30:00Z");
        // Whether the date has room, and once more to count for it.
        let past_day = Cost { reads: 3, ..CREATION };
        book.line(&create, ", of a past date", Some(past_day), None, ann.post(path, past)).await;
        book.line(&format!("GET {path}"), "", Some(PAGE), None, ann.get(path)).await;
        let one = format!("{path}/{}", made.text("id"));
        book.line(&format!("DELETE {path}/{{id}}"), "", Some(CHANGE), None, ann.delete(&one)).await;
    }
    let path = "/api/check_ins";
    // The summary, and what the date has.
    let made = book.line("POST /api/check_ins", "", Some(CHANGE), None, ann.post(path, json!({ "energy": 3 }))).await;
    book.line("GET /api/check_ins", "", Some(PAGE), None, ann.get(path)).await;
    let one = format!("{path}/{}", made.text("id"));
    book.line("DELETE /api/check_ins/{id}", "", Some(CHANGE), None, ann.delete(&one)).await;
    rests(book, app, ann).await;
    let answer = format!("/api/nudges/{}", ann.be_reminded(app).await);
    book.line("POST /api/nudges/{id}", "", Some(CHANGE), None, ann.post(&answer, json!({ "action": "done" }))).await;
    book.line("GET /api/nudges", "", Some(PAGE), None, ann.get("/api/nudges")).await;
    let dates = Cost { queries: 1, ..READ };
    book.line("GET /api/nudges", ", of some dates", Some(dates), None, ann.get("/api/nudges?from=2026-01-14")).await;
    let until = json!({ "busy_until": app.clock.now().plus(Duration::from_hours(1)).to_string() });
    book.line("PATCH /api/presence", "", Some(CHANGE), None, ann.patch("/api/presence", until)).await;
    book.line("GET /api/presence", "", Some(READ), None, ann.get("/api/presence")).await;
    let all = Cost { reads: 2, queries: 1, ..FREE };
    book.line("GET /api/wellbeing/today", "", Some(all), None, ann.get("/api/wellbeing/today")).await;
}

async fn rests(book: &mut Book, app: &TestApp, ann: &Client) {
    // Whether another one overlaps it is one seek.
    let checked = Cost { queries: 1, ..CREATION };
    let start = ann.post("/api/rests/start", json!({ "kind": "short" }));
    let started = book.line("POST /api/rests/start", "", Some(checked), None, start).await;
    book.line("GET /api/rests/active", "", Some(READ), None, ann.get("/api/rests/active")).await;
    app.advance_seconds(10);
    let end = format!("/api/rests/{}/end", started.text("id"));
    book.line("POST /api/rests/{id}/end", "", Some(CHANGE), None, ann.post_empty(&end)).await;
    let before = |minutes| app.clock.now().minus(Duration::from_mins(minutes)).to_string();
    let past = json!({ "kind": "long", "start_time": before(20), "end_time": before(5) });
    let made = book.line("POST /api/rests", "", Some(checked), None, ann.post("/api/rests", past)).await;
    book.line("GET /api/rests", "", Some(PAGE), None, ann.get("/api/rests")).await;
    let one = format!("/api/rests/{}", made.text("id"));
    book.line("DELETE /api/rests/{id}", "", Some(CHANGE), None, ann.delete(&one)).await;
    assert_eq!(ann.post("/api/rests/start", json!({ "kind": "short" })).await.status, 201);
    app.advance_seconds(1);
    let ending = ", ending a rest";
    let session = book.line("POST /api/work_sessions/start", ending, Some(CHANGE), None, ann.start()).await;
    app.advance_seconds(1);
    ann.end(&session.text("id")).await;
}
