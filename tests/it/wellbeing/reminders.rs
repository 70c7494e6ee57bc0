//! Reminders from what people do, through the timer, to what they answer.

use serde_json::{Value, json};

use crate::{
    import::assert_clean,
    support::{
        Client, TestApp,
        events::{dispatch, drain, tick},
    },
};

/// The timer, and all that follows from it, at each of so many minutes.
async fn minutes(app: &TestApp, count: u32) {
    for _ in 0..count {
        app.advance_seconds(60);
        let _ = tick(app).await;
        drain(app, async |payload, attempt| {
            dispatch(&app.app.jobs, "jobs", avanochi::jobs::Event::Message { payload, attempt }).await
        })
        .await;
    }
}

async fn all(client: &Client) -> Vec<Value> {
    client.get("/api/nudges").await.body.as_array().expect("a list").clone()
}

/// When each was made, and its kind.
async fn made(client: &Client) -> Vec<(String, String)> {
    let shown = |nudge: &Value| {
        let of = |name: &str| nudge[name].as_str().expect("text").to_owned();
        (of("created_at")[11..16].to_owned(), of("kind"))
    };
    all(client).await.iter().map(shown).collect()
}

fn expected(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(at, kind)| ((*at).to_owned(), (*kind).to_owned())).collect()
}

async fn answer(client: &Client, nudge: &Value, answer: Value) -> crate::support::Answer {
    client.post(&format!("/api/nudges/{}", nudge["id"].as_str().expect("an id")), answer).await
}

#[tokio::test]
async fn a_break_is_spoken_of_when_it_is_due_and_again_when_it_was_snoozed() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.be_reminded_of(&["breaks"]).await;
    let id = ann.start().await.text("id");
    minutes(&app, 49).await;
    assert_eq!(made(&ann).await, []);
    minutes(&app, 2).await;
    let due = json!({ "id": all(&ann).await[0]["id"], "user_id": ann.id, "kind": "break_due", "key": "nudge_break_due",
        "text": "You have worked for 50 minutes. Take a break of five minutes or more.", "evidence": { "continuous_minutes": 50 },
        "created_at": "2026-01-14T10:50:00.000000Z", "state": "new", "until": null });
    assert_eq!(all(&ann).await, std::slice::from_ref(&due));
    let changes = ann.get("/api/changes").await.body;
    let told = changes["changes"].as_array().expect("changes").iter().rfind(|one| one["kind"] == "nudges").expect("told");
    assert_eq!(told["item"], due);

    let snooze = answer(&ann, &due, json!({ "action": "snooze", "minutes": 10 })).await;
    assert_eq!((snooze.status, &snooze.body["state"]), (200, &json!("snoozed")));
    assert_eq!(snooze.body["until"], "2026-01-14T11:01:00.000000Z");
    let again = answer(&ann, &due, json!({ "action": "snooze", "minutes": 200 })).await;
    assert_eq!((again.status, &again.body), (200, &snooze.body));
    minutes(&app, 10).await;
    let returned = all(&ann).await;
    assert_eq!((returned.len(), &returned[0]["state"], &returned[0]["created_at"]), (1, &json!("new"), &due["created_at"]));
    assert_eq!(returned[0]["evidence"]["continuous_minutes"], 61);
    // Half an hour after it is due it is overdue.
    minutes(&app, 60).await;
    assert_eq!(made(&ann).await, expected(&[("10:50", "break_due"), ("11:31", "break_overdue")]));
    // A pause puts the next one off, which goes with the work.
    ann.post_empty(&format!("/api/work_sessions/{id}/pause")).await;
    minutes(&app, 30).await;
    ann.post_empty(&format!("/api/work_sessions/{id}/resume")).await;
    minutes(&app, 51).await;
    assert_eq!(made(&ann).await[2..], expected(&[("13:21", "break_due")]));
    ann.end(&id).await;
    minutes(&app, 60).await;
    assert_eq!((made(&ann).await.len(), app.due().await), (3, vec![]));
    assert_clean(&app).await;
}

