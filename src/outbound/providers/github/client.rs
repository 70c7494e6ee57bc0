//! Requests to the REST interface of GitHub.

use std::sync::Arc;

use reqwest::{
    Method,
    header::{ACCEPT, HeaderName, HeaderValue, IF_NONE_MATCH},
};
use secrecy::SecretString;
use url::Url;

use super::mapping::{Account, Issue, Write};
use crate::{
    kernel::{Clock, Timestamp},
    outbound::{
        http::{Answer, Effect, Request, Sends},
        providers::Failure,
    },
};

const API_VERSION: HeaderName = HeaderName::from_static("x-github-api-version");

pub struct Client {
    pub out: Arc<dyn Sends>,
    pub clock: Arc<dyn Clock>,
    pub base: Url,
    pub token: SecretString,
}

/// How an address answers for one issue.
pub enum Found {
    Issue(Box<Issue>),
    Deleted,
    /// Transferred to another repository, or hidden from us.
    Elsewhere,
}

impl Client {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The address below the base.
    pub fn url(&self, path: &[&str]) -> Result<Url, Failure> {
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| Failure::AddressNotAllowed)?.pop_if_empty().extend(path);
        Ok(url)
    }

    /// The address of a repository's issues, or of one of them.
    pub fn issues(&self, repository: &str, number: Option<u64>) -> Result<Url, Failure> {
        let (owner, name) = repository.split_once('/').ok_or(Failure::NotFound)?;
        let number = number.map(|number| number.to_string());
        let path: Vec<&str> = ["repos", owner, name, "issues"].into_iter().chain(number.as_deref()).collect();
        self.url(&path)
    }

    pub fn request(&self, effect: Effect, method: Method, url: Url) -> Result<Request, Failure> {
        let request = Request::new(effect, method, url).to_the_operators().bearer(&self.token)?;
        let request = request.header(ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
        Ok(request.header(API_VERSION, HeaderValue::from_static("2022-11-28")))
    }

    /// Whatever is there, or that it is still what the tag stands for.
    pub async fn get(&self, url: Url, tag: Option<&str>) -> Result<Answer, Failure> {
        let mut request = self.request(Effect::Reads, Method::GET, url)?;
        if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let answer = self.out.send(request).await?;
        match answer.status {
            200..=299 | 304 => Ok(answer),
            // What was renamed or moved is not where the settings say.
            301 | 302 | 307 | 308 => Err(Failure::NotFound),
            _ => Err(answer.failure(self.now())),
        }
    }

    pub async fn account(&self) -> Result<Account, Failure> {
        self.get(self.url(&["user"])?, None).await?.json()
    }

    pub async fn issue(&self, repository: &str, number: u64) -> Result<Found, Failure> {
        let request = self.request(Effect::Reads, Method::GET, self.issues(repository, Some(number))?)?;
        let answer = self.out.send(request).await?;
        match answer.status {
            200 => Ok(Found::Issue(answer.json()?)),
            410 => Ok(Found::Deleted),
            301 | 302 | 307 | 308 | 404 => Ok(Found::Elsewhere),
            _ => Err(answer.failure(self.now())),
        }
    }

    /// Makes an issue, or changes the one with the number.
    pub async fn write(&self, repository: &str, number: Option<u64>, write: &Write) -> Result<Issue, Failure> {
        let method = if number.is_some() { Method::PATCH } else { Method::POST };
        let request = self.request(Effect::Writes, method, self.issues(repository, number)?)?.json(write)?;
        let answer = self.out.send(request).await?;
        match answer.status {
            200..=299 => answer.json(),
            301 | 302 | 307 | 308 => Err(Failure::NotFound),
            _ => Err(answer.failure(self.now())),
        }
    }

    /// The address of the next page. Errors: `Malformed` for one of another server, which would be given the token.
    pub fn next(&self, answer: &Answer) -> Result<Option<Url>, Failure> {
        let Some(links) = answer.header("link") else { return Ok(None) };
        let Some(next) = links.split(',').find(|link| link.contains(r#"rel="next""#)) else { return Ok(None) };
        let url = next.split_once('<').and_then(|(_, rest)| rest.split_once('>')).and_then(|(url, _)| self.ours(url));
        url.map(Some).ok_or(Failure::Malformed)
    }

    /// The address, if it is one of the same server.
    pub fn ours(&self, url: &str) -> Option<Url> {
        Url::parse(url).ok().filter(|url| url.origin() == self.base.origin())
    }
}
