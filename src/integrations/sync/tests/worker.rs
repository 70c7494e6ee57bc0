//! The workers: pull and push of one item in the order of the rules M1 to M5 and P1 to P5, interrupted at every point.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    ALL,
    service::{Refused, Row},
    world::{Control, Fault, Kept, Link, Task, World},
};
use crate::integrations::{
    connections::model::Direction,
    sync::{
        base::Base,
        existence::{self, Capabilities, Existence, Local, Remote, existence},
        merge::{Freshness, Known, Lost, Merged, Ours, Theirs, Times, freshness, merge, overruled_by_deletion},
        project::Side,
    },
};

/// The process died, or gave up with the work still waiting.
pub struct Stopped;

type Run = Result<(), Stopped>;

const AGAIN: usize = 5;
const CAN: Capabilities = Capabilities { create: true, delete: true };

impl World {
    fn fault(&mut self) -> Fault {
        self.faults.pop_front().unwrap_or(Fault::None)
    }

    /// Something may happen here.
    fn point(&mut self) -> Run {
        let fault = self.fault();
        self.befall(fault)
    }

    fn befall(&mut self, fault: Fault) -> Run {
        match fault {
            Fault::Crash => return Err(Stopped),
            Fault::Here(which, act) => self.edit_here(which, act),
            Fault::There(which, act) => self.edit_there(which, act),
            Fault::Wait(tenths) => self.wait(tenths),
            Fault::Pull(which) => self.meanwhile(|world| world.pull_nth(which)),
            // Where the service does not tell an item that was made already, one run holds the connection at a time.
            Fault::Push(which) if self.service.kind.conditional => self.meanwhile(|world| world.push_nth(which)),
            Fault::None | Fault::Lost | Fault::Stale | Fault::Push(_) => {}
        }
        Ok(())
    }

    /// Another worker does something whole.
    fn meanwhile(&mut self, work: impl FnOnce(&mut Self)) {
        let faults = std::mem::take(&mut self.faults);
        work(self);
        self.faults = faults;
    }

    pub fn pull_nth(&mut self, which: u8) {
        let ids = self.service.ids();
        if let Some(id) = ids.get(usize::from(which) % ids.len().max(1)) {
            // What was stopped is looked at again by whoever comes next.
            let _ = self.pull(id);
        }
    }

    pub fn push_nth(&mut self, which: u8) {
        let ids: Vec<_> = self.kept.keys().copied().collect();
        if let Some(id) = ids.get(usize::from(which) % ids.len().max(1)) {
            let _ = self.push(*id);
        }
    }

    /// Fetches; what happens while the request is under way is in the answer.
    fn fetch(&mut self, external_id: &str) -> Result<Option<Row>, Stopped> {
        let fault = self.fault();
        self.befall(fault)?;
        let row = self.service.get(external_id, fault == Fault::Stale);
        self.point()?;
        Ok(row)
    }

    pub fn pull(&mut self, external_id: &str) -> Run {
        for _ in 0..AGAIN {
            let task = self.task_of(external_id);
            let was = task.map(|id| self.read(id));
            let row = self.fetch(external_id)?;
            let done = match (task.zip(was), row) {
                (Some((id, was)), row) => self.settle(id, &was, row.as_ref()),
                (None, Some(row)) => self.take_in(external_id, &row),
                (None, None) => true,
            };
            self.point()?;
            if done {
                return Ok(());
            }
        }
        Ok(())
    }

    /// A linked task and its item, as both were read. Says whether that is done, or to be begun again.
    fn settle(&mut self, id: Uuid, was: &Kept, row: Option<&Row>) -> bool {
        let Some(link) = &was.link else { return false };
        if let Some(row) = row {
            let known = Known { version: &link.version, ordered: self.service.kind.ordered, gone: link.gone };
            match freshness(known, &row.version) {
                Freshness::Stale => return true,
                Freshness::Same if !link.base.is_behind(ALL) => return true,
                Freshness::Same | Freshness::New => {}
            }
        }
        let (becomes, lost) = self.judge(was, link, row);
        self.commit(id, was, becomes, &lost)
    }

