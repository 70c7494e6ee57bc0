//! Integrations: what is connected with services that keep tasks, and kept equal there.

pub mod connections;
pub mod counters;
pub mod credentials;
pub mod limits;
pub mod messages;
pub mod oauth;
pub mod opener;
pub mod removal;
pub mod scheduler;
pub mod sync;
pub mod webhooks;

use std::sync::Arc;

use self::{
    connections::service::ConnectionService,
    credentials::Credential,
    removal::Removal,
    scheduler::Scheduler,
    sync::{
        jobs::{InboundWorker, OutboundWorker},
        link::Link,
        service::Synchronisation,
    },
};
use crate::{
    domain::{Contribution, Shared},
    jobs::{DeadLetters, Registry},
};

/// What a function folder says, built in.
macro_rules! function_json {
    ($folder:literal) => {
        include_str!(concat!("../../", $folder, "/function.json"))
    };
}

/// What the domain adds to the program. `public_url`: where people reach it, without a path.
pub fn contribute(shared: &Shared, connections: ConnectionService, sync: Synchronisation, public_url: &str) -> Contribution {
    let dead_letters = || DeadLetters::new(Arc::clone(&shared.store), Arc::clone(&shared.ids));
    let jobs = Registry::default()
        .with(Scheduler::new(shared), function_json!("sync_scheduler"))
        .with(InboundWorker(sync.clone()), function_json!("sync_inbound_worker"))
        .with_poison_of::<InboundWorker>("sync_inbound_poison", dead_letters(), function_json!("sync_inbound_poison"))
        .with(OutboundWorker(sync.clone()), function_json!("sync_outbound_worker"))
        .with_poison_of::<OutboundWorker>("sync_outbound_poison", dead_letters(), function_json!("sync_outbound_poison"));
    Contribution::default()
        .and(connections::contribute(connections, public_url))
        .internal_kind::<Credential>("nobody is shown a secret; the connection says what kind there is")
        .internal_kind::<Link>("the task says where it is kept, and the connection how many are linked")
        .follows(sync)
        .due(Removal::new(shared))
        .jobs(jobs)
}
