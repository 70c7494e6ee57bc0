//! Follows tasks, sessions and time off, so that progress is what they say.

use super::{service::ProgressService, taken::READS};
use crate::{
    jobs::Consumer,
    kernel::{Ctx, Result, UserId},
};

#[async_trait::async_trait]
impl Consumer for ProgressService {
    fn name(&self) -> &'static str {
        "progress"
    }

    fn reads(&self) -> &'static [&'static str] {
        READS
    }

    fn writes(&self) -> &'static [&'static str] {
        &["achievements", "progress", "progress_ledger"]
    }

    async fn follow(&self, ctx: &Ctx, user: UserId, seq: u64) -> Result<()> {
        self.take_in(ctx.owner_for_program(user)?, Some(seq)).await
    }
}
