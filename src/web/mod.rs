//! The HTTP edge: what every route shares. Knows no domain; status codes and headers are decided here alone.

pub mod authentication;
pub mod body;
pub mod compression;
pub mod conditional;
pub mod cookies;
pub mod csv;
pub mod cursor;
pub mod docs;
pub mod error;
pub mod idempotency;
pub mod layers;
pub mod member;
pub mod origin;
pub mod params;
pub mod peer;
pub mod reply;
pub mod request;
pub mod server;
mod strict;

use std::sync::Arc;

pub use body::{Json, OptionalJson, OptionalPatch, Patch, read_members as members};
pub use conditional::{IfMatch, IfNoneMatch};
pub use cursor::{ListQuery, limit};
pub use error::{ErrorBody, status_of};
pub use idempotency::IdempotencyHeader;
pub use member::{Change, Whose};
pub use origin::Page;
pub use params::{Account, ById, InnerId, Own, OwnById, OwnByName, Query, UserInPath, WhoseQuery, escaped, given, parameter};
pub use peer::Peer;
pub use reply::{Reply, Success, render};
pub use strict::object;

pub use crate::kernel::Field;
use crate::kernel::{Clock, IdSource, Network, ports::Authenticator};

/// Where the page for people is, and where it is for whom only `/api` reaches us. Its parts are below.
pub const APP: &str = "/app/";
pub const APP_BELOW_API: &str = "/api/app/";
/// Addresses of pages that live in what looks like a folder, for their relative links.
const FOLDERS: [&str; 3] = [APP, APP_BELOW_API, docs::PAGE];

/// What the edge needs to know besides the routes.
#[derive(Clone)]
pub struct Edge {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
    pub authenticator: Arc<dyn Authenticator>,
    /// Origins whose pages may call with credentials, such as `https://app.example`.
    pub origins: Arc<[String]>,
    /// Who may say for whom a request is forwarded, when it is not the host.
    pub trusted_proxies: Arc<[Network]>,
    /// Whether the Functions host stands in front, whose invocation ids are then logged.
    pub behind_host: bool,
    /// Whether cookies are for HTTPS alone even when the request came over the loopback.
    pub always_secure: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Caller, Ctx, Error, ManualClock, RandomIds, Result, Timestamp};

    struct Nobody;

    #[async_trait::async_trait]
    impl Authenticator for Nobody {
        async fn authenticate(&self, _: &Ctx, _: &str) -> Result<Caller> {
            Err(Error::unauthorized())
        }
    }

    /// An edge that stands alone and lists nothing.
    pub fn edge() -> Edge {
        Edge {
            clock: Arc::new(ManualClock::at(Timestamp::from_micros(0))),
            ids: Arc::new(RandomIds::default()),
            authenticator: Arc::new(Nobody),
            origins: Arc::new([]),
            trusted_proxies: Arc::new([]),
            behind_host: false,
            always_secure: false,
        }
    }
}
