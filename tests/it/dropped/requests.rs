//! The operations that change something, each with a state in which it does. A new operation adds its line.

use avanochi::{
    kernel::{Id, UserId},
    work::tasks::model::{Task, Title},
};
use serde_json::{Value, json};

use super::{Act, Case, Instances, channels::CHANNELS, companion::COMPANION, connections::CONNECTIONS, wellbeing::WELLBEING};
use crate::support::{Client, PASSWORD, world::World};

/// In everything that Ann has written.
const CANARY: &str = "canary";

pub fn all() -> impl Iterator<Item = &'static Case> {
    [ACCOUNTS, DELETION, TASKS, WORK_SESSIONS, WELLBEING, COMPANION, CONNECTIONS, CHANNELS].into_iter().flatten()
}

pub const ACCOUNTS: &[Case] = &[
    Case {
        halfway: Some(|world| Box::pin(async move { assert_registered_or_free(&world).await })),
        finally: Some(|world| Box::pin(assert_cleo_can_work(world))),
        ..Case::new("POST /api/auth/register", |world| Box::pin(async { nobody(world, "register", account("cleo")) }))
    },
    Case::new("POST /api/auth/login", |world| {
        Box::pin(async {
            // The family that begins is not of the same time as the one before.
            world.app.advance_hours(1);
            nobody(world, "login", account("ann"))
        })
    }),
    Case::new("POST /api/auth/refresh", |world| Box::pin(with_refresh_token(world, "refresh"))),
    Case::new("POST /api/auth/logout", |world| Box::pin(with_refresh_token(world, "logout"))),
    Case::new("PATCH /api/users/{id}", |world| {
        Box::pin(async {
            world.ann.create_task("a").await;
            let path = format!("/api/users/{}", world.ann.id);
            ask(&world.ann, "PATCH", path, json!({ "name": "Ann", "time_zone": "Asia/Tokyo" }))
        })
    }),
    Case::new("PATCH /api/settings", |world| {
        Box::pin(async {
            world.ann.create_task("a").await;
            ask(&world.ann, "PATCH", "/api/settings".into(), json!({ "day_start": "04:00", "goals": { "tasks": 5 } }))
        })
    }),
    Case::new("POST /api/time_off", |world| {
        Box::pin(async {
            ask(&world.ann, "POST", "/api/time_off".into(), json!({ "from": "2026-02-02", "to": "2026-02-06", "kind": "sick" }))
        })
    }),
    Case {
        again: &[404],
        ..Case::new("DELETE /api/time_off/{id}", |world| {
            Box::pin(async {
                let off = json!({ "from": "2026-02-02", "to": "2026-02-06", "kind": "sick" });
                let id = world.ann.post("/api/time_off", off).await.text("id");
                ask(&world.ann, "DELETE", format!("/api/time_off/{id}"), None)
            })
        })
    },
];

pub const DELETION: &[Case] = &[Case {
    again: &[401, 404],
    instances: Instances::New,
    finally: Some(|world| Box::pin(assert_nothing_is_left(world))),
    ..Case::new("DELETE /api/users/{id}", |world| Box::pin(with_much(world)))
}];

