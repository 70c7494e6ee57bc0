//! Ending the rest under way of a user who has forgotten it.

use super::{booking::END, service::RestService};
use crate::{
    jobs::DueWork,
    kernel::{Ctx, Owner, Result},
};

/// Ends one user's rest.
pub struct EndForgotten(RestService);

impl EndForgotten {
    pub fn new(service: RestService) -> Self {
        Self(service)
    }
}

#[async_trait::async_trait]
impl DueWork for EndForgotten {
    fn name(&self) -> &'static str {
        END
    }

    async fn run(&self, ctx: &Ctx, owner: Owner) -> Result<()> {
        self.0.end_forgotten(ctx, owner).await
    }
}
