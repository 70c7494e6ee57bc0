//! The operations on connections.

use avanochi::{
    integrations::connections::{
        model::ConnectionId,
        run::{Conflict, ConflictField, Edited, Side},
    },
    kernel::{Id, UserId},
    ledger::Decision,
    work::tasks::model::TaskId,
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Act, Case, requests::ask};
use crate::support::{Client, world::World};

const PATH: &str = "/api/connections";

/// A message may be lost that only hastens what is due.
const HASTENED: Option<fn(World) -> BoxFuture<'static, ()>> = Some(|_| Box::pin(async {}));

pub const CONNECTIONS: &[Case] = &[
    hastened("POST /api/connections", |world| Box::pin(async { ask(&world.ann, "POST", PATH.into(), connection()) })),
    hastened("PATCH /api/connections/{id}", |world| {
        let change = json!({ "name": "Work", "direction": "in", "credential": { "token": "another" } });
        Box::pin(async move { ask(&world.ann, "PATCH", connect(&world.ann, "").await, change) })
    }),
    Case {
        again: &[404],
        halfway: HASTENED,
        ..Case::new("DELETE /api/connections/{id}", |world| {
            Box::pin(async { ask(&world.ann, "DELETE", connect(&world.ann, "").await, None) })
        })
    },
    hastened("POST /api/connections/{id}/sync", |world| {
        Box::pin(async {
            let path = connect(&world.ann, "").await;
            for what in ["pause", "resume"] {
                assert_eq!(world.ann.post_empty(&format!("{path}/{what}")).await.status, 200);
            }
            world.app.advance_seconds(60);
            ask(&world.ann, "POST", format!("{path}/sync"), None)
        })
    }),
    Case::new("POST /api/connections/{id}/pause", |world| {
        Box::pin(async { ask(&world.ann, "POST", connect(&world.ann, "/pause").await, None) })
    }),
    hastened("POST /api/connections/{id}/resume", |world| {
        Box::pin(async {
            let path = connect(&world.ann, "").await;
            assert_eq!(world.ann.post_empty(&format!("{path}/pause")).await.status, 200);
            ask(&world.ann, "POST", format!("{path}/resume"), None)
        })
    }),
    Case::new("POST /api/connections/{id}/webhooks", |world| {
        Box::pin(async {
            // The key of addresses is there from the first on.
            let path = hooked(world).await.0;
            ask(&world.ann, "POST", path, json!({ "preset": "jira" }))
        })
    }),
    Case::new("POST /api/connections/{id}/webhooks/{wid}/secrets", |world| {
        Box::pin(async { ask(&world.ann, "POST", format!("{}/secrets", hooked(world).await.1), json!({})) })
    }),
    Case {
        again: &[404],
        ..Case::new("DELETE /api/connections/{id}/webhooks/{wid}", |world| {
            Box::pin(async { ask(&world.ann, "DELETE", hooked(world).await.1, None) })
        })
    },
    Case::new("POST /api/connections/{id}/conflicts/{cid}/restore", |world| Box::pin(lost(world))),
];

const fn hastened(of: &'static str, prepare: for<'w> fn(&'w World) -> BoxFuture<'w, Act>) -> Case {
    Case { halfway: HASTENED, ..Case::new(of, prepare) }
}

fn connection() -> Value {
    json!({ "provider": "github", "settings": { "repositories": ["octo/app"] }, "credential": { "token": "a token" } })
}

async fn connect(client: &Client, ending: &str) -> String {
    format!("{PATH}/{}{ending}", client.post(PATH, connection()).await.text("id"))
}

/// Where the webhooks of a connection are, and one of them.
async fn hooked(world: &World) -> (String, String) {
    let path = connect(&world.ann, "/webhooks").await;
    let made = world.ann.post(&path, json!({ "preset": "jira" })).await;
    let one = format!("{path}/{}", made.text("id"));
    (path, one)
}

/// A title that was overwritten.
async fn lost(world: &World) -> Act {
    let path = connect(&world.ann, "").await;
    let connection_id = path.rsplit('/').next().and_then(ConnectionId::parse).expect("an id");
    let task_id = TaskId::parse(&world.ann.create_task("kept").await.text("id")).expect("an id");
    let (app, user) = (&world.app.app, UserId::parse(&world.ann.id).expect("an id"));
    let owner = app.jobs.ctx(None).owner_for_program(user).expect("the program may");
    let noted = app.shared.ledger.run(owner, |change| {
        Box::pin(async move {
            let edited = |side, value| Edited { side, value: json!(value), at: None };
            let conflict = Conflict {
                id: Id::new(change.next_id()),
                connection_id,
                number: 1,
                task_id,
                field: ConflictField::Title,
                kept: edited(Side::Remote, "kept"),
                lost: edited(Side::Local, "lost"),
                created_at: change.now(),
                restored_at: None,
            };
            change.create(&conflict)?;
            Ok(Decision::Write(conflict.id))
        })
    });
    let id = noted.await.expect("written");
    ask(&world.ann, "POST", format!("{path}/conflicts/{id}/restore"), None)
}
