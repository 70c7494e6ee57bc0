//! The companion: how it is follows from what its person does, and nothing makes it worse than the rules say. Its pictures are in
//! `pictures`, random histories in `histories`.

mod histories;
mod pictures;

use serde_json::{Value, json};

use crate::{
    changes::Mirror,
    support::{
        Client, TestApp, app_with_admin,
        events::{deliver, documents, hints},
    },
};

async fn companion(client: &Client) -> Value {
    let answer = client.get("/api/companion").await;
    assert_eq!((answer.status, answer.header("etag")), (200, None), "{answer:?}");
    assert_eq!(client.get("/api/companion").await.body, answer.body);
    answer.body
}

/// Energy, hydration and happiness.
async fn needs(client: &Client) -> [u64; 3] {
    shown(&companion(client).await)
}

fn shown(companion: &Value) -> [u64; 3] {
    ["energy", "hydration", "happiness"].map(|need| companion["needs"][need].as_u64().expect("a number"))
}

/// Tells whoever follows changes of everything that there is, until nothing follows from it.
async fn tell(app: &TestApp, client: &Client) {
    for _ in 0..2 {
        deliver(app, &hints(&documents(app, &client.id).await)).await;
    }
}

/// All that is stored of somebody, without the login.
async fn stored(app: &TestApp, client: &Client) -> Vec<String> {
    documents(app, &client.id).await.iter().map(|document| format!("{:?} {}", document.key, document.body)).collect()
}

#[tokio::test]
async fn whoever_is_new_has_an_egg_and_nothing_is_written_for_it() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let before = stored(&app, &ann).await;
    let expected = json!({ "user_id": ann.id, "name": null, "palette": null, "stage": "egg", "form": "seedling", "mood": "calm",
        "needs": { "energy": 80, "hydration": 80, "happiness": 60 }, "as_of": "2026-01-14T10:00:00.000000Z",
        "says": { "key": "calm", "text": "All is well. One thing at a time." } });
    assert_eq!(companion(&ann).await, expected);
    // In three hours of work it loses 6 and 18, and then it is time for lunch.
    app.advance_hours(3);
    let later = companion(&ann).await;
    assert_eq!((shown(&later), &later["mood"], &later["says"]["key"]), ([74, 62, 60], &json!("hungry"), &json!("hungry")));
    // After work it sleeps and loses nothing more.
    app.advance_hours(6);
    let evening = companion(&ann).await;
    assert_eq!((shown(&evening), &evening["mood"]), ([64, 32, 60], &json!("sleeping")));
    app.advance_hours(4);
    assert_eq!(needs(&ann).await, [64, 32, 60]);
    assert_eq!(stored(&app, &ann).await, before);
    ann.patch("/api/settings", json!({ "language": "es" })).await;
    assert_eq!(companion(&ann).await["says"]["text"], "Descansando hasta que vuelva el trabajo.");
}

