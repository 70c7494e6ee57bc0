//! Microsoft Graph does not sign: each notification brings back the text that its subscription was made with. Those with
//! data have tokens beside.

use std::borrow::Cow;

use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::{
    config::Config,
    request::Request,
    verdict::{Accepted, Reason},
};
use crate::kernel::Timestamp;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notifications<'a> {
    #[serde(borrow)]
    value: Vec<Notification<'a>>,
    #[serde(default)]
    validation_tokens: Vec<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification<'a> {
    #[serde(borrow)]
    subscription_id: Cow<'a, str>,
    #[serde(borrow)]
    client_state: Option<Cow<'a, str>>,
}

/// One that is not right refuses all of them: they came together.
pub(super) fn verify(config: &Config, request: &Request<'_>, now: Timestamp) -> Result<Accepted, Reason> {
    request.some_body()?;
    let sent: Notifications<'_> = serde_json::from_slice(request.body).map_err(|_| Reason::MalformedBody)?;
    if sent.value.is_empty() {
        // Nothing in it would say who sent it.
        return Err(Reason::MalformedBody);
    }
    if config.rich {
        if sent.validation_tokens.is_empty() {
            return Err(Reason::MissingToken);
        }
        if config.jwt.audiences.is_none() || config.jwt.publisher.is_none() {
            // Anybody gets tokens for applications of their own.
            return Err(Reason::WrongClaim);
        }
        for token in &sent.validation_tokens {
            config.jwt.verify(token, now)?;
        }
    }
    let known = |sent: &Notification<'_>| {
        let ours = config.tokens.get(&*sent.subscription_id)?;
        Some(bool::from(ours.bytes().ct_eq(sent.client_state.as_ref()?.as_bytes())))
    };
    let all = sent.value.iter().all(|sent| known(sent) == Some(true));
    if all { Ok(Accepted::default()) } else { Err(Reason::ClientStateMismatch) }
}
