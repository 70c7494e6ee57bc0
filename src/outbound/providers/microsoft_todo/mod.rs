//! Tasks of a list of Microsoft To Do, by Microsoft Graph. It has no conditional writes: between looking at a task and changing it
//! somebody else's edit of the same field is overwritten.

mod html;
mod mapping;
mod subscriptions;

use std::sync::Arc;

use async_trait::async_trait;
use chrono_tz::Tz;
use reqwest::{
    Method,
    header::{HeaderName, HeaderValue},
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::sync::OnceCell;
use url::Url;
use uuid::Uuid;

use self::mapping::{Task, changes, new_task};
use super::{Creation, Edit, Failure, Fetched, Field, Item, KnownAs, List, Page, Provider, Scan, Seen, Subscribed};
use crate::{
    kernel::Clock,
    outbound::http::{Answer, Effect, Request, Sends},
};

const PREFER: HeaderName = HeaderName::from_static("prefer");
/// How many tasks of a pull come at once.
const PAGE: HeaderValue = HeaderValue::from_static("odata.maxpagesize=50");
/// A list without an end is none.
const MOST_PAGES: usize = 200;
/// So that a task comes with what it was made for.
const WITH_LINKS: (&str, &str) = ("$expand", "linkedResources");

pub struct MicrosoftTodo {
    out: Arc<dyn Sends>,
    clock: Arc<dyn Clock>,
    base: Url,
    token: SecretString,
    list: OnceCell<String>,
    zone: Tz,
}

/// Where a pull stands: the address that the service gave for it.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    url: String,
    /// Whether it goes on with a pull that began without a cursor.
    everything: bool,
}

/// A part of a collection (`OData`).
#[derive(Debug, Deserialize)]
struct Part<T> {
    value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    delta: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaskList {
    id: String,
    #[serde(default)]
    display_name: String,
    wellknown_list_name: Option<String>,
}

impl MicrosoftTodo {
    /// Nothing is asked yet. `base` is that of Graph with its version; `list` is the id of a list, and `None` the default one.
    pub fn new(
        out: Arc<dyn Sends>,
        clock: Arc<dyn Clock>,
        base: Url,
        token: SecretString,
        list: Option<String>,
        zone: Tz,
    ) -> Self {
        Self { out, clock, base, token, list: OnceCell::new_with(list), zone }
    }

    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, Failure> {
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| Failure::AddressNotAllowed)?.pop_if_empty().extend(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    async fn list(&self) -> Result<&str, Failure> {
        Ok(self.list.get_or_try_init(|| self.default_list()).await?)
    }

    async fn tasks_url(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Url, Failure> {
        self.url(&[&["me", "todo", "lists", self.list().await?, "tasks"], path].concat(), query)
    }

    async fn default_list(&self) -> Result<String, Failure> {
        let lists = self.task_lists().await?;
        let default = lists.into_iter().find(|list| list.wellknown_list_name.as_deref() == Some("defaultList"));
        default.map(|list| list.id).ok_or(Failure::NotFound)
    }

    async fn task_lists(&self) -> Result<Vec<TaskList>, Failure> {
        let mut lists = Vec::new();
        let mut next = Some(self.url(&["me", "todo", "lists"], &[])?);
        for _ in 0..MOST_PAGES {
            let Some(url) = next else { return Ok(lists) };
            let part: Part<TaskList> = self.read(url).await?;
            lists.extend(part.value);
            next = part.next.as_deref().map(given).transpose()?;
        }
        Err(Failure::Malformed)
    }

    /// Errors: `Malformed` for an address elsewhere, which an answer gave: the token is not for it.
    fn request(&self, effect: Effect, method: Method, url: Url) -> Result<Request, Failure> {
        if url.origin() != self.base.origin() {
            return Err(Failure::Malformed);
        }
        Request::new(effect, method, url).to_the_operators().bearer(&self.token)
    }

    async fn read<T: DeserializeOwned>(&self, url: Url) -> Result<T, Failure> {
        let answer = self.out.send(self.request(Effect::Reads, Method::GET, url)?).await?;
        self.succeeded(&answer)?.json()
    }

    fn succeeded<'a>(&self, answer: &'a Answer) -> Result<&'a Answer, Failure> {
        if answer.succeeded() { Ok(answer) } else { Err(answer.failure(self.clock.now())) }
    }

