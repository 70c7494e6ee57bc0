//! What follows from items that are gone at a service.

use super::{
    existence::{self, Existence, Remote},
    link::{Deleted, Link},
    overruled::Overruled,
    project,
    pull::{Step, local_of, write},
    repo::stands_for,
    service::{Known, Side, Synchronisation, Told},
};
use crate::{
    integrations::connections::steps::{self, Did},
    kernel::{Precondition, Result},
    ledger::{Decision, Transaction},
    store::Stored,
    work::tasks::{edits::Edits, operations::Deletion},
};

/// An item that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gone {
    pub external_id: String,
    /// Whether it is only where we do not look.
    pub moved: bool,
}

impl Synchronisation {
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
        let (mut told, mut overruled, mut did) = (Told::default(), Vec::new(), None);
        let deleted = Some(Deleted { at: now, by: project::Side::Remote });
        let next = match (what, task) {
            (Existence::TrashHere, Some(task)) => {
                edits.delete(task.id, Deletion::ToTrash, &Precondition::None).await?;
                (told.deleted, did) = (1, Some(Did::TaskDeleted));
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
                did = Some(Did::Detached);
                Link { detached: true, waiting: None, ..link }
            }
            _ => return Ok(Decision::Keep(told)),
        };
        told.conflicts = overruled.len();
        edits.queue()?;
        let before = read.value.there.as_ref().map(|there| there.version.as_str());
        let did = did.map(|did| steps::Step::new(next.task_id, did, &[], before, None)).into_iter().collect();
        write(change, side, vec![Step { link: Some(next), read: Some(read.clone()), overruled, told, did }])?;
        Ok(Decision::Write(told))
    }
}
