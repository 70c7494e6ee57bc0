//! Evaluating a date once it is over, for whoever worked on it.

use super::service::PredictionService;
use crate::{
    jobs::DueWork,
    kernel::{Ctx, Owner, Result},
    wellbeing::overload::EVALUATE,
};

/// Evaluates the dates of one user.
pub struct Evaluate(PredictionService);

impl Evaluate {
    pub fn new(service: PredictionService) -> Self {
        Self(service)
    }
}

#[async_trait::async_trait]
impl DueWork for Evaluate {
    fn name(&self) -> &'static str {
        EVALUATE
    }

    async fn run(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        self.0.evaluate(ctx, owner).await
    }
}