#[tokio::test]
async fn water_and_food_help_at_once_and_what_is_taken_back_leaves_no_trace() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    app.advance_hours(3);
    let before = companion(&ann).await;
    let keyed = |key: &str| ann.clone().with_header("idempotency-key", key);
    let watered = keyed("w").post_empty("/api/companion/water").await;
    assert_eq!((watered.status, &watered.body["says"]["key"]), (200, &json!("watered")), "{watered:?}");
    let drink = &watered.body["logged"];
    assert_eq!((shown(&watered.body), &drink["ml"], &drink["date"]), ([74, 74, 60], &json!(250), &json!("2026-01-14")));
    assert_eq!(ann.get("/api/hydration").await.body, json!([drink]));
    let fed = keyed("f").post_empty("/api/companion/feed").await;
    assert_eq!((fed.status, &fed.body["says"]["key"], &fed.body["logged"]["kind"]), (200, &json!("fed"), &json!("lunch")));
    assert_eq!((shown(&fed.body), &fed.body["mood"]), ([100, 74, 60], &json!("calm")));

    // Repeated under their keys, byte for byte, whatever has happened since.
    app.advance_hours(1);
    assert_eq!(keyed("s").post("/api/companion/feed", json!({ "kind": "snack" })).await.status, 200);
    for (key, path, first) in [("w", "water", &watered), ("f", "feed", &fed)] {
        let again = keyed(key).post_empty(&format!("/api/companion/{path}")).await;
        assert_eq!((again.header("idempotency-replayed"), &again.bytes), (Some("true"), &first.bytes));
    }
    keyed("f").post("/api/companion/feed", json!({ "kind": "dinner" })).await.assert_error(422, "idempotency_key_reused");
    ann.post("/api/companion/feed", json!({ "kind": "tea" })).await.assert_error(400, "invalid_field");
    assert_eq!(ann.get("/api/meals").await.body.as_array().map(Vec::len), Some(2));

    app.clock.advance_micros(-3_600_000_000);
    for (path, entry) in [("hydration", &watered), ("meals", &fed)] {
        let id = entry.body["logged"]["id"].as_str().expect("an id");
        assert_eq!(ann.delete(&format!("/api/{path}/{id}")).await.status, 204);
    }
    assert_eq!(companion(&ann).await, before);
}

#[tokio::test]
async fn a_meal_is_the_one_that_is_usual_at_the_time() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let mut kinds = Vec::new();
    // From 10:00 on.
    for hours in [0, 1, 1, 2, 1, 4, 1, 12] {
        app.advance_hours(hours);
        kinds.push(ann.post_empty("/api/companion/feed").await.body["logged"]["kind"].clone());
    }
    assert_eq!(kinds, ["breakfast", "snack", "lunch", "lunch", "snack", "dinner", "dinner", "breakfast"]);
}

#[tokio::test]
async fn petting_it_enters_nothing() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let before = stored(&app, &ann).await;
    let petted = ann.post_empty("/api/companion/pet").await;
    assert_eq!((petted.status, &petted.body["says"]["key"]), (200, &json!("petted")));
    assert!(petted.body["logged"].is_null());
    assert_eq!(stored(&app, &ann).await, before);
}

#[tokio::test]
async fn the_egg_hatches_for_whoever_asks_and_for_whoever_follows() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    for _ in 0..4 {
        ann.complete_new_task().await;
    }
    // Seen at once, though nobody has told of it yet.
    assert_eq!(companion(&ann).await["stage"], "hatchling");
    let mut mirror = Mirror::default();
    mirror.catch_up(&ann).await;
    assert!(mirror.of("companion").is_empty());
    tell(&app, &ann).await;
    mirror.catch_up(&ann).await;
    let told = json!({ "user_id": ann.id, "name": null, "palette": null, "stage": "hatchling", "form": "seedling" });
    assert_eq!(mirror.of("companion"), [told]);
    let named = ann.patch("/api/companion", json!({ "name": " Nori ", "palette": "violet" })).await;
    assert_eq!((named.status, &named.body["name"], &named.body["palette"]), (200, &json!("Nori"), &json!("violet")));
    mirror.catch_up(&ann).await;
    assert_eq!(mirror.of("companion")[0]["name"], "Nori");
    let plain = ann.patch("/api/companion", json!({ "palette": null })).await.body;
    assert_eq!((&plain["name"], &plain["palette"]), (&json!("Nori"), &Value::Null));
    for (body, field) in [(json!({ "name": "" }), "name"), (json!({ "palette": "red" }), "palette")] {
        assert_eq!(ann.patch("/api/companion", body).await.assert_error(400, "invalid_field").text("field"), field);
    }

    // What was earned is taken back; what has hatched stays so, and nothing is told a second time.
    let before = stored(&app, &ann).await;
    tell(&app, &ann).await;
    assert_eq!(stored(&app, &ann).await, before);
    for task in ann.get("/api/tasks").await.body.as_array().expect("tasks") {
        ann.patch(&format!("/api/tasks/{}", task["id"].as_str().expect("an id")), json!({ "action": "reopen" })).await;
    }
    assert_eq!(
        (companion(&ann).await["stage"].clone(), ann.get("/api/progress").await.body["xp"].clone()),
        (json!("hatchling"), json!(15))
    );
}

