//! Recommendations through the router.

use serde_json::{Value, json};

use super::{Play, assert_clean};

fn ids(listed: &Value) -> Vec<&str> {
    listed.as_array().expect("a list").iter().map(|one| one["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn what_was_answered_is_silent_for_a_week_and_clients_are_told() {
    let mut play = Play::new().await;
    // Three hours into the hours of work, with nothing drunk.
    play.clock(12 * 60);
    let listed = play.get("/api/recommendations").await;
    assert_eq!(ids(&listed), ["lunch_now:2026-01-19", "drink_water:2026-01-19"]);
    let water = json!({ "id": "drink_water:2026-01-19", "rule": "drink_water", "key": "recommend_drink_water",
        "text": "You are 600 ml behind what you planned to drink. Have a glass of water.", "evidence": { "ml": 600 },
        "action": { "method": "POST", "path": "/api/hydration", "body": { "ml": 250 } } });
    assert_eq!(listed[1], water);
    // Looking again writes nothing.
    let seq = play.get("/api/changes").await["changes"].as_array().map(Vec::len);
    play.get("/api/recommendations").await;
    assert_eq!(play.get("/api/changes").await["changes"].as_array().map(Vec::len), seq);

    let path = "/api/recommendations/drink_water:2026-01-19";
    let answer = |action: &str| play.ann.post(path, json!({ "action": action }));
    let answered = answer("dismiss").await;
    let expected =
        json!({ "id": "drink_water:2026-01-19", "rule": "drink_water", "state": "dismissed", "silent_until": "2026-01-26" });
    assert_eq!((answered.status, &answered.body), (200, &expected));
    assert_eq!(answer("dismiss").await.body, expected);
    answer("done").await.assert_error(409, "already_answered");
    answer("later").await.assert_error(400, "invalid_field");
    let unknown = play.ann.post("/api/recommendations/drink_water:2026-01-18", json!({ "action": "done" })).await;
    unknown.assert_error(404, "not_found");
    let changes = play.get("/api/changes").await;
    let told =
        changes["changes"].as_array().expect("changes").iter().rfind(|one| one["kind"] == "recommendations").expect("told");
    let open = json!([{ "id": "lunch_now:2026-01-19", "rule": "lunch_now" }]);
    assert_eq!(told["item"], json!({ "user_id": play.ann.id, "open": open, "answered": [expected] }));
    for _ in 0..7 {
        assert!(!ids(&play.get("/api/recommendations").await).iter().any(|id| id.starts_with("drink_water")));
        play.pass();
        play.clock(12 * 60);
    }
    assert_eq!(ids(&play.get("/api/recommendations").await), ["lunch_now:2026-01-26", "drink_water:2026-01-26"]);
    assert_clean(&play.app).await;
}

#[tokio::test]
async fn three_at_most_follow_from_what_there_is() {
    let play = Play::new().await;
    let due = |title: usize| json!({ "title": format!("{title}"), "due_on": "2026-01-16" });
    for title in 0..5 {
        play.ann.task_with(due(title)).await;
    }
    let large = play.ann.task_with(json!({ "title": "all of it", "estimate_minutes": 300 })).await;
    play.clock(9 * 60);
    let listed = play.get("/api/recommendations").await;
    assert_eq!(ids(&listed), ["reschedule_overdue:2026-01-19", "split_task:2026-01-19"]);
    let overdue = play.get("/api/tasks?view=overdue").await;
    assert_eq!(listed[0]["evidence"], json!({ "tasks": overdue.as_array().expect("a list").len() }));
    assert_eq!(listed[1]["action"]["path"], format!("/api/tasks/{}", large["id"].as_str().expect("an id")));
    // At work without a break since nine, and with lunch due; what can wait gives way.
    assert_eq!(play.ann.start().await.status, 201);
    play.clock(12 * 60 + 5);
    let listed = play.get("/api/recommendations").await;
    assert_eq!(ids(&listed), ["break_now:2026-01-19", "lunch_now:2026-01-19", "drink_water:2026-01-19"]);
    assert_eq!(play.ann.patch("/api/settings", json!({ "language": "es" })).await.status, 200);
    assert_eq!(
        play.get("/api/recommendations").await[0]["text"],
        "Llevas 185 minutos seguidos de trabajo. Tómate ahora cinco minutos."
    );
    for action in listed.as_array().expect("a list").iter().map(|one| &one["action"]) {
        let (method, path) = (action["method"].as_str().expect("a method"), action["path"].as_str().expect("a path"));
        let done = play.ann.send(method, path, Some(action["body"].clone())).await;
        assert!(done.status < 300 || done.body["code"] == "rest_active", "{action}: {done:?}");
    }
}

#[tokio::test]
async fn whoever_has_begun_is_not_told_to_begin() {
    let mut play = Play::new().await;
    play.weeks(2, 8).await;
    (0..3).for_each(|_| play.pass());
    // On a Thursday, at eight, with nothing since Friday.
    let found = ids(&play.get("/api/recommendations").await).iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    assert!(found.iter().any(|id| id.starts_with("start_small:")), "{found:?}");
    let task = play.ann.task_with(json!({ "title": "something small" })).await;
    play.ann.change_task(&task, json!({ "action": "complete" })).await;
    let listed = play.get("/api/recommendations").await;
    assert!(ids(&listed).iter().all(|id| !id.starts_with("start_small:")), "{listed}");
}

#[tokio::test]
async fn at_night_it_is_the_same_morning_that_comes_too_soon() {
    let mut play = Play::new().await;
    // From the evening on, past midnight, with work at nine.
    play.clock(23 * 60);
    assert_eq!(play.ann.start().await.status, 201);
    for (days, minute, hours) in [(0, 23 * 60, 10.0), (1, 60, 8.0)] {
        play.date = play.date + chrono::Days::new(days);
        play.clock(minute);
        let listed = play.get("/api/recommendations").await;
        let found = listed.as_array().expect("a list").iter().find(|one| one["rule"] == "rest_gap");
        assert_eq!(found.map(|found| &found["evidence"]["hours"]), Some(&json!(hours)), "{listed}");
    }
}
