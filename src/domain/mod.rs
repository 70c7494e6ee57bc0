//! What a domain gets and what it gives: [`Shared`] is what its services work with, and its [`Contribution`] is all that
//! the composition root learns of it.

mod contribution;
mod kind;

use std::sync::Arc;

pub use contribution::{AtStart, Contribution};
pub use kind::{Kind, Kinds, Render};

use crate::{
    jobs::{Leases, queue::Queue},
    kernel::{Clock, IdSource},
    ledger::{Day, Ledger, Summary, idempotency},
    store::Store,
};

/// What every service may use.
#[derive(Debug, Clone)]
pub struct Shared {
    pub store: Arc<dyn Store>,
    pub ledger: Ledger,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
    pub queue: Arc<dyn Queue>,
    pub leases: Leases,
}

impl Shared {
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>, queue: Arc<dyn Queue>) -> Self {
        let ledger = Ledger::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&ids));
        let leases = Leases::new(Arc::clone(&store), Arc::clone(&ids));
        Self { store, ledger, clock, ids, queue, leases }
    }
}

/// The kinds of documents that the ledger itself keeps of each user.
pub fn ledger_kinds() -> Contribution {
    Contribution::default()
        .internal_kind::<Summary>("clients ask for the statistics, which are read off it")
        .internal_kind::<Day>("clients ask for the days, which show the latest one too")
        .internal_kind::<idempotency::Record>("it repeats what its request has made")
}
