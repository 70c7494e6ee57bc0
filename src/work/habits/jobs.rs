//! Follows the sessions, so that habits are what the sessions say.

use super::service::HabitsService;
use crate::{
    jobs::Consumer,
    kernel::{Ctx, Result, UserId},
};

#[async_trait::async_trait]
impl Consumer for HabitsService {
    fn name(&self) -> &'static str {
        "habits"
    }

    fn reads(&self) -> &'static [&'static str] {
        &["work_sessions"]
    }

    fn writes(&self) -> &'static [&'static str] {
        &["habits"]
    }

    async fn follow(&self, ctx: &Ctx, user: UserId, seq: u64) -> Result<()> {
        self.learn(ctx, ctx.owner_for_program(user)?, seq).await
    }
}
