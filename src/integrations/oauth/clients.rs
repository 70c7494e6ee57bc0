//! The services where people can consent: by what each knows this program, and what it is asked for. Pure.

use secrecy::SecretString;
use url::Url;

use super::model::{Challenge, State};
use crate::outbound::providers::ProviderName;

/// By what a service knows this program, and where.
#[derive(Debug, Clone)]
pub struct Client {
    pub provider: ProviderName,
    pub id: String,
    pub secret: ClientSecret,
    /// Where people consent.
    pub authorize: Url,
    /// Where a code or a refresh token becomes an access token.
    pub token: Url,
    pub revocation: Option<Revocation>,
    /// What we ask for, as the service writes a list of it.
    pub scope: &'static str,
}

#[derive(Debug, Clone)]
pub enum ClientSecret {
    Given(SecretString),
    /// The Key Vault has it, under the name of this setting.
    Asked(&'static str),
}

/// How a service is told that a token is used no more.
#[derive(Debug, Clone)]
pub enum Revocation {
    /// As RFC 7009 has it.
    Posted(Url),
    /// GitHub's own.
    Deleted(Url),
}

impl Client {
    pub fn github(id: String, secret: ClientSecret, login: &Url, api: &Url) -> Self {
        Self {
            provider: ProviderName::Github,
            authorize: below(login, &["login", "oauth", "authorize"]),
            token: below(login, &["login", "oauth", "access_token"]),
            revocation: Some(Revocation::Deleted(below(api, &["applications", &id, "token"]))),
            // What a GitHub App may do is in its own settings; this is for the other kind of app.
            scope: "repo",
            id,
            secret,
        }
    }

    pub fn todoist(id: String, secret: ClientSecret, login: &Url, token: &Url, api: &Url) -> Self {
        Self {
            provider: ProviderName::Todoist,
            id,
            secret,
            authorize: below(login, &["oauth", "authorize"]),
            token: token.clone(),
            revocation: Some(Revocation::Posted(below(api, &["revoke"]))),
            scope: "data:read_write,data:delete",
        }
    }

    pub fn microsoft(id: String, secret: ClientSecret, login: &Url, tenant: &str) -> Self {
        Self {
            provider: ProviderName::MicrosoftTodo,
            id,
            secret,
            authorize: below(login, &[tenant, "oauth2", "v2.0", "authorize"]),
            token: below(login, &[tenant, "oauth2", "v2.0", "token"]),
            revocation: None,
            scope: "Tasks.ReadWrite offline_access",
        }
    }

    /// Where a person consents to this one attempt.
    pub fn authorization(&self, state: &State, challenge: &Challenge, redirect: &Url) -> Url {
        let mut url = self.authorize.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.id)
            .append_pair("redirect_uri", redirect.as_str())
            .append_pair("scope", self.scope)
            .append_pair("state", &state.text())
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", "S256");
        url
    }
}

/// The address with these segments after its path.
fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Addresses of the settings have a host, and so a path.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}
