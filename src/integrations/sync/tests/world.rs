//! Our side: tasks, links, what waits to be written, and the conflicts that a person can see; with commits that hold only if
//! nothing that was read has changed.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    ALL,
    service::{Kind, Service},
    value,
};
use crate::{
    integrations::{
        connections::model::Direction,
        sync::{
            base::Base,
            merge::{Lost, Times},
            project::{Fields, Side},
        },
    },
    kernel::Timestamp,
    outbound::providers::item::{Due, Field},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub fields: Fields,
    pub times: Times,
    pub trashed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub external_id: String,
    pub version: String,
    pub base: Base,
    pub gone: Option<Side>,
}

/// What is kept of one task, with the number of the commit that wrote it last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    pub task: Option<Task>,
    pub link: Option<Link>,
    /// Whether something may have to be written there.
    pub waiting: bool,
    pub commit: u64,
}

/// A rule that is broken on purpose, to see that it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    None,
    BaseIsMerged,
    LastWriterWins,
    ConflictsUntold,
    CommitsUnchecked,
    PushesUnconditional,
}

/// What an edit does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Title,
    /// A title that the service will write otherwise.
    OddTitle,
    Notes,
    Due,
    Complete,
    Delete,
    Restore,
    /// Empties the trash; there as `Delete`.
    Purge,
}

/// What happens at one of the points of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    Crash,
    /// The write is done, and its answer is lost.
    Lost,
    Stale,
    Here(u8, Act),
    There(u8, Act),
    /// Another worker pulls or pushes in between.
    Pull(u8),
    Push(u8),
    Wait(u8),
}

#[derive(Debug, Clone)]
pub struct World {
    pub service: Service,
    pub control: Control,
    pub direction: Direction,
    pub kept: BTreeMap<Uuid, Kept>,
    pub conflicts: BTreeSet<String>,
    pub faults: VecDeque<Fault>,
    /// All values that were ever here, and those that a synchronisation replaced.
    pub seen: BTreeSet<String>,
    pub overwritten: BTreeSet<String>,
    pub now: Timestamp,
    commits: u64,
    values: u32,
}

impl World {
    pub fn new(kind: Kind, control: Control) -> Self {
        Self {
            service: Service::new(kind),
            control,
            direction: Direction::Both,
            kept: BTreeMap::new(),
            conflicts: BTreeSet::new(),
            faults: VecDeque::new(),
            seen: BTreeSet::new(),
            overwritten: BTreeSet::new(),
            now: Timestamp::from_micros(0),
            commits: 0,
            values: 0,
        }
    }

    pub fn wait(&mut self, tenths: u8) {
        self.now = self.now.plus(Duration::from_millis(u64::from(tenths) * 100));
    }

    fn fresh(&mut self) -> u32 {
        self.wait(1);
        self.values += 1;
        self.values
    }

    pub fn add_here(&mut self) {
        let fields = Fields { title: format!("here{}", self.fresh()), ..Fields::default() };
        let id = Uuid::from_u128(u128::from(self.values));
        let mut times = Times::default();
        for field in ALL {
            times.set(*field, Some(self.now));
        }
        self.seen.extend(value(Field::Title, &fields));
        self.commits += 1;
        let task = Some(Task { fields, times, trashed: false });
        self.kept.insert(id, Kept { task, link: None, waiting: true, commit: self.commits });
    }

    pub fn add_there(&mut self) {
        let fields = Fields { title: format!("there{}", self.fresh()), ..Fields::default() };
        self.service.add(fields, self.now);
    }

