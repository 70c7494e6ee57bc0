//! Tasks of Todoist. The interface has no conditional writes: of two edits at the same moment one can be lost.

mod client;
mod mapping;

use std::sync::Arc;

use async_trait::async_trait;
use chrono_tz::Tz;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use self::{
    client::{Client, Done},
    mapping::{Command, Task},
};
use super::{Creation, Edit, Failure, Fetched, Field, Item, KnownAs, List, Page, Provider, Scan};
use crate::{kernel::Clock, outbound::http::Sends};

/// What is looked at and written to.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The id of a project; without one, what is looked at is all of them, and new tasks go to the inbox.
    pub list: Option<String>,
}

/// The tasks of a person or of one of their projects.
pub struct Todoist {
    client: Client,
    settings: Settings,
    zone: Tz,
}

impl Todoist {
    /// `base` is the one that the operator named; `zone` is the person's.
    pub fn new(out: Arc<dyn Sends>, clock: Arc<dyn Clock>, base: Url, token: SecretString, settings: Settings, zone: Tz) -> Self {
        Self { client: Client { out, clock, base, token }, settings, zone }
    }

    fn list(&self) -> Option<&str> {
        self.settings.list.as_deref()
    }

    /// The task as it is expected to be; `None` when it is deleted. Errors: `Changed`, also for one that is elsewhere now.
    async fn expected(&self, external_id: &str, version: &str) -> Result<Option<Task>, Failure> {
        let task = self.client.task(external_id).await?;
        match task {
            Some(task) if task.version() != version || !task.concerns(self.list()) => Err(Failure::Changed),
            task => Ok(task),
        }
    }
}

#[async_trait]
impl Provider for Todoist {
    fn fields(&self) -> &'static [Field] {
        &[Field::Title, Field::Notes, Field::Due, Field::Completed]
    }

    fn orders_versions(&self) -> bool {
        true
    }

    /// One answer has all of it.
    async fn pull(&self, cursor: Option<&str>) -> Result<Page, Failure> {
        #[derive(Deserialize)]
        struct Tasks {
            sync_token: String,
            full_sync: bool,
            #[serde(default)]
            items: Vec<Task>,
        }
        let asked_at = self.client.now();
        let answer = self.client.read(cursor.unwrap_or("*"), "items").await?;
        if !answer.succeeded() {
            return Err(match answer.failure(self.client.now()) {
                Failure::Rejected(400) if cursor.is_some() => Failure::CursorLost,
                failure => failure,
            });
        }
        let Tasks { sync_token, full_sync, items } = answer.json()?;
        Ok(Page {
            seen: items.iter().map(|task| task.seen(self.list(), self.zone)).collect(),
            cursor: sync_token,
            scan: if full_sync { Scan::Open } else { Scan::Changes },
            more: false,
            asked_at,
        })
    }

    async fn fetch(&self, external_id: &str) -> Result<Fetched, Failure> {
        Ok(match self.client.task(external_id).await? {
            Some(task) if task.concerns(self.list()) => Fetched::Item(Box::new(task.item(self.zone))),
            Some(_) => Fetched::Moved,
            None => Fetched::Gone,
        })
    }

    /// Nothing of ours is kept there; a repetition is known by its operation.
    async fn find(&self, _key: Uuid) -> Result<Option<Item>, Failure> {
        Ok(None)
    }

    fn repeats_creations(&self) -> bool {
        true
    }

    async fn create(&self, creation: &Creation) -> Result<Item, Failure> {
        let Done { results, ids } = self.client.run(&Command::add(creation, self.list(), self.zone)).await?;
        // The task is there whatever came of completing it; that it is open still is what the next synchronisation sees.
        results.into_iter().next().unwrap_or(Err(Failure::Unknown))?;
        let id = ids.get(&creation.operation).ok_or(Failure::Unknown)?;
        Ok(self.client.written(id).await?.item(self.zone))
    }

    async fn update(&self, external_id: &str, version: &str, edit: &Edit, operation: Uuid) -> Result<Item, Failure> {
        let task = self.expected(external_id, version).await?.ok_or(Failure::NotFound)?;
        let commands = task.edited(edit, operation, self.zone);
        if commands.is_empty() {
            return Ok(task.item(self.zone));
        }
        self.client.run(&commands).await?.results.into_iter().collect::<Result<(), Failure>>()?;
        Ok(self.client.written(external_id).await?.item(self.zone))
    }

    async fn delete(&self, external_id: &str, version: &str, operation: Uuid) -> Result<(), Failure> {
        let Some(task) = self.expected(external_id, version).await? else { return Ok(()) };
        let done = self.client.run(&[Command::on(&task.id, "item_delete", operation)]).await?;
        match done.results.into_iter().collect() {
            Err(Failure::NotFound) => Ok(()),
            result => result,
        }
    }

    async fn lists(&self) -> Result<Vec<List>, Failure> {
        #[derive(Deserialize)]
        struct Projects {
            projects: Vec<Project>,
        }
        #[derive(Deserialize)]
        struct Project {
            id: String,
            name: String,
            #[serde(default)]
            is_archived: bool,
            #[serde(default)]
            is_deleted: bool,
        }
        let answer = self.client.read("*", "projects").await?;
        if !answer.succeeded() {
            return Err(answer.failure(self.client.now()));
        }
        let Projects { projects } = answer.json()?;
        let usable = projects.into_iter().filter(|project| !project.is_archived && !project.is_deleted);
        Ok(usable.map(|Project { id, name, .. }| List { id, name }).collect())
    }

    async fn account(&self) -> Result<KnownAs, Failure> {
        #[derive(Deserialize)]
        struct User {
            id: Option<String>,
            email: Option<String>,
        }
        let user: User = self.client.get(&["user"]).await?;
        Ok(KnownAs { name: user.email, id: user.id })
    }
}
