//! To-dos of a calendar on a CalDAV server (RFC 4791). It writes only over the version that we have seen, so no edit is lost.

mod client;
mod discovery;
mod ical;
mod reports;
mod xml;

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use chrono_tz::Tz;
use reqwest::header::ETAG;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use url::Url;
use uuid::Uuid;

use self::{
    client::{Dav, Over, Stored},
    ical::{Resource, State},
    reports::{Changes, Mark},
    xml::{CALDAV, refused_for},
};
use super::{Creation, Edit, Failure, Fetched, Field, Item, KnownAs, List, Page, Provider, Scan, Seen};
use crate::{kernel::Clock, outbound::http::Sends};

/// How many objects are fetched at once.
const BATCH: usize = 50;

/// What a person gives.
pub struct Account {
    /// Of the server, the principal or the calendar itself.
    pub url: Url,
    /// The name or the address of the calendar; `None` for the only one there is.
    pub list: Option<String>,
    pub username: String,
    pub password: SecretString,
}

pub struct Caldav {
    dav: Dav,
    url: Url,
    list: Option<String>,
    zone: Tz,
    calendar: OnceCell<Url>,
}

/// Where a pull stands.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Cursor {
    /// Changes since then; without it, everything.
    from: Option<Mark>,
    /// Of these, those with a later name.
    after: Option<String>,
    /// Where the pull after this one begins. As it was when this one did, so that what changes meanwhile is in the next.
    next: Option<Mark>,
}

impl Caldav {
    /// Nothing is asked yet. `zone` is where the person's clock hangs.
    pub fn new(out: Arc<dyn Sends>, clock: Arc<dyn Clock>, account: Account, zone: Tz) -> Self {
        let Account { url, list, username, password } = account;
        Self { dav: Dav { out, clock, username, password }, url, list, zone, calendar: OnceCell::new() }
    }

    async fn calendar(&self) -> Result<&Url, Failure> {
        self.calendar
            .get_or_try_init(|| async {
                discovery::chosen(&self.dav, &self.url, self.list.as_deref()).await.map(|calendar| calendar.url)
            })
            .await
    }

    /// What a pull has to look at, and what it means when something is not among it.
    async fn changes(&self, cursor: &Cursor) -> Result<(Changes, Scan), Failure> {
        let calendar = self.calendar().await?;
        if let Some(Mark::Token(token)) = &cursor.from {
            let changes = reports::since(&self.dav, calendar, token).await?;
            let mark = if cursor.after.is_some() { cursor.next.clone() } else { changes.mark };
            return Ok((Changes { mark, ..changes }, Scan::Changes));
        }
        // The mark before the listing: what changes in between is seen twice and not missed.
        let mark = if cursor.after.is_some() { cursor.next.clone() } else { reports::mark(&self.dav, calendar).await? };
        if cursor.after.is_none() && cursor.from.is_some() && cursor.from == mark {
            return Ok((Changes { mark, ..Changes::default() }, Scan::Changes));
        }
        let changed = reports::all(&self.dav, calendar).await?;
        Ok((Changes { changed, mark, ..Changes::default() }, Scan::Everything))
    }

    async fn address(&self, name: &str) -> Result<Url, Failure> {
        self.calendar().await?.join(&format!("./{name}")).map_err(|_| Failure::NotFound)
    }

    /// `None` for what is no to-do.
    fn seen(&self, name: &str, stored: &Stored) -> Option<Seen> {
        let resource = Resource::read(&stored.text)?;
        let item = || Seen::Item(Box::new(self.item(name, &stored.etag, &resource)));
        Some(if resource.is_cancelled() { Seen::Gone(name.to_owned()) } else { item() })
    }