    /// A person edits a task.
    pub fn edit_here(&mut self, which: u8, act: Act) {
        let number = self.fresh();
        let ids: Vec<_> = self.kept.keys().copied().collect();
        let Some(id) = ids.get(usize::from(which) % ids.len().max(1)) else { return };
        let now = self.now;
        let Some(kept) = self.kept.get_mut(id) else { return };
        let Some(task) = kept.task.as_mut() else { return };
        match act {
            Act::Delete if !task.trashed => task.trashed = true,
            Act::Restore if task.trashed => task.trashed = false,
            Act::Purge if task.trashed => kept.task = None,
            _ if task.trashed => return,
            act => {
                let Some(field) = edited(&mut task.fields, act, "here", number) else { return };
                task.times.set(field, Some(now));
                self.seen.extend(value(field, &task.fields));
            }
        }
        kept.waiting = true;
        self.commits += 1;
        kept.commit = self.commits;
    }

    /// Somebody else edits an item.
    pub fn edit_there(&mut self, which: u8, act: Act) {
        let number = self.fresh();
        let ids = self.service.ids();
        let Some(id) = ids.get(usize::from(which) % ids.len().max(1)) else { return };
        self.service.edit(id, self.now, |row| match act {
            Act::Delete | Act::Purge => row.alive = false,
            Act::Restore => row.alive = true,
            act if row.alive => {
                edited(&mut row.fields, act, "there", number);
            }
            _ => {}
        });
    }

    pub fn task_of(&self, external_id: &str) -> Option<Uuid> {
        let is = |kept: &Kept| kept.link.as_ref().is_some_and(|link| link.external_id == external_id);
        self.kept.iter().find(|(_, kept)| is(kept)).map(|(id, _)| *id)
    }

    pub fn read(&self, id: Uuid) -> Kept {
        self.kept.get(&id).cloned().unwrap_or_default()
    }

    /// Writes what became of `was`, all of it or nothing; says whether it did.
    #[must_use]
    pub fn commit(&mut self, id: Uuid, was: &Kept, mut becomes: Kept, lost: &[Lost]) -> bool {
        let linked = becomes.link.as_ref().and_then(|link| self.task_of(&link.external_id));
        let unchanged = self.read(id).commit == was.commit && linked.is_none_or(|linked| linked == id);
        if !unchanged && self.control != Control::CommitsUnchecked {
            return false;
        }
        if becomes == *was {
            return true;
        }
        self.commits += 1;
        becomes.commit = self.commits;
        let before = self.read(id).task;
        self.note(before.as_ref(), becomes.task.as_ref());
        if self.control != Control::ConflictsUntold {
            self.conflicts.extend(lost.iter().filter_map(|lost| value(lost.field, &lost.value)));
        }
        self.kept.insert(id, becomes);
        true
    }

    /// What a synchronisation replaces, and what it brings.
    fn note(&mut self, was: Option<&Task>, becomes: Option<&Task>) {
        let values = |task: Option<&Task>| -> BTreeSet<String> {
            let fields = task.filter(|task| !task.trashed).map(|task| &task.fields);
            ALL.iter().filter_map(|field| value(*field, fields?)).collect()
        };
        let (before, after) = (values(was), values(becomes));
        self.overwritten.extend(before.difference(&after).cloned());
        self.seen.extend(after);
    }
}

/// Edits with a value that nobody else enters.
fn edited(fields: &mut Fields, act: Act, side: &str, number: u32) -> Option<Field> {
    let field = match act {
        Act::Title | Act::OddTitle => Field::Title,
        Act::Notes => Field::Notes,
        Act::Due => Field::Due,
        Act::Complete => Field::Completed,
        Act::Delete | Act::Restore | Act::Purge => return None,
    };
    match act {
        Act::OddTitle => fields.title = format!("{side}{number}!"),
        Act::Title => fields.title = format!("{side}{number}"),
        Act::Notes => fields.notes = format!("{side}{number}\r\nand more "),
        Act::Due => {
            let day = 700_000 + i32::try_from(number).ok()?;
            fields.due = NaiveDate::from_num_days_from_ce_opt(day).map(|on| Due { on, time: None });
        }
        _ => fields.completed = !fields.completed,
    }
    Some(field)
}
