//! Writes there what was changed here, one request after another.

use std::time::Duration;

use super::{
    base::Base,
    convert,
    existence::{self, Existence, Local, Remote},
    gone::Gone,
    link::{Deleted, Link, There},
    pull::{Step, note, write},
    service::{Known, Side, Synchronisation, Told},
};
use crate::{
    integrations::connections::steps::{self, Did},
    kernel::{Error, Result, Timestamp},
    ledger::Decision,
    outbound::providers::{Creation, Edit, Failure, Fetched, Field, Item},
    store::Stored,
    work::tasks::{
        edits::Edits,
        model::{Task, TaskId},
    },
};

/// How often one link is looked at anew within a run, since the item changed meanwhile.
const ROUNDS: usize = 5;

/// What keeps a run from going on.
#[derive(Debug)]
pub(super) enum Stop {
    /// The service, for the connection as a whole.
    Failed(Failure),
    /// Somebody else changes back what we write.
    Oscillating,
    /// Our own store.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What writing one link came to.
enum Wrote {
    /// It is settled, or waits for another time.
    Done(Told),
    /// The item is another one by now, or the link is.
    Changed,
}

const PUSHED: Told = Told { pushed: 1, ..Told::NONE };

impl Synchronisation {
    /// Writes what waits and may be tried by now, until an instant. Errors: what concerns the connection as a whole.
    pub(super) async fn push(&self, side: &Side<'_>, told: &mut Told, until: Timestamp) -> Result<(), Stop> {
        loop {
            let waiting = self.links.waiting(side.owner, side.connection.number, self.clock.now()).await?;
            if waiting.is_empty() {
                return Ok(());
            }
            for link in waiting {
                if self.clock.now() >= until {
                    return Ok(());
                }
                *told += self.push_one(side, link.task_id).await?;
            }
        }
    }

    /// Finds out what became of items that were begun to be made. Until that is known nothing is pulled: they would come in as new
    /// ones. Errors: `Unknown` while it is not.
    pub(super) async fn finish_begun(&self, side: &Side<'_>, told: &mut Told) -> Result<(), Stop> {
        for link in self.links.begun(side.owner, side.connection.number).await? {
            *told += self.push_one(side, link.task_id).await?;
            let read = self.links.of_task(side.owner, side.connection.id, link.task_id).await?;
            if read.is_some_and(|read| read.value.is_begun()) {
                return Err(Stop::Failed(Failure::Unknown));
            }
        }
        Ok(())
    }

    async fn push_one(&self, side: &Side<'_>, id: TaskId) -> Result<Told, Stop> {
        let mut failure = Failure::Changed;
        for _ in 0..ROUNDS {
            let Some(read) = self.links.of_task(side.owner, side.connection.id, id).await? else { return Ok(Told::default()) };
            if read.value.waiting.is_none() {
                return Ok(Told::default());
            }
            let task = self.tasks.get(side.owner, id).await?.map(|read| read.value);
            match self.write_one(side, &read, task.as_ref()).await {
                Ok(Wrote::Done(told)) => return Ok(told),
                Ok(Wrote::Changed) => {}
                Err(Stop::Failed(why)) => {
                    failure = why;
                    break;
                }
                Err(stop) => return Err(stop),
            }
        }
        self.failed(side, id, failure).await
    }

    async fn write_one(&self, side: &Side<'_>, read: &Stored<Link>, task: Option<&Task>) -> Result<Wrote, Stop> {
        let link = &read.value;
        let Some(task) = task.filter(|task| task.trashed.is_none()) else { return self.delete(side, read, task).await };
        let Some(there) = link.there.as_ref().filter(|_| link.gone.is_none()) else { return self.create(side, read, task).await };
        if there.base.collides(&convert::fields_of(task), side.provider.fields()) {
            // What is there was not taken: it is merged, and told, before anything is written over it.
            return self.look_again(side, &there.external_id).await;
        }
        let named = dirty(side, there, task);
        if named.is_empty() {
            self.settle(side, read, Some(Link { waiting: None, ..link.clone() }), None).await?;
            return Ok(Wrote::Done(Told::default()));
        }
        let pushes = link.pushes.with(self.clock.now(), task.changed.latest());
        if pushes.oscillate() {
            return Err(Stop::Oscillating);
        }
        let local = convert::fields_of(task);
        let edit = convert::edit(&local, &named, task);
        let operation = link.operation(&digest(&edit));
        let item = match side.provider.update(&there.external_id, &there.version, &edit, operation).await {
            Ok(item) => item,
            Err(Failure::Changed | Failure::NotFound) => return self.look_again(side, &there.external_id).await,
            Err(other) => return Err(Stop::Failed(other)),
        };
        let base = there.base.with_pushed(&named, &local, &convert::ours(&item));
        let link = Link { there: Some(There { base, ..there.clone() }), waiting: None, pushes, ..link.clone() };
        let did = steps::Step::new(task.id, Did::ItemUpdated, &named, Some(&there.version), Some(&item.version));
        self.take_answer(side, read, link, &item, did).await
    }