    fn item(&self, name: &str, etag: &str, resource: &Resource) -> Item {
        let todo = resource.todo(self.zone);
        let mut read_only = BTreeSet::new();
        if todo.recurs {
            read_only.insert(Field::Completed);
        }
        if todo.lasts {
            read_only.insert(Field::Due);
        }
        Item {
            external_id: name.to_owned(),
            version: etag.to_owned(),
            title: todo.title,
            notes: todo.notes,
            due: todo.due,
            completed: matches!(todo.state, State::Completed(_)),
            completed_at: match todo.state {
                State::Completed(at) => at,
                State::Open | State::Cancelled => None,
            },
            updated_at: todo.last_modified,
            url: None,
            key: Uuid::try_parse(&todo.uid).ok(),
            read_only,
        }
    }

    /// Writes over a version.
    async fn replace(&self, name: &str, resource: &Resource, etag: &str) -> Result<Item, Failure> {
        let answer = self.dav.put(&self.address(name).await?, resource.text(), Over::Version(etag)).await?;
        if !answer.succeeded() {
            return Err(answer.failure(self.dav.clock.now()));
        }
        self.written(name, resource, answer.header(ETAG.as_str())).await
    }

    /// The item after it was written. A server that stores another text than it was sent names no version, so it is looked at; what
    /// somebody else wrote in between is not taken for ours but left to the next pull, by a version that nothing has.
    async fn written(&self, name: &str, resource: &Resource, etag: Option<&str>) -> Result<Item, Failure> {
        if let Some(etag) = etag {
            return Ok(self.item(name, etag, resource));
        }
        // It is written, whatever comes of looking at it.
        let stored = self.dav.get(&self.address(name).await?).await.ok().flatten();
        let now = stored.and_then(|stored| Some((Resource::read(&stored.text)?, stored.etag)));
        let ours = resource.todo(self.zone).last_modified;
        Ok(match now {
            Some((now, etag)) if now.todo(self.zone).last_modified == ours => self.item(name, &etag, &now),
            _ => self.item(name, "", resource),
        })
    }

    /// What an earlier attempt made. It may have been moved within the calendar since.
    async fn made(&self, key: Uuid) -> Result<Option<(String, Stored, Resource)>, Failure> {
        let named = name_for(key);
        let stored = self.dav.get(&self.address(&named).await?).await?;
        let (name, stored) = if let Some(stored) = stored {
            (named, stored)
        } else {
            let Some(name) = reports::with_uid(&self.dav, self.calendar().await?, &key.to_string()).await? else {
                return Ok(None);
            };
            let Some(stored) = self.dav.get(&self.address(&name).await?).await? else { return Ok(None) };
            (name, stored)
        };
        Ok(Resource::read(&stored.text).map(|resource| (name, stored, resource)))
    }

    /// Makes of what was cancelled what is to be made. Errors: `Changed` where there is something else: somebody may have edited it,
    /// so that it is merged like any other.
    async fn revive(&self, key: Uuid, edit: &Edit) -> Result<Item, Failure> {
        let made = self.made(key).await?.filter(|(.., resource)| resource.is_cancelled());
        let (name, stored, mut resource) = made.ok_or(Failure::Changed)?;
        let now = self.dav.clock.now();
        resource.revive(now);
        resource.apply(edit, self.zone, now);
        self.replace(&name, &resource, &stored.etag).await
    }
}

fn name_for(key: Uuid) -> String {
    format!("{key}.ics")
}

