//! The figures of a range of dates.

mod histories;

use avanochi::{
    ledger::Day,
    store::{Batch, Collection, Partition, Stored, Write, collection},
    work::work_sessions::model::WorkSession,
};
use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{Answer, Client, TestApp, app_with_admin, time},
};

/// The answer for some dates.
async fn ask(client: &Client, query: &str) -> Answer {
    let answer = client.get(&format!("/api/stats/{}/metrics{query}", client.id)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

/// The value of a metric.
fn value<'a>(answer: &'a Answer, key: &str) -> &'a Value {
    let metrics = answer.body["metrics"].as_array().expect("metrics");
    &metrics.iter().find(|metric| metric["key"] == key).expect("the metric")["value"]
}

/// On the 13th from 9:00 to 10:30 with a pause of ten minutes after 55, and from 10:45 to 18:30; on the 14th from 9:30 to 10:00.
async fn work(app: &TestApp, ann: &Client) {
    app.clock.set(time("2026-01-14T10:00:00Z"));
    let first = ann.record(time("2026-01-13T09:00:00Z"), time("2026-01-13T10:30:00Z")).await.text("id");
    let pauses = json!({ "pauses": [{ "from": "2026-01-13T09:55:00Z", "to": "2026-01-13T10:05:00Z" }] });
    assert_eq!(ann.patch(&format!("/api/work_sessions/{first}"), pauses).await.status, 200);
    ann.record(time("2026-01-13T10:45:00Z"), time("2026-01-13T18:30:00Z")).await;
    ann.record(time("2026-01-14T09:30:00Z"), time("2026-01-14T10:00:00Z")).await;
    ann.complete_new_task().await;
    ann.create_task("another").await;
}

#[tokio::test]
async fn what_was_worked_is_told_in_figures() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    work(&app, &ann).await;
    let metric = |key: &str, value: Value, unit: &str| json!({ "key": key, "value": value, "unit": unit });
    // Seven changes, all on the 14th. 80, 465 and 30 minutes of work, ten of a pause and fifteen between the sessions. The second
    // session of the 13th has a break due, too.
    let metrics = [
        metric("hours_worked", json!(9.58), "h"),
        metric("active_task_time", json!(0.0), "min"),
        metric("idle_task_time", json!(575.0), "min"),
        metric("completed", json!(1), "tasks"),
        metric("pending", json!(0), "tasks"),
        metric("progress", json!(1.0), "ratio"),
        metric("average_task_time", Value::Null, "min"),
        metric("estimate_ratio", Value::Null, "ratio"),
        metric("breaks", json!(2), "count"),
        metric("break_minutes", json!(25.0), "min"),
        metric("break_compliance", json!(0.5), "ratio"),
        metric("work_rest_balance", json!(0.0417), "ratio"),
        metric("day_start", json!("09:15"), "HH:MM"),
        metric("day_end", json!("14:15"), "HH:MM"),
        metric("overload_days", json!(1), "days"),
        metric("regularity", json!(0.875), "ratio"),
        metric("carried_over", json!(0), "tasks"),
        metric("nudge_response", Value::Null, "min"),
        metric("interactions", json!(7.0), "per day"),
    ];
    let expected = json!({ "user_id": ann.id, "from": "2026-01-13", "to": "2026-01-14", "time_zone": "UTC", "metrics": metrics });
    assert_eq!(ask(&ann, "?from=2026-01-13").await.body, expected);
    // The dates are those of the range alone, and the latest one is as good as a document.
    let today = ask(&ann, "?from=2026-01-14&to=2026-01-14").await;
    assert_eq!(["hours_worked", "breaks", "regularity"].map(|key| value(&today, key)), [&json!(0.5), &json!(0), &Value::Null]);
    app.advance_hours(24);
    ann.create_task("tomorrow's").await;
    let later = ask(&ann, "?from=2026-01-13&to=2026-01-14").await;
    assert_eq!(value(&later, "interactions"), &json!(7.0));
    assert_eq!(value(&later, "day_end"), &json!("14:15"));
    let all = ask(&ann, "").await;
    assert_eq!((value(&all, "interactions"), &all.body["from"]), (&json!(4.0), &json!("2025-01-16")));
}

#[tokio::test]
async fn figures_can_be_had_as_a_table() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    work(&app, &ann).await;
    let answer = ask(&ann, "?from=2026-01-13&format=csv").await;
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"metrics-2026-01-13-2026-01-14.csv\""));
    let text = String::from_utf8_lossy(&answer.bytes);
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!((lines.len(), lines[0], lines[20]), (21, "key,value,unit", ""));
    for line in
        ["hours_worked,9.58,h", "average_task_time,,min", "completed,1,tasks", "day_start,09:15,HH:MM", "interactions,7,per day"]
    {
        assert!(lines.contains(&line), "{line}: {lines:?}");
    }
    assert_eq!(ask(&ann, "?format=json").await.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_range_is_that_of_days_and_a_format_is_one_of_two() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    let path = format!("/api/stats/{}/metrics", ann.id);
    for query in ["format=svg", "format=", "format=CSV", "from=2026-01-15", "from=2024-12-10", "to=2026-02-30", "date=2026-01-14"]
    {
        ann.get(&format!("{path}?{query}")).await.assert_error(400, "invalid_parameter");
    }
    assert_eq!(ann.get(&format!("{path}?from=2024-12-11")).await.status, 200);
    assert_eq!(admin.get(&path).await.body["user_id"], json!(ann.id));
    app.user("bob").await.get(&path).await.assert_error(403, "forbidden");
    admin.get("/api/stats/0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b/metrics").await.assert_error(404, "not_found");
}

