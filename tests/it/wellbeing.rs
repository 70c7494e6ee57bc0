//! What people enter of their wellbeing: by date, exactly taken back, and theirs alone.

mod histories;
mod reminders;
mod rests;
mod today;

use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{Client, TestApp, app_with_admin},
};

/// Each kind of entries that are listed by dates, with one.
fn kinds() -> [(&'static str, Value); 4] {
    [
        ("hydration", json!({ "ml": 250 })),
        ("meals", json!({ "kind": "lunch" })),
        ("check_ins", json!({ "energy": 4, "note": " fine " })),
        ("rests", json!({ "kind": "long" })),
    ]
}

/// The body of an entry that was at an instant.
fn of(kind: &str, new: &Value, at: &str) -> Value {
    let mut new = new.clone();
    if kind == "rests" {
        new["start_time"] = json!(at);
        new["end_time"] = json!(at.replace(":00Z", ":30Z"));
    } else {
        new["at"] = json!(at);
    }
    new
}

async fn listed(client: &Client, path: &str) -> Vec<String> {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body.as_array().expect("a list").iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn an_entry_is_listed_told_and_taken_back() {
    for (kind, new) in kinds() {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        let path = format!("/api/{kind}");
        let keyed = ann.clone().with_header("idempotency-key", "a-key");
        let body = of(kind, &new, "2026-01-14T09:30:00Z");
        let (made, again) = (keyed.post(&path, body.clone()).await, keyed.post(&path, body).await);
        assert_eq!((made.status, again.status, &made.bytes), (201, 201, &again.bytes), "{made:?}");
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        keyed.post(&path, new.clone()).await.assert_error(
            if kind == "rests" { 400 } else { 422 },
            match kind {
                "rests" => "invalid_field",
                _ => "idempotency_key_reused",
            },
        );
        assert_eq!((&made.body["user_id"], &made.body["date"]), (&json!(ann.id), &json!("2026-01-14")));
        assert_eq!(ann.get(&path).await.body, json!([made.body]));
        let id = made.text("id");
        let told = async || {
            let changes = ann.get("/api/changes").await.body;
            changes["changes"].as_array().expect("changes").iter().rfind(|one| one["id"] == *id).cloned().expect("told")
        };
        let change = told().await;
        assert_eq!((&change["kind"], &change["op"], &change["item"]), (&json!(kind), &json!("upsert"), &made.body));
        assert_clean(&app).await;
        let one = format!("{path}/{id}");
        assert_eq!(ann.delete(&one).await.status, 204);
        ann.delete(&one).await.assert_error(404, "not_found");
        assert_eq!((told().await["op"].clone(), listed(&ann, &path).await), (json!("delete"), vec![]));
        assert_clean(&app).await;
    }
}

#[tokio::test]
async fn entries_are_listed_by_date_and_time() {
    for (kind, new) in kinds() {
        let app = TestApp::new();
        let ann = app.user("ann").await;
        // A date there begins at 15:00 of the one before here.
        assert_eq!(ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Asia/Tokyo" })).await.status, 200);
        let path = format!("/api/{kind}");
        let mut made = Vec::new();
        for at in ["2026-01-13T15:00:00Z", "2026-01-12T16:00:00Z", "2026-01-11T14:59:00Z"] {
            made.push(ann.post(&path, of(kind, &new, at)).await.text("id"));
        }
        made.reverse();
        assert_eq!(listed(&ann, &path).await, made);
        for (query, expected) in [
            ("from=2026-01-11", &made[..]),
            ("from=2026-01-12", &made[1..]),
            ("from=2026-01-13&to=2026-01-13", &made[1..2]),
            ("to=2026-01-13", &made[..2]),
            ("from=2026-01-15", &[]),
        ] {
            assert_eq!(listed(&ann, &format!("{path}?{query}")).await, expected, "{query}");
        }
        let pages = ann.all_pages(&format!("{path}?from=2026-01-01"), 1).await;
        assert_eq!(pages.iter().map(|one| one["id"].as_str().expect("an id")).collect::<Vec<_>>(), made);
        for bad in ["from=2026-01-03&to=2026-01-02", "from=2025-01-01&to=2026-02-05", "from=today", "to=2026-2-2"] {
            ann.get(&format!("{path}?{bad}")).await.assert_error(400, "invalid_parameter");
        }
        assert_clean(&app).await;
    }
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for (path, wrong, field) in [
        ("hydration", json!({}), "ml"),
        ("hydration", json!({ "ml": 49 }), "ml"),
        ("hydration", json!({ "ml": 1001 }), "ml"),
        ("hydration", json!({ "ml": 250.5 }), "ml"),
        ("hydration", json!({ "ml": 250, "at": "2026-01-14T10:02:01Z" }), "at"),
        ("hydration", json!({ "ml": 250, "at": "2025-12-14T09:59:59Z" }), "at"),
        ("hydration", json!({ "ml": 250, "at": "2026-01-14T09:00:00" }), "at"),
        ("meals", json!({}), "kind"),
        ("meals", json!({ "kind": "tea" }), "kind"),
        ("check_ins", json!({ "energy": 0 }), "energy"),
        ("check_ins", json!({ "energy": 6 }), "energy"),
        ("check_ins", json!({ "energy": 3, "note": "x".repeat(1001) }), "note"),
    ] {
        let answer = ann.post(&format!("/api/{path}"), wrong.clone()).await;
        answer.assert_error(400, "invalid_field");
        assert_eq!(answer.body["field"], field, "{wrong}");
    }
    for at in ["2026-01-14T10:02:00Z", "2025-12-14T10:00:00Z"] {
        assert_eq!(ann.post("/api/hydration", json!({ "ml": 50, "at": at })).await.status, 201);
    }
}

#[tokio::test]
async fn a_date_has_a_hundred_entries_of_a_kind() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for (path, new) in [("/api/hydration", json!({ "ml": 50 })), ("/api/meals", json!({ "kind": "snack" }))] {
        let yesterday = |new: &Value| of("", new, "2026-01-13T12:00:00Z");
        for _ in 0..100 {
            assert_eq!(ann.post(path, new.clone()).await.status, 201);
            assert_eq!(ann.post(path, yesterday(&new)).await.status, 201);
        }
        ann.post(path, new.clone()).await.assert_error(409, "too_many_entries");
        ann.post(path, yesterday(&new)).await.assert_error(409, "too_many_entries");
        let last = listed(&ann, path).await.pop().expect("one");
        assert_eq!(ann.delete(&format!("{path}/{last}")).await.status, 204);
        assert_eq!(ann.post(path, new).await.status, 201);
    }
    assert_clean(&app).await;
}

#[tokio::test]
async fn a_date_has_one_check_in() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = ann.post("/api/check_ins", json!({ "energy": 2, "note": " tired\n" })).await;
    assert_eq!((first.status, &first.body["note"]), (201, &json!("tired")));
    app.advance_hours(1);
    let keyed = ann.clone().with_header("idempotency-key", "a-key");
    let better = json!({ "energy": 4 });
    let (second, again) = (keyed.post("/api/check_ins", better.clone()).await, keyed.post("/api/check_ins", better).await);
    assert_eq!((second.status, again.status, &second.bytes), (200, 200, &again.bytes));
    assert_eq!((&second.body["id"], &second.body["energy"], &second.body["note"]), (&first.body["id"], &json!(4), &Value::Null));
    let yesterday = ann.post("/api/check_ins", json!({ "energy": 5, "at": "2026-01-13T23:00:00Z" })).await;
    assert_eq!(yesterday.status, 201);
    assert_eq!(ann.get("/api/check_ins").await.body, json!([yesterday.body, second.body]));
    assert_clean(&app).await;
    // What was taken back can be entered again.
    assert_eq!(ann.delete(&format!("/api/check_ins/{}", first.text("id"))).await.status, 204);
    let third = ann.post("/api/check_ins", json!({ "energy": 1 })).await;
    assert_eq!((third.status, &third.body["id"]), (201, &first.body["id"]));
    assert_clean(&app).await;
}

#[tokio::test]
async fn somebody_is_busy_until_then() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let busy = async || ann.get("/api/presence").await.body["busy_until"].clone();
    let set = async |until: Value| ann.patch("/api/presence", json!({ "busy_until": until })).await;
    assert_eq!(busy().await, Value::Null);
    let until = json!("2026-01-14T11:00:00.000000Z");
    assert_eq!(set(json!("2026-01-14T12:00:00+01:00")).await.body, json!({ "user_id": ann.id, "busy_until": until }));
    assert_eq!((busy().await, ann.patch("/api/presence", json!({})).await.body["busy_until"].clone()), (until.clone(), until));
    app.advance_hours(1);
    assert_eq!(busy().await, Value::Null);
    for wrong in ["2026-01-14T11:00:00Z", "2026-01-15T11:00:01Z"] {
        let answer = set(json!(wrong)).await;
        answer.assert_error(400, "invalid_field");
        assert_eq!(answer.body["field"], "busy_until");
    }
    assert_eq!(set(json!("2026-01-15T11:00:00Z")).await.status, 200);
    assert_eq!((set(Value::Null).await.body["busy_until"].clone(), busy().await), (Value::Null, Value::Null));
    let changes = ann.get("/api/changes").await.body;
    let told = changes["changes"].as_array().expect("changes").iter().rfind(|one| one["kind"] == "presence").expect("told");
    assert_eq!((&told["id"], &told["item"]["busy_until"]), (&json!(ann.id), &Value::Null));
}

#[tokio::test]
async fn nobody_but_the_owner_reaches_it() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    for (kind, new) in kinds() {
        let (path, body) = (format!("/api/{kind}"), of(kind, &new, "2026-01-14T09:30:00Z"));
        let id = ann.post(&path, body.clone()).await.text("id");
        let mut named = body;
        named["user_id"] = json!(ann.id);
        for other in [&admin, &app.user(&format!("bob {kind}")).await] {
            other.post(&path, named.clone()).await.assert_error(403, "forbidden");
            other.get(&format!("{path}?user_id={}", ann.id)).await.assert_error(403, "forbidden");
            other.delete(&format!("{path}/{id}?user_id={}", ann.id)).await.assert_error(403, "forbidden");
            other.delete(&format!("{path}/{id}")).await.assert_error(404, "not_found");
            assert_eq!(listed(other, &path).await, [""; 0]);
            for path in ["/api/presence", "/api/wellbeing/today", "/api/rests/active"] {
                other.get(&format!("{path}?user_id={}", ann.id)).await.assert_error(403, "forbidden");
            }
        }
        assert_eq!(listed(&ann, &path).await, [id]);
    }
}
