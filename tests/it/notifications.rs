//! Notifications: what is told of what happened, once, and how it went.

mod delivery;
mod ends;

use avanochi::{
    accounts::settings::model::Language,
    integrations::connections::model::Connection,
    jobs::Event,
    kernel::UserId,
    ledger::Decision,
    progress::standing::Achievements,
    store::{Collection, Partition},
    wellbeing::reminders::model::{Load, Nudge, Overload, What},
};
use serde_json::{Value, json};

use crate::{
    channels::{Scene, follow},
    support::{Client, LONG_TOKENS, TestApp, events::everywhere, time},
};

impl Scene {
    /// Makes a nudge, as whoever notices something does.
    pub async fn nudge(&self, what: What) -> Value {
        nudge(&self.app, &self.ann, what).await
    }

    /// What the receiver acted on after the test, by type and key.
    pub fn told(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let acted = self.receiver.state.acted_on();
        acted.iter().skip(1).map(|one| (text(&one.body["type"]), text(&one.body["data"]["key"]))).collect()
    }

    /// Earns achievements.
    async fn earn(&self, ids: &[&str]) {
        let (app, user) = (&self.app.app, UserId::parse(&self.ann.id).expect("an id"));
        let owner = app.jobs.ctx(None).owner_for_program(user).expect("the program may");
        let earned = app.shared.ledger.run(owner, |change| {
            Box::pin(async move {
                let read = change.find::<Achievements>(&user.to_string()).await?;
                let mut all = read.as_ref().map_or(Achievements { user_id: user, earned: [].into() }, |read| read.value.clone());
                all.earned.extend(ids.iter().map(|id| ((*id).to_owned(), change.now())));
                change.put(&all, read.as_ref())?;
                Ok(Decision::Write(()))
            })
        });
        earned.await.expect("written");
    }
}

pub async fn nudge(app: &TestApp, client: &Client, what: What) -> Value {
    let user = UserId::parse(&client.id).expect("an id");
    let owner = app.app.jobs.ctx(None).owner_for_program(user).expect("the program may");
    let what = &what;
    let made = app.app.shared.ledger.run(owner, |change| {
        Box::pin(async move {
            let nudge = Nudge::new(change.next_id(), user, what.clone(), Language::En, change.now());
            change.create(&nudge)?;
            Ok(Decision::Write(nudge.id))
        })
    });
    json!(made.await.expect("written"))
}

