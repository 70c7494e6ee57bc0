//! The check of what the summary knows of wellbeing and time off: what was entered for the present dates, the rest under way, the
//! time off to come, until when somebody is busy.

use avanochi::{
    ledger::{Counter, Fact, Summary},
    migration::verify::Mode,
    wellbeing::{
        recent::Recent,
        rests::booking::{ActiveRest, END},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    import::{assert_clean, check, import_all, log_in, realistic},
    support::{Client, TestApp, time},
    verify::damage,
};

/// A fact as it may have been written by anybody.
macro_rules! anything {
    ($name:ident, $fact:literal) => {
        #[derive(Serialize, Deserialize)]
        struct $name(Value);

        impl Fact for $name {
            const NAME: &'static str = $fact;
        }
    };
}

anything!(Entered, "recent_entries");
anything!(Rest, "active_rest");
anything!(Off, "time_off_ahead");
anything!(Busy, "busy_until");

async fn ann() -> (TestApp, Client) {
    let app = TestApp::new();
    import_all(&app, &realistic()).await;
    let ann = log_in(&app, "ann").await;
    (app, ann)
}

async fn enter(ann: &Client, path: &str, new: Value) -> String {
    let made = ann.post(&format!("/api/{path}"), new).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.text("id")
}

/// The damage is found as this, mended, and then there is nothing more to be found.
async fn assert_repairs(app: &TestApp, change: impl FnOnce(&mut Summary), expected: &str) {
    assert_clean(app).await;
    damage(app, change).await;
    for mode in [Mode::Report, Mode::Report, Mode::Repair] {
        assert_eq!(check(app, mode).await.1, [expected]);
    }
    assert_clean(app).await;
}

#[tokio::test]
async fn what_is_counted_of_wellbeing_is_compared() {
    let (app, ann) = ann().await;
    enter(&ann, "hydration", json!({ "ml": 400 })).await;
    enter(&ann, "check_ins", json!({ "energy": 3 })).await;
    let water = |summary: &mut Summary| summary.counts.change(Counter::named("water_ml"), 5);
    assert_repairs(&app, water, "water_ml is 405 and should be 400").await;
    let check_ins = |summary: &mut Summary| summary.counts.change(Counter::named("check_ins"), -1);
    assert_repairs(&app, check_ins, "check_ins is 0 and should be 1").await;
}

#[tokio::test]
async fn the_entries_of_the_present_dates_are_those_that_were_entered() {
    let (app, ann) = ann().await;
    for (path, new) in [
        ("hydration", json!({ "ml": 400 })),
        ("hydration", json!({ "ml": 300, "at": "2026-01-12T10:00:00Z" })),
        ("meals", json!({ "kind": "lunch" })),
        ("rests", json!({ "kind": "short", "start_time": "2026-01-14T09:00:00Z", "end_time": "2026-01-14T09:05:00Z" })),
    ] {
        enter(&ann, path, new).await;
    }
    let today = async || {
        let today = ann.get("/api/wellbeing/today").await.body;
        (today["hydration"]["ml"].clone(), today["meals"].as_array().map(Vec::len), today["rests"].as_array().map(Vec::len))
    };
    let right = today().await;
    assert_eq!(right, (json!(400), Some(1), Some(1)));
    let words = "recent_entries differ from what was entered";
    for wrong in [
        json!({ "from": "2026-01-14" }),
        json!({ "from": "2026-01-14", "days": { "2026-01-14": { "drinks": [[0, 9]] } } }),
        json!("?"),
    ] {
        assert_repairs(&app, |summary| summary.facts.set(&Entered(wrong)).expect("JSON"), words).await;
        assert_eq!(today().await, right);
    }
    // What is not known is looked up, and no damage.
    damage(&app, |summary| summary.facts.clear::<Recent>()).await;
    assert_clean(&app).await;
    assert_eq!(today().await, right);
}

#[tokio::test]
async fn the_rest_under_way_is_known_and_due() {
    let (app, ann) = ann().await;
    let id = enter(&ann, "rests/start", json!({ "kind": "short" })).await;
    let right = format!("{id} since 2026-01-14T10:00:00.000000Z with 2026-01-14T12:00:00.000000Z due");
    let undue = right.replace("2026-01-14T12:00:00.000000Z due", "nothing due");
    let without = |summary: &mut Summary| summary.due.set(END, None);
    assert_repairs(&app, without, &format!("active_rest is {undue} and should be {right}")).await;
    let unknown = |summary: &mut Summary| {
        summary.facts.clear::<ActiveRest>();
        summary.due.set(END, None);
    };
    assert_repairs(&app, unknown, &format!("active_rest is none and should be {right}")).await;
    let unreadable = |summary: &mut Summary| summary.facts.set(&Rest(json!("?"))).expect("JSON");
    assert_repairs(&app, unreadable, &format!("active_rest is unreadable and should be {right}")).await;
    // What could not be done is put off.
    damage(&app, |summary| summary.due.set(END, Some(time("2026-01-14T13:00:00Z")))).await;
    assert_clean(&app).await;
    assert_eq!(ann.post_empty(&format!("/api/rests/{id}/end")).await.status, 200);
    let due = |summary: &mut Summary| summary.due.set(END, Some(time("2026-01-14T13:00:00Z")));
    assert_repairs(&app, due, "active_rest is none with 2026-01-14T13:00:00.000000Z due and should be none").await;
}

#[tokio::test]
async fn time_off_from_before_it_was_known_is_found() {
    let (app, ann) = ann().await;
    let off = |from: &str, to: &str| json!({ "from": from, "to": to, "kind": "vacation" });
    enter(&ann, "time_off", off("2026-01-14", "2026-01-15")).await;
    enter(&ann, "time_off", off("2025-12-01", "2025-12-05")).await;
    let had = async || ann.get("/api/wellbeing/today").await.body["hydration"]["behind_ml"].clone();
    // On a date off nobody is behind.
    assert_eq!(had().await, 0);
    let words = "time_off_ahead differs from the time off that was entered";
    assert_repairs(&app, |summary| summary.facts.clear::<Off>(), words).await;
    assert_eq!(had().await, 0);
    for wrong in [json!({ "dates": [{ "from": "2026-01-14", "to": "2026-01-16" }] }), json!(7)] {
        assert_repairs(&app, |summary| summary.facts.set(&Off(wrong)).expect("JSON"), words).await;
    }
    // More than there is room for: those further away are looked up.
    for month in 3..=12 {
        for day in [1, 10] {
            let date = format!("2026-{month:02}-{day:02}");
            enter(&ann, "time_off", off(&date, &date)).await;
        }
    }
    assert_repairs(&app, |summary| summary.facts.clear::<Off>(), words).await;
    app.advance_hours(24 * 60);
    assert_clean(&app).await;
}

#[tokio::test]
async fn until_when_somebody_is_busy_is_what_the_document_says() {
    let (app, ann) = ann().await;
    let busy = json!({ "busy_until": "2026-01-14T11:00:00Z" });
    assert_eq!(ann.patch("/api/presence", busy).await.status, 200);
    let words = "busy_until differs from its document";
    assert_repairs(&app, |summary| summary.facts.clear::<Busy>(), words).await;
    assert_eq!(ann.get("/api/presence").await.body["busy_until"], "2026-01-14T11:00:00.000000Z");
    let other = |summary: &mut Summary| summary.facts.set(&Busy(json!("2026-01-14T12:00:00.000000Z"))).expect("JSON");
    assert_repairs(&app, other, words).await;
    // It may be over.
    app.advance_hours(24);
    assert_clean(&app).await;
    assert_eq!(ann.patch("/api/presence", json!({ "busy_until": "2026-01-15T11:00:00Z" })).await.status, 200);
    assert_eq!(ann.patch("/api/presence", json!({ "busy_until": null })).await.status, 200);
    assert_clean(&app).await;
}