#[tokio::test]
async fn the_form_is_that_of_the_time_when_the_level_was_reached() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let urgent = json!({ "op": "create", "title": "urgent", "priority": "urgent", "estimate_minutes": 120 });
    let mut dates = 0;
    while companion(&ann).await["stage"] != "teen" {
        let made = ann.post("/api/tasks/bulk", json!({ "operations": vec![urgent.clone(); 20] })).await;
        let complete = |result: &Value| json!({ "op": "complete", "id": result["task"]["id"] });
        let complete: Vec<Value> = made.body["results"].as_array().expect("results").iter().map(complete).collect();
        assert_eq!(ann.post("/api/tasks/bulk", json!({ "operations": complete })).await.status, 200);
        app.advance_hours(24);
        dates += 1;
        assert!(dates < 6);
    }
    assert_eq!(companion(&ann).await["form"], "tasks");
    // Since then it was all focus, and nobody has told of anything yet.
    for _ in 0..28 {
        let now = avanochi::kernel::Clock::now(&*app.clock);
        let four_hours = std::time::Duration::from_hours(4);
        assert_eq!(ann.record(now.minus(four_hours), now).await.status, 201);
        app.advance_hours(24);
    }
    assert_eq!(companion(&ann).await["form"], "tasks");
    tell(&app, &ann).await;
    assert_eq!(companion(&ann).await["form"], "tasks");
}

#[tokio::test]
async fn a_long_absence_costs_what_the_rules_say_and_no_more() {
    let app = TestApp::new();
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let before = stored(&app, &ann).await;
    // From Thursday on, Bob is on holiday.
    let off = json!({ "from": "2026-01-15", "to": "2026-12-31", "kind": "vacation" });
    assert_eq!(bob.post("/api/time_off", off).await.status, 201);
    app.advance_hours(8);
    assert_eq!(needs(&ann).await, [64, 32, 60]);
    // The date ends: no break fell due, and there was nothing else. 60 + 0.3 · (25/3 - 60) are 44.
    app.advance_hours(6);
    assert_eq!((needs(&ann).await, needs(&bob).await), ([64, 32, 44], [64, 32, 44]));
    app.advance_hours(24 * 29);
    assert_eq!((needs(&ann).await, needs(&bob).await), ([20, 20, 8], [64, 32, 44]));
    assert_eq!(stored(&app, &ann).await, before);
    app.advance_hours(24 * 100);
    assert_eq!(needs(&ann).await, [20, 20, 8]);
    let back = companion(&ann).await;
    assert_eq!((&back["stage"], &back["mood"]), (&json!("egg"), &json!("sleeping")));
    // On Monday work begins; it is thirsty until it has had two glasses of water, and then it is tired.
    app.advance_hours(24 + 10);
    assert_eq!(ann.post_empty("/api/companion/water").await.body["mood"], "thirsty");
    assert_eq!(ann.post_empty("/api/companion/water").await.body["mood"], "tired");
}

#[tokio::test]
async fn what_is_entered_for_earlier_dates_changes_no_need() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    assert_eq!(ann.post("/api/hydration", json!({ "ml": 500 })).await.status, 201);
    app.advance_hours(24);
    let before = companion(&ann).await;
    let late = json!({ "ml": 1000, "at": "2026-01-14T16:00:00Z" });
    assert_eq!(ann.post("/api/hydration", late).await.status, 201);
    let meal = json!({ "kind": "lunch", "at": "2026-01-14T13:00:00Z" });
    assert_eq!(ann.post("/api/meals", meal).await.status, 201);
    assert_eq!(companion(&ann).await, before);
    // One for today does, in the same answer.
    let watered = ann.post_empty("/api/companion/water").await.body;
    assert_eq!(shown(&watered)[1], shown(&before)[1] + 12);
    // Told or not.
    tell(&app, &ann).await;
    assert_eq!(needs(&ann).await, shown(&watered));
}

