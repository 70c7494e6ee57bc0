//! What the HTTP edge needs of a domain without knowing which one provides it.

use super::{Caller, Ctx, Result};

/// Turns a bearer token into a caller.
#[async_trait::async_trait]
pub trait Authenticator: Send + Sync {
    /// `Unauthorized` when the token is not ours, has expired, or belongs to a deleted user.
    async fn authenticate(&self, ctx: &Ctx, token: &str) -> Result<Caller>;
}