#[tokio::test]
async fn what_is_entered_or_answered_decides_what_comes() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.be_reminded_of(&["hydration", "check_in"]).await;
    assert_eq!(ann.patch("/api/settings", json!({ "language": "es" })).await.status, 200);
    ann.post("/api/hydration", json!({ "ml": 50 })).await;
    minutes(&app, 45).await;
    let nudges = all(&ann).await;
    assert_eq!(made(&ann).await, expected(&[("10:30", "hydration")]));
    assert_eq!(nudges[0]["evidence"], json!({ "ml": 50, "goal_ml": 1800, "behind_ml": 250 }));
    assert_eq!(nudges[0]["text"], "Has bebido 250 ml menos de lo previsto hasta ahora. Toma un vaso de agua.");
    // It stays in the language in which it was made.
    assert_eq!(ann.patch("/api/settings", json!({ "language": "en" })).await.status, 200);
    assert_eq!(all(&ann).await, nudges);
    assert_eq!(answer(&ann, &nudges[0], json!({ "action": "dismiss" })).await.body["state"], "dismissed");
    for other in ["done", "snooze"] {
        answer(&ann, &nudges[0], json!({ "action": other })).await.assert_error(409, "already_answered");
    }
    assert_eq!(answer(&ann, &nudges[0], json!({ "action": "dismiss" })).await.status, 200);
    minutes(&app, 120).await;
    assert_eq!(made(&ann).await.len(), 1);
    // Somebody who works is asked how it goes, unless it was said.
    ann.start().await;
    minutes(&app, 2).await;
    assert_eq!(made(&ann).await[1..], expected(&[("12:46", "check_in")]));
    // On the next date it is drinking again, and nobody is looked at before there is something.
    app.advance_hours(22);
    assert_eq!(ann.post("/api/check_ins", json!({ "energy": 3 })).await.status, 201);
    minutes(&app, 1).await;
    assert_eq!(made(&ann).await[2..], expected(&[("10:48", "hydration")]));
    assert_clean(&app).await;
}

#[tokio::test]
async fn nobody_is_reminded_in_quiet_hours_while_busy_or_on_time_off() {
    let app = TestApp::new();
    let (ann, bob, eve) = (app.user("ann").await, app.user("bob").await, app.user("eve").await);
    let quiet = json!({ "quiet_hours": { "from": "10:30", "to": "11:10" } });
    assert_eq!(ann.patch("/api/settings", quiet).await.status, 200);
    assert_eq!(bob.patch("/api/presence", json!({ "busy_until": "2026-01-14T12:00:00Z" })).await.status, 200);
    let off = json!({ "from": "2026-01-14", "to": "2026-01-14", "kind": "vacation" });
    assert_eq!(eve.post("/api/time_off", off).await.status, 201);
    for client in [&ann, &bob, &eve] {
        client.post("/api/check_ins", json!({ "energy": 3 })).await;
        client.be_reminded_of(&["breaks"]).await;
        client.start().await;
    }
    minutes(&app, 121).await;
    assert_eq!(made(&ann).await, expected(&[("11:10", "break_due"), ("11:40", "break_overdue")]));
    // What fell due meanwhile is told as it is afterwards.
    assert_eq!(made(&bob).await, expected(&[("12:00", "break_overdue")]));
    assert_eq!((made(&eve).await, app.due().await), (vec![], vec![]));
}

#[tokio::test]
async fn tasks_of_the_date_are_spoken_of_once() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    for client in [&ann, &bob] {
        client.be_reminded_of(&["tasks"]).await;
    }
    let due = ann.task_with(json!({ "due_on": "2026-01-14", "due_time": "11:00" })).await;
    ann.task_with(json!({ "planned_for": "2026-01-14" })).await;
    for planned in ["2026-01-13", "2026-01-14", "2026-01-15"] {
        bob.task_with(json!({ "planned_for": planned })).await;
    }
    for client in [&ann, &bob] {
        client.post("/api/hydration", json!({ "ml": 250 })).await;
    }
    minutes(&app, 500).await;
    assert_eq!(made(&ann).await, expected(&[("10:30", "tasks")]));
    let told = &all(&ann).await[0];
    assert_eq!((&told["key"], &told["text"]), (&json!("nudge_tasks_due"), &json!("A task of today is due at 11:00.")));
    assert_eq!(told["evidence"], json!({ "task_id": due["id"], "due_time": "11:00" }));
    assert_eq!(made(&bob).await, expected(&[("16:00", "tasks")]));
    assert_eq!(all(&bob).await[0]["text"], "2 tasks of today are still open.");
}

