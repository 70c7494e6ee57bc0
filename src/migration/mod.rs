//! Moving in and keeping the books: what the original stored becomes ours ([`import`]), and what the ledgers count is
//! compared with what exists ([`verify`]).
//!
//! Both use the repositories and the ledger of the domains, from above them, as the composition root does; nothing
//! imports this but the command line.

pub mod accounts;
pub mod audit;
pub mod console;
pub mod file;
pub mod import;
pub mod legacy;
pub mod resources;
pub mod verify;

use std::sync::Arc;

use crate::{
    kernel::{Caller, Clock, Ctx, IdSource, Owner, Result, UserId},
    ledger::Ledger,
    store::Store,
};

/// What both work with.
#[derive(Debug, Clone)]
pub struct Workshop {
    pub store: Arc<dyn Store>,
    pub ledger: Ledger,
    pub clock: Arc<dyn Clock>,
}

impl Workshop {
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { ledger: Ledger::new(Arc::clone(&store), ids), store, clock }
    }

    /// The context of work on one user's data, which is done in the user's name.
    fn ctx(&self, user: UserId) -> Result<(Ctx, Owner)> {
        let now = self.clock.now();
        let ctx = Ctx { caller: Caller::User(user), now, request_id: self.ledger.ids().next(now).into() };
        let owner = ctx.own()?;
        Ok((ctx, owner))
    }
}
