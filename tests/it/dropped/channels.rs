//! The operations on channels, and the job that sends. What a message comes to whose sender dies is told by `tests/it/notifications`.

use avanochi::wellbeing::reminders::model::What;
use futures_util::future::BoxFuture;
use serde_json::json;

use super::{
    Case,
    events::{SOME, message},
    requests::ask,
};
use crate::{
    channels::{follow, send},
    notifications::nudge,
    support::world::World,
};

const PATH: &str = "/api/channels";

/// A message may be lost that only hastens what is due.
const HASTENED: Option<fn(World) -> BoxFuture<'static, ()>> = Some(|_| Box::pin(async {}));

pub const CHANNELS: &[Case] = &[
    Case {
        again: &[200],
        halfway: HASTENED,
        ..Case::new("POST /api/channels", |world| {
            Box::pin(async {
                let body = json!({ "kind": "webhook", "url": "https://hooks.example.org/a", "name": "Home" });
                ask(&world.ann, "POST", PATH.into(), body)
            })
        })
    },
    Case::new("PATCH /api/channels/{id}", |world| {
        Box::pin(async { ask(&world.ann, "PATCH", made(world, "webhook").await, json!({ "name": "Work", "events": ["sync"] })) })
    }),
    Case {
        again: &[404],
        ..Case::new("DELETE /api/channels/{id}", |world| {
            Box::pin(async { ask(&world.ann, "DELETE", made(world, "webhook").await, None) })
        })
    },
    Case {
        again: &[429],
        halfway: HASTENED,
        ..Case::new("POST /api/channels/{id}/test", |world| {
            Box::pin(async { ask(&world.ann, "POST", format!("{}/test", made(world, "webhook").await), None) })
        })
    },
    Case::new("POST /api/channels/{id}/secret", |world| {
        Box::pin(async { ask(&world.ann, "POST", format!("{}/secret", made(world, "webhook").await), None) })
    }),
    Case {
        again: &[429],
        halfway: HASTENED,
        ..Case::new("POST /api/channels/{id}/verify", |world| {
            Box::pin(async {
                let path = made(world, "email").await;
                world.app.advance_seconds(60);
                ask(&world.ann, "POST", format!("{path}/verify"), None)
            })
        })
    },
    Case {
        again: &[404],
        ..Case::new("POST /api/channels/verify", |world| {
            Box::pin(async {
                made(world, "email").await;
                send(&world.app).await;
                ask(&world.app.anonymous(), "POST", here(&world.app.mailbox.last().link), None)
            })
        })
    },
    Case::new("POST /api/unsubscribe/{token}", |world| {
        Box::pin(async {
            let path = made(world, "email").await;
            send(&world.app).await;
            assert_eq!(world.app.anonymous().post_empty(&here(&world.app.mailbox.last().link)).await.status, 200);
            assert_eq!(world.ann.patch(&path, json!({ "events": ["nudges", "sync"] })).await.status, 200);
            world.app.advance_seconds(60);
            nudge(&world.app, &world.ann, What::BreakDue { continuous_minutes: 50 }).await;
            follow(&world.app, &world.ann).await;
            send(&world.app).await;
            let link = world.app.mailbox.last().unsubscribe.expect("a way out");
            ask(&world.app.anonymous(), "POST", here(&link), None)
        })
    }),
];

pub const SENDING: &[Case] = &[
    Case {
        halfway: SOME,
        ..Case::new("notification_worker", |world| {
            Box::pin(async {
                // It is gone before its test is sent.
                let path = made(world, "webhook").await;
                assert_eq!(world.ann.delete(&path).await.status, 204);
                message("notification_worker", json!({ "user_id": world.ann.id }))
            })
        })
    },
    Case::new("notification_poison", |world| {
        Box::pin(async { message("notification_poison", json!({ "user_id": world.ann.id })) })
    }),
];

/// A channel; nothing was sent to it yet.
async fn made(world: &World, kind: &str) -> String {
    let body = json!({ "kind": kind, "url": "https://hooks.example.org/a", "address": "ann@example.org" });
    let made = world.ann.post(PATH, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    format!("{PATH}/{}", made.text("id"))
}

/// Of a link that was given out, the path here.
fn here(link: &str) -> String {
    link.find("/api/").map(|from| link[from..].to_owned()).expect("a path")
}
