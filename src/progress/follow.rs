//! Takes what people did into account: grants experience, takes it back, awards what was achieved.
//!
//! What was seen of each task, session and date is kept beside what was granted for it, and everything is written in one commit
//! with the number of the change up to which it holds. A document that was dealt with leads to nothing more, so that a commit which
//! had no room for all that bears one number is followed by another from the same number on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, Timelike as _};

use super::{
    entry::{self, Entry, Granted, Reason, Source},
    repo::ProgressRepo,
    seen::{DaySeen, estimated_well},
    service::ProgressService,
    standing::{Latest, Progress},
    taken::{self, Known, READS, SessionNews, Taken, TaskNews, Whole},
    worked,
    xp::{self, Completed, OfDate},
};
use crate::{
    kernel::{Code, DayRule, Limit, Owner, PageRequest, Result},
    ledger::{Day, Decision, Ledger, Transaction},
    store::Stored,
    work::{
        counters::COMPLETED_TASKS,
        tasks::model::{Completion, Estimate, Task},
    },
};

/// So many tasks are to be done on a date at whose end nothing is overdue.
const CLEAN: u64 = 3;
/// How many documents are read at a time.
const PAGE: u32 = 100;
/// After looking at so many documents from which nothing followed it is written that they were looked at.
const LOOKED: usize = 16;
/// A task that is completed before this hour is one of an early bird.
const EARLY_HOUR: u32 = 9;

/// Whether there is more to take into account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    More,
    Nothing,
}