pub const TASKS: &[Case] = &[
    Case::new("POST /api/tasks", |world| {
        Box::pin(async {
            // On the first change of a day, the day before becomes a document.
            world.ann.complete_new_task().await;
            world.app.advance_hours(24);
            ask(&world.ann, "POST", "/api/tasks".into(), json!({ "title": "a", "user_id": world.ann.id }))
        })
    }),
    Case::new("POST /api/tasks", |world| {
        Box::pin(async {
            let body = json!({ "title": "a", "user_id": world.ann.id, "client_id": "0193c7a8-5b6e-4d2f-8a1b-0c9d8e7f6a5b" });
            ask(&world.ann, "POST", "/api/tasks".into(), body)
        })
    }),
    Case::new("PATCH /api/tasks/{id}", |world| {
        Box::pin(async {
            let id = world.ann.create_task("a").await.text("id");
            ask(&world.ann, "PATCH", format!("/api/tasks/{id}"), json!({ "action": "complete", "title": "b" }))
        })
    }),
    Case::new("PATCH /api/tasks/{id}", |world| {
        Box::pin(async {
            let id = completed_yesterday(world).await;
            ask(&world.ann, "PATCH", format!("/api/tasks/{id}"), json!({ "action": "reopen" }))
        })
    }),
    Case {
        refused: 400,
        ..Case::new("PATCH /api/tasks", |world| Box::pin(async { ask(&world.ann, "PATCH", "/api/tasks".into(), json!({})) }))
    },
    Case::new("PATCH /api/tasks/{id}", |world| {
        Box::pin(async {
            let id = recurring(world).await;
            ask(&world.ann, "PATCH", format!("/api/tasks/{id}"), json!({ "action": "complete" }))
        })
    }),
    Case::new("PATCH /api/tasks/{id}", |world| {
        Box::pin(async {
            let path = format!("/api/tasks/{}", recurring(world).await);
            assert_eq!(world.ann.patch(&path, json!({})).await.status, 200);
            ask(&world.ann, "PATCH", path, json!({ "action": "reopen" }))
        })
    }),
    Case {
        again: &[404],
        ..Case::new("DELETE /api/tasks/{id}", |world| {
            Box::pin(async { ask(&world.ann, "DELETE", format!("/api/tasks/{}", completed_yesterday(world).await), None) })
        })
    },
    Case {
        again: &[404],
        ..Case::new("DELETE /api/tasks/{id}", |world| {
            Box::pin(async { ask(&world.ann, "DELETE", format!("/api/tasks/{}?permanent=true", timed(world).await), None) })
        })
    },
    Case::new("POST /api/tasks/{id}/restore", |world| {
        Box::pin(async {
            let id = completed_yesterday(world).await;
            assert_eq!(world.ann.delete(&format!("/api/tasks/{id}")).await.status, 204);
            ask(&world.ann, "POST", format!("/api/tasks/{id}/restore"), None)
        })
    }),
    Case::new("POST /api/tasks/{id}/timer/start", |world| {
        Box::pin(async {
            timed(world).await;
            let id = world.ann.create_task("b").await.text("id");
            ask(&world.ann, "POST", format!("/api/tasks/{id}/timer/start"), None)
        })
    }),
    Case::new("POST /api/tasks/{id}/timer/stop", |world| {
        Box::pin(async {
            let id = timed(world).await;
            ask(&world.ann, "POST", format!("/api/tasks/{id}/timer/stop"), None)
        })
    }),
    Case::new("PATCH /api/tasks/{id}/subtasks/{sid}", |world| {
        Box::pin(async {
            let body = json!({ "title": "a", "user_id": world.ann.id, "subtasks": [{ "title": "first" }] });
            let task = world.ann.post("/api/tasks", body).await;
            let step = task.body["subtasks"][0]["id"].as_str().expect("an id").to_owned();
            let path = format!("/api/tasks/{}/subtasks/{step}", task.text("id"));
            ask(&world.ann, "PATCH", path, json!({ "completed": true }))
        })
    }),
    Case {
        again: &[404],
        ..Case::new("POST /api/tasks/bulk", |world| {
            Box::pin(async {
                let (first, second) = (completed_yesterday(world).await, recurring(world).await);
                let operations = json!([
                    { "op": "create", "title": "a", "client_id": "0193c7a8-5b6e-4d2f-8a1b-0c9d8e7f6a5b" },
                    { "op": "complete", "id": second },
                    { "op": "delete", "id": first },
                ]);
                ask(&world.ann, "POST", "/api/tasks/bulk".into(), json!({ "operations": operations }))
            })
        })
    },
];

/// The id of a task that comes again each day.
async fn recurring(world: &World) -> String {
    let body = json!({ "title": "a", "user_id": world.ann.id, "due_on": "2026-01-14",
        "recurrence": { "every": 1, "unit": "day" } });
    world.ann.post("/api/tasks", body).await.text("id")
}

/// The id of a task whose timer has been running for an hour.
async fn timed(world: &World) -> String {
    let id = world.ann.create_task("a").await.text("id");
    assert_eq!(world.ann.post_empty(&format!("/api/tasks/{id}/timer/start")).await.status, 200);
    world.app.advance_hours(1);
    id
}

