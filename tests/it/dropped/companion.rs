//! The operations on the companion.

use avanochi::jobs::Event;
use serde_json::json;

use super::{
    Act, Case,
    requests::{ask, completed_yesterday},
};
use crate::support::{
    events::{documents, hints},
    world::World,
};

pub const COMPANION: &[Case] = &[
    Case::new("PATCH /api/companion", |world| {
        Box::pin(async {
            progressed(world).await;
            ask(&world.ann, "PATCH", "/api/companion".into(), json!({ "name": "Nori", "palette": "blue" }))
        })
    }),
    Case::new("POST /api/companion/feed", |world| {
        Box::pin(async {
            progressed(world).await;
            ask(&world.ann, "POST", "/api/companion/feed".into(), json!({ "kind": "lunch" }))
        })
    }),
    Case::new("POST /api/companion/water", |world| {
        Box::pin(async {
            progressed(world).await;
            ask(&world.ann, "POST", "/api/companion/water".into(), None)
        })
    }),
    Case {
        refused: 200,
        ..Case::new("POST /api/companion/pet", |world| {
            Box::pin(async {
                progressed(world).await;
                ask(&world.ann, "POST", "/api/companion/pet".into(), None)
            })
        })
    },
    Case::new("POST /api/companion/share", |world| {
        Box::pin(async { ask(&world.ann, "POST", "/api/companion/share".into(), None) })
    }),
    Case::new("DELETE /api/companion/share", |world| {
        Box::pin(async {
            assert_eq!(world.ann.post_empty("/api/companion/share").await.status, 201);
            ask(&world.ann, "DELETE", "/api/companion/share".into(), None)
        })
    }),
];

/// What was done the day before is known to progress, and not yet to the companion.
async fn progressed(world: &World) {
    completed_yesterday(world).await;
    assert_eq!(world.ann.get("/api/progress").await.status, 200);
}

/// A date has ended, and of those who follow what was entered only the companion does something.
pub async fn told_of_water(world: &World) -> Act {
    for hours in [0, 24] {
        world.app.advance_hours(hours);
        assert_eq!(world.ann.post("/api/hydration", json!({ "ml": 500 })).await.status, 201);
    }
    assert_eq!(world.ann.get("/api/progress").await.status, 200);
    let told = hints(&documents(&world.app, &world.ann.id).await);
    Act::Event { job: "changes", event: Event::Changes(told.into_iter().filter(|change| change.kind == "hydration").collect()) }
}
