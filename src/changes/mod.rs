//! What changed since: everything of a user's, in order, for clients that keep a copy.
//!
//! There is no log of events. Each published document bears the number of its latest change, and a deleted one leaves a
//! tombstone for a while; a client that has seen everything up to a number asks for what bears a higher one.

pub mod http;
pub mod model;
pub mod open_streams;
pub mod repo;
pub mod service;
pub mod stream;
pub mod view;

use std::sync::Arc;

use self::{
    open_streams::OpenStreams,
    service::ChangesService,
    view::{Feed, Stopping},
};
use crate::{
    domain::{Contribution, Kinds, Shared},
    web::Edge,
};

/// What the domain adds to the program; `kinds` are those of all domains.
pub fn contribute(shared: &Shared, kinds: Arc<Kinds>, edge: Edge, stopping: Stopping) -> Contribution {
    let (changes, streams) = (ChangesService::new(shared), OpenStreams::default());
    Contribution::default().routes(http::router(Feed { changes, kinds, edge, streams, stopping }))
}
