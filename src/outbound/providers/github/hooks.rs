//! Webhooks of repositories, which are found by the address that they lead to.

use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::client::Client;
use crate::outbound::{
    http::{Answer, Effect},
    providers::Failure,
};

/// As many as a repository has at most.
const PAGE: &str = "100";

#[derive(Deserialize)]
struct Hook {
    id: u64,
    #[serde(default)]
    config: Config,
}

#[derive(Default, Deserialize)]
struct Config {
    #[serde(default)]
    url: String,
}

impl Client {
    /// Has the repository tell the address of its issues; what leads there already gets the secret.
    pub async fn hook(&self, repository: &str, url: &str, secret: &SecretString) -> Result<(), Failure> {
        let known = self.hooks(repository).await?.into_iter().find(|hook| hook.config.url == url);
        let config = json!({ "url": url, "content_type": "json", "insecure_ssl": "0", "secret": secret.expose_secret() });
        let (method, address) = match &known {
            Some(hook) => (Method::PATCH, self.hooks_of(repository, Some(hook.id))?),
            None => (Method::POST, self.hooks_of(repository, None)?),
        };
        let body = json!({ "name": "web", "active": true, "events": ["issues"], "config": config });
        self.done(self.request(Effect::Writes, method, address)?.json(&body)?).await.map(drop)
    }

    /// Has it tell no more what ends with the path.
    pub async fn unhook(&self, repository: &str, path: &str) -> Result<(), Failure> {
        for hook in self.hooks(repository).await?.into_iter().filter(|hook| hook.config.url.ends_with(path)) {
            let address = self.hooks_of(repository, Some(hook.id))?;
            match self.done(self.request(Effect::Writes, Method::DELETE, address)?).await {
                Ok(_) | Err(Failure::NotFound) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    async fn hooks(&self, repository: &str) -> Result<Vec<Hook>, Failure> {
        let mut address = self.hooks_of(repository, None)?;
        address.query_pairs_mut().append_pair("per_page", PAGE);
        self.get(address, None).await?.json()
    }

    fn hooks_of(&self, repository: &str, id: Option<u64>) -> Result<Url, Failure> {
        let (owner, name) = repository.split_once('/').ok_or(Failure::NotFound)?;
        let id = id.map(|id| id.to_string());
        let path: Vec<&str> = ["repos", owner, name, "hooks"].into_iter().chain(id.as_deref()).collect();
        self.url(&path)
    }

    async fn done(&self, request: crate::outbound::http::Request) -> Result<Answer, Failure> {
        let answer = self.out.send(request).await?;
        if answer.succeeded() { Ok(answer) } else { Err(answer.failure(self.now())) }
    }
}
