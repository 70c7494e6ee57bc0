//! The jobs, each with events that give it something to do. A new job adds its line.

use avanochi::{
    jobs::{Event, Tick},
    kernel::{Clock as _, Limit, PageRequest},
    store::{Change, KeyRange},
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{Act, Case, channels::SENDING, companion::told_of_water, sync::SYNC};
use crate::support::{
    events::{documents, hints},
    task_path, time,
    world::World,
};

/// Some of it may be done: of the messages, all of which the next tick sends again; or by one of those who follow a change, and
/// the others do theirs when it is told again.
pub const SOME: Option<fn(World) -> BoxFuture<'static, ()>> = Some(|_| Box::pin(async {}));

/// Some of the tasks may have been carried over: then it stays due to carry over the others.
const SOME_TASKS: Option<fn(World) -> BoxFuture<'static, ()>> = Some(|world| {
    Box::pin(async move {
        assert!(world.app.due().await.contains(&world.ann.id));
    })
});

pub fn all() -> impl Iterator<Item = &'static Case> {
    [EVENTS, SYNC, SENDING].into_iter().flatten()
}

const EVENTS: &[Case] = &[
    Case {
        halfway: SOME,
        ..Case::new("tick", |world| {
            Box::pin(async {
                forgotten(world).await;
                Act::Event { job: "tick", event: Event::Tick(Tick::default()) }
            })
        })
    },
    Case {
        halfway: SOME,
        ..Case::new("tick", |world| {
            Box::pin(async {
                forgotten(world).await;
                Act::Round
            })
        })
    },
    Case::new("jobs", |world| {
        Box::pin(async {
            forgotten(world).await;
            message("jobs", json!({ "range": range_of_ann(world).await }))
        })
    }),
    Case::new("jobs", |world| {
        Box::pin(async {
            forgotten(world).await;
            message("jobs", json!({ "user_id": world.ann.id }))
        })
    }),
    Case::new("jobs", |world| {
        Box::pin(async {
            // Twice reminded, so that it is ended.
            forgotten(world).await;
            for _ in 0..2 {
                world.app.do_due().await.expect("done");
                world.app.advance_hours(4);
            }
            message("jobs", json!({ "user_id": world.ann.id }))
        })
    }),
    Case::new("jobs", |world| {
        Box::pin(async {
            // A timer that was left running.
            let task = world.ann.task_with(json!({ "estimate_minutes": 45 })).await;
            assert_eq!(world.ann.post_empty(&format!("{}/timer/start", task_path(&task))).await.status, 200);
            world.app.advance_hours(12);
            message("jobs", json!({ "user_id": world.ann.id }))
        })
    }),
    Case {
        halfway: SOME_TASKS,
        ..Case::new("jobs", |world| {
            Box::pin(async {
                // Of a week that is over, and more than one commit holds.
                let operations = vec![json!({ "op": "create", "title": "a", "planned_for": "2026-01-14" }); 50];
                let made = world.ann.post("/api/tasks/bulk", json!({ "operations": operations })).await;
                assert_eq!(made.status, 200);
                world.app.advance_hours(5 * 24);
                message("jobs", json!({ "user_id": world.ann.id }))
            })
        })
    },
    Case::new("jobs", |world| {
        Box::pin(async {
            // A date with work that is over, to be evaluated.
            world.ann.be_reminded_of(&[]).await;
            let session = world.ann.start().await.text("id");
            world.app.advance_hours(2);
            assert_eq!(world.ann.end(&session).await.status, 200);
            // What follows from the session for others is known before.
            assert_eq!(world.ann.get("/api/progress").await.status, 200);
            world.app.advance_hours(24);
            message("jobs", json!({ "user_id": world.ann.id }))
        })
    }),
    Case::new("jobs_poison", |world| Box::pin(async { message("jobs_poison", json!({ "user_id": world.ann.id })) })),
    Case {
        halfway: SOME,
        ..Case::new("changes", |world| {
            Box::pin(async {
                let learned = recorded(world, "2026-01-07").await;
                Act::Event { job: "changes", event: Event::Changes(learned) }
            })
        })
    },
    Case {
        halfway: SOME,
        ..Case::new("changes", |world| {
            Box::pin(async {
                let learned = recorded(world, "2026-01-07").await;
                super::dispatch(&world.app.app.jobs, "changes", Event::Changes(learned)).await;
                let changed = recorded(world, "2025-12-31").await;
                Act::Event { job: "changes", event: Event::Changes(changed) }
            })
        })
    },
    Case::new("changes", |world| Box::pin(told_of_water(world))),
    // Nobody but progress follows tasks.
    Case::new("changes", |world| {
        Box::pin(async {
            let task = world.ann.complete_new_task().await;
            let told = hints(&documents(&world.app, &world.ann.id).await);
            super::dispatch(&world.app.app.jobs, "changes", Event::Changes(told)).await;
            world.ann.complete_new_task().await;
            world.ann.patch(&format!("/api/tasks/{task}"), json!({ "action": "reopen" })).await;
            let told = hints(&documents(&world.app, &world.ann.id).await);
            let told = told.into_iter().filter(|change| change.kind == "tasks").collect();
            Act::Event { job: "changes", event: Event::Changes(told) }
        })
    }),
];

pub fn message(job: &'static str, payload: Value) -> Act {
    Act::Event { job, event: Event::Message { payload, attempt: 1 } }
}

/// A session that has been going on for four hours.
async fn forgotten(world: &World) {
    // Of one thing alone, so that one message does one thing.
    world.ann.be_reminded_of(&["sessions"]).await;
    assert_eq!(world.ann.start().await.status, 201);
    world.app.advance_hours(4);
}

async fn range_of_ann(world: &World) -> KeyRange {
    let ledger = &world.app.app.shared.ledger;
    for range in ledger.ranges().await.expect("ranges") {
        let page = ledger.due(range.clone(), world.app.clock.now(), PageRequest::first(Limit::MAX)).await;
        if !page.expect("a page").items.is_empty() {
            return range;
        }
    }
    panic!("nothing is due");
}

/// A session on that date; what a feed tells of the user then.
async fn recorded(world: &World, date: &str) -> Vec<Change> {
    let at = |hour: &str| time(&format!("{date}T{hour}:00:00Z"));
    assert_eq!(world.ann.record(at("09"), at("15")).await.status, 201);
    hints(&documents(&world.app, &world.ann.id).await)
}
