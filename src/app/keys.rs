//! The keys that seal credentials: from the settings, the Key Vault, or made once beside the data.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};

use super::secret::CREDENTIALS_KEY;
use crate::{config::Config, credentials::CredentialManager, integrations::credentials::Keys};

/// Those that the settings ask for.
pub fn keys(config: &Config, manager: &Arc<CredentialManager>) -> anyhow::Result<Keys> {
    let given = config.credentials.key.as_ref();
    match given {
        Some(key) => Keys::parse(key, &config.credentials.previous).context("CREDENTIALS_KEY is no key"),
        None if !config.in_azure => kept(&config.data),
        None if config.source.get("KEY_VAULT_URL").is_some() => Ok(Keys::Asked(Arc::clone(manager))),
        None => Ok(Keys::None),
    }
}

/// Whether the keys are in the data folder, so that another can be made there.
pub fn are_kept(config: &Config) -> bool {
    config.credentials.key.is_none() && !config.in_azure
}

/// Those of the data folder: one a line, the first of which seals.
fn kept(folder: &Path) -> anyhow::Result<Keys> {
    parse(&CREDENTIALS_KEY.load_or_make(folder).context("the key of credentials cannot be kept in the data folder")?)
}

fn parse(text: &SecretString) -> anyhow::Result<Keys> {
    let mut lines = text.expose_secret().lines().map(SecretString::from);
    let current = lines.next().unwrap_or_default();
    let previous: Vec<SecretString> = lines.collect();
    match Keys::parse(&current, &previous) {
        Some(keys) => Ok(keys),
        None => bail!(
            "credentials_key is damaged; remove it to have a new one made, with which nothing can be opened that was sealed"
        ),
    }
}

/// Makes another key in the data folder, which seals from now on; those before it still open.
pub fn add_key(folder: &Path) -> anyhow::Result<Keys> {
    let former = CREDENTIALS_KEY.load_or_make(folder)?;
    let text = format!("{}\n{}", CREDENTIALS_KEY.random()?.expose_secret(), former.expose_secret()).into();
    CREDENTIALS_KEY.write(folder, &text)?;
    parse(&text)
}

/// Forgets all keys of the data folder but the one that seals.
pub fn drop_former_keys(folder: &Path) -> anyhow::Result<()> {
    let text = CREDENTIALS_KEY.load_or_make(folder)?;
    let current = text.expose_secret().lines().next().unwrap_or_default();
    CREDENTIALS_KEY.write(folder, &current.into())
}