    /// Keeps what the service answered to a write: somebody else may have changed the item meanwhile, so that it is merged like any
    /// other, with what was just written as seen.
    async fn take_answer(
        &self,
        side: &Side<'_>,
        read: &Stored<Link>,
        link: Link,
        item: &Item,
        did: steps::Step,
    ) -> Result<Wrote, Stop> {
        let (link, did) = (&link, &did);
        let told = self
            .ledger
            .run(side.owner, |change| {
                Box::pin(async move {
                    let id = Link::id_of(side.connection.id, link.task_id).to_string();
                    // Whoever has changed the link since has seen the item, or will.
                    let Some(read) = change.find::<Link>(&id).await?.filter(|found| found.etag == read.etag) else {
                        return Ok(Decision::Keep(Told::default()));
                    };
                    let now = change.now();
                    let mut edits = Edits::by_service(change, &self.sessions, side.owner);
                    let step = self.take(side, &mut edits, link.clone(), read.clone(), item, now).await?;
                    edits.queue()?;
                    let (overruled, told) = (Vec::new(), Told::default());
                    let unchanged = || Step { link: Some(link.clone()), read: Some(read), overruled, told, did: Vec::new() };
                    let mut step = step.unwrap_or_else(unchanged);
                    step.did.insert(0, did.clone());
                    let told = step.told;
                    write(change, side, vec![step])?;
                    Ok(Decision::Write(told))
                })
            })
            .await?;
        let mut all = PUSHED;
        all += told;
        Ok(Wrote::Done(all))
    }

    async fn create(&self, side: &Side<'_>, read: &Stored<Link>, task: &Task) -> Result<Wrote, Stop> {
        let link = &read.value;
        let key = task.id.uuid();
        let begun = link.is_begun();
        let earlier = if begun { side.provider.find(key).await.map_err(Stop::Failed)? } else { None };
        if let Some(item) = earlier {
            // An earlier attempt has made it; the task may have changed since.
            let asked_at = self.clock.now().plus(Duration::from_micros(1));
            self.take_in(side, &[item], asked_at, &Known::AskedFor).await?;
            return Ok(Wrote::Changed);
        }
        let read = if begun {
            read.clone()
        } else {
            match self.settle(side, read, Some(link.begun(self.clock.now())), None).await? {
                Some(read) => read,
                None => return Ok(Wrote::Changed),
            }
        };
        let local = convert::fields_of(task);
        if let Some(item) = self.reopen(side, &read.value, task).await? {
            return self.made(side, &read, task, &item).await;
        }
        let creation = Creation {
            key,
            operation: link.operation(b"create"),
            title: local.title.clone(),
            notes: local.notes.clone(),
            due: local.due,
            completed_at: task.completion.map(|completion| completion.at),
        };
        let item = match side.provider.create(&creation).await {
            Ok(item) => item,
            // One is there already: it is looked for, and merged.
            Err(Failure::Changed) => return Ok(Wrote::Changed),
            Err(other) => return Err(Stop::Failed(other)),
        };
        self.made(side, &read, task, &item).await
    }

    /// Brings the former item of a task back, where a service keeps what is gone.
    async fn reopen(&self, side: &Side<'_>, link: &Link, task: &Task) -> Result<Option<Item>, Stop> {
        let Some(there) = &link.there else { return Ok(None) };
        let edit = convert::edit(&convert::fields_of(task), side.provider.fields(), task);
        // No version: what is gone has none that could be expected.
        match side.provider.update(&there.external_id, "", &edit, link.operation(&digest(&edit))).await {
            Ok(item) => Ok(Some(item)),
            // It is gone for good, or is another one by now.
            Err(Failure::NotFound | Failure::Changed | Failure::Rejected(_)) => Ok(None),
            Err(other) => Err(Stop::Failed(other)),
        }
    }

    /// Keeps what was made there for a task.
    async fn made(&self, side: &Side<'_>, read: &Stored<Link>, task: &Task, item: &Item) -> Result<Wrote, Stop> {
        let local = convert::fields_of(task);
        let base = Base::default().with_pushed(side.provider.fields(), &local, &convert::ours(item));
        let next = Link { there: Some(There::of(item, base)), gone: None, waiting: None, ..read.value.clone() };
        let next = if task.trashed.is_some() { next.awaiting(self.clock.now()) } else { next };
        let before = read.value.there.as_ref().map(|there| there.version.as_str());
        let did = steps::Step::new(task.id, Did::ItemCreated, side.provider.fields(), before, Some(&item.version));
        self.settle(side, read, Some(next), Some(did)).await?;
        Ok(Wrote::Done(PUSHED))
    }

