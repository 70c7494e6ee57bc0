//! Issues of GitHub. The interface has no conditional writes: of two edits at the same moment one can be lost.

mod client;
mod hooks;
mod mapping;
mod pull;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use secrecy::SecretString;
use serde::Deserialize;
use tokio::sync::OnceCell;
use url::Url;
use uuid::Uuid;

use self::{
    client::{Client, Found},
    mapping::{Address, Issue, Write},
};
use super::{Creation, Edit, Failure, Fetched, Field, Item, KnownAs, List, Page, Provider, Subscribed};
use crate::{
    kernel::{Clock, id},
    outbound::http::Sends,
};

/// How many pages are looked through for an issue that may have been made, or for repositories to choose from.
const MOST_PAGES: usize = 5;

/// How much the service's clock may be behind ours.
const SKEW: Duration = Duration::from_mins(5);

/// What is looked at and written to. Names of repositories have the form `owner/name`.
#[derive(Debug, Clone)]
pub struct Settings {
    pub repositories: Vec<String>,
    /// Where new issues are made, one of those; none are made without.
    pub new_in: Option<String>,
    pub assigned_to_me: bool,
}

/// The issues of some repositories, seen with one token.
pub struct Github {
    client: Client,
    settings: Settings,
    login: OnceCell<String>,
}

impl Github {
    /// `base` is the one that the operator named.
    pub fn new(out: Arc<dyn Sends>, clock: Arc<dyn Clock>, base: Url, token: SecretString, settings: Settings) -> Self {
        // Names differ in more than their case; ids of issues have them in small letters.
        let mut repositories: Vec<String> = Vec::new();
        for name in settings.repositories.iter().map(|name| name.to_lowercase()) {
            if !repositories.contains(&name) {
                repositories.push(name);
            }
        }
        let settings = Settings { repositories, new_in: settings.new_in.map(|name| name.to_lowercase()), ..settings };
        Self { client: Client { out, clock, base, token }, settings, login: OnceCell::new() }
    }

    async fn login(&self) -> Result<&str, Failure> {
        let login = self.login.get_or_try_init(|| async { Ok(self.client.account().await?.login) }).await?;
        Ok(login)
    }

    /// Whose issues are looked at; `None` for everybody's.
    async fn assignee(&self) -> Result<Option<&str>, Failure> {
        Ok(if self.settings.assigned_to_me { Some(self.login().await?) } else { None })
    }

    /// The issue with its repository, unless it is gone or elsewhere.
    async fn look<'a>(&self, external_id: &'a str) -> Result<Result<(&'a str, Issue), Fetched>, Failure> {
        let Some(Address { repository, number, node }) = Address::parse(external_id) else { return Ok(Err(Fetched::Moved)) };
        if !self.settings.repositories.iter().any(|listed| listed == repository) {
            return Ok(Err(Fetched::Moved));
        }
        Ok(match self.client.issue(repository, number).await? {
            Found::Issue(issue) if issue.node_id == node => Ok((repository, *issue)),
            Found::Issue(_) | Found::Deleted => Err(Fetched::Gone),
            Found::Elsewhere => Err(Fetched::Moved),
        })
    }
}

