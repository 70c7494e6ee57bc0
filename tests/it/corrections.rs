//! Sessions that are corrected, corrected back, and deleted.

use std::collections::BTreeMap;

use avanochi::kernel::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{
    changes::Mirror,
    import::{ANN, assert_clean, import_all, overlapping},
    model::run,
    support::{Answer, Client, TestApp, time},
};

/// A session from 10:00 to 15:00, interrupted from 11:00 to 12:00 and from 13:00 to 14:00; its path.
async fn interrupted(app: &TestApp, ann: &Client) -> String {
    let path = format!("/api/work_sessions/{}", ann.start().await.text("id"));
    for what in ["pause", "resume", "pause", "resume", "end"] {
        app.advance_hours(1);
        assert_eq!(ann.post_empty(&format!("{path}/{what}")).await.status, 200);
    }
    path
}

/// What is seen of a user's sessions, but for what grows with each correction.
async fn seen(ann: &Client, path: &str) -> BTreeMap<&'static str, Value> {
    let mut session = ann.get(path).await.body;
    session["edits"] = Value::Null;
    let mut stats = ann.stats().await;
    stats["as_of"] = Value::Null;
    let mut days = ann.get(&format!("/api/stats/{}/days", ann.id)).await.body["days"].clone();
    for day in days.as_array_mut().into_iter().flatten() {
        (day["first_activity"], day["last_activity"]) = (Value::Null, Value::Null);
    }
    let counted = |day: &Value| {
        ["created_tasks", "completed_tasks", "sessions"].iter().any(|field| day[*field] != 0) || day["focus_seconds"] != 0.0
    };
    let days = days.as_array().into_iter().flatten().filter(|day| counted(day)).cloned().collect();
    BTreeMap::from([("session", session), ("stats", stats), ("days", days)])
}

/// What the latest correction says was there before, as a correction.
fn opposite(corrected: &Answer) -> Value {
    corrected.body["edits"].as_array().and_then(|edits| edits.last()).expect("a correction")["former"].clone()
}

#[tokio::test]
async fn what_a_correction_cuts_off_comes_back_with_the_opposite_one() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = interrupted(&app, &ann).await;
    let first = seen(&ann, &path).await;
    assert_eq!(first["session"]["duration"], 3.0);
    let short = ann.patch(&path, json!({ "end_time": "2026-01-14T11:30:00Z" })).await;
    let pauses = json!([{ "from": "2026-01-14T11:00:00.000000Z", "to": "2026-01-14T11:30:00.000000Z" }]);
    assert_eq!((&short.body["duration"], &short.body["pauses"]), (&json!(1.0), &pauses));
    assert_eq!(ann.stats().await["total_hours"], 1.0);
    let late = ann.patch(&path, json!({ "start_time": "2026-01-14T11:15:00Z" })).await;
    assert_eq!((&late.body["duration"], &late.body["pauses"][0]["from"]), (&json!(0.0), &json!("2026-01-14T11:15:00.000000Z")));
    // Not in the opposite order, and one by one.
    ann.patch(&path, json!({ "end_time": "2026-01-14T15:00:00Z" })).await;
    let back = ann.patch(&path, json!({ "start_time": "2026-01-14T10:00:00Z" })).await;
    assert_eq!((back.status, seen(&ann, &path).await), (200, first));
    assert_eq!(back.body["edits"].as_array().map(Vec::len), Some(4));
    assert_clean(&app).await;
}

