//! Follows what people do, so that a companion keeps what it has become and how it was when a date began.

use super::service::CompanionService;
use crate::{
    jobs::Consumer,
    kernel::{Code, Ctx, Result, UserId},
    progress::standing::Progress,
    store::Entity as _,
    wellbeing::{hydration::model::Drink, meals::model::Meal, rests::model::Rest},
    work::work_sessions::model::WorkSession,
};

#[async_trait::async_trait]
impl Consumer for CompanionService {
    fn name(&self) -> &'static str {
        "companion"
    }

    fn reads(&self) -> &'static [&'static str] {
        &[Progress::KIND, Drink::KIND, Meal::KIND, Rest::KIND, WorkSession::KIND]
    }

    fn writes(&self) -> &'static [&'static str] {
        &["companion"]
    }

    /// What is to be kept follows from the user's data as it is, so that no hint is older than it.
    async fn follow(&self, ctx: &Ctx, user: UserId, _seq: u64) -> Result<()> {
        match self.keep_up(ctx, ctx.owner_for_program(user)?).await {
            // Of a user who is gone there is nothing to be kept.
            Err(error) if error.code() == Code::NotFound => Ok(()),
            other => other,
        }
    }
}