fn break_due() -> What {
    What::BreakDue { continuous_minutes: 50 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nudge_is_told_once_however_often_it_is_followed_and_sent() {
    let scene = Scene::new().await;
    let elsewhere = scene.app.another(&[LONG_TOKENS, crate::channels::HERE]);
    let nudge = scene.nudge(break_due()).await;
    let told = crate::support::events::hints(&crate::support::events::documents(&scene.app, &scene.ann.id).await);
    let both = [&scene.app, &elsewhere];
    everywhere(&both, "changes", &Event::Changes(told)).await;
    let payload = json!({ "user_id": scene.ann.id });
    everywhere(&both, "notification_worker", &Event::Message { payload, attempt: 1 }).await;
    scene.send().await;
    let received = scene.receiver.state.received();
    assert_eq!(received.len(), 2, "{received:?}");
    let data = json!({ "id": received[1].id, "key": "nudge_break_due", "kind": "break_due", "nudge_id": nudge,
        "text": "You have worked for 50 minutes. Take a break of five minutes or more.",
        "evidence": { "continuous_minutes": 50 } });
    let body = json!({ "type": "nudge.created", "timestamp": "2026-01-14T10:01:00.000000Z", "data": data });
    assert_eq!(received[1].body, body);
    assert_eq!(scene.log().await[1], ("nudge.created".to_owned(), "sent".to_owned(), Value::Null));
    // An answer to it is told to nobody.
    scene.ann.post(&format!("/api/nudges/{}", nudge.as_str().expect("an id")), json!({ "action": "done" })).await;
    scene.advance(60);
    scene.follow().await;
    assert_eq!(scene.receiver.state.received().len(), 2);
    assert!(scene.app.due().await.is_empty());
}

#[tokio::test]
async fn each_event_is_told_to_the_channels_that_want_it_and_were_there() {
    let scene = Scene::new().await;
    let connection_id = uuid::Uuid::from_u128(7);
    let overload = |level| What::OverloadAhead(Overload { level, in_a_week: false, factors: vec!["hours".into()] });
    let ends_at = Some(time("2026-01-20T10:00:00Z"));
    for what in [
        overload(Load::Elevated),
        // Once a week and level.
        overload(Load::Elevated),
        overload(Load::High),
        What::Reconnect { connection_id, provider: "GitHub".into(), ends_at },
        // The connection says so itself.
        What::Reconnect { connection_id, provider: "GitHub".into(), ends_at: None },
    ] {
        scene.nudge(what).await;
        scene.follow().await;
        scene.advance(60);
    }
    scene.follow().await;
    let expected = [
        ("risk.raised", "nudge_overload_reached"),
        ("risk.raised", "nudge_overload_reached"),
        ("sync.attention", "nudge_reconnect_soon"),
    ];
    assert_eq!(scene.told(), expected.map(|(event, key)| (event.to_owned(), key.to_owned())));

    assert_eq!(scene.ann.patch(&scene.path, json!({ "events": ["sync"] })).await.status, 200);
    scene.nudge(break_due()).await;
    scene.follow().await;
    assert_eq!(scene.told().len(), 3);
    // Whoever was answered is told no more, nor is anybody who came later.
    let answered = scene.nudge(break_due()).await;
    scene.ann.post(&format!("/api/nudges/{}", answered.as_str().expect("an id")), json!({ "action": "dismiss" })).await;
    scene.nudge(break_due()).await;
    scene.advance(1);
    let later = scene.ann.post("/api/channels", json!({ "kind": "webhook", "url": format!("{}?2", scene.receiver.url) })).await;
    scene.receiver.state.trusts(&later.text("secret"));
    scene.send().await;
    assert_eq!(scene.ann.patch(&scene.path, json!({ "events": null })).await.status, 200);
    scene.advance(60);
    scene.follow().await;
    let log = scene.ann.get("/api/notifications?event=nudge.created").await.body;
    let channels: Vec<Vec<&Value>> = log
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["deliveries"].as_array().expect("deliveries").iter().map(|delivery| &delivery["channel_id"]).collect())
        .collect();
    assert!(!channels.is_empty() && channels.iter().all(|of| *of == [&json!(scene.id)]), "{log}");
}

#[tokio::test]
async fn a_connection_that_needs_attention_is_told_of_once_each_time() {
    let scene = Scene::new().await;
    let body =
        json!({ "provider": "github", "settings": { "repositories": ["octo/app"] }, "credential": { "token": "a token" } });
    let made = scene.ann.post("/api/connections", body).await;
    let path = format!("/api/connections/{}", made.text("id"));
    // Nobody answers there.
    let fail = async || {
        for _ in 0..6 {
            let (user_id, connection_id) = (&scene.ann.id, made.text("id"));
            let payload =
                json!({ "user_id": user_id, "connection_id": connection_id, "trigger": "person", "correlation_id": "x" });
            let _ = crate::support::events::dispatch(
                &scene.app.app.jobs,
                "sync_inbound_worker",
                Event::Message { payload, attempt: 1 },
            )
            .await;
            scene.advance(7200);
        }
        scene.follow().await;
    };
    fail().await;
    let stored = Collection::<Connection>::new(scene.app.store.clone());
    let partition = Partition::of(UserId::parse(&scene.ann.id).expect("an id"));
    let connection = stored.get(partition, made.text("id")).await.expect("read").expect("one").value;
    assert_eq!(scene.ann.get(&path).await.text("status"), "failed");
    assert!(connection.stands_since.is_some());
    let expected = vec![("sync.attention".to_owned(), "notification_failed".to_owned())];
    let attention =
        |told: Vec<(String, String)>| told.into_iter().filter(|(event, _)| event == "sync.attention").collect::<Vec<_>>();
    assert_eq!(attention(scene.told()), expected);
    assert_eq!(scene.ann.patch(&path, json!({ "name": "Work" })).await.status, 200);
    scene.advance(60);
    scene.follow().await;
    assert_eq!(attention(scene.told()), expected);
}

#[tokio::test]
async fn achievements_of_half_an_hour_are_one_message_and_a_date_has_four() {
    let scene = Scene::new().await;
    scene.earn(&["first_task"]).await;
    scene.follow().await;
    scene.wait(10).await;
    scene.earn(&["first_session", "tasks_10"]).await;
    scene.follow().await;
    assert_eq!(scene.told(), []);
    scene.wait(20).await;
    let acted = scene.receiver.state.acted_on();
    assert_eq!(acted.len(), 2);
    assert_eq!(acted[1].body["data"]["achievements"], json!(["first_task", "first_session", "tasks_10"]));
    assert_eq!(acted[1].body["data"]["text"], "You have earned 3 achievements: First task, First session, Ten tasks.");
    for (n, id) in ["tasks_100", "tasks_500", "streak_3", "streak_7", "ocean"].into_iter().enumerate() {
        scene.earn(&[id]).await;
        scene.follow().await;
        scene.wait(31).await;
        assert_eq!(scene.told().len(), (n + 2).min(4), "{id}");
    }
    let log = scene.log().await;
    let skipped = ("achievement.earned".to_owned(), "skipped".to_owned(), json!("budget"));
    assert_eq!(log.iter().filter(|row| **row == skipped).count(), 2, "{log:?}");
    // The next date has others.
    scene.advance(24 * 3600);
    scene.earn(&["comeback"]).await;
    scene.follow().await;
    scene.wait(31).await;
    assert_eq!(scene.told().len(), 5);
}

#[tokio::test]
async fn quiet_hours_busy_and_time_off_skip_a_nudge_and_hold_the_rest_on_the_persons_clock() {
    let scene = Scene::new().await;
    // 10:01 in UTC is 19:01 in Tokyo.
    assert_eq!(scene.ann.patch(&format!("/api/users/{}", scene.ann.id), json!({ "time_zone": "Asia/Tokyo" })).await.status, 200);
    let quiet = json!({ "quiet_hours": { "from": "19:00", "to": "21:00" } });
    assert_eq!(scene.ann.patch("/api/settings", quiet).await.status, 200);
    scene.nudge(break_due()).await;
    scene.advance(1);
    scene.earn(&["first_task"]).await;
    scene.follow().await;
    assert_eq!(scene.log().await[1], ("nudge.created".to_owned(), "skipped".to_owned(), json!("quiet_hours")));
    scene.wait(118).await;
    assert_eq!(scene.told(), []);
    scene.wait(2).await;
    assert_eq!(scene.told(), [("achievement.earned".to_owned(), "notification_achievements".to_owned())]);

    assert_eq!(scene.ann.patch("/api/presence", json!({ "busy_until": "2026-01-14T13:00:00Z" })).await.status, 200);
    scene.nudge(break_due()).await;
    scene.follow().await;
    let off = json!({ "from": "2026-01-15", "to": "2026-01-16", "kind": "vacation" });
    assert_eq!(scene.ann.post("/api/time_off", off).await.status, 201);
    // In Tokyo that is the 15th.
    scene.advance(6 * 3600);
    scene.nudge(break_due()).await;
    scene.advance(1);
    scene.earn(&["first_session"]).await;
    scene.follow().await;
    let skipped: Vec<Value> = scene.log().await.into_iter().filter(|row| row.1 == "skipped").map(|row| row.2).collect();
    assert_eq!(skipped, [json!("quiet_hours"), json!("busy"), json!("time_off")]);
    // Two dates off are longer than anything waits.
    scene.advance(23 * 3600);
    scene.wait(1).await;
    assert_eq!(scene.told().len(), 1);
    let last = scene.log().await.pop().expect("a row");
    assert_eq!(last, ("achievement.earned".to_owned(), "skipped".to_owned(), json!("time_off")));
    assert!(scene.app.due().await.is_empty());
}

#[tokio::test]
async fn two_messages_of_a_channel_are_a_minute_apart_and_the_log_is_filtered() {
    let scene = Scene::new().await;
    for _ in 0..3 {
        scene.nudge(break_due()).await;
    }
    scene.follow().await;
    assert_eq!(scene.told().len(), 1);
    scene.wait(1).await;
    assert_eq!(scene.told().len(), 2);
    let count = async |query: &str| {
        let listed = scene.ann.get(&format!("/api/notifications{query}")).await;
        assert_eq!(listed.status, 200, "{listed:?}");
        listed.body.as_array().map(Vec::len).expect("a list")
    };
    for (query, expected) in [
        ("", 4),
        ("?event=nudge.created", 3),
        ("?event=nudge.created&state=waiting", 1),
        ("?state=sent", 3),
        ("?state=failed", 0),
        ("?from=2026-01-14&to=2026-01-14", 4),
        ("?from=2026-01-15", 0),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
    for bad in ["?event=nudge", "?state=lost", "?from=today"] {
        scene.ann.get(&format!("/api/notifications{bad}")).await.assert_error(400, "invalid_parameter");
    }
    assert_eq!(scene.ann.all_pages("/api/notifications", 1).await.len(), 4);
    scene.wait(1).await;
    assert_eq!(scene.told().len(), 3);
    // They are gone after 90 days.
    scene.advance(90 * 86_400);
    assert_eq!(count("").await, 0);
    let bob = scene.app.user("bob").await;
    assert_eq!(bob.get("/api/notifications").await.body, json!([]));
    follow(&scene.app, &bob).await;
}
