//! Where people can consent, as the settings say.

use crate::{
    config::{ClientConfig, Config},
    integrations::oauth::clients::{Client, ClientSecret},
};

/// The services that know this program.
pub fn clients(config: &Config) -> Vec<Client> {
    let providers = &config.providers;
    let (github, todoist, microsoft) = (&providers.github, &providers.todoist, &providers.microsoft);
    let known = |client: &Option<ClientConfig>, setting| {
        let client = client.clone()?;
        Some((client.id, client.secret.map_or(ClientSecret::Asked(setting), ClientSecret::Given)))
    };
    let github = known(&github.client, "GITHUB_CLIENT_SECRET")
        .map(|(id, secret)| Client::github(id, secret, &github.login_url, &github.api_url));
    let todoist = known(&todoist.client, "TODOIST_CLIENT_SECRET")
        .map(|(id, secret)| Client::todoist(id, secret, &todoist.login_url, &todoist.token_url, &todoist.api_url));
    let microsoft = known(&microsoft.client, "MICROSOFT_CLIENT_SECRET")
        .map(|(id, secret)| Client::microsoft(id, secret, &microsoft.login_url, &microsoft.tenant));
    [github, todoist, microsoft].into_iter().flatten().collect()
}