#[tokio::test]
async fn work_breaks_and_goals_make_it_tired_and_glad() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let session = ann.start().await.text("id");
    // 50 minutes of work cost 2 an hour, 70 more cost 4.
    app.advance_seconds(2 * 3600);
    assert_eq!(needs(&ann).await[0], 73);
    let rest = ann.post("/api/rests/start", json!({ "kind": "short" })).await.text("id");
    app.advance_seconds(299);
    assert_eq!(needs(&ann).await[0], 73);
    app.advance_seconds(1);
    assert_eq!(needs(&ann).await[0], 88);
    ann.post_empty(&format!("/api/rests/{rest}/end")).await;
    assert_eq!(ann.post_empty("/api/companion/feed").await.body["logged"]["kind"], "lunch");
    for _ in 0..3 {
        ann.complete_new_task().await;
    }
    for _ in 0..8 {
        ann.post_empty("/api/companion/water").await;
    }
    ann.end(&session).await;
    // The two hours, three tasks, water and lunch are all of it, and of the breaks that fell due none was taken within the
    // session: 35 + 25 + 25 · 2/3 and a little for one day of a streak.
    app.advance_hours(20);
    tell(&app, &ann).await;
    assert_eq!(needs(&ann).await[2], 65);
    assert_eq!(companion(&ann).await["mood"], "sleeping");
    app.advance_hours(2);
    assert_eq!(companion(&ann).await["mood"], "happy");
}

#[tokio::test]
async fn a_move_to_another_zone_ends_no_date_twice() {
    let app = TestApp::new();
    let ann = app.user("ann").await;
    let moved = async |zone: &str| {
        let path = format!("/api/users/{}", ann.id);
        assert_eq!(ann.patch(&path, json!({ "time_zone": zone })).await.status, 200);
    };
    moved("Asia/Tokyo").await;
    // 19:00 in Tokyo, so that it sleeps.
    assert_eq!(companion(&ann).await["mood"], "sleeping");
    ann.post_empty("/api/companion/water").await;
    // It is past two o'clock of Thursday, and what is kept is how it was when that began.
    app.advance_hours(8);
    tell(&app, &ann).await;
    ann.post_empty("/api/companion/water").await;
    tell(&app, &ann).await;
    let glad = needs(&ann).await[2];
    assert!(glad < 60);
    // Wednesday once more, and then Thursday, which has not ended yet.
    moved("America/Los_Angeles").await;
    assert_eq!(needs(&ann).await[2], glad);
    app.advance_hours(20);
    tell(&app, &ann).await;
    assert_eq!(needs(&ann).await[2], glad);
    app.advance_hours(24);
    assert!(needs(&ann).await[2] < glad);
}

#[tokio::test]
async fn it_is_nobody_elses_not_even_an_administrators() {
    let (app, admin) = app_with_admin().await;
    let ann = app.user("ann").await;
    for (method, path) in [
        ("GET", ""),
        ("PATCH", ""),
        ("POST", "/feed"),
        ("POST", "/water"),
        ("POST", "/pet"),
        ("POST", "/share"),
        ("DELETE", "/share"),
    ] {
        let path = format!("/api/companion{path}?user_id={}", ann.id);
        let body = (method == "PATCH").then(|| json!({ "name": "Mine" }));
        admin.send(method, &path, body.clone()).await.assert_error(403, "forbidden");
        assert!(ann.send(method, &path, body).await.status < 300, "{method} {path}");
    }
}
