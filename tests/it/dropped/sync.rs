//! The jobs that keep tasks equal elsewhere, as far as they ask no service: what the runs themselves come to when something fails
//! is told by `tests/it/sync`.

use std::time::Duration;

use avanochi::{
    domain::Shared,
    integrations::{
        connections::model::ConnectionId,
        credentials::{Vault, model::Tokens},
    },
    jobs::{Event, Tick, queue::NewMessage},
    kernel::{Owner, UserId},
    ledger::Decision,
    outbound::providers::ProviderName,
};
use serde_json::json;

use super::{
    Act, Case,
    events::{SOME, message},
};
use crate::support::world::World;

pub const SYNC: &[Case] = &[
    Case {
        halfway: SOME,
        ..Case::new("sync_scheduler", |world| {
            Box::pin(async {
                connect(world).await;
                Act::Event { job: "sync_scheduler", event: Event::Tick(Tick::default()) }
            })
        })
    },
    // Nothing can be taken in without a credential, and the person is told so.
    Case {
        halfway: SOME,
        ..Case::new("sync_inbound_worker", |world| {
            Box::pin(async {
                let (shared, owner, id) = connect(world).await;
                let forgotten = shared.ledger.run(owner, |change| {
                    Box::pin(async move {
                        Vault::forget(change, id.uuid());
                        Ok(Decision::Write(()))
                    })
                });
                forgotten.await.expect("written");
                message(
                    "sync_inbound_worker",
                    json!({ "user_id": owner.id(), "connection_id": id, "trigger": "first", "correlation_id": "a" }),
                )
            })
        })
    },
    // Nothing of what has changed is to be written there, which is kept.
    Case {
        halfway: SOME,
        ..Case::new("sync_outbound_worker", |world| {
            Box::pin(async {
                let (_, owner, id) = connect(world).await;
                let payload = json!({ "user_id": owner.id(), "connection_id": id, "correlation_id": id });
                let first = Event::Message { payload: payload.clone(), attempt: 1 };
                super::dispatch(&world.app.app.jobs, "sync_outbound_worker", first).await;
                // As whoever finds it under way sends, to look again.
                let again = NewMessage { body: payload.clone(), delay: Duration::from_secs(5) };
                world.app.app.shared.queue.send("sync-outbound", again).await.expect("sent");
                assert_eq!(world.ann.post("/api/hydration", json!({ "ml": 250 })).await.status, 201);
                message("sync_outbound_worker", payload)
            })
        })
    },
    Case::new("sync_inbound_poison", |world| {
        Box::pin(async { message("sync_inbound_poison", json!({ "user_id": world.ann.id })) })
    }),
    Case::new("sync_outbound_poison", |world| {
        Box::pin(async { message("sync_outbound_poison", json!({ "user_id": world.ann.id })) })
    }),
    Case {
        halfway: SOME,
        ..Case::new("token_refresher", |world| {
            Box::pin(async {
                let (shared, owner, id) = connect(world).await;
                let tokens = &Tokens {
                    access: "access".to_owned().into(),
                    refresh: Some("refresh".to_owned().into()),
                    lasts: Some(Duration::from_hours(1)),
                    refresh_lasts: None,
                    scopes: None,
                };
                let vault = &world.app.app.vault;
                let consented = shared.ledger.run(owner, |change| {
                    Box::pin(async move {
                        vault.put_consent(change, id.uuid(), ProviderName::Todoist, tokens).await?;
                        Ok(Decision::Write(()))
                    })
                });
                consented.await.expect("kept");
                world.app.advance_hours(21 * 24);
                Act::Event { job: "token_refresher", event: Event::Tick(Tick::default()) }
            })
        })
    },
];

/// A connection of Ann's.
async fn connect(world: &World) -> (&Shared, Owner, ConnectionId) {
    let new = json!({ "provider": "todoist", "credential": { "token": "a token" } });
    let made = world.ann.post("/api/connections", new).await;
    assert_eq!(made.status, 201, "{made:?}");
    let user = UserId::parse(&world.ann.id).expect("an id");
    let owner = world.app.app.jobs.ctx(None).owner_for_program(user).expect("the program may");
    (&world.app.app.shared, owner, ConnectionId::parse(&made.text("id")).expect("an id"))
}