impl ProgressService {
    /// Takes into account what has changed, up to the change `seq` at least; all there is where none is named. A repetition
    /// writes nothing. Errors: none for a user who is gone, of whom there is nothing to be known any more.
    pub async fn take_in(&self, owner: Owner, seq: Option<u64>) -> Result<()> {
        loop {
            let step = self.ledger.run(owner, |change| Box::pin(step((&self.repo, &self.ledger), change, owner, seq))).await;
            match step {
                Ok(Left::More) => {}
                Ok(Left::Nothing) => return Ok(()),
                Err(error) if error.code() == Code::NotFound => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// As much as one commit can hold.
async fn step(
    (repo, ledger): (&ProgressRepo, &Ledger),
    change: &mut Transaction<'_>,
    owner: Owner,
    seq: Option<u64>,
) -> Result<Decision<Left>> {
    let read = repo.progress(owner).await?;
    let progress = read.as_ref().map_or_else(|| Progress::new(owner.id()), |read| read.value.clone());
    let latest = change.summary.seq - 1;
    let wanted = seq.unwrap_or(latest);
    if progress.seq >= wanted {
        return Ok(Decision::Keep(Left::Nothing));
    }
    let (taken, seen) = changed(&Known { owner, repo, ledger, change, progress: &progress }).await?;
    // A summary from before the change is a store's answer from before it too. Writing holds it against what is there.
    let idle = taken.is_empty() && seen.is_none();
    if idle && taken.looked < LOOKED && latest >= wanted {
        return Ok(Decision::Keep(Left::Nothing));
    }
    let left = if seen.is_some() { Left::More } else { Left::Nothing };
    let mut desk = Desk::new(change, repo, owner, progress);
    desk.settle(taken).await?;
    // While there is more, it is not known yet what was achieved.
    if left == Left::Nothing {
        desk.award().await?;
    }
    let Desk { change, mut progress, .. } = desk;
    progress.seq = seen.unwrap_or(change.summary.seq);
    change.put(&progress, read.as_ref())?;
    Ok(Decision::Write(left))
}

/// What has changed after a number; and up to which number that is all, where there is more than one commit can hold.
async fn changed(known: &Known<'_>) -> Result<(Taken, Option<u64>)> {
    let limit = Limit::new(PAGE).unwrap_or(Limit::MAX);
    let (mut taken, mut page) = (Taken::default(), Some(PageRequest::first(limit)));
    while let Some(wanted) = page {
        let read = known.repo.changed_after(known.owner, known.progress.seq, wanted).await?;
        taken.looked += read.items.len();
        for document in read.items.into_iter().filter(|document| READS.contains(&&*document.key.kind)) {
            let seq = document.seq;
            if taken.take(known, document).await? == Whole::No {
                return Ok((taken, Some(seq - 1)));
            }
        }
        page = read.next.map(|after| PageRequest { limit, after: Some(after) });
    }
    Ok((taken, None))
}

/// A date, as it was seen and as it is.
pub struct DayNews {
    seen: DaySeen,
    read: Option<Stored<DaySeen>>,
    day: Option<Day>,
}

/// Where what has changed is settled.
pub struct Desk<'d, 't> {
    pub change: &'d mut Transaction<'t>,
    pub repo: &'d ProgressRepo,
    pub owner: Owner,
    pub progress: Progress,
    days: BTreeMap<NaiveDate, DayNews>,
}

impl<'d, 't> Desk<'d, 't> {
    pub fn new(change: &'d mut Transaction<'t>, repo: &'d ProgressRepo, owner: Owner, progress: Progress) -> Self {
        Self { change, repo, owner, progress, days: BTreeMap::new() }
    }
}

impl Desk<'_, '_> {
    async fn settle(&mut self, taken: Taken) -> Result<()> {
        let Taken { tasks, sessions, rests, time_off, first_water, dates, worked, marked, .. } = taken;
        if time_off {
            self.progress.off = self.repo.time_off(self.owner).await?;
        }
        for date in marked.difference(&dates) {
            self.mark(*date).await?;
        }
        for date in dates {
            self.open(date).await?;
        }
        // What is taken back first makes room among the completions of a date.
        let mut completed = Vec::new();
        for news in tasks {
            completed.extend(self.take_back(news)?);
        }
        for news in completed {
            self.complete(news)?;
        }
        for news in sessions {
            self.session(&news)?;
        }
        for news in rests {
            self.change.put(&news.is, news.read.as_ref())?;
        }
        if let Some(date) = first_water
            && self.progress.firsts.insert(Reason::FirstWater)
        {
            self.grant(Source::day(date), Reason::FirstWater, date, xp::FIRST_WATER, 0)?;
        }
        let dates: Vec<NaiveDate> = self.days.keys().copied().collect();
        for date in dates {
            self.look(date, worked.contains(&date)).await?;
            self.close(date)?;
        }
        self.progress.level_up();
        Ok(())
    }

    /// Reads what was seen of a date and what it is like now.
    async fn open(&mut self, date: NaiveDate) -> Result<()> {
        let read = self.repo.day(self.owner, date).await?;
        let seen = read.as_ref().map_or_else(|| DaySeen::new(date), |read| read.value.clone());
        let day = self.mark(date).await?;
        self.days.insert(date, DayNews { seen, read, day });
        Ok(())
    }

    /// Reads what a date is like now, for the streak.
    async fn mark(&mut self, date: NaiveDate) -> Result<Option<Day>> {
        let day = taken::day(self.change, date).await?;
        self.progress.mark(date, day.as_ref(), &self.change.summary)?;
        Ok(day)
    }

    /// Takes back what was granted for a task that is not completed any more, or at another time. Returns it where something else
    /// is to be granted.
    fn take_back(&mut self, mut news: TaskNews) -> Result<Option<TaskNews>> {
        let completion = news.completed.as_ref().and_then(|task| task.completion);
        if let Some((at, granted)) = news.seen.granted()
            && completion.is_none_or(|completion| completion.at != at)
        {
            self.reverse(granted, Source::task(news.seen.id), Reason::Tasks)?;
            self.seen_on(granted.date, |day| day.tasks = day.tasks.saturating_sub(1));
            news.seen.holds = false;
        }
        let well = news.completed.as_ref().is_some_and(estimated_well);
        let count = &mut self.progress.measures.estimated_well;
        *count = (*count + u64::from(well)).saturating_sub(u64::from(news.seen.estimated_well));
        news.seen.estimated_well = well;
        if completion.is_some() && !news.seen.holds {
            return Ok(Some(news));
        }
        self.change.put(&news.seen, news.read.as_ref())?;
        Ok(None)
    }

    /// Grants what a completed task gives: as much as before where it was completed at that time before.
    fn complete(&mut self, news: TaskNews) -> Result<()> {
        let TaskNews { completed, mut seen, read } = news;
        let Some((task, completion)) = completed.and_then(|task| Some((task.clone(), task.completion?))) else { return Ok(()) };
        let before = seen.last.filter(|(at, _)| *at == completion.at).map(|(_, granted)| granted);
        let (date, xp) = match before {
            Some(before) => (before.date, before.xp),
            None => (completion.date, self.worth(&task, completion)?),
        };
        let source = Source::task(task.id);
        let granted = self.grant(source.clone(), Reason::Tasks, date, xp, seen.times)?;
        self.seen_on(date, |day| day.tasks += 1);
        (seen.times, seen.last, seen.holds) = (seen.times + 1, Some((completion.at, granted)), true);
        self.change.put(&seen, read.as_ref())?;
        if self.is_early(completion) {
            self.progress.measures.early_on(completion.date);
        }
        if self.progress.firsts.insert(Reason::FirstTask) {
            self.grant(source, Reason::FirstTask, date, xp::FIRST_TASK, 0)?;
        }
        Ok(())
    }

    fn worth(&self, task: &Task, completion: Completion) -> Result<u32> {
        let done = self.days.get(&completion.date).map_or(0, |news| news.seen.tasks);
        let completed = Completed {
            priority: task.priority,
            estimate: task.estimate_minutes.map(Estimate::get),
            streak: self.progress.streak_before(completion.date, &self.change.summary)?,
            position: done + 1,
        };
        Ok(completed.xp())
    }

    /// Whether the clock on the wall showed an early hour of the very date.
    fn is_early(&self, completion: Completion) -> bool {
        let terms = self.days.get(&completion.date).and_then(|news| news.day.as_ref()?.terms.clone());
        let zone = terms.unwrap_or_else(|| self.change.summary.terms_on(completion.date)).zone;
        let local = completion.at.in_zone(zone).naive_local();
        local.date() == completion.date && local.hour() < EARLY_HOUR
    }

    fn session(&mut self, news: &SessionNews) -> Result<()> {
        for date in news.was.last_dates().chain(news.is.last_dates()).collect::<BTreeSet<_>>() {
            let ((blocks, micros), (new_blocks, new_micros)) = (news.was.paid_on(date), news.is.paid_on(date));
            self.seen_on(date, |day| {
                day.blocks = (day.blocks + new_blocks).saturating_sub(blocks);
                day.focus_micros = (day.focus_micros + new_micros).saturating_sub(micros);
            });
            let total = &mut self.progress.measures.focus_micros;
            *total = (*total + new_micros).saturating_sub(micros);
        }
        self.change.put(&news.is, news.read.as_ref())?;
        self.progress.measures.deep |= news.deep;
        if let Some(date) = news.ended_on.filter(|_| news.is.paid) {
            self.progress.measures.session = true;
            if self.progress.firsts.insert(Reason::FirstSession) {
                self.grant(Source::day(date), Reason::FirstSession, date, xp::FIRST_SESSION, 0)?;
            }
        }
        Ok(())
    }

    /// Looks at what a date had, and at its sessions and rests where these have changed.
    async fn look(&mut self, date: NaiveDate, worked: bool) -> Result<()> {
        let Some(DayNews { seen, read, day }) = self.days.get_mut(&date) else { return Ok(()) };
        let (summary, dates) = (&self.change.summary, &mut self.progress.dates);
        let set = taken::set_for(summary, date, day.as_ref())?;
        if worked {
            let terms = day.as_ref().and_then(|day| day.terms.clone()).unwrap_or_else(|| summary.terms_on(date));
            let rule = DayRule { zone: terms.zone, day_start: terms.day_start };
            seen.work = worked::look(self.repo, self.owner, date, day.as_ref(), (&set, rule), dates).await?;
        }
        dates.mark(date, day.as_ref(), &set, seen.focus_micros);
        let slate = &mut self.progress.slate;
        if !slate.clean && read.as_ref().map_or(0, |read| read.value.tasks) != seen.tasks {
            let done = day.as_ref().is_some_and(|day| day.get(COMPLETED_TASKS) >= CLEAN);
            if done {
                slate.waiting.insert(date)
            } else {
                slate.waiting.remove(&date)
            };
        }
        Ok(())
    }

    /// Grants what the figures of a date give, in the place of what those before gave, and keeps what was seen of it.
    fn close(&mut self, date: NaiveDate) -> Result<()> {
        let Some(news) = self.days.get(&date) else { return Ok(()) };
        let (water, lunch) = (self.progress.dates.water.contains(date), self.progress.dates.has_lunch(date));
        let is = OfDate { blocks: news.seen.blocks, water, lunch, breaks: news.seen.work.breaks.taken };
        let granted = news.seen.granted.clone();
        for (reason, xp) in is.xp() {
            let was = granted.get(&reason);
            if was.map_or(0, |was| was.xp) == xp {
                continue;
            }
            let source = Source::day(date);
            if let Some(was) = was {
                self.reverse(*was, source.clone(), reason)?;
                self.seen_on(date, |day| {
                    day.granted.remove(&reason);
                });
            }
            if xp > 0 {
                let time = self.days.get(&date).map_or(0, |news| news.seen.times);
                let granted = self.grant(source, reason, date, xp, time)?;
                self.seen_on(date, |day| {
                    day.times += 1;
                    day.granted.insert(reason, granted);
                });
            }
        }
        let Some(DayNews { seen, read, day }) = self.days.remove(&date) else { return Ok(()) };
        let measures = &mut self.progress.measures;
        let completed = day.as_ref().map_or(0, |day| day.get(COMPLETED_TASKS));
        measures.tasks_in_a_day = measures.tasks_in_a_day.max(completed);
        measures.focus_in_a_day = measures.focus_in_a_day.max(seen.focus_micros);
        if self.progress.latest.is_none_or(|latest| latest.0 <= date) {
            self.progress.latest = Some(Latest(date, seen.xp, seen.work));
        }
        let before = read.as_ref().map_or_else(|| DaySeen::new(date), |read| read.value.clone());
        if before == seen { Ok(()) } else { self.change.put(&seen, read.as_ref()) }
    }

    fn grant(&mut self, source: Source, reason: Reason, date: NaiveDate, xp: u32, time: u32) -> Result<Granted> {
        let entry = entry::id_of(self.owner.id(), &source, reason, time);
        let granted = Granted { entry, date, xp };
        // What gives nothing needs no entry.
        if xp > 0 {
            self.enter(&Entry { xp: xp.into(), ..self.entry(entry, source, reason, date) })?;
        }
        Ok(granted)
    }

    fn reverse(&mut self, granted: Granted, source: Source, reason: Reason) -> Result<()> {
        if granted.xp == 0 {
            return Ok(());
        }
        let entry = self.entry(entry::id_of_reversal(granted.entry), source, reason, granted.date);
        self.enter(&Entry { xp: -i64::from(granted.xp), reverses: Some(granted.entry), ..entry })
    }

    fn entry(&self, id: entry::EntryId, source: Source, reason: Reason, date: NaiveDate) -> Entry {
        let (number, at) = (self.progress.entries + 1, self.change.now());
        Entry { id, user_id: self.owner.id(), number, at, date, source, reason, xp: 0, reverses: None }
    }

    fn enter(&mut self, entry: &Entry) -> Result<()> {
        self.progress.add(entry.xp);
        self.seen_on(entry.date, |day| day.xp += entry.xp);
        self.change.create(entry)
    }

    fn seen_on(&mut self, date: NaiveDate, change: impl FnOnce(&mut DaySeen)) {
        if let Some(news) = self.days.get_mut(&date) {
            change(&mut news.seen);
        }
    }
}