    /// What becomes of an item whose task is in the trash, or gone for good.
    async fn delete(&self, side: &Side<'_>, read: &Stored<Link>, task: Option<&Task>) -> Result<Wrote, Stop> {
        let link = &read.value;
        let Some(there) = link.there.as_ref().filter(|_| link.gone.is_none()) else {
            if let Some(task) = task.filter(|_| link.is_begun()) {
                // It may have been made before the task was deleted: what is there is known first.
                if side.provider.repeats_creations() {
                    return self.create(side, read, task).await;
                }
                if let Some(item) = side.provider.find(task.id.uuid()).await.map_err(Stop::Failed)? {
                    return self.made(side, read, task, &item).await;
                }
            }
            // It was never made there, or is gone.
            let next = link.there.as_ref().map(|_| Link { waiting: None, ..link.clone() });
            self.settle(side, read, next, None).await?;
            return Ok(Wrote::Done(Told::default()));
        };
        if side.writes() && there.base.is_behind(side.provider.fields()) {
            // What was not taken is told before it is deleted.
            return self.look_again(side, &there.external_id).await;
        }
        let local = if task.is_some() { Local::Trashed } else { Local::Deleted };
        if existence::existence(local, Remote::Unchanged, side.direction(), side.can()) != Existence::DeleteThere {
            self.settle(side, read, Some(Link { waiting: None, ..link.clone() }), None).await?;
            return Ok(Wrote::Done(Told::default()));
        }
        match side.provider.delete(&there.external_id, &there.version, link.operation(b"delete")).await {
            Ok(()) => {}
            Err(Failure::Changed) => return self.look_again(side, &there.external_id).await,
            Err(other) => return Err(Stop::Failed(other)),
        }
        let gone = Some(Deleted { at: self.clock.now(), by: super::project::Side::Local });
        let did = steps::Step::new(link.task_id, Did::ItemDeleted, &[], Some(&there.version), None);
        self.settle(side, read, Some(Link { waiting: None, gone, ..link.clone() }), Some(did)).await?;
        Ok(Wrote::Done(PUSHED))
    }

    /// Takes in what an item is by now.
    async fn look_again(&self, side: &Side<'_>, external_id: &str) -> Result<Wrote, Stop> {
        self.take_now(side, external_id).await?;
        Ok(Wrote::Changed)
    }

    /// Asks for an item by itself and takes it in.
    pub(super) async fn take_now(&self, side: &Side<'_>, external_id: &str) -> Result<Told, Stop> {
        // What was written here before the question is older than the answer.
        let asked_at = self.clock.now().plus(Duration::from_millis(1));
        let gone = match side.provider.fetch(external_id).await.map_err(Stop::Failed)? {
            Fetched::Item(item) => return Ok(self.take_in(side, &[*item], asked_at, &Known::AskedFor).await?.told),
            Fetched::Gone => Gone { external_id: external_id.to_owned(), moved: false },
            Fetched::Moved => Gone { external_id: external_id.to_owned(), moved: true },
        };
        Ok(self.take_gone(side, &[gone], &Known::AskedFor).await?)
    }

    /// What becomes of a link after a failure. Errors: a failure that concerns the connection as a whole.
    async fn failed(&self, side: &Side<'_>, id: TaskId, failure: Failure) -> Result<Told, Stop> {
        let for_good = match failure {
            Failure::Rejected(_) | Failure::Malformed | Failure::Forbidden => true,
            Failure::Unknown | Failure::Changed | Failure::NotFound => false,
            other => return Err(Stop::Failed(other)),
        };
        let now = self.clock.now();
        if let Some(read) = self.links.of_task(side.owner, side.connection.id, id).await? {
            let did = steps::Step::new(id, Did::Failed, &[], None, None);
            self.settle(side, &read, Some(read.value.after_failure(now, for_good)), Some(did)).await?;
        }
        Ok(Told { failed: 1, ..Told::default() })
    }

    /// Replaces the link as it was read, or removes it; and says in the task where it is kept. `None` when somebody else has changed
    /// the link since, and then nothing is written.
    async fn settle(
        &self,
        side: &Side<'_>,
        read: &Stored<Link>,
        next: Option<Link>,
        did: Option<steps::Step>,
    ) -> Result<Option<Stored<Link>>> {
        let (next, did) = (next.as_ref(), &did);
        let written = self
            .ledger
            .run(side.owner, |change| {
                Box::pin(async move {
                    let id = Link::id_of(side.connection.id, read.value.task_id).to_string();
                    let Some(found) = change.find::<Link>(&id).await?.filter(|found| found.etag == read.etag) else {
                        return Ok(Decision::Keep(false));
                    };
                    let mut edits = Edits::by_service(change, &self.sessions, side.owner);
                    if let Some(task) = edits.find(read.value.task_id).await? {
                        edits.set_external(task.id, side.external_of(&task, next)).await?;
                    }
                    edits.queue()?;
                    match next {
                        Some(next) => change.replace(next, &found)?,
                        None => change.remove(&found),
                    }
                    note(change, side, did.iter().cloned().collect())?;
                    Ok(Decision::Write(true))
                })
            })
            .await?;
        if !written {
            return Ok(None);
        }
        self.links.of_task(side.owner, side.connection.id, read.value.task_id).await
    }
}

/// What of a task is to be written there.
pub(super) fn dirty(side: &Side<'_>, there: &There, task: &Task) -> Vec<Field> {
    there.base.dirty(&convert::fields_of(task), side.provider.fields(), &there.read_only)
}

/// Tells edits apart.
fn digest(edit: &Edit) -> Vec<u8> {
    format!("{edit:?}").into_bytes()
}