#[async_trait]
impl Provider for Github {
    fn fields(&self) -> &'static [Field] {
        &[Field::Title, Field::Notes, Field::Completed]
    }

    fn orders_versions(&self) -> bool {
        true
    }

    async fn pull(&self, cursor: Option<&str>) -> Result<Page, Failure> {
        self.page(cursor).await
    }

    async fn fetch(&self, external_id: &str) -> Result<Fetched, Failure> {
        let (repository, issue) = match self.look(external_id).await? {
            Ok(found) => found,
            Err(fetched) => return Ok(fetched),
        };
        Ok(if issue.is_gone() {
            Fetched::Gone
        } else if issue.concerns(self.assignee().await?) {
            Fetched::Item(Box::new(issue.item(repository)))
        } else {
            Fetched::Moved
        })
    }

    /// Looks through our own issues, newest first, back to when the task was made.
    async fn find(&self, key: Uuid) -> Result<Option<Item>, Failure> {
        let Some(repository) = &self.settings.new_in else { return Ok(None) };
        let made = id::time_of(key).map(|made| made.minus(SKEW));
        let login = self.login().await?;
        let mut next = self.client.issues(repository, None)?;
        next.query_pairs_mut().extend_pairs([
            ("state", "all"),
            ("creator", login),
            ("sort", "created"),
            ("direction", "desc"),
            ("per_page", "100"),
        ]);
        for _ in 0..MOST_PAGES {
            let answer = self.client.get(next, None).await?;
            let issues: Vec<Issue> = answer.json()?;
            if let Some(found) = issues.iter().find(|issue| !issue.is_pull_request() && issue.key() == Some(key)) {
                return Ok(Some(found.item(repository)));
            }
            if issues.last().is_none_or(|last| made.is_some_and(|made| last.created_at < made)) {
                return Ok(None);
            }
            let Some(further) = self.client.next(&answer)? else { return Ok(None) };
            next = further;
        }
        Ok(None)
    }

    async fn create(&self, creation: &Creation) -> Result<Item, Failure> {
        let repository = self.settings.new_in.as_deref().ok_or(Failure::ChooseList)?;
        let write = Write::new_issue(creation, self.assignee().await?);
        let made = self.client.write(repository, None, &write).await?;
        if creation.completed_at.is_none() {
            return Ok(made.item(repository));
        }
        // The issue is there whatever comes of this; that it is open still is what the next synchronisation sees.
        let closed = self.client.write(repository, Some(made.number), &Write::completed(true)).await;
        Ok(closed.unwrap_or(made).item(repository))
    }

    /// An issue that was closed as not planned is open again after it, unless the edit completes it: for whoever expects no version.
    async fn update(&self, external_id: &str, version: &str, edit: &Edit, _operation: Uuid) -> Result<Item, Failure> {
        let Ok((repository, issue)) = self.look(external_id).await? else { return Err(Failure::NotFound) };
        if issue.is_gone() != version.is_empty() || (!issue.is_gone() && issue.version() != version) {
            return Err(Failure::Changed);
        }
        let write = issue.write(edit);
        if write == Write::default() {
            return Ok(issue.item(repository));
        }
        Ok(self.client.write(repository, Some(issue.number), &write).await?.item(repository))
    }

    /// Closes it as not planned.
    async fn delete(&self, external_id: &str, version: &str, _operation: Uuid) -> Result<(), Failure> {
        let Ok((repository, issue)) = self.look(external_id).await? else { return Ok(()) };
        if issue.is_gone() {
            return Ok(());
        }
        if issue.version() != version {
            return Err(Failure::Changed);
        }
        match self.client.write(repository, Some(issue.number), &Write::not_planned()).await {
            Ok(_) | Err(Failure::NotFound) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    async fn lists(&self) -> Result<Vec<List>, Failure> {
        #[derive(Deserialize)]
        struct Repository {
            full_name: String,
            #[serde(default)]
            has_issues: bool,
            #[serde(default)]
            archived: bool,
        }
        let mut lists = Vec::new();
        let mut next = self.client.url(&["user", "repos"])?;
        next.query_pairs_mut().extend_pairs([("sort", "pushed"), ("per_page", "100")]);
        for _ in 0..MOST_PAGES {
            let answer = self.client.get(next, None).await?;
            let repositories: Vec<Repository> = answer.json()?;
            let usable = repositories.into_iter().filter(|repository| repository.has_issues && !repository.archived);
            lists.extend(usable.map(|Repository { full_name, .. }| List { id: full_name.clone(), name: full_name }));
            let Some(further) = self.client.next(&answer)? else { break };
            next = further;
        }
        Ok(lists)
    }

    async fn subscribe(&self, url: &str, secret: &SecretString) -> Result<Subscribed, Failure> {
        for repository in &self.settings.repositories {
            self.client.hook(repository, url, secret).await?;
        }
        Ok(Subscribed::Yes)
    }

    async fn unsubscribe(&self, path: &str) -> Result<(), Failure> {
        let mut came = Ok(());
        for repository in &self.settings.repositories {
            came = came.and(self.client.unhook(repository, path).await);
        }
        came
    }

    async fn account(&self) -> Result<KnownAs, Failure> {
        Ok(KnownAs::named(Some(self.login().await?.to_owned())))
    }
}
