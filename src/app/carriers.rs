//! What carries messages to people, as the settings ask for it.

use std::sync::Arc;

use anyhow::Context as _;

use super::Adapters;
use crate::{
    companion,
    config::Config,
    outbound::{
        channels::{Carrier, Carriers, email::Emails, push::Pushes, webhook::Webhooks},
        http::{Outgoing, Policy},
        mail::Mailer,
        push::vapid::Vapid,
    },
};

/// One for each kind of channel that is set up, and those that are given besides. Errors: a key that is none.
pub fn all(config: &Config, adapters: &Adapters, out: &Arc<Outgoing>, policy: &Policy) -> anyhow::Result<Carriers> {
    let clock = || Arc::clone(&adapters.clock);
    let mut all: Vec<Arc<dyn Carrier>> = vec![Arc::new(Webhooks::new(Arc::clone(out), policy.clone(), clock()))];
    if let Some(settings) = config.mail.clone() {
        let mailer = Mailer::new(settings, Arc::clone(out), Arc::clone(&adapters.credentials), clock());
        all.push(Arc::new(Emails::new(Arc::new(mailer), companion::PORTRAIT)));
    }
    // In Azure, where nothing is kept beside the data, a key has to be set.
    if let Some(push) = &config.push
        && let Some(key) = push.key.as_ref().or(adapters.push_key.as_ref())
    {
        let vapid =
            Vapid::new(key, push.subject.clone()).context("VAPID_PRIVATE_KEY, or vapid_key in the data folder, is no key")?;
        all.push(Arc::new(Pushes::new(Arc::clone(out), policy.clone(), push.hosts.clone(), vapid, clock())));
    }
    all.extend(adapters.carriers.iter().cloned());
    Ok(Carriers::new(all))
}
