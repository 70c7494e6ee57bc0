//! Consents: people send us to a service, which sends them back with a code that is good once for tokens.

pub mod answer;
pub mod clients;
pub mod http;
pub mod issuer;
pub mod jobs;
pub mod model;
pub mod repo;
pub mod service;

use std::sync::Arc;

use url::Url;

use self::{
    http::{CALLBACK, Parts},
    issuer::Issuers,
    model::Attempt,
    service::OauthService,
};
use super::{
    connections::service::ConnectionService,
    credentials::{Keys, Vault},
};
use crate::{
    domain::{Contribution, Shared},
    web::{APP, Edge},
};

/// What is needed to let people consent.
pub struct Consents {
    pub connections: ConnectionService,
    pub vault: Vault,
    pub keys: Keys,
    pub issuers: Issuers,
    /// Under which address people reach the program.
    pub public_url: Url,
}

/// What the slice adds to the program. Errors: the public address has no path.
pub fn contribute(shared: &Shared, edge: Edge, consents: Consents) -> Result<Contribution, url::ParseError> {
    let Consents { connections, vault, keys, issuers, public_url } = consents;
    let service = OauthService::new(shared, connections, vault, keys, issuers, public_url.join(CALLBACK)?);
    let parts = Parts { service, edge, page: Arc::new(public_url.join(APP)?) };
    Ok(Contribution::default()
        .routes(http::router(parts.clone()))
        .public_routes(http::public_router(parts))
        .internal_kind::<Attempt>("it is over when the person is back from the service")
        .jobs(jobs::registry(shared)))
}