    /// What becomes of a linked task, by its item as it was fetched or as a write answered.
    fn judge(&self, was: &Kept, link: &Link, row: Option<&Row>) -> (Kept, Vec<Lost>) {
        let task = was.task.as_ref().map(|task| existence::Task { fields: &task.fields, trashed: task.trashed });
        let local = Local::of(task, &link.base, link.gone.is_some(), ALL);
        let remote = row.map_or(Remote::Gone, |row| Remote::of(&row.fields, &link.base, link.gone.is_some(), ALL));
        let what = existence(local, remote, self.direction, CAN);
        let gone = || Some(Link { gone: link.gone.or(Some(Side::Remote)), ..link.clone() });
        let mut becomes = was.clone();
        let mut lost = Vec::new();
        match (what, row) {
            (Existence::Merge | Existence::RestoreHere, Some(row)) => {
                if let Some(task) = becomes.task.as_mut().filter(|_| what == Existence::RestoreHere) {
                    task.trashed = false;
                }
                lost = self.merge_into(&mut becomes, Some(&link.base), &link.external_id, row);
            }
            (Existence::DeleteThere, Some(row)) => {
                let writable = BTreeSet::new();
                let theirs = Theirs { fields: &row.fields, updated_at: Some(row.updated_at), read_only: &writable };
                lost = overruled_by_deletion(&link.base, theirs, None, ALL);
                let base = Base::of(&row.fields, ALL);
                becomes.link = Some(Link { version: row.version.clone(), base, gone: None, ..link.clone() });
                becomes.waiting = true;
            }
            (Existence::TrashHere | Existence::DropLink, _) => {
                becomes.task = was.task.clone().map(|task| Task { trashed: true, ..task });
                becomes.link = gone();
                becomes.waiting = false;
            }
            (Existence::RecreateThere, _) => {
                becomes.link = gone();
                becomes.waiting = true;
            }
            (Existence::Detach, _) => becomes.link = None,
            (Existence::Nothing | Existence::Merge | Existence::RestoreHere | Existence::DeleteThere, _) => {}
        }
        (becomes, lost)
    }

    /// Merges, and says in `becomes` what follows.
    fn merge_into(&self, becomes: &mut Kept, base: Option<&Base>, external_id: &str, row: &Row) -> Vec<Lost> {
        let Some(task) = &mut becomes.task else { return Vec::new() };
        let writable = BTreeSet::new();
        let theirs = Theirs { fields: &row.fields, updated_at: Some(row.updated_at), read_only: &writable };
        let ours = Ours { fields: &task.fields, times: &task.times };
        let mut merged = merge(base, ours, theirs, self.direction, ALL);
        match self.control {
            Control::LastWriterWins => last_writer_wins(&mut merged, ours, theirs),
            Control::BaseIsMerged => merged.base = Base::of(&merged.fields, ALL),
            _ => {}
        }
        for field in &merged.took {
            task.times.set(*field, Some(row.updated_at));
        }
        task.fields = merged.fields;
        becomes.waiting = !merged.push.is_empty() || task.trashed;
        becomes.link =
            Some(Link { external_id: external_id.to_owned(), version: row.version.clone(), base: merged.base, gone: None });
        merged.lost
    }

    /// An item without a link: of a task of ours whose creation was not answered, or a new one.
    fn take_in(&mut self, external_id: &str, row: &Row) -> bool {
        if let Some(id) = row.key.filter(|key| self.kept.contains_key(key)) {
            let was = self.read(id);
            if was.task.is_some() && was.link.as_ref().is_none_or(|link| link.gone.is_some()) {
                return self.adopt(id, &was, external_id, row);
            }
        }
        if self.direction == Direction::Out {
            return true;
        }
        let states = self.kept.len();
        let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{external_id} {} {states}", row.version).as_bytes());
        let mut times = Times::default();
        for field in ALL {
            times.set(*field, Some(row.updated_at));
        }
        let task = Some(Task { fields: row.fields.clone(), times, trashed: false });
        let base = Base::of(&row.fields, ALL);
        let link = Link { external_id: external_id.to_owned(), version: row.version.clone(), base, gone: None };
        let becomes = Kept { task, link: Some(link), waiting: false, commit: 0 };
        self.commit(id, &Kept::default(), becomes, &[])
    }

    fn adopt(&mut self, id: Uuid, was: &Kept, external_id: &str, row: &Row) -> bool {
        let mut becomes = was.clone();
        // Without a base it is what we sent, or was edited since: what is here stands for what we sent. Where the task's item was
        // known to be gone, it is back.
        if let Some(task) = becomes.task.as_mut() {
            let remote = Remote::of(&row.fields, &Base::of(&task.fields, ALL), was.link.is_some(), ALL);
            task.trashed &= existence(Local::Trashed, remote, self.direction, CAN) != Existence::RestoreHere;
        }
        let lost = self.merge_into(&mut becomes, None, external_id, row);
        self.commit(id, was, becomes, &lost)
    }

    pub fn push(&mut self, id: Uuid) -> Run {
        for _ in 0..AGAIN {
            let was = self.read(id);
            if !was.waiting || self.direction == Direction::In {
                return Ok(());
            }
            self.point()?;
            let lives = was.task.as_ref().filter(|task| !task.trashed);
            match (lives, was.link.as_ref().filter(|link| link.gone.is_none())) {
                (Some(task), Some(link)) => self.push_edits(id, &was, task, link)?,
                (Some(task), None) => self.push_new(id, &was, task)?,
                (None, Some(link)) => self.push_deletion(id, &was, link)?,
                (None, None) => self.push_nothing(id, &was)?,
            }
            self.point()?;
        }
        Ok(())
    }

    /// What is in the trash and has no item, unless its creation was not answered.
    fn push_nothing(&mut self, id: Uuid, was: &Kept) -> Run {
        let found = if was.task.is_some() { self.find(id).0 } else { None };
        self.point()?;
        let _ = match found {
            Some((external_id, row)) => self.adopt(id, was, &external_id, &row),
            None => self.commit(id, was, Kept { waiting: false, ..was.clone() }, &[]),
        };
        Ok(())
    }