#[tokio::test]
async fn how_soon_reminders_are_done_is_a_metric() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    ann.be_reminded_of(&["breaks"]).await;
    let response = async || {
        let report = ann.get(&format!("/api/stats/{}/metrics", ann.id)).await.body;
        let all = report["metrics"].as_array().expect("metrics").clone();
        all.into_iter().find(|metric| metric["key"] == "nudge_response").expect("a metric")["value"].clone()
    };
    ann.start().await;
    minutes(&app, 55).await;
    assert_eq!(response().await, Value::Null);
    let first = all(&ann).await[0].clone();
    assert_eq!(answer(&ann, &first, json!({ "action": "done" })).await.body["state"], "done");
    assert_eq!(response().await, 5.0);
    minutes(&app, 45).await;
    app.advance_seconds(90);
    let second = all(&ann).await[1].clone();
    assert_eq!(second["created_at"], "2026-01-14T11:30:00.000000Z");
    for _ in 0..2 {
        assert_eq!(answer(&ann, &second, json!({ "action": "done" })).await.status, 200);
    }
    // Halfway between 5 and 11.5 minutes.
    assert_eq!(response().await, 8.25);
    assert_clean(&app).await;
}

#[tokio::test]
async fn reminders_are_listed_by_dates_and_wrong_answers_are_named() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let first = ann.be_reminded(&app).await;
    app.advance_hours(24);
    let second = ann.be_reminded(&app).await;
    let listed = async |query: &str| {
        let listed = ann.get(&format!("/api/nudges{query}")).await.body;
        listed.as_array().expect("a list").iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, [first.clone(), second.clone()]);
    assert_eq!(listed("?to=2026-01-14").await, std::slice::from_ref(&first));
    assert_eq!(listed("?from=2026-01-15&to=2026-01-15").await, [second]);
    assert_eq!(ann.all_pages("/api/nudges", 1).await.len(), 2);
    ann.get("/api/nudges?from=2026-01-15&to=2026-01-14").await.assert_error(400, "invalid_parameter");
    let path = format!("/api/nudges/{first}");
    for (wrong, field) in [
        (json!({}), "action"),
        (json!({ "action": "later" }), "action"),
        (json!({ "action": "snooze", "minutes": 4 }), "minutes"),
        (json!({ "action": "snooze", "minutes": 241 }), "minutes"),
    ] {
        let refused = ann.post(&path, wrong).await;
        refused.assert_error(400, "invalid_field");
        assert_eq!(refused.body["field"], field);
    }
    let usual = ann.post(&path, json!({ "action": "snooze" })).await;
    assert_eq!(usual.body["until"], "2026-01-15T11:57:00.000000Z");
    ann.post(&format!("/api/nudges/{}", ann.id), json!({ "action": "done" })).await.assert_error(404, "not_found");
}

#[tokio::test]
async fn one_from_before_there_were_others_is_still_shown() {
    use avanochi::{
        kernel::{Clock as _, IdSource as _, RandomIds},
        store::{Batch, Draft, Write},
    };
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let session = "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f";
    let former = json!({ "id": format!("{session}-4h"), "user_id": ann.id, "work_session_id": session, "hours": 4,
        "created_at": "2026-01-14T09:00:00.000000Z" });
    let draft = Draft {
        kind: "nudges".into(),
        id: format!("{session}-4h"),
        seq: 1,
        places: [Some(app.clock.now().micros()), None, None, None],
        facet: None,
        published: true,
        expires_at: None,
        body: former.to_string(),
    };
    let batch = Batch::new(crate::support::events::partition(&ann.id), RandomIds::default().next(app.clock.now()));
    app.store.commit(batch.with(Write::Create(draft))).await.expect("written");
    let shown = &all(&ann).await[0];
    assert_eq!((&shown["kind"], &shown["state"]), (&json!("session_running"), &json!("dismissed")));
    assert_eq!(shown["evidence"], json!({ "work_session_id": session, "hours": 4 }));
    assert_clean(&app).await;
}
