//! What becomes of a task and its item when one of them is not there. Pure.
//!
//! A change beats a deletion, on either side: what was deleted by one and edited by the other stays.

use super::{
    base::Base,
    project::{Fields, Side},
};
use crate::{integrations::connections::model::Direction, outbound::providers::item::Field};

/// How a linked task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// As it was last seen there.
    Clean,
    /// Edited since.
    Dirty,
    /// Brought back from the trash since its item was seen to be gone.
    Restored,
    /// In the trash.
    Trashed,
    /// No longer in the trash either.
    Deleted,
}

impl Local {
    /// `gone` where the link says that its item was last seen to be gone, and that the task followed it into the trash or went
    /// before it. `None` for a task that does not exist any more.
    pub fn of(task: Option<Task<'_>>, base: &Base, gone: bool, kept: &[Field]) -> Self {
        match task {
            None => Self::Deleted,
            Some(task) if task.trashed => Self::Trashed,
            Some(_) if gone => Self::Restored,
            Some(task) if kept.iter().all(|field| base.is_clean(*field, task.fields)) => Self::Clean,
            Some(_) => Self::Dirty,
        }
    }
}

/// What matters of a task.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    pub fields: &'a Fields,
    pub trashed: bool,
}

/// How its item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remote {
    /// As it was last seen.
    Unchanged,
    /// Edited since, or there again.
    Changed,
    /// Deleted or as good as that. By an explicit word of the service, or by a complete scan ([`super::brake::absence`]).
    Gone,
    /// Where we do not look, or out of our reach.
    Moved,
}

impl Remote {
    /// An item that is there, against what was last seen of it.
    pub fn of(item: &Fields, base: &Base, gone: bool, kept: &[Field]) -> Self {
        if !gone && kept.iter().all(|field| base.is(*field, item)) { Self::Unchanged } else { Self::Changed }
    }
}

/// What can be done there besides changing items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Also where the settings name no place for it.
    pub create: bool,
    pub delete: bool,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
    /// Both are there: [`super::merge::merge`] says the rest.
    Merge,
    /// Delete the item, on the condition that it is as it was fetched. The link stays and says that it is gone.
    DeleteThere,
    /// Take the task out of the trash, then merge.
    RestoreHere,
    /// Put the task into the trash. The link stays and says that its item is gone.
    TrashHere,
    /// Make the item again, as a new one or by opening the former one. The link then has its identifier.
    RecreateThere,
    /// Forget the link at once. Both stay as they are.
    Detach,
    /// Both are gone. The link stays, says so, and is forgotten after 90 days: until then an old state of the item, or a task from
    /// the trash, is known for what it is.
    DropLink,
    /// Nothing, and nothing is noted: the direction forbids what would follow, and does not any more once it is changed.
    Nothing,
}

impl Existence {
    /// Whose deletion is overruled by it, for the list of conflicts. A task that somebody brought back overrules nothing. What a
    /// deletion overrules is told by [`super::merge::overruled_by_deletion`].
    pub fn overruled(self, local: Local) -> Option<Side> {
        match self {
            Self::RestoreHere => Some(Side::Local),
            Self::RecreateThere if local == Local::Dirty => Some(Side::Remote),
            _ => None,
        }
    }
}

