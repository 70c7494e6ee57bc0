//! Takes in what a service tells of its items: each against the link that it has, in commits of many.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::{
    base::Base,
    convert,
    existence::{self, Existence, Local, Remote},
    link::{Deleted, Link, There},
    merge::{self, Freshness, Merged, freshness, merge},
    overruled::Overruled,
    project::Fields,
    repo::stands_for,
    service::{Known, Side, Synchronisation, Told},
};
use crate::{
    kernel::{Precondition, Result, Timestamp, id},
    ledger::{Decision, Transaction},
    outbound::providers::{Due, Item},
    store::Stored,
    work::tasks::{
        edits::Edits,
        model::{Task, TaskId},
        operations::Deletion,
    },
};

/// How many documents a commit of taking in writes at most, but for the days that are counted.
const WRITES: usize = 84;

/// Tasks here that are not linked yet, by what could be the same there.
pub type Candidates = HashMap<(String, Option<Due>), Vec<TaskId>>;

/// What taking in a page came to.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub told: Told,
    /// Items that have changed here since they were asked for: to be asked for by themselves.
    pub again: Vec<String>,
    /// The versions of what was written here: nothing of it is to be written there.
    pub versions: Vec<Uuid>,
}

/// An item that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gone {
    pub external_id: String,
    /// Whether it is only where we do not look.
    pub moved: bool,
}

/// What is to be written of one item.
pub(super) struct Step {
    /// `None` where nothing is to be known of the item any more.
    pub link: Option<Link>,
    pub read: Option<Stored<Link>>,
    pub overruled: Vec<Overruled>,
    pub told: Told,
}

impl Synchronisation {
    /// Takes items in, of which the service was asked at an instant.
    pub(super) async fn take_in(&self, side: &Side<'_>, items: &[Item], asked_at: Timestamp, known: &Known) -> Result<Taken> {
        let mut taken = Taken::default();
        let mut from = 0;
        while from < items.len() {
            let some = self.take_some(side, &items[from..], asked_at, known).await?;
            from += some.told.seen.max(1);
            taken.told += some.told;
            taken.again.extend(some.again);
            taken.versions.extend(some.versions);
        }
        Ok(taken)
    }

    /// As many of the items as one commit has room for.
    async fn take_some(&self, side: &Side<'_>, items: &[Item], asked_at: Timestamp, known: &Known) -> Result<Taken> {
        self.ledger
            .run(side.owner, |change| {
                Box::pin(async move {
                    let now = change.now();
                    let mut edits = Edits::by_service(change, &self.sessions, side.owner);
                    let (mut steps, mut again, mut told) = (Vec::<Step>::new(), Vec::new(), Told::default());
                    for item in items {
                        told.seen += 1;
                        let read = self.link_of(side, item, known).await?;
                        // A version is as old as the millisecond in which it was written.
                        let milli = |at: Timestamp| at.micros().div_euclid(1_000);
                        let written_at = read.as_ref().and_then(|read| id::time_of(read.op));
                        let changed_since = written_at.is_some_and(|at| milli(at) >= milli(asked_at));
                        if changed_since {
                            again.push(item.external_id.clone());
                        } else {
                            let step = match read {
                                Some(read) => self.take(side, &mut edits, read.value.clone(), read, item, now).await?,
                                None => self.take_new(side, &mut edits, item, now).await?,
                            };
                            told += step.as_ref().map_or_else(Told::default, |step| step.told);
                            steps.extend(step);
                        }
                        if steps.iter().map(|step| 2 + step.overruled.len()).sum::<usize>() >= WRITES {
                            break;
                        }
                    }
                    edits.queue()?;
                    let writes = !steps.is_empty();
                    for step in steps {
                        write(change, side, step)?;
                    }
                    let versions = writes.then(|| change.version()).into_iter().collect();
                    let taken = Taken { told, again, versions };
                    Ok(if writes { Decision::Write(taken) } else { Decision::Keep(taken) })
                })
            })
            .await
    }

