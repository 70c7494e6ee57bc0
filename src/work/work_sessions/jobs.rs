//! Looking at the session under way of a user to whom that is due.

use super::{booking::REVIEW, service::WorkSessionService};
use crate::{
    jobs::DueWork,
    kernel::{Ctx, Owner, Result},
    work::habits::service::HabitsService,
};

/// Looks at one user's session under way.
pub struct Review {
    pub sessions: WorkSessionService,
    pub habits: HabitsService,
}

#[async_trait::async_trait]
impl DueWork for Review {
    fn name(&self) -> &'static str {
        REVIEW
    }

    async fn run(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        let habits = self.habits.get(ctx, owner).await?;
        self.sessions.review(ctx, owner, habits.as_ref()).await
    }
}