/// What becomes of a link, by both sides.
pub fn existence(local: Local, remote: Remote, direction: Direction, can: Capabilities) -> Existence {
    let (takes, writes) = (direction != Direction::Out, direction != Direction::In);
    match (local, remote) {
        (_, Remote::Moved) => Existence::Detach,
        (Local::Clean | Local::Dirty | Local::Restored, Remote::Unchanged | Remote::Changed) => Existence::Merge,
        (Local::Clean, Remote::Gone) if takes => Existence::TrashHere,
        (Local::Dirty | Local::Restored, Remote::Gone) if writes && can.create => Existence::RecreateThere,
        (Local::Dirty | Local::Restored, Remote::Gone) if writes => Existence::Detach,
        (Local::Trashed | Local::Deleted, Remote::Gone) => Existence::DropLink,
        (Local::Trashed, Remote::Changed) if takes => Existence::RestoreHere,
        // There is no task to bring back. Without its link the item comes in as a new one, which the edit there has earned.
        (Local::Deleted, Remote::Changed) if takes => Existence::Detach,
        (Local::Trashed | Local::Deleted, Remote::Unchanged | Remote::Changed) if writes && can.delete => Existence::DeleteThere,
        (Local::Clean | Local::Dirty | Local::Restored, Remote::Gone)
        | (Local::Trashed | Local::Deleted, Remote::Unchanged | Remote::Changed) => Existence::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::sync::tests::ALL;

    const LOCALS: [Local; 5] = [Local::Clean, Local::Dirty, Local::Restored, Local::Trashed, Local::Deleted];
    const REMOTES: [Remote; 4] = [Remote::Unchanged, Remote::Changed, Remote::Gone, Remote::Moved];
    const CAN: Capabilities = Capabilities { create: true, delete: true };

    fn table(direction: Direction, can: Capabilities) -> String {
        let row = |local| {
            let cells = REMOTES.map(|remote| format!("{:?}", existence(local, remote, direction, can)));
            format!("{local:?}: {}\n", cells.join(" "))
        };
        LOCALS.map(row).concat()
    }

    /// The table of the rules, whole. Its columns are unchanged, changed, gone and moved.
    #[test]
    fn a_change_beats_a_deletion() {
        assert_eq!(
            table(Direction::Both, CAN),
            "Clean: Merge Merge TrashHere Detach\n\
             Dirty: Merge Merge RecreateThere Detach\n\
             Restored: Merge Merge RecreateThere Detach\n\
             Trashed: DeleteThere RestoreHere DropLink Detach\n\
             Deleted: DeleteThere Detach DropLink Detach\n"
        );
    }

    #[test]
    fn inwards_nothing_is_written_and_outwards_nothing_is_taken() {
        assert_eq!(
            table(Direction::In, CAN),
            "Clean: Merge Merge TrashHere Detach\n\
             Dirty: Merge Merge Nothing Detach\n\
             Restored: Merge Merge Nothing Detach\n\
             Trashed: Nothing RestoreHere DropLink Detach\n\
             Deleted: Nothing Detach DropLink Detach\n"
        );
        assert_eq!(
            table(Direction::Out, CAN),
            "Clean: Merge Merge Nothing Detach\n\
             Dirty: Merge Merge RecreateThere Detach\n\
             Restored: Merge Merge RecreateThere Detach\n\
             Trashed: DeleteThere DeleteThere DropLink Detach\n\
             Deleted: DeleteThere DeleteThere DropLink Detach\n"
        );
    }

    #[test]
    fn what_a_service_cannot_do_is_not_asked_of_it() {
        for direction in [Direction::Both, Direction::In, Direction::Out] {
            let table = table(direction, Capabilities { create: false, delete: false });
            assert!(!table.contains("RecreateThere") && !table.contains("DeleteThere"), "{table}");
        }
    }

    #[test]
    fn the_deletion_that_loses_is_told() {
        assert_eq!(Existence::RestoreHere.overruled(Local::Trashed), Some(Side::Local));
        assert_eq!(Existence::RecreateThere.overruled(Local::Dirty), Some(Side::Remote));
        assert_eq!(Existence::RecreateThere.overruled(Local::Restored), None);
        assert_eq!(Existence::TrashHere.overruled(Local::Clean), None);
    }

    #[test]
    fn both_sides_are_judged_by_what_was_last_seen() {
        let seen = Fields { title: "a".into(), ..Fields::default() };
        let edited = Fields { title: "b".into(), ..Fields::default() };
        let base = Base::of(&seen, ALL);
        let local = |fields, trashed, gone| Local::of(Some(Task { fields, trashed }), &base, gone, ALL);
        assert_eq!(local(&seen, false, false), Local::Clean);
        assert_eq!(local(&edited, false, false), Local::Dirty);
        assert_eq!(local(&edited, true, true), Local::Trashed);
        assert_eq!(local(&seen, false, true), Local::Restored);
        assert_eq!(Local::of(None, &base, false, ALL), Local::Deleted);

        assert_eq!(Remote::of(&seen, &base, false, ALL), Remote::Unchanged);
        assert_eq!(Remote::of(&edited, &base, false, ALL), Remote::Changed);
        assert_eq!(Remote::of(&seen, &base, true, ALL), Remote::Changed);
    }
}