pub const WORK_SESSIONS: &[Case] = &[
    Case::new("POST /api/work_sessions/start", |world| {
        Box::pin(async { ask(&world.ann, "POST", "/api/work_sessions/start".into(), json!({ "user_id": world.ann.id })) })
    }),
    Case::new("POST /api/work_sessions", |world| {
        Box::pin(async {
            completed_yesterday(world).await;
            let body =
                json!({ "user_id": world.ann.id, "start_time": "2026-01-13T23:00:00Z", "end_time": "2026-01-14T01:00:00Z" });
            ask(&world.ann, "POST", "/api/work_sessions".into(), body)
        })
    }),
    Case::new("PATCH /api/work_sessions/{id}", |world| {
        Box::pin(async {
            let id = under_way(world, &["pause", "resume", "end"]).await;
            world.app.advance_hours(24);
            world.ann.complete_new_task().await;
            let body = json!({ "start_time": "2026-01-13T20:00:00Z", "end_time": "2026-01-13T22:00:00Z", "note": "n" });
            ask(&world.ann, "PATCH", format!("/api/work_sessions/{id}"), body)
        })
    }),
    Case::new("PATCH /api/work_sessions/{id}", |world| {
        Box::pin(async {
            let id = under_way(world, &[]).await;
            ask(&world.ann, "PATCH", format!("/api/work_sessions/{id}"), json!({ "note": "of the one under way" }))
        })
    }),
    Case {
        again: &[404],
        ..Case::new("DELETE /api/work_sessions/{id}", |world| {
            Box::pin(async {
                let id = under_way(world, &["heartbeat", "end"]).await;
                world.app.advance_hours(24);
                world.ann.complete_new_task().await;
                ask(&world.ann, "DELETE", format!("/api/work_sessions/{id}"), None)
            })
        })
    },
    Case {
        again: &[404],
        ..Case::new("DELETE /api/work_sessions/{id}", |world| {
            Box::pin(async {
                let id = under_way(world, &["heartbeat"]).await;
                ask(&world.ann, "DELETE", format!("/api/work_sessions/{id}"), None)
            })
        })
    },
    Case::new("POST /api/work_sessions/{id}/pause", |world| Box::pin(to_session(world, &[], "/pause"))),
    Case::new("POST /api/work_sessions/{id}/resume", |world| Box::pin(to_session(world, &["pause"], "/resume"))),
    Case::new("POST /api/work_sessions/{id}/heartbeat", |world| Box::pin(to_session(world, &[], "/heartbeat"))),
    Case::new("POST /api/work_sessions/{id}/heartbeat", |world| Box::pin(to_session(world, &["heartbeat"], "/heartbeat"))),
    Case::new("POST /api/work_sessions/{id}/end", |world| Box::pin(to_session(world, &["heartbeat", "pause"], "/end"))),
    Case::new("POST /api/work_sessions/{id}", |world| Box::pin(to_session(world, &["heartbeat"], ""))),
];

pub fn ask(client: &Client, method: &'static str, path: String, body: impl Into<Option<Value>>) -> Act {
    Act::Request { client: client.clone(), method, path, body: body.into() }
}

fn nobody(world: &World, what: &str, body: Value) -> Act {
    ask(&world.app.anonymous(), "POST", format!("/api/auth/{what}"), body)
}

fn account(name: &str) -> Value {
    json!({ "username": name, "password": PASSWORD })
}

async fn with_refresh_token(world: &World, what: &str) -> Act {
    world.app.advance_hours(1);
    let token = world.app.anonymous().log_in("ann", PASSWORD).await.text("refresh_token");
    nobody(world, what, json!({ "refresh_token": token }))
}

/// The day on which it was has become a document since.
pub async fn completed_yesterday(world: &World) -> String {
    let id = world.ann.complete_new_task().await;
    world.app.advance_hours(24);
    world.ann.complete_new_task().await;
    id
}