#[tokio::test]
async fn pauses_are_corrected() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = interrupted(&app, &ann).await;
    let first = ann.get(&path).await;
    let pause = |from: &str, to: &str| json!({ "from": format!("2026-01-14T{from}Z"), "to": format!("2026-01-14T{to}Z") });
    for (pauses, field) in [
        (json!([pause("09:59:59", "10:30:00")]), "pauses"),
        (json!([pause("14:30:00", "15:00:00.000001")]), "pauses"),
        (json!([pause("11:00:00", "11:00:00")]), "pauses"),
        (json!([pause("12:00:00", "13:00:00"), pause("11:00:00", "12:00:00.000001")]), "pauses"),
        (json!([{ "from": "2026-01-14T11:00:00Z", "to": null }]), "pauses"),
        (json!([{ "from": "2026-01-14T11:00:00Z", "to": "noon" }]), "pauses[0].to"),
        (json!([pause("11:00:00", "12:00:00"), { "to": "2026-01-14T13:00:00Z" }]), "pauses[1].from"),
        (json!({}), "pauses"),
        (json!(null), "pauses"),
    ] {
        let refused = ann.patch(&path, json!({ "pauses": pauses })).await;
        assert_eq!(refused.assert_error(400, "invalid_field").text("field"), field, "{pauses}");
    }
    assert_eq!(ann.get(&path).await.body, first.body);
    let unsorted = json!({ "pauses": [pause("12:00:00", "12:30:00"), pause("10:00:00", "12:00:00")] });
    let edited = ann.patch(&path, unsorted.clone()).await;
    assert_eq!((edited.status, &edited.body["duration"]), (200, &json!(2.5)), "{edited:?}");
    assert_eq!(edited.body["pauses"][1]["to"], "2026-01-14T12:30:00.000000Z");
    assert_eq!(opposite(&edited), json!({ "pauses": first.body["pauses"] }));
    assert_eq!(ann.stats().await["total_hours"], 2.5);
    // The same again changes nothing.
    let same = ann.patch(&path, unsorted).await;
    assert_eq!((&same.body, same.header("etag")), (&edited.body, edited.header("etag")));
    assert_eq!(ann.patch(&path, json!({ "pauses": [] })).await.body["duration"], 5.0);
    assert_eq!(ann.patch(&path, opposite(&edited)).await.body["pauses"], first.body["pauses"]);
    assert_clean(&app).await;
}

#[tokio::test]
async fn start_and_pauses_of_the_active_session_are_corrected() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let earlier = ann.record(time("2026-01-14T08:00:00Z"), time("2026-01-14T09:00:00Z")).await.text("id");
    let path = format!("/api/work_sessions/{}", ann.start().await.text("id"));
    app.advance_hours(1);
    ann.post_empty(&format!("{path}/pause")).await;
    app.advance_hours(2);
    let first = seen(&ann, &path).await;
    for start in ["2026-01-13T12:59:59Z", "2026-01-14T13:00:01Z", "2026-01-14T11:00:01Z", "1999-01-01T00:00:00Z"] {
        let refused = ann.patch(&path, json!({ "start_time": start })).await;
        assert_eq!(refused.assert_error(400, "invalid_field").text("field"), "start_time", "{start}");
    }
    let overlaps = ann.patch(&path, json!({ "start_time": "2026-01-14T08:59:59Z" })).await;
    overlaps.assert_error(409, "sessions_overlap").assert_says(&format!("It would overlap the work session {earlier}"));
    ann.patch(&path, json!({ "end_time": "2026-01-14T12:00:00Z" })).await.assert_error(409, "session_active");
    let moved = ann.patch(&path, json!({ "start_time": "2026-01-14T09:00:00Z" })).await;
    assert_eq!((moved.status, opposite(&moved)), (200, json!({ "start_time": "2026-01-14T10:00:00.000000Z" })));
    // It goes on as if it had never been interrupted, and the work done since makes it due.
    let active = format!("/api/work_sessions/active?user_id={}", ann.id);
    let resumed = ann.patch(&path, json!({ "pauses": [] })).await;
    assert_eq!((&resumed.body["paused"], &ann.get(&active).await.body), (&json!(false), &resumed.body));
    assert_eq!(app.due().await, std::slice::from_ref(&ann.id));
    for corrected in [&resumed, &moved] {
        assert_eq!(ann.patch(&path, opposite(corrected)).await.status, 200);
    }
    assert_eq!(seen(&ann, &path).await, first);
    assert_eq!(ann.get(&active).await.body, ann.get(&path).await.body);
    assert_clean(&app).await;
    assert_eq!(ann.post_empty(&format!("{path}/end")).await.body["duration"], 1.0);
    assert_eq!(ann.get(&path).await.body["edits"].as_array().map(Vec::len), Some(4));
}

