//! The `Idempotency-Key` header.

use axum::{extract::FromRequestParts, http::request::Parts};
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
    },
};

use crate::kernel::{Code, Ctx, Error, IdempotencyKey, Result};

/// What the header says, if it is there.
#[derive(Debug)]
pub struct IdempotencyHeader(Option<String>);

impl IdempotencyHeader {
    /// The caller promises that equal keys mean equal requests.
    pub fn key(&self, ctx: &Ctx, operation: &str, input: &[u8]) -> Result<Option<IdempotencyKey>> {
        self.scoped(&ctx.own()?.id().to_string(), operation, input)
    }

    /// As [`Self::key`], before there is a caller.
    pub fn key_for_anybody(&self, operation: &str, input: &[u8]) -> Result<Option<IdempotencyKey>> {
        self.scoped("", operation, input)
    }

    fn scoped(&self, sender: &str, operation: &str, input: &[u8]) -> Result<Option<IdempotencyKey>> {
        self.0.as_deref().map(|key| IdempotencyKey::new(sender, key, operation, input)).transpose()
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyHeader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let first = values.next();
        if values.next().is_some() {
            return Err(Error::new(Code::InvalidParameter, "Idempotency-Key must be given once"));
        }
        // Text that is not ASCII is refused like every other that breaks the rule, where the rule is.
        Ok(Self(first.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())))
    }
}

impl IntoParams for IdempotencyHeader {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255));
        let header = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("Makes a repetition of this request harmless for 24 hours"))
            .schema(Some(text.pattern(Some("^[!-~]+$"))));
        vec![header.build()]
    }
}
