//! Looking whether there is something to remind a user of to whom that is due.

use super::service::NudgeService;
use crate::{
    jobs::DueWork,
    kernel::{Ctx, Owner, Result},
    wellbeing::reminded::LOOK,
};

/// Looks after one user.
pub struct Look(NudgeService);

impl Look {
    pub fn new(service: NudgeService) -> Self {
        Self(service)
    }
}

#[async_trait::async_trait]
impl DueWork for Look {
    fn name(&self) -> &'static str {
        LOOK
    }

    async fn run(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        self.0.look(ctx, owner).await
    }
}