#[tokio::test]
async fn what_overlaps_already_can_be_corrected_but_not_made_worse() {
    let app = TestApp::new();
    import_all(&app, &overlapping()).await;
    let ann = app.anonymous().log_in("Ann", "password").await;
    let ann = app.anonymous().with_token(&ann.text("token"), ANN);
    let sessions = ann.get("/api/work_sessions").await.body;
    let [one, other] = [0, 1].map(|n| format!("/api/work_sessions/{}", sessions[n]["id"].as_str().expect("an id")));
    // From 9 to 12 and from 11 to 14.
    assert_eq!(ann.patch(&one, json!({ "note": "twice" })).await.status, 200);
    assert_eq!(ann.patch(&one, json!({ "start_time": "2025-09-24T08:00:00Z" })).await.status, 200);
    assert_eq!(ann.patch(&one, json!({ "end_time": "2025-09-24T11:30:00Z" })).await.status, 200);
    assert_eq!(ann.patch(&other, json!({ "end_time": "2025-09-24T13:00:00Z", "pauses": [] })).await.status, 200);
    for worse in [
        json!({ "end_time": "2025-09-24T11:30:01Z" }),
        json!({ "start_time": "2025-09-24T12:00:00Z", "end_time": "2025-09-24T12:30:00Z" }),
    ] {
        ann.patch(&one, worse).await.assert_error(409, "sessions_overlap");
    }
    assert_eq!(ann.patch(&other, json!({ "start_time": "2025-09-24T11:30:00Z" })).await.status, 200);
    ann.patch(&other, json!({ "start_time": "2025-09-24T11:29:59Z" })).await.assert_error(409, "sessions_overlap");
    assert_clean(&app).await;
}

#[tokio::test]
async fn a_session_that_is_deleted_counts_no_more() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.record(time("2026-01-12T22:00:00Z"), time("2026-01-13T02:00:00Z")).await;
    let path = interrupted(&app, &ann).await;
    let mut mirror = Mirror::default();
    mirror.catch_up(&ann).await;
    let tag = ann.get(&path).await.header("etag").expect("a tag").to_owned();
    ann.patch(&path, json!({ "note": "x" })).await;
    ann.clone().with_header("if-match", &tag).delete(&path).await.assert_error(412, "stale_etag");
    let tag = ann.get(&path).await.header("etag").expect("a tag").to_owned();
    assert_eq!(ann.stats().await["current_streak"], 2);
    assert_eq!(ann.clone().with_header("if-match", &tag).delete(&path).await.status, 204);
    for answer in [ann.get(&path).await, ann.delete(&path).await, ann.post_empty(&format!("{path}/end")).await] {
        answer.assert_error(404, "not_found");
    }
    let stats = ann.stats().await;
    assert_eq!((&stats["total_sessions"], &stats["total_hours"], &stats["longest_streak"]), (&json!(1), &json!(4.0), &json!(1)));
    mirror.catch_up(&ann).await;
    assert_eq!(mirror.of("work_sessions").len(), 1);
    assert_clean(&app).await;
    // The one that began the day before yesterday goes too, and takes both dates with it.
    let left = ann.get("/api/work_sessions").await.body[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(ann.delete(&format!("/api/work_sessions/{left}")).await.status, 204);
    assert_eq!(ann.stats().await["longest_streak"], 0);
    assert_clean(&app).await;
}

