//! The operations on what people enter of their wellbeing, and say to what is recommended.

use std::time::Duration;

use avanochi::kernel::Clock as _;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    Act, Case,
    requests::{ask, completed_yesterday},
};
use crate::support::world::World;

/// A day in the past, whose document changes, and today's, which is in the summary.
const YESTERDAY: &str = "2026-01-14T12:30:00Z";

pub const WELLBEING: &[Case] = &[
    Case::new("POST /api/hydration", |world| Box::pin(new(world, "/api/hydration", json!({ "ml": 250, "at": YESTERDAY })))),
    deletion("DELETE /api/hydration/{id}", |world| Box::pin(gone(world, "/api/hydration", json!({ "ml": 250 })))),
    Case::new("POST /api/meals", |world| Box::pin(new(world, "/api/meals", json!({ "kind": "lunch", "at": YESTERDAY })))),
    deletion("DELETE /api/meals/{id}", |world| Box::pin(gone(world, "/api/meals", json!({ "kind": "lunch", "at": YESTERDAY })))),
    Case::new("POST /api/check_ins", |world| {
        Box::pin(async {
            assert_eq!(world.ann.post("/api/check_ins", json!({ "energy": 2 })).await.status, 201);
            ask(&world.ann, "POST", "/api/check_ins".into(), json!({ "energy": 4 }))
        })
    }),
    deletion("DELETE /api/check_ins/{id}", |world| Box::pin(gone(world, "/api/check_ins", json!({ "energy": 2 })))),
    Case::new("POST /api/rests/start", |world| Box::pin(new(world, "/api/rests/start", json!({ "kind": "short" })))),
    Case::new("POST /api/rests/{id}/end", |world| {
        Box::pin(async {
            let id = world.ann.post("/api/rests/start", json!({ "kind": "short" })).await.text("id");
            world.app.advance_seconds(600);
            ask(&world.ann, "POST", format!("/api/rests/{id}/end"), None)
        })
    }),
    Case::new("POST /api/work_sessions/start", |world| {
        Box::pin(async {
            assert_eq!(world.ann.post("/api/rests/start", json!({ "kind": "short" })).await.status, 201);
            world.app.advance_seconds(600);
            ask(&world.ann, "POST", "/api/work_sessions/start".into(), json!({ "user_id": world.ann.id }))
        })
    }),
    Case::new("POST /api/rests", |world| Box::pin(new(world, "/api/rests", past_rest()))),
    deletion("DELETE /api/rests/{id}", |world| Box::pin(gone(world, "/api/rests", past_rest()))),
    Case::new("POST /api/nudges/{id}", |world| Box::pin(answered(world, json!({ "action": "done" })))),
    Case::new("POST /api/nudges/{id}", |world| Box::pin(answered(world, json!({ "action": "dismiss" })))),
    Case::new("POST /api/nudges/{id}", |world| Box::pin(answered(world, json!({ "action": "snooze", "minutes": 30 })))),
    Case::new("POST /api/recommendations/{id}", |world| {
        Box::pin(async {
            let id = world.ann.be_recommended().await;
            ask(&world.ann, "POST", format!("/api/recommendations/{id}"), json!({ "action": "done" }))
        })
    }),
    Case::new("PATCH /api/presence", |world| {
        Box::pin(async {
            let until = world.app.clock.now().plus(Duration::from_hours(1));
            ask(&world.ann, "PATCH", "/api/presence".into(), json!({ "busy_until": until.to_string() }))
        })
    }),
];

const fn deletion(of: &'static str, prepare: for<'w> fn(&'w World) -> BoxFuture<'w, Act>) -> Case {
    Case { again: &[404], ..Case::new(of, prepare) }
}

fn past_rest() -> Value {
    json!({ "kind": "lunch", "start_time": "2026-01-14T12:00:00Z", "end_time": "2026-01-14T12:45:00Z" })
}

async fn new(world: &World, path: &str, body: Value) -> Act {
    completed_yesterday(world).await;
    ask(&world.ann, "POST", path.into(), body)
}

async fn answered(world: &World, answer: Value) -> Act {
    let id = world.ann.be_reminded(&world.app).await;
    ask(&world.ann, "POST", format!("/api/nudges/{id}"), answer)
}

async fn gone(world: &World, path: &str, body: Value) -> Act {
    completed_yesterday(world).await;
    let made = world.ann.post(path, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    ask(&world.ann, "DELETE", format!("{path}/{}", made.text("id")), None)
}
