//! What people see of a credential: nothing of its secrets.

use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Credential, CredentialKind};
use crate::kernel::Timestamp;

/// What is kept of a credential, as far as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "kind": "oauth", "account": "ann", "scopes": ["repo"], "expires_at": "2026-03-02T17:00:00.000000Z",
    "set_at": "2026-03-02T09:00:00.000000Z" }))]
pub struct CredentialView<'a> {
    pub kind: CredentialKind,
    /// As whom the service knows us, once that is known.
    pub account: Option<&'a str>,
    /// What we may do there, where the service says so.
    pub scopes: &'a [String],
    /// When it ends, where the service says so. What a person consented to is renewed before that.
    pub expires_at: Option<Timestamp>,
    /// When it was given.
    pub set_at: Timestamp,
}

impl<'a> From<&'a Credential> for CredentialView<'a> {
    fn from(credential: &'a Credential) -> Self {
        Self {
            kind: credential.kind,
            account: credential.account.as_deref(),
            scopes: &credential.scopes,
            expires_at: credential.expires_at,
            set_at: credential.set_at,
        }
    }
}