#[tokio::test]
async fn the_active_session_can_be_deleted() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = format!("/api/work_sessions/{}", ann.start().await.text("id"));
    assert_eq!(ann.post_empty(&format!("{path}/heartbeat")).await.status, 204);
    app.advance_hours(5);
    assert_eq!(ann.delete(&path).await.status, 204);
    assert_eq!(ann.get(&format!("/api/work_sessions/active?user_id={}", ann.id)).await.body, json!({ "active": false }));
    app.do_due().await.expect("done");
    assert_eq!(app.due().await, Vec::<String>::new());
    ann.post_empty(&format!("{path}/heartbeat")).await.assert_error(404, "not_found");
    let left = crate::support::events::documents(&app, &ann.id).await;
    assert!(left.iter().all(|document| document.key.kind != "heartbeats"), "{left:?}");
    assert_clean(&app).await;
    assert_eq!(ann.start().await.status, 201);
}

#[tokio::test]
async fn the_history_of_a_session_is_bounded_in_bytes() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let path = interrupted(&app, &ann).await;
    let mut refused = 0;
    for n in 0..250 {
        let answer = ann.patch(&path, json!({ "note": format!("{n} {}", "\u{20ac}".repeat(990)) })).await;
        if answer.status != 200 {
            answer.assert_error(409, "too_many_edits");
            refused += 1;
        }
    }
    assert!((200..250).contains(&refused), "{refused}");
    assert!(ann.get(&path).await.bytes.len() < 80_000);
    // What is no correction is not refused, and neither is deleting it.
    assert_eq!(ann.patch(&path, json!({})).await.status, 200);
    assert_eq!(ann.delete(&path).await.status, 204);
}

fn correction() -> impl Strategy<Value = Value> {
    let minute = |minute: i64| Timestamp::from_micros(time("2026-01-12T20:00:00Z").micros() + minute * 60_000_000 + minute);
    let pauses = prop::collection::vec((0..600_i64, 1..90_i64), 0..4).prop_map(move |list| {
        list.into_iter().map(|(from, long)| json!({ "from": minute(from), "to": minute(from + long) })).collect::<Value>()
    });
    let some = |strategy: BoxedStrategy<Value>| prop::option::weighted(0.4, strategy);
    let times = (0..300_i64).prop_map(move |n| json!(minute(n))).boxed();
    let ends = (200..700_i64).prop_map(move |n| json!(minute(n))).boxed();
    let notes = prop_oneof![Just(Value::Null), Just(json!("a")), Just(json!("b"))].boxed();
    (some(times), some(ends), some(notes), some(pauses.boxed())).prop_map(|(start, end, note, pauses)| {
        let members = [("start_time", start), ("end_time", end), ("note", note), ("pauses", pauses)];
        let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(given.collect::<Map<_, _>>())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Across midnight, among other sessions that are in the way.
    #[test]
    fn corrections_and_then_their_opposites_leave_everything_as_it_was(corrections in prop::collection::vec(correction(), 1..12)) {
        run(async {
            let app = TestApp::new();
            let ann = app.somebody().await;
            ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Asia/Kathmandu" })).await;
            ann.record(time("2026-01-12T18:00:00Z"), time("2026-01-12T20:10:00Z")).await;
            ann.record(time("2026-01-13T07:00:00Z"), time("2026-01-13T08:00:00Z")).await;
            let made = ann.record(time("2026-01-12T21:00:00Z"), time("2026-01-13T06:00:00Z")).await;
            let path = format!("/api/work_sessions/{}", made.text("id"));
            let mut states = Vec::new();
            for correction in corrections {
                let before = seen(&ann, &path).await;
                let edits = ann.get(&path).await.body["edits"].as_array().map(Vec::len);
                let answer = ann.patch(&path, correction).await;
                if answer.status == 200 && answer.body["edits"].as_array().map(Vec::len) != edits {
                    states.push((before, opposite(&answer)));
                } else {
                    assert_eq!(seen(&ann, &path).await, before, "{answer:?}");
                }
            }
            assert_clean(&app).await;
            while let Some((before, opposite)) = states.pop() {
                let answer = ann.patch(&path, opposite).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                assert_eq!(seen(&ann, &path).await, before);
            }
            assert_clean(&app).await;
        });
    }
}
