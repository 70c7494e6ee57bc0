//! Settings: their defaults, how they are changed, whose they are, and that a change concerns what comes.

use avanochi::{
    accounts::settings::model::{DaySettings, Settings},
    kernel::{Clock as _, DayStart, IdSource as _, RandomIds, UserId},
    ledger::{Day, Summary},
    migration::verify::Mode,
    store::{Batch, Collection, Partition, Stored, collection},
};
use serde_json::{Value, json};

use crate::{
    import::{assert_clean, check},
    support::{Answer, Client, TestApp, app_with_admin, time},
};

const PATH: &str = "/api/settings";

async fn settings(client: &Client) -> Value {
    let answer = client.get(PATH).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

async fn set(client: &Client, change: Value) -> Answer {
    let answer = client.patch(PATH, change).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

fn partition(client: &Client) -> Partition {
    Partition::of(UserId::parse(&client.id).expect("an id"))
}

async fn stored(app: &TestApp, client: &Client) -> Stored<Summary> {
    let found = Collection::<Summary>::new(app.store.clone()).get(partition(client), "summary").await.expect("read");
    found.expect("a summary")
}

async fn summary(app: &TestApp, client: &Client) -> Summary {
    stored(app, client).await.value
}

async fn day(app: &TestApp, client: &Client, date: &str) -> Day {
    let found = Collection::<Day>::new(app.store.clone()).get(partition(client), date).await.expect("read");
    found.expect("a day").value
}

#[tokio::test]
async fn whoever_never_changed_anything_has_the_defaults() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let expected = json!({ "user_id": ann.id, "language": "en", "day_start": "00:00", "week_start": "monday",
        "work_days": ["mon", "tue", "wed", "thu", "fri"], "work_hours": { "start": "09:00", "end": "18:00" },
        "day_target_minutes": 480, "overload_minutes": 510, "lunch": { "from": "12:00", "to": "14:30" },
        "hydration_goal_ml": 1800, "break_after_minutes": 50, "focus": null, "quiet_hours": null,
        "reminders": { "breaks": true, "hydration": true, "meals": true, "sessions": true, "check_in": true, "tasks": true },
        "goals": { "tasks": 3, "focus_minutes": 120 }, "summaries": { "daily": false, "weekly": false, "at": "18:30" },
        "carry_over": "weekly", "labour_rules": "none", "model_reads_sentences": false, "updated_at": null });
    let first = ann.get(PATH).await;
    assert_eq!((first.status, &first.body), (200, &expected));
    let tag = first.header("etag").expect("a version").to_owned();
    assert_eq!(ann.clone().with_header("if-none-match", &tag).get(PATH).await.status, 304);
    assert_ne!(app.user("bob").await.get(PATH).await.header("etag"), Some(tag.as_str()));

    // Nothing was changed, so nothing is written.
    for same in [json!({}), json!({ "language": "en" }), json!({ "focus": null, "goals": { "tasks": null } })] {
        let answer = set(&ann, same).await;
        assert_eq!((answer.header("etag"), &answer.body), (Some(tag.as_str()), &expected));
    }
    assert_eq!(summary(&app, &ann).await.seq, 1);
    // Who believes that nothing was changed is right until it is.
    let believing = ann.clone().with_header("if-match", &tag);
    assert_eq!(set(&believing, json!({ "language": "es" })).await.body["language"], "es");
    believing.patch(PATH, json!({ "language": "en" })).await.assert_error(412, "stale_etag");
}

#[tokio::test]
async fn what_is_changed_is_shown_told_and_put_back() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let before = settings(&ann).await;
    let change = json!({ "work_hours": { "start": "22:00", "end": "06:00" }, "work_days": [], "quiet_hours": { "from": "21:00", "to": "07:00" },
        "focus": { "work": 25, "rest": 5, "long_rest": 15, "every": 4 }, "reminders": { "meals": false }, "summaries": { "at": "19:00" } });
    let changed = set(&ann, change.clone()).await;
    assert_eq!((&changed.body["reminders"]["meals"], &changed.body["reminders"]["tasks"]), (&json!(false), &json!(true)));
    assert_eq!((&changed.body["work_days"], &changed.body["updated_at"]), (&json!([]), &json!("2026-01-14T10:00:00.000000Z")));
    let got = ann.get(PATH).await;
    assert_eq!((&got.body, got.header("etag")), (&changed.body, changed.header("etag")));
    let told = ann.get("/api/changes").await.body;
    let told = told["changes"].as_array().expect("changes").iter().find(|change| change["kind"] == "settings").expect("told");
    assert_eq!((&told["id"], &told["op"], &told["item"]), (&json!(ann.id), &json!("upsert"), &changed.body));
    assert!(!Settings::of(&summary(&app, &ann).await).expect("settings").reminders.meals);

    let nulls: Value = change.as_object().expect("an object").keys().map(|name| (name.clone(), Value::Null)).collect();
    let mut back = set(&ann, nulls).await.body;
    back["updated_at"] = Value::Null;
    assert_eq!(back, before);
    assert!(summary(&app, &ann).await.facts.is_empty());
    assert_clean(&app).await;
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_path_and_changes_nothing() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let before = settings(&ann).await;
    for (wrong, field) in [
        (json!({ "language": "de" }), "language"),
        (json!({ "language": 1 }), "language"),
        (json!({ "day_start": "12:01" }), "day_start"),
        (json!({ "day_start": "4:00" }), "day_start"),
        (json!({ "day_start": 240 }), "day_start"),
        (json!({ "week_start": "tuesday" }), "week_start"),
        (json!({ "work_days": "mon" }), "work_days"),
        (json!({ "work_days": ["mon", "monday"] }), "work_days[1]"),
        (json!({ "work_days": ["mon", "tue", "mon"] }), "work_days[2]"),
        (json!({ "work_hours": { "start": "09:00" } }), "work_hours.end"),
        (json!({ "work_hours": { "start": null, "end": "18:00" } }), "work_hours.start"),
        (json!({ "work_hours": { "start": "09:00", "end": "24:00" } }), "work_hours.end"),
        (json!({ "work_hours": { "start": "09:00", "end": "09:00" } }), "work_hours.end"),
        (json!({ "work_hours": [] }), "work_hours"),
        (json!({ "day_target_minutes": 59 }), "day_target_minutes"),
        (json!({ "day_target_minutes": 721 }), "day_target_minutes"),
        (json!({ "day_target_minutes": 511 }), "day_target_minutes"),
        (json!({ "overload_minutes": 479 }), "overload_minutes"),
        (json!({ "overload_minutes": 901 }), "overload_minutes"),
        (json!({ "lunch": { "from": "14:00", "to": "14:00" } }), "lunch.to"),
        (json!({ "lunch": { "from": "14:00", "to": "13:00" } }), "lunch.to"),
        (json!({ "hydration_goal_ml": 499 }), "hydration_goal_ml"),
        (json!({ "hydration_goal_ml": 4001 }), "hydration_goal_ml"),
        (json!({ "break_after_minutes": 19 }), "break_after_minutes"),
        (json!({ "break_after_minutes": 91 }), "break_after_minutes"),
        (json!({ "break_after_minutes": 25.5 }), "break_after_minutes"),
        (json!({ "focus": { "work": 4, "rest": 5, "long_rest": 15, "every": 4 } }), "focus.work"),
        (json!({ "focus": { "work": 25, "rest": 31, "long_rest": 15, "every": 4 } }), "focus.rest"),
        (json!({ "focus": { "work": 25, "rest": 5, "long_rest": 4, "every": 4 } }), "focus.long_rest"),
        (json!({ "focus": { "work": 25, "rest": 5, "long_rest": 15, "every": 9 } }), "focus.every"),
        (json!({ "focus": { "work": 25, "rest": 5, "long_rest": 15 } }), "focus.every"),
        (json!({ "quiet_hours": { "from": "22:00", "to": "22:00" } }), "quiet_hours.to"),
        (json!({ "reminders": { "meals": "no" } }), "reminders.meals"),
        (json!({ "goals": { "tasks": 51 } }), "goals.tasks"),
        (json!({ "goals": { "focus_minutes": 24 } }), "goals.focus_minutes"),
        (json!({ "summaries": { "at": "half past six" } }), "summaries.at"),
        (json!({ "carry_over": "monthly" }), "carry_over"),
        (json!({ "labour_rules": "fr" }), "labour_rules"),
        (json!({ "model_reads_sentences": "yes" }), "model_reads_sentences"),
        (json!({ "time_zone": "Asia/Tokyo" }), "time_zone"),
    ] {
        let answer = ann.patch(PATH, wrong.clone()).await;
        answer.assert_error(400, "invalid_field");
        assert_eq!(answer.body["field"], field, "{wrong}: {answer:?}");
        let error = answer.body["error"].as_str().expect("a sentence");
        assert!(error.contains(field) || field == "time_zone", "{wrong}: {error}");
    }
    for good in [
        json!({ "day_target_minutes": 600, "overload_minutes": 600 }),
        json!({ "day_target_minutes": null, "overload_minutes": null }),
        json!({ "break_after_minutes": 90, "hydration_goal_ml": 4000, "day_start": "12:00", "goals": { "tasks": 50, "focus_minutes": 240 } }),
        json!({ "break_after_minutes": null, "hydration_goal_ml": null, "day_start": null, "goals": null }),
    ] {
        set(&ann, good).await;
    }
    let mut after = settings(&ann).await;
    after["updated_at"] = Value::Null;
    assert_eq!(after, before);
}

