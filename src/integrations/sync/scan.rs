//! Finds what changed here and is to be written there: the user's changes are the record of what is to be done, so that nothing
//! else has to be written when a task changes.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    link::Link,
    outgoing::{self, Candidate},
    push::dirty,
    repo::ChangedTask,
    service::{Side, Synchronisation},
};
use crate::{
    kernel::Result,
    ledger::Decision,
    store::Stored,
    work::tasks::{
        edits::Edits,
        model::{Task, TaskId},
    },
};

/// How many links a commit marks at most.
const MARKS: usize = 40;

/// What becomes of a link.
struct Mark {
    next: Link,
    read: Option<Stored<Link>>,
}

impl Synchronisation {
    /// Marks what is to be written of the tasks that changed here from the change `since` on, but for those `known` versions that
    /// were just taken in. Returns the first change that it has not looked at.
    pub(super) async fn scan(&self, side: &Side<'_>, since: u64, known: &HashSet<Uuid>) -> Result<u64> {
        let (mut next, mut after) = (since, None);
        loop {
            let page = self.links.changed_tasks(side.owner.id(), since, after).await?;
            next = next.max(page.until);
            let tasks: Vec<_> = page.tasks.into_iter().filter(|task| !known.contains(&task.version)).collect();
            for some in tasks.chunks(MARKS) {
                self.mark(side, some).await?;
            }
            match page.next {
                Some(more) => after = Some(more),
                None => return Ok(next),
            }
        }
    }

    async fn mark(&self, side: &Side<'_>, changed: &[ChangedTask]) -> Result<()> {
        let mut wanted = Vec::new();
        for changed in changed {
            if let Some(mark) = self.marked(side, changed, false).await? {
                let follower = changed.task.as_ref().filter(|_| mark.next.is_linked()).and_then(|task| task.next_id);
                wanted.push((changed.clone(), false));
                wanted.extend(self.follower(side, follower).await?);
            } else if let Some(task) = changed.task.as_ref().filter(|task| task.next_id.is_some() && side.is_linked(task)) {
                wanted.extend(self.follower(side, task.next_id).await?);
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let wanted = &wanted[..];
        self.ledger
            .run(side.owner, |change| {
                Box::pin(async move {
                    let mut marks = Vec::new();
                    for (changed, follows_linked) in wanted {
                        marks.extend(self.marked(side, changed, *follows_linked).await?);
                    }
                    let mut edits = Edits::by_service(change, &self.sessions, side.owner);
                    for mark in marks.iter().filter(|mark| mark.next.detached) {
                        if let Some(task) = edits.find(mark.next.task_id).await? {
                            edits.set_external(task.id, side.external_of(&task, None)).await?;
                        }
                    }
                    edits.queue()?;
                    let some = !marks.is_empty();
                    for mark in marks {
                        change.put(&mark.next, mark.read.as_ref())?;
                    }
                    Ok(if some { Decision::Write(()) } else { Decision::Keep(()) })
                })
            })
            .await
    }

    /// The occurrence that follows a linked one goes where that one is.
    async fn follower(&self, side: &Side<'_>, id: Option<TaskId>) -> Result<Option<(ChangedTask, bool)>> {
        let Some(id) = id else { return Ok(None) };
        let Some(read) = self.tasks.get(side.owner, id).await? else { return Ok(None) };
        let changed = ChangedTask { id, version: read.op, task: Some(read.value) };
        Ok(self.marked(side, &changed, true).await?.map(|_| (changed, true)))
    }

    /// What becomes of the link of a task that changed; `None` when that is nothing.
    async fn marked(&self, side: &Side<'_>, changed: &ChangedTask, follows_linked: bool) -> Result<Option<Mark>> {
        let (now, this) = (self.clock.now(), side.connection.id.uuid());
        if !side.writes() {
            return Ok(None);
        }
        let here = changed.task.as_ref();
        let (outgoing, since) = (&side.connection.settings.outgoing, side.connection.created_at);
        let leaves = here.is_some_and(|task| outgoing::goes_out(&candidate(task, follows_linked), outgoing, since, this));
        // Nothing of a task is asked for that concerns the connection in no way.
        if here.is_some_and(|task| !leaves && !side.is_linked(task)) {
            return Ok(None);
        }
        let Some(read) = self.links.of_task(side.owner, side.connection.id, changed.id).await? else {
            let new = |task: &Task| {
                let link = Link::new(side.owner.id(), side.connection.id, side.connection.number, task.id, now);
                Mark { next: Link { follows: follows_linked, ..link }.awaiting(now), read: None }
            };
            return Ok(here.filter(|_| leaves).map(new));
        };
        let link = &read.value;
        if link.detached {
            return Ok(None);
        }
        let follows = link.follows || follows_linked;
        let stays = link.found || here.is_none_or(|task| outgoing::stays_linked(&candidate(task, follows), outgoing, this));
        let next = match here.filter(|task| task.trashed.is_none()) {
            Some(_) if !stays => Link { detached: true, waiting: None, ..link.clone() },
            Some(_) if link.gone.is_some() => link.awaiting(now),
            Some(task) => match &link.there {
                Some(there) if !dirty(side, there, task).is_empty() => link.awaiting(now),
                _ => return Ok(None),
            },
            None if link.is_linked() || (link.there.is_none() && link.waiting.is_none()) => link.awaiting(now),
            None => return Ok(None),
        };
        Ok((next != *link).then_some(Mark { next, read: Some(read) }))
    }
}

fn candidate(task: &Task, follows_linked: bool) -> Candidate<'_> {
    let completed_at = task.completion.map(|completion| completion.at);
    let (tags, came_from) = (task.tags.as_slice(), task.came_from);
    Candidate { trashed: task.trashed.is_some(), completed_at, tags, came_from, follows_linked }
}
