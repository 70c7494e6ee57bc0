//! What a domain adds to the program.

use std::sync::Arc;

use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::{Kind, Kinds, Render};
use crate::{
    jobs::{Consumer, DueWork, Registry},
    kernel::{Ctx, Result, ports::Authenticator},
    ledger::Counted,
};

/// Work to be done once whenever the program starts, beside its requests; again when it fails.
#[async_trait::async_trait]
pub trait AtStart: Send + Sync {
    async fn run(&self, ctx: &Ctx) -> Result<()>;
}

/// Routes, kinds of documents and work without a request, as one domain has them or several together.
#[derive(Default)]
#[must_use]
pub struct Contribution {
    /// Routes that need a token.
    pub routes: OpenApiRouter,
    /// Routes that need none.
    pub public_routes: OpenApiRouter,
    pub kinds: Kinds,
    /// Work that is due to a user at an instant.
    pub due: Vec<Arc<dyn DueWork>>,
    /// Who follows which changes.
    pub consumers: Vec<Box<dyn Consumer>>,
    /// Jobs with function folders of their own.
    pub jobs: Registry,
    pub at_start: Vec<Arc<dyn AtStart>>,
    /// Who knows the callers; one domain does.
    pub authenticator: Option<Arc<dyn Authenticator>>,
}

impl Contribution {
    pub fn routes(mut self, routes: OpenApiRouter) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    pub fn public_routes(mut self, routes: OpenApiRouter) -> Self {
        self.public_routes = self.public_routes.merge(routes);
        self
    }

    /// A kind of documents whose changes clients are told of, as a `V`, which is what `render` makes of one.
    pub fn kind<T: Counted, V: ToSchema>(mut self, render: Render) -> Self {
        self.kinds.add(Kind::published::<T, V>(render));
        self
    }

    /// A kind of documents that clients do not see, and why.
    pub fn internal_kind<T: Counted>(mut self, reason: &'static str) -> Self {
        self.kinds.add(Kind::internal::<T>(reason));
        self
    }

    pub fn due(mut self, work: impl DueWork + 'static) -> Self {
        self.due.push(Arc::new(work));
        self
    }

    pub fn follows(mut self, consumer: impl Consumer + 'static) -> Self {
        self.consumers.push(Box::new(consumer));
        self
    }

    pub fn jobs(mut self, jobs: Registry) -> Self {
        self.jobs.extend(jobs);
        self
    }

    pub fn at_start(mut self, work: impl AtStart + 'static) -> Self {
        self.at_start.push(Arc::new(work));
        self
    }

    pub fn authenticator(mut self, authenticator: Arc<dyn Authenticator>) -> Self {
        self.authenticator = Some(authenticator);
        self
    }

    /// Both together.
    pub fn and(mut self, other: Self) -> Self {
        self.kinds.extend(other.kinds);
        self.due.extend(other.due);
        self.consumers.extend(other.consumers);
        self.jobs.extend(other.jobs);
        self.at_start.extend(other.at_start);
        Self {
            routes: self.routes.merge(other.routes),
            public_routes: self.public_routes.merge(other.public_routes),
            authenticator: self.authenticator.or(other.authenticator),
            ..self
        }
    }
}