#[tokio::test]
async fn nobody_but_the_owner_reaches_them() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    let named = format!("{PATH}?user_id={}", ann.id);
    assert_eq!(ann.get(&named).await.body["user_id"], ann.id);
    for other in [&admin, &app.user("bob").await] {
        other.get(&named).await.assert_error(403, "forbidden");
        other.patch(&named, json!({ "language": "es" })).await.assert_error(403, "forbidden");
        other.get("/api/settings?user_id=nobody").await.assert_error(403, "forbidden");
    }
    assert_eq!(settings(&ann).await["language"], "en");
    assert_eq!(settings(&admin).await["user_id"], admin.id);
}

/// R-D1, and that what was counted stays as it is.
#[tokio::test]
async fn what_is_done_before_the_day_starts_belongs_to_the_date_before() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Europe/Madrid" })).await;
    app.clock.set(time("2026-01-15T01:30:00Z"));
    let early = ann.complete_new_task().await;
    set(&ann, json!({ "day_start": "04:00" })).await;
    // It is the 14th again, and what was counted for the 15th stays there.
    ann.complete_new_task().await;
    let session = ann.start().await.text("id");
    app.clock.set(time("2026-01-15T04:30:00Z"));
    assert_eq!(ann.end(&session).await.status, 200);
    let days = async || ann.get(&format!("/api/stats/{}/days?from=2026-01-14&to=2026-01-15", ann.id)).await.body["days"].clone();
    let found = days().await;
    let counted =
        |day: &Value| [&day["date"], &day["completed_tasks"], &day["sessions"], &day["focus_seconds"]].map(Clone::clone);
    assert_eq!(counted(&found[0]), [json!("2026-01-14"), json!(1), json!(0), json!(5400.0)]);
    assert_eq!(counted(&found[1]), [json!("2026-01-15"), json!(1), json!(1), json!(5400.0)]);
    // Times of day are always the wall clock's: 02:30 of the following calendar date.
    assert_eq!((&found[0]["focus_by_hour"][2], &found[0]["focus_by_hour"][3]), (&json!(1800.0), &json!(3600.0)));
    assert_eq!((&found[1]["focus_by_hour"][4], &found[1]["focus_by_hour"][5]), (&json!(3600.0), &json!(1800.0)));
    let listed = async |query: &str| ann.get(&format!("/api/work_sessions?{query}")).await.body.as_array().map(Vec::len);
    assert_eq!((listed("to=2026-01-14").await, listed("from=2026-01-15").await), (Some(1), Some(0)));
    assert_clean(&app).await;

    // Taken back exactly, though the user lives by another rule now.
    set(&ann, json!({ "day_start": null })).await;
    let path = format!("/api/work_sessions/{session}");
    assert_eq!(ann.patch(&path, json!({ "end_time": "2026-01-15T02:00:00Z" })).await.status, 200);
    assert_eq!(days().await[0]["focus_by_hour"][2], 1800.0);
    ann.delete(&path).await;
    ann.delete(&format!("/api/tasks/{early}")).await;
    assert_eq!(counted(&days().await[0]), [json!("2026-01-14"), json!(1), json!(0), json!(0.0)]);
    assert_clean(&app).await;
}

