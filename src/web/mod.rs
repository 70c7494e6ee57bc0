//! The HTTP edge: what every route shares. Knows no domain; status codes and headers are decided here alone.

pub mod authentication;
pub mod body;
mod compression;
pub mod conditional;
pub mod cursor;
pub mod docs;
pub mod error;
pub mod idempotency;
pub mod layers;
pub mod member;
pub mod params;
pub mod reply;
pub mod request;
pub mod server;
mod strict;

use std::sync::Arc;

pub use body::{Json, OptionalJson, OptionalPatch, Patch};
pub use conditional::{IfMatch, IfNoneMatch};
pub use cursor::{ListQuery, limit};
pub use error::ErrorBody;
pub use idempotency::IdempotencyHeader;
pub use member::{Change, Field, Whose};
pub use params::{Account, ById, Query, UserInPath, WhoseQuery, given, parameter};
pub use reply::{Reply, shown};
pub use strict::object;

use crate::kernel::{Clock, IdSource, ports::Authenticator};

/// What the edge needs to know besides the routes.
#[derive(Clone)]
pub struct Edge {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
    pub authenticator: Arc<dyn Authenticator>,
    /// Origins whose pages may call with credentials, such as `https://app.example`.
    pub origins: Arc<[String]>,
    /// Whether the Functions host stands in front, whose invocation ids are then logged.
    pub behind_host: bool,
    /// Whether cookies are for HTTPS alone even when the request came over the loopback.
    pub always_secure: bool,
}
