//! Tokens that are sent along, which is no signature: whoever has seen one request can make another.

use subtle::ConstantTimeEq as _;

use super::{
    algorithms::first,
    config::Config,
    keys::Key,
    lists,
    request::Request,
    verdict::{Accepted, Reason},
};
use crate::kernel::Timestamp;

const CHANNEL: &str = "X-Goog-Channel-ID";
const CHANNEL_TOKEN: &str = "X-Goog-Channel-Token";
pub(super) const CHANNEL_STATE: &str = "X-Goog-Resource-State";
const CHANNEL_NUMBER: &str = "X-Goog-Message-Number";
const GITLAB_TOKEN: &str = "X-Gitlab-Token";

/// A channel of Google. It says nothing but that something has changed, so there is no body.
pub(super) fn channel(config: &Config, request: &Request<'_>) -> Result<Accepted, Reason> {
    let id = request.required(CHANNEL)?;
    let token = request.required(CHANNEL_TOKEN)?;
    request.required(CHANNEL_STATE)?;
    let number = request.required(CHANNEL_NUMBER)?;
    let ours = str::from_utf8(id).ok().and_then(|id| config.tokens.get(id)).ok_or(Reason::TokenMismatch)?;
    if !bool::from(ours.bytes().ct_eq(token)) {
        return Err(Reason::TokenMismatch);
    }
    // It grows with each, so that two without a body are told apart.
    Ok(Accepted { moment: Some(String::from_utf8_lossy(number).into_owned()), ..Accepted::default() })
}

/// GitLab signs since some time, where it was given a key; otherwise it sends a token. A signature that is there is never
/// passed over for the token.
pub(super) fn gitlab(config: &Config, request: &Request<'_>, now: Timestamp) -> Result<Accepted, Reason> {
    let signs = Key::is_prefixed;
    let can_sign = config.secrets.iter().any(|(_, key)| signs(key));
    let only_signs = config.secrets.iter().all(|(_, key)| signs(key));
    if can_sign && (only_signs || request.has("webhook-signature")) {
        // Without the tokens: everybody on the way has seen these.
        return lists::standard(config, request, now, signs);
    }
    let token = request.required(GITLAB_TOKEN)?;
    request.some_body()?;
    let tokens = config.secrets.iter().filter(|(_, key)| !signs(key));
    let index = first(tokens, |ours| ours.ct_eq(token)).ok_or(Reason::TokenMismatch)?;
    Ok(Accepted { secret_index: Some(index), ..Accepted::default() })
}