/// Decision on days: each keeps what was set when it was first written, and those without one have what held at their end.
#[tokio::test]
async fn each_day_keeps_what_was_set_for_it() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let goals = |n: u32| json!({ "goals": { "tasks": n } });
    let kept = |day: &Day| DaySettings::of(day.terms.as_ref().expect("terms")).expect("settings").goals.tasks.get();
    ann.create_task("on the 14th").await;
    set(&ann, goals(5)).await;
    app.advance_hours(24);
    set(&ann, goals(6)).await;
    set(&ann, json!({ "day_start": "02:00", "goals": { "tasks": 7 } })).await;
    app.advance_hours(48);
    ann.patch(&format!("/api/users/{}", ann.id), json!({ "time_zone": "Asia/Tokyo" })).await;
    ann.create_task("on the 17th").await;
    app.advance_hours(24);
    ann.create_task("on the 18th").await;

    // The 14th was written before anything was set, the 17th by what holds there now.
    let (first, second) = (day(&app, &ann, "2026-01-14").await, day(&app, &ann, "2026-01-17").await);
    assert_eq!((kept(&first), kept(&second)), (3, 7));
    let terms = second.terms.as_ref().expect("terms");
    assert_eq!((terms.zone.name(), terms.day_start), ("Asia/Tokyo", DayStart::after_midnight(120).expect("a start")));
    // Of dates without a day: what held at their end, whatever was set on the same date before.
    let summary = summary(&app, &ann).await;
    let held = |date: &str| {
        let terms = summary.terms_on(date.parse().expect("a date"));
        (terms.zone.name(), DaySettings::of(&terms).expect("settings").goals.tasks.get())
    };
    let expected = [("UTC", 3), ("UTC", 5), ("UTC", 7), ("UTC", 7), ("Asia/Tokyo", 7)];
    assert_eq!(["2026-01-13", "2026-01-14", "2026-01-15", "2026-01-16", "2026-01-18"].map(held), expected);
    // So has one that gets its day afterwards.
    let (start, end) = (time("2026-01-16T09:00:00Z"), time("2026-01-16T10:00:00Z"));
    assert_eq!(ann.record(start, end).await.status, 201);
    let later = day(&app, &ann, "2026-01-16").await;
    assert_eq!((kept(&later), later.terms.expect("terms").zone.name()), (7, "UTC"));
    assert!(app.clock.now() > end);
    assert_clean(&app).await;
}

#[tokio::test]
async fn what_the_summary_has_lost_is_found_in_the_document() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    set(&ann, json!({ "day_start": "04:00", "goals": { "tasks": 5 } })).await;
    let Stored { value: mut lost, etag, .. } = stored(&app, &ann).await;
    Settings::default().keep(&mut lost).expect("kept");
    let op = RandomIds::default().next(app.clock.now());
    let write = collection::replace(&lost, lost.seq, &etag).expect("a write");
    app.store.commit(Batch::new(partition(&ann), op).with(write)).await.expect("written");

    let (_, told) = check(&app, Mode::Repair).await;
    assert_eq!(told, ["day_start is 0 and should be 240", "settings differ from their document"]);
    let found = summary(&app, &ann).await;
    assert_eq!((Settings::of(&found).expect("settings").goals.tasks.get(), found.day_start.minutes()), (5, 240));
    assert_eq!(DaySettings::of(&found.terms()).expect("settings").goals.tasks.get(), 5);
    assert_clean(&app).await;
}