    /// The item that was made for a task and is of no other one, and whether there is one that is.
    fn find(&self, id: Uuid) -> (Option<(String, Row)>, bool) {
        let is_free = |external_id: &String| self.task_of(external_id).is_none_or(|linked| linked == id);
        let mut found = self.service.find(id);
        let free = self.service.find(id).find(|(external_id, _)| is_free(external_id));
        (free.map(|(external_id, row)| (external_id.clone(), row.clone())), found.any(|(external_id, _)| !is_free(external_id)))
    }

    fn push_new(&mut self, id: Uuid, was: &Kept, task: &Task) -> Run {
        let (found, elsewhere) = self.find(id);
        self.point()?;
        if let Some((external_id, row)) = found {
            // An item that is back, or that an earlier attempt made.
            if was.link.as_ref().is_some_and(|link| link.external_id == external_id) {
                return self.pull(&external_id);
            }
            let _ = self.adopt(id, was, &external_id, &row);
            return Ok(());
        }
        let answer = self.service.create(id, &task.fields, elsewhere, self.now);
        self.answered()?;
        let Ok((external_id, row)) = answer else { return Ok(()) };
        let base = Base::default().with_pushed(ALL, &task.fields, &row.fields);
        self.after_write(id, was, base, &external_id, &row)
    }

    fn push_edits(&mut self, id: Uuid, was: &Kept, task: &Task, link: &Link) -> Run {
        if link.base.collides(&task.fields, ALL) {
            return self.pull(&link.external_id);
        }
        let dirty = link.base.dirty(&task.fields, ALL, &BTreeSet::new());
        if dirty.is_empty() {
            let _ = self.commit(id, was, Kept { waiting: false, ..was.clone() }, &[]);
            return Ok(());
        }
        let condition = self.control != Control::PushesUnconditional;
        if condition && !self.is_unchanged(link)? {
            return self.pull(&link.external_id);
        }
        let answer = self.service.update(&link.external_id, &link.version, condition, &dirty, &task.fields, self.now);
        self.answered()?;
        match answer {
            Ok(row) => {
                let base = link.base.with_pushed(&dirty, &task.fields, &row.fields);
                self.after_write(id, was, base, &link.external_id, &row)
            }
            Err(Refused::Changed | Refused::Gone) => self.pull(&link.external_id),
        }
    }

    fn push_deletion(&mut self, id: Uuid, was: &Kept, link: &Link) -> Run {
        if link.base.is_behind(ALL) {
            return self.pull(&link.external_id);
        }
        let condition = self.control != Control::PushesUnconditional;
        if condition && !self.is_unchanged(link)? {
            return self.pull(&link.external_id);
        }
        let answer = self.service.delete(&link.external_id, &link.version, condition, self.now);
        self.answered()?;
        if answer == Err(Refused::Changed) {
            return self.pull(&link.external_id);
        }
        let mut becomes = self.read(id);
        if becomes.link.as_ref() != Some(link) {
            return self.pull(&link.external_id);
        }
        // Brought back meanwhile: it is made there again.
        let read = becomes.clone();
        becomes.waiting = becomes.task.as_ref().is_some_and(|task| !task.trashed);
        becomes.link = was.link.clone().map(|link| Link { gone: Some(Side::Local), ..link });
        let _ = self.commit(id, &read, becomes, &[]);
        Ok(())
    }

    /// After a write, whose answer is merged like anything that was fetched.
    fn after_write(&mut self, id: Uuid, was: &Kept, base: Base, external_id: &str, row: &Row) -> Run {
        let read = self.read(id);
        let unchecked = self.control == Control::CommitsUnchecked;
        if read.link != was.link && !unchecked {
            return self.pull(external_id);
        }
        let read = if unchecked { was.clone() } else { read };
        let link = Link { external_id: external_id.to_owned(), version: row.version.clone(), base, gone: None };
        let (becomes, lost) = self.judge(&read, &link, Some(row));
        let _ = self.commit(id, &read, becomes, &lost);
        Ok(())
    }

    /// Where no condition can be given, a look right before the write.
    fn is_unchanged(&mut self, link: &Link) -> Result<bool, Stopped> {
        if self.service.kind.conditional {
            return Ok(true);
        }
        let row = self.fetch(&link.external_id)?;
        Ok(row.is_some_and(|row| row.version == link.version))
    }

    /// Between a write and its answer.
    fn answered(&mut self) -> Run {
        match self.fault() {
            Fault::Lost => Err(Stopped),
            fault => self.befall(fault),
        }
    }
}

fn last_writer_wins(merged: &mut Merged, ours: Ours<'_>, theirs: Theirs<'_>) {
    let edited = ALL.iter().filter_map(|field| ours.times.of(*field)).max();
    merged.fields = if theirs.updated_at > edited { theirs.fields.clone() } else { ours.fields.clone() };
    merged.base = Base::of(theirs.fields, ALL);
    merged.push = merged.base.dirty(&merged.fields, ALL, theirs.read_only);
    merged.lost.clear();
}
