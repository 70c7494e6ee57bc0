//! Moving in and keeping the books: what the original and its front end stored becomes ours ([`import`]), and what the
//! ledgers count and know and where tasks are listed is compared with what exists ([`verify`]).
//!
//! Both use the repositories and the ledger of the domains, from above them, as the composition root does; nothing
//! imports this but the command line.

pub mod accounts;
pub mod audit;
pub mod browser;
pub mod console;
pub mod details;
pub mod entries;
pub mod file;
pub mod import;
pub mod legacy;
pub mod members;
pub mod resources;
pub mod tasks;
pub mod verify;
pub mod when;

use std::sync::Arc;

use crate::{
    domain::{Kinds, Shared},
    kernel::{Admins, Caller, Ctx, Owner, Result, UserId},
};

/// What both work with.
#[derive(Debug, Clone)]
pub struct Maintenance {
    pub shared: Shared,
    /// The kinds of all domains, which say what a document counts for.
    pub kinds: Arc<Kinds>,
}

impl Maintenance {
    pub fn new(shared: Shared, kinds: Arc<Kinds>) -> Self {
        Self { shared, kinds }
    }

    /// The context of work on one user's data, which is done in the user's name.
    fn ctx(&self, user: UserId) -> Result<(Ctx, Owner)> {
        let now = self.shared.clock.now();
        let ctx = Ctx::new(Caller::user(user, &Admins::default()), now, self.shared.ids.next(now).into());
        let owner = ctx.own()?;
        Ok((ctx, owner))
    }
}
