//! Whether a request comes from who it should come from. Pure: it is given the request, the keys and the time.
//!
//! In this order: a greeting, headers present and single, timestamp, spelling of the signature, some body, signature, then
//! what is claimed. Nothing of a body is parsed before its signature is verified, where it has one.

mod algorithms;
mod config;
mod encoding;
mod graph;
mod handshake;
mod jwt;
mod keys;
mod lists;
mod presets;
mod request;
mod template;
#[cfg(test)]
mod tests;
mod tokens;
mod twilio;
mod verdict;
mod window;

pub use self::{
    algorithms::{Algorithm, Jwk, RsaKey},
    config::Config,
    jwt::{KeySet, TokenRules},
    keys::{BadKey, Key, KeyForm, Keys},
    presets::{Preset, Scheme},
    request::Request,
    template::{BadTemplate, Sketch, Template},
    verdict::{Accepted, Answer, Handshake, Reason, Verdict},
};
use crate::kernel::Timestamp;

/// Looks at a request that came in for a connection with this preset.
pub fn verify(preset: &Preset, config: &Config, request: &Request<'_>, now: Timestamp) -> Verdict {
    decide(preset, config, request, now).unwrap_or_else(Verdict::Reject)
}

fn decide(preset: &Preset, config: &Config, request: &Request<'_>, now: Timestamp) -> Result<Verdict, Reason> {
    if let Some(handshake) = preset.greeting.unsigned(config, request)? {
        return Ok(Verdict::Handshake(handshake));
    }
    let mut accepted = match &preset.scheme {
        Scheme::Template(template) => template.verify(config, request, now),
        Scheme::Legacy(template, legacy) => {
            let falls_back = config.allow_legacy_sha1 && !request.has(&template.signature);
            if falls_back { legacy } else { template }.verify(config, request, now)
        }
        Scheme::Labelled(labelled) => labelled.verify(config, request, now),
        Scheme::StandardWebhooks => lists::standard(config, request, now, |_| true),
        Scheme::Twilio => twilio::verify(config, request),
        Scheme::GitLab => tokens::gitlab(config, request, now),
        Scheme::GoogleChannel => tokens::channel(config, request),
        Scheme::Bearer => jwt::bearer(&config.jwt, request, now),
        Scheme::Graph => graph::verify(config, request, now),
    }?;
    if preset.greeting.is_all(request) {
        return Ok(Verdict::Handshake(Handshake::answered(Answer::Empty)));
    }
    accepted.delivery = accepted.delivery.or_else(|| preset.delivery.and_then(|name| request.told(name)));
    accepted.answer = preset.greeting.wanted(request);
    Ok(Verdict::Accept(accepted))
}