    /// `None` when there is none of that id.
    async fn task(&self, id: &str) -> Result<Option<Task>, Failure> {
        match self.read(self.tasks_url(&[id], &[WITH_LINKS]).await?).await {
            Ok(task) => Ok(Some(task)),
            Err(Failure::NotFound) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Changed and new tasks have at least what changed; the others are asked for.
    async fn seen(&self, task: Task) -> Result<Seen, Failure> {
        if task.is_removed() {
            return Ok(Seen::Gone(task.id));
        }
        if task.is_whole() {
            return Ok(Seen::Item(Box::new(task.item(self.zone))));
        }
        let whole = self.task(&task.id).await?;
        Ok(whole.map_or(Seen::Gone(task.id), |whole| Seen::Item(Box::new(whole.item(self.zone)))))
    }
}

#[async_trait]
impl Provider for MicrosoftTodo {
    fn fields(&self) -> &'static [Field] {
        &[Field::Title, Field::Notes, Field::Due, Field::Completed]
    }

    fn orders_versions(&self) -> bool {
        true
    }

    async fn pull(&self, cursor: Option<&str>) -> Result<Page, Failure> {
        let cursor = match cursor {
            Some(cursor) => serde_json::from_str(cursor).map_err(|_| Failure::CursorLost)?,
            None => Cursor { url: self.tasks_url(&["delta"], &[WITH_LINKS]).await?.into(), everything: true },
        };
        let asked_at = self.clock.now();
        let request = self.request(Effect::Reads, Method::GET, given(&cursor.url)?)?.header(PREFER, PAGE);
        let answer = self.out.send(request).await?;
        if answer.status == 410 || (answer.status == 400 && has_lost_its_place(&answer)) {
            return Err(Failure::CursorLost);
        }
        let part: Part<Task> = self.succeeded(&answer)?.json()?;
        let (url, more) = match (part.next, part.delta) {
            (Some(next), _) => (next, true),
            (None, Some(delta)) => (delta, false),
            (None, None) => return Err(Failure::Malformed),
        };
        let mut seen = Vec::with_capacity(part.value.len());
        for task in part.value {
            seen.push(self.seen(task).await?);
        }
        let scan = if cursor.everything { Scan::Everything } else { Scan::Changes };
        let next = Cursor { url, everything: cursor.everything && more };
        let cursor = serde_json::to_string(&next).map_err(|_| Failure::Malformed)?;
        Ok(Page { seen, cursor, scan, more, asked_at })
    }

    async fn fetch(&self, external_id: &str) -> Result<Fetched, Failure> {
        Ok(self.task(external_id).await?.map_or(Fetched::Gone, |task| Fetched::Item(Box::new(task.item(self.zone)))))
    }

    async fn find(&self, key: Uuid) -> Result<Option<Item>, Failure> {
        let mut next = Some(self.tasks_url(&[], &[WITH_LINKS, ("$top", "100")]).await?);
        for _ in 0..MOST_PAGES {
            let Some(url) = next else { return Ok(None) };
            let part: Part<Task> = self.read(url).await?;
            if let Some(task) = part.value.iter().find(|task| task.key() == Some(key)) {
                return Ok(Some(task.item(self.zone)));
            }
            next = part.next.as_deref().map(given).transpose()?;
        }
        Err(Failure::Malformed)
    }

    async fn create(&self, creation: &Creation) -> Result<Item, Failure> {
        let url = self.tasks_url(&[], &[]).await?;
        let answer = self.out.send(self.request(Effect::Writes, Method::POST, url)?.json(&new_task(creation))?).await?;
        let task: Task = self.succeeded(&answer)?.json()?;
        Ok(Item { key: Some(creation.key), ..task.item(self.zone) })
    }

    async fn update(&self, external_id: &str, version: &str, edit: &Edit, _operation: Uuid) -> Result<Item, Failure> {
        let task = self.task(external_id).await?.ok_or(Failure::NotFound)?;
        if task.version() != version {
            return Err(Failure::Changed);
        }
        let changes = changes(edit, task.is_completed());
        if changes.is_empty() {
            return Ok(task.item(self.zone));
        }
        let url = self.tasks_url(&[external_id], &[]).await?;
        let answer = self.out.send(self.request(Effect::Writes, Method::PATCH, url)?.json(&changes)?).await?;
        let after: Task = self.succeeded(&answer)?.json()?;
        Ok(Item { key: task.key(), ..after.item(self.zone) })
    }

    async fn delete(&self, external_id: &str, version: &str, _operation: Uuid) -> Result<(), Failure> {
        let Some(task) = self.task(external_id).await? else { return Ok(()) };
        if task.version() != version {
            return Err(Failure::Changed);
        }
        let url = self.tasks_url(&[external_id], &[]).await?;
        let answer = self.out.send(self.request(Effect::Writes, Method::DELETE, url)?).await?;
        match self.succeeded(&answer) {
            Ok(_) | Err(Failure::NotFound) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    async fn lists(&self) -> Result<Vec<List>, Failure> {
        let lists = self.task_lists().await?;
        Ok(lists.into_iter().map(|list| List { id: list.id, name: list.display_name }).collect())
    }

    async fn subscribe(&self, url: &str, secret: &SecretString) -> Result<Subscribed, Failure> {
        self.new_subscription(url, secret).await
    }

    async fn resubscribe(&self, id: &str) -> Result<Subscribed, Failure> {
        self.renewed_subscription(id).await
    }

    async fn unsubscribe(&self, path: &str) -> Result<(), Failure> {
        self.end_subscriptions(path).await
    }

    async fn account(&self) -> Result<KnownAs, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Me {
            user_principal_name: Option<String>,
        }
        match self.read::<Me>(self.url(&["me"], &[("$select", "userPrincipalName")])?).await {
            Ok(me) => Ok(KnownAs::named(me.user_principal_name)),
            // A token for tasks alone does not reach so far.
            Err(Failure::Forbidden) => Ok(KnownAs::default()),
            Err(failure) => Err(failure),
        }
    }
}

/// An address that an answer gave.
fn given(url: &str) -> Result<Url, Failure> {
    Url::parse(url).map_err(|_| Failure::Malformed)
}

/// Whether a refusal is for an address that the service gave too long ago.
fn has_lost_its_place(answer: &Answer) -> bool {
    #[derive(Deserialize)]
    struct Refusal {
        error: Reason,
    }
    #[derive(Deserialize)]
    struct Reason {
        code: String,
    }
    let known = ["syncStateNotFound", "syncStateInvalid", "resyncRequired"];
    serde_json::from_slice(&answer.body)
        .is_ok_and(|refusal: Refusal| known.iter().any(|code| refusal.error.code.eq_ignore_ascii_case(code)))
}
