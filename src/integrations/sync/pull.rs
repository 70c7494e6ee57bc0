//! Takes in what a service tells of its items: each against the link that it has, in commits of many.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::{
    base::Base,
    convert,
    existence::{self, Existence, Local, Remote},
    link::{Link, There},
    merge::{self, Freshness, Merged, freshness, merge},
    overruled::Overruled,
    project::Fields,
    service::{Known, Side, Synchronisation, Told},
};
use crate::{
    integrations::connections::steps::{self, Did, Steps},
    kernel::{Id, Precondition, Result, Timestamp, id},
    ledger::{Decision, Transaction},
    outbound::providers::{Due, Field, Item},
    store::Stored,
    work::tasks::{
        edits::Edits,
        model::{Task, TaskId},
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

/// What is to be written of one item.
pub(super) struct Step {
    /// `None` where nothing is to be known of the item any more.
    pub link: Option<Link>,
    pub read: Option<Stored<Link>>,
    pub overruled: Vec<Overruled>,
    pub told: Told,
    /// What is kept of it.
    pub did: Vec<steps::Step>,
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
                    let read = self.links_of(side, items, known).await?;
                    let changed = |(item, read): &(&Item, Option<Stored<Link>>)| {
                        let link = &read.as_ref()?.value;
                        (freshness_of(side, link, item) == Freshness::New).then(|| link.task_id.to_string())
                    };
                    edits.read_ahead(read.iter().filter_map(changed).collect()).await?;
                    for (item, read) in read {
                        told.seen += 1;
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
                    write(change, side, steps)?;
                    let versions = writes.then(|| change.version()).into_iter().collect();
                    let taken = Taken { told, again, versions };
                    Ok(if writes { Decision::Write(taken) } else { Decision::Keep(taken) })
                })
            })
            .await
    }

    /// The first of the items, each with its link: as many of what has changed as one commit has room for.
    async fn links_of<'i>(
        &self,
        side: &Side<'_>,
        items: &'i [Item],
        known: &Known,
    ) -> Result<Vec<(&'i Item, Option<Stored<Link>>)>> {
        let (mut found, mut changed) = (Vec::new(), 0);
        for item in items {
            let read = self.link_of(side, item, known).await?;
            let same = read.as_ref().is_some_and(|read| freshness_of(side, &read.value, item) == Freshness::Same);
            changed += usize::from(!same);
            found.push((item, read));
            if 2 * changed >= WRITES {
                break;
            }
        }
        Ok(found)
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
        match freshness_of(side, &link, item) {
            Freshness::Stale => return Ok(None),
            Freshness::Same if link.there.as_ref().is_some_and(|there| !there.base.is_behind(kept)) => return Ok(None),
            Freshness::Same | Freshness::New => {}
        }
        let remote = convert::ours(item);
        let task = edits.find(link.task_id).await?;
        let base = link.there.as_ref().map(|there| &there.base);
        let local = local_of(task.as_ref(), &link, side);
        let seen = base.map_or(Remote::Changed, |base| Remote::of(&remote, base, link.gone.is_some(), kept));
        let what = existence::existence(local, seen, side.direction(), side.can());
        let (mut told, mut overruled) = (Told::default(), Vec::new());
        let before = read.value.there.as_ref().map(|there| there.version.as_str());
        let did = |did, fields: &[Field]| vec![steps::Step::new(read.value.task_id, did, fields, before, Some(&item.version))];
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
                return Ok(Some(Step { link: Some(link), read: Some(read), overruled, told, did: Vec::new() }));
            }
            // Its task is gone for good: without a link it comes in as a new one.
            (Existence::Detach, None) => {
                let did = did(Did::Detached, &[]);
                return Ok(Some(Step { link: None, read: Some(read), overruled, told, did }));
            }
            (Existence::Detach, Some(task)) => {
                edits.set_external(task.id, side.external_of(&task, None)).await?;
                let link = Link { detached: true, waiting: None, ..link };
                let did = did(Did::Detached, &[]);
                return Ok(Some(Step { link: Some(link), read: Some(read), overruled, told, did }));
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
        let did = match what {
            Existence::RestoreHere => did(Did::TaskRestored, &merged.took),
            _ if merged.took.is_empty() => Vec::new(),
            _ => did(Did::TaskUpdated, &merged.took),
        };
        Ok(Some(Step { link: Some(next), read: Some(read), overruled, told, did }))
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
        let (base, push, overruled, what, took) = match merged {
            Some(merged) => {
                let overruled = Overruled::edits(merged.lost, &merged.fields);
                (merged.base, merged.push, overruled, Did::Linked, merged.took)
            }
            None => (Base::of(&remote, kept), Vec::new(), Vec::new(), Did::TaskCreated, kept.to_vec()),
        };
        let link = Link::new(side.owner.id(), side.connection.id, side.connection.number, task.id, now);
        let link = Link { there: Some(There::of(item, base)), found: true, ..link };
        let link = if push.is_empty() { link } else { link.awaiting(now) };
        let told = Told { conflicts: overruled.len(), ..told };
        edits.set_external(task.id, side.external_of(&task, Some(&link))).await?;
        let did = vec![steps::Step::new(task.id, what, &took, None, Some(&item.version))];
        Ok(Some(Step { link: Some(link), read: None, overruled, told, did }))
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
}

/// How an item stands against what was last seen of it.
fn freshness_of(side: &Side<'_>, link: &Link, item: &Item) -> Freshness {
    let Some(there) = &link.there else { return Freshness::New };
    let version = if there.external_id == item.external_id { &there.version } else { "" };
    let known = merge::Known { version, ordered: side.provider.orders_versions(), gone: link.gone.map(|gone| gone.by) };
    freshness(known, &item.version)
}

/// How the task stands against what was last seen there.
pub(super) fn local_of(task: Option<&Task>, link: &Link, side: &Side<'_>) -> Local {
    let fields = task.map(convert::fields_of);
    let task = task.zip(fields.as_ref()).map(|(task, fields)| existence::Task { fields, trashed: task.trashed.is_some() });
    let unseen = Base::default();
    let base = link.there.as_ref().map_or(&unseen, |there| &there.base);
    Local::of(task, base, link.gone.is_some(), side.provider.fields())
}

/// Queues links, what was overruled, and what is kept of it.
pub(super) fn write(change: &mut Transaction<'_>, side: &Side<'_>, steps: Vec<Step>) -> Result<()> {
    let now = change.now();
    let mut did = Vec::new();
    for step in steps {
        did.extend(step.did);
        match (step.link, &step.read) {
            (Some(link), read) => {
                for overruled in step.overruled {
                    change.create(&overruled.conflict(change.next_id(), side.connection, link.task_id, now))?;
                }
                change.put(&link, read.as_ref())?;
            }
            (None, Some(read)) => change.remove(read),
            (None, None) => {}
        }
    }
    note(change, side, did)
}

/// Queues what is kept of what was done.
pub(super) fn note(change: &mut Transaction<'_>, side: &Side<'_>, steps: Vec<steps::Step>) -> Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let (connection_id, number) = (side.connection.id, side.connection.number);
    change.create(&Steps { id: Id::new(change.next_id()), connection_id, number, run_id: side.run, at: change.now(), steps })
}