    /// The link of an item: the one that stands for it, or that of the task for which it is made at the moment.
    async fn link_of(&self, side: &Side<'_>, item: &Item, known: &Known) -> Result<Option<Stored<Link>>> {
        let id = side.connection.id;
        let read = self.link_standing_for(side, &item.external_id, known).await?;
        match (read, item.key) {
            (None, Some(key)) => {
                let read = self.links.of_task(side.owner, id, TaskId::new(key)).await?;
                // Of a task that has an item this one is a copy that somebody has made there.
                Ok(read.filter(|read| read.value.there.is_none() || read.value.gone.is_some()))
            }
            (read, _) => Ok(read),
        }
    }

    pub(super) async fn link_standing_for(
        &self,
        side: &Side<'_>,
        external_id: &str,
        known: &Known,
    ) -> Result<Option<Stored<Link>>> {
        match known {
            Known::All { links, written } if !written.contains(external_id) => Ok(links.get(external_id).cloned()),
            _ => self.links.of_item(side.owner, side.connection.id, external_id).await,
        }
    }

    /// Takes an item in for a link as it is by now, and as it was read.
    pub(super) async fn take(
        &self,
        side: &Side<'_>,
        edits: &mut Edits<'_, '_>,
        link: Link,
        read: Stored<Link>,
        item: &Item,
        now: Timestamp,
    ) -> Result<Option<Step>> {
        let kept = side.provider.fields();
        if link.detached {
            return Ok(None);
        }
        if let Some(there) = &link.there {
            let version = if there.external_id == item.external_id { &there.version } else { "" };
            let known = merge::Known { version, ordered: side.provider.orders_versions(), gone: link.gone.map(|gone| gone.by) };
            match freshness(known, &item.version) {
                Freshness::Stale => return Ok(None),
                Freshness::Same if !there.base.is_behind(kept) => return Ok(None),
                Freshness::Same | Freshness::New => {}
            }
        }
        let remote = convert::ours(item);
        let task = edits.find(link.task_id).await?;
        let base = link.there.as_ref().map(|there| &there.base);
        let local = local_of(task.as_ref(), &link, side);
        let seen = base.map_or(Remote::Changed, |base| Remote::of(&remote, base, link.gone.is_some(), kept));
        let what = existence::existence(local, seen, side.direction(), side.can());
        let (mut told, mut overruled) = (Told::default(), Vec::new());
        let task = match (what, task) {
            (Existence::Merge, Some(task)) => task,
            (Existence::RestoreHere, Some(task)) => {
                overruled.push(Overruled::Deletion {
                    side: super::project::Side::Local,
                    at: task.changed.existence,
                    kept_at: item.updated_at,
                });
                edits.restore(task.id).await?
            }
            // What was edited there while it was deleted here goes with the deletion, and is told.
            (Existence::DeleteThere, task) => {
                let theirs = merge::Theirs { fields: &remote, updated_at: item.updated_at, read_only: &item.read_only };
                let at = task.as_ref().and_then(|task| task.changed.existence);
                let lost = base.map_or_else(Vec::new, |base| merge::overruled_by_deletion(base, theirs, at, kept));
                let stays = task.as_ref().map(convert::fields_of).unwrap_or_default();
                overruled.extend(Overruled::edits(lost, &stays));
                told.conflicts = overruled.len();
                let there = There::of(item, Base::of(&remote, kept));
                let link = Link { there: Some(there), gone: None, ..link }.awaiting(now);
                return Ok(Some(Step { link: Some(link), read: Some(read), overruled, told }));
            }
            // Its task is gone for good: without a link it comes in as a new one.
            (Existence::Detach, None) => return Ok(Some(Step { link: None, read: Some(read), overruled, told })),
            (Existence::Detach, Some(task)) => {
                edits.set_external(task.id, side.external_of(&task, None)).await?;
                let link = Link { detached: true, waiting: None, ..link };
                return Ok(Some(Step { link: Some(link), read: Some(read), overruled, told }));
            }
            _ => return Ok(None),
        };
        let merged = self.merge_into(side, edits, &task, base, item, &remote, now).await?;
        told.updated = usize::from(!merged.took.is_empty() || what == Existence::RestoreHere);
        overruled.extend(Overruled::edits(merged.lost, &merged.fields));
        told.conflicts = overruled.len();
        let next = Link { there: Some(There::of(item, merged.base)), gone: None, ..link };
        let next = if merged.push.is_empty() { Link { waiting: None, ..next } } else { next.awaiting(now) };
        edits.set_external(task.id, side.external_of(&task, Some(&next))).await?;
        Ok(Some(Step { link: Some(next), read: Some(read), overruled, told }))
    }

