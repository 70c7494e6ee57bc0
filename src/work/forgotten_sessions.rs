//! Looking at the session under way of a user to whom that is due, with what is known of when the user works.

use super::{
    habits::service::HabitsService,
    work_sessions::{booking::REVIEW, service::WorkSessionService},
};
use crate::{
    domain::Shared,
    jobs::DueWork,
    kernel::{Ctx, Owner, Result},
};

/// Looks at one user's session under way.
pub struct ReviewSession {
    sessions: WorkSessionService,
    habits: HabitsService,
}

impl ReviewSession {
    pub fn new(shared: &Shared) -> Self {
        Self { sessions: WorkSessionService::new(shared), habits: HabitsService::new(shared) }
    }
}

#[async_trait::async_trait]
impl DueWork for ReviewSession {
    fn name(&self) -> &'static str {
        REVIEW
    }

    async fn run(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        let habits = self.habits.get(ctx, owner).await?;
        self.sessions.review(ctx, owner, &|date| habits.as_ref()?.length_on(date)).await
    }
}