/// Over midnight in Madrid, and corrected from elsewhere.
#[tokio::test]
async fn times_of_day_are_those_of_where_the_session_ended() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Europe/Madrid" })).await;
    let id = ann.record(time("2026-01-13T21:30:00Z"), time("2026-01-14T00:15:00Z")).await.text("id");
    ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Asia/Tokyo" })).await;
    let times = async |day: &str| {
        let found = ask(&ann, &format!("?from={day}&to={day}")).await;
        ["day_start", "day_end"].map(|key| value(&found, key).clone())
    };
    assert_eq!(times("2026-01-13").await, [json!("22:30"), Value::Null]);
    assert_eq!(times("2026-01-14").await, [Value::Null, json!("01:15")]);
    let corrected = json!({ "start_time": "2026-01-13T22:45:00Z", "end_time": "2026-01-13T22:50:00Z" });
    assert_eq!(ann.patch(&format!("/api/work_sessions/{id}"), corrected).await.status, 200);
    assert_eq!(times("2026-01-13").await, [json!("23:45"), json!("23:50")]);
    assert_eq!(ann.delete(&format!("/api/work_sessions/{id}")).await.status, 204);
    assert_eq!(times("2026-01-13").await, [Value::Null, Value::Null]);
    assert_clean(&app).await;
}

/// Puts in the place of what a user has what an earlier version would have written: sessions without what breaks are counted
/// by, and days and the summary without those counts.
async fn made_old(app: &TestApp, ann: &Client) {
    let partition = || Partition::of(avanochi::kernel::UserId::parse(&ann.id).expect("an id"));
    let mut writes = Vec::new();
    let sessions: Collection<WorkSession> = Collection::new(app.store.clone());
    let id = ann.get("/api/work_sessions").await.body[0]["id"].as_str().expect("an id").to_owned();
    let session = sessions.get(partition(), &id).await.expect("read").expect("a session");
    let text = serde_json::to_string(&session.value).expect("JSON").replace(",\"break_after\":50", "");
    writes.push(rewritten::<WorkSession>(&session, &text));
    let days: Collection<Day> = Collection::new(app.store.clone());
    let day = days.get(partition(), "2026-01-13").await.expect("read").expect("a day");
    let mut old = serde_json::to_value(&day.value).expect("JSON");
    old.as_object_mut().expect("an object").remove("interactions");
    let known = |name: &String| ["achievements", "ended_work_sessions"].contains(&name.as_str()) || name.starts_with("focus_");
    old["counts"].as_object_mut().expect("counts").retain(|name, _| known(name));
    writes.push(rewritten::<Day>(&day, &old.to_string()));
    let op = app.app.shared.ledger.ids().next(time("2026-01-14T10:00:00Z"));
    app.store.commit(Batch { partition: partition(), op, writes }).await.expect("written");
}

fn rewritten<T: avanochi::store::Entity>(read: &Stored<T>, text: &str) -> Write {
    let Write::Replace(mut draft, etag) = collection::replace(&read.value, 3, &read.etag).expect("a write") else {
        panic!("not a replacement")
    };
    assert_ne!(draft.body, text, "nothing of it is new");
    draft.body = text.into();
    Write::Replace(draft, etag)
}

#[tokio::test]
async fn what_was_not_counted_of_a_session_is_not_taken_away() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let id = ann.record(time("2026-01-13T09:00:00Z"), time("2026-01-13T11:00:00Z")).await.text("id");
    let path = format!("/api/work_sessions/{id}");
    ann.create_task("today's").await;
    made_old(&app, &ann).await;
    assert_clean(&app).await;
    let told = async |keys: [&str; 3]| {
        let found = ask(&ann, "?from=2026-01-13&to=2026-01-13").await;
        keys.map(|key| value(&found, key).clone())
    };
    let keys = ["hours_worked", "day_start", "break_compliance"];
    assert_eq!(told(keys).await, [json!(2.0), Value::Null, Value::Null]);
    // Another one of the date is counted beside it.
    ann.record(time("2026-01-13T12:00:00Z"), time("2026-01-13T12:30:00Z")).await;
    assert_eq!(told(keys).await, [json!(2.5), json!("12:00"), Value::Null]);
    // A start leaves the session as it was counted, an end has it counted by today's rule.
    assert_eq!(ann.patch(&path, json!({ "start_time": "2026-01-13T09:30:00Z" })).await.status, 200);
    assert_eq!(told(keys).await, [json!(2.0), json!("12:00"), Value::Null]);
    assert_clean(&app).await;
    assert_eq!(ann.patch(&path, json!({ "end_time": "2026-01-13T10:30:00Z" })).await.status, 200);
    assert_eq!(told(keys).await, [json!(1.5), json!("09:30"), json!(1.0)]);
    assert_clean(&app).await;
    assert_eq!(ann.delete(&path).await.status, 204);
    assert_eq!(told(keys).await, [json!(0.5), json!("12:00"), Value::Null]);
    assert_clean(&app).await;
}
