//! What a person may do about the key of credentials on the command line.

use clap::Subcommand;

use crate::{
    app::{Adapters, App, keys},
    config::Config,
};

/// What may be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Put all of it under the key of `CREDENTIALS_KEY`, so that `CREDENTIALS_KEY_PREVIOUS` is needed no more; under a new key where it
    /// is kept in the data folder
    Rotate,
}

/// Seals all credentials under the newest key. Errors: after any, it can be done again.
pub async fn rotate(config: &Config) -> anyhow::Result<()> {
    let adapters = Adapters::from_config(config)?;
    let kept = keys::are_kept(config);
    let keys = if kept { keys::add_key(&config.data)? } else { adapters.keys.clone() };
    let app = App::new(config, Adapters { keys, ..adapters })?;
    let now = app.shared.clock.now();
    let all = [app.vault.rotate(now).await?, app.webhooks.rotate(now).await?, app.channels.rotate(now).await?];
    let (sealed, lost) = all.iter().fold((0, 0), |(sealed, lost), one| (sealed + one.sealed, lost + one.lost));
    if kept {
        keys::drop_former_keys(&config.data)?;
    }
    println!("{sealed} were sealed under the newest key.");
    if lost > 0 {
        println!(
            "{lost} can be opened by no key that is here; their connections ask for the credential again, and webhooks and channels are made anew."
        );
    }
    if !kept {
        println!("The keys of CREDENTIALS_KEY_PREVIOUS are needed no more, once every instance has the new one.");
    }
    Ok(())
}
