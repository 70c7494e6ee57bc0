//! What changed since: everything of a user's, in order, for clients that keep a copy.
//!
//! There is no log of events. Each published document bears the number of its latest change, and a deleted one leaves a
//! tombstone for a while; a client that has seen everything up to a number asks for what bears a higher one.

pub mod http;
pub mod model;
pub mod repo;
pub mod service;
pub mod stream;
pub mod view;

use std::sync::Arc;

use self::{
    service::ChangesService,
    view::{Feed, Stopping},
};
use crate::domain::{Contribution, Kinds, Shared};

/// What the domain adds to the program; `kinds` are those of all domains.
pub fn contribute(shared: &Shared, kinds: Arc<Kinds>, stopping: Stopping) -> Contribution {
    let changes = ChangesService::new(shared);
    Contribution::default().routes(http::router(Feed { changes, kinds, clock: Arc::clone(&shared.clock), stopping }))
}