#[async_trait]
impl Provider for Caldav {
    fn fields(&self) -> &'static [Field] {
        &[Field::Title, Field::Notes, Field::Due, Field::Completed]
    }

    fn orders_versions(&self) -> bool {
        false
    }

    async fn pull(&self, cursor: Option<&str>) -> Result<Page, Failure> {
        let cursor: Cursor =
            cursor.map_or_else(|| Ok(Cursor::default()), serde_json::from_str).map_err(|_| Failure::CursorLost)?;
        let asked_at = self.dav.clock.now();
        let calendar = self.calendar().await?;
        let (changes, scan) = self.changes(&cursor).await?;
        let names: BTreeSet<&str> = changes.changed.iter().chain(&changes.gone).map(|name| &**name).collect();
        let mut left = names.into_iter().filter(|name| cursor.after.as_deref().is_none_or(|after| *name > after));
        let batch: Vec<&str> = left.by_ref().take(BATCH).collect();
        let more = left.next().is_some();
        let wanted: Vec<&str> = batch.iter().copied().filter(|name| changes.changed.contains(*name)).collect();
        let objects = reports::objects(&self.dav, calendar, &wanted).await?;
        let gone = batch.iter().filter(|name| changes.gone.contains(**name)).map(|name| Seen::Gone((*name).to_owned()));
        let there = objects.iter().filter_map(|(name, stored)| match stored {
            Some(stored) => self.seen(name, stored),
            None => Some(Seen::Gone(name.clone())),
        });
        let seen = gone.chain(there).collect();
        let next = if more {
            Cursor { from: cursor.from, after: batch.last().map(|name| (*name).to_owned()), next: changes.mark }
        } else {
            Cursor { from: changes.mark, ..Cursor::default() }
        };
        let cursor = serde_json::to_string(&next).map_err(|_| Failure::Malformed)?;
        Ok(Page { seen, cursor, scan, more: more || changes.more, asked_at })
    }

    async fn fetch(&self, external_id: &str) -> Result<Fetched, Failure> {
        let stored = self.dav.get(&self.address(external_id).await?).await?;
        Ok(match stored.and_then(|stored| self.seen(external_id, &stored)) {
            Some(Seen::Item(item)) => Fetched::Item(item),
            _ => Fetched::Gone,
        })
    }

    async fn find(&self, key: Uuid) -> Result<Option<Item>, Failure> {
        let made = self.made(key).await?.filter(|(.., resource)| !resource.is_cancelled());
        Ok(made.map(|(name, stored, resource)| self.item(&name, &stored.etag, &resource)))
    }

    async fn create(&self, creation: &Creation) -> Result<Item, Failure> {
        let now = self.dav.clock.now();
        let (name, mut resource) = (name_for(creation.key), Resource::new(creation.key, now));
        let edit = Edit {
            title: Some(creation.title.clone()),
            notes: Some(creation.notes.clone()),
            due: Some(creation.due),
            completed: Some(creation.completed_at),
        };
        resource.apply(&edit, self.zone, now);
        let answer = self.dav.put(&self.address(&name).await?, resource.text(), Over::Nothing).await?;
        match answer.status {
            200..=299 => self.written(&name, &resource, answer.header(ETAG.as_str())).await,
            // It is there, or its UID is, at another address.
            409 | 412 => self.revive(creation.key, &edit).await,
            403 if refused_for(&answer.body, CALDAV, "no-uid-conflict") => self.revive(creation.key, &edit).await,
            _ => Err(answer.failure(now)),
        }
    }

    async fn update(&self, external_id: &str, version: &str, edit: &Edit, _operation: Uuid) -> Result<Item, Failure> {
        // The text as it is stored, which answers of reports do not hold to the byte.
        let stored = self.dav.get(&self.address(external_id).await?).await?.ok_or(Failure::NotFound)?;
        if stored.etag != version {
            return Err(Failure::Changed);
        }
        let mut resource = Resource::read(&stored.text).ok_or(Failure::Changed)?;
        if resource.apply(edit, self.zone, self.dav.clock.now()) {
            self.replace(external_id, &resource, version).await
        } else {
            Ok(self.item(external_id, version, &resource))
        }
    }

    async fn delete(&self, external_id: &str, version: &str, _operation: Uuid) -> Result<(), Failure> {
        self.dav.delete(&self.address(external_id).await?, version).await
    }

    async fn lists(&self) -> Result<Vec<List>, Failure> {
        let calendars = discovery::calendars(&self.dav, &self.url).await?;
        Ok(calendars.into_iter().map(|calendar| List { id: calendar.url.into(), name: calendar.name }).collect())
    }

    async fn account(&self) -> Result<KnownAs, Failure> {
        Ok(KnownAs::named(Some(self.dav.username.clone())))
    }
}
