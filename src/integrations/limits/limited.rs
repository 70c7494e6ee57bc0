//! What the requests of one connection go out by.

use std::sync::Arc;

use async_trait::async_trait;

use super::limiter::{Asker, Limits};
use crate::outbound::{
    http::{Answer, Outgoing, Request, Sends},
    providers::Failure,
};

/// Sends what its limits allow.
#[derive(Debug)]
pub struct Limited {
    pub out: Arc<Outgoing>,
    pub limits: Arc<Limits>,
    pub asker: Asker,
}

#[async_trait]
impl Sends for Limited {
    async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let wait = self.limits.ask(&self.asker, request.effect(), request.units()).await;
        let wait = wait.map_err(|until| Failure::Limited { until })?;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        let answer = self.out.send(request).await?;
        self.limits.learn(&self.asker, &answer).await;
        Ok(answer)
    }
}