/// The id of a session to which these things have been done, each after an hour.
async fn under_way(world: &World, done: &[&str]) -> String {
    let id = world.ann.start().await.text("id");
    for what in done {
        world.app.advance_hours(1);
        let answer = world.ann.post_empty(&format!("/api/work_sessions/{id}/{what}")).await;
        assert!(answer.status < 300, "{answer:?}");
    }
    world.app.advance_hours(1);
    id
}

async fn to_session(world: &World, done: &[&str], what: &str) -> Act {
    let id = under_way(world, done).await;
    ask(&world.ann, "POST", format!("/api/work_sessions/{id}{what}"), None)
}

async fn assert_registered_or_free(world: &World) {
    let login = world.app.anonymous().log_in("cleo", PASSWORD).await;
    if login.status != 200 {
        login.assert_error(401, "invalid_credentials");
        assert_eq!(world.app.anonymous().register("cleo").await.status, 201);
    }
    assert_cleo_can_work(world).await;
}

async fn assert_cleo_can_work(world: &World) {
    world.app.anonymous().register("cleo").await.assert_error(409, "username_taken");
    let cleo = world.app.login("cleo").await;
    assert_eq!(cleo.create_task("a").await.status, 201);
    assert_eq!(cleo.get("/api/auth/me").await.body["name"], "cleo");
}

/// More than one batch erases, with the canary wherever a user can write.
async fn with_much(world: &World) -> Act {
    let ann = &world.ann;
    let path = format!("/api/users/{}", ann.id);
    assert_eq!(ann.patch(&path, json!({ "name": CANARY })).await.status, 200);
    let keyed = ann.clone().with_header("idempotency-key", "k");
    assert_eq!(keyed.create_task(CANARY).await.status, 201);
    let gone = ann.create_task(CANARY).await.text("id");
    assert_eq!(ann.delete(&format!("/api/tasks/{gone}")).await.status, 204);
    let session = under_way(world, &["heartbeat"]).await;
    assert_eq!(ann.patch(&format!("/api/work_sessions/{session}"), json!({ "note": CANARY })).await.status, 200);
    assert_eq!(ann.patch("/api/settings", json!({ "day_start": "04:00" })).await.status, 200);
    let off = json!({ "from": "2026-02-02", "to": "2026-02-06", "kind": "sick" });
    assert_eq!(ann.post("/api/time_off", off).await.status, 201);
    assert_eq!(ann.post("/api/check_ins", json!({ "energy": 3, "note": CANARY })).await.status, 201);
    assert_eq!(ann.patch("/api/companion", json!({ "name": CANARY })).await.status, 200);
    assert_eq!(ann.post_empty("/api/companion/share").await.status, 201);
    many_tasks(world).await;
    ask(ann, "DELETE", path, None)
}

async fn many_tasks(world: &World) {
    let user = UserId::parse(&world.ann.id).expect("an id");
    let owner = world.app.app.jobs.ctx(None).owner_for_program(user).expect("the program");
    let mut change = world.app.app.shared.ledger.begin(owner).await.expect("open");
    while change.room() > 0 {
        let (created_at, created_on) = (change.now(), Some(change.today()));
        let (id, title) = (Id::new(change.next_id()), Title::parse(CANARY).expect("a title"));
        let task = Task::new(id, user, title, created_at, created_on);
        change.create(&task).expect("queued");
    }
    assert!(change.commit().await.expect("written"));
}

async fn assert_nothing_is_left(world: &World) {
    let ann = &world.ann;
    if ann.get("/api/auth/me").await.status != 401 {
        // Another instance has erased the account.
        world.app.advance_seconds(60);
        assert_eq!(ann.get("/api/auth/me").await.status, 401);
    }
    let nobody = world.app.anonymous();
    nobody.log_in("ann", PASSWORD).await.assert_error(401, "invalid_credentials");
    assert_eq!(world.app.due().await, Vec::<String>::new());
    for document in world.documents().await {
        let key = &document.key;
        let mentions = |text: &str| document.body.contains(text) || key.partition.as_str() == text;
        assert!(!mentions(CANARY), "{key:?}");
        assert!(!mentions(&ann.id) || key.kind == "summaries", "{key:?}");
    }
    assert_eq!(nobody.register("ann").await.status, 201);
}