    /// Changes the task as the item and what was last seen of it ask for.
    #[expect(clippy::too_many_arguments, reason = "the three sides of a merge, and where it is done")]
    async fn merge_into(
        &self,
        side: &Side<'_>,
        edits: &mut Edits<'_, '_>,
        task: &Task,
        base: Option<&Base>,
        item: &Item,
        remote: &Fields,
        now: Timestamp,
    ) -> Result<Merged> {
        let ours = merge::Ours { fields: &convert::fields_of(task), times: &convert::times_of(task) };
        let theirs = merge::Theirs { fields: remote, updated_at: item.updated_at, read_only: &item.read_only };
        let merged = merge(base, ours, theirs, side.direction(), side.provider.fields());
        if !merged.took.is_empty() {
            let at = convert::completed_at(item, now).max(task.created_at);
            let patch = convert::patch(&merged.fields, &merged.took, at)?;
            edits.patch(task.id, &patch, &Precondition::None).await?;
        }
        Ok(merged)
    }

    /// An item that no link stands for: it becomes a task, unless it is one already.
    async fn take_new(&self, side: &Side<'_>, edits: &mut Edits<'_, '_>, item: &Item, now: Timestamp) -> Result<Option<Step>> {
        let kept = side.provider.fields();
        let remote = convert::ours(item);
        let same = match item.key.map(TaskId::new) {
            // Of a task that has an item this is a copy, which is an item like any other.
            Some(id) if self.links.of_task(side.owner, side.connection.id, id).await?.is_some() => None,
            Some(id) => edits.find(id).await?.filter(|task| task.trashed.is_none()),
            None => None,
        };
        let second = |at: Timestamp| at.micros().div_euclid(1_000_000);
        let completed_at = item.completed_at.or(item.updated_at);
        let done_before = item.completed && completed_at.is_none_or(|at| second(at) < second(side.connection.created_at));
        let (task, told, merged) = match same {
            Some(task) => {
                let merged = self.merge_into(side, edits, &task, None, item, &remote, now).await?;
                (task, Told { updated: 1, ..Told::default() }, Some(merged))
            }
            None if !side.takes() || done_before => return Ok(None),
            None => {
                let new = convert::new_task(&remote, side.tags.clone())?;
                let at = item.completed.then(|| convert::completed_at(item, now));
                (edits.create_for(&new, at, side.connection.id.uuid()).await?, Told { created: 1, ..Told::default() }, None)
            }
        };
        let (base, push, overruled) = match merged {
            Some(merged) => (merged.base, merged.push, Overruled::edits(merged.lost, &merged.fields)),
            None => (Base::of(&remote, kept), Vec::new(), Vec::new()),
        };
        let link = Link::new(side.owner.id(), side.connection.id, side.connection.number, task.id, now);
        let link = Link { there: Some(There::of(item, base)), found: true, ..link };
        let link = if push.is_empty() { link } else { link.awaiting(now) };
        let told = Told { conflicts: overruled.len(), ..told };
        edits.set_external(task.id, side.external_of(&task, Some(&link))).await?;
        Ok(Some(Step { link: Some(link), read: None, overruled, told }))
    }

    /// Links new items to the tasks here that say the same, one to one: the first time that a connection looks. Returns the items
    /// that are left.
    pub(super) async fn adopt(&self, side: &Side<'_>, items: Vec<Item>, candidates: &Candidates) -> Result<(Vec<Item>, Told)> {
        let mut same: BTreeMap<Uuid, Vec<Item>> = BTreeMap::new();
        let mut left = Vec::new();
        for item in items {
            let remote = convert::ours(&item);
            match candidates.get(&(remote.title, remote.due)).map(Vec::as_slice) {
                Some([only]) if item.key.is_none() && !item.completed => same.entry(only.uuid()).or_default().push(item),
                _ => left.push(item),
            }
        }
        let mut pairs = Vec::new();
        for (task, items) in same {
            match <[Item; 1]>::try_from(items) {
                Ok([item]) => pairs.push(Item { key: Some(task), ..item }),
                Err(several) => left.extend(several),
            }
        }
        let told = self.take_in(side, &pairs, self.clock.now(), &Known::AskedFor).await?.told;
        Ok((left, told))
    }

    /// Does what follows from items that are gone there, or are where we do not look any more.
    pub(super) async fn take_gone(&self, side: &Side<'_>, gone: &[Gone], known: &Known) -> Result<Told> {
        let mut told = Told::default();
        for gone in gone {
            told += self
                .ledger
                .run(side.owner, |change| {
                    Box::pin(async move {
                        let read = self.link_standing_for(side, &gone.external_id, known).await?;
                        let in_use = |read: &Stored<Link>| {
                            stands_for(&read.value, side.connection.id, &gone.external_id) && read.value.is_linked()
                        };
                        match read.filter(in_use) {
                            Some(read) => self.follow_gone(side, change, read, gone.moved).await,
                            None => Ok(Decision::Keep(Told::default())),
                        }
                    })
                })
                .await?;
        }
        Ok(told)
    }

    async fn follow_gone(
        &self,
        side: &Side<'_>,
        change: &mut Transaction<'_>,
        read: Stored<Link>,
        moved: bool,
    ) -> Result<Decision<Told>> {
        let (link, now) = (read.value.clone(), change.now());
        let mut edits = Edits::by_service(change, &self.sessions, side.owner);
        let task = edits.find(link.task_id).await?;
        let local = local_of(task.as_ref(), &link, side);
        let remote = if moved { Remote::Moved } else { Remote::Gone };
        let what = match existence::existence(local, remote, side.direction(), side.can()) {
            // The person said so when the connection was halted.
            Existence::TrashHere if side.recreates => Existence::RecreateThere,
            what => what,
        };
        let (mut told, mut overruled) = (Told::default(), Vec::new());
        let deleted = Some(Deleted { at: now, by: super::project::Side::Remote });
        let next = match (what, task) {
            (Existence::TrashHere, Some(task)) => {
                edits.delete(task.id, Deletion::ToTrash, &Precondition::None).await?;
                told.deleted = 1;
                Link { gone: deleted, waiting: None, ..link }
            }
            (Existence::RecreateThere, Some(task)) => {
                if let Some(whose) = what.overruled(local) {
                    overruled.push(Overruled::Deletion { side: whose, at: None, kept_at: task.updated_at });
                }
                Link { gone: deleted, ..link }.awaiting(now)
            }
            (Existence::DropLink, _) => Link { gone: deleted, waiting: None, ..link },
            (Existence::Detach, Some(task)) => {
                edits.set_external(task.id, side.external_of(&task, None)).await?;
                Link { detached: true, waiting: None, ..link }
            }
            _ => return Ok(Decision::Keep(told)),
        };
        told.conflicts = overruled.len();
        edits.queue()?;
        write(change, side, Step { link: Some(next), read: Some(read), overruled, told })?;
        Ok(Decision::Write(told))
    }
}

/// How the task stands against what was last seen there.
pub(super) fn local_of(task: Option<&Task>, link: &Link, side: &Side<'_>) -> Local {
    let fields = task.map(convert::fields_of);
    let task = task.zip(fields.as_ref()).map(|(task, fields)| existence::Task { fields, trashed: task.trashed.is_some() });
    let unseen = Base::default();
    let base = link.there.as_ref().map_or(&unseen, |there| &there.base);
    Local::of(task, base, link.gone.is_some(), side.provider.fields())
}

/// Queues a link, and what was overruled.
pub(super) fn write(change: &mut Transaction<'_>, side: &Side<'_>, step: Step) -> Result<()> {
    let Step { link, read, overruled, .. } = step;
    let now = change.now();
    let Some(link) = link else {
        if let Some(read) = &read {
            change.remove(read);
        }
        return Ok(());
    };
    for overruled in overruled {
        change.create(&overruled.conflict(change.next_id(), side.connection, link.task_id, now))?;
    }
    change.put(&link, read.as_ref())
}
